"""A virtual potentiostat over a simulated history: samples, noise, clock, sweeps, files that read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from simulated_histories import stripped_history

from alkanode.data import check, half_cycle_table
from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.io import open_history
from alkanode.virtual import Noise
from alkanode.virtual.simulated_cell import PotentiostatSettings, Sampling, measure_history, write_measured

QUIET = PotentiostatSettings(noise=Noise(voltage=0.0, current=0.0, impedance=0.0))


def rows(history: xr.DataTree, name: str) -> np.ndarray:
    """A column outside the sweeps."""
    record = history["cycling"].to_dataset()
    return record[name].to_numpy()[~record["in_sweep"].to_numpy()]


def test_without_noise_the_samples_lie_on_the_simulation() -> None:
    simulated = stripped_history(spectra=0)
    measured = measure_history(simulated, seed=1, settings=QUIET)
    record, true = check(measured, "cycling"), simulated["cycling"].to_dataset()
    strip = record["step"].to_numpy() == 1
    since = record["time"].to_numpy()[strip] - record["time"].to_numpy()[strip][0]
    true_strip = true["step"].to_numpy() == 1
    at = true["time"].to_numpy()[true_strip]
    for name in ("voltage", "current", "charge"):
        expected = np.interp(since, at - at[0], true[name].to_numpy()[true_strip])
        np.testing.assert_allclose(record[name].to_numpy()[strip], expected, rtol=0, atol=1e-12)
    assert since[-1] == pytest.approx(at[-1] - at[0], rel=1e-12)


def test_samples_come_in_time_and_when_the_voltage_moves() -> None:
    sampling = Sampling(interval=100.0, voltage_step=0.005)
    measured = measure_history(stripped_history(spectra=0), seed=1, settings=replace(QUIET, sampling=sampling))
    strip = rows(measured, "step") == 1
    assert np.diff(rows(measured, "time")[strip]).max() <= 100.0 + 1e-6
    assert np.abs(np.diff(rows(measured, "voltage")[strip])).max() <= 0.005 + 1e-9
    assert np.diff(rows(measured, "time")[strip]).min() < 50.0


def test_a_fall_of_the_voltage_is_sampled_as_finely_as_a_rise() -> None:
    times = Sampling(interval=1e9, voltage_step=0.1).times([0.0, 1.0, 2.0], [0.0, 1.0, -0.5])
    voltage = np.interp(times, [0.0, 1.0, 2.0], [0.0, 1.0, -0.5])
    assert np.abs(np.diff(voltage)).max() <= 0.1 + 1e-9
    assert times.size >= 26
    swept = Sampling(sweep_step=0.5, voltage_step=10.0)
    np.testing.assert_allclose(swept.times([0.0, 1.0], [0.0, 1.0], swept=True), [0.0, 0.5, 1.0])


def test_noise_has_the_stated_size_and_the_seed_repeats_it() -> None:
    simulated = stripped_history(spectra=3)
    noisy = measure_history(simulated, seed=1)
    again, other = measure_history(simulated, seed=1), measure_history(simulated, seed=2)
    clean = measure_history(simulated, seed=1, settings=QUIET)
    assert noisy["cycling"].to_dataset().identical(again["cycling"].to_dataset())
    assert not noisy["cycling"].to_dataset().equals(other["cycling"].to_dataset())
    error = rows(noisy, "voltage") - rows(clean, "voltage")
    assert error.std() == pytest.approx(Noise().voltage, rel=0.1)
    strip = rows(noisy, "current") > 0
    share = rows(noisy, "current")[strip] / rows(clean, "current")[strip] - 1
    assert share.std() == pytest.approx(Noise().current, rel=0.1)
    Z, true = (one["impedance"]["impedance"].to_numpy() for one in (noisy, clean))
    assert (np.abs(Z - true) / np.abs(true)).std() < 3 * Noise().impedance
    assert not np.array_equal(Z, true)


def test_a_sweep_at_rest_takes_its_time_and_leaves_the_charge() -> None:
    simulated = stripped_history(spectra=4)
    measured = measure_history(simulated, seed=1, settings=QUIET)
    spectra = check(measured, "impedance")
    np.testing.assert_allclose(
        spectra["impedance"].to_numpy(), simulated["impedance"]["impedance"].to_numpy(), rtol=1e-12
    )
    long = QUIET.point_times(spectra["frequency"].to_numpy()[0])[-1]
    true_end = float(simulated["cycling"]["time"][-1])
    end = float(measured["cycling"]["time"][-1])
    assert end - true_end == pytest.approx(4 * long, abs=0.1)
    record = measured["cycling"].to_dataset()
    swept = record["in_sweep"].to_numpy()
    assert swept.sum() == spectra["frequency"].size
    np.testing.assert_array_equal(record["current"].to_numpy()[swept], 0.0)
    np.testing.assert_allclose(record["voltage"].to_numpy()[swept], 0.01)  # the voltage at rest, not under current
    assert float(record["charge"][-1]) == pytest.approx(float(simulated["cycling"]["charge"][-1]), rel=1e-12)
    assert half_cycle_table(record).sizes["half_cycle"] == 1


def test_a_sweep_that_the_simulation_rested_for_takes_no_more_time() -> None:
    simulated = stripped_history(spectra=0)
    record = simulated["cycling"].to_dataset()
    mode = record["control_mode"].to_numpy().copy()
    mode[-2:] = 4  # the last ten minutes are a sweep, in which the voltage relaxes
    voltage = record["voltage"].to_numpy().copy()
    voltage[-2:] = [0.1, 0.02]
    record = record.assign(control_mode=("row", mode), voltage=("row", voltage))
    one = stripped_history(spectra=1)["impedance"].to_dataset().assign(time=("spectrum", [float(record["time"][-2])]))
    tree = xr.DataTree.from_dict(
        {"cycling": record, "impedance": label(one.drop_vars(["charge", "step"]), "impedance")}
    )
    measured = measure_history(tree, seed=1, settings=QUIET)
    points = measured["impedance"].to_dataset()
    assert points["voltage"].to_numpy()[0, 0] == pytest.approx(0.1, abs=1e-4)
    assert np.all(np.diff(points["voltage"].to_numpy()[0]) < 0)
    assert float(points["point_time"][0, -1]) < float(record["time"][-1]) + 1
    assert measured["cycling"].to_dataset()["in_sweep"].to_numpy().sum() == points.sizes["point"]


def test_a_sweep_under_current_drifts() -> None:
    simulated = stripped_history(spectra=3)
    flowing = simulated["impedance"].to_dataset()
    density = float(simulated["cycling"]["current"].max())
    flowing = flowing.assign(
        current=(("spectrum", "point"), np.full(flowing["frequency"].shape, density)),
        time=("spectrum", [5000.0, 5030.0, 20000.0]),
    )
    tree = xr.DataTree.from_dict(
        {"cycling": simulated["cycling"].to_dataset(), "impedance": label(flowing, "impedance")}
    )
    measured = measure_history(tree, seed=1, settings=QUIET)
    points = measured["impedance"].to_dataset()
    first, second = simulated["impedance"]["impedance"].to_numpy()[:2]
    Z = points["impedance"].to_numpy()[0]
    assert Z[0] == pytest.approx(first[0], rel=1e-2)  # the first point sees the cell of the start
    share = (np.abs(Z[-1]) - np.abs(first[-1])) / (np.abs(second[-1]) - np.abs(first[-1]))
    assert 0.2 < share < 1.0  # the last one a cell that has moved on towards the next spectrum
    record = measured["cycling"].to_dataset()
    swept = record["in_sweep"].to_numpy()
    assert swept.sum() == points["frequency"].size
    np.testing.assert_allclose(record["current"].to_numpy()[swept], density)
    assert np.all(np.diff(record["time"].to_numpy()) >= 0)
    assert float(record["time"][-1]) == pytest.approx(float(simulated["cycling"]["time"][-1]), abs=0.1)


def test_the_clock_may_run_fast() -> None:
    simulated = stripped_history(spectra=2)
    right, fast = (
        float(measure_history(simulated, seed=1, settings=replace(QUIET, clock_rate=rate))["cycling"]["time"][-1])
        for rate in (1.0, 1.001)
    )
    assert fast / right == pytest.approx(1.001, rel=1e-9)


def test_after_a_short_the_instrument_goes_on() -> None:
    simulated = stripped_history(spectra=0)
    events = simulated["events"].to_dataset().assign(name=("event", np.array(["short"])))
    strip = simulated["cycling"].to_dataset().isel(row=slice(0, -2))
    tree = xr.DataTree.from_dict({"cycling": strip, "events": label(events, "simulated_events")})
    settings = replace(QUIET, short_resistance=2.0, short_tail=300.0)
    record = measure_history(tree, seed=1, settings=settings)["cycling"].to_dataset()
    current = float(strip["current"][-1])
    assert float(record["voltage"][-1]) == pytest.approx(2.0 * current)
    assert float(record["time"][-1] - strip["time"][-1]) == pytest.approx(300.0, abs=0.1)
    assert float(record["charge"][-1] - strip["charge"][-1]) == pytest.approx(300.0 * current)


@pytest.mark.parametrize("ending", ["mpt", "h5"])
def test_files_read_back_to_the_same_numbers(tmp_path: Path, ending: str) -> None:
    measured = measure_history(stripped_history(spectra=3), seed=3)
    path = write_measured(measured, tmp_path / "deep" / f"run.{ending}")
    again = open_history(path)
    assert again.attrs["started"].startswith("2026-01-05T09:00:00")
    for node, names in (
        ("cycling", ("time", "voltage", "current", "charge", "step", "cycle", "control_mode", "in_sweep")),
        ("impedance", ("frequency", "impedance", "point_time", "voltage", "charge")),
    ):
        for name in names:
            np.testing.assert_allclose(
                again[node][name].to_numpy(), measured[node][name].to_numpy(), rtol=1e-12, atol=1e-11, err_msg=name
            )


def test_a_table_without_sweeps_reads_back(tmp_path: Path) -> None:
    measured = measure_history(stripped_history(spectra=0), seed=3)
    again = open_history(write_measured(measured, tmp_path / "run.bdf.csv"))
    for name in ("time", "voltage", "current", "charge"):
        np.testing.assert_allclose(
            again["cycling"][name].to_numpy(), measured["cycling"][name].to_numpy(), rtol=1e-12, atol=1e-12
        )
    with pytest.raises(SchemaError, match="no spectra"):
        write_measured(measure_history(stripped_history(spectra=1), seed=1), tmp_path / "run.csv")
    with pytest.raises(SchemaError, match="ends in"):
        write_measured(measured, tmp_path / "run.doc")


def test_what_cannot_be_measured() -> None:
    empty = stripped_history(spectra=0)["cycling"].to_dataset().isel(row=slice(0, 0))
    with pytest.raises(SchemaError, match="holds rows"):
        measure_history(xr.DataTree.from_dict({"cycling": empty}), seed=1)
    timeless = stripped_history(spectra=1)
    spectra = timeless["impedance"].to_dataset().drop_vars("time")
    tree = xr.DataTree.from_dict({"cycling": timeless["cycling"].to_dataset(), "impedance": spectra})
    with pytest.raises(SchemaError, match="need their time"):
        measure_history(tree, seed=1)
    for bad in ({"amplitude": 0.0}, {"clock_rate": np.nan}, {"settling": -1.0}, {"short_tail": -1.0}):
        with pytest.raises(PhysicsError):
            PotentiostatSettings(**bad)
    for bad in ({"interval": 0.0}, {"voltage_step": -1.0}, {"sweep_step": np.inf}):
        with pytest.raises(PhysicsError):
            Sampling(**bad)
    with pytest.raises(PhysicsError):
        Sampling().times([], [])
