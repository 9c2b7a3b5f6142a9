"""The manifest: what a series was asked for, what it was made from, with which versions, and what is done.

It is a JSON file that is replaced as a whole whenever a task ends, so that it can be read at any time.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alkanode.data.store import provenance
from alkanode.data.volumes import canonical, write_text_atomically
from alkanode.foundation.errors import ReaderError
from alkanode.foundation.wording import merged
from alkanode.tomography.series.engine import EngineState
from alkanode.tomography.series.failures import Failure, OtherSeriesError
from alkanode.tomography.series.plan import SeriesPlan
from alkanode.tomography.series.scans import ScanFacts
from alkanode.tomography.series.task import Task

NAME = "manifest.json"
FORMAT = "alkanode series 1"


def write_manifest(
    folder: Path,
    plan: SeriesPlan,
    facts: Mapping[str, ScanFacts],
    bad_scans: Mapping[str, Failure],
    left_out: Mapping[str, str],
    tasks: Mapping[str, Task],
    state: EngineState,
    *,
    status: str,
) -> Path:
    """Write the manifest of a series.

    Parameters
    ----------
    folder
        Folder of the series.
    plan, facts, bad_scans, left_out, tasks
        What was asked, what is known of the scans (now or from an earlier run), which cannot be opened, and what is made
        of them.
    state
        What became of the tasks.
    status
        ``"running"``, ``"finished"``, ``"finished with failures"``, ``"interrupted"`` or ``"stopped"``.

    Returns
    -------
    Path
        The file.
    """
    reference = plan.reference_of(tuple(plan.scans))
    beside = facts.get(reference)
    content = {
        "format": FORMAT,
        "status": status,
        "updated": datetime.now(UTC).isoformat(timespec="seconds"),
        "provenance": provenance(inputs={name: one.fingerprint for name, one in facts.items()}),
        "reference": reference,
        "pairs": [list(pair) for pair in plan.pairs_of(tuple(plan.scans))],
        "configuration": plan.described(),
        "scans": {
            name: {
                "name": name,
                **(canonical(facts[name]) if name in facts else {}),
                "doubts": facts[name].doubts_beside(beside) if beside and name in facts else [],
                **({"error": canonical(bad_scans[name])} if name in bad_scans else {}),
            }
            for name in plan.scans
        },
        "tasks": {key: _entry(task, state) for key, task in tasks.items()},
        "left_out": dict(left_out),
    }
    return write_text_atomically(folder / NAME, json.dumps(content, indent=1))


def facts_before(folder: Path, name: str) -> ScanFacts | None:
    """What an earlier run knew of a scan; ``None`` where it knew nothing."""
    try:
        known = read_manifest(folder)["scans"][name]
        told = {field.name: known[field.name] for field in dataclasses.fields(ScanFacts) if field.name in known}
        return ScanFacts(**told) if known["fingerprint"] else None
    except (ReaderError, KeyError, TypeError):
        return None


def check_same_series(folder: Path, scans: Sequence[ScanFacts]) -> None:
    """Refuse to write a series over one of other scans: what was computed of these would be lost without a word.

    Parameters
    ----------
    folder
        Folder of the series.
    scans
        What is known of the scans that open now. Scans may be added, left out, renamed or replaced, and options may
        change, as long as one scan has the frames of one that the folder knows.

    Raises
    ------
    OtherSeriesError
        When the folder holds results of other scans only.
    """
    try:
        known = read_manifest(folder)
    except ReaderError:
        return
    done = any(task.get("state") == "done" for task in known.get("tasks", {}).values())
    before = {str(scan.get("frames", "")) for scan in known.get("scans", {}).values()} - {""}
    if scans and done and before and before.isdisjoint(scan.frames for scan in scans):
        raise OtherSeriesError(
            "a folder of results belongs to one series of scans",
            found=f"results of other scans in {folder}: {', '.join(known['scans'])}",
            todo="Name another folder, or remove that one",
        )


def _entry(task: Task, state: EngineState) -> dict[str, Any]:
    failure = state.failures.get(task.key)
    return {
        "step": task.step,
        "subject": task.subject,
        "path": task.path,
        "token": task.token,
        "needs": list(task.needs),
        "state": "done" if task.key in state.done else "failed" if failure else "waiting",
        "error": None if failure is None else canonical(failure),
        "doubts": merged(state.doubts.get(task.key, [])),
    }


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a series.

    Raises
    ------
    ReaderError
        Where there is none, or it is of another format.
    """
    file = folder / NAME
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise ReaderError(f"{folder} must be a series that alkanode wrote", found=str(cause)) from cause
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ReaderError(f"{folder} must be a series that alkanode wrote", found=f"a {NAME} of another format")
    return content
