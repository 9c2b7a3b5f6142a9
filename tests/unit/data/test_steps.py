"""Half cycles, steps, roles, chains of files."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from alkanode.data import (
    Cell,
    chain_histories,
    current_sign,
    half_cycle_table,
    label,
    running_charge,
    step_table,
    with_half_cycles,
)
from alkanode.foundation.errors import DataQualityWarning, SchemaError


def record(current: list[float], *, setpoint: list[float] | None = None, step: list[int] | None = None) -> xr.Dataset:
    count = len(current)
    fields: dict[str, tuple[str, object]] = {
        "time": ("row", np.arange(count, dtype=float)),
        "voltage": ("row", np.linspace(0, 1, count)),
        "current": ("row", np.array(current, dtype=float)),
    }
    if setpoint is not None:
        fields["current_setpoint"] = ("row", np.array(setpoint, dtype=float))
    if step is not None:
        fields["step"] = ("row", np.array(step))
    return label(xr.Dataset(fields), "cycling")


def test_a_pause_does_not_split_a_half_cycle() -> None:
    half = with_half_cycles(record([0, 1, 1, 0, 0, 1, -1, -1, 0, -1, 1]))["half_cycle"].to_numpy()
    assert half.tolist() == [-1, 0, 0, -1, -1, 0, 1, 1, -1, 1, 2]


def test_the_set_point_decides_where_the_measured_current_is_noisy() -> None:
    noisy = record([0.1, -0.5, 0.9, 0.0], setpoint=[np.nan, -1.0, -1.0, np.nan])
    assert current_sign(noisy).tolist() == [1, -1, -1, 0]


def test_roles_decide_strip_and_plate() -> None:
    current = [1.0, 1.0, -1.0, -1.0]
    working = half_cycle_table(record(current), Cell(anode="Na"))
    counter = half_cycle_table(record(current), Cell(anode="Na", anode_role="counter"))
    assert working["direction"].to_numpy().tolist() == ["strip", "plate"]
    assert counter["direction"].to_numpy().tolist() == ["plate", "strip"]


def test_capacities_by_area_and_mass() -> None:
    table = half_cycle_table(record([2.0] * 11), Cell(anode="Na", anode_mass="1 g", area="1 cm2"))
    assert table["charge_passed"].item() == pytest.approx(20.0)
    assert table["areal_capacity"].item() == pytest.approx(20.0 / 1e-4)
    assert table["specific_capacity"].item() == pytest.approx(20.0 / 1e-3)


def test_steps_follow_the_instrument_first() -> None:
    by_number = step_table(record([0, 1, 1, 1], step=[0, 1, 1, 2]))
    assert by_number["first_row"].to_numpy().tolist() == [0, 1, 3]
    by_setpoint = step_table(record([0, 1, 1, 1.5], setpoint=[np.nan, 1.0, 1.01, 1.5]))
    assert by_setpoint["first_row"].to_numpy().tolist() == [0, 1, 3]
    by_sign = step_table(record([0, 1, 1, -1]))
    assert by_sign["first_row"].to_numpy().tolist() == [0, 1, 3]
    assert "sign" in by_sign.attrs["boundaries_from"]


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=30), st.floats(0.1, 1e3))
def test_charge_scales_with_current(values: list[float], factor: float) -> None:
    time = np.arange(len(values), dtype=float)
    once = running_charge(time, np.array(values))
    assert running_charge(time, factor * np.array(values)) == pytest.approx(factor * once)
    assert running_charge(factor * time, np.array(values)) == pytest.approx(factor * once)


def history(started: str, count: int = 3, *, spectra: bool = False) -> xr.DataTree:
    cycling = xr.Dataset(
        {
            "time": ("row", np.arange(count, dtype=float)),
            "voltage": ("row", np.zeros(count)),
            "current": ("row", np.ones(count)),
            "charge": ("row", np.arange(count, dtype=float)),
        }
    )
    nodes = {"cycling": label(cycling, "cycling")}
    if spectra:
        point = ("spectrum", "point")
        spectrum = xr.Dataset(
            {
                "impedance": (point, np.ones((1, count), complex)),
                "frequency": (point, np.geomspace(10, 1, count)[None]),
                "time": ("spectrum", [0.5]),
                "charge": ("spectrum", [0.5]),
            }
        )
        nodes["impedance"] = label(spectrum, "impedance")
    tree = xr.DataTree.from_dict(nodes)
    tree.attrs.update(started=started, source_file=f"{started}.mpr")
    return tree


def test_files_join_on_one_clock_in_the_order_of_their_start() -> None:
    second = history("2025-01-01T00:01:00", spectra=True)
    first = history("2025-01-01T00:00:00", 4, spectra=True)
    joined = chain_histories([second, first])
    cycling = joined["cycling"].to_dataset()
    assert cycling["time"].to_numpy().tolist() == [0, 1, 2, 3, 60, 61, 62]
    assert cycling["charge"].to_numpy().tolist() == [0, 1, 2, 3, 3, 4, 5]
    assert cycling["source_index"].to_numpy().tolist() == [0, 0, 0, 0, 1, 1, 1]
    spectra = joined["impedance"].to_dataset()
    assert spectra["time"].to_numpy().tolist() == [0.5, 60.5]
    assert spectra["charge"].to_numpy().tolist() == [0.5, 3.5]
    assert np.isnan(spectra["frequency"].to_numpy()[1, 3])


def test_overlapping_rows_are_left_out_with_a_warning() -> None:
    with pytest.warns(DataQualityWarning, match="overlapping"):
        joined = chain_histories([history("2025-01-01T00:00:00", 5), history("2025-01-01T00:00:02", 5)])
    assert joined["cycling"]["time"].to_numpy().tolist() == [0, 1, 2, 3, 4, 4, 5, 6]


def test_a_chain_needs_clocks() -> None:
    with pytest.raises(SchemaError, match="when it started"):
        chain_histories([history(""), history("2025-01-01T00:00:00")])
    with pytest.raises(SchemaError, match="at least one"):
        chain_histories([])


def test_local_and_zoned_clocks_need_a_time_zone() -> None:
    local, zoned = history("2025-01-01T01:00:00"), history("2025-01-01T00:00:10+00:00")
    with pytest.raises(SchemaError, match="time_zone"):
        chain_histories([local, zoned])
    joined = chain_histories([local, zoned], time_zone="Europe/Berlin")
    assert joined["cycling"]["time"].to_numpy().tolist() == [0, 1, 2, 10, 11, 12]
    with pytest.raises(SchemaError, match="IANA"):
        chain_histories([local, zoned], time_zone="Berlin")


def test_files_far_apart_are_doubted() -> None:
    with pytest.warns(DataQualityWarning, match="365 days after"):
        chain_histories([history("2025-01-01T00:00:00"), history("2026-01-01T00:00:00")])
