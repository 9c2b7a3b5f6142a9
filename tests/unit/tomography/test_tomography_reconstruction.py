"""Slices from line integrals: place, scale, angles, grids, and bits."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
import xarray as xr
from disc_sinograms import DISCS, PIXEL, half_turn, picture, record, sinogram
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning, PhysicsError
from alkanode.foundation.sources import Estimate
from alkanode.tomography.reconstruction import Grid, Reconstruction, reconstruct, reconstruction_kernel
from alkanode.tomography.reconstruction.angle_weights import angle_weights
from alkanode.tomography.reconstruction.filtered_views import view_filter

VIEWS = half_turn(201)
MIDDLE = 63.5


def slice_of(views, angles=VIEWS, axis=MIDDLE, **options):
    return reconstruction_kernel(views[None], angles, axis, 1.0, Reconstruction(**options))[0]


def inner(size=128, radius=45.0):
    i = np.arange(size) - 0.5 * (size - 1)
    return np.hypot(i[:, None], i[None, :]) < radius


def relative_error(found, true, where):
    return float(np.sqrt(np.mean((found - true)[where] ** 2) / np.mean(true[where] ** 2)))


@pytest.mark.parametrize("engine", ["fourier", "algotom-fbp"])
def test_discs_come_out_in_their_place_and_at_their_attenuation(engine):
    found = slice_of(sinogram(VIEWS), engine=engine)
    true = picture()
    assert relative_error(found, true, inner()) < 0.09
    # a transposed or mirrored slice would differ by far more
    assert relative_error(found[::-1], true, inner()) > 0.2
    assert relative_error(found.T, true, inner()) > 0.2
    assert found[63:65, 20:30].mean() == pytest.approx(0.010, rel=0.01)


def test_a_slice_is_the_sum_of_its_filtered_views():
    views = sinogram(VIEWS)
    found = slice_of(views)
    prepare = view_filter(128, lowest=-0.5, highest=127.5, chosen="hann", pixel_size=1.0, pad_fraction=0.5, edge=True)
    spectrum = prepare(views).astype(complex)
    k = np.arange(spectrum.shape[1])
    spectrum *= np.where((k == 0) | (k == prepare.period // 2), 1, 2) / prepare.period
    for row, column in ((64, 64), (20, 45), (100, 50), (5, 60)):
        y, x = row - MIDDLE, column - MIDDLE
        place = MIDDLE + x * np.cos(VIEWS) + y * np.sin(VIEWS)
        waves = np.exp(2j * np.pi * k[None, :] * place[:, None] / prepare.period)
        direct = np.pi / VIEWS.size * (spectrum * waves).real.sum()
        assert found[row, column] == pytest.approx(direct, abs=2e-5 * float(np.abs(found).max()))


def test_mean_attenuation_is_that_of_the_line_integrals():
    views = sinogram(VIEWS)
    found = slice_of(views)
    assert found.sum() == pytest.approx(views.sum(axis=1).mean(), rel=1e-3)
    # the level inside a wide disc carries no offset from the filter
    assert (found - picture())[inner(radius=40)].mean() == pytest.approx(0.0, abs=1e-5)


@settings(max_examples=12)
@given(cuts=st.lists(st.integers(1, 6), unique=True), threads=st.integers(1, 3), odd=st.booleans())
def test_bits_do_not_depend_on_blocks_or_threads(cuts, threads, odd):
    columns = 41 if odd else 40
    random = np.random.default_rng(5)
    rows = random.random((7, 30, columns), dtype=np.float32)
    angles, axes = half_turn(30), 19.0 + 0.3 * np.arange(7)
    whole = reconstruction_kernel(rows, angles, axes, PIXEL)
    edges = [0, *sorted(cuts), 7]
    blocks = [
        reconstruction_kernel(rows[a:b], angles, axes[a:b], PIXEL, threads=threads)
        for a, b in itertools.pairwise(edges)
    ]
    assert np.array_equal(np.concatenate(blocks), whole)


def test_bits_do_not_depend_on_the_batch_of_a_record():
    rows = np.stack([sinogram(VIEWS)] * 5) * np.arange(1, 6, dtype=np.float32)[:, None, None]
    given_record = record(rows, VIEWS)
    one = reconstruct(given_record, MIDDLE, batch=1)["attenuation"].to_numpy()
    assert np.array_equal(one, reconstruct(given_record, MIDDLE, batch=3, threads=2)["attenuation"].to_numpy())


def test_an_engine_without_fourier_methods_agrees():
    views = sinogram(VIEWS)
    ours, theirs = slice_of(views), slice_of(views, engine="algotom-fbp")
    assert np.corrcoef(ours[inner()], theirs[inner()])[0, 1] > 0.998


@pytest.mark.parametrize(
    "angles",
    [
        half_turn(201)[::-1],
        half_turn(201) + np.radians(16740.0),
        np.linspace(0, np.pi, 202),
        np.linspace(0, 2 * np.pi, 401),
        -half_turn(201) * 2,
        np.random.default_rng(2).permutation(half_turn(201)),
    ],
    ids=["reversed", "far start", "both ends", "full turn", "negative full turn", "any order"],
)
def test_any_convention_of_angles_gives_the_same_slice(angles):
    found = slice_of(sinogram(angles), angles)
    assert relative_error(found, slice_of(sinogram(VIEWS)), inner()) < 0.012


def test_uneven_angles_are_weighted():
    dense = np.concatenate([np.linspace(0, 0.5 * np.pi, 300, endpoint=False), np.linspace(0.5, 1, 100) * np.pi])
    found = slice_of(sinogram(dense), dense)
    assert relative_error(found, slice_of(sinogram(VIEWS)), inner()) < 0.02
    assert angle_weights(dense).sum() == pytest.approx(np.pi)


@given(
    angles=st.lists(st.floats(-20, 20), min_size=3, max_size=30),
    turn=st.integers(-3, 3),
)
def test_angle_weights_sum_to_half_a_turn_and_know_no_order(angles, turn):
    values = np.array(angles)
    assume(np.ptp(np.abs(np.exp(2j * values) - np.exp(2j * values[0]))) > 1e-6)
    weights = angle_weights(values, gap_factor=np.inf)
    assert weights.sum() == pytest.approx(np.pi, abs=1e-6)
    assert (weights >= 0).all()
    order = np.random.default_rng(0).permutation(values.size)
    assert angle_weights(values[order] + turn * np.pi, gap_factor=np.inf) == pytest.approx(weights[order], abs=1e-6)


def test_a_missing_wedge_is_said_and_not_filled():
    angles = half_turn(180)[:140]
    with pytest.warns(DataQualityWarning, match=r"missing over 40\.0 of 180"):
        weights = angle_weights(angles)
    assert weights.sum() == pytest.approx(np.radians(140), rel=0.01)


def test_a_grid_moves_turns_and_crops_without_interpolation():
    views = sinogram(VIEWS)
    whole = slice_of(views)
    scale = float(whole.std())
    moved = slice_of(views, grid=Grid(shift_y=5.0, shift_x=-3.0))
    assert moved[40:90, 40:90] == pytest.approx(whole[45:95, 37:87], abs=1e-3 * scale)
    turned = slice_of(views, grid=Grid(angle_offset=0.5 * np.pi))
    # the voxel (y, x) shows y' = -x, x' = y
    assert turned[30:98, 30:98] == pytest.approx(np.rot90(whole, -1)[30:98, 30:98], abs=1e-3 * scale)
    part = slice_of(views, grid=Grid(y=(30, 61), x=(50, 90)))
    assert part.shape == (31, 40)
    assert part == pytest.approx(whole[30:61, 50:90], abs=3e-3 * scale)
    larger = slice_of(views, grid=Grid(size=140), outside="zero")
    assert larger[6:-6, 6:-6] == pytest.approx(whole, abs=3e-3 * scale)


def test_a_grid_undoes_a_rigid_motion_of_the_sample():
    w, ty, tx = 0.05, 2.3, -1.7
    moved = [
        (y * np.cos(w) - x * np.sin(w) + ty, y * np.sin(w) + x * np.cos(w) + tx, r, value) for y, x, r, value in DISCS
    ]
    undone = slice_of(sinogram(VIEWS, discs=moved), grid=Grid(angle_offset=w, shift_y=ty, shift_x=tx))
    still = slice_of(sinogram(VIEWS))
    moved_slice = slice_of(sinogram(VIEWS, discs=moved))
    assert relative_error(undone, still, inner(radius=40)) < 0.012
    assert relative_error(moved_slice, still, inner(radius=40)) > 0.1


def test_the_axis_may_lie_anywhere_and_tilt():
    rows = np.stack([sinogram(VIEWS, columns=160, axis=axis) for axis in (70.0, 75.3, 90.0)])
    found = reconstruction_kernel(rows, VIEWS, [70.0, 75.3, 90.0], 1.0, Reconstruction(grid=Grid(size=128)))
    for one in found:
        assert relative_error(one, picture(), inner()) < 0.09


def test_half_acquisition_sees_the_whole_sample():
    angles = np.linspace(0, 2 * np.pi, 500, endpoint=False)
    columns, axis = 80, 18.0
    views = sinogram(angles, columns=columns, axis=axis)
    found = slice_of(views, angles, axis, half_acquisition=True, grid=Grid(size=128))
    assert relative_error(found, picture(), inner()) < 0.1
    with pytest.raises(PhysicsError, match="half acquisition"):
        slice_of(sinogram(VIEWS), half_acquisition=True)


def test_edge_padding_keeps_a_wider_sample_flat():
    angles = half_turn(400)
    # the view holds the middle 128 columns of a disc of radius 100
    views = sinogram(angles, discs=[(0.0, 0.0, 100.0, 0.01), (8.0, -11.0, 6.0, 0.005)])
    kept, lost = (slice_of(views, angles, padding=how) for how in ("edge", "zero"))
    ring = inner(radius=55) & ~inner(radius=50)
    cupping = [float(abs(one[ring].mean() - one[inner(radius=5)].mean())) for one in (kept, lost)]
    assert cupping[0] < 0.5 * cupping[1]
    # differences are right although the level is not
    assert kept[71:73, 52:54].mean() - kept[71:73, 75:78].mean() == pytest.approx(0.005, rel=0.1)


def test_filters_by_name_product_and_function():
    views = sinogram(VIEWS)
    assert np.array_equal(
        slice_of(views, filter="hann*linear"),
        slice_of(views, filter=lambda nu: (0.5 + 0.5 * np.cos(2 * np.pi * nu)) * np.sinc(nu) ** 2),
    )
    rough = [np.abs(np.diff(slice_of(views, filter=name), axis=0)).sum() for name in ("ramp", "shepp-logan", "hann")]
    assert rough[0] > rough[1] > rough[2]


def test_a_volume_carries_units_coordinates_and_options():
    rows = record(np.stack([sinogram(VIEWS)] * 2), VIEWS).assign_coords(row=[40, 41])
    axis = Estimate(value=MIDDLE, unit="1", quantity="axis_column", label="given")
    volume = check(reconstruct(rows.assign(photon_energy=7.2e-15), axis, filter="ramp"), "volume")
    assert volume["attenuation"].dtype == np.float32
    assert volume["attenuation"].attrs["units"] == "m-1"
    assert volume["attenuation"].to_numpy()[0, 63:65, 20:30].mean() == pytest.approx(0.010 / PIXEL, rel=0.02)
    assert volume["z"].to_numpy() == pytest.approx(np.array([40, 41]) * PIXEL)
    assert float(volume["y"].mean()) == pytest.approx(0.0, abs=1e-12)
    assert json.loads(volume.attrs["reconstruction"])["filter"] == "ramp"
    assert "Barnett2019" in volume.attrs["sources"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pixel_size": None}, "pixel size"),
        ({"axis": 128.0}, "axis lies on the detector"),
        ({"axis": np.nan}, "axis lies on the detector"),
        ({"filter": "han"}, "known filter"),
        ({"filter": lambda nu: nu[:3]}, "one finite gain"),
        ({"grid": Grid(y=(0, 200))}, "ends inside the grid"),
        ({"engine": "gridrec"}, "engine is"),
        ({"angles": np.where(np.arange(201) == 7, np.nan, VIEWS)}, "finite angle"),
        ({"angles": np.zeros(201)}, "several directions"),
        ({"value": np.nan}, "line integrals are finite"),
    ],
)
def test_what_cannot_be_reconstructed_is_named(change, message):
    views = sinogram(VIEWS)[None].copy()
    views[0, 3, 4] = change.get("value", views[0, 3, 4])
    given_record = record(views, change.get("angles", VIEWS), change.get("pixel_size", PIXEL))
    options = {name: change[name] for name in ("filter", "grid", "engine") if name in change}
    with pytest.raises(PhysicsError, match=message):
        reconstruct(given_record, change.get("axis", MIDDLE), **options)


def test_the_second_engine_refuses_what_it_lacks():
    with pytest.raises(PhysicsError, match="engine 'fourier'"):
        slice_of(sinogram(VIEWS), engine="algotom-fbp", grid=Grid(shift_x=1.0))
    part = slice_of(sinogram(VIEWS), engine="algotom-fbp", grid=Grid(y=(10, 30), x=(5, 60)))
    assert np.array_equal(part, slice_of(sinogram(VIEWS), engine="algotom-fbp")[10:30, 5:60])


def test_no_row_gives_no_slice():
    empty = reconstruct(record(np.empty((0, 201, 128), dtype=np.float32), VIEWS), MIDDLE)
    assert empty.sizes == {"z": 0, "y": 128, "x": 128}
    assert isinstance(empty, xr.Dataset)
