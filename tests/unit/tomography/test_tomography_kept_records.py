"""Small records are read once, and never stale."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import label
from alkanode.data.store import save
from alkanode.foundation.errors import ReaderError
from alkanode.tomography.series import kept_records
from alkanode.tomography.series.kept_records import open_record


def record(noise: float) -> xr.Dataset:
    return label(
        xr.Dataset({"attenuation_noise": ("z", np.full(4, noise))}, coords={"z": np.arange(4.0)}), "volume_noise"
    )


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Paths that were really read."""
    seen: list[Path] = []
    real = kept_records.open_saved
    monkeypatch.setattr(kept_records, "open_saved", lambda path: (seen.append(path), real(path))[1])
    monkeypatch.setattr(kept_records, "_kept", {})
    return seen


def test_a_record_is_read_once_and_anew_when_it_was_written_anew(tmp_path: Path, reads: list[Path]) -> None:
    path = tmp_path / "noise.h5"
    save(record(1.0), path)
    first = open_record(path)
    first["attenuation_noise"][:] = 9.0
    first.attrs["mine"] = 1
    again = open_record(path)
    assert len(reads) == 1
    assert again["attenuation_noise"].to_numpy().tolist() == [1.0] * 4
    assert "mine" not in again.attrs
    path.unlink()
    save(record(2.0), path)
    assert open_record(path)["attenuation_noise"].to_numpy().tolist() == [2.0] * 4
    assert len(reads) == 2


def test_large_records_are_not_kept(tmp_path: Path, reads: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_records, "_LARGEST", 8)
    path = tmp_path / "noise.h5"
    save(record(1.0), path)
    open_record(path)
    open_record(path)
    assert len(reads) == 2


def test_one_that_is_gone_is_missed(tmp_path: Path, reads: list[Path]) -> None:
    path = tmp_path / "noise.h5"
    save(record(1.0), path)
    open_record(path)
    path.unlink()
    with pytest.raises(ReaderError):
        open_record(path)
