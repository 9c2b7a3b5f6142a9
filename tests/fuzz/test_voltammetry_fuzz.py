"""Hostile records: refused with a reason, or numbers that keep their bounds."""

from __future__ import annotations

import contextlib
import warnings

import numpy as np
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data.schema import label
from alkanode.electrochem import voltammetry, voltammetry_estimates, voltammogram_peaks
from alkanode.foundation.errors import DataQualityWarning, SchemaError

CORNERS = st.lists(st.floats(-2, 2), min_size=2, max_size=6)


@settings(max_examples=60)
@given(
    CORNERS,
    st.integers(2, 80),
    st.sampled_from([0.0, 1e-4, 0.05, 10.0]),
    st.sampled_from(["resistor", "zero", "nan", "spikes", "constant", "noise"]),
    st.sampled_from([None, -1, 2]),
    st.integers(0, 2**16),
)
def test_any_piecewise_potential(
    corners: list[float], points: int, noise: float, shape: str, mode: int | None, seed: int
) -> None:
    random = np.random.default_rng(seed)
    potential = np.interp(np.linspace(0, len(corners) - 1, points * (len(corners) - 1)), range(len(corners)), corners)
    potential = potential + noise * random.normal(size=potential.size)
    current = {
        "resistor": potential / 100,
        "zero": np.zeros(potential.size),
        "nan": np.where(random.random(potential.size) < 0.2, np.nan, potential / 100),
        "spikes": potential / 100 + (random.random(potential.size) < 0.05),
        "constant": np.full(potential.size, 1e-3),
        "noise": random.normal(size=potential.size),
    }[shape]
    fields = {"time": np.arange(potential.size) * 0.1, "voltage": potential, "current": current}
    if mode is not None:
        fields["control_mode"] = np.full(potential.size, mode)
    record = label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        found = None
        with contextlib.suppress(SchemaError):
            found = voltammetry(record)
            voltammogram_peaks(record)
    if found is None:
        return
    assert found.sizes["cycle"] >= 1
    assert (found["scan_rate"] > 0).all()
    assert (found["stripped_charge"] >= -1e-12).all()
    assert found.attrs["short"] in {"none", "suspected"}
    for estimate in voltammetry_estimates(found).values():
        assert estimate.interval is not None


@settings(max_examples=20)
@given(st.integers(0, 300), st.integers(1, 40))
def test_lost_rows_and_repeated_times_do_no_harm(start: int, every: int) -> None:
    up = np.concatenate([np.arange(0, 0.5, 0.002), np.arange(0.5, -0.5, -0.002), np.arange(-0.5, 0.002, 0.002)])
    time = np.floor(np.arange(up.size) / 3) * 0.6
    keep = np.ones(up.size, dtype=bool)
    keep[start : start + 500 : every] = False
    fields = {"time": time[keep], "voltage": up[keep], "current": up[keep] / 50, "control_mode": np.full(keep.sum(), 2)}
    found = voltammetry(label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling"))
    np.testing.assert_allclose(found["resistance"], 50, rtol=1e-6)
    np.testing.assert_allclose(found["scan_rate"], 0.01, rtol=0.02)
