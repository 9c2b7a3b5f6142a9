"""Figures of tomography: pixels show what the records hold, in the right place and colour."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import SchemaError
from alkanode.plot import Mesh, Picture, figure_html, save_data, save_figure, tomography, volume_slices
from alkanode.plot.style import ROLE_COLOURS

P = 1.3e-6
SHAPE = (20, 30, 40)


def grid() -> dict[str, np.ndarray]:
    return {dim: P * (np.arange(n) - 0.5 * (n - 1)) for dim, n in zip("zyx", SHAPE, strict=True)}


@pytest.fixture
def volume() -> xr.Dataset:
    values = np.full(SHAPE, 60.0, np.float32)
    values[15:] = 1000.0
    return label(xr.Dataset({"attenuation": (("z", "y", "x"), values)}, coords=grid()), "volume")


@pytest.fixture
def change() -> xr.Dataset:
    sign = np.zeros(SHAPE, np.int8)
    sign[4:8, 10:20, 5:10] = 1
    sign[10:14, 10:20, 25:35] = -1
    return label(xr.Dataset({"sign": (("z", "y", "x"), sign)}, coords=grid()), "change_map")


def rgb(role: str) -> np.ndarray:
    return np.array([int(ROLE_COLOURS[role][k : k + 2], 16) for k in (1, 3, 5)])  # type: ignore[index]


def test_gains_are_red_and_losses_blue_where_they_are(volume: xr.Dataset, change: xr.Dataset) -> None:
    figure = tomography.slices([volume, volume], changes=[None, change], names=["pristine", "stripped"], count=3)
    plain, marked = (panel.pictures[0] for panel in figure.panels)
    assert marked.labels == ("y = -10.4 µm", "y = -0.65 µm", "y = 9.1 µm") or len(marked.labels) == 3
    pixels = marked.frames[marked.shown].astype(int)
    assert np.argmax(pixels[5, 7] - plain.frames[plain.shown][5, 7].astype(int)) == 0
    np.testing.assert_allclose(pixels[5, 7], 0.75 * rgb("gain"), atol=1)
    np.testing.assert_allclose(pixels[12, 30], 0.75 * rgb("loss"), atol=1)
    # unchanged voxels keep their grey; the electrolyte is brighter than the anode
    assert (pixels[2, 20] == pixels[2, 20][0]).all()
    assert plain.frames[0][16, 3, 0] > plain.frames[0][3, 3, 0]
    assert marked.x == pytest.approx((-26.0, 26.0))
    assert marked.y == pytest.approx((-13.0, 13.0))


@pytest.mark.parametrize(("plane", "shape"), [("xz", (20, 40)), ("yz", (20, 30)), ("xy", (30, 40))])
def test_each_plane_has_its_axes(volume: xr.Dataset, plane: tomography.slices, shape: tuple[int, int]) -> None:
    picture = tomography.slices(volume, plane=plane).panels[0].pictures[0]
    assert picture.frames[0].shape == (*shape, 3)


def test_a_scale_bar_has_the_length_it_says(volume: xr.Dataset) -> None:
    panel = tomography.slices(volume, limits=(2000.0, 3000.0)).panels[0]
    said = float(panel.notes[0].text.removesuffix(" µm"))
    picture = panel.pictures[0]
    white = (picture.frames[0] == 255).all(axis=-1).any(axis=0).sum()
    width = picture.x[1] - picture.x[0]
    assert said in {1.0, 2.0, 5.0, 10.0}
    assert white / SHAPE[2] * width == pytest.approx(said, abs=1.3)


def test_bodies_enclose_the_volume_that_changed(change: xr.Dataset) -> None:
    scene = tomography.bodies(change).panels[0].scene
    assert scene is not None
    for mesh, voxels in zip(scene.meshes, (4 * 10 * 5, 4 * 10 * 10), strict=True):
        a, b, c = (mesh.vertices[mesh.faces[:, k]].astype(float) for k in range(3))
        enclosed = abs(float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum()) / 6)
        # marching cubes cuts the corners of a box
        assert enclosed == pytest.approx(voxels * 1.3**3, rel=0.12)
        assert mesh.vertices[:, 0].mean() == pytest.approx(-26 + 1.3 * (7.5 if mesh.role == "gain" else 30), abs=0.4)


def test_large_maps_are_averaged_for_drawing_and_this_is_said(change: xr.Dataset) -> None:
    figure = tomography.bodies(change, most_voxels=4000)
    assert "blocks of 2 voxels" in figure.caption
    scene = figure.panels[0].scene
    assert scene is not None
    assert scene.meshes[1].vertices[:, 0].mean() == pytest.approx(-26 + 1.3 * 30, abs=1.0)


def test_a_map_without_change_is_drawn_empty(change: xr.Dataset, tmp_path: Path) -> None:
    empty = change.copy()
    empty["sign"] = 0 * change["sign"]
    figure = tomography.bodies(empty)
    assert save_figure(figure, tmp_path / "b.png").stat().st_size > 0
    assert "Mesh3d" in figure_html(figure, div_id="b") or "mesh3d" in figure_html(figure, div_id="b")


def test_both_renderers_draw_slices_and_bodies(volume: xr.Dataset, change: xr.Dataset, tmp_path: Path) -> None:
    slices = tomography.slices([volume, volume], changes=[None, change], count=5)
    page = figure_html(slices, div_id="a")
    assert page.count("images[0].source") == 5
    assert "webp;base64," in page
    for name, figure in (("a", slices), ("b", tomography.bodies(change))):
        assert save_figure(figure, tmp_path / f"{name}.png", dpi=50).stat().st_size > 1000
        save_data(figure, tmp_path / f"{name}.csv")
    assert len(volume_slices([volume, volume], changes=[None, change])) == 2


def test_what_does_not_belong_together_is_refused(volume: xr.Dataset, change: xr.Dataset) -> None:
    with pytest.raises(SchemaError, match="one grid"):
        tomography.slices([volume, volume.isel(z=slice(0, 5))])
    with pytest.raises(SchemaError, match="one change and one name"):
        tomography.slices([volume], names=["a", "b"])
    frame = np.zeros((2, 2, 3), np.uint8)
    picture = Picture(name="p", frames=(frame,), labels=("",), x=(0.0, 1.0), y=(0.0, 1.0))
    with pytest.raises(SchemaError, match="one label per frame"):
        replace(picture, labels=("a", "b"))
    with pytest.raises(SchemaError, match="one shape"):
        replace(picture, frames=(frame, frame[:1]), labels=("a", "b"))
    with pytest.raises(SchemaError, match="vertex that is not there"):
        Mesh(name="m", vertices=np.zeros((2, 3), np.float32), faces=np.array([[0, 1, 2]], np.int32))


def test_profiles_thresholds_and_motion_have_their_numbers() -> None:
    depth = P * np.arange(5.0)
    profile = label(
        xr.Dataset(
            {
                "volume_gained": ("depth", 1e-15 * np.arange(5.0)),
                "volume_lost": ("depth", 2e-15 * np.arange(5.0)),
                "mean_grain_volume": (("depth", "change", "rule"), np.full((5, 2, 2), 3e-16)),
                "grain_count": (("depth", "change", "rule"), np.ones((5, 2, 2))),
            },
            coords={"depth": depth, "change": ["gain", "loss"], "rule": ["centroid", "every_slice"]},
        ),
        "depth_profile",
    )
    top, bottom = tomography.depth_profile(profile).panels
    assert [one.role for one in top.series] == ["gain", "loss"]
    np.testing.assert_allclose(top.series[1].y, 2000 * np.arange(5.0))
    np.testing.assert_allclose(bottom.series[0].y, 300.0)
    motion = label(
        xr.Dataset(
            {
                "shift": (("scan", "component"), P * np.array([[0.0, 0.0, 0.0], [1.0, -2.0, 0.5]])),
                "rotation": (("scan", "component"), np.deg2rad([[0.0, 0.0, 0.0], [0.2, 0.0, 0.0]])),
                "centre": ("component", np.zeros(3)),
                "shift_error": (("scan", "component"), np.full((2, 3), 1e-8)),
                "rotation_error": (("scan", "component"), np.full((2, 3), np.nan)),
                "condition_number": ("scan", np.ones(2)),
                "displacement": ("scan", np.zeros(2)),
                "residual_before": ("scan", np.array([10.0, 30.0])),
                "residual_after": ("scan", np.array([10.0, 11.0])),
            },
            coords={"scan": ["pristine", "stripped"], "component": ["z", "y", "x"]},
        ),
        "registration",
    )
    shifts, rotations, residuals = tomography.registration(motion).panels
    assert [one.y[1] for one in shifts.series] == pytest.approx([1.3, -2.6, 0.65])
    assert rotations.series[0].y[1] == pytest.approx(0.2)
    assert residuals.series[1].y[1] == pytest.approx(0.11)


def test_a_method_that_cannot_be_used_is_shown_with_its_reason() -> None:
    axis = label(
        xr.Dataset(
            {
                "axis_column": ("axis_method", [10.0, 14.0]),
                "standard_error": ("axis_method", [0.1, np.nan]),
                "usable": ("axis_method", [True, False]),
                "candidate": (("axis_method", "trial"), np.array([[9.0, 10.0, 11.0], [12.0, 13.0, 14.0]])),
                "score": (("axis_method", "trial"), np.array([[1.0, 0.0, 1.0], [2.0, 1.0, 0.0]])),
                "reason": ("axis_method", ["", "best at the end of the search"]),
            },
            coords={"axis_method": ["vo", "sharpness"]},
        ),
        "rotation_axis",
    )
    figure = tomography.rotation_axis(axis)
    assert [panel.series[0].role for panel in figure.panels] == ["primary", "muted"]
    assert figure.notes == ("sharpness: best at the end of the search",)


def test_scans_stand_at_their_time_and_capacity() -> None:
    charges = label(
        xr.Dataset(
            {
                "time": ("scan", [3600.0, 7200.0]),
                "scan_start": ("scan", [3400.0, 7000.0]),
                "scan_end": ("scan", [3800.0, 7400.0]),
                "charge": ("scan", [0.0, 3.6]),
                "charge_at_start": ("scan", [0.0, 3.5]),
                "charge_at_end": ("scan", [0.1, 3.7]),
                "charge_error": ("scan", [np.nan, np.nan]),
                "areal_capacity": ("scan", [0.0, 3.6e4]),
                "areal_capacity_at_start": ("scan", [0.0, 3.5e4]),
                "areal_capacity_at_end": ("scan", [1e3, 3.7e4]),
                "voltage": ("scan", [0.1, 0.2]),
                "voltage_lowest": ("scan", [0.05, 0.15]),
                "voltage_highest": ("scan", [0.15, 0.3]),
                "in_history": ("scan", [True, True]),
            },
            coords={"scan": ["pristine", "stripped"]},
        ),
        "scan_charges",
    )
    top, bottom = tomography.scans_on_the_clock(charges).panels
    assert top.series[0].x.tolist() == pytest.approx([1.0, 2.0])
    assert top.series[0].y.tolist() == pytest.approx([0.0, 1.0])
    assert [note.text for note in top.notes] == ["pristine", "stripped"]
    interval = bottom.series[0].y_interval
    assert interval is not None
    assert interval[1].tolist() == [0.15, 0.3]


def test_a_sweep_shows_what_noise_alone_would_give() -> None:
    sweep = label(
        xr.Dataset(
            {
                "volume_gained": ("threshold", [4e-15, 1e-15]),
                "volume_lost": ("threshold", [2e-15, 5e-16]),
                "grain_count": (("threshold", "change"), np.array([[4.0, 3.0], [2.0, 1.0]])),
                "mean_grain_volume": (("threshold", "change"), np.full((2, 2), 1e-15)),
                "false_volume": ("threshold", [1e-15, 0.0]),
            },
            coords={"threshold": [2.0, 4.0], "change": ["gain", "loss"]},
            attrs={"chosen_threshold": 4.0},
        ),
        "threshold_sweep",
    )
    volumes, grains = tomography.threshold_sweep(sweep).panels
    assert [one.name for one in volumes.series] == ["attenuation gained", "attenuation lost", "noise alone"]
    np.testing.assert_allclose(volumes.series[2].y, [1000.0, np.nan])
    np.testing.assert_allclose(grains.series[1].y, [3.0, 1.0])
    assert volumes.lines[0].value == 4.0


def test_residuals_are_maps_along_the_axis() -> None:
    shape = (2, 3, 4)
    local = np.zeros((3, *shape))
    local[0, :, 1, 2] = [3e-6, 4e-6]
    local[:, :, 0, 0] = np.nan
    cells = ("z", "y", "x")
    record = xr.Dataset(
        {
            "local_shift": (("component", *cells), local),
            "local_shift_error": (("component", *cells), np.where(np.isnan(local), np.nan, 1e-7)),
            "residual_before": (cells, np.full(shape, 90.0)),
            "residual_after": (cells, np.full(shape, 30.0)),
        },
        coords={"z": [0.0, 4e-5], "y": np.arange(3) * 4e-5, "x": np.arange(4) * 4e-5},
        attrs={"excess": 1.234, "cell": 32},
    )
    figure = tomography.residual_map(record)
    off, left = (panel.maps[0] for panel in figure.panels)
    assert off.z[1, 2] == pytest.approx(np.sqrt((9 + 16) / 2))
    assert np.isnan(off.z[0, 0])
    np.testing.assert_allclose(left.z, 0.3)
    assert "0.9 /cm without the motion" in figure.caption
    assert "1.2 times what noise explains" in figure.caption
    blind = record.assign(local_shift=record["local_shift"] * np.nan).assign_attrs(excess=np.nan)
    assert "cannot be said" in tomography.residual_map(blind).caption


def test_names_of_scans_that_lie_close_stand_in_one_note() -> None:
    at = np.array([100.0, 200.0, 4000.0, 9000.0])
    fields = dict.fromkeys(("time", "scan_start", "scan_end"), ("scan", at))
    charge = {name: ("scan", np.array([0.0, 0.0, 3.6, 0.0])) for name in ("charge", "charge_at_start", "charge_at_end")}
    record = label(
        xr.Dataset(
            {
                **fields,
                **charge,
                "charge_error": ("scan", np.zeros(4)),
                **dict.fromkeys(("voltage", "voltage_lowest", "voltage_highest"), ("scan", np.ones(4))),
                "in_history": ("scan", np.ones(4, bool)),
            },
            coords={"scan": ["a", "b", "c", "d"]},
        ),
        "scan_charges",
    )
    assert [note.text for note in tomography.scans_on_the_clock(record).panels[0].notes] == ["a, b", "c", "d"]
