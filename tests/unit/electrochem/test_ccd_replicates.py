"""Cells pooled: one protocol, one area, honest where little is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import xarray as xr
from current_ramps import both_ways, ramp

from alkanode.data import Cell, Electrolyte, open_saved, save
from alkanode.electrochem import critical_current, critical_current_against, pool
from alkanode.foundation.errors import DataQualityWarning, SchemaError

ELECTROLYTE = Electrolyte("NASICON", thickness="1 mm", conductivity="1 mS cm-1", single_ion=True)
LEVELS = [0.25e-3, 0.5e-3, 0.75e-3, 1e-3, 1.25e-3, 1.5e-3, 1.75e-3]


def cell(
    name: str = "one", *, anode: str = "Na", area: float = 1.0, pressure: str = "10 MPa", final: float | None = None
) -> Cell:
    return Cell(
        name=name,
        anode=anode,
        counter=anode,
        electrolyte=ELECTROLYTE,
        area="1 cm2",
        final_area=1e-4 * area if final is None else final,
        stack_pressure=pressure,
    )


def result(
    short_at: float = np.inf, levels: Sequence[float] = LEVELS, charge: float = 1.8, **options: object
) -> xr.Dataset:
    return critical_current(ramp(both_ways(levels), short_at=short_at, charge=charge), cell(**options))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def dozen() -> list[xr.Dataset]:
    random = np.random.default_rng(3)
    return [result(1.2e-3 * one, name=f"c{number}") for number, one in enumerate(random.weibull(3, 12))]


def test_mean_and_law_of_a_dozen(dozen: list[xr.Dataset]) -> None:
    attrs = pool(dozen).attrs
    assert attrs["n"] == attrs["n_interval"] + attrs["n_right"] + attrs["n_left"] == 12
    assert 8 < attrs["scale"] < 16
    assert attrs["scale_lower"] < 12 < attrs["scale_upper"]
    assert attrs["naive_scale"] > attrs["scale"]
    assert attrs["shape_unbiased"] == pytest.approx(
        attrs["shape"] * (attrs["n"] - attrs["n_right"] - 2) / (attrs["n"] - attrs["n_right"] - 0.68)
    )


def test_half_width_of_three_cells() -> None:
    attrs = pool([result(short_at, name=str(short_at)) for short_at in (0.75e-3, 1e-3, 1.5e-3)]).attrs
    assert attrs["mean"] == pytest.approx(np.mean([6.25, 8.75, 13.75]))
    assert attrs["mean_upper"] - attrs["mean"] == pytest.approx(2.484 * attrs["standard_deviation"], rel=1e-3)
    assert np.isnan(attrs["bootstrap_lower"])


def test_resampling_from_eight_cells_on() -> None:
    cells = [result(short_at, name=str(number)) for number, short_at in enumerate([0.75e-3, 1e-3, 1.25e-3, 1.5e-3] * 2)]
    attrs = pool(cells).attrs
    assert attrs["bootstrap_lower"] < attrs["mean"] < attrs["bootstrap_upper"]
    assert attrs["bootstrap_upper"] - attrs["bootstrap_lower"] < attrs["mean_upper"] - attrs["mean_lower"]
    assert pool(cells).attrs["bootstrap_lower"] == attrs["bootstrap_lower"]


def test_one_cell_has_a_value_and_no_scatter() -> None:
    attrs = pool([result(1e-3)]).attrs
    assert attrs["mean"] == pytest.approx(8.75)
    assert np.isnan(attrs["mean_lower"])
    assert "says nothing of the scatter" in attrs["mean_reason"]
    assert "at least two" in attrs["weibull_reason"]


def test_cells_that_never_failed_have_no_mean() -> None:
    attrs = pool([result(name="a"), result(name="b")]).attrs
    assert np.isnan(attrs["mean"])
    assert "2 of 2 are lower bounds" in attrs["mean_reason"]
    assert "no value failed" in attrs["weibull_reason"]
    assert np.isnan(attrs["median"])


def test_all_in_one_interval_have_no_law() -> None:
    pooled = pool([result(1e-3, name=name) for name in "abc"])
    assert "share a point" in pooled.attrs["weibull_reason"]
    assert "fitted_share" not in pooled
    assert pooled.attrs["standard_deviation"] == 0


def test_the_median_stands_a_few_lower_bounds() -> None:
    attrs = pool([result(1e-3, name="a"), result(1.25e-3, name="b"), result(name="c")]).attrs
    assert attrs["median"] == pytest.approx(11.25)


@pytest.mark.parametrize(
    ("other", "word"),
    [
        ({"pressure": "1 MPa"}, "stack pressure"),
        ({"anode": "NaK50"}, "anode"),
        ({"charge": 3.6}, "target per half cycle"),
        ({"levels": LEVELS[1:]}, "levels of current"),
    ],
)
def test_mixed_protocols_are_named_and_refused(other: dict[str, object], word: str) -> None:
    mixed = [result(1e-3, name="a"), result(1.25e-3, name="b", **other)]  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match=word):
        pool(mixed)
    with pytest.warns(DataQualityWarning, match=word):
        assert word in pool(mixed, allow_mixed=True).attrs["mixed"]


def test_ramps_of_different_length_are_one_protocol() -> None:
    assert pool([result(1e-3, LEVELS[:4], name="a"), result(name="b")]).attrs["mixed"] == ""


def test_final_areas_move_both_ends() -> None:
    pooled = pool([result(1e-3, name="a", area=0.8), result(1e-3, name="b", area=1.25)])
    assert pooled["interval"].to_numpy() == pytest.approx(np.array([[7.5, 10], [7.5, 10]]) / [[0.8], [1.25]])
    assert pool([result(1e-3, name="a", area=0.8)], area="nominal")["interval"].to_numpy() == pytest.approx(
        np.array([[7.5, 10.0]])
    )


def test_areas_are_never_mixed_or_made_up() -> None:
    record = ramp(both_ways(LEVELS), short_at=1e-3)
    nominal = critical_current(
        record, Cell(name="n", anode="Na", counter="Na", electrolyte=ELECTROLYTE, area="1 cm2", stack_pressure="10 MPa")
    )
    with pytest.raises(SchemaError, match="none of n"):
        pool([result(1e-3), nominal])
    with pytest.warns(DataQualityWarning, match="no final area"):
        assert pool([nominal]).attrs["area_basis"] == "nominal"
    bare = critical_current(record, Cell(anode="Na", counter="Na", electrolyte=Electrolyte("NASICON", single_ion=True)))
    with pytest.raises(SchemaError, match="needs the area"):
        pool([bare])
    with pytest.raises(SchemaError, match="at least one cell"):
        pool([])


def test_a_cell_that_says_nothing_is_left_out() -> None:
    silent = result(1e-3, name="s").assign_attrs(censoring="none", last_passed=0.0, first_failed=np.inf)
    with pytest.warns(DataQualityWarning, match="1 of 2 cells are left out"):
        assert pool([result(1e-3), silent]).attrs["n"] == 1


def test_against_pressure_potassium_capacity_and_yield_stress() -> None:
    cells = [
        result(1.5e-3, name="Na 10", pressure="10 MPa"),
        result(1e-3, name="NaK 1", anode="NaK50", pressure="1 MPa"),
    ]
    pressure = critical_current_against(cells, "stack_pressure")
    assert pressure["axis_value"].to_numpy().tolist() == [1e7, 1e6]
    assert "anode" in pressure.attrs["differs"]
    potassium = critical_current_against(cells, "potassium_mass_fraction")
    assert potassium["axis_value"].to_numpy() == pytest.approx([0, 0.5])
    assert "anode" not in potassium.attrs["differs"]
    assert "stack pressure" in potassium.attrs["differs"]
    capacity = critical_current_against([result(1e-3, area=0.8)], "areal_capacity")
    assert capacity["axis_value"].item() == pytest.approx(1.8e4 / 0.8, rel=0.03)
    hardness = {"Na": ("0.41 MPa", "0.08 MPa"), "NaK50": ("0.1 MPa", "0.01 MPa")}
    stress = critical_current_against(cells, "yield_stress", given=hardness)
    assert stress["axis_interval"].to_numpy()[0] == pytest.approx([0.33e6, 0.49e6])
    with pytest.raises(SchemaError, match="yield stress of every cell"):
        critical_current_against(cells, "yield_stress")
    with pytest.raises(SchemaError, match="known property"):
        critical_current_against(cells, "colour")  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match="at least one"):
        critical_current_against([], "yield_stress")


def test_groups_stand_at_their_means(dozen: list[xr.Dataset]) -> None:
    some = pool([one for one in dozen if one.attrs["censoring"] == "interval"])
    table = critical_current_against([some], "yield_stress", given={"Na": ("0.41 MPa", "0.08 MPa")})
    assert table["censoring"].item() == "mean"
    assert table["interval"].to_numpy()[0] == pytest.approx([some.attrs["mean_lower"], some.attrs["mean_upper"]])
    bounded = pool([result(1e-3, name="a"), result(name="b")])
    with pytest.raises(SchemaError, match="mean with an interval"):
        critical_current_against([bounded], "yield_stress", given={"Na": ("0.41 MPa", "0.08 MPa")})


def test_it_survives_a_file(dozen: list[xr.Dataset], tmp_path: object) -> None:
    pooled = pool(dozen)
    back = open_saved(save(pooled, f"{tmp_path}/pooled.h5"))
    assert isinstance(back, xr.Dataset)
    assert back["interval"].to_numpy().tolist() == pooled["interval"].to_numpy().tolist()
    assert back["cell"].to_numpy().tolist() == pooled["cell"].to_numpy().tolist()
