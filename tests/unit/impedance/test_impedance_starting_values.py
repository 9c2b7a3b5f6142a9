"""Starts from the distribution of relaxation times, restarts from neighbours, the number of arcs."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.impedance import choose_arcs, circuit_preset, fit_series, parse_circuit
from alkanode.impedance.circuits.continuation import _Search
from alkanode.impedance.circuits.starting_values import candidates, starting_values
from alkanode.impedance.circuits.time_scales import layout
from alkanode.virtual import synthetic_spectra

F = np.geomspace(1e6, 0.1, 71)

CIRCUITS = {
    "L0-R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)": {
        "L0": 2e-7,
        "R0": 10,
        "R1": 30,
        "CPE1_Q": 3e-7,
        "CPE1_alpha": 0.9,
        "R2": 8,
        "CPE2_Q": 3e-5,
        "CPE2_alpha": 0.9,
        "R3": 60,
        "CPE3_Q": 4e-3,
        "CPE3_alpha": 0.8,
    },
    "R0-p(R1,C1)-CPE2": {"R0": 100, "R1": 900, "C1": 1e-9, "CPE2_Q": 2e-6, "CPE2_alpha": 0.9},
    "R0-p(R1-W1,C1)": {"R0": 20, "R1": 100, "W1": 40, "C1": 1e-6},
    "R0-p(R1-Ws1,CPE1)": {"R0": 20, "R1": 100, "Ws1_R": 80, "Ws1_tau": 1.0, "CPE1_Q": 1e-5, "CPE1_alpha": 0.9},
    "R0-p(R1-p(R2,C2),C1)": {"R0": 20, "R1": 100, "R2": 70, "C2": 3e-3, "C1": 1e-7},
    "R0-Zarc1-Zarc2-Wo1": {
        "R0": 10,
        "Zarc1_R": 50,
        "Zarc1_tau": 1e-5,
        "Zarc1_alpha": 0.85,
        "Zarc2_R": 35,
        "Zarc2_tau": 3e-3,
        "Zarc2_alpha": 0.9,
        "Wo1_R": 60,
        "Wo1_tau": 1.0,
    },
    "R0-p(R1,CPE1)-C1": {"R0": 5, "R1": 40, "CPE1_Q": 1e-6, "CPE1_alpha": 0.95, "C1": 1e-3},
    "R0-G1-p(R1,CPE1)": {"R0": 5, "G1_R": 40, "G1_tau": 0.5, "R1": 60, "CPE1_Q": 1e-6, "CPE1_alpha": 0.9},
}


def spectra(impedance: np.ndarray, frequency: np.ndarray = F, **coordinates: object) -> xr.Dataset:
    points = ("spectrum", "point")
    fields = {"frequency": (points, np.tile(frequency, (len(impedance), 1))), "impedance": (points, impedance)}
    return label(xr.Dataset(fields, coords=coordinates), "impedance")


def noisy(impedance: np.ndarray, noise: float = 0.003, seed: int = 1) -> np.ndarray:
    draws = np.random.default_rng(seed).normal(size=(2, *impedance.shape))
    return impedance + noise * np.abs(impedance) * (draws[0] + 1j * draws[1])


@pytest.mark.parametrize("text", CIRCUITS)
def test_starts_lead_to_the_truth(text: str) -> None:
    """From its own start every circuit of arcs, diffusion and blocking elements comes back to what made the spectrum."""
    circuit = parse_circuit(text)
    truth = np.array([CIRCUITS[text][name] for name in circuit.names], dtype=float)
    fit = fit_series(spectra(noisy(circuit.impedance(F, np.tile(truth, (4, 1))))), text)
    assert fit.relative_noise.values == pytest.approx(0.003, rel=0.3)
    error = np.abs(fit.value.values - truth) / fit.standard_deviation.values
    assert (error < 5).all()


@pytest.mark.parametrize("text", CIRCUITS)
def test_starts_are_inside_the_bounds_and_finite(text: str) -> None:
    circuit = parse_circuit(text)
    Z = noisy(circuit.impedance(F, np.array([[CIRCUITS[text][name] for name in circuit.names]], dtype=float)))
    sets = candidates(circuit, F, Z, most=3)
    assert sets.shape == (3, 1, len(circuit.names))
    for parameter, column in zip(circuit.parameters, sets.reshape(3, -1).T, strict=True):
        assert (column > parameter.lower).all()
        assert (column < parameter.upper).all()


def test_every_parameter_has_a_place_in_the_layout() -> None:
    """Each resistance, capacitor or inductance of a nested circuit is a slot, a tail, in series, or another."""
    circuit = parse_circuit("L0-R0-p(R1-p(R2,C2),CPE1)-p(R3,L3)-p(C4,CPE4)-W5")
    plan = layout(circuit.tree)
    assert [circuit.names[slot.resistance.place] for slot in plan.slots] == ["R1", "R2", "R3"]
    assert [circuit.names[slot.partner.place] for slot in plan.slots if slot.partner] == ["CPE1_Q", "C2", "L3"]
    assert [slot.kind for slot in plan.slots] == ["arc", "arc", "loop"]
    assert [circuit.names[one.place] for one in plan.tails] == ["C4", "W5"]
    assert [circuit.names[one.place] for one in plan.others] == ["CPE4_Q"]


@settings(max_examples=15)
@given(factor=st.floats(1e-3, 1e6))
def test_a_start_scales_with_the_impedance(factor: float) -> None:
    circuit = parse_circuit("R0-Zarc1-Zarc2")
    Z = circuit.impedance(F, np.array([[10, 50, 1e-5, 0.85, 35, 3e-2, 0.9]]))
    one, other = starting_values(circuit, F, Z)[0], starting_values(circuit, F, factor * Z)[0]
    scale = np.where([name in {"R0", "Zarc1_R", "Zarc2_R"} for name in circuit.names], factor, 1.0)
    assert other == pytest.approx(one * scale, rel=1e-6)


def test_a_bad_start_is_mended_by_the_neighbours() -> None:
    """With one start per spectrum and overlapping arcs, restarts can only lower the sum of squares."""
    record, _ = synthetic_spectra("growing_interface", spectra=24, noise=0.002)
    text = "L0-R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)-p(R4,CPE4)"
    with warnings.catch_warnings():  # four arcs are one too many before the fourth appears
        warnings.simplefilter("ignore", DataQualityWarning)
        alone = fit_series(record, text, starts=1, rounds=0)
        along = fit_series(record, text, starts=1, rounds=6)
    assert (along.chi_square.values <= alone.chi_square.values * (1 + 1e-6)).all()
    assert along.attrs["restarts"] > 0


@pytest.mark.parametrize(("breaks", "reached"), [((), 24), ((12,), 12)])
def test_one_good_solution_reaches_the_whole_segment(breaks: tuple[int, ...], reached: int) -> None:
    """Only spectrum 5 is solved; its solution goes both ways along the series, but not across a break."""
    record, _ = synthetic_spectra("growing_interface", spectra=24)
    circuit = parse_circuit("L0-R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)")
    solved = fit_series(record, circuit)
    search = _Search(record, circuit, {}, {}, "modulus")
    search.value[5], search.cost[5] = solved.value.values[5], solved.chi_square.values[5]
    search.along(8, breaks)
    assert np.isfinite(search.cost).sum() == reached
    there = np.isfinite(search.cost)
    assert search.cost[there] == pytest.approx(solved.chi_square.values[there], rel=0.01)


def test_no_solution_crosses_a_break() -> None:
    record, _ = synthetic_spectra("switched_interface", spectra=12)
    whole = fit_series(record, "coated-nasicon", starts=1, breaks=range(12))
    assert whole.attrs["restarts"] == 0
    assert whole.attrs["improved_by_neighbours"] == 0


def test_masked_spectra_keep_their_place() -> None:
    record, _ = synthetic_spectra("growing_interface", spectra=5)
    record["masked"] = ("spectrum", [False, True, False, False, False])
    fit = fit_series(record, "coated-nasicon", starts=1)
    assert np.isfinite(fit.value.values).all(axis=1).tolist() == [True, False, True, True, True]


def test_a_preset_names_its_processes_and_what_is_assumed() -> None:
    record, truth = synthetic_spectra("growing_interface", spectra=3, noise=0.001)
    fit = fit_series(record, circuit_preset("coated-nasicon"))
    assert "coating: R2" in fit.attrs["processes"]
    assert "not print" in fit.attrs["assumed"]
    assert "Wu2025" in fit.attrs["sources"]
    gb = fit.value.sel(parameter="R1").values[0]
    assert gb == pytest.approx(truth.arcs[0].resistance[0], rel=0.02)
    with pytest.raises(SchemaError, match="blocked-electrolyte"):
        circuit_preset("nasicon")


def test_held_parameters_stay() -> None:
    record, _ = synthetic_spectra("growing_interface", spectra=3)
    fit = fit_series(record, "coated-nasicon", fixed={"R1": 20.0}, starts=1)
    assert fit.value.sel(parameter="R1").values == pytest.approx(20.0)


@pytest.mark.parametrize("arcs", [1, 2, 3])
def test_the_evidence_finds_the_number_of_arcs(arcs: int) -> None:
    text = "-".join(["R0", *(f"Zarc{k}" for k in range(arcs))])
    circuit = parse_circuit(text)
    truth = [10.0]
    for k in range(arcs):
        truth += [40.0, 1e-5 * 300**k, 0.9]
    choice = choose_arcs(spectra(noisy(circuit.impedance(F, np.tile(truth, (4, 1))))), before="R0")
    assert (choice.chosen.values == arcs).sum() >= 3
    assert choice.attrs["series_choice"] == arcs
    assert parse_circuit(choice.attrs["series_circuit"]).text == choice.attrs["series_circuit"]


def test_correlated_residuals_count_for_fewer_samples() -> None:
    """A smooth error that no circuit of arcs makes leaves waves; they are worth fewer points than white noise."""
    circuit = parse_circuit("R0-Zarc0")
    Z = circuit.impedance(F, np.array([[10, 40, 1e-3, 0.9]]))
    waves = Z * (1 + 0.02 * np.sin(3 * np.log(F)))
    white, wavy = (choose_arcs(spectra(z), most=1, before="R0").effective_samples.item() for z in (noisy(Z), waves))
    assert wavy < 0.5 * white


def test_options_out_of_range_are_refused() -> None:
    record, _ = synthetic_spectra("growing_interface", spectra=2)
    with pytest.raises(SchemaError, match="start"):
        fit_series(record, "coated-nasicon", starts=0)
    with pytest.raises(SchemaError, match="arc"):
        choose_arcs(record, most=0)
