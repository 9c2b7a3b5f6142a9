"""Which scan a command works on, and how its files are read."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import xarray as xr

from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.io.projections import (
    AngleRange,
    DatasetPaths,
    Reconstructed,
    ScanReport,
    inspect_scan,
    open_projections,
    reconstructed,
)

_RANGE = re.compile(r"\s*(?P<start>[-+0-9.eE]+)\s*:\s*(?P<open><?)\s*(?P<stop>[-+0-9.eE]+)\s*(?P<unit>deg|rad)\s*")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScanChoice:
    """A scan and what its files do not say.

    Attributes
    ----------
    path
        File or folder.
    datasets
        Field of :class:`~alkanode.io.projections.DatasetPaths` -> place, for HDF5 of no known layout.
    entry
        Entry of a file that holds several.
    flats, flats_after, darks
        Files or folders of frames that lie apart; ``FILE::DATASET`` in HDF5.
    angles
        File, ``FILE::DATASET``, or a range such as ``"0:180 deg"`` (both ends taken) or ``"0:<360 deg"`` (the last
        projection lies one step before the end).
    angle_unit
        ``"deg"`` or ``"rad"`` where a file does not say it.
    sinograms
        Images are sinograms, not projections.
    full
        Reading at full transmission, where the readings are transmissions already.
    pixel_size, photon_energy, detector_distance
        Text with a unit.
    """

    path: Path
    datasets: dict[str, str] = field(default_factory=dict)
    entry: str = ""
    flats: str | None = None
    flats_after: str | None = None
    darks: str | None = None
    angles: str | None = None
    angle_unit: str = ""
    sinograms: bool = False
    full: float | None = None
    pixel_size: str | None = None
    photon_energy: str | None = None
    detector_distance: str | None = None

    @property
    def name(self) -> str:
        """Name for folders and tables: letters, digits, ``.``, ``_`` and ``-`` of the name of the file."""
        stem = self.path.name if self.path.is_dir() else self.path.stem
        return re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-._") or "scan"

    def settings(self) -> dict[str, Any]:
        """What the readers are told.

        Raises
        ------
        SchemaError
            For a dataset that a scan does not have, or HDF5 without the place of its projections.
        """
        return {
            "layout": self._layout(),
            "entry": self.entry,
            "flats": self.flats,
            "flats_after": self.flats_after,
            "darks": self.darks,
            "angles": None if self.angles is None else angles_of(self.angles),
            "angle_unit": self.angle_unit,
            "sinograms": self.sinograms,
            "normalised": False if self.full is None else self.full,
            "pixel_size": self.pixel_size,
            "photon_energy": self.photon_energy,
            "detector_distance": self.detector_distance,
        }

    def open(self) -> xr.Dataset:
        """The scan, lazily; what was mended and doubted is told as a warning."""
        return open_projections(self.path, **self.settings())

    def opener(self) -> partial[xr.Dataset]:
        """What opens the scan lazily and says nothing: for blocks, after :meth:`open` has told everything once."""
        return partial(open_quietly, self.path, **self.settings())

    def inspect(self, frames: int | None) -> ScanReport:
        """Everything that is wrong with it."""
        return inspect_scan(self.path, frames=frames, **self.settings())

    def reconstructed(self) -> Reconstructed | None:
        """Whether it is a volume already; not asked where the user says what belongs to a scan."""
        said = (self.flats, self.flats_after, self.darks, self.angles, self.full, self.datasets, self.sinograms)
        return None if any(said) else reconstructed(self.path)

    def _layout(self) -> DatasetPaths | None:
        if not self.datasets:
            return None
        known = [name for name in DatasetPaths.__slots__ if name != "sinograms"]
        unknown = [name for name in self.datasets if name not in known]
        if unknown or "counts" not in self.datasets:
            raise SchemaError(
                "--datasets names at least counts, and places that a scan has",
                found=", ".join(self.datasets),
                todo=f"Known: {', '.join(known)}",
            )
        return DatasetPaths(**self.datasets, sinograms=self.sinograms)


def open_quietly(path: Path, **settings: Any) -> xr.Dataset:
    """A scan, lazily, without its warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        return open_projections(path, **settings)


def angles_of(text: str) -> str | AngleRange:
    """Angles as the user wrote them: a file, or a range such as ``"0:180 deg"``.

    Examples
    --------
    >>> angles_of("0:<360 deg").endpoint
    False
    >>> angles_of("angles.txt")
    'angles.txt'
    """
    found = _RANGE.fullmatch(text)
    if found is None:
        return text
    unit = found["unit"]
    return AngleRange(start=f"{found['start']} {unit}", stop=f"{found['stop']} {unit}", endpoint=not found["open"])


_OPTIONS = {
    "AngleRange()": "'0:180 deg'",
    "layout=DatasetPaths(counts=...)": "--datasets counts=...",
    "normalised=True": "--full-transmission 1",
    "pixel_size=": "--pixel-size",
    "photon_energy=": "--energy",
    "flats_after=": "--flats-after",
    "flats=": "--flats",
    "darks=": "--darks",
    "angles=": "--angles",
    "angle_unit=": "--angle-unit",
    "entry=": "--entry",
    "sinograms=": "--sinograms",
    "detector_distance=": "--distance",
}


_AXIS_ADVICE = "give the column (reconstruct --axis), a wider --search, or a larger --tolerance"


def with_options(text: str) -> str:
    """Advice of the readers, in options of the commands.

    Examples
    --------
    >>> with_options("Give pixel_size=")
    'Give --pixel-size'
    """
    text = text.replace("give the column by hand, a wider search, or a larger tolerance_pixels", _AXIS_ADVICE)
    for keyword, option in _OPTIONS.items():
        text = re.sub(rf"(?<![\w-]){re.escape(keyword)}(?=[^\w'\"(\[]|$)", option, text)
    return text
