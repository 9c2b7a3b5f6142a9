"""Contact at the foot of voids of known shape, blurred and noisy, seen in layers above: the interval holds the truth."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy import ndimage
from scipy.spatial import cKDTree

from alkanode.data.schema import label
from alkanode.foundation.errors import SchemaError
from alkanode.tomography.grains import ContactLayer, contact_estimates, interface_contact
from alkanode.tomography.grains.void_feet import cap_share, hidden_share, hidden_voids, least_spacing

PIXEL, SHAPE, FOOT = 1.3e-6, (24, 180, 180), 6
LIQUID, SODIUM, ELECTROLYTE, NOISE = 65.0, 32.0, 700.0, 60.0
"""Noise of a voxel that leaves about 6/m in a layer of four, smoothed by 1.5 voxels."""
LAYER = ContactLayer(smoothing=1.5, radius=0.9)
FINE = 2


def places(number: int, radii: tuple[float, float], random: np.random.Generator) -> np.ndarray:
    """Feet (y, x) and radii, voxels, that do not touch."""
    found: list[tuple[float, float, float]] = []
    for radius in np.sort(random.uniform(*radii, number))[::-1]:
        for _ in range(2000):
            y, x = random.uniform(radius + 2, SHAPE[1] - radius - 2, 2)
            if all(np.hypot(y - a, x - b) > radius + r + 1 for a, b, r in found):
                found.append((y, x, float(radius)))
                break
    return np.array(found)


def scene(voids: np.ndarray, middle: float | None, random: np.random.Generator) -> xr.Dataset:
    """Electrolyte, and liquid with balls of which the middle lies ``middle`` radii above it; ``None``: columns."""
    nz, ny, nx = (n * FINE for n in SHAPE)
    z = (np.arange(nz) + 0.5) / FINE - FOOT
    values = np.where(z < 0, ELECTROLYTE, LIQUID)[:, None, None] * np.ones((1, ny, nx), np.float32)
    for y, x, r in voids:
        rows, columns = (slice(int((a - r - 1) * FINE), int((a + r + 2) * FINE)) for a in (y, x))
        away = np.hypot(
            ((np.arange(ny) + 0.5) / FINE - y)[rows, None], ((np.arange(nx) + 0.5) / FINE - x)[None, columns]
        )
        height = z[:, None, None]
        inside = away**2 + (height - middle * r) ** 2 < r**2 if middle is not None else (away < r) & (height < 15)
        values[:, rows, columns][inside & (height > 0)] = 0.0
    values = values.reshape(SHAPE[0], FINE, SHAPE[1], FINE, SHAPE[2], FINE).mean(axis=(1, 3, 5))
    values = ndimage.gaussian_filter(values, 0.8) + random.normal(scale=NOISE, size=SHAPE)
    return label(
        xr.Dataset(
            {"attenuation": (("z", "y", "x"), values.astype(np.float32))},
            coords={name: np.arange(n) * PIXEL for name, n in zip("zyx", SHAPE, strict=True)},
        ),
        "volume",
    )


def truth(voids: np.ndarray, middle: float | None, seen: np.ndarray) -> tuple[float, float, float]:
    """Share of contact where the layer is looked at, mean distance of nearest voids, radius of a cell (m)."""
    feet = voids[:, 2] * np.sqrt(1 - (middle or 0.0) ** 2)
    y, x = np.indices(seen.shape) + 0.5
    open_ = np.zeros(seen.shape, bool)
    for (a, b, _), r in zip(voids, feet, strict=True):
        open_ |= np.hypot(y - a, x - b) < r
    own = voids[seen[tuple(voids[:, :2].astype(int).T)], :2]
    near = cKDTree(own).query(own, k=2)[0][:, 1].mean()
    return 1 - open_[seen].mean(), near * PIXEL, np.sqrt(seen.sum() / np.pi / len(own)) * PIXEL


@pytest.mark.parametrize(
    ("middle", "radii", "number"),
    [(0.4, (3.0, 8.0), 90), (0.0, (3.0, 10.0), 70), (-0.3, (5.0, 12.0), 40), (None, (4.0, 7.0), 50)],
    ids=["more than half balls", "half balls", "flat caps", "columns"],
)
def test_the_interval_holds_the_contact_at_the_foot(
    middle: float | None, radii: tuple[float, float], number: int
) -> None:
    random = np.random.default_rng(5)
    voids = places(number, radii, random)
    record = interface_contact(
        scene(voids, middle, random), (FOOT - 0.5) * PIXEL, metal_attenuation=SODIUM, layer=LAYER
    )
    share, near, cell = truth(voids, middle, record["seen"].to_numpy().astype(bool))
    low, high = record["contact_area_fraction_interval"].to_numpy()[0]
    assert low < share < high
    assert high - low < 0.5
    for name, known in (("void_spacing", near), ("contact_spacing", cell)):
        low, high = record[f"{name}_interval"].to_numpy()[0]
        assert low < known < high
    found = contact_estimates(record)
    assert "an upper bound" in found["contact_spacing"].label
    assert found["contact_spacing"].interval == (pytest.approx(low), pytest.approx(high))
    assert found["contact_area_fraction"].value == pytest.approx(record["contact_area_fraction"].item())


def test_sodium_beside_voids_stays_contact_and_widens_the_interval_only() -> None:
    random = np.random.default_rng(7)
    record = scene(np.array([[50.0, 50.0, 8.0]]), None, random)
    bare = interface_contact(record, (FOOT - 0.5) * PIXEL, metal_attenuation=SODIUM, layer=LAYER)
    record["attenuation"][FOOT:, 100:130, 80:120] -= LIQUID - SODIUM
    with_sodium = interface_contact(record, (FOOT - 0.5) * PIXEL, metal_attenuation=SODIUM, layer=LAYER)
    assert with_sodium["contact_area_fraction"].item() == pytest.approx(bare["contact_area_fraction"].item(), abs=0.002)
    low = [float(one["contact_area_fraction_interval"][0, 0]) for one in (bare, with_sodium)]
    assert low[1] < low[0] - 0.01


def test_islands_of_contact_have_no_interval_of_their_spacing() -> None:
    random = np.random.default_rng(8)
    record = scene(np.array([[40.0, 40.0, 1.0]]), None, random)
    y, x = np.indices(SHAPE[1:])
    island = np.hypot((y % 40) - 20, (x % 40) - 20) < 8
    record["attenuation"][FOOT:] -= (LIQUID * ~island).astype(np.float32)
    found = interface_contact(record, (FOOT - 0.5) * PIXEL, metal_attenuation=SODIUM, layer=LAYER)
    assert found["pattern"].item() == "islands of contact"
    spacing = contact_estimates(found)["contact_spacing"]
    assert spacing.interval is None
    assert "no interval" in spacing.label


@pytest.mark.parametrize("middle", [-0.3, 0.0, 0.5])
def test_caps_of_balls_are_followed_to_their_foot_exactly(middle: float) -> None:
    radii, pixels = np.array([10.0, 12.0, 15.0]), 20000.0

    def share(height: float) -> float:
        return float(np.pi * (radii**2 - (height - middle * radii) ** 2).sum() / pixels)

    slope = (share(7.0) - share(5.0)) / 2.0
    assert cap_share(share(5.0), slope, radii.size / pixels, 5.0, 2.0) == pytest.approx(share(0.0))


def test_hidden_voids_follow_from_those_that_end_between_the_layers() -> None:
    # tops spread evenly over 0 to 12 voxels: 120 voids, of which 70 reach 5 and 50 reach 7
    assert hidden_voids(70, 50, 5.0, 2.0) == pytest.approx(50.0)
    assert hidden_voids(50, 70, 5.0, 2.0) == 0.0
    assert hidden_voids(0, 0, 5.0, 2.0) == pytest.approx(-np.log(0.05) * 2.5, rel=0.01)
    assert hidden_share(50.0, 20000, 5.0) == pytest.approx(50 * np.pi * 25 / 20000)
    assert least_spacing(70, 70, 50, 70, 5.0, 2.0) < np.sqrt(70 / 120)
    assert np.isnan(least_spacing(0, 0, 0, 0, 5.0, 2.0))


def test_the_face_cannot_be_known_better_than_nothing() -> None:
    with pytest.raises(SchemaError, match="error of the face"):
        ContactLayer(face_error=-1.0)
