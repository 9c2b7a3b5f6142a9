"""Folders of TIFF images: projections, flats and darks told apart by their names, angles in a text file.

``FOLDER`` may hold the projections, and beside them ``flat*``, ``white*``, ``dark*`` as files or as folders (also
``flat*_after``), and one text file with ``angle`` or ``theta`` in its name. What the names do not say is an option of
:func:`~alkanode.io.open_projections`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from alkanode.io.projections.defects import Findings
from alkanode.io.projections.frames import FrameSource, SinogramFrames
from alkanode.io.projections.raw_scan import DARK, FLAT, PROJECTION, Part, RawScan, keyed
from alkanode.io.projections.text_angles import read_angles
from alkanode.io.projections.tiff import tiff_frames, tiff_names

_WORDS = {
    FLAT: re.compile(r"(?<![a-z])(flats?|flatfields?|whites?|open_?beams?|ob|brights?|ff)(?![a-z])", re.IGNORECASE),
    DARK: re.compile(r"(?<![a-z])(darks?|darkfields?|df|di)(?![a-z])", re.IGNORECASE),
}
_AFTER = re.compile(r"after|post|end", re.IGNORECASE)
_ANGLES = re.compile(r"angle|theta", re.IGNORECASE)


@dataclass(frozen=True)
class FolderSource:
    """One scan as TIFF files.

    Attributes
    ----------
    path
        A folder, or one TIFF file with many pages.
    sinograms
        Whether each image is a sinogram (angle, column) of one detector row, and not a projection.
    """

    path: Path
    sinograms: bool = False

    @property
    def name(self) -> str:
        """Name for messages."""
        return self.path.name

    def arrays(self, findings: Findings) -> RawScan | None:
        """Say where everything lies."""
        scan = RawScan(source=self.name, layout="TIFF", parts=[])
        if self.path.is_file():
            groups = {(self.path.parent, PROJECTION, False): [self.path.name]}
        else:
            groups = self._groups(findings)
        if not groups:
            findings.fatal(
                "frames-missing", str(self.path), "no TIFF file in it", "Name the folder that holds the images"
            )
            return None
        apart = [folder for folder, key, _ in groups if key == PROJECTION]
        if len(apart) != 1:
            listed = ", ".join(f"{folder.name}" for folder in apart) or "none"
            findings.fatal(
                "projections-unclear",
                str(self.path),
                f"folders that could hold the projections: {listed}",
                "Name that folder",
            )
            return None
        order = {DARK: 0, FLAT: 1, PROJECTION: 2}
        for (folder, key, _), names in sorted(
            groups.items(), key=lambda item: (item[0][2], order[item[0][1]], str(item[0][0]))
        ):
            held = tiff_frames(folder, names, findings)
            if held is None:
                continue
            source: FrameSource = held[0]
            numbers = held[1]
            if self.sinograms and key == PROJECTION:
                source, numbers = SinogramFrames(source), None
            where = f"{folder.name}/{names[0]}" + (f" .. {names[-1]}" if len(names) > 1 else "")
            scan.parts.append(Part(frames=source, keys=keyed(source.shape[0], key), where=where, numbers=numbers))
        self._angles(scan, findings)
        return scan

    def _groups(self, findings: Findings) -> dict[tuple[Path, int, bool], list[str]]:
        """(folder, sort, after the projections) -> names of its files."""
        groups: dict[tuple[Path, int, bool], list[str]] = defaultdict(list)
        for folder in (self.path, *sorted(entry for entry in self.path.iterdir() if entry.is_dir())):
            for name in tiff_names(folder):
                told = name if folder == self.path else f"{folder.name} {name}"
                key = next((key for key, word in _WORDS.items() if word.search(told.replace("_", " "))), PROJECTION)
                groups[(folder, key, key == FLAT and bool(_AFTER.search(told)))].append(name)
        for (folder, key, after), names in groups.items():
            if key != PROJECTION:
                sort = "flats" if key == FLAT else "darks"
                side = "" if key == DARK else ", after the projections" if after else ", before the projections"
                findings.assume(f"{folder.name}/{names[0]}: {len(names)} {sort} by the name{side}")
        return groups

    def _angles(self, scan: RawScan, findings: Findings) -> None:
        if not self.path.is_dir():
            return
        files = [
            entry
            for entry in sorted(self.path.iterdir())
            if entry.is_file() and entry.suffix.lower() in (".txt", ".csv", ".dat") and _ANGLES.search(entry.stem)
        ]
        if len(files) == 1:
            scan.angles = read_angles(files[0], findings)
            findings.assume(f"the angles stand in {files[0].name}")
        elif files:
            listed = ", ".join(entry.name for entry in files)
            findings.doubt(
                "angles-unclear", str(self.path), f"several files of angles: {listed}", "Choose one with angles="
            )
