"""What is wrong with a scan: every defect at once, each with its place and what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from alkanode.foundation.errors import ReaderError

Severity: TypeAlias = Literal["fatal", "repairable", "doubt"]
SEVERITIES: tuple[Severity, ...] = ("fatal", "repairable", "doubt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One thing that is wrong with a scan.

    Attributes
    ----------
    kind
        Short fixed name, for example ``"flats-missing"``.
    severity
        ``"fatal"``: no record can be made. ``"repairable"``: the reader mended it, or a later stage does by itself.
        ``"doubt"``: the scan can be used, and a person should decide.
    where
        File, dataset, frames or rows.
    what
        What was found.
    todo
        What to do about it.
    """

    kind: str
    severity: Severity
    where: str
    what: str
    todo: str = ""

    def __str__(self) -> str:
        """One line."""
        line = f"{self.severity}: {self.kind} ({self.where}): {self.what}"
        return f"{line}. {self.todo}" if self.todo else line

    def to_json(self) -> dict[str, str]:
        """The machine-readable form."""
        return {name: str(getattr(self, name)) for name in ("kind", "severity", "where", "what", "todo")}


@dataclass
class Findings:
    """Gathers defects and assumptions while a scan is read; nothing stops at the first.

    Attributes
    ----------
    defects, assumptions
        In the order found.
    """

    defects: list[Defect] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)

    def fatal(self, kind: str, where: str, what: str, todo: str = "") -> None:
        """Note that no record can be made."""
        self._add(Defect(kind=kind, severity="fatal", where=where, what=what, todo=todo))

    def repaired(self, kind: str, where: str, what: str, todo: str = "") -> None:
        """Note what was mended, or will be."""
        self._add(Defect(kind=kind, severity="repairable", where=where, what=what, todo=todo))

    def doubt(self, kind: str, where: str, what: str, todo: str = "") -> None:
        """Note what a person should decide."""
        self._add(Defect(kind=kind, severity="doubt", where=where, what=what, todo=todo))

    def assume(self, sentence: str) -> None:
        """Note what was taken for granted."""
        if sentence not in self.assumptions:
            self.assumptions.append(sentence)

    def _add(self, defect: Defect) -> None:
        if defect not in self.defects:
            self.defects.append(defect)

    @property
    def any_fatal(self) -> bool:
        """Whether no record can be made."""
        return any(defect.severity == "fatal" for defect in self.defects)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanReport:
    """What a scan holds and everything that is wrong with it.

    Attributes
    ----------
    source
        File or folder, with the entry where there are several.
    layout
        ``"NXtomo"``, ``"Data Exchange"``, ``"declared paths"``, ``"TIFF"``, or ``"unknown"``.
    facts
        Numbers of frames of each sort, size, angles, pixel size, energy and so on, in SI; JSON-friendly.
    defects
        Fatal ones first, then repairable, then doubts.
    assumptions
        Sentences: units, order, side of the flats and so on that the file does not say.
    examined
        What was looked at: headers only, or which frames.
    """

    source: str
    layout: str
    facts: dict[str, Any]
    defects: tuple[Defect, ...]
    assumptions: tuple[str, ...]
    examined: str

    @property
    def usable(self) -> bool:
        """Whether a record can be made."""
        return not self.of("fatal")

    def of(self, severity: Severity) -> tuple[Defect, ...]:
        """Defects of one severity."""
        return tuple(defect for defect in self.defects if defect.severity == severity)

    def kinds(self) -> set[str]:
        """Short names of what is wrong."""
        return {defect.kind for defect in self.defects}

    def to_json(self) -> dict[str, Any]:
        """The machine-readable form."""
        return {
            "source": self.source,
            "layout": self.layout,
            "facts": self.facts,
            "defects": [defect.to_json() for defect in self.defects],
            "assumptions": list(self.assumptions),
            "examined": self.examined,
        }

    def __str__(self) -> str:
        """Readable lines."""
        lines = [f"{self.source}: {self.layout}; {self.examined}"]
        lines += [f"  {name}: {value}" for name, value in self.facts.items()]
        lines += [f"  {defect}" for defect in self.defects]
        lines += [f"  assumed: {sentence}" for sentence in self.assumptions]
        return "\n".join(lines if self.defects else [*lines, "  no defect found"])


def sorted_defects(findings: Findings) -> tuple[Defect, ...]:
    """Fatal ones first, then repairable, then doubts; each in the order found."""
    return tuple(sorted(findings.defects, key=lambda defect: SEVERITIES.index(defect.severity)))


def refuse(name: str, findings: Findings) -> ReaderError:
    """One error that names every fatal defect, and counts the others."""
    fatal = [defect for defect in findings.defects if defect.severity == "fatal"]
    others = len(findings.defects) - len(fatal)
    found = "; ".join(f"[{defect.kind}] {defect.where}: {defect.what}" for defect in fatal)
    if others:
        found += f" (and {others} lesser defects)"
    todo = " ".join(dict.fromkeys(defect.todo.rstrip(".") + "." for defect in fatal if defect.todo))
    return ReaderError(f"{name!r} must be a scan that can be read", found=found, todo=todo)
