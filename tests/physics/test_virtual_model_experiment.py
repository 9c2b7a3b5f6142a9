"""The cell model under virtual instruments: what is written as files is analysed back to the truth of the simulation."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml

from alkanode.cell_models import simulate
from alkanode.data import Cell, Protocol
from alkanode.electrochem import critical_stripping
from alkanode.foundation.errors import DataQualityWarning
from alkanode.impedance import check_spectra, fit_series
from alkanode.io import open_history
from alkanode.tomography import difference
from alkanode.virtual.simulated_cell import (
    VolumeSettings,
    anode_volume,
    measure_history,
    write_measured,
    write_model_demo,
)
from alkanode.virtual.simulated_cell.demo import CIRCUIT, charges_at, impedance_truth

pytest.importorskip("pybamm")

CELL = Cell(anode="NaK50", anode_mass="4.486 mg", counter="Na", area="0.28274 cm2", temperature="25 degC")


@pytest.fixture(scope="module")
def simulated() -> xr.DataTree:
    """A fast strip with impedance after rests."""
    steps = [
        "Rest for 10 min",
        "Strip at 1 mA cm-2 until 2.2 V with impedance every 1 mAh cm-2 after 10 min rest from 7 MHz to 0.1 Hz",
    ]
    with warnings.catch_warnings():  # late sweeps are not stationary, which is the point
        warnings.simplefilter("ignore", DataQualityWarning)
        return simulate("alloy-anode", CELL, Protocol.from_text(steps), keep_states=True)


@pytest.fixture(scope="module")
def opened(simulated: xr.DataTree, tmp_path_factory: pytest.TempPathFactory) -> xr.DataTree:
    """The same, measured, written, and read."""
    path = tmp_path_factory.mktemp("virtual") / "run.mpt"
    write_measured(measure_history(simulated, seed=1), path)
    return open_history(path)


def test_charges_at_cut_offs_are_recovered(simulated: xr.DataTree, opened: xr.DataTree) -> None:
    truth = charges_at(simulated, (0.5, 1.0, 2.0), CELL)
    limit = critical_stripping(opened["cycling"].to_dataset(), CELL, cutoff=["0.5 V", "1 V", "2 V"])
    assert limit["reached"].to_numpy().all()
    for level, charge in zip((0.5, 1.0, 2.0), limit["charge"].to_numpy(), strict=True):
        assert charge == pytest.approx(truth[f"stripping.charge_at_{level:g}_V"]["value"], rel=2e-3)


def test_resistances_of_the_equations_are_recovered(simulated: xr.DataTree, opened: xr.DataTree) -> None:
    truth = impedance_truth(simulated)
    spectra = check_spectra(opened["impedance"].to_dataset().isel(spectrum=[0]))
    fit = fit_series(spectra, CIRCUIT)
    found = dict(zip(fit["parameter"].to_numpy().tolist(), fit["value"].to_numpy()[0].tolist(), strict=True))
    error = dict(
        zip(fit["parameter"].to_numpy().tolist(), fit["standard_deviation"].to_numpy()[0].tolist(), strict=True)
    )
    for name in ("R0", "R1", "R2", "R3"):
        true = truth[f"circuit.first_{name}"]["value"]
        assert abs(found[name] - true) < 4 * error[name] + 2e-3 * true, name
        assert error[name] < 0.02 * true, name


def test_a_late_sweep_drifts(simulated: xr.DataTree) -> None:
    spectra = simulated["impedance"].to_dataset()
    still = measure_history(simulated.drop_nodes(["solution"]), seed=1)["impedance"]["impedance"].to_numpy()
    moving = measure_history(simulated, seed=1)["impedance"]["impedance"].to_numpy()
    changed = np.abs(moving / still - 1)
    assert changed[0].max() < 1e-6  # a fresh cell at rest
    assert changed[-1, 0] < 1e-3  # the first point sees the start
    assert changed[-1, -1] > 3e-3
    assert spectra["impedance_drift"].to_numpy()[-1] > 3e-3  # as the simulation itself says


def test_charge_goes_through_the_instrument_unchanged(simulated: xr.DataTree, opened: xr.DataTree) -> None:
    true = float(simulated["cycling"]["charge"][-1])
    assert float(opened["cycling"]["charge"][-1]) == pytest.approx(true, rel=1e-12)
    record = opened["cycling"].to_dataset()
    time, current = record["time"].to_numpy(), record["current"].to_numpy()
    assert np.trapezoid(current, time) == pytest.approx(true, rel=1e-3)


def test_scans_of_the_simulated_anode_show_voids_at_the_electrolyte(simulated: xr.DataTree) -> None:
    end = float(simulated["states"]["time"][-1])
    settings = VolumeSettings(width=40, voxel_size=2.6e-6, noise=10.0)
    before, after = (anode_volume(simulated, at, seed=1, settings=settings) for at in (0.0, end))
    change = difference(after, before, smoothing=1.0)
    z, mean = change["z"].to_numpy(), change["attenuation_change"].to_numpy().mean(axis=(1, 2))
    near, far = ((z > low) & (z < high) for low, high in ((5e-6, 60e-6), (180e-6, 240e-6)))
    assert mean[near].mean() < 1.5 * mean[far].mean() < 0
    assert after.attrs["void_volume"] > before.attrs["void_volume"]
    assert after.attrs["void_volume"] == pytest.approx(after.attrs["model_void_volume"], rel=2e-3)


@pytest.mark.slow
def test_the_whole_virtual_experiment(tmp_path: Path) -> None:
    from alkanode.studies import Study, run_study

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        demo = write_model_demo(tmp_path)
        held, asked = 0, 0
        for path in (demo.stripping, demo.ramp, demo.voltammogram):
            outcome = run_study(Study.from_yaml(path), tmp_path / "result" / path.stem)
            assert not outcome.failed
            for part in outcome.parts:
                if part.name == "recovery":
                    verdicts = part.details["interval_holds"]
                    held, asked = held + sum(verdicts.values()), asked + len(verdicts)
    truth = yaml.safe_load(demo.stripping.read_text(encoding="utf-8"))["truth"]
    assert asked >= len(truth)
    assert held >= 0.85 * asked  # intervals of 95 %, and one number whose truth drifts while it is measured
