"""NXtomo files: frames of all sorts in one dataset, sorted by ``image_key``.

Layout (``ENTRY`` is any group that says so; names of ESRF and of Diamond are both known)::

    ENTRY/definition                         "NXtomo"
    ENTRY/instrument/DETECTOR/data           (frame, row, column) counts
    ENTRY/instrument/DETECTOR/image_key      (frame,) 0 projection, 1 flat, 2 dark, 3 invalid; image_key_control: -1 alignment
    ENTRY/instrument/DETECTOR/x_pixel_size   m, with x_magnified_pixel_size or magnification
    ENTRY/instrument/DETECTOR/count_time     s
    ENTRY/instrument/DETECTOR/distance       m
    ENTRY/instrument/DETECTOR/start_time     (frame,) s, with an attribute "start"
    ENTRY/sample/rotation_angle              (frame,) deg
    ENTRY/control/data                       (frame,) beam monitor
    ENTRY/beam/incident_energy, ENTRY/instrument/beam/incident_energy, ENTRY/instrument/monochromator/energy   keV
    ENTRY/start_time, ENTRY/end_time, ENTRY/title
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from alkanode.io.projections.defects import Findings
from alkanode.io.projections.hdf5 import fact_at, find, frames_at, opened, text_at, unit_of, vector_at
from alkanode.io.projections.raw_scan import INVALID, Part, RawAngles, RawScan
from alkanode.io.projections.units import factor

_ENERGIES = ("beam/incident_energy", "instrument/beam/incident_energy", "instrument/monochromator/energy")
_PIXELS = ("x_magnified_pixel_size", "x_pixel_size")


def tomo_entries(file: h5py.File) -> list[str]:
    """Places of the NXtomo entries of an open file, each once whatever the links to it."""
    found: dict[tuple[int, int], str] = {}

    def look(group: h5py.Group, depth: int) -> None:
        for name in group:
            try:
                node = group[name]
            except (KeyError, OSError, RuntimeError):
                continue
            if not isinstance(node, h5py.Group):
                continue
            info = h5py.h5o.get_info(node.id)
            if _is_tomo(node):
                found.setdefault((info.fileno, info.addr), node.name)
            elif depth:
                look(node, depth - 1)

    look(file, 1)
    if _is_tomo(file):
        found = {(0, 0): "/"}
    return sorted(found.values())


def _is_tomo(group: h5py.Group) -> bool:
    stated = text_at(group, "definition") or _plain(group.attrs.get("definition", ""))
    return stated.lower() == "nxtomo" or bool(_detectors(group))


def _plain(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _detectors(entry: h5py.Group) -> list[str]:
    """Names of the detectors that carry image keys."""
    try:
        instrument = entry["instrument"]
        return [name for name in instrument if {"image_key", "image_key_control"} & set(instrument.get(name) or ())]
    except (KeyError, OSError, RuntimeError, TypeError):
        return []


@dataclass(frozen=True)
class NXtomoSource:
    """One scan of an NXtomo file.

    Attributes
    ----------
    path
        The file.
    entry
        Place of the entry; needed only where there are several.
    """

    path: Path
    entry: str = ""

    @property
    def name(self) -> str:
        """Name for messages."""
        return f"{self.path.name}:{self.entry}" if self.entry else self.path.name

    def arrays(self, findings: Findings) -> RawScan | None:
        """Say where everything lies."""
        found = None
        with opened(self.path, findings) as file:
            found = None if file is None else self._read(file, findings)
        return found

    def _read(self, file: h5py.File, findings: Findings) -> RawScan | None:
        entries = tomo_entries(file)
        entry = "/" + self.entry.strip("/") if self.entry else entries[0] if len(entries) == 1 else ""
        if not entry or (self.entry and find(file, entry, findings, needed=False) is None):
            listed = ", ".join(entries) or "none"
            findings.fatal("entry-unclear", self.path.name, f"NXtomo entries: {listed}", "Choose one with entry=")
            return None
        base = entry.rstrip("/")
        detectors = _detectors(file[entry])
        if len(detectors) > 1:
            findings.doubt("detectors-several", self.name, f"detectors {', '.join(detectors)}: the first is taken")
        detector = f"{base}/instrument/{detectors[0] if detectors else 'detector'}"
        scan = RawScan(source=self.name, layout="NXtomo", parts=[])
        held = frames_at(self.path, file, f"{detector}/data", findings)
        keys = self._keys(file, detector, findings)
        if held is not None and keys is not None:
            source, written = held
            if keys.size != source.shape[0]:
                findings.fatal(
                    "image-key-count", f"{detector}/image_key", f"{keys.size} image keys for {source.shape[0]} frames"
                )
            else:
                keys = np.where(written, keys, INVALID)
                scan.parts.append(Part(frames=source, keys=keys, where=f"{self.path.name}:{detector}/data"))
        angles = vector_at(file, f"{base}/sample/rotation_angle", findings, needed=False)
        if angles is not None:
            scan.angles = RawAngles(values=angles[0], unit=angles[1], where=f"{base}/sample/rotation_angle")
        self._beside(file, base, detector, scan, findings)
        return scan

    def _keys(self, file: h5py.File, detector: str, findings: Findings) -> Any:
        """(frame,) image keys; those for control (alignment frames, -1) where both are there."""
        control = vector_at(file, f"{detector}/image_key_control", findings, needed=False)
        plain = vector_at(file, f"{detector}/image_key", findings, needed=control is None)
        chosen = plain if control is None else control
        if chosen is None:
            return None
        if not np.isfinite(chosen[0]).all():
            findings.repaired(
                "image-key-unknown", f"{detector}/image_key", "image keys that are no numbers", "Set aside"
            )
        keys = np.where(np.isfinite(chosen[0]), chosen[0], INVALID).astype(np.int64)
        if (keys == -1).any():
            findings.repaired(
                "alignment-frames",
                f"{detector}/image_key_control",
                f"{int((keys == -1).sum())} alignment frames",
                "Set aside",
            )
        return np.where(keys == -1, INVALID, keys)

    def _beside(self, file: h5py.File, base: str, detector: str, scan: RawScan, findings: Findings) -> None:
        """Pixel, energy, times, monitor."""
        quiet = Findings()
        self._pixel(file, base, detector, scan, findings)
        for place in _ENERGIES:
            energy = fact_at(file, f"{base}/{place}", "photon_energy", findings, default="keV", else_try=("eV",))
            if energy is not None:
                scan.facts["photon_energy"] = energy
                break
        for name, place, unit in (
            ("exposure_time", f"{detector}/count_time", "s"),
            ("detector_distance", f"{base}/sample/propagation_distance", "m"),
            ("detector_distance", f"{detector}/distance", "m"),
        ):
            value = fact_at(file, place, name, findings, default=unit, else_try=("mm",) if unit == "m" else ("ms",))
            if value is not None:
                scan.facts.setdefault(name, value)
        monitor = vector_at(file, f"{base}/control/data", quiet, needed=False)
        if monitor is not None and monitor[0].size > 1:
            scan.per_frame["beam_monitor"] = monitor[0]
        for attribute, place in (("started", "start_time"), ("ended", "end_time"), ("title", "title")):
            if text := text_at(file, f"{base}/{place}"):
                scan.attrs[attribute] = text
        times = find(file, f"{detector}/start_time", quiet, needed=False)
        if isinstance(times, h5py.Dataset) and times.dtype.kind in "fiu":
            scan.per_frame["time"] = np.ravel(times[()]).astype(float) * (factor(unit_of(times), "time") or 1.0)
            if start := _plain(times.attrs.get("start", "")):
                scan.attrs["started"] = start

    def _pixel(self, file: h5py.File, base: str, detector: str, scan: RawScan, findings: Findings) -> None:
        places = [f"{base}/sample/x_pixel_size", *(f"{detector}/{name}" for name in _PIXELS)]
        for place in places:
            size = fact_at(file, place, "pixel_size", findings, default="m", else_try=("um",))
            if size is None:
                continue
            across = fact_at(file, place.replace("x_", "y_"), "pixel_size", Findings(), default="m", else_try=("um",))
            if across is not None and abs(across / size - 1) > 1e-3:
                findings.doubt(
                    "pixels-not-square",
                    place,
                    f"{size:.4g} m across and {across:.4g} m along the axis",
                    "The first is taken",
                )
            magnification = vector_at(file, f"{detector}/magnification", Findings(), needed=False)
            if place.endswith("/x_pixel_size") and place.startswith(detector):
                if magnification is not None and magnification[0].size == 1 and magnification[0][0] > 1:
                    size /= float(magnification[0][0])
                    findings.assume(
                        f"pixel_size is that of the detector over the magnification {magnification[0][0]:g}"
                    )
                else:
                    findings.assume("pixel_size of the detector is taken as that at the sample")
            scan.facts["pixel_size"] = size
            return
