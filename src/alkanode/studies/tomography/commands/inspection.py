"""Every defect of every scan at once, as a part."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from alkanode.io.projections import Defect, ScanReport, inspect_series
from alkanode.studies.part import Part, Table
from alkanode.studies.tomography.commands.scan_choice import ScanChoice, with_options
from alkanode.studies.wording import number, shown

_ALIKE = 3
"""Defects of one kind that are told one by one on the screen."""


def inspection_part(scans: Sequence[ScanChoice], *, frames: int | None = 64) -> Part:
    """What scans hold and everything that is wrong with them, alone and as a series.

    Parameters
    ----------
    scans
        In the order taken; the first is the one that the others are compared with.
    frames
        Projections read of each: 0 looks at headers only, ``None`` reads all.

    Returns
    -------
    Part
        Tables of facts and of defects; ``missing`` holds the scans of which no record can be made, with every reason.
    """
    reports = [scan.inspect(frames) for scan in scans]
    between = inspect_series(reports) if len(reports) > 1 else ()
    between = tuple(defect for defect in between if defect.kind != "series-scan-unusable")
    names = _different([report.source for report in reports], scans)
    missing = {
        f"a record of {name}": "; ".join(_sentence(one) for one in report.of("fatal"))
        for name, report in zip(names, reports, strict=True)
        if not report.usable
    }
    return Part(
        name="inspection",
        title=f"Inspection of {len(reports)} scan{'s' if len(reports) > 1 else ''}",
        details={
            "scans": {name: report.to_json() for name, report in zip(names, reports, strict=True)},
            "between_scans": [defect.to_json() for defect in between],
            "usable": [report.usable for report in reports],
        },
        tables={"facts": _facts(names, reports)},
        findings=_findings(names, reports, between),
        missing=missing,
    )


def _different(sources: Sequence[str], scans: Sequence[ScanChoice]) -> list[str]:
    """Names of the scans, with their folder where two are called alike."""
    return [name if sources.count(name) == 1 else str(scan.path) for name, scan in zip(sources, scans, strict=True)]


def _sentence(one: Defect) -> str:
    line = f"[{one.kind}] {one.where}: {one.what}"
    return with_options(f"{line}. {one.todo}" if one.todo else line)


def _facts(names: Sequence[str], reports: Sequence[ScanReport]) -> Table:
    columns = ("scan", "layout", "projections", "flats", "darks", "rows", "columns", "angles", "pixel", "energy")
    rows = []
    for name, report in zip(names, reports, strict=True):
        facts = report.facts
        frames = facts.get("frames", {})
        rows.append(
            (
                name,
                report.layout,
                *(frames.get(sort, 0) if frames else None for sort in ("projections", "flats", "darks")),
                facts.get("rows"),
                facts.get("columns"),
                _angles(facts),
                *(shown(facts[one], one) if one in facts else "unknown" for one in ("pixel_size", "photon_energy")),
            )
        )
    return Table(title="Scans", columns=columns, rows=tuple(rows))


def _angles(facts: dict[str, Any]) -> str:
    if "first_angle" not in facts:
        return "unknown"
    first, last = (math.degrees(facts[name]) for name in ("first_angle", "last_angle"))
    return f"{number(first)} to {number(last)} deg"


def _lines(defects: Sequence[Defect]) -> list[str]:
    """A line per defect; of one kind no more than a few, and how many more there are."""
    lines = []
    seen: Counter[tuple[str, str]] = Counter()
    for one in defects:
        kind = (one.severity, one.kind)
        seen[kind] += 1
        if seen[kind] <= _ALIKE:
            lines.append(f"{one.severity}: {_sentence(one)}")
    lines += [
        f"{severity}: [{kind}] and {count - _ALIKE} more; --json lists all"
        for (severity, kind), count in seen.items()
        if count > _ALIKE
    ]
    return lines


def _findings(names: Sequence[str], reports: Sequence[ScanReport], between: Sequence[Defect]) -> tuple[str, ...]:
    told = []
    for name, report in zip(names, reports, strict=True):
        counts = [len(report.of(severity)) for severity in ("fatal", "repairable", "doubt")]
        what = ", ".join(
            f"{count} {word}" for count, word in zip(counts, ("fatal", "mended", "doubtful"), strict=True) if count
        )
        state = "can be used" if report.usable else "cannot be used"
        told.append(f"{name} {state}; {what or 'no defect found'}; {report.examined}.")
        told += [f"{name}, {line}" for line in _lines(report.defects)]
        told += [f"{name}, assumed: {sentence}" for sentence in report.assumptions]
    told += [f"between scans, {one.severity}: {_sentence(one)}" for one in between]
    if len(reports) > 1 and not between and all(report.usable for report in reports):
        told.append("The scans fit together: size, pixel, energy, exposure, range and order.")
    return tuple(told)
