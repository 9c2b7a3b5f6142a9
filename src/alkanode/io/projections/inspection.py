"""Everything that is wrong with a scan, or with a series of scans, at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Unpack

import numpy as np

from alkanode.foundation.errors import AlkanodeError
from alkanode.io.projections.assembly import Assembled
from alkanode.io.projections.defects import Defect, Findings, ScanReport, sorted_defects
from alkanode.io.projections.flat_checks import check_flats
from alkanode.io.projections.frame_checks import ProjectionChecks
from alkanode.io.projections.limits import InspectionLimits
from alkanode.io.projections.opening import Place, Reading, read_scan
from alkanode.io.projections.raw_scan import ScanSource

SAME = {"pixel_size": 1e-3, "photon_energy": 1e-3, "exposure_time": 1e-2, "angle_span": 1e-2}
"""Fact -> share by which the scans of a series may differ."""


def inspect_scan(
    path: Place | ScanSource,
    *,
    frames: int | None = 64,
    limits: InspectionLimits | None = None,
    **reading: Unpack[Reading],
) -> ScanReport:
    """List everything that is wrong with a scan; nothing stops at the first defect.

    Parameters
    ----------
    path
        As :func:`open_projections`.
    frames
        How many projections are read, spread evenly; 0 looks at headers only, ``None`` reads every frame. 64 (default)
        find what lasts; a single bad frame among thousands needs ``None``. All flats and darks are read, one at a time.
    limits
        From where on something is called a defect.
    reading
        All other options of :func:`open_projections`: what the files do not say.

    Returns
    -------
    ScanReport
        Facts, defects with severity, place and remedy, and what was assumed. ``print(report)`` shows it.

    Raises
    ------
    UnitsError
        When a given quantity cannot be read. Whatever is wrong with the files is in the report.
    """
    findings = Findings()
    limits = limits or InspectionLimits()
    source, raw, made = read_scan(path, findings, **reading)
    if made.source is not None and made.source.shape[1] < 3:
        findings.doubt(
            "few-rows",
            "the scan",
            f"{made.source.shape[1]} detector rows",
            "Methods that need the axis along many rows, such as tilt or the overlap of projections, cannot run",
        )
    examined = "headers only"
    if frames != 0:
        try:
            examined = _look(made, frames, limits, findings)
        except AlkanodeError as problem:
            findings.fatal("frames-unreadable", source.name if source else str(path), problem.found, problem.todo)
    return ScanReport(
        source=raw.source if raw is not None else str(path),
        layout=raw.layout if raw is not None else "unknown",
        facts=_plain(made.facts),
        defects=sorted_defects(findings),
        assumptions=tuple(findings.assumptions),
        examined=examined,
    )


def _look(made: Assembled, frames: int | None, limits: InspectionLimits, findings: Findings) -> str:
    """Read frames; the facts go into ``made.facts``."""
    if made.source is None or made.keys is None:
        return "headers only: the frames could not be brought together"
    flat, dark, facts = check_flats(made.source, made.keys, limits, findings)
    made.facts |= facts
    checks = ProjectionChecks(made.source, made.keys, made.angles, flat, dark, limits)
    seen, count = checks.run(frames, findings)
    made.facts |= seen
    return f"all flats and darks and {count} of {checks.projections.size} projections read"


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value.item() if isinstance(value, np.generic) else value for name, value in facts.items()}


def inspect_series(reports: Sequence[ScanReport]) -> tuple[Defect, ...]:
    """What does not fit together in a series of scans.

    Parameters
    ----------
    reports
        Of :func:`inspect_scan`, in the order taken; the first is the reference.

    Returns
    -------
    tuple of Defect
        Scans of another size (``"series-size"``), pixel, energy, exposure or range (``"series-pixel_size"`` and so on),
        number of projections, scans that begin before the one before has ended, and scans that cannot be read.
    """
    findings = Findings()
    usable = [report for report in reports if report.usable]
    for report in reports:
        if not report.usable:
            what = "; ".join(defect.kind for defect in report.of("fatal"))
            findings.fatal("series-scan-unusable", report.source, what, "The other scans can go on without it")
    if not usable:
        return sorted_defects(findings)
    reference = usable[0].facts
    for report in usable[1:]:
        facts = report.facts
        if (facts["rows"], facts["columns"]) != (reference["rows"], reference["columns"]):
            findings.doubt(
                "series-size",
                report.source,
                f"{facts['rows']} x {facts['columns']} pixels, the first {reference['rows']} x {reference['columns']}",
                "Another region of the detector: state where it lies, or the volumes cannot be laid upon one another",
            )
        for name, share in SAME.items():
            if (name in facts) != (name in reference):
                findings.doubt(
                    f"series-{name}", report.source, f"{name} is known of one of the two only", f"Give {name}="
                )
            elif name in facts and abs(facts[name] / reference[name] - 1.0) > share:
                findings.doubt(
                    f"series-{name}",
                    report.source,
                    f"{name} is {facts[name]:.6g}, of the first {reference[name]:.6g} (SI)",
                    "Differences of attenuation then are not changes of the sample alone",
                )
        counts = [each["frames"].get("projections", 0) for each in (facts, reference)]
        if counts[0] != counts[1]:
            findings.doubt(
                "series-projections",
                report.source,
                f"{counts[0]} projections, the first has {counts[1]}",
                "Noise and resolution differ",
            )
    _check_order(usable, findings)
    return sorted_defects(findings)


def _check_order(reports: Sequence[ScanReport], findings: Findings) -> None:
    for earlier, later in pairwise(reports):
        end, start = earlier.facts.get("ended", earlier.facts.get("started")), later.facts.get("started")
        if end and start and str(start) < str(end):
            findings.doubt(
                "series-order",
                later.source,
                f"it started at {start}, before {earlier.source} ended ({end})",
                "Check the order",
            )
