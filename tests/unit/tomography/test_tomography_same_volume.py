"""What is refused or said where a volume is laid upon itself, or views are missing."""

from __future__ import annotations

import numpy as np
import pytest
from registration_phantom import cell, volume

from alkanode.foundation.errors import DataQualityWarning
from alkanode.tomography.reconstruction import reconstruction_kernel
from alkanode.tomography.registration import RegistrationOptions, register


def test_a_volume_without_noise_lies_upon_itself() -> None:
    still = volume(cell((24, 32, 32), grains=1, changed=0.0, noise=0.0, seed=1))
    found = register(still, still, options=RegistrationOptions(points=10_000))
    assert np.abs(found["shift"].to_numpy()).max() < 1e-9
    assert np.isfinite(found["condition_number"].to_numpy()).all()


def test_missing_views_say_how_much_attenuation_is_lost() -> None:
    columns, pixel = 64, 1e-6
    across = np.arange(columns) - 0.5 * (columns - 1)
    chord = 2 * np.sqrt(np.maximum(25.0**2 - across**2, 0.0)) * pixel * 100.0
    angles = np.radians(np.arange(0.0, 171.0, 1.0))
    views = np.broadcast_to(chord.astype(np.float32), (1, angles.size, columns)).copy()
    with pytest.warns(DataQualityWarning, match=r"9\.0 of 180 degrees.* 5\.0 % low"):
        slices = reconstruction_kernel(views, angles, 0.5 * (columns - 1), pixel)
    inside = np.hypot(across[:, None], across[None, :]) < 20
    assert slices[0][inside].mean() == pytest.approx(95.0, rel=0.01)
