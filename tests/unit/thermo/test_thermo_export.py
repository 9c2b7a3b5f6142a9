"""TDB and ESPEI exports mean what the assessment means."""

from __future__ import annotations

import json
import warnings
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import yaml

from alkanode.foundation.errors import DataQualityWarning, PhysicsError
from alkanode.foundation.sources import Trust
from alkanode.thermo import (
    gibbs_energy,
    load_assessment,
    parse_assessment,
    to_espei,
    to_tdb,
    write_espei,
    write_tdb,
)
from alkanode.thermo.assessment.coexistence import model_of
from alkanode.thermo.calphad import open_database
from alkanode.thermo.gibbs.ternary_solution import TernaryTerms

SYSTEMS = ("Na-K", "Li-Na", "Li-K", "Li-Na-K")


def energies_of(text: str, phase: str, points: np.ndarray, kelvin: float) -> np.ndarray:
    """Gibbs energies (J mol-1, SER) of mole fractions (point, element in alphabetical order) with pycalphad."""
    from pycalphad import calculate

    database = open_database(text)
    symbols = [name for name in sorted(database.elements) if name not in ("/-", "VA")]
    result = calculate(database, symbols, phase, T=kelvin, P=101325, points=points, output="GM")
    return np.asarray(result.GM.values).ravel()


def ternary_energies(system_text: str, points: np.ndarray, kelvin: float) -> np.ndarray:
    model = model_of(parse_assessment(system_text))
    terms = model.terms(np.full(len(points), kelvin))["liquid"]
    assert isinstance(terms, TernaryTerms)
    liquid = [model.unary(e, "liquid", np.array([kelvin])).item() for e in model.assessment.elements]
    shift = points @ (np.array(liquid) - np.array([float(p[0]) for p in terms.pure]))
    return terms.energy(points) + shift


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_tdb_names_sources_and_trust(system: str) -> None:
    text, data = to_tdb(system), load_assessment(system)
    assert data.label in text.splitlines()[0]
    for entry in data.excess:
        assert f"$ {entry.source}: {entry.trust}" in text
    if system in ("Li-K", "Li-Na-K"):
        assert Trust.ASSUMED.value in text


@pytest.mark.parametrize("system", SYSTEMS)
def test_names_of_functions_keep_to_eight_letters(system: str) -> None:
    for free in (False, True):
        names = [line.split()[1] for line in to_tdb(system, free_parameters=free).splitlines() if " FUNCTION " in line]
        assert len(set(names)) == len(names)
        assert max(map(len, names)) <= 8


@pytest.mark.parametrize("free", [False, True])
def test_energies_of_a_binary_survive(free: bool, tmp_path: Path) -> None:
    kelvin, x = 320.0, np.array([0.1, 0.4, 0.9])
    path = write_tdb("Na-K", tmp_path / "nak.tdb", free_parameters=free)
    theirs = energies_of(path.read_text(encoding="utf-8"), "LIQUID", np.stack([1 - x, x], axis=-1), kelvin)
    ends = energies_of(path.read_text(encoding="utf-8"), "BCC_A2", np.eye(2), kelvin)
    assert theirs - (1 - x) * ends[0] - x * ends[1] == pytest.approx(gibbs_energy(kelvin, x), abs=1e-6)


def test_a_term_of_three_elements_survives() -> None:
    folder = resources.files("alkanode.thermo.assessment").joinpath("shipped")
    text = folder.joinpath("k_li_na.yaml").read_text(encoding="utf-8")
    term = (
        "interactions:\n  - {phase: liquid, order: 0, constant: -4000.0, slope: 2.5, unit: J mol-1, source: AlkanodeFit, "
        "trust: assumed, in_fit: false}"
    )
    with_term = text.replace("interactions: []", term)
    points = np.array([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3], [0.3, 0.3, 0.4]])
    ours = ternary_energies(with_term, points, 350.0)
    assert ours != pytest.approx(ternary_energies(text, points, 350.0), abs=1.0)
    theirs = energies_of(to_tdb(parse_assessment(with_term)), "LIQUID", points, 350.0)
    assert theirs == pytest.approx(ours, abs=1e-6)


def test_free_parameters_are_those_of_the_assessment() -> None:
    data = load_assessment("Na-K")
    symbols = open_database(to_tdb(data, free_parameters=True)).symbols
    found = {name: float(value.args[0]) for name, value in symbols.items() if name.startswith("VV")}
    expected = {f"VV{i:04d}": value for i, value in enumerate(data.parameters.values(), start=1)}
    assert found == pytest.approx(expected)


def espei(system: str) -> dict[str, dict]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        return to_espei(system)


@pytest.mark.parametrize("system", ["Na-K", "Li-Na", "Li-K"])
def test_espei_content_has_the_layout_that_espei_checks(system: str) -> None:
    content = espei(system)
    models = content.pop("phase_models")
    assert set(models["phases"]) == {phase.tdb_name for phase in load_assessment(system).phases}
    assert models["components"] == sorted(models["components"])
    for name, entry in content.items():
        assert set(entry["phases"]) <= set(models["phases"]), name
        assert entry["comment"]
        if entry["output"] == "ZPF":
            assert len(entry["values"]) == len(entry["conditions"]["T"])
            for phase, elements, fractions in entry["values"][0]:
                assert phase in entry["phases"]
                assert len(elements) == len(fractions) == 1
                assert fractions[0] is None or 0 < fractions[0] < 1
        else:
            solver = entry["solver"]
            assert np.shape(entry["values"]) == (1, 1, len(solver["sublattice_configurations"]))
            assert sum(solver["sublattice_occupancies"][0][0]) == pytest.approx(1)


def test_every_fitted_observation_is_exported_or_named() -> None:
    with pytest.warns(DataQualityWarning, match=r"K-rich solidus slope, Na-rich solidus slope of"):
        content = to_espei("Na-K")
    text = json.dumps(content)
    for one in load_assessment("Na-K").observations:
        assert (f"{one.short}: {one.trust.value}" in text) == (one.in_fit and one.quantity != "solidus_slope")


def test_numbers_of_a_tie_line_and_of_an_invariant() -> None:
    content = espei("Na-K")
    tie = content["tie-line-bcc_K-294.15K"]
    assert tie["values"] == [[["BCC_A2", ["NA"], [0.0373]], ["LIQUID", ["NA"], [0.16]]]]
    eutectic = content["eutectic-bcc_K-liquid-Na2K"]
    assert eutectic["conditions"]["T"] == [260.53]
    assert eutectic["values"][0][1:] == [["LIQUID", ["NA"], [0.32]], ["NA2K", ["NA"], [pytest.approx(2 / 3)]]]
    monotectic = espei("Li-Na")["monotectic-bcc_Li-liquid_Li-liquid_Na"]
    assert [vertex[1:] for vertex in monotectic["values"][0]] == [
        [["NA"], [None]],
        [["LI"], [0.97]],
        [["LI"], [0.101]],
    ]


def test_written_files_are_complete(tmp_path: Path) -> None:
    with pytest.warns(DataQualityWarning):
        folder = write_espei("Na-K", tmp_path / "run")
    run = yaml.safe_load((folder / "run.yaml").read_text(encoding="utf-8"))
    assert json.loads((folder / run["system"]["phase_models"]).read_text(encoding="utf-8"))["components"] == ["K", "NA"]
    assert len(list((folder / run["system"]["datasets"]).glob("*.json"))) == len(espei("Na-K")) - 1
    assert "VV0007" in (folder / run["mcmc"]["input_db"]).read_text(encoding="utf-8")


def test_a_ternary_is_exported_binary_by_binary() -> None:
    with pytest.raises(PhysicsError, match="one by one"):
        to_espei("Li-Na-K")


def test_the_start_of_an_espei_run_has_no_electron_gas() -> None:
    """ESPEI 0.9.1 takes it for an element of the heats of mixing, and stops."""
    assert "ELECTRON_GAS" in to_tdb("Na-K")
    assert "ELECTRON_GAS" not in to_tdb("Na-K", free_parameters=True)
