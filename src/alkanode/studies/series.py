"""Runs a series: cell by cell as a study of its own, then what is computed of all cells together.

Each cell is written as soon as it is finished, and a later run takes finished cells up again. A cell that cannot be read or
computed is named with its reason and leaves the others alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alkanode.data.store import provenance
from alkanode.foundation.errors import AlkanodeError, StudyError
from alkanode.foundation.runtime import NoProgress, Progress
from alkanode.studies.outcome import json_ready
from alkanode.studies.part import Part
from alkanode.studies.runner import gathered_warnings, hashed, run_study, write_part
from alkanode.studies.series_cells import shared_files
from alkanode.studies.series_member import Member, fingerprint, keep, take_up
from alkanode.studies.series_parts import pooled_jobs
from alkanode.studies.series_study import Series
from alkanode.studies.study import Study

CELLS = "cells"
"""Folder of the cells inside the output."""


@dataclass(slots=True)
class SeriesOutcome:
    """What running a series gave.

    Attributes
    ----------
    series
        The series.
    members
        What is kept of each cell, in order.
    parts
        Pooled parts.
    skipped, failed
        Reason by pooled part, or by cell and part: what could not be computed, what went wrong.
    not_applicable
        Reason by pooled part that the cells do not allow.
    warnings
        What was repaired, masked or doubted, with the name of the cell.
    inputs
        ``{"file": name, "sha256": hash}`` per input.
    written
        Files written so far.
    interrupted
        Whether the user stopped the run before it was complete.
    """

    series: Series
    members: list[Member] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    not_applicable: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    inputs: list[dict[str, str]] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    interrupted: bool = False

    def part(self, name: str) -> Part | None:
        """A pooled part by name."""
        return next((part for part in self.parts if part.name == name), None)

    def to_json(self, command: str) -> dict[str, Any]:
        """The machine-readable result: command, inputs, results (pooled parts, cells), warnings."""
        results: dict[str, Any] = {part.name: part.to_json() for part in self.parts}
        results["cells"] = {member.name: member.results for member in self.members}
        results["reused"] = [member.name for member in self.members if member.reused]
        results["findings"] = [sentence for part in self.parts for sentence in part.findings]
        results["skipped"] = self.skipped
        results["not_applicable"] = self.not_applicable
        results["failed"] = self.failed
        whole = {"command": command, "inputs": self.inputs, "results": results, "warnings": self.warnings}
        ready: dict[str, Any] = json_ready(whole)
        return ready


def run_series(
    series: Series, folder: str | Path | None = None, *, progress: Progress | None = None, reuse: bool = True
) -> SeriesOutcome:
    """Run a series.

    Parameters
    ----------
    series
        The series.
    folder
        Where everything is written: ``cells/NAME`` per cell, and the pooled parts; ``None`` writes nothing.
    progress
        Told after each cell.
    reuse
        Whether cells that an earlier run finished, with the same files, cell, settings and version, are read back.

    Returns
    -------
    SeriesOutcome
        A ``KeyboardInterrupt`` ends the cells with what is finished; the pooled parts are then those of the finished cells.
    """
    told = progress or NoProgress()
    target = None if folder is None else Path(folder)
    outcome = SeriesOutcome(series)
    known = [series.path, *([series.overlay] if series.overlay else [])]
    outcome.inputs = [hashed(path) for path in known]
    if target is not None:
        _clear_earlier(target)
    try:
        for done, (member, name) in enumerate(zip(series.members, series.folders, strict=True), start=1):
            _run_cell(outcome, member, None if target is None else target / CELLS / name, reuse)
            if outcome.interrupted:
                break
            told.update(done, len(series.members) + 1, "cells")
        outcome.warnings += shared_files(_owners(outcome))
        _pool(outcome, target)
        told.update(len(series.members) + 1, len(series.members) + 1, "cells")
    except KeyboardInterrupt:
        outcome.interrupted = True
        if not outcome.parts:
            _pool(outcome, target)
    return outcome


def _run_cell(outcome: SeriesOutcome, study: Study, folder: Path | None, reuse: bool) -> None:
    """Run one cell, or take it up from an earlier run, and note what went wrong."""
    name = study.model.title
    mark = fingerprint(study)
    member = take_up(study, mark, folder) if reuse and folder is not None else None
    if member is None:
        try:
            member = keep(run_study(study, folder), mark, folder)
        except AlkanodeError as reason:
            outcome.failed[name] = str(reason)
            return
    outcome.members.append(member)
    outcome.failed |= {f"{name}: {part}": reason for part, reason in member.results["failed"].items()}
    outcome.warnings += [f"{name}: {line}" for line in member.warnings]
    outcome.inputs += [entry for entry in member.inputs if entry not in outcome.inputs]
    if folder is not None:
        outcome.written += [folder / one for one in [*member.written, "results.json"]]
    outcome.interrupted = outcome.interrupted or member.interrupted


def _owners(outcome: SeriesOutcome) -> Iterator[tuple[str, str]]:
    """Name of each finished cell and SHA-256 of each of its raw files."""
    files = {study.model.title: {path.name for path in study.files} for study in outcome.series.members}
    for member in outcome.members:
        yield from ((member.name, one["sha256"]) for one in member.inputs if one["file"] in files[member.name])


def _pool(outcome: SeriesOutcome, target: Path | None) -> None:
    """Compute the pooled parts, each written as soon as it is there."""
    origin = provenance(
        inputs={entry["file"]: entry["sha256"] for entry in outcome.inputs},
        settings=outcome.series.model.model_dump(exclude={"cells"}),
    )
    for name, job in pooled_jobs(outcome.series, outcome.members).items():
        try:
            with gathered_warnings(outcome.warnings):
                part = job()
            outcome.parts.append(part)
            if target is not None:
                outcome.written += write_part(part, target, origin)
        except StudyError as reason:
            outcome.not_applicable[name] = str(reason)
        except AlkanodeError as reason:
            outcome.failed[name] = str(reason)
        except OSError:  # the folder cannot be written
            raise
        except Exception as fault:
            if os.environ.get("ALKANODE_TRACEBACK"):
                raise
            outcome.failed[name] = f"a fault of the program, not of the data: {type(fault).__name__}: {fault}"


def _clear_earlier(folder: Path) -> None:
    """Remove what an earlier run wrote outside the folders of the cells, by its own list."""
    try:
        earlier = json.loads((folder / "results.json").read_text(encoding="utf-8"))["results"]["files"]["written"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    for name in [*earlier, "report.html", "results.json"] if isinstance(earlier, list) else []:
        path = folder / str(name)
        inside = path.resolve().is_relative_to(folder.resolve())
        if inside and path.is_file() and not str(name).startswith(f"{CELLS}/"):
            path.unlink()
