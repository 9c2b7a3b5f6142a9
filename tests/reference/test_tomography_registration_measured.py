"""Registration of a real cell: known shifts, and what a concentric roll tells about its rotation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from registration_phantom import PIXEL, volume

from alkanode.foundation.runtime import require
from alkanode.tomography.registration import RegistrationOptions, register


@pytest.fixture(scope="module")
def stack(measured: Callable[[str], Path]) -> np.ndarray:
    """(32, 364, 364) middle of a cylindrical cell."""
    tifffile = require("tifffile", extra="tomography")
    files = sorted(measured("tomography/mpj_cell_vol").glob("*.tif"))
    assert len(files) == 32
    return np.stack([tifffile.imread(file)[182:546, 182:546] for file in files]).astype(np.float64)


@pytest.mark.parametrize("shift", [(0.37, -3.62, 5.21), (0.5, 0.5, 0.5)])
def test_a_known_shift_of_a_real_cell_is_found(stack: np.ndarray, shift: tuple[float, float, float]) -> None:
    frequency = np.meshgrid(*(np.fft.fftfreq(size) for size in stack.shape), indexing="ij", sparse=True)
    phase = sum(size * f for size, f in zip(shift, frequency, strict=True))
    moved = np.fft.ifftn(np.fft.fftn(stack) * np.exp(-2j * np.pi * phase)).real
    random = np.random.default_rng(2)
    fixed, moving = (
        volume((values + 8 * random.standard_normal(values.shape))[4:-4, 12:-12, 12:-12]) for values in (stack, moved)
    )
    found = register(moving, fixed, options=RegistrationOptions(points=100_000))
    np.testing.assert_allclose(found["shift"].to_numpy()[0] / PIXEL, shift, atol=0.05)
    # turns of the roll are nearly circles: the rotation about their axis is known least, and the error says how far
    spread = found["rotation_error"].to_numpy()[0]
    assert spread.argmax() == 0
    assert abs(found["rotation"].to_numpy()[0, 0]) < 4 * spread[0] < np.deg2rad(0.1)
    assert found["condition_number"].item() > 30
