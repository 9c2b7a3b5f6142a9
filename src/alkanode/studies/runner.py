"""Runs a study: reads, computes part by part, writes each part as soon as it is there.

A part that fails or does not fit the data is named with its reason and leaves the others alone.
"""

from __future__ import annotations

import csv
import json
import math
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alkanode.data.store import file_hash, provenance, save
from alkanode.foundation.errors import AlkanodeError, AlkanodeWarning, DataQualityWarning, StudyError
from alkanode.foundation.runtime import NoProgress, Progress
from alkanode.io import open_history
from alkanode.plot import save_data, save_figure
from alkanode.studies.findings import failures_part
from alkanode.studies.part import Part
from alkanode.studies.phases import path_of, phases_part
from alkanode.studies.recovery import recovery_part
from alkanode.studies.spectra import impedance_part, spectra_of
from alkanode.studies.stripping import stripping_part
from alkanode.studies.study import Study

if TYPE_CHECKING:
    import xarray as xr


@dataclass(slots=True)
class Outcome:
    """What running a study gave.

    Attributes
    ----------
    study
        The study.
    history
        The history that was read.
    parts
        Finished parts, in order.
    skipped, failed
        Reason by part: what did not fit the data, what went wrong.
    warnings
        What was repaired, masked or doubted, in order, each once.
    inputs
        ``{"file": name, "sha256": hash}`` per input.
    written
        Files written so far.
    interrupted
        Whether the user stopped the run before it was complete.
    """

    study: Study
    history: xr.DataTree
    parts: list[Part] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    inputs: list[dict[str, str]] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    interrupted: bool = False

    def part(self, name: str) -> Part | None:
        """A finished part by name."""
        return next((part for part in self.parts if part.name == name), None)

    @property
    def complete(self) -> bool:
        """Whether nothing failed and nobody stopped it."""
        return not self.failed and not self.interrupted

    def to_json(self, command: str) -> dict[str, Any]:
        """The machine-readable result: command, inputs, results, warnings."""
        results: dict[str, Any] = {part.name: part.to_json() for part in self.parts}
        failures = self.part("failures")
        if failures is not None:
            results["events"] = failures.details["events"]
        impedance = self.part("impedance")
        if impedance is not None:
            results["map"] = {
                key: impedance.details[key] for key in ("against", "masked_spectra") if key in impedance.details
            }
        results["findings"] = [sentence for part in self.parts for sentence in part.findings]
        results["skipped"] = self.skipped
        results["failed"] = self.failed
        whole = {"command": command, "inputs": self.inputs, "results": results, "warnings": self.warnings}
        ready: dict[str, Any] = json_ready(whole)
        return ready


def json_ready(value: Any) -> Any:
    """The same content with numbers that JSON knows: NaN and infinity become ``null``."""
    if isinstance(value, dict):
        return {str(key): json_ready(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [json_ready(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


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


def run_study(study: Study, folder: str | Path | None = None, *, progress: Progress | None = None) -> Outcome:
    """Run a study.

    Parameters
    ----------
    study
        The study.
    folder
        Where the records and the data of the figures are written, part by part; ``None`` writes nothing.
    progress
        Told after each step.

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
        history = open_history(study.files, time_zone=study.model.time_zone)
    if target is not None:
        _clear_earlier(target)
    outcome = Outcome(study, history, warnings=gathered)
    inputs = [study.path, *([study.cell_path] if study.cell_path else []), *study.files]
    outcome.inputs = [hashed(path) for path in inputs]
    try:
        _compute(outcome, target, told)
    except KeyboardInterrupt:
        outcome.interrupted = True
    return outcome


def _compute(outcome: Outcome, target: Path | None, told: Progress) -> None:
    """Compute part by part into the outcome; each part is written as soon as it is there."""
    jobs = _jobs(outcome)
    origin = provenance(
        inputs={entry["file"]: entry["sha256"] for entry in outcome.inputs},
        settings=outcome.study.model.analyses.model_dump(),
    )
    if target is not None:
        outcome.written.append(save(outcome.history, target / "records" / "history.h5", origin=origin))
    told.update(1, len(jobs) + 1, "study")
    for done, (name, job) in enumerate(jobs.items(), start=2):
        try:
            with gathered_warnings(outcome.warnings):
                part = job()
            outcome.parts.append(part)
            outcome.failed |= {f"{name}.{what}": reason for what, reason in part.missing.items()}
            if target is not None:
                outcome.written += write_part(part, target, origin)
        except StudyError as reason:
            outcome.skipped[name] = str(reason)
        except AlkanodeError as reason:
            outcome.failed[name] = str(reason)
        except OSError:  # the folder cannot be written
            raise
        except Exception as fault:
            if os.environ.get("ALKANODE_TRACEBACK"):
                raise
            outcome.failed[name] = f"a fault of the program, not of the data: {type(fault).__name__}: {fault}"
        told.update(done, len(jobs) + 1, "study")


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


def _jobs(outcome: Outcome) -> dict[str, Callable[[], Part]]:
    """The parts that the study asks for, in the order in which they build on each other."""
    study, wanted = outcome.study, outcome.study.model.analyses
    cell = study.cell
    jobs: dict[str, Callable[[], Part]] = {}
    if (phases := wanted.phases) is not None:
        jobs["phases"] = lambda: phases_part(cell, phases)
    if (impedance := wanted.impedance) is not None:
        jobs["impedance"] = lambda: impedance_part(spectra_of(outcome.history), cell, impedance)
    if (stripping := wanted.stripping) is not None:
        jobs["stripping"] = lambda: stripping_part(_cycling(outcome), cell, stripping, _path(outcome))
    if (failures := wanted.failures) is not None:
        jobs["failures"] = lambda: failures_part(_cycling(outcome), cell, failures, _checked(outcome))
    if study.model.truth:
        jobs["recovery"] = lambda: recovery_part(study.model.truth, outcome.parts)
    return jobs


def _cycling(outcome: Outcome) -> xr.Dataset:
    if "cycling" not in outcome.history.children:
        raise StudyError("a cycling record is needed", found="only spectra in the files")
    return outcome.history["cycling"].to_dataset()


def _path(outcome: Outcome) -> xr.Dataset | None:
    part = outcome.part("phases")
    if part is not None:
        return part.records["stripping_path"]
    try:
        return path_of(outcome.study.cell)
    except StudyError:
        return None
    except AlkanodeError as reason:
        warnings.warn(f"no shares of theory and liquidus: {reason}", DataQualityWarning, stacklevel=2)
        return None


def _checked(outcome: Outcome) -> xr.Dataset | None:
    part = outcome.part("impedance")
    return None if part is None else part.records["checked_spectra"]


def write_part(part: Part, folder: Path, origin: dict[str, Any]) -> list[Path]:
    """Write a part: its records (HDF5), its figures (PNG) with their data (CSV), its numbers (JSON)."""
    written = [save(record, folder / "records" / f"{name}.h5", origin=origin) for name, record in part.records.items()]
    for name, figure in part.figures.items():
        (folder / "figures").mkdir(parents=True, exist_ok=True)
        written.append(save_data(figure, folder / "figures" / f"{name}.csv"))
        written.append(save_figure(figure, folder / "figures" / f"{name}.png"))
    numbers = folder / "parts" / f"{part.name}.json"
    numbers.parent.mkdir(parents=True, exist_ok=True)
    numbers.write_text(json.dumps(json_ready(part.to_json()), indent=2) + "\n", encoding="utf-8")
    written.append(numbers)
    if part.name == "failures" and part.details["events"]:
        written.append(_write_events(part.details["events"], folder / "events.csv"))
    return written


def _write_events(events: list[dict[str, Any]], path: Path) -> Path:
    """Write events as a table."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["kind", "time / s", "charge / C", "confirmed", "evidence", "rivals"])
        for event in events:
            row = [event[key] for key in ("kind", "time", "charge", "confirmed")]
            writer.writerow([*row, "; ".join(event["evidence"]), "; ".join(event["rivals"])])
    return path
