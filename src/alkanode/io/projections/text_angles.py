"""Angles in a text file, one per line, and evenly spaced angles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from alkanode.foundation.units import QuantityLike, to_si
from alkanode.io.projections.defects import Findings
from alkanode.io.projections.raw_scan import Floats, RawAngles

_NUMBER = re.compile(r"^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?$|^[-+]?(?:nan|inf)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AngleRange:
    """Evenly spaced angles.

    Attributes
    ----------
    start, stop
        First and last angle, a text with a unit or rad.
    endpoint
        Whether the last projection was taken at ``stop`` (default), or one step before it.
    """

    start: QuantityLike = 0.0
    stop: QuantityLike = "180 deg"
    endpoint: bool = True

    def values(self, count: int) -> Floats:
        """(count,) rad."""
        first, last = to_si(self.start, "rotation_angle"), to_si(self.stop, "rotation_angle")
        return np.linspace(first, last, count, endpoint=self.endpoint)


def read_angles(path: Path, findings: Findings) -> RawAngles | None:
    """Read angles from a text file.

    Parameters
    ----------
    path
        One angle per line, or several columns whose last one is the angle after a running number; lines without
        numbers are a header, where ``deg`` or ``rad`` gives the unit.
    findings
        Notes a file that cannot be read so.

    Returns
    -------
    RawAngles or None
        As written.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as cause:
        kind = "file-missing" if isinstance(cause, FileNotFoundError) else "file-unreadable"
        findings.fatal(kind, str(path), cause.strerror or str(cause), "Check angles=")
        return None
    rows: list[list[float]] = []
    head = ""
    for line in text.splitlines():
        words = re.split(r"[\s,;]+", line.strip())
        if all(_NUMBER.match(word) for word in words):
            rows.append([float(word.lower().replace("d", "e")) for word in words])
        elif line.strip():
            head += " " + line
    widths = {len(row) for row in rows}
    if not rows or len(widths) > 1:
        what = "no numbers" if not rows else "lines with different numbers of columns"
        findings.fatal("angles-unreadable", path.name, what, "Write one angle per line")
        return None
    table = np.array(rows)
    if table.shape[1] > 1:
        counter = table.shape[1] == 2 and len(table) > 2 and (np.diff(table[:, 0]) == 1).all()
        if not counter:
            findings.fatal("angles-unreadable", path.name, f"{table.shape[1]} columns", "Write one angle per line")
            return None
        findings.assume(f"{path.name}: the first column is a running number, the second the angle")
    unit = (
        "rad"
        if re.search(r"\brad(ians?)?\b", head, re.I)
        else "deg"
        if re.search(r"\bdeg(rees?)?\b|°", head, re.I)
        else ""
    )
    return RawAngles(values=table[:, -1], unit=unit, where=path.name)
