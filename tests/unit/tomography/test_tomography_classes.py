"""Classes of (before, after): what noise cannot separate is one class, and a difference alone cannot name a process."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from synthetic_volumes import LIQUID, POTASSIUM, SODIUM, VOID, halves_of, mean_of, sphere, volume_of

from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.materials.attenuation import attenuation_table
from alkanode.tomography.differences import (
    Priors,
    classify,
    confusion_table,
    contrast_volumes,
    difference,
    grow_labels,
    null_map,
    separable_classes,
    summed_volume,
)

SHAPE = (24, 64, 64)
MATERIALS = {"void": VOID, "Na": SODIUM, "NaK50": LIQUID, "K": POTASSIUM}


@pytest.fixture(scope="module")
def truths() -> tuple[np.ndarray, np.ndarray]:
    """A void that sodium fills, liquid that turns into potassium, liquid that drains."""
    before, after = np.full(SHAPE, LIQUID), np.full(SHAPE, LIQUID)
    filled, precipitate, drained = (sphere(SHAPE, (12, 32, x), 7) for x in (12, 32, 52))
    before = before * (1 - filled)
    after = after + (SODIUM - LIQUID) * filled + (POTASSIUM - LIQUID) * precipitate - LIQUID * drained
    return before, after


@pytest.fixture(scope="module")
def record(truths: tuple[np.ndarray, np.ndarray]) -> xr.Dataset:
    before, after = truths
    return difference(mean_of(halves_of(after, 15.0, 21)), mean_of(halves_of(before, 15.0, 22)), smoothing=1.0)


def test_two_processes_of_one_difference_are_told_apart(record: xr.Dataset) -> None:
    found = classify(record, MATERIALS)
    names = found.attrs["transitions"]
    at = {x: names[int(found["transition"][12, 32, x])] for x in (12, 32, 52, 42)}
    assert at == {12: "void -> Na", 32: "NaK50 -> K", 52: "NaK50 -> void", 42: "NaK50"}
    change = record["attenuation_change"]
    assert float(change[12, 32, 12]) == pytest.approx(float(change[12, 32, 32]), abs=15)


def test_most_voxels_are_right_and_the_table_says_which(
    record: xr.Dataset, truths: tuple[np.ndarray, np.ndarray]
) -> None:
    found = classify(record, MATERIALS)
    table = confusion_table(found, volume_of(truths[0]), volume_of(truths[1]))
    assert int(table["voxel_count"].sum()) == np.prod(SHAPE)
    assert table["share"].sum("found_class").to_numpy() == pytest.approx(1)
    assert table.attrs["agreement"] > 0.95
    assert float(table["share"].sel(true_class="NaK50 -> K", found_class="NaK50 -> K")) > 0.7


def test_probabilities_are_calibrated_when_the_priors_are_true() -> None:
    """Random classes with the stated shares: of voxels said to be right with p, about p are right."""
    random = np.random.default_rng(5)
    mu = np.array([VOID, SODIUM, LIQUID, POTASSIUM])
    before = random.integers(0, 4, SHAPE)
    after = np.where(random.random(SHAPE) < 0.1, (before + random.integers(1, 4, SHAPE)) % 4, before)
    noisy = [volume_of(mu[one] + random.normal(0, 12.0, SHAPE)) for one in (after, before)]
    found = classify(
        difference(*noisy, smoothing=0.0, noise=12.0 * np.sqrt(2)),
        MATERIALS,
        priors=Priors(mixed=0.0),
        largest_error=0.2,
    )
    right = found["transition"].to_numpy() == before * 5 + after
    said = found["probability"].to_numpy()
    for low, high in ((0.5, 0.7), (0.7, 0.9), (0.9, 1.0)):
        chosen = (said > low) & (said <= high)
        assert right[chosen].mean() == pytest.approx(said[chosen].mean(), abs=0.03)


def test_what_noise_cannot_separate_is_one_class_that_names_its_members() -> None:
    table = attenuation_table(["void", "Na", "C", "NaK50", "KC8", "K"], "45 keV")
    quiet, loud = separable_classes(table, 0.5), separable_classes(table, 3.0)
    assert loud.names == ("void", "Na or C", "NaK50", "KC8 or K")
    assert len(quiet.names) >= len(loud.names)
    assert separable_classes(table, 500.0).names == ("void or Na or C or NaK50 or KC8 or K",)


def test_a_chain_of_compositions_is_one_class_or_is_cut_and_confused() -> None:
    row = {f"NaK{w}": 60.0 + w for w in (0, 10, 20, 30, 40)}
    chained = separable_classes(row, 5.0)
    assert len(chained.names) == 1
    cut = separable_classes(row, 5.0, chain=False)
    assert 1 < len(cut.names) < 5
    off = cut.confusion() - np.diag(np.diag(cut.confusion()))
    assert off.max() > 0.05


@given(
    values=st.lists(st.floats(0, 200), min_size=1, max_size=8, unique=True),
    noise=st.floats(0.5, 80),
    share=st.floats(0.01, 0.3),
)
def test_classes_keep_every_material_in_order_and_rows_sum_to_one(
    values: list[float], noise: float, share: float
) -> None:
    materials = {f"m{place}": value for place, value in enumerate(values)}
    found = separable_classes(materials, noise, largest_error=share)
    assert sorted(found.materials) == sorted(materials)
    assert list(found.member_of) == sorted(found.member_of)
    assert found.confusion().sum(axis=1) == pytest.approx(1)
    assert (np.diff(found.attenuation) > 0).all()
    assert separable_classes(materials, 2 * noise, largest_error=share).names.__len__() <= len(found.names)


def test_expected_confusion_is_what_noise_does() -> None:
    classes = separable_classes({"a": 0.0, "b": 40.0}, 12.0, largest_error=0.05)
    random = np.random.default_rng(1)
    mistaken = (random.normal(0.0, 12.0, 200_000) > 20).mean()
    assert classes.confusion()[0, 1] == pytest.approx(mistaken, abs=0.003)


def test_a_voxel_far_from_everything_has_no_class() -> None:
    values = np.full(SHAPE, LIQUID)
    values[12, 32, 32] = 900.0
    found = classify(
        difference(volume_of(values), volume_of(np.full(SHAPE, LIQUID)), smoothing=0.0, noise=5.0), MATERIALS
    )
    assert int(found["transition"][12, 32, 32]) == -1
    assert float(found["probability"][12, 32, 32]) == 0.0
    assert int(found["class_before"][12, 32, 32]) == -1


def test_edges_are_marked_as_possible_mixtures(record: xr.Dataset) -> None:
    found = classify(record, MATERIALS)
    assert bool(found["partial_volume"][12, 32, 45])
    assert not bool(found["partial_volume"][12, 8, 32])
    assert 0.01 < float(found["partial_volume"].mean()) < 0.3


def test_only_chosen_voxels_are_classified(record: xr.Dataset) -> None:
    where = np.zeros(SHAPE, bool)
    where[10:14] = True
    found = classify(record, MATERIALS, where=where)
    assert (found["transition"].to_numpy()[~where] == -1).all()
    whole = classify(record, MATERIALS)
    assert np.array_equal(found["transition"].to_numpy()[where], whole["transition"].to_numpy()[where])
    with pytest.raises(SchemaError, match="shape"):
        classify(record, MATERIALS, where=where[1:])


@pytest.mark.parametrize("priors", [Priors(change=0.0), Priors(mixed=1.0), Priors(shares={"K": -1.0})])
def test_priors_that_are_none_are_refused(record: xr.Dataset, priors: Priors) -> None:
    with pytest.raises(PhysicsError):
        classify(record, MATERIALS, priors=priors)


def test_shares_of_unknown_materials_are_refused(record: xr.Dataset) -> None:
    with pytest.raises(SchemaError, match="Li"):
        classify(record, MATERIALS, priors=Priors(shares={"Li": 1.0}))


@pytest.mark.parametrize("radius", [2.5, 4.0, 6.0])
def test_volumes_from_contrast_do_not_depend_on_blur_or_threshold(radius: float) -> None:
    shape = (32, 64, 64)
    grain = sphere(shape, (16, 32, 32), radius)
    flat = np.full(shape, LIQUID)
    record = difference(volume_of(flat - LIQUID * grain), volume_of(flat), smoothing=1.5, noise=2.0)
    for level in (5.0, 20.0):
        labels = (record["attenuation_change"].to_numpy() < -level).astype(np.int32)
        volume = summed_volume(contrast_volumes(record, labels, -LIQUID), "loss").value
        assert volume == pytest.approx(grain.sum() * 1.3e-6**3, rel=0.05)


def test_the_error_of_a_volume_is_its_scatter_over_noise() -> None:
    shape = (24, 96, 96)
    grain, flat = sphere(shape, (12, 48, 48), 5), np.full(shape, LIQUID)
    labels = (grain > 0.5).astype(np.int32)
    found, errors = [], []
    for seed in range(12):
        later, earlier = halves_of(flat - LIQUID * grain, 20.0, 50 + seed), halves_of(flat, 20.0, 80 + seed)
        table = contrast_volumes(
            difference(mean_of(later), mean_of(earlier)), labels, -LIQUID, null=null_map(later, earlier), margin=4
        )
        found.append(float(table["grain_volume"][0]))
        errors.append(float(table["grain_volume_error"][0]))
    truth = grain.sum() * 1.3e-6**3
    assert np.mean(found) == pytest.approx(truth, rel=0.1)
    assert np.std(found) == pytest.approx(np.mean(errors), rel=0.6)


def test_contrasts_that_do_not_fit_are_refused(record: xr.Dataset) -> None:
    labels = np.zeros(SHAPE, np.int32)
    labels[3:5, 3:5, 3:5], labels[9:11, 9:11, 9:11] = 1, 4
    with pytest.raises(SchemaError, match="2 contrasts"):
        contrast_volumes(record, labels, [1.0, 2.0, 3.0])
    with pytest.raises(SchemaError, match="none for"):
        contrast_volumes(record, labels, {1: 2.0})
    with pytest.raises(PhysicsError, match="not 0"):
        contrast_volumes(record, labels, 0.0)
    assert contrast_volumes(record, labels, {1: 2.0, 4: -1.0})["label"].to_numpy().tolist() == [1, 4]


def test_grains_grow_round_and_not_into_each_other() -> None:
    labels = np.zeros((15, 15, 15), np.int32)
    labels[7, 7, 7], labels[7, 7, 9] = 1, 2
    grown = grow_labels(labels, 3)
    assert grown[7, 7, 7] == 1
    assert grown[7, 7, 9] == 2
    assert set(np.unique(grown)) == {0, 1, 2}
    alone = grow_labels(np.where(labels == 1, 1, 0).astype(np.int32), 4)
    # between the octahedron and the cube of the same width
    assert 9**3 / 6 < (alone > 0).sum() < 9**3
    assert [int((alone > 0).any(axis=axes).sum()) for axes in ((1, 2), (0, 2), (0, 1))] == [9, 9, 9]
