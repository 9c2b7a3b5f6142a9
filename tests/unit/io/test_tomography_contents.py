"""What a look at the frames finds: each fault is put into a clean scan, where nothing was found before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from made_scans import COLUMNS, ROWS, MadeScan

from alkanode.io import InspectionLimits, inspect_scan, write_nxtomo


def found_after(tmp_path: Path, spoil: Callable[[MadeScan], None], **options: object) -> set[str]:
    made = MadeScan()
    spoil(made)
    path = write_nxtomo(made.record(), tmp_path / "scan.nxs")
    return inspect_scan(path, **options).kinds()  # type: ignore[arg-type]


def drift(made: MadeScan) -> None:
    made.flats_after[:] = (made.flats_after * 0.985).astype(np.uint16)


def zinger_in_flat(made: MadeScan) -> None:
    made.flats_before[2, 5, 7] = 30000


def zinger_in_dark(made: MadeScan) -> None:
    made.darks[1, 5, 7] = 20000


def dead(made: MadeScan) -> None:
    for frames in (made.flats_before, made.flats_after, made.frames):
        frames[:, :, 11] = 110


def below_dark(made: MadeScan) -> None:
    for frames in (made.flats_before, made.flats_after):
        frames[:, 3, 4] = 0


def hot(made: MadeScan) -> None:
    for frames in (made.darks, made.flats_before, made.flats_after, made.frames):
        frames[:, 8, 9] += 5000


def unsteady(made: MadeScan) -> None:
    swing = (2000 * np.array([-1, 1, -1, 1, -1])).astype(np.int32)
    made.flats_before[:, 8, 9] = (made.flats_before[:, 8, 9] + swing).astype(np.uint16)


def zeros(made: MadeScan) -> None:
    made.frames[3, 4, 5] = 0


def saturated(made: MadeScan) -> None:
    made.frames[3, :5, :5] = 65535


def lost_beam(made: MadeScan) -> None:
    made.frames[20] = made.darks[0]


def top_up(made: MadeScan) -> None:
    made.frames[20] = (made.frames[20] * 1.2).astype(np.uint16)


def repeated(made: MadeScan) -> None:
    made.frames[21] = made.frames[20]


def starved(made: MadeScan) -> None:
    made.frames[:, 20:, 10:30] = 110


def wide(made: MadeScan) -> None:
    made.frames[:] = (100 + (made.frames - 100.0) * 0.6).astype(np.uint16)


def sank(made: MadeScan) -> None:
    made.frames[-3:] = np.roll(made.frames[-3:], 3, axis=1)


def changed(made: MadeScan) -> None:
    inside = slice(COLUMNS // 4, 3 * COLUMNS // 4)
    made.frames[-3:, :, inside] = (made.frames[-3:, :, inside] * 1.1).astype(np.uint16)


CASES = {
    "flats-drift": drift,
    "zingers-in-flats": zinger_in_flat,
    "zingers-in-darks": zinger_in_dark,
    "pixels-dead": dead,
    "flat-not-above-dark": below_dark,
    "pixels-hot": hot,
    "pixels-unsteady": unsteady,
    "readings-zero": zeros,
    "readings-saturated": saturated,
    "transmission-above-one": saturated,
    "transmission-not-positive": zeros,
    "beam-lost": lost_beam,
    "beam-jumps": top_up,
    "frames-repeated": repeated,
    "rows-starved": starved,
    "wider-than-view": wide,
    "sample-moved": sank,
    "sample-changed": changed,
}


def test_a_clean_scan_has_no_defect(tmp_path: Path) -> None:
    report = inspect_scan(write_nxtomo(MadeScan().record(), tmp_path / "scan.nxs"), frames=None)
    assert report.defects == ()
    assert report.facts["frames"] == {"projections": 37, "flats": 10, "darks": 4}
    assert report.facts["flat_level"] == pytest.approx(10500, rel=0.1)
    assert abs(report.facts["flat_drift"]) < 0.005
    assert report.examined == "all flats and darks and 37 of 37 projections read"


@pytest.mark.parametrize("kind", CASES)
def test_each_fault_is_found(tmp_path: Path, kind: str) -> None:
    assert kind in found_after(tmp_path, CASES[kind], frames=None)


def test_headers_only_reads_no_frame(tmp_path: Path) -> None:
    assert found_after(tmp_path, saturated, frames=0) == set()


def test_a_sample_misses_a_single_frame_and_all_do_not(tmp_path: Path) -> None:
    assert "beam-lost" not in found_after(tmp_path, lost_beam, frames=4)
    assert "beam-lost" in found_after(tmp_path, lost_beam, frames=None)


def test_limits_are_options(tmp_path: Path) -> None:
    assert "flats-drift" not in found_after(tmp_path, drift, limits=InspectionLimits(flat_drift=0.02))


def test_the_drift_is_told_as_a_number(tmp_path: Path) -> None:
    made = MadeScan()
    drift(made)
    report = inspect_scan(write_nxtomo(made.record(), tmp_path / "scan.nxs"))
    assert report.facts["flat_drift"] == pytest.approx(-0.015, abs=0.001)
    assert "-1.5" in next(defect.what for defect in report.defects if defect.kind == "flats-drift")


def test_numbers_that_are_not_finite(tmp_path: Path) -> None:
    made = MadeScan()
    record = made.record()
    counts = record["counts"].to_numpy().astype(np.float32)
    counts[15, 2, 3] = np.nan
    record["counts"] = (("frame", "row", "column"), counts)
    report = inspect_scan(write_nxtomo(record, tmp_path / "scan.nxs"), frames=None)
    assert "readings-not-finite" in report.kinds()


def test_defects_of_contents_are_listed_beside_fatal_ones(tmp_path: Path) -> None:
    """A scan without angles still has its frames looked at."""
    import h5py

    made = MadeScan()
    dead(made)
    path = write_nxtomo(made.record(), tmp_path / "scan.nxs")
    with h5py.File(path, "r+") as file:
        del file["entry/sample/rotation_angle"]
        del file["entry/data/rotation_angle"]
    assert inspect_scan(path).kinds() >= {"angles-missing", "pixels-dead"}


class TestMeasured:
    def test_savu(self, measured: Callable[[str], Path]) -> None:
        """One pixel whose flat is not above the dark, as the notes on the file say; its sides never see air."""
        report = inspect_scan(measured("tomography/savu_24737_tiff"), frames=None)
        assert report.usable
        assert report.kinds() >= {
            "flat-not-above-dark",
            "readings-zero",
            "wider-than-view",
            "angles-more-than-projections",
        }
        flat = next(defect for defect in report.defects if defect.kind == "flat-not-above-dark")
        assert flat.what.startswith("1 pixels")

    def test_tooth(self, measured: Callable[[str], Path]) -> None:
        report = inspect_scan(measured("tomography/tomopy_tooth/tooth.h5"), frames=None)
        assert report.usable
        assert report.facts["frames"] == {"projections": 181, "flats": 10, "darks": 10}
        assert report.kinds() >= {"few-rows", "flats-on-one-side", "pixel_size-unknown", "photon_energy-unknown"}
        assert "wider-than-view" not in report.kinds()

    def test_neutron_has_zeros(self, measured: Callable[[str], Path]) -> None:
        path = measured("tomography/sarepy_neutron/sinogram_360_neutron_image.tif")
        report = inspect_scan(
            path, sinograms=True, normalised=46811, angles=np.linspace(0, 2 * np.pi, 459), frames=None
        )
        zeros = next(defect.what for defect in report.defects if defect.kind == "readings-zero")
        assert zeros.startswith("214 of")

    def test_a_stack_of_slices_is_no_scan(self, measured: Callable[[str], Path]) -> None:
        assert inspect_scan(measured("tomography/mpj_cell_vol"), frames=0).kinds() >= {
            "flats-missing",
            "angles-missing",
        }


def test_rows_of_the_made_scan() -> None:
    """The lid stands where the tests of movement need an edge."""
    share = MadeScan().frames[0].mean(axis=1)
    assert share[:10].min() > share[10:].max()
    assert share.size == ROWS
