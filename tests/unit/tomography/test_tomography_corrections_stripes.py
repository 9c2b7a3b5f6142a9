"""Stripes: the same answers as the author's package, and what is done differently."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy import ndimage

from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.tomography.corrections import Stripes, remove_stripes
from alkanode.tomography.corrections.stripes import find_stripes, slow_part

removal = pytest.importorskip("algotom.prep.removal")

PEER = {
    "sorting": lambda s: removal.remove_stripe_based_sorting(s, 21),
    "filtering": lambda s: removal.remove_stripe_based_filtering(s, 3, 21),
    "large": lambda s: removal.remove_large_stripe(s, 3.0, 51),
    "dead": lambda s: removal.remove_dead_stripe(s, 3.0, 51),
    "all": lambda s: removal.remove_all_stripe(s, 3.0, 51, 21),
}


def object_of(angles: int, columns: int) -> np.ndarray:
    """Transmission of a soft blob on a circle."""
    theta, c = np.linspace(0, np.pi, angles, endpoint=False)[:, None], np.arange(columns)[None]
    return np.exp(-1.2 * np.exp(-(((c - columns / 2 - columns / 5 * np.cos(theta)) / (columns / 6)) ** 2)))


def striped(angles: int, columns: int, seed: int = 1) -> np.ndarray:
    """Noise, uneven columns, a wide stripe, a restless and a nearly dead column."""
    random = np.random.default_rng(seed)
    sinogram = object_of(angles, columns) * (1 + 0.004 * random.standard_normal(columns))
    sinogram += 0.007 * random.standard_normal((angles, columns))
    sinogram[:, 60:66] *= 0.8
    sinogram[:, 120] = random.uniform(0.2, 1.0, angles)
    sinogram[:, 180] = 0.5 + 1e-4 * random.standard_normal(angles)
    return sinogram.astype(np.float32)


@pytest.mark.parametrize("shape", [(300, 256), (301, 255)])
@pytest.mark.parametrize("method", ["sorting", "large", "dead", "all"])
def test_values_are_those_of_algotom_to_the_last_bit(method: str, shape: tuple[int, int]) -> None:
    sinogram = striped(*shape)
    theirs = np.asarray(PEER[method](sinogram.copy()), dtype=np.float32)
    ours = remove_stripes(sinogram, Stripes(method=method))
    # equal readings of a column may stand at each other's angles
    np.testing.assert_array_equal(np.sort(ours, axis=0), np.sort(theirs, axis=0))
    assert (ours == theirs).mean() > 0.999
    assert (ours != sinogram).mean() > 0.5


@pytest.mark.parametrize("shape", [(300, 256), (301, 255)])
def test_filtering_agrees_to_the_rounding_of_single_precision(shape: tuple[int, int]) -> None:
    sinogram = striped(*shape)
    theirs = np.asarray(PEER["filtering"](sinogram.copy()), dtype=np.float32)
    ours = remove_stripes(sinogram, Stripes(method="filtering"))
    assert np.quantile(np.abs(ours - theirs), 0.99) < 2e-7
    from algotom.util import utility

    slow = utility.separate_frequency_component(sinogram, axis=0, window={"name": "gaussian", "sigma": 3})[0]
    np.testing.assert_allclose(slow_part(np.ascontiguousarray(sinogram.T), 3.0).T, slow, atol=2e-7)


def test_a_stack_is_corrected_row_by_row() -> None:
    stack = np.stack([striped(90, 200, seed) for seed in (1, 2, 3)])
    together = remove_stripes(stack)
    for row in range(3):
        np.testing.assert_array_equal(together[row], remove_stripes(stack[row]))


def test_the_given_sinogram_is_left_as_it_is() -> None:
    sinogram = striped(64, 200)
    before = sinogram.copy()
    for method in PEER:
        remove_stripes(sinogram, Stripes(method=method))
        remove_stripes(np.asfortranarray(sinogram), Stripes(method=method))
    np.testing.assert_array_equal(sinogram, before)


def test_stripes_go_and_the_object_stays() -> None:
    random = np.random.default_rng(3)
    truth = object_of(360, 256)
    noisy = truth + 0.002 * random.standard_normal(truth.shape)
    uneven = noisy * (1 + 0.01 * random.standard_normal(256))
    cleaned = remove_stripes(uneven)

    def stripes_of(sinogram: np.ndarray) -> float:
        # from one column to the next; a smooth error of the level is no stripe
        return float(np.std(np.diff((sinogram - truth).mean(axis=0)[30:-30])))

    assert stripes_of(cleaned) < 0.25 * stripes_of(uneven)
    # medians over up to 51 of 256 columns round the blob a little
    assert abs(float((cleaned - truth).mean())) < 5e-3


def test_dead_columns_are_interpolated() -> None:
    random = np.random.default_rng(4)
    sinogram = (object_of(200, 200) + 0.005 * random.standard_normal((200, 200))).astype(np.float32)
    sinogram[:, 90] = 0.3
    cleaned = remove_stripes(sinogram, Stripes(method="dead", residual=False))
    # the neighbours of a stripe go with it
    expected = 0.5 * (sinogram[:, 88].astype(float) + sinogram[:, 92].astype(float))
    np.testing.assert_allclose(cleaned[:, 90], expected, rtol=1e-6)


def test_equal_readings_keep_the_order_of_their_angles() -> None:
    # two columns of readings that are all equal pairwise: an unstable order would exchange angles at random
    random = np.random.default_rng(5)
    sinogram = np.repeat(random.integers(5, 9, size=(40, 1)), 64, axis=1).astype(np.float32)
    np.testing.assert_array_equal(remove_stripes(sinogram, Stripes(method="sorting")), sinogram)


def test_data_without_noise_have_no_stripes() -> None:
    sinogram = np.ones((50, 120), dtype=np.float32)
    np.testing.assert_array_equal(remove_stripes(sinogram), sinogram)
    assert not find_stripes(np.ones(120), 3.0).any()


def test_columns_about_zero_are_not_turned_over() -> None:
    random = np.random.default_rng(6)
    sinogram = random.normal(0.0, 1.0, (100, 120)).astype(np.float32)
    cleaned = remove_stripes(sinogram, Stripes(method="large", ratio=1000.0))
    kept = np.array([np.corrcoef(cleaned[:, c], sinogram[:, c])[0, 1] for c in range(120)])
    assert (kept > 0.999).all()


@pytest.mark.parametrize("shape", [(1, 40), (2, 5), (7, 3), (33, 21), (3, 200)])
def test_small_sinograms_are_possible(shape: tuple[int, int]) -> None:
    sinogram = np.random.default_rng(7).uniform(0.5, 1.0, shape).astype(np.float32)
    for method in (*PEER, "none"):
        cleaned = remove_stripes(sinogram, Stripes(method=method))
        assert cleaned.shape == shape
        assert np.isfinite(cleaned).all()


def test_bad_input_is_named() -> None:
    with pytest.raises(SchemaError, match="dimensions"):
        remove_stripes(np.zeros(5))
    sinogram = np.ones((5, 6))
    sinogram[2, 3] = np.nan
    with pytest.raises(SchemaError, match="1 readings that are not finite"):
        remove_stripes(sinogram)
    with pytest.raises(PhysicsError, match="Known: none, steady"):
        Stripes(method="wavelet")  # type: ignore[arg-type]
    with pytest.raises(PhysicsError, match="windows"):
        Stripes(small_window=0)
    with pytest.raises(PhysicsError, match="ratio"):
        Stripes(ratio=1.0)


def test_fluctuation_is_that_of_a_uniform_filter() -> None:
    from alkanode.tomography.corrections import kernels

    values = np.random.default_rng(8).uniform(size=(6, 40)).astype(np.float32)
    for size in (1, 4, 10, 55):
        smooth = ndimage.uniform_filter1d(values.astype(float), size, axis=1)
        np.testing.assert_allclose(kernels.fluctuation(values, size), np.abs(values - smooth).sum(axis=1), rtol=1e-9)


def test_no_warning_is_left_behind() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        remove_stripes(striped(64, 200))
