"""Phase regions along the charge axis agree with the stripping path and move with temperature and carbon."""

from __future__ import annotations

import numpy as np
import pytest

from alkanode.electrochem import capacity_bands, region_at
from alkanode.foundation.errors import PhysicsError
from alkanode.materials import Alloy
from alkanode.thermo import stripping_path

MAH_G = 3600.0


@pytest.mark.parametrize("alloy", ["NaK30", "NaK50", "NaK65", "NaK80", "Na60K40"])
def test_borders_are_those_of_the_path(alloy: str) -> None:
    bands, path = capacity_bands(alloy), stripping_path(alloy)
    low, high = bands.lower.to_numpy(), bands.upper.to_numpy()
    assert low[0] == 0
    assert high[-1] == pytest.approx(float(path.theoretical_capacity))
    assert high[:-1] == pytest.approx(low[1:])
    regions = bands.region.to_numpy().tolist()
    liquid = regions.index("liquid")
    assert low[liquid] == pytest.approx(float(path.capacity_into_liquid), abs=1e-6)
    assert high[liquid] == pytest.approx(float(path.capacity_to_liquidus))
    assert bands.upper_interval.to_numpy()[liquid] == pytest.approx(path.capacity_to_liquidus_interval.to_numpy())
    beside = regions.index("liquid with solid K")
    assert high[beside] == pytest.approx(float(path.capacity_to_last_liquid))


def test_nak80_moves_by_three_milliampere_hours_per_kelvin() -> None:
    low, high = capacity_bands("NaK80", temperature_uncertainty="2 K").upper_interval.to_numpy()[0] / MAH_G
    assert (high - low) / 4 == pytest.approx(3.0, abs=0.4)
    sharp = capacity_bands("NaK80", temperature_uncertainty=0.0)
    assert np.ptp(sharp.upper_interval.to_numpy(), axis=1).max() == 0


def test_a_path_gives_the_same_bands_as_its_alloy() -> None:
    path = stripping_path("NaK65", temperature="22 degC", temperature_uncertainty="1 K", potassium_in_carbon=0.05)
    from_path = capacity_bands(path)
    direct = capacity_bands("NaK65", temperature="22 degC", temperature_uncertainty="1 K", potassium_in_carbon=0.05)
    assert from_path.identical(direct)
    unnamed = Alloy(Alloy.from_name("NaK65").composition, "a cell's own alloy")
    again = capacity_bands(stripping_path(unnamed))
    assert again.upper.to_numpy() == pytest.approx(capacity_bands("NaK65").upper.to_numpy())


def test_carbon_that_takes_potassium_lengthens_the_liquid_field() -> None:
    edges = [capacity_bands("NaK80", potassium_in_carbon=moles).upper.to_numpy()[0] for moles in (0.0, 0.1, 0.2)]
    assert edges == sorted(edges)
    assert edges[0] < edges[-1]


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (100, 110, "liquid"),
        (140, 141, "liquid or liquid with solid K"),
        (150, 160, "liquid with solid K"),
        (160, np.inf, "at least liquid with solid K"),
        (300, 310, "beyond theory"),
        (np.nan, 1, ""),
    ],
)
def test_where_a_capacity_lies(low: float, high: float, says: str) -> None:
    assert region_at(capacity_bands("NaK80"), low * MAH_G, high * MAH_G) == says


def test_impossible_requests() -> None:
    with pytest.raises(PhysicsError, match="0 K or more"):
        capacity_bands("NaK50", temperature_uncertainty="-1 K")
    with pytest.raises(PhysicsError, match="first liquid"):
        capacity_bands("NaK50", temperature="-20 degC")


def test_a_path_of_an_alloy_with_a_name_of_its_own_keeps_its_metals() -> None:
    alloy = Alloy(Alloy.from_mole_fractions(Li=0.3, Na=0.7).composition, "mixture 7")
    path = stripping_path(alloy, "Li+", temperature=460.0, draws=0)
    bands = capacity_bands(path)
    assert bands.theoretical_capacity == pytest.approx(path.theoretical_capacity.item())
    assert "two liquids" in bands.region.values  # between the two ends of the miscibility gap


def test_phases_that_a_path_suspended_stay_away() -> None:
    path = stripping_path("NaK30", temperature=270.0, suspend=("Na2K",), draws=0)
    assert not any("Na2K" in phases for phases in capacity_bands(path).phases.values)
    assert any("Na2K" in phases for phases in capacity_bands("NaK30", temperature=270.0).phases.values)
