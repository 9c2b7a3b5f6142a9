"""Nothing that is computed slab by slab depends on the thickness of the slabs."""

from __future__ import annotations

import numpy as np
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from synthetic_volumes import LIQUID, POTASSIUM, VOID, halves_of, mean_of

from alkanode.tomography.differences import (
    calibrate_threshold,
    change_map,
    classify,
    contrast_volumes,
    difference,
    noise_from_halves,
    null_map,
    threshold_sweep,
)
from alkanode.tomography.differences.components import region_sizes

SHAPE = (17, 40, 40)
FLAT = np.full(SHAPE, LIQUID)
LATER, EARLIER = halves_of(FLAT, 10.0, 1), halves_of(FLAT, 10.0, 2)
RECORD = difference(mean_of(LATER), mean_of(EARLIER), noise=4.0)
NULL = null_map(LATER, EARLIER)
LABELS = ndimage.label(RECORD["attenuation_change"].to_numpy() > 8.0, structure=np.ones((3, 3, 3)))[0].astype(np.int32)

sizes = st.integers(1, 20)
few = settings(max_examples=8, deadline=None)


@few
@given(slab=sizes, smoothing=st.floats(0, 2.5), holes=st.booleans())
def test_difference_and_noise(slab: int, smoothing: float, holes: bool) -> None:
    later = mean_of(LATER)
    if holes:
        later["attenuation"][3:9, :12] = np.nan
    one, other = (
        difference(later, mean_of(EARLIER), smoothing=smoothing, slab=size, displacement_error=1e-8)
        for size in (slab, 17)
    )
    xr.testing.assert_identical(one, other)
    halves = [noise_from_halves(*LATER, smoothing=smoothing, slab=size) for size in (slab, 17)]
    xr.testing.assert_identical(*halves)
    xr.testing.assert_identical(null_map(LATER, EARLIER, slab=slab), NULL)


@few
@given(slab=sizes)
def test_thresholds_maps_and_classes(slab: int) -> None:
    options = {"thresholds": [2.0, 3.0, 5.0], "smallest_diameter": "2 um"}
    xr.testing.assert_identical(calibrate_threshold(NULL, slab=slab, **options), calibrate_threshold(NULL, **options))
    xr.testing.assert_identical(
        threshold_sweep(RECORD, slab=slab, thresholds=[1.0, 2.0]), threshold_sweep(RECORD, thresholds=[1.0, 2.0])
    )
    xr.testing.assert_identical(change_map(RECORD, 2.0, slab=slab), change_map(RECORD, 2.0))
    materials = {"void": VOID, "NaK50": LIQUID, "K": POTASSIUM}
    xr.testing.assert_identical(classify(RECORD, materials, slab=slab), classify(RECORD, materials))
    one, other = (contrast_volumes(RECORD, LABELS, 31.5, slab=size, null=NULL) for size in (slab, 17))
    xr.testing.assert_allclose(one, other, rtol=1e-9)


@few
@given(seed=st.integers(0, 1000), share=st.floats(0.02, 0.4), slab=sizes)
def test_regions_joined_across_slabs_are_those_of_the_whole(seed: int, share: float, slab: int) -> None:
    chosen = np.random.default_rng(seed).random((17, 12, 13)) < share
    labels, count = ndimage.label(chosen, structure=np.ones((3, 3, 3)))
    whole = np.sort(np.bincount(labels.ravel(), minlength=count + 1)[1:])
    assert region_sizes(chosen[first : first + slab] for first in range(0, 17, slab)).tolist() == whole.tolist()
