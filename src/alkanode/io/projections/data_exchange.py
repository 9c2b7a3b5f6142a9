"""Data Exchange files of the Advanced Photon Source: frames of each sort in a dataset of their own.

Layout::

    /exchange/data          (frame, row, column) projections
    /exchange/data_white    flats      /exchange/data_dark   darks
    /exchange/theta         (frame,) deg
    /measurement/instrument/monochromator/energy                      keV
    /measurement/instrument/detection_system/objective/resolution     um, pixel at the sample
    /measurement/instrument/detector/exposure_time                    s
    /process/acquisition/start_date, end_date
    /defaults/NDArrayTimeStamp                                        (frame,) s

The file does not say whether its flats were taken before or after the projections.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import h5py

from alkanode.io.projections.defects import Findings
from alkanode.io.projections.hdf5 import fact_at, frames_at, opened, text_at, vector_at
from alkanode.io.projections.raw_scan import DARK, FLAT, INVALID, PROJECTION, Part, RawAngles, RawScan, keyed

_FACTS = (
    ("photon_energy", "/measurement/instrument/monochromator/energy", "keV", ("eV",)),
    ("pixel_size", "/measurement/instrument/detection_system/objective/resolution", "um", ()),
    ("pixel_size", "/measurement/instrument/detector/actual_pixel_size_x", "um", ()),
    ("exposure_time", "/measurement/instrument/detector/exposure_time", "s", ("ms",)),
    ("detector_distance", "/measurement/instrument/detector_motor_stack/setup/z", "mm", ()),
)


@dataclass(frozen=True)
class DataExchangeSource:
    """One scan of a Data Exchange file.

    Attributes
    ----------
    path
        The file.
    """

    path: Path

    @property
    def name(self) -> str:
        """Name for messages."""
        return self.path.name

    def arrays(self, findings: Findings) -> RawScan | None:
        """Say where everything lies."""
        found = None
        with opened(self.path, findings) as file:
            found = None if file is None else self._read(file, findings)
        return found

    def _read(self, file: h5py.File, findings: Findings) -> RawScan:
        scan = RawScan(source=self.name, layout="Data Exchange", parts=[])
        for place, key in (("data_dark", DARK), ("data_white", FLAT), ("data", PROJECTION)):
            if key != PROJECTION and place not in file["exchange"]:
                continue
            held = frames_at(self.path, file, f"/exchange/{place}", findings)
            if held is None:
                continue
            source, written = held
            keys = keyed(source.shape[0], key)
            keys[~written] = INVALID
            scan.parts.append(Part(frames=source, keys=keys, where=f"{self.path.name}:/exchange/{place}"))
        if any((part.keys == FLAT).any() for part in scan.parts):
            findings.assume("the file does not say when its flats were taken: taken as before the projections")
        angles = vector_at(file, "/exchange/theta", findings, needed=False)
        if angles is not None:
            scan.angles = RawAngles(values=angles[0], unit=angles[1], where="/exchange/theta")
        for name, place, unit, trials in _FACTS:
            value = fact_at(file, place, name, findings, default=unit, else_try=trials)
            if value is not None:
                scan.facts.setdefault(name, value)
        times = vector_at(file, "/defaults/NDArrayTimeStamp", Findings(), needed=False)
        if times is not None and times[0].size > 1:
            scan.per_frame["time"] = times[0] - times[0][0]
        for attribute, place in (
            ("started", "/process/acquisition/start_date"),
            ("ended", "/process/acquisition/end_date"),
            ("title", "/measurement/sample/name"),
        ):
            if text := text_at(file, place):
                scan.attrs[attribute] = text
        return scan
