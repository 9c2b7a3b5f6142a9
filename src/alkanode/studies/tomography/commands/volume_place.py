"""A volume that the user names: a reconstruction, a scan of a series, a volume on disk, or slices of another program."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from alkanode.data.volumes import configuration_hash, open_volume
from alkanode.foundation.errors import DataQualityWarning, ReaderError, SchemaError
from alkanode.foundation.units import to_si
from alkanode.io.projections import GreyScale, open_stack
from alkanode.io.projections.defects import Findings
from alkanode.io.projections.tiff import SUFFIXES, tiff_frames, tiff_names
from alkanode.tomography.series import SeriesResult, open_series

_RANGE = re.compile(r"\s*([-+0-9.eE]+)\s*:\s*([-+0-9.eE]+)\s*(\S.*)")
_SAMPLED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumePlace:
    """Where a volume stands.

    Attributes
    ----------
    text
        Folder of ``reconstruct``; ``FOLDER#SCAN`` of a series; ``*.zarr``; folder of TIFF slices, TIFF with many pages,
        or ``FILE::DATASET``.
    grey
        Of slices of another program: attenuation of the first and the last grey level, ``"0:12 cm-1"``, or per grey level,
        ``"0.05 cm-1"``.
    pixel_size, photon_energy
        Of such slices, text with a unit.
    """

    text: str
    grey: str | None = None
    pixel_size: str | None = None
    photon_energy: str | None = None

    @property
    def path(self) -> Path:
        """File or folder, without the scan."""
        return Path(self.text.partition("#")[0])

    @property
    def name(self) -> str:
        """Short name for pictures."""
        folder, _, scan = self.text.partition("#")
        return scan or Path(folder.partition("::")[0]).stem or "volume"

    def open(self) -> xr.Dataset:
        """The volume, lazily.

        Raises
        ------
        ReaderError
            Where there is none, or it is not finished.
        SchemaError
            For a series without the name of a scan, or slices without pixel size or grey scale.
        """
        if (self.path / "manifest.json").is_file():
            result = open_series(self.path)
            return result.volume(self._scan(result))
        if self.path.suffix == ".zarr":
            return open_volume(self.path)
        if not Path(str(self.path).partition("::")[0]).exists():
            raise ReaderError("a volume must exist", found=f"no {self.path}")
        return self._stack()

    def token(self, volume: xr.Dataset) -> str:
        """Hash that changes when the volume does."""
        if "token" in volume.attrs:
            return str(volume.attrs["token"])
        places = np.unique(np.linspace(0, volume.sizes["z"] - 1, _SAMPLED).round().astype(int))
        sampled = volume.isel(z=places)
        return configuration_hash({"where": self.text, "slices": dict(volume.sizes), "sampled": sampled})

    def _scan(self, result: SeriesResult) -> str:
        _, _, scan = self.text.partition("#")
        if scan in result.scans or (not scan and len(result.scans) == 1):
            return scan or result.scans[0]
        raise SchemaError(
            "one scan of a series is a volume",
            found=repr(scan) if scan else f"{len(result.scans)} scans",
            todo=f"Write {self.path}#{result.scans[0]}; its scans: {', '.join(result.scans)}",
        )

    def _stack(self) -> xr.Dataset:
        if self.pixel_size is None or self.grey is None:
            raise SchemaError(
                "slices of another program need a pixel size and a grey scale",
                found=f"{self.path.name} says neither",
                todo="Give --pixel-size '10 um' and --grey '0:12 cm-1' (attenuation of the first and the last grey level)",
            )
        return open_stack(
            str(self.path), grey=self._scale(self.grey), pixel_size=self.pixel_size, photon_energy=self.photon_energy
        )

    def _scale(self, text: str) -> GreyScale:
        found = _RANGE.fullmatch(text)
        if found is None:
            return GreyScale(scale=to_si(text, "attenuation"), found=f"{text} per grey level, given by the user")
        low, high, unit = found.groups()
        return GreyScale.from_range(f"{low} {unit}", f"{high} {unit}", levels=self._levels())

    def _levels(self) -> int:
        """Number of the last grey level."""
        place = self.path
        names = tiff_names(place) if place.is_dir() else [place.name] if place.suffix.lower() in SUFFIXES else []
        folder = place if place.is_dir() else place.parent
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DataQualityWarning)
            held = tiff_frames(folder, names[:1], Findings()) if names else None
        kind = None if held is None else np.dtype(held[0].dtype)
        if kind is None or kind.kind != "u":
            raise SchemaError(
                "a range of grey levels needs slices of whole numbers",
                found=f"{place.name} of type {kind or 'unknown'}",
                todo="Give the attenuation of one grey level: --grey '0.05 cm-1'",
            )
        return int(np.iinfo(kind).max)
