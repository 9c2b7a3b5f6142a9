"""Tests become rows of a series: values, lower bounds, shares with intervals, digitised points, what is refused."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from alkanode.data import Cell, Electrode, label, open_saved, save
from alkanode.electrochem import (
    at_cutoff,
    capacity_bands,
    critical_stripping,
    stripping_groups,
    stripping_series,
    with_stripping_current,
)
from alkanode.foundation.errors import DataQualityWarning, SchemaError

GIVEN: dict[str, Any] = {
    "anode": "NaK50",
    "anode_mass": "4 mg",
    "area": "0.5 cm2",
    "stack_pressure": "10 MPa",
    "temperature": "25 degC",
    "counter": "Na",
}
MAH_G = 3600.0


def cell(**changes: Any) -> Cell:
    return Cell(**{**GIVEN, **changes})


def record(current: float = 5e-4, *, capacity: float = 1.0, top: float = 2.5, rows: int = 2001) -> xr.Dataset:
    """Strip a capacity (mAh) at a current (A) while the voltage rises as a straight line to its largest value (V)."""
    time = np.linspace(0, 3.6 * capacity / current, rows)
    fields = {"time": time, "voltage": np.linspace(0, top, rows), "current": np.full(rows, current)}
    return label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")


def stripped(made: Cell, **how: Any) -> xr.Dataset:
    rec = record(**how)
    return with_stripping_current(critical_stripping(rec, made), rec)


def test_a_row_holds_current_capacity_and_shares() -> None:
    made = cell(
        anode=Electrode("NaK50", mass="4 mg", mass_uncertainty="0.1 mg"), anode_mass=None, area_uncertainty="0.01 cm2"
    )
    series = stripping_series([stripped(made)], [made])
    assert series.current_density.item() == pytest.approx(10.0)
    assert series.current_density_interval.to_numpy()[0] == pytest.approx([10 / 1.04, 10 / 0.96])
    at = at_cutoff(series, "1 V")
    # 1 V of 2.5 V on a straight line is 40 % of 1 mAh
    assert at.specific_capacity.item() / MAH_G == pytest.approx(100.0, rel=2e-3)
    assert at.areal_capacity.item() / 36e3 == pytest.approx(0.8, rel=2e-3)
    low, high = at.specific_capacity_interval.to_numpy()[0] / MAH_G
    assert low == pytest.approx(100 / 1.05, rel=2e-3)
    assert high == pytest.approx(100 / 0.95, rel=2e-3)
    assert at.share_of_theory.item() == pytest.approx(100 / 582.9, rel=2e-3)
    liquidus = series.capacity_to_liquidus_interval.to_numpy()[0]
    shares = at.share_of_liquidus_interval.to_numpy()[0]
    assert shares == pytest.approx([low * MAH_G / liquidus[1], high * MAH_G / liquidus[0]])
    assert at.region.item() == "liquid"
    assert series.origin.item() == "measured"


def test_a_cut_off_that_was_not_reached_gives_a_lower_bound() -> None:
    made = cell()
    at = at_cutoff(stripping_series([stripped(made, top=1.5)], [made]), "2 V")
    assert at.censoring.item() == "right"
    assert at.specific_capacity.item() / MAH_G == pytest.approx(250.0, rel=2e-3)
    assert np.isinf(at.specific_capacity_interval.to_numpy()[0, 1])
    assert np.isinf(at.share_of_liquidus_interval.to_numpy()[0, 1])
    assert at.region.item() == "at least liquid"


def test_a_short_ends_what_counts_as_stripped() -> None:
    made, rec = cell(), record(top=2.5)
    limit = with_stripping_current(critical_stripping(rec, made), rec)
    row = 1000
    event = {
        "failure": ("event", np.array(["hard_short"])),
        "confirmed": ("event", np.array([True])),
        "time": ("event", rec.time.to_numpy()[[row]]),
        "row": ("event", np.array([row])),
        "charge": ("event", np.array([1.8])),
        "half_cycle_charge": ("event", np.array([1.8])),
        **{name: ("event", np.array([""])) for name in ("evidence", "would_confirm", "rivals")},
    }
    broken = label(xr.Dataset(event), "failures")
    series = stripping_series([limit], [made], failures=[broken])
    assert series.censoring.to_numpy()[0].tolist() == ["interval", "interval", "right"]
    assert at_cutoff(series, "2 V").specific_capacity.item() == pytest.approx(1.8 / 4e-6)
    unbroken = stripping_series([limit], [made])
    assert unbroken.censoring.to_numpy()[0].tolist() == ["interval"] * 3


def test_a_voltage_that_stood_above_says_nothing() -> None:
    made, rec = cell(), record()
    rec = rec.assign(voltage=rec.voltage + 0.6)
    with pytest.warns(DataQualityWarning, match="stood at"):
        limit = critical_stripping(rec, made)
    series = stripping_series([with_stripping_current(limit, rec)], [made])
    assert series.censoring.to_numpy()[0].tolist() == ["none", "interval", "interval"]
    assert np.isnan(at_cutoff(series, "0.5 V").specific_capacity.item())


def test_printed_capacities_give_their_shares(printed: Any) -> None:
    codes = {"NaK80": "S000-056", "NaK65": "S000-057", "NaK50": "S000-058"}
    rows = [{"alloy": alloy, "specific_capacity": f"{printed(code)} mAh g-1"} for alloy, code in codes.items()]
    series = stripping_series(overlay=rows)
    assert series.origin.to_numpy().tolist() == ["digitised"] * 3
    assert np.isnan(series.cutoff.item())
    at = at_cutoff(series)
    assert at.share_of_theory.to_numpy() == pytest.approx([150 / 233.16, 300 / 408.03, 400 / 582.90], rel=1e-4)
    assert (series.theoretical_capacity.to_numpy() / MAH_G).round(1).tolist() == [233.2, 408.0, 582.9]
    # NaK80 over its crossing: 1.05, and 1.01 to 1.09 within 2 K
    assert at.share_of_liquidus.to_numpy()[0] == pytest.approx(1.048, abs=2e-3)
    assert at.share_of_liquidus_interval.to_numpy()[0] == pytest.approx([1.007, 1.095], abs=5e-3)
    assert np.isnan(at.share_of_theory_interval.to_numpy()).all()
    assert at.region.to_numpy().tolist() == ["liquid with solid K", "liquid", "liquid"]


def test_digitised_points_come_from_a_table_and_take_the_cut_offs_of_the_tests(tmp_path: Path) -> None:
    file = tmp_path / "points.csv"
    file.write_text(
        "alloy,specific_capacity / mAh g-1,lower / mAh g-1,upper / mAh g-1,stack_pressure / MPa,reached\n"
        "NaK65,300,280,320,2,yes\nNaK65,200,,,1,no\n",
        encoding="utf-8",
    )
    made = cell()
    series = stripping_series([stripped(made)], [made], overlay=file)
    assert series.sizes == {"test": 3, "cutoff": 3, "bound": 2}
    at = at_cutoff(series, "1 V")
    assert at.specific_capacity_interval.to_numpy()[1] / MAH_G == pytest.approx([280, 320])
    assert at.censoring.to_numpy().tolist() == ["interval", "interval", "right"]
    assert series.test.to_numpy().tolist()[1:] == ["NaK65 (1)", "NaK65 (2)"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({}, "needs its alloy"),
        ({"alloy": "NaK50"}, "one capacity"),
        ({"alloy": "NaK50", "specific_capacity": "1 mA"}, "another dimension"),
        ({"alloy": "NaK50", "specific_capacity": "-1 mAh g-1"}, "not negative"),
        ({"alloy": "NaK50", "specific_capacity": "5 mAh g-1", "lower": "6 mAh g-1", "upper": "7 mAh g-1"}, "inside"),
        ({"alloy": "NaK50", "specific_capacity": "5 mAh g-1", "lower": "4 mAh g-1"}, "two ends"),
        ({"alloy": "NaK", "specific_capacity": "5 mAh g-1"}, "carry its basis"),
        ({"alloy": "NaK50", "specifc_capacity": "5 mAh g-1"}, "Did you mean 'specific_capacity'"),
        ({"alloy": "NaK50", "specific_capacity": "5 mAh g-1", "temperature": "-30 degC"}, "temperature above"),
    ],
)
def test_a_wrong_point_is_named(row: dict[str, str], says: str) -> None:
    with pytest.raises(SchemaError, match=says) as raised:
        stripping_series(overlay=[row])
    assert "row 1" in str(raised.value)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"alloy,specific_capacity\nNaK50\n", b"alloy\nNaK50,3,4\n"])
def test_a_broken_table_of_points_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "points.csv"
    file.write_bytes(content)
    with pytest.raises(SchemaError):
        stripping_series(overlay=file)


def test_what_is_missing_is_said() -> None:
    made = cell()
    with pytest.raises(SchemaError, match="at least one test"):
        stripping_series()
    with pytest.raises(SchemaError, match="1 results, 2 cells"):
        stripping_series([stripped(made)], [made, made])
    with pytest.raises(SchemaError, match="with_stripping_current"):
        stripping_series([critical_stripping(record(), made)], made)
    with pytest.raises(SchemaError, match=r"cut-offs 0.5, 1, 2 V"):
        at_cutoff(stripping_series([stripped(made)], made), "3 V")


def test_a_current_that_varies_belongs_to_no_density() -> None:
    made, rec = cell(), record()
    varied = rec.assign(current=("row", np.where(np.arange(rec.sizes["row"]) < 900, 5e-4, 1e-3)))
    limit = critical_stripping(varied, made)
    with pytest.warns(DataQualityWarning, match="no single current"):
        twice = with_stripping_current(limit, varied)
    assert np.isnan(stripping_series([twice], made).current_density.item())


def test_final_and_nominal_areas_do_not_mix_in_silence() -> None:
    one, two = cell(), cell(final_area="0.45 cm2", name="measured after")
    with pytest.warns(DataQualityWarning, match="final and nominal"):
        stripping_series([stripped(one), stripped(two)], [one, two])


def test_kc8_is_shown_where_the_liquidus_rests_on_it() -> None:
    host = cell(anode=Electrode("NaK80", mass="8 mg", carbon_mass="1 mg", kc8_extent=0.5), anode_mass=None)
    plain = cell(anode="NaK80", anode_mass="8 mg")
    series = stripping_series([stripped(host), stripped(plain)], [host, plain])
    none, full = series.capacity_to_liquidus_by_kc8.to_numpy()[0]
    assert none == pytest.approx(float(series.capacity_to_liquidus[1]))
    assert none < float(series.capacity_to_liquidus[0]) < full
    assert np.isnan(series.capacity_to_liquidus_by_kc8.to_numpy()[1]).all()
    # half of 1 mg of carbon as KC8 holds 5.2 umol of K, of the 164 umol in 8 mg of NaK80
    carbon = 0.5 * 1e-6 / 12.011e-3 / 8
    atoms = 8e-6 * (0.2 / 22.98977e-3 + 0.8 / 39.0983e-3)
    assert float(series.potassium_in_carbon[0]) == pytest.approx(carbon / atoms, rel=1e-4)


def test_an_alloy_without_a_phase_diagram_keeps_its_capacity() -> None:
    made = cell(anode="Li", electrolyte=None)
    series = stripping_series([stripped(made)], made)
    assert series.theoretical_capacity.item() / MAH_G == pytest.approx(3861, rel=1e-3)
    assert np.isnan(series.capacity_to_liquidus.item())
    assert at_cutoff(series, "1 V").region.item() == ""


def test_replicates_are_grouped_with_a_t_interval_and_protocols_kept_apart() -> None:
    made = [cell(name=f"cell {n}") for n in range(3)] + [cell(name="other", counter="K")]
    tests = [stripped(one, capacity=capacity) for one, capacity in zip(made, (1.0, 1.1, 1.2, 1.5), strict=True)]
    groups = stripping_groups(stripping_series(tests, made), cutoff="1 V")
    assert groups["count"].to_numpy().tolist() == [3, 1]
    assert groups.member.to_numpy().tolist() == [0, 0, 0, 1]
    mean, spread = float(groups["mean"][0]) / MAH_G, float(groups.standard_deviation[0]) / MAH_G
    assert (mean, spread) == (pytest.approx(110, rel=2e-3), pytest.approx(10, rel=2e-3))
    assert groups.mean_interval.to_numpy()[0] / MAH_G == pytest.approx([110 - 24.84, 110 + 24.84], rel=3e-3)
    assert "says nothing of the scatter" in str(groups.reason.to_numpy()[1])
    assert groups.group.to_numpy()[0] == "NaK50, 1 mA cm-2, 10 MPa (Na)"


def test_a_lower_bound_leaves_a_group_without_a_mean() -> None:
    made = [cell(name="a"), cell(name="b"), cell(name="c")]
    tests = [stripped(one, top=top) for one, top in zip(made, (2.5, 2.5, 0.9), strict=True)]
    groups = stripping_groups(stripping_series(tests, made), cutoff="1 V")
    assert np.isnan(groups["mean"].item())
    assert groups["count_censored"].item() == 1
    assert "1 of 3 are lower bounds" in str(groups.reason.item())
    assert np.isfinite(groups["median"].item())


def test_a_series_survives_saving(tmp_path: Path) -> None:
    made = cell()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        series = stripping_series([stripped(made)], made)
        opened = open_saved(save(series, tmp_path / "series.h5"))
        bands = open_saved(save(capacity_bands("NaK50"), tmp_path / "bands.h5"))
    xr.testing.assert_equal(opened, series)
    assert json.loads(str(opened.protocol.item()))["counter"] == "Na"
    assert bands.attrs["alloy"] == "NaK50"
