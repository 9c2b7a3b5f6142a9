"""What was done to which spectrum: text lines for the record, one warning per kind."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field

from alkanode.foundation.errors import DataQualityWarning


@dataclass(slots=True)
class Findings:
    """Findings as (spectrum, kind, detail, doubt), in the order in which they were made."""

    entries: list[tuple[int, str, str, bool]] = field(default_factory=list)

    def add(self, spectrum: int, kind: str, detail: str = "", *, doubt: bool = True) -> None:
        """Note a finding; without ``doubt`` it is recorded but gives no warning."""
        self.entries.append((spectrum, kind, detail, doubt))

    def lines(self) -> list[str]:
        """One line per finding; spectra with the same finding share it."""
        grouped: dict[str, list[int]] = {}
        for spectrum, kind, detail, _ in self.entries:
            grouped.setdefault(f"{kind}: {detail}" if detail else kind, []).append(spectrum)
        return [f"{name_spectra(spectra)}: {text}" for text, spectra in grouped.items()]

    def warn(self, total: int, *, stacklevel: int) -> None:
        """Give one warning per kind of doubtful finding."""
        kinds: dict[str, list[int]] = {}
        for spectrum, kind, _, doubt in self.entries:
            if doubt:
                kinds.setdefault(kind, []).append(spectrum)
        for kind, spectra in kinds.items():
            message = f"{kind} ({name_spectra(spectra)} of {total}); details in the checks of the record"
            warnings.warn(message, DataQualityWarning, stacklevel=stacklevel)


def name_spectra(spectra: Iterable[int]) -> str:
    """Say which spectra: ``spectrum 3``, or ``spectra 0-4, 7``."""
    runs: list[list[int]] = []
    for spectrum in sorted(set(spectra)):
        if runs and spectrum == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], spectrum]
        else:
            runs.append([spectrum])
    text = ", ".join("-".join(map(str, run)) for run in runs)
    return f"spectrum {text}" if len(runs) == 1 and len(runs[0]) == 1 else f"spectra {text}"
