"""Capacities with gaps and corrections; histories that were lost or torn apart on their way through a text file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import SchemaError
from alkanode.io import open_history, write_mpt


def bdf_charge(tmp_path: Path, charged: list[str]) -> list[float]:
    rows = [f"{3600 * row},3.0,1.0,{capacity},0" for row, capacity in enumerate(charged)]
    head = "Test Time / s,Voltage / V,Current / A,Charging Capacity / Ah,Discharging Capacity / Ah"
    path = tmp_path / "table.csv"
    path.write_text("\n".join([head, *rows, ""]))
    values: list[float] = (open_history(path)["cycling"]["charge"].to_numpy() / 3600).tolist()
    return values


def test_a_gap_in_a_capacity_is_no_reset(tmp_path: Path) -> None:
    assert bdf_charge(tmp_path, ["0", "1", "", "3"]) == pytest.approx([0, 1, 1, 3])
    assert bdf_charge(tmp_path, ["", "1", "2", ""]) == pytest.approx([0, 0, 1, 1])


def test_a_small_step_back_of_a_capacity_is_no_reset(tmp_path: Path) -> None:
    assert bdf_charge(tmp_path, ["0", "1.0001", "1", "1"]) == pytest.approx([0, 1.0001, 1, 1])


def test_a_capacity_that_begins_again_goes_on(tmp_path: Path) -> None:
    assert bdf_charge(tmp_path, ["0", "1", "0", "0.5"]) == pytest.approx([0, 1, 1, 1.5])


def cycling(time: np.ndarray, **more: np.ndarray) -> xr.Dataset:
    fields = {"time": time, "voltage": np.linspace(0.1, 0.2, time.size), "current": np.full(time.size, 1e-3), **more}
    return label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")


def impedance(point_time: np.ndarray) -> xr.Dataset:
    frequency = np.geomspace(1e5, 1.0, point_time.size)[None]
    points = ("spectrum", "point")
    fields = {"frequency": frequency, "impedance": 10 - 1j * frequency**-0.2, "point_time": point_time[None]}
    fields["counter_impedance"] = 3 - 2j * frequency**-0.1
    return label(xr.Dataset({name: (points, values) for name, values in fields.items()}), "impedance")


def read_back(tmp_path: Path, **records: xr.Dataset) -> xr.DataTree:
    return open_history(write_mpt(xr.DataTree.from_dict(records), tmp_path / "run.mpt", started="2024-01-31T12:00:00"))


def test_a_row_at_the_time_of_the_last_point_does_not_split_the_sweep(tmp_path: Path) -> None:
    points = np.arange(1.0, 11.0)
    time = np.concatenate(([0.0], points, [10.0, 11.0]))
    swept = np.isin(np.arange(13), np.arange(1, 11))
    back = read_back(tmp_path, cycling=cycling(time, in_sweep=swept), impedance=impedance(points))
    assert dict(back["impedance"].sizes) == {"spectrum": 1, "point": 10}
    assert (back["cycling"]["in_sweep"].to_numpy() == swept).all()


def test_the_impedance_of_the_counter_electrode_is_written(tmp_path: Path) -> None:
    spectra = impedance(np.arange(10.0))
    back = read_back(tmp_path, cycling=cycling(np.arange(20.0, 25.0)), impedance=spectra)
    np.testing.assert_allclose(
        back["impedance"]["counter_impedance"].to_numpy(), spectra["counter_impedance"].to_numpy(), rtol=1e-12
    )


def test_one_unknown_step_does_not_lose_the_others(tmp_path: Path) -> None:
    step, cycle = np.array([0, 0, 1, -1]), np.array([-1, 0, 1, 1])
    back = read_back(tmp_path, cycling=cycling(np.arange(4.0), step=step, cycle=cycle))["cycling"]
    assert back["step"].to_numpy().tolist() == step.tolist()
    assert back["cycle"].to_numpy().tolist() == cycle.tolist()


def test_what_could_not_be_read_is_not_written(tmp_path: Path) -> None:
    late = impedance(np.array([0.0, 1, 2, np.nan]))
    with pytest.raises(SchemaError, match="point_time"):
        read_back(tmp_path, impedance=late)
    with pytest.raises(SchemaError, match="rows"):
        read_back(tmp_path, cycling=cycling(np.zeros(0)))
    assert not list(tmp_path.iterdir())
