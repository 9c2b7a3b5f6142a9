"""Labelling by slabs, on any volume: the same grains as other labellers, to the last bit for any slab."""

from __future__ import annotations

import numpy as np
import pytest
from grain_scenes import PIXEL, change_map
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from alkanode.tomography.grains import depth_profile, label_grains
from alkanode.tomography.grains.pieces import find_pieces

STRUCTURE = {6: 1, 18: 2, 26: 3}


@st.composite
def volumes(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    shape = (draw(st.integers(1, 9)), draw(st.integers(1, 9)), draw(st.integers(1, 40)))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    share = draw(st.floats(0.0, 0.9))
    signs = np.where(random.random(shape) < share, random.choice([-1, 1], shape), 0).astype(np.int8)
    if draw(st.booleans()):
        signs = np.abs(signs)
    return signs, random.normal(0.0, 30.0, shape).astype(np.float32)


@given(volumes(), st.sampled_from([6, 18, 26]), st.integers(1, 9))
def test_grains_are_those_of_another_labeller(
    made: tuple[np.ndarray, np.ndarray], connectivity: int, slab: int
) -> None:
    signs, values = made
    painted: list[np.ndarray] = []
    slabs = [(signs[a : a + slab], values[a : a + slab]) for a in range(0, len(signs), slab)]
    pieces = find_pieces(slabs, connectivity=connectivity, paint=painted)  # type: ignore[arg-type]
    ours = np.concatenate(painted)
    shape = ndimage.generate_binary_structure(3, STRUCTURE[connectivity])
    gains, number = ndimage.label(signs > 0, shape)
    losses, more = ndimage.label(signs < 0, shape)
    theirs = np.where(signs < 0, losses + number * (losses > 0), gains)
    assert pieces.number == number + more
    assert ((ours > 0) == (signs != 0)).all()
    pairs = np.unique(np.stack([ours.ravel(), theirs.ravel()]), axis=1)
    assert pairs.shape[1] == len(np.unique(ours)) == len(np.unique(theirs))
    # sums over the grains as the labels give them
    want = ndimage.sum_labels(values.astype(np.float64), ours, np.arange(1, pieces.number + 1))
    np.testing.assert_allclose(pieces.total(pieces.sums), want, rtol=1e-9, atol=1e-9)


@given(volumes(), st.integers(1, 9), st.integers(1, 4))
def test_the_slab_changes_no_bit(made: tuple[np.ndarray, np.ndarray], slab: int, smallest: int) -> None:
    signs, values = made
    if max(signs.shape) == 1:
        signs, values = np.repeat(signs, 2, axis=2), np.repeat(values, 2, axis=2)
    record = change_map(signs, attenuation_change=values)
    whole = label_grains(record, smallest=smallest, labels=True, slab=100)
    parts = label_grains(record, smallest=smallest, labels=True, slab=slab)
    assert whole.identical(parts)


@settings(max_examples=40)
@given(volumes(), st.floats(-5.0, 15.0), st.sampled_from([1, -1]), st.floats(0.4, 6.0))
def test_a_profile_holds_every_grain_and_volume(
    made: tuple[np.ndarray, np.ndarray], height: float, side: int, step: float
) -> None:
    signs, _ = made
    if max(signs.shape) == 1:
        signs = np.repeat(signs, 2, axis=2)
    grains = label_grains(change_map(signs))
    profile = depth_profile(
        grains,
        interface=height * PIXEL,
        anode_side=side,
        step=step * PIXEL,  # type: ignore[arg-type]
    )
    for name, sign in (("volume_gained", 1), ("volume_lost", -1)):
        volume = float(grains["grain_volume"].where(grains["sign"] == sign).sum())
        assert float(profile[name].sum()) == pytest.approx(volume, rel=1e-9, abs=1e-30)
    count = profile["grain_count"].sum("depth")
    assert int(count.sel(rule="centroid").sum()) == grains.sizes["grain"]
    assert (count.sel(rule="touching") >= count.sel(rule="centroid")).all()
