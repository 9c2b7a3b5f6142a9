"""Circuits in studies, on the command line and in figures."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

from alkanode.cli.impedance import impedance
from alkanode.data import Cell, save
from alkanode.foundation.errors import AlkanodeWarning, SchemaError, StudyError
from alkanode.impedance import (
    arrhenius,
    electrolyte_conductivity,
    fit_series,
    interphase_growth,
    parse_circuit,
    process_resistance,
)
from alkanode.plot import describe_circuit, describe_growth
from alkanode.studies.blocks import Circuit, Conductivity
from alkanode.studies.impedance.circuits import circuit_part
from alkanode.studies.impedance.conductivity import conductivity_part
from alkanode.virtual import synthetic_spectra

CELL = Cell(anode="NaK50", area="0.5 cm2")


@pytest.fixture(scope="module")
def series() -> xr.Dataset:
    record, _ = synthetic_spectra("growing_interface", spectra=8, noise=0.002)
    return record


@pytest.fixture(scope="module")
def fit(series: xr.Dataset) -> xr.Dataset:
    return fit_series(series, "coated-nasicon", starts=1)


@pytest.fixture(scope="module")
def blocked() -> xr.Dataset:
    frequency, T = np.geomspace(7e6, 1, 50), np.array([268.15, 283.15, 298.15, 313.15])
    R = 100 * np.exp(4000 * (1 / T - 1 / 298.15))
    values = np.stack([1e-7 + 0 * R, 0.6 * R, 0.4 * R, 1e-6 + 0 * R, 0.9 + 0 * R, 2e-6 + 0 * R, 0.9 + 0 * R], axis=1)
    Z = parse_circuit("L0-R0-Zarc1-CPE2").impedance(frequency, values)
    draws = np.random.default_rng(1).normal(size=(2, *Z.shape))
    points = ("spectrum", "point")
    fields = {
        "frequency": (points, np.tile(frequency, (4, 1))),
        "impedance": (points, Z + 0.002 * np.abs(Z) * (draws[0] + 1j * draws[1])),
    }
    return xr.Dataset(fields)


def quiet(function: object, *arguments: object) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AlkanodeWarning)
        return function(*arguments)  # type: ignore[operator]


def test_a_part_names_processes_with_intervals(series: xr.Dataset) -> None:
    part = quiet(circuit_part, series, CELL, Circuit(preset="coated-nasicon", growth="interface"))
    first, specific = part.estimates["first_grain_boundary"], part.estimates["first_grain_boundary_area_specific"]
    assert first.interval[0] < 20 < first.interval[1]
    assert specific.value == pytest.approx(first.value * 0.5e-4)
    assert {"circuit_fit", "circuit_residuals", "circuit_parameters", "growth"} <= set(part.figures)
    assert any("Assumed" in sentence for sentence in part.findings)
    assert part.estimates["last_interface"].value > part.estimates["first_interface"].value
    assert len(part.tables["circuit"].rows) == 2 * 11
    assert json.dumps(part.to_json(), default=str)


def test_without_a_circuit_the_evidence_chooses(series: xr.Dataset) -> None:
    part = quiet(circuit_part, series.isel(spectrum=[0]), None, Circuit(most_arcs=3))
    assert part.records["arc_choice"].attrs["series_choice"] >= 2
    assert part.details["circuit"] == part.records["arc_choice"].attrs["series_circuit"]


def test_one_circuit_is_asked_for() -> None:
    with pytest.raises(StudyError, match="not both"):
        Circuit.of(circuit="R0", preset="coated-nasicon")
    with pytest.raises(StudyError, match="thickness"):
        Conductivity.of(thickness="1 V")


def test_figures_of_a_fit(series: xr.Dataset, fit: xr.Dataset) -> None:
    drawn = describe_circuit.circuit_fit(series, fit, area="0.5 cm2", spectra=[0, 7])
    assert drawn.panels[0].x.equal
    assert drawn.panels[0].x.unit == "ohm cm2"
    points, lines = drawn.panels[0].series[:2], drawn.panels[0].series[2:4]
    for data, model in zip(points, lines, strict=True):
        assert model.x == pytest.approx(data.x, rel=0.05)
    residuals = describe_circuit.circuit_residuals(fit)
    assert max(np.abs(one.y).max() for one in residuals.panels[0].series) < 3  # per cent
    along = describe_circuit.circuit_parameters(fit)
    assert "R3 (interface)" in [one.name for one in along.panels[0].series]
    for one in along.panels[0].series:
        assert (one.y_interval[0] <= one.y).all()
        assert (one.y <= one.y_interval[1]).all()
    with pytest.raises(SchemaError, match="Known"):
        describe_circuit.circuit_parameters(fit, parameters=["CPE1_Q"])
    with pytest.raises(SchemaError, match="belongs"):
        describe_circuit.circuit_fit(series.isel(spectrum=[0]), fit)


def test_figures_of_growth_and_activation(fit: xr.Dataset, blocked: xr.Dataset) -> None:
    growth = quiet(interphase_growth, process_resistance(fit, "interface"))
    assert describe_growth.interphase_growth(growth, area=0.5e-4).panels[0].y.unit == "ohm cm2"
    found = electrolyte_conductivity(
        blocked, thickness="1 mm", area="1 cm2", temperature=[268.15, 283.15, 298.15, 313.15]
    )
    figure = describe_growth.arrhenius(arrhenius(found))
    measured, law = figure.panels[0].series
    assert measured.y == pytest.approx(law.y, rel=0.05)
    assert figure.panels[0].twins[0].labels[0] == "-5"


def test_conductivities_of_a_study(blocked: xr.Dataset) -> None:
    settings = Conductivity(thickness="1 mm", area="1 cm2", temperatures=["-5 degC", "10 degC", "25 degC", "40 degC"])
    part = conductivity_part(blocked, None, settings)
    energy = part.estimates["activation_energy"]
    assert energy.interval[0] < 8.314 * (4000 + 297) < energy.interval[1] or energy.value == pytest.approx(
        8.314 * 4297, rel=0.03
    )
    assert "arrhenius" in part.figures
    refused = conductivity_part(blocked, None, Conductivity())
    assert any("No conductivity" in sentence for sentence in refused.findings)
    assert "first_conductivity" not in refused.estimates


@pytest.fixture
def files(tmp_path: Path, series: xr.Dataset, blocked: xr.Dataset) -> dict[str, str]:
    from alkanode.data.schema import label

    paths = {}
    for name, record in (("series", series.isel(spectrum=slice(0, 3))), ("blocked", blocked)):
        paths[name] = str(save(label(record, "impedance"), tmp_path / f"{name}.h5", origin={}))
    return paths


def test_the_commands(files: dict[str, str], tmp_path: Path) -> None:
    runner = CliRunner()
    words = ["fit", files["series"], "--preset", "coated-nasicon", "-o", str(tmp_path / "out")]
    done = runner.invoke(impedance, words)
    assert done.exit_code == 0, done.output
    assert "first interface" in done.output
    rows = (tmp_path / "out" / "parameters.csv").read_text().splitlines()
    assert len(rows) == 1 + 3 * 11
    done = runner.invoke(
        impedance, ["conductivity", files["blocked"], "--thickness", "1 mm", "--area", "1 cm2", "--json"]
    )
    assert done.exit_code == 0, done.output
    assert "first_conductivity" in done.output
    listed = runner.invoke(impedance, ["fit", "--presets"])
    assert "blocked-electrolyte" in listed.output
    assert "assumed" in listed.output
    both = runner.invoke(impedance, ["fit", files["series"], "--arcs", "auto", "--circuit", "R0"])
    assert both.exit_code != 0
