"""Every defect of every scan at once, as a part."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from alkanode.io.projections import Defect, Reconstructed, ScanReport, inspect_series
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
        Volumes that are reconstructed already are named apart, and nothing of a scan is asked of them.
    """
    guesses = {scan: found for scan in scans if (found := scan.reconstructed()) is not None}
    volumes = {scan: found for scan, found in guesses.items() if found.sure}
    scans = [scan for scan in scans if scan not in volumes]
    reports = [scan.inspect(frames) for scan in scans]
    between = inspect_series(reports) if len(reports) > 1 else ()
    between = tuple(defect for defect in between if defect.kind != "series-scan-unusable")
    names = _different([report.source for report in reports], scans)
    missing = {
        f"a record of {name}": _why_not(report, guesses.get(scan))
        for scan, name, report in zip(scans, names, reports, strict=True)
        if not report.usable
    }
    tables = {"facts": _facts(names, reports)} if reports else {}
    if volumes:
        tables["volumes"] = _volumes(volumes)
    return Part(
        name="inspection",
        title=f"Inspection of {_counted(len(reports), 'scan')}"
        + (f" and {_counted(len(volumes), 'volume')}" if volumes else ""),
        details={
            "scans": {name: report.to_json() for name, report in zip(names, reports, strict=True)},
            "volumes": {str(scan.path): asdict(found) for scan, found in volumes.items()},
            "between_scans": [defect.to_json() for defect in between],
            "usable": [report.usable for report in reports],
        },
        tables=tables,
        findings=(*_of_volumes(volumes), *_findings(names, reports, between)),
        missing=missing,
    )


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _why_not(report: ScanReport, guess: Reconstructed | None) -> str:
    """Every reason; of what may be a volume nobody is told to find flats."""
    fatal = report.of("fatal")
    if guess is None:
        return "; ".join(_sentence(one) for one in fatal)
    kinds = ", ".join(f"[{one.kind}]" for one in fatal)
    return f"{kinds}: these may be reconstructed slices ({guess.evidence}). {guess.todo}"


def _of_volumes(volumes: Mapping[ScanChoice, Reconstructed]) -> list[str]:
    return [
        f"{scan.path.name} is a reconstructed volume and no scan ({found.layout}: {found.evidence}). {found.todo}."
        for scan, found in volumes.items()
    ]


def _volumes(volumes: Mapping[ScanChoice, Reconstructed]) -> Table:
    return Table(
        title="Reconstructed volumes",
        columns=("volume", "layout", "voxels", "type", "voxel"),
        rows=tuple(
            (
                scan.path.name,
                found.layout,
                " x ".join(str(side) for side in found.shape) or "unknown",
                found.dtype or "unknown",
                "unknown" if found.voxel is None else shown(found.voxel, "pixel_size"),
            )
            for scan, found in volumes.items()
        ),
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
        lesser = [one for one in report.defects if one.severity != "fatal"]  # the fatal ones are errors, told as such
        told += [f"{name}, {line}" for line in _lines(lesser)]
        told += [f"{name}, assumed: {sentence}" for sentence in report.assumptions]
    told += [f"between scans, {one.severity}: {_sentence(one)}" for one in between]
    if len(reports) > 1 and not between and all(report.usable for report in reports):
        told.append("The scans fit together: size, pixel, energy, exposure, range and order.")
    return tuple(told)
