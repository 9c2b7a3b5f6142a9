from __future__ import annotations

import numpy as np
import pytest

from alkanode.data.schema import check
from alkanode.foundation.errors import PhysicsError
from alkanode.materials import Alloy
from alkanode.thermo import carbon_uptake, liquid_window, potassium_in_carbon, stripping_path


def test_eight_carbons_take_one_potassium() -> None:
    carbon = 8 * 12.011
    bound = potassium_in_carbon("K", mass=39.0983e-3, carbon_mass=carbon * 1e-3)
    assert bound == pytest.approx(1.0)
    assert potassium_in_carbon("K", mass=39.0983e-3, carbon_mass=carbon * 1e-3, extent=0.25) == pytest.approx(0.25)


def test_extent_zero_is_the_plain_path_and_capacity_grows() -> None:
    uptake = carbon_uptake("NaK80", full_uptake=0.2)
    check(uptake, "carbon_uptake")
    plain = stripping_path("NaK80")
    for name in ("capacity_to_liquidus", "capacity_to_last_liquid", "theoretical_capacity"):
        assert uptake[name].values[0] == pytest.approx(plain[name].item())
    assert (np.diff(uptake.capacity_to_liquidus) > 0).all()
    low, high = uptake.capacity_to_liquidus_assessment_interval.values.T
    assert ((low < uptake.capacity_to_liquidus) & (uptake.capacity_to_liquidus < high)).all()
    shift = uptake.capacity_to_liquidus.values[-1] - uptake.capacity_to_liquidus.values[0]
    assert shift > 3 * (high[0] - low[0])  # KC8 matters more than the assessment


def test_window_in_contents_before_uptake() -> None:
    uptake = carbon_uptake("NaK50", full_uptake=0.1, extents=(0.0, 1.0))
    edges = liquid_window("Na-K", "25 degC").mole_fraction.values[0]
    assert uptake.window_mole_fraction.values[0] == pytest.approx(edges)
    for before, after in zip(uptake.window_mole_fraction.values[1], edges, strict=True):
        assert (before - 0.1) / (1 - 0.1) == pytest.approx(after)
    for which in ("interval", "assessment_interval"):
        ends = uptake[f"window_mole_fraction_{which}"].transpose(..., "bound").values
        assert (ends[..., 0] < uptake.window_mole_fraction.values).all()
        assert (uptake.window_mole_fraction.values < ends[..., 1]).all()


def test_carbon_for_more_than_all_atoms_leaves_no_window() -> None:
    uptake = carbon_uptake("NaK50", full_uptake=1.2, extents=(0.0, 1.0))
    assert np.isfinite(uptake.window_mole_fraction.values[0]).all()
    assert np.isnan(uptake.window_mole_fraction.values[1]).all()


def test_an_extent_that_takes_everything_has_no_answer() -> None:
    full = Alloy.from_name("NaK50").composition.mole_fraction("K") * 1.5
    uptake = carbon_uptake("NaK50", full_uptake=full, extents=(0.0, 1.0))
    assert np.isfinite(uptake.capacity_to_liquidus.values[0])
    assert np.isnan(uptake.capacity_to_liquidus.values[1])
    with pytest.raises(PhysicsError, match="one extent at least"):
        carbon_uptake("NaK50", full_uptake=full, extents=(1.0,))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"mass": "1 mg"},
        {"mass": "1 mg", "carbon_mass": "1 mg", "carbon_volume_fraction": 0.2},
        {"mass": 0.0, "carbon_mass": "1 mg"},
        {"carbon_volume_fraction": 1.0},
        {"carbon_volume_fraction": 0.2, "extent": 1.1},
        {"carbon_volume_fraction": 0.2, "extent": float("nan")},
    ],
)
def test_sizes_that_do_not_fit(options: dict[str, object]) -> None:
    with pytest.raises(PhysicsError):
        potassium_in_carbon("NaK50", **options)  # type: ignore[arg-type]


def test_broken_input() -> None:
    with pytest.raises(PhysicsError, match="extents from 0 to 1"):
        carbon_uptake("NaK50", full_uptake=0.1, extents=(0.0, 2.0))
    with pytest.raises(PhysicsError, match="0 or more"):
        carbon_uptake("NaK50", full_uptake=-0.1)
    with pytest.raises(PhysicsError, match="ion Na"):
        carbon_uptake("NaK50", full_uptake=0.1, ion="K+")
