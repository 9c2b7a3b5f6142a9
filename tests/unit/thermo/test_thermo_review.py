"""Pure molten metals on the charge axis."""

from __future__ import annotations

import numpy as np
import pytest

from alkanode.materials import Alloy
from alkanode.thermo import stripping_path


@pytest.mark.parametrize(
    ("alloy", "ion"), [(Alloy.from_mass_fractions(Na=1), "Na+"), (Alloy.from_mass_fractions(K=1), "K+")]
)
def test_a_molten_pure_metal_is_liquid_from_the_start_to_its_end(alloy: Alloy, ion: str) -> None:
    path = stripping_path(alloy, ion, temperature=380.0)
    assert (path.phase_fraction.sel(phase="liquid") == 1).all()
    assert path.capacity_into_liquid == 0
    assert path.capacity_to_liquidus == path.capacity_to_last_liquid == path.theoretical_capacity


def test_a_pure_metal_near_its_melting_point_has_an_interval_over_both_states() -> None:
    path = stripping_path(Alloy.from_mass_fractions(Na=1), temperature=370.5, temperature_uncertainty="2 K")
    assert path.capacity_into_liquid == np.inf  # solid to its end
    assert path.capacity_into_liquid_interval.values.tolist() == [0.0, np.inf]  # molten from the start, 2 K above
