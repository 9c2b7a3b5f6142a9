"""Whatever a beamline writes, a correction ends in finite line integrals or in a named error."""

from __future__ import annotations

import warnings

import numpy as np
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data.schema import label
from alkanode.foundation.errors import AlkanodeError, DataQualityWarning
from alkanode.tomography.corrections import Corrections, Stripes, line_integrals


@settings(max_examples=80)
@given(
    seed=st.integers(0, 2**32 - 1),
    frames=st.integers(1, 40),
    rows=st.integers(1, 2),
    columns=st.integers(1, 70),
    method=st.sampled_from(["none", "sorting", "filtering", "large", "dead", "all"]),
    kind=st.sampled_from(["integers", "floats", "missing", "zeros", "monitor", "huge"]),
)
def test_finite_or_a_named_error(seed: int, frames: int, rows: int, columns: int, method: str, kind: str) -> None:
    random = np.random.default_rng(seed)
    key = random.choice([0, 0, 0, 1, 2, 3], frames)
    light = np.where(key == 2, 5.0, np.where(key == 1, 1000.0, 300.0))[:, None, None] * np.ones((1, rows, columns))
    counts = random.poisson(light).astype(np.uint16 if kind in ("integers", "zeros") else np.float64)
    fields = {}
    if kind == "missing":
        counts[random.random(counts.shape) < 0.1] = random.choice([np.nan, np.inf, -np.inf])
    elif kind == "zeros":
        counts[random.random(counts.shape) < 0.3] = random.choice([0, 65_535])
    elif kind == "huge":
        counts *= 10.0 ** random.integers(-8, 30)
    elif kind == "monitor":
        fields["beam_monitor"] = (
            "frame",
            random.choice([0.0, 1.0, 2.0, np.nan, -1.0], frames, p=[0.1, 0.4, 0.3, 0.1, 0.1]),
        )
    angle = random.uniform(-10, 10, frames)
    angle[random.random(frames) < 0.2] = np.nan
    scan = label(
        xr.Dataset(
            {
                "counts": (("frame", "row", "column"), counts),
                "image_key": ("frame", key),
                "rotation_angle": ("frame", angle),
                **fields,
            }
        ),
        "projections",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        try:
            record = line_integrals(scan, options=Corrections(stripes=Stripes(method=method)))  # type: ignore[arg-type]
        except AlkanodeError:
            return
    assert np.isfinite(record["line_integral"]).all()
    assert np.isfinite(record["rotation_angle"]).all()
