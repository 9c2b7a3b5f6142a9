"""Errors that a registration states are the errors that it makes."""

from __future__ import annotations

import numpy as np
import pytest
from registration_phantom import PIXEL, cell, corners, largest_error, volume

from alkanode.tomography.registration import RegistrationOptions, register

SHAPE = (32, 48, 48)
QUICK = RegistrationOptions(points=40_000)


@pytest.mark.slow
def test_stated_errors_are_those_made() -> None:
    """Shift and rotation over their standard errors scatter by about one, without bias, over draws of the noise."""
    fixed, moving = cell(SHAPE), cell(SHAPE, shift=(0.5, 0.5, 0.25), rotation=(0.004, 0, 0))
    pulls = []
    for seed in range(16):
        random = np.random.default_rng(seed)
        one, two = (volume(values + 60 * random.standard_normal(SHAPE)) for values in (fixed, moving))
        found = register(two, one, options=QUICK)
        error = found["rotation"].to_numpy()[0] - [0.004, 0, 0]
        shift = found["shift"].to_numpy()[0] / PIXEL - [0.5, 0.5, 0.25]
        pulls.append(
            np.concatenate(
                [shift / (found["shift_error"].to_numpy()[0] / PIXEL), error / found["rotation_error"].to_numpy()[0]]
            )
        )
    table = np.array(pulls)
    assert 0.6 < np.sqrt((table**2).mean()) < 1.6
    assert np.abs(table.mean(axis=0)).max() < 1.2


def test_the_way_back_is_the_inverse() -> None:
    there = cell(SHAPE, shift=(0.4, 1.2, -0.7), rotation=(0.01, 0.0, 0.0), noise=30, seed=1)
    here = cell(SHAPE, noise=30, seed=2)
    forth, back = (
        register(volume(there), volume(here), options=QUICK),
        register(volume(here), volume(there), options=QUICK),
    )
    np.testing.assert_allclose(forth["rotation"], -back["rotation"], atol=1e-3)
    assert largest_error(forth, corners(SHAPE), (0.4, 1.2, -0.7), (0.01, 0, 0)) < 0.05


@pytest.mark.parametrize("shift", [0.25, 0.5, 0.75])
def test_noise_pulls_to_no_fraction_of_a_voxel(shift: float) -> None:
    random = np.random.default_rng(11)
    one = cell(SHAPE) + 300 * random.standard_normal(SHAPE)
    two = cell(SHAPE, shift=(0, shift, 0)) + 300 * random.standard_normal(SHAPE)
    found = register(volume(two), volume(one), options=QUICK)
    error = found["shift"].to_numpy()[0, 1] / PIXEL - shift
    assert abs(error) < 4 * found["shift_error"].to_numpy()[0, 1] / PIXEL
    assert abs(error) < 0.1
