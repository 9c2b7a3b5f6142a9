"""``alkanode tomography``: one command per question, refusals told in one line, nothing computed lost."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from alkanode.data.store import open_saved
from alkanode.data.volumes import open_volume
from alkanode.io.projections import write_nxtomo
from alkanode.materials.attenuation import linear_attenuation
from alkanode.virtual.tomograph import Body, Detector, Tomograph, cylinder, scan_object, sphere

Call = Callable[..., Any]
Measured = Callable[[str], Path]

P = 2.5e-6
AXIS = 24.2
COMMANDS = ("inspect", "reconstruct", "axis", "difference", "grains", "attenuation", "export")


def _cell(*changes: Body) -> list[Body]:
    """Electrolyte with pores below row 9, liquid above, and grains in it that stay."""
    rng = np.random.default_rng(5)
    pores = [sphere((rng.uniform(0, 7) * P, *rng.uniform(-11, 11, 2) * P), 2 * P, -900.0) for _ in range(8)]
    stay = [sphere((rng.uniform(12, 20) * P, *rng.uniform(-11, 11, 2) * P), 2 * P, 400.0) for _ in range(5)]
    electrolyte = cylinder((-6.0 * P, 0, 0), (1, 0, 0), 18 * P, 31 * P, 1000.0)
    liquid = cylinder((29.5 * P, 0, 0), (1, 0, 0), 18 * P, 40 * P, 65.0)
    return [electrolyte, liquid, *pores, *stay, *changes]


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scans of a cell that gained one grain and moved in between."""
    folder = tmp_path_factory.mktemp("scans")
    tomograph = Tomograph(
        rows=24, columns=48, angles=90, pixel_size=P, axis_column=AXIS, detector=Detector(photons=5e4)
    )
    grain = sphere((15 * P, 3 * P, -4 * P), 3.5 * P, 300.0)
    write_nxtomo(scan_object(_cell(), tomograph, seed=1, detector_seed=9), folder / "before.nxs")
    moved = scan_object(_cell(grain), tomograph, seed=2, detector_seed=9, shift=(0, 0.7 * P, -1.3 * P))
    write_nxtomo(moved, folder / "after.nxs")
    return folder


def _reconstruct(alkanode: Call, scan: Path, folder: Path, *more: object) -> Any:
    return alkanode(
        "tomography", "reconstruct", scan, "--axis", AXIS, "--stripes", "none", "-o", folder, "--json", *more
    )


def test_help_loads_nothing_scientific() -> None:
    lines = [f"assert run(['tomography', {name!r}, '--help']) == 0" for name in COMMANDS]
    heavy = ("numpy", "scipy", "xarray", "zarr", "h5py", "pydantic", "matplotlib", "numba", "skimage", "dask")
    script = (
        "from alkanode.cli.main import run\n"
        + "\n".join(lines)
        + f"\nimport sys\nprint('LOADED', *[n for n in {heavy!r} if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.rsplit("LOADED", 1)[1].split() == []


def test_inspection_tells_every_defect_of_every_scan(alkanode: Call, scans: Path, tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    for frame in range(3):
        tifffile.imwrite(folder / f"raw_{frame}.tif", np.full((4, 8), 100, np.uint16))
    said = alkanode("tomography", "inspect", scans / "before.nxs", folder, tmp_path / "absent.h5", "--json")
    assert said.code == 3
    results = said.object["results"]
    assert results["usable"] == [True, False, False]
    kinds = {one["kind"] for one in results["scans"]["images"]["defects"]}
    assert {"flats-missing", "angles-missing", "pixel_size-unknown"} <= kinds
    assert "flats-missing" in said.err
    assert "angles-missing" in said.err
    assert "--flats" in said.err
    assert "flats=" not in said.err
    assert "absent.h5" in said.err


def test_inspection_knows_volumes_and_asks_them_for_nothing(alkanode: Call, scans: Path, tmp_path: Path) -> None:
    assert _reconstruct(alkanode, scans / "before.nxs", tmp_path / "done", "--rows", "4:12").code == 0
    folder = tmp_path / "slices"
    folder.mkdir()
    for number in range(3):
        tifffile.imwrite(
            folder / f"{number}.tif", np.random.default_rng(number).normal(0, 1, (8, 8)).astype(np.float32)
        )
    said = alkanode("tomography", "inspect", tmp_path / "done", folder, scans / "after.nxs")
    assert said.code == 0
    assert "done is a reconstructed volume" in said.out
    assert "slices is a reconstructed volume and no scan (TIFF slices: negative readings" in said.out
    assert "Inspection of 1 scan and 2 volumes" in said.out
    hinted = tmp_path / "images"
    hinted.mkdir()
    for number in range(3):
        tifffile.imwrite(
            hinted / f"{number}.tif", np.random.default_rng(number).integers(0, 99, (8, 8)).astype(np.uint8)
        )
    said = alkanode("tomography", "inspect", hinted)
    assert said.code == 3
    assert "these may be reconstructed slices" in said.err
    assert "--full-transmission" not in said.err


def test_a_sound_series_is_compared_with_its_first_scan(alkanode: Call, scans: Path) -> None:
    said = alkanode("tomography", "inspect", scans / "before.nxs", scans / "after.nxs")
    assert said.code == 0
    assert "180" in said.out
    assert "between scans, doubt: [series-order]" in said.out


def test_a_defect_of_many_frames_fills_no_screen(alkanode: Call, tmp_path: Path) -> None:
    tomograph = Tomograph(rows=4, columns=16, angles=20, pixel_size=P, detector=Detector(photons=1e6))
    write_nxtomo(scan_object(_cell(), tomograph, seed=1), tmp_path / "burnt.nxs")
    said = alkanode("tomography", "inspect", tmp_path / "burnt.nxs")
    assert said.code == 3
    assert "readings-saturated" in said.err
    told = said.out
    assert told.count("[frames-repeated]") == 4
    assert "and 16 more" in told
    results = alkanode("tomography", "inspect", tmp_path / "burnt.nxs", "--json").object["results"]
    kinds = [one["kind"] for one in results["scans"]["burnt.nxs"]["defects"]]
    assert kinds.count("frames-repeated") == 19


def test_inspection_needs_no_pixel_size(alkanode: Call, measured: Measured) -> None:
    said = alkanode("tomography", "inspect", measured("tomography/tomopy_tooth/tooth.h5"), "--json")
    assert said.code == 0
    (report,) = said.object["results"]["scans"].values()
    assert report["facts"]["frames"] == {"projections": 181, "flats": 10, "darks": 10}
    assert "pixel_size-unknown" in {one["kind"] for one in report["defects"]}


def test_places_in_files_of_no_known_layout(alkanode: Call, measured: Measured) -> None:
    tooth = measured("tomography/tomopy_tooth/tooth.h5")
    places = [
        word
        for name, path in (("counts", "data"), ("flats", "data_white"), ("darks", "data_dark"))
        for word in ("--datasets", f"{name}=exchange/{path}")
    ]
    said = alkanode("tomography", "inspect", tooth, *places, "--angles", "0:<180 deg", "--json")
    assert said.code == 0
    (report,) = said.object["results"]["scans"].values()
    assert report["layout"] == "declared paths"
    assert report["facts"]["last_angle"] == pytest.approx(np.pi * 180 / 181)
    wrong = alkanode("tomography", "inspect", tooth, "--datasets", "frames=data")
    assert wrong.code == 2
    assert "counts" in wrong.err


def test_the_axis_of_a_measured_scan(alkanode: Call, measured: Measured, tmp_path: Path) -> None:
    said = alkanode("tomography", "axis", measured("tomography/tomopy_tooth/tooth.h5"), "--json", "-o", tmp_path)
    assert said.code == 0
    results = said.object["results"]
    low, high = results["axis_column"]["interval"]
    assert low < results["axis_column"]["value"] < high
    assert results["axis_column"]["value"] == pytest.approx(295.6, abs=1.0)
    assert results["spread_pixels"] < 1.0
    assert (tmp_path / "figures" / "rotation_axis.png").stat().st_size > 0


def test_methods_that_disagree_are_all_told_and_their_curves_kept(alkanode: Call, scans: Path, tmp_path: Path) -> None:
    scan = scans / "before.nxs"
    said = alkanode("tomography", "axis", scan, "--tolerance", "0.001", "--json", "-o", tmp_path)
    assert said.code == 3
    assert "axis_column" not in said.object["results"]
    for method in said.object["results"]["methods"]:
        assert method in said.err
    assert open_saved(tmp_path / "records" / "rotation_axis.h5")["score"].size > 0
    words = ("--tolerance", "0.001", "--rows", "4:12", "-o", tmp_path / "volume")
    refused = alkanode("tomography", "reconstruct", scan, *words)
    assert refused.code == 3
    assert "sinogram-symmetry" in refused.err
    assert "reconstruct --axis" in refused.err
    assert (tmp_path / "volume" / "figures" / "rotation_axis.png").exists()
    assert alkanode("tomography", "reconstruct", scan, *words, "--axis", AXIS).code == 0


def test_a_volume_needs_a_pixel_size(alkanode: Call, measured: Measured, tmp_path: Path) -> None:
    said = alkanode("tomography", "reconstruct", measured("tomography/tomopy_tooth/tooth.h5"), "-o", tmp_path)
    assert said.code == 2
    assert "--pixel-size" in said.err
    assert len(said.err.strip().splitlines()) == 1


def test_a_stopped_reconstruction_goes_on(alkanode: Call, scans: Path, tmp_path: Path) -> None:
    first = _reconstruct(alkanode, scans / "before.nxs", tmp_path, "--tiff", tmp_path / "volume.tif")
    assert first.code == 0
    results = first.object["results"]
    assert results["shape"] == [24, 48, 48]
    path = tmp_path / results["volume"]
    wanted = open_volume(path)["attenuation"].to_numpy()
    np.testing.assert_allclose(tifffile.imread(tmp_path / "volume.tif"), 0.01 * wanted, rtol=1e-6)
    inside = wanted[4, 15:33, 15:33]
    assert np.median(inside) == pytest.approx(1000.0, rel=0.1)
    assert results["repaired"]["saturated"] == 0
    markers = sorted(path.with_suffix(".done").iterdir())
    assert len(markers) == 3
    kept = {marker.name: marker.stat().st_mtime_ns for marker in markers}
    markers[1].unlink()
    assert _reconstruct(alkanode, scans / "before.nxs", tmp_path).code == 0
    again = {marker.name: marker.stat().st_mtime_ns for marker in path.with_suffix(".done").iterdir()}
    assert [name for name in kept if again[name] != kept[name]] == [markers[1].name]
    np.testing.assert_array_equal(open_volume(path)["attenuation"].to_numpy(), wanted)


def test_rows_and_exports_that_fail_lose_nothing(alkanode: Call, scans: Path, tmp_path: Path) -> None:
    (tmp_path / "there.ome.zarr").mkdir()
    words = ("--rows", "4:12", "--no-halves", "--ome-zarr", tmp_path / "there.ome.zarr")
    said = _reconstruct(alkanode, scans / "before.nxs", tmp_path / "volume", *words)
    assert said.code == 3
    assert "there.ome.zarr" in said.err
    assert said.object["results"]["shape"] == [8, 48, 48]
    assert (tmp_path / "volume" / "figures" / "middle_slice.png").exists()
    for rows, code in (("30:40", 2), ("9:4", 2), ("all", 2)):
        assert _reconstruct(alkanode, scans / "before.nxs", tmp_path / "no", "--rows", rows).code == code


def test_from_two_scans_to_grains(alkanode: Call, scans: Path, tmp_path: Path) -> None:
    for name in ("before", "after"):
        assert _reconstruct(alkanode, scans / f"{name}.nxs", tmp_path / name).code == 0
    compare = (
        *("tomography", "difference", tmp_path / "before", tmp_path / "after", "--electrolyte", "NASICON"),
        *("--smallest-diameter", "8 um", "-o", tmp_path / "difference", "--json"),
    )
    said = alkanode(*compare)
    assert said.code == 0, said.err
    results = said.object["results"]
    motion = open_saved(tmp_path / "difference" / "registration.h5")
    np.testing.assert_allclose(motion["shift"].to_numpy()[0, 1:] / P, [0.7, -1.3], atol=0.1)
    assert results["false_grains_accepted"] == 2.0
    assert results["threshold"] == results["chosen_threshold"]
    low, high = results["volume_gained"]["interval"]
    assert low <= results["volume_gained"]["value"] <= high
    for picture in ("slices_xz", "registration", "change_threshold"):
        assert (tmp_path / "difference" / "figures" / f"{picture}.png").exists()
    markers = sorted((tmp_path / "difference" / "difference.done").iterdir())
    times = [marker.stat().st_mtime_ns for marker in markers]
    assert alkanode(*compare).object["results"] == results
    assert [marker.stat().st_mtime_ns for marker in markers] == times

    told = alkanode("tomography", "grains", tmp_path / "difference", "--json", "-o", tmp_path / "grains")
    assert told.code in (0, 3), told.err
    with (tmp_path / "grains" / "tables" / "grains.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == told.object["results"]["grains"] > 0
    largest = max(rows, key=lambda row: float(row["volume / um3"]))
    assert float(largest["gained (1) or lost (-1)"]) == 1
    place = [float(largest[f"{axis} / um"]) for axis in "zyx"]
    np.testing.assert_allclose(place, [37.5, 7.5, -10.0], atol=2 * 2.5)
    # voxels beyond a threshold far below the contrast reach past the edge of a smoothed grain, but not by 3 voxels
    radius = 0.5 * float(largest["equivalent diameter / um"])
    assert 0.8 * 3.5 * 2.5 < radius < (3.5 + 3) * 2.5
    target = tmp_path / "sign.tif"
    assert alkanode("tomography", "export", tmp_path / "difference" / "changes.zarr", "--tiff", target).code == 0
    assert (tifffile.imread(target) == 2).sum() > 0


def test_a_threshold_that_cannot_be_shown_leaves_the_difference(alkanode: Call, tmp_path: Path) -> None:
    """Slices of another program, with a place where nothing changed that is too small for the rate asked for."""
    rng = np.random.default_rng(1)
    body = 100 + 60 * (rng.random((12, 40, 40)) > 0.9)
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
        for place, plane in enumerate(body + rng.normal(0, 4, body.shape)):
            tifffile.imwrite(tmp_path / name / f"slice_{place:02d}.tif", plane.clip(0, 255).astype(np.uint8))
    words = ("tomography", "difference", tmp_path / "before", tmp_path / "after", "--lie-alike", "--json")
    scale = ("--pixel-size", "10 um", "--grey", "0:25.5 cm-1", "--smallest-diameter", "40 um")
    assert "--unchanged" in alkanode(*words, *scale, "-o", tmp_path / "none").err
    assert "--grey" in alkanode(*words, "-o", tmp_path / "none").err
    box = ("--unchanged", "0:12,0:20,0:40", "--smoothing", "1")
    said = alkanode(*words, *scale, *box, "--false-grains", "1", "-o", tmp_path / "out")
    assert said.code == 3
    assert "threshold" in said.err
    assert open_volume(tmp_path / "out" / "difference.zarr").sizes == {"z": 12, "y": 40, "x": 40}
    assert "difference BEFORE AFTER" in alkanode("tomography", "grains", tmp_path / "out").err
    good = alkanode(*words, *scale, *box, "-o", tmp_path / "out")
    assert good.code == 0, good.err
    noise = good.object["results"]["attenuation_noise_m-1"]
    assert 0 < noise < np.sqrt(2) * 4 * 10
    far = alkanode(*words, *scale, "--unchanged", "0:13,0:20,0:40", "-o", tmp_path / "out")
    assert far.code == 2
    assert "z from 0 to 12" in far.err


def test_attenuation_beside_what_a_paper_prints(alkanode: Call) -> None:
    said = alkanode("tomography", "attenuation", "Na", "NASICON", "--printed", "--json").object["results"]
    sodium = said["materials"]["Na"]
    assert sodium["attenuation_m-1"] == pytest.approx(linear_attenuation("Na", "45 keV").value)
    low, high = sodium["interval_m-1"]
    assert low < min(sodium["by_table_m-1"].values()) <= max(sodium["by_table_m-1"].values()) < high
    assert said["printed"]["K"] == pytest.approx(0.0960)
    text = alkanode("tomography", "attenuation", "--printed").out
    assert "-16 %" in text
    assert "no single energy gives both" in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("attenuation", "unobtainium"), "Known: "),
        (("attenuation", "Na", "--energy", "45"), "unit"),
        (("export", "absent.zarr", "--tiff", "x.tif"), "absent.zarr"),
        (("export", "absent"), "--ome-zarr"),
        (("difference", "a", "b", "-o", "c", "--fixed", "5:20 cm-1", "--electrolyte", "NASICON"), "not both"),
        (("difference", "a", "b", "-o", "c", "--fixed", "5 cm-1"), "5:20 cm-1"),
        (("difference", "a", "b", "-o", "c", "--unchanged", "0:9,0:9"), "z, y, x"),
        (("grains", "absent"), "difference.zarr"),
        (("axis", "absent.nxs"), "absent.nxs"),
        (("axis", "absent.nxs", "--search", "9:3"), "280:310"),
        (("inspect",), "FILES"),
        (("reconstrct",), "reconstruct"),
    ],
)
def test_mistakes_are_answered_in_words(
    alkanode: Call, words: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = alkanode("tomography", *words)
    assert said.code == 2
    assert told in said.err


def test_one_scan_of_a_series_has_to_be_named(alkanode: Call, scans: Path, tmp_path: Path) -> None:
    folder = tmp_path / "volume"
    assert _reconstruct(alkanode, scans / "before.nxs", folder, "--rows", "0:8").code == 0
    target = tmp_path / "out.tif"
    assert alkanode("tomography", "export", f"{folder}#before", "--tiff", target).code == 0
    said = alkanode("tomography", "export", f"{folder}#other", "--tiff", target)
    assert said.code == 2
    assert "before" in said.err
    assert json.loads((folder / "parts" / "reconstruction.json").read_text(encoding="utf-8"))["agreed"] is True
