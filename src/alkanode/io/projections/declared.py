"""Any HDF5 file, by places that the user declares; each may lie in another file (``FILE::DATASET``)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from alkanode.io.projections.defects import Findings
from alkanode.io.projections.frames import FrameSource, SinogramFrames
from alkanode.io.projections.hdf5 import fact_at, frames_at, opened, vector_at
from alkanode.io.projections.raw_scan import DARK, FLAT, INVALID, PROJECTION, Floats, Part, RawAngles, RawScan, keyed
from alkanode.io.projections.text_angles import read_angles

SEPARATOR = "::"

_FACTS = {"pixel_size": "m", "photon_energy": "keV", "exposure_time": "s", "detector_distance": "m"}
_TRIALS = {"pixel_size": ("um",), "photon_energy": ("eV",), "exposure_time": ("ms",), "detector_distance": ("mm",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetPaths:
    """Where everything lies in an HDF5 file of no known layout.

    Each text is a place in the file that is opened, or ``FILE::DATASET`` with ``FILE`` beside it; an empty text says
    that there is none.

    Attributes
    ----------
    counts
        (frame, row, column) projections, or all frames where ``image_key`` is given.
    image_key
        (frame,) 0 projection, 1 flat, 2 dark, 3 invalid.
    flats, flats_after, darks
        Frames of these sorts in datasets of their own; ``flats`` were taken before the projections.
    angles
        One per projection or frame; also a text file.
    time, beam_monitor
        One per projection or frame; ``time`` in s unless its attribute ``units`` says otherwise.
    pixel_size, photon_energy, exposure_time, detector_distance
        Numbers, in m, keV, s and m unless ``units`` says otherwise.
    sinograms
        Whether ``counts`` is (row, frame, column).
    """

    counts: str
    image_key: str = ""
    flats: str = ""
    flats_after: str = ""
    darks: str = ""
    angles: str = ""
    time: str = ""
    beam_monitor: str = ""
    pixel_size: str = ""
    photon_energy: str = ""
    exposure_time: str = ""
    detector_distance: str = ""
    sinograms: bool = False


def place_of(text: str | Path, beside: Path | None = None) -> tuple[Path, str]:
    """File and dataset that ``FILE::DATASET`` names; without ``::`` the dataset is empty."""
    file, _, dataset = str(text).partition(SEPARATOR)
    path = Path(file)
    return (beside / path if beside is not None and not path.is_absolute() else path), dataset


@dataclass(frozen=True)
class DeclaredSource:
    """One scan in an HDF5 file, by declared places.

    Attributes
    ----------
    path
        The file.
    layout
        Where everything lies.
    """

    path: Path
    layout: DatasetPaths

    @property
    def name(self) -> str:
        """Name for messages."""
        return self.path.name

    def arrays(self, findings: Findings) -> RawScan | None:
        """Say where everything lies."""
        scan = RawScan(source=self.name, layout="declared paths", parts=[])
        for text, key in ((self.layout.darks, DARK), (self.layout.flats, FLAT)):
            scan.parts += self.part(*self._place(text), key, findings) if text else []
        scan.parts += self._projections(findings)
        if self.layout.flats_after:
            scan.parts += self.part(*self._place(self.layout.flats_after), FLAT, findings)
        if self.layout.angles:
            path, dataset = self._place(self.layout.angles)
            if path.suffix.lower() in (".txt", ".csv", ".dat"):
                scan.angles = read_angles(path, findings)
            elif (found := self._vector(self.layout.angles, findings)) is not None:
                scan.angles = RawAngles(values=found[0], unit=found[1], where=f"{path.name}:{dataset}")
        for name in ("time", "beam_monitor"):
            if text := str(getattr(self.layout, name)):
                found = self._vector(text, findings)
                if found is not None:
                    scan.per_frame[name] = found[0]
        self._facts(scan, findings)
        return scan

    @staticmethod
    def part(path: Path, dataset: str, key: int, findings: Findings) -> list[Part]:
        """Frames of a dataset, all of one sort."""
        held = None
        with opened(path, findings) as file:
            held = None if file is None else frames_at(path, file, dataset, findings)
        if held is None:
            return []
        source, written = held
        keys = np.where(written, keyed(source.shape[0], key), INVALID)
        return [Part(frames=source, keys=keys, where=f"{path.name}:{dataset}")]

    def _place(self, text: str) -> tuple[Path, str]:
        if SEPARATOR in text:
            return place_of(text, self.path.parent)
        if text.lower().endswith((".txt", ".csv", ".dat")):
            return self.path.parent / text, ""
        return self.path, text

    def _projections(self, findings: Findings) -> list[Part]:
        parts = self.part(*self._place(self.layout.counts), PROJECTION, findings)
        if not parts:
            return []
        source: FrameSource = parts[0].frames
        keys = parts[0].keys
        if self.layout.sinograms:
            source = SinogramFrames(source)
            keys = keyed(source.shape[0], PROJECTION)
        if self.layout.image_key:
            found = self._vector(self.layout.image_key, findings)
            if found is not None and found[0].size != source.shape[0]:
                what = f"{found[0].size} image keys for {source.shape[0]} frames"
                findings.fatal("image-key-count", self.layout.image_key, what)
            elif found is not None:
                stated = np.where(np.isfinite(found[0]), found[0], INVALID).astype(np.int64)
                keys = np.where(keys == INVALID, INVALID, stated)
        return [Part(frames=source, keys=keys, where=parts[0].where)]

    def _vector(self, text: str, findings: Findings) -> tuple[Floats, str] | None:
        path, dataset = self._place(text)
        found = None
        with opened(path, findings) as file:
            found = None if file is None else vector_at(file, dataset, findings, needed=True)
        return found

    def _facts(self, scan: RawScan, findings: Findings) -> None:
        for field in fields(self.layout):
            text = getattr(self.layout, field.name)
            if field.name not in _FACTS or not text:
                continue
            path, dataset = self._place(text)
            value = None
            with opened(path, findings) as file:
                if file is None:
                    continue
                value = fact_at(
                    file, dataset, field.name, findings, default=_FACTS[field.name], else_try=_TRIALS[field.name]
                )
            if value is not None:
                scan.facts[field.name] = value
            else:
                findings.doubt(
                    "dataset-missing", f"{path.name}:{dataset}", f"no {field.name} there", f"Give {field.name}="
                )
