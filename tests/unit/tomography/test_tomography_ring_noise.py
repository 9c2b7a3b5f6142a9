"""Rings of the flats' noise: their law, and what is drawn against what a scan shows."""

from __future__ import annotations

import numpy as np
import pytest

from alkanode.foundation.errors import PhysicsError
from alkanode.tomography.corrections import Corrections, Stripes, line_integrals
from alkanode.tomography.reconstruction import reconstruct, ring_noise
from alkanode.virtual.tomograph import Detector, Tomograph, cylinder, scan_object

GIVEN = {"flat_photons": 1e4, "flat_frames": (5, 5), "angles": 200, "columns": 128, "pixel_size": 1e-6}
RADII = (1.0, 4.0, 16.0)


def test_rings_pile_up_at_the_axis_as_the_root_of_the_radius() -> None:
    near, far = ring_noise((8.0, 32.0), **GIVEN, steady_window=0).to_numpy()
    assert near / far == pytest.approx(2.0, rel=0.2)
    fewer = ring_noise((8.0, 32.0), **(GIVEN | {"flat_frames": (20, 20)}), steady_window=0).to_numpy()[0]
    assert near / fewer == pytest.approx(2.0, rel=0.05)


def test_removal_of_steady_stripes_leaves_less_and_a_wider_window_least() -> None:
    bare, narrow, wide = (ring_noise(RADII, **GIVEN, steady_window=window).to_numpy() for window in (0, 5, 9))
    assert (narrow < 0.8 * bare).all()
    assert (wide < narrow).all()


@pytest.mark.parametrize("method", ["none", "steady"])
def test_the_noise_of_a_scan_is_that_of_counts_and_rings(method: str) -> None:
    pixel, rows = GIVEN["pixel_size"], 16
    sample = cylinder((8e-6, 0, 0), (1, 0, 0), 40e-6, 60e-6, 3000.0)

    def slices(flats: int, seed: int) -> np.ndarray:
        setup = Tomograph(
            rows=rows, columns=128, angles=200, pixel_size=pixel, flats_before=flats, flats_after=flats,
            detector=Detector(photons=1e4, flat_drift=0.01),
        )  # fmt: skip
        record = line_integrals(
            scan_object([sample], setup, seed=seed), options=Corrections(stripes=Stripes(method=method))
        )
        assert record.attrs["flat_counts"] == pytest.approx(1e4, rel=0.02)
        assert record.attrs["flat_frames"] == f"[{flats}, {flats}]"
        return reconstruct(record, setup.axis)["attenuation"].to_numpy()

    few, many = (slices(5, seed) - slices(5, seed + 1) for seed in (1, 3)), slices(200, 5) - slices(200, 6)
    y, x = np.indices((128, 128)) - 63.5
    ring = np.abs(np.hypot(y, x) - 5.0) <= 2.0
    measured = np.mean([np.mean(one[:, ring] ** 2) for one in few]) - np.mean(many[:, ring] ** 2)
    expected = ring_noise(
        (4.0, 5.0, 6.0), **GIVEN, transmission=0.8, steady_window=0 if method == "none" else None
    ).to_numpy()
    assert np.sqrt(measured / 2) == pytest.approx(float(np.sqrt(np.mean(expected**2))), rel=0.35)


@pytest.mark.parametrize("change", [{"flat_photons": 0.0}, {"flat_frames": ()}, {"pixel_size": -1.0}])
def test_numbers_without_meaning_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(PhysicsError, match="above 0"):
        ring_noise(RADII, **(GIVEN | change))
    with pytest.raises(PhysicsError, match="radii"):
        ring_noise((65.0,), **GIVEN)
