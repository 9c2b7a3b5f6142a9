"""One sweep of a checked record: the rows it was made from and why it is masked."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from alkanode.impedance.validity.findings import Findings

IndexArray = npt.NDArray[np.intp]


@dataclass(slots=True)
class StoredSweep:
    """One sweep of the result.

    Attributes
    ----------
    spectrum, part
        Spectrum of the input, and which of the sweeps stored in it.
    rows
        Rows behind each point, in order of falling frequency.
    reasons
        Why it is masked.
    flipped
        Whether the sign of its imaginary part is turned.
    whole
        All rows it was measured in, points left out by choice included.
    """

    spectrum: int
    part: int
    rows: list[IndexArray] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    flipped: bool = False
    whole: IndexArray = field(default_factory=lambda: np.zeros(0, dtype=np.intp))

    def mask(self, position: int, findings: Findings, kind: str, reason: str = "") -> None:
        """Mask the sweep at a position of the result, and note it."""
        self.reasons.append(reason or kind)
        findings.add(position, f"masked, {kind}", reason)
