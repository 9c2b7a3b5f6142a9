"""Groups of flats: the beam's drift is kept, the noise of the frames is not."""

from __future__ import annotations

import numpy as np
import pytest

from alkanode.tomography.corrections.flat_drift import with_smooth_drift

COLUMNS, FRAMES, LEVEL = 400, np.array([10, 10]), 3e4
GAIN = 0.2
ACROSS = np.linspace(-0.5, 0.5, COLUMNS)


def flats(drift: np.ndarray, seed: int = 1, frames: np.ndarray = FRAMES) -> tuple[np.ndarray, np.ndarray]:
    """True and measured flats of groups: a pattern of 3 %, and a drift between them."""
    random = np.random.default_rng(seed)
    pattern = LEVEL * (1 + 0.03 * random.standard_normal(COLUMNS))
    true = np.stack([pattern * np.exp(part * drift) for part in np.linspace(-0.5, 0.5, frames.size)])
    noise = np.sqrt(GAIN * true / frames[:, None]) * random.standard_normal(true.shape)
    return true, (true + noise).astype(np.float32)


def error(found: np.ndarray, true: np.ndarray) -> tuple[float, float]:
    """Noise of the common part and of the change between the first and the last group."""
    off = np.log(found / true)
    return float(off.mean(axis=0).std()), float((off[-1] - off[0]).std())


@pytest.mark.parametrize("frames", [np.array([10, 10]), np.array([5, 20]), np.array([8, 8, 8])])
def test_a_smooth_drift_is_kept_and_its_noise_is_gone(frames: np.ndarray) -> None:
    true, measured = flats(0.015 * ACROSS, frames=frames)
    found = with_smooth_drift(measured, frames, (GAIN, 0.0))
    common, change = error(found, true)
    before = error(measured, true)
    expected = np.sqrt(GAIN / LEVEL / frames.sum())
    assert common == pytest.approx(expected, rel=0.2)
    assert change < 0.45 * before[1]
    drift = np.polyfit(ACROSS, np.log(found[-1] / found[0]), 1)[0]
    assert drift == pytest.approx(0.015, rel=0.05)


def test_a_pixel_that_changed_on_its_own_keeps_its_change() -> None:
    _, measured = flats(0.015 * ACROSS)
    measured[1, 123] *= 1.05
    found = with_smooth_drift(measured, FRAMES, (GAIN, 0.0))
    assert found[1, 123] / found[0, 123] == pytest.approx(measured[1, 123] / measured[0, 123], rel=1e-3)


def test_a_pattern_that_changed_everywhere_is_kept() -> None:
    rough = 0.01 * np.random.default_rng(5).standard_normal(COLUMNS)
    true, measured = flats(rough)
    found = with_smooth_drift(measured, FRAMES, (GAIN, 0.0))
    assert error(found, true)[1] == pytest.approx(error(measured, true)[1], rel=0.15)


def test_one_group_and_few_columns_stay_as_they_are() -> None:
    _, measured = flats(0.0 * ACROSS)
    np.testing.assert_array_equal(with_smooth_drift(measured[:1], FRAMES[:1], (GAIN, 0.0)), measured[:1])
    narrow = measured[:, :20]
    np.testing.assert_array_equal(with_smooth_drift(narrow, FRAMES, (GAIN, 0.0)), narrow)
