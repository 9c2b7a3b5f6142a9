"""Runs a study: reads, computes part by part, writes each part as soon as it is there.

A part that fails or does not fit the data is named with its reason and leaves the others alone.
"""

from __future__ import annotations

import csv
import json
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xarray as xr

from alkanode.data.store import file_hash, provenance, save
from alkanode.foundation.errors import AlkanodeError, AlkanodeWarning, StudyError
from alkanode.foundation.runtime import NoProgress, Progress
from alkanode.io import ColumnMap, TableReader, open_history
from alkanode.plot import save_data, save_figure
from alkanode.studies.jobs import jobs_of
from alkanode.studies.outcome import Outcome, json_ready
from alkanode.studies.part import Part, PartInterrupted, Table
from alkanode.studies.study import Study


@contextmanager
def gathered_warnings(into: list[str]) -> Iterator[None]:
    """Gather alkanode's warnings as text, each once; others pass through."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", AlkanodeWarning)
        try:
            yield
        finally:
            others = []
            for warning in caught:
                if issubclass(warning.category, AlkanodeWarning):
                    if str(warning.message) not in into:
                        into.append(str(warning.message))
                else:
                    others.append(warning)
    for warning in others:
        warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


def hashed(path: Path) -> dict[str, str]:
    """Name and SHA-256 of an input."""
    return {"file": path.name, "sha256": file_hash(path)}


def run_study(
    study: Study,
    folder: str | Path | None = None,
    *,
    progress: Progress | None = None,
    on_update: Callable[[Outcome], None] | None = None,
) -> Outcome:
    """Run a study.

    Parameters
    ----------
    study
        The study.
    folder
        Where the records and the data of the figures are written, part by part; ``None`` writes nothing.
    progress
        Told after each step.
    on_update
        Called with the outcome so far while a part goes on for long, for example to renew a report.

    Returns
    -------
    Outcome
        Finished parts, and reasons for what was skipped or failed. A ``KeyboardInterrupt`` ends the run with what is
        finished.

    Raises
    ------
    AlkanodeError
        When the raw files cannot be read at all.
    """
    told = progress or NoProgress()
    gathered: list[str] = []
    target = None if folder is None else Path(folder)
    with gathered_warnings(gathered):
        reader = None if study.columns is None else TableReader(ColumnMap.from_yaml(study.columns))
        history = (
            open_history(study.files, reader=reader, time_zone=study.model.time_zone) if study.files else xr.DataTree()
        )
    if target is not None:
        _clear_earlier(target)
    outcome = Outcome(study, history, warnings=gathered, folder=target, progress=told, on_update=on_update)
    inputs = [study.path, study.cell_path, study.columns, *study.files, *study.controls]
    outcome.inputs = [hashed(path) for path in inputs if path is not None]
    try:
        _compute(outcome, target, told)
    except KeyboardInterrupt:
        outcome.interrupted = True
    return outcome


def _compute(outcome: Outcome, target: Path | None, told: Progress) -> None:
    """Compute part by part into the outcome; each part is written as soon as it is there."""
    jobs = jobs_of(outcome)
    origin = provenance(
        inputs={entry["file"]: entry["sha256"] for entry in outcome.inputs},
        settings=outcome.study.model.analyses.model_dump(),
    )
    if target is not None:
        outcome.written.append(save(outcome.history, target / "records" / "history.h5", origin=origin))
    told.update(1, len(jobs) + 1, "study")
    for done, (name, job) in enumerate(jobs.items(), start=2):
        said: list[str] = []
        try:
            with gathered_warnings(said):
                part = job()
            _take(part, outcome, target, origin)
        except PartInterrupted as stopped:
            _take(stopped.part, outcome, target, origin)
            raise
        except StudyError as reason:
            asked = name in outcome.study.model.analyses.model_fields_set
            (outcome.skipped if asked else outcome.not_applicable)[name] = str(reason)
            said = said if asked else []
        except AlkanodeError as reason:
            outcome.failed[name] = str(reason)
        except OSError:  # the folder cannot be written
            raise
        except Exception as fault:
            if os.environ.get("ALKANODE_TRACEBACK"):
                raise
            outcome.failed[name] = f"a fault of the program, not of the data: {type(fault).__name__}: {fault}"
        outcome.warnings += [line for line in said if line not in outcome.warnings]
        told.update(done, len(jobs) + 1, "study")


def _take(part: Part, outcome: Outcome, target: Path | None, origin: dict[str, Any]) -> None:
    """Add a part to the outcome and write it."""
    outcome.parts.append(part)
    outcome.failed |= {f"{part.name}.{what}": reason for what, reason in part.missing.items()}
    if target is not None:
        outcome.written += write_part(part, target, origin)


def _clear_earlier(folder: Path) -> None:
    """Remove what an earlier run wrote into the folder, by its own list, so that no old part stands beside new ones."""
    try:
        earlier = json.loads((folder / "results.json").read_text(encoding="utf-8"))["results"]["files"]["written"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    for name in [*earlier, "report.html", "results.json"] if isinstance(earlier, list) else []:
        path = folder / str(name)
        if path.resolve().is_relative_to(folder.resolve()) and path.is_file():
            path.unlink()


def write_part(part: Part, folder: Path, origin: dict[str, Any]) -> list[Path]:
    """Write a part: its records (HDF5), its figures (PNG) with their data (CSV) and captions (TXT), its numbers (JSON)."""
    written = [save(record, folder / "records" / f"{name}.h5", origin=origin) for name, record in part.records.items()]
    for name, figure in part.figures.items():
        (folder / "figures").mkdir(parents=True, exist_ok=True)
        written.append(save_data(figure, folder / "figures" / f"{name}.csv"))
        written.append(save_figure(figure, folder / "figures" / f"{name}.png"))
        caption = folder / "figures" / f"{name}.txt"
        caption.write_text("\n".join((figure.title, figure.caption, *figure.notes)) + "\n", encoding="utf-8")
        written.append(caption)
    for name, table in part.tables.items():
        written.append(_write_table(table, folder / "tables" / f"{name}.csv"))
    numbers = folder / "parts" / f"{part.name}.json"
    numbers.parent.mkdir(parents=True, exist_ok=True)
    numbers.write_text(json.dumps(json_ready(part.to_json()), indent=2) + "\n", encoding="utf-8")
    written.append(numbers)
    if part.name == "failures" and part.details["events"]:
        written.append(_write_events(part.details["events"], folder / "events.csv"))
    return written


def _write_table(table: Table, path: Path) -> Path:
    """Write a table with its units in the head."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(table.columns)
        writer.writerows(table.rows)
    return path


def _write_events(events: list[dict[str, Any]], path: Path) -> Path:
    """Write events as a table."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["kind", "time / s", "charge / C", "confirmed", "evidence", "rivals"])
        for event in events:
            row = [event[key] for key in ("kind", "time", "charge", "confirmed")]
            writer.writerow([*row, "; ".join(event["evidence"]), "; ".join(event["rivals"])])
    return path
