"""What is written is read back, here and by the package nxtomo."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr
from made_scans import MadeScan

from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.io import open_projections, write_data_exchange, write_nxtomo

MADE = MadeScan()


@pytest.mark.parametrize("compression", [None, "gzip", "lzf"])
def test_nxtomo_round_trip(tmp_path: Path, compression: str | None) -> None:
    record = MADE.record()
    path = write_nxtomo(record, tmp_path / "deep" / "scan.nxs", compression=compression)
    back = open_projections(path)
    assert set(back.variables) == set(record.variables)
    for name in record.variables:
        np.testing.assert_allclose(back[name], record[name], rtol=1e-14, atol=1e-15)
    assert {name: back.attrs[name] for name in ("started", "ended", "title")} == {
        name: record.attrs[name] for name in ("started", "ended", "title")
    }
    assert back["counts"].dtype == record["counts"].dtype
    assert list(path.parent.iterdir()) == [path], "nothing else is left behind"


def test_a_lazy_scan_is_copied(tmp_path: Path) -> None:
    first = open_projections(write_nxtomo(MADE.record(), tmp_path / "one.nxs"))
    second = open_projections(write_nxtomo(first, tmp_path / "two.nxs"))
    xr.testing.assert_allclose(first, second, rtol=1e-14)


def test_blocks_do_not_change_what_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["alkanode.io.projections.write_nxtomo"], "BLOCK", 5000)
    back = open_projections(write_nxtomo(MADE.record(), tmp_path / "scan.nxs"))
    np.testing.assert_array_equal(back["counts"], MADE.stacked()[0])


def test_the_package_nxtomo_reads_it(tmp_path: Path) -> None:
    nxtomo = pytest.importorskip("nxtomo")
    path = write_nxtomo(MADE.record(), tmp_path / "scan.nxs")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert nxtomo.NXtomo.get_valid_entries(str(path)) == ("/entry",)
        scan = nxtomo.NXtomo().load(str(path), "entry", detector_data_as="as_numpy_array")
        nxtomo.NXtomo.check_consistency(scan, raises_error=False)
    counts, keys, angles = MADE.stacked()
    np.testing.assert_array_equal(scan.instrument.detector.data, counts)
    np.testing.assert_array_equal([key.value for key in scan.instrument.detector.image_key], keys)
    np.testing.assert_allclose(scan.sample.rotation_angle.to("rad").magnitude, angles, equal_nan=True)
    assert scan.instrument.detector.x_pixel_size.to("um").magnitude == pytest.approx(1.3)
    assert scan.instrument.detector.distance.to("m").magnitude == pytest.approx(0.2)
    assert scan.energy.to("keV").magnitude == pytest.approx(45.0)
    assert scan.start_time.isoformat() == "2026-03-01T10:00:00"
    np.testing.assert_allclose(scan.instrument.detector.count_time.to("s").magnitude, 0.1)


def test_it_reads_what_the_package_nxtomo_writes(tmp_path: Path) -> None:
    nxtomo = pytest.importorskip("nxtomo")
    counts, keys, angles = MADE.stacked()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pint

        unit = pint.get_application_registry()
        scan = nxtomo.NXtomo()
        scan.instrument.detector.data = counts
        scan.instrument.detector.image_key_control = keys
        scan.instrument.detector.x_pixel_size = scan.instrument.detector.y_pixel_size = 1.3 * unit.micrometer
        scan.instrument.detector.distance = 20 * unit.centimeter
        scan.instrument.detector.count_time = np.full(keys.size, 0.1) * unit.second
        scan.sample.rotation_angle = np.degrees(np.nan_to_num(angles)) * unit.degree
        scan.energy = 45 * unit.keV
        scan.save(str(tmp_path / "theirs.nx"), data_path="entry0000")
    back = open_projections(tmp_path / "theirs.nx")
    np.testing.assert_array_equal(back["counts"], counts)
    np.testing.assert_array_equal(back["image_key"], keys)
    np.testing.assert_allclose(back["rotation_angle"].to_numpy()[keys == 0], angles[keys == 0], atol=1e-9)
    assert back["pixel_size"].item() == pytest.approx(1.3e-6)
    assert back["photon_energy"].item() == pytest.approx(45 * 1.602176634e-16)
    assert back["exposure_time"].item() == pytest.approx(0.1)
    assert back["detector_distance"].item() == pytest.approx(0.2)


def test_data_exchange_round_trip_says_what_is_lost(tmp_path: Path) -> None:
    record = MADE.record()
    with pytest.warns(DataQualityWarning, match="which side of the projections.*beam monitor"):
        path = write_data_exchange(record, tmp_path / "scan.h5")
    with pytest.warns(DataQualityWarning, match="flats-on-one-side"):
        back = open_projections(path)
    for key in (0, 1, 2):
        for name in ("counts", "rotation_angle"):
            np.testing.assert_allclose(
                back[name].to_numpy()[back["image_key"].to_numpy() == key],
                record[name].to_numpy()[record["image_key"].to_numpy() == key],
                atol=1e-12,
            )
    for name in ("pixel_size", "photon_energy", "exposure_time", "detector_distance"):
        assert back[name].item() == pytest.approx(record[name].item(), rel=1e-12)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = write_nxtomo(MADE.record(), tmp_path / "scan.nxs")
    before = path.read_bytes()
    broken = MADE.record()
    broken.attrs["title"] = "\x00"
    with pytest.raises(ValueError, match=r"NULL|null|embedded"):
        write_nxtomo(broken, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="needs the name"):
        write_nxtomo(MADE.record(), tmp_path / "scan.nxs", entry="/")
    with pytest.raises(SchemaError, match="image_key"):
        write_nxtomo(MADE.record().drop_vars("image_key"), tmp_path / "scan.nxs")


def test_it_is_a_nexus_file(tmp_path: Path) -> None:
    with h5py.File(write_nxtomo(MADE.record(), tmp_path / "scan.nxs")) as file:
        entry = file["entry"]
        assert entry["definition"][()] == b"NXtomo"
        assert entry.attrs["NX_class"] == "NXentry"
        assert entry["data"].attrs["signal"] == "data"
        assert entry["data/data"].id == entry["instrument/detector/data"].id
        assert entry["instrument/source/probe"][()] == b"x-ray"
        assert entry["sample/rotation_angle"].attrs["units"] == "degree"
        assert entry["instrument/detector/data"].chunks is None
