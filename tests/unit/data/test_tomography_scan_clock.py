"""Scans on the clock of the potentiostat."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import xarray as xr

from alkanode.data import label, scan_charge, scan_times
from alkanode.foundation.errors import DataQualityWarning, SchemaError

CURRENT, HOUR = 1e-3, 3600.0


def history(started: str = "2026-03-01T09:00:00") -> xr.DataTree:
    """Strip at 1 mA for an hour, rest an hour, plate for an hour; a row every 10 s."""
    time = np.arange(0, 3 * HOUR + 1, 10.0)
    current = np.where(time < HOUR, CURRENT, np.where(time < 2 * HOUR, 0.0, -CURRENT))
    current[time == HOUR] = current[time == 2 * HOUR] = 0.0
    record = xr.Dataset(
        {"time": ("row", time), "voltage": ("row", 0.1 + 0.05 * time / HOUR), "current": ("row", current)}
    )
    tree = xr.DataTree.from_dict({"cycling": label(record, "cycling")})
    tree.attrs["started"] = started
    return tree


def times(*middles: float, length: float = 180.0, started: str = "") -> xr.Dataset:
    begin = np.array(middles) - length / 2
    table = xr.Dataset({"scan_start": ("scan", begin), "scan_end": ("scan", begin + length)})
    if started:
        table.attrs["started"] = started
    return label(table, "scan_times")


def test_charge_voltage_and_spread() -> None:
    out = scan_charge(times(1800.0, 5400.0, 9000.0), history(), offset=0, offset_error="2 s", area="0.283 cm2")
    np.testing.assert_allclose(out["charge"], [1.8, 3.595, 1.795], rtol=3e-3)
    np.testing.assert_allclose(out["charge_at_end"] - out["charge_at_start"], [0.18, 0.0, -0.18], atol=1e-9)
    np.testing.assert_allclose(out["charge_error"], [2e-3, 0.0, 2e-3], atol=1e-9)
    np.testing.assert_allclose(out["areal_capacity"], out["charge"] / 0.283e-4)
    np.testing.assert_allclose(out["areal_capacity_error"], out["charge_error"] / 0.283e-4)
    np.testing.assert_allclose(out["voltage"], 0.1 + 0.05 * np.array([0.5, 1.5, 2.5]), rtol=1e-6)
    assert (out["voltage_lowest"] < out["voltage"]).all()
    assert (out["voltage_highest"] > out["voltage"]).all()
    assert out["in_history"].all()
    assert out["areal_capacity"].attrs["display_unit"] == "mAh cm-2"
    assert out.attrs["charge_from"]


def test_offset_moves_the_scans_and_its_sign_is_as_said() -> None:
    """The potentiostat shows 60 s more: the scan took place 60 s later on its clock."""
    late = scan_charge(times(1800.0), history(), offset="1 min")
    assert late["time"].item() == pytest.approx(1860.0)
    assert late["charge"].item() == pytest.approx(1.86, rel=1e-3)
    assert np.isnan(late["charge_error"]).all()
    assert late.attrs["offset_error"] == "unknown"


def test_dates_on_both_clocks_and_their_zones() -> None:
    scans = times(0.0, started="2026-03-01T10:30:00")
    out = scan_charge(scans, history(), offset="-30 s")
    assert out["time"].item() == pytest.approx(1.5 * HOUR - 30)
    zoned = times(0.0, started="2026-03-01T15:30:00+00:00")
    with pytest.raises(SchemaError, match="time zone"):
        scan_charge(zoned, history(), offset=0)
    out = scan_charge(zoned, history(), offset=0, time_zone="America/New_York")
    assert out["time"].item() == pytest.approx(1.5 * HOUR)
    with pytest.raises(SchemaError, match="IANA"):
        scan_charge(zoned, history(), offset=0, time_zone="Narnia")
    with pytest.raises(SchemaError, match="when it started"):
        scan_charge(scans, history(started=""), offset=0)


def test_scans_outside_the_history() -> None:
    with pytest.warns(DataQualityWarning, match=r"2 of 3 scans .*scans 0, 2"):
        out = scan_charge(times(-600.0, 1800.0, 20000.0), history(), offset=0)
    assert out["in_history"].to_numpy().tolist() == [False, True, False]
    assert out["charge"][0].item() == 0.0
    assert np.isnan(out["voltage"].to_numpy()[[0, 2]]).all()
    assert np.isnan(out["voltage_lowest"].to_numpy()[[0, 2]]).all()


def test_bad_tables() -> None:
    backwards = times(100.0, length=-5.0)
    with pytest.raises(SchemaError, match="ends after it starts"):
        scan_charge(backwards, history(), offset=0)
    empty = history()["cycling"].to_dataset().isel(row=slice(0, 0))
    with pytest.raises(SchemaError, match="rows"):
        scan_charge(times(10.0), empty, offset=0)


def projections(started: str, **more: object) -> xr.Dataset:
    record = xr.Dataset(
        {
            "counts": (("frame", "row", "column"), np.zeros((20, 1, 2))),
            "image_key": ("frame", np.zeros(20, int)),
            "rotation_angle": ("frame", np.linspace(0, 3, 20)),
        },
        attrs={"started": started},
    )
    for name, value in more.items():
        if name == "ended":
            record.attrs["ended"] = value
        else:
            record[name] = value
    return label(record, "projections")


def test_scan_times_from_frames_from_the_end_and_from_exposure() -> None:
    scans = [
        projections("2026-03-01T10:00:00", time=("frame", np.arange(20) * 9.0), exposure_time=((), 0.5)),
        projections("2026-03-01T10:10:00", ended="2026-03-01T10:13:00"),
        projections("2026-03-01T10:20:00", exposure_time=((), 0.5)),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = scan_times(scans)
    np.testing.assert_allclose(table["scan_start"], [0, 600, 1200])
    np.testing.assert_allclose(table["scan_end"] - table["scan_start"], [171.5, 180, 10])
    assert "assumed" in table.attrs["end_from"]
    out = scan_charge(table, history(), offset=0)
    np.testing.assert_allclose(out["time"], np.array([3600, 4200, 4800]) + np.array([171.5, 180, 10]) / 2)


def test_scans_without_times() -> None:
    for scans, match in (
        ([], "at least one"),
        ([projections("")], "when it started"),
        ([projections("2026-03-01T10:00:00")], "how long"),
        ([projections("2026-03-01T10:00:00", ended="2026-03-01T09:00:00")], "ends after"),
        (
            [
                projections("2026-03-01T10:00:00", exposure_time=((), 1.0)),
                projections("2026-03-01T10:00:00+00:00", exposure_time=((), 1.0)),
            ],
            "time zone",
        ),
    ):
        with pytest.raises(SchemaError, match=match):
            scan_times(scans)
