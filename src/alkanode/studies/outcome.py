"""What running a study gave, finished or not."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alkanode.foundation.runtime import NoProgress, Progress
from alkanode.studies.part import Part
from alkanode.studies.study import Study

if TYPE_CHECKING:
    import xarray as xr


_ORDER = (
    "failures",
    "ccd",
    "cycling",
    "phases",
    "section",
    "potentials",
    "lever_rule",
    "stripping",
    "staircase",
    "profile",
    "cv",
    "full_cell",
    "impedance",
    "circuit",
    "conductivity",
    "interface",
    "tomography",
    "model",
    "recovery",
)
"""Order of the parts for a reader, where the study does not say what it is about."""


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
        Reason by part: what was asked for and did not fit the data, what went wrong.
    not_applicable
        Reason by part that nobody asked for and that does not fit the data: a file of one test is no other test.
    warnings
        What was repaired, masked or doubted, in order, each once.
    inputs
        ``{"file": name, "sha256": hash}`` per input.
    written
        Files written so far.
    folder
        Where results are written; ``None`` for nowhere.
    progress
        Told of the parts of a long part.
    on_update
        Called with the outcome so far when a part that goes on for long has news.
    interrupted
        Whether the user stopped the run before it was complete.
    """

    study: Study
    history: xr.DataTree
    parts: list[Part] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    not_applicable: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    inputs: list[dict[str, str]] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    folder: Path | None = None
    progress: Progress = field(default_factory=NoProgress)
    on_update: Callable[[Outcome], None] | None = None
    interrupted: bool = False

    def part(self, name: str) -> Part | None:
        """A finished part by name."""
        return next((part for part in self.parts if part.name == name), None)

    def news(self, part: Part) -> None:
        """Show an unfinished part among the finished ones, for as long as it takes to tell."""
        if self.on_update is None:
            return
        self.parts.append(part)
        try:
            self.on_update(self)
        finally:
            self.parts.remove(part)

    @property
    def ordered(self) -> list[Part]:
        """Finished parts as a reader wants them: failures that were found, what the study names, the rest.

        A search for failures that could judge nothing comes last.
        """
        named = self.study.model.analyses.model_fields_set

        def rank(part: Part) -> tuple[int, int]:
            found = part.name == "failures" and bool(part.details.get("events"))
            blind = part.name == "failures" and not found and bool(part.details.get("not_judged"))
            return (0 if found else 3 if blind else 1 if part.name in named else 2, _ORDER.index(part.name))

        return sorted(self.parts, key=rank)

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
        results["findings"] = [sentence for part in self.ordered for sentence in part.findings]
        results["skipped"] = self.skipped
        results["not_applicable"] = self.not_applicable
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
