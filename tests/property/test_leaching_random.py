"""Whatever the cell, leaching keeps potassium, sodium and charge, and more potassium never leaves faster than time allows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("pybamm")

from alkanode.cell_models.leaching import LEACH_LAWS, LeachingOptions, simulate_leaching
from alkanode.cell_models.leaching.calibration import path_of
from alkanode.cell_models.parameters import load_parameters


@given(
    law=st.sampled_from(LEACH_LAWS),
    counter=st.sampled_from(["alloy", "cathode"]),
    sodium=st.integers(40, 80),
    current=st.floats(0.5, 8.0),
    volume=st.floats(5e-8, 3e-7),
)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_balances(law, counter, sodium, current, volume) -> None:
    parameters = load_parameters("Koh2024").replace({"Current density": current, "Electrolyte volume": volume})
    found = simulate_leaching(
        f"Na{sodium}K{100 - sodium}", cycles=2, parameters=parameters, options=LeachingOptions(law=law, counter=counter)
    )
    for what in ("potassium", "sodium", "charge"):
        assert found.attrs[f"{what}_error"] < 1e-8


@given(
    law=st.sampled_from(LEACH_LAWS), sodium=st.integers(20, 85), current=st.floats(0, 20), loading=st.floats(0.02, 0.5)
)
@settings(max_examples=40, deadline=None)
def test_the_course_only_goes_on(law, sodium, current, loading) -> None:
    values = load_parameters("Koh2024").values()
    path = path_of(f"Na{sodium}K{100 - sodium}", values, law, loading=loading, current_density=current)
    assert (np.diff(path.scaled_time) > 0).all()
    assert (np.diff(path.leached) > 0).all()
    assert path.leached[-1] <= path.inventory.most
    assert (path.salt_left > 0).all()
