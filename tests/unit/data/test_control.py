"""What the instrument controlled, and the current that it was told to hold."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.control import by_voltage, demanded_current, held_current
from alkanode.data.schema import label


def record(**fields: list[float]) -> xr.Dataset:
    columns = {"time": [0.0, 1.0, 2.0], "voltage": [0.0, 0.1, 0.2], "current": [0.0, 1.1e-3, 0.9e-3]} | fields
    return label(xr.Dataset({name: ("row", np.array(values)) for name, values in columns.items()}), "cycling")


def test_without_a_mode_nothing_is_known_to_be_voltage_control() -> None:
    assert not by_voltage(record()).any()


def test_only_voltage_control_counts() -> None:
    assert by_voltage(record(control_mode=[0, 1, 2])).tolist() == [False, False, True]


def test_the_set_point_goes_before_the_measured_current() -> None:
    told = record(current_setpoint=[np.nan, 1e-3, 1e-3])
    assert np.isnan(demanded_current(told)[0])
    assert held_current(told).tolist() == [0.0, 1e-3, 1e-3]
    assert held_current(record()).tolist() == [0.0, 1.1e-3, 0.9e-3]
    assert np.isnan(demanded_current(record())).all()
