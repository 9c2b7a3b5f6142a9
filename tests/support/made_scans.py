"""A small scan of a cylinder with a lid, made in memory, for tests of readers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np
import numpy.typing as npt
import tifffile
import xarray as xr

from alkanode.data.schema import label

ROWS, COLUMNS = 24, 40


@dataclass
class MadeScan:
    """Frames of each sort, as counts of 16 bits."""

    projections: int = 37
    turn: float = np.pi
    noise: int = 1
    flats_before: npt.NDArray[np.uint16] = field(init=False)
    flats_after: npt.NDArray[np.uint16] = field(init=False)
    darks: npt.NDArray[np.uint16] = field(init=False)
    frames: npt.NDArray[np.uint16] = field(init=False)
    angles: npt.NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        generator = np.random.default_rng(self.noise)
        self.angles = np.linspace(0, self.turn, self.projections)
        column = np.arange(COLUMNS) - (COLUMNS - 1) / 2
        chord = 2 * np.sqrt(np.maximum(12.0**2 - column**2, 0))
        heights = np.where(np.arange(ROWS) < 10, 0.02, 0.05)
        share = np.exp(-heights[:, np.newaxis] * chord)
        shape = (ROWS, COLUMNS)
        beam = 10000.0 * (1 + 0.1 * np.cos(column / 9))
        self.darks = generator.normal(100, 3, (4, *shape)).round().astype(np.uint16)
        self.flats_before = (100 + generator.poisson(np.broadcast_to(beam, (5, *shape)))).astype(np.uint16)
        self.flats_after = (100 + generator.poisson(np.broadcast_to(beam, (5, *shape)))).astype(np.uint16)
        self.frames = (100 + generator.poisson(np.broadcast_to(beam * share, (self.projections, *shape)))).astype(
            np.uint16
        )

    def stacked(self) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """All frames in the order taken, their sorts and angles (rad)."""
        parts = (self.darks, self.flats_before, self.frames, self.flats_after)
        keys = np.repeat([2, 1, 0, 1], [len(part) for part in parts])
        angles = np.full(keys.size, np.nan)
        angles[keys == 0] = self.angles
        return np.concatenate(parts), keys, angles

    def record(self) -> xr.Dataset:
        """Kind ``projections``, with everything known."""
        counts, keys, angles = self.stacked()
        record = xr.Dataset(
            {
                "counts": (("frame", "row", "column"), counts),
                "image_key": ("frame", keys),
                "rotation_angle": ("frame", angles),
                "time": ("frame", 0.1 * np.arange(keys.size)),
                "beam_monitor": ("frame", np.ones(keys.size)),
                "pixel_size": ((), 1.3e-6),
                "photon_energy": ((), 45 * 1.602176634e-16),
                "exposure_time": ((), 0.1),
                "detector_distance": ((), 0.2),
            },
            attrs={"started": "2026-03-01T10:00:00", "ended": "2026-03-01T10:00:05", "title": "made"},
        )
        return label(record, "projections")

    def nxtomo(self, path: Path) -> Path:
        """A bare NXtomo file, written here without alkanode."""
        counts, keys, angles = self.stacked()
        with h5py.File(path, "w") as file:
            entry = file.create_group("entry")
            entry["definition"] = "NXtomo"
            entry["instrument/detector/data"] = counts
            entry["instrument/detector/image_key"] = keys
            entry["instrument/detector/x_pixel_size"] = 1.3e-6
            entry["beam/incident_energy"] = 45.0
            entry["sample/rotation_angle"] = np.degrees(np.nan_to_num(angles))
            entry["sample/rotation_angle"].attrs["units"] = "degree"
            entry["instrument/detector/x_pixel_size"].attrs["units"] = "m"
            entry["beam/incident_energy"].attrs["units"] = "keV"
        return path

    def exchange(self, path: Path) -> Path:
        """A bare Data Exchange file."""
        with h5py.File(path, "w") as file:
            file["exchange/data"] = self.frames
            file["exchange/data_white"] = self.flats_before
            file["exchange/data_dark"] = self.darks
            file["exchange/theta"] = np.degrees(self.angles)
        return path

    def folder(self, path: Path, *, first: int = 0) -> Path:
        """A folder of TIFF files whose numbers are not padded with zeros."""
        path.mkdir(parents=True)
        for stem, frames in (
            ("dark", self.darks),
            ("flat_before", self.flats_before),
            ("flat_after", self.flats_after),
        ):
            for number, frame in enumerate(frames):
                tifffile.imwrite(path / f"{stem}_{number}.tif", frame)
        for number, frame in enumerate(self.frames, start=first):
            tifffile.imwrite(path / f"raw_{number}.tif", frame)
        np.savetxt(path / "angles.txt", np.degrees(self.angles))
        return path
