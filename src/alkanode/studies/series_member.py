"""What a series keeps of each of its cells, and how a finished cell is taken up again.

A cell's folder holds its records, figures and ``results.json`` with a fingerprint of everything that decided them: inputs,
cell, settings, version. A later run with the same fingerprint reads the cell back instead of computing it again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.store import open_saved, provenance, save
from alkanode.electrochem.stripping.stripping_current import with_stripping_current
from alkanode.foundation.errors import AlkanodeError
from alkanode.foundation.sources import Estimate
from alkanode.studies.outcome import Outcome, json_ready
from alkanode.studies.runner import gathered_warnings, hashed
from alkanode.studies.study import Study

KEPT = ("stripping_test", "critical_current", "failures", "process_resistance")
"""Records of a cell that pooled parts need."""

NUMBERS = "results.json"


@dataclass(slots=True, kw_only=True)
class Member:
    """What a series keeps of one cell.

    Attributes
    ----------
    name, cell
        The cell.
    results
        Machine-readable results, as of a study.
    titles
        Heading by part.
    estimates
        Headline numbers by part.
    inputs, warnings
        As of a study.
    records
        The records of :data:`KEPT` that the cell has.
    folder
        Where its files lie, or ``None``.
    written
        Files of the cell, relative to its folder.
    reused
        Whether it was read back from an earlier run.
    interrupted
        Whether the run was stopped in this cell.
    """

    name: str
    cell: Cell
    results: dict[str, Any]
    titles: dict[str, str]
    estimates: dict[str, dict[str, Estimate]]
    inputs: list[dict[str, str]]
    warnings: list[str]
    records: dict[str, xr.Dataset] = field(default_factory=dict)
    folder: Path | None = None
    written: list[str] = field(default_factory=list)
    reused: bool = False
    interrupted: bool = False


def fingerprint(study: Study) -> str:
    """SHA-256 of what decides the results of a cell: raw files, cell, settings, version."""
    decides = {
        "files": [hashed(path) for path in study.files],
        "controls": [hashed(path) for path in study.controls],
        "cell": str(study.cell),
        "settings": study.model.analyses.model_dump(),
        "given": sorted(study.model.analyses.model_fields_set),
        "time_zone": study.model.time_zone,
        "columns": None if study.columns is None else hashed(study.columns),
        "version": version("alkanode"),
    }
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


def keep(outcome: Outcome, mark: str, folder: Path | None) -> Member:
    """Keep what a series needs of a finished cell, and write it into its folder.

    Parameters
    ----------
    outcome
        What running the cell gave.
    mark
        Its :func:`fingerprint`; written only where the run was not interrupted.
    folder
        Folder of the cell, or ``None`` to write nothing.
    """
    records = {}
    for part, name in (("ccd", "critical_current"), ("failures", "failures"), ("circuit", "process_resistance")):
        found = outcome.part(part)
        if found is not None and name in found.records:
            records[name] = found.records[name]
    stripping = outcome.part("stripping")
    if stripping is not None:
        with gathered_warnings(outcome.warnings):
            limit, record = stripping.records["critical_stripping"], outcome.history["cycling"].to_dataset()
            records["stripping_test"] = with_stripping_current(limit, record)
    whole = outcome.to_json("alkanode run")
    member = Member(
        name=outcome.study.model.title,
        cell=outcome.study.cell,
        results=whole["results"],
        titles={part.name: part.title for part in outcome.parts},
        estimates={part.name: part.estimates for part in outcome.parts},
        inputs=outcome.inputs,
        warnings=outcome.warnings,
        records=records,
        folder=folder,
        interrupted=outcome.interrupted,
    )
    if folder is not None:
        written = list(outcome.written)
        if "stripping_test" in records:
            origin = provenance(inputs={entry["file"]: entry["sha256"] for entry in outcome.inputs})
            written.append(save(records["stripping_test"], folder / "records" / "stripping_test.h5", origin=origin))
        member.written = [path.relative_to(folder).as_posix() for path in written]
        whole["results"]["files"] = {"written": member.written}
        whole["titles"] = member.titles
        whole["estimates"] = {
            part: {name: _estimate_json(one) for name, one in many.items()} for part, many in member.estimates.items()
        }
        whole["fingerprint"] = "" if outcome.interrupted else mark
        folder.mkdir(parents=True, exist_ok=True)
        (folder / NUMBERS).write_text(json.dumps(json_ready(whole), indent=2) + "\n", encoding="utf-8")
    return member


def take_up(study: Study, mark: str, folder: Path) -> Member | None:
    """A cell of an earlier run from its folder; ``None`` where it is absent, unfinished, damaged or of other inputs."""
    try:
        whole = json.loads((folder / NUMBERS).read_text(encoding="utf-8"))
        if whole["fingerprint"] != mark:
            return None
        written = [str(name) for name in whole["results"]["files"]["written"]]
        if not all((folder / name).is_file() for name in written):
            return None
        records = {}
        for name in KEPT:
            if f"records/{name}.h5" in written:
                opened = open_saved(folder / "records" / f"{name}.h5")
                records[name] = opened if isinstance(opened, xr.Dataset) else opened.to_dataset()
        estimates = {
            part: {name: _estimate(one) for name, one in many.items()} for part, many in whole["estimates"].items()
        }
        return Member(
            name=study.model.title,
            cell=study.cell,
            results=whole["results"],
            titles=dict(whole["titles"]),
            estimates=estimates,
            inputs=whole["inputs"],
            warnings=whole["warnings"],
            records=records,
            folder=folder,
            written=written,
            reused=True,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, AlkanodeError):
        return None


def _estimate_json(one: Estimate) -> dict[str, Any]:
    ends = None if one.interval is None else [_text(end) for end in one.interval]
    return {"value": one.value, "unit": one.unit, "quantity": one.quantity, "label": one.label, "interval": ends}


def _text(end: float) -> float | str:
    """An end of an interval; infinite ones as text, since JSON has no number for them."""
    return end if abs(end) != float("inf") else str(end)


def _estimate(given: dict[str, Any]) -> Estimate:
    ends = given["interval"]
    return Estimate(
        value=given["value"],
        unit=given["unit"],
        quantity=given["quantity"],
        label=given["label"],
        interval=None if ends is None else (float(ends[0]), float(ends[1])),
    )
