"""One part of a study: numbers, records, figures and sentences of one technique."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from alkanode.foundation.sources import Estimate

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.plot import Figure


NO_CELL = "no cell was given: the anode is taken as the working electrode, its area and mass as unknown"
"""What an analysis of a bare file assumes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows that a reader of the report compares: steps of a ramp, cycles, levels of a staircase.

    Attributes
    ----------
    title
        Heading.
    columns
        Names with their units, for example ``"current density / mA cm-2"``.
    rows
        Cells in the order of the columns; numbers are shown to four digits, NaN and ``None`` as a dash.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | int | None, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one technique gave.

    Attributes
    ----------
    name
        Key of the part, for example ``"stripping"``.
    title
        Heading in the report.
    estimates
        Headline numbers by name.
    listed
        Names of those that a report lists one by one; all by default. Leave out what tables say of many scans or pairs.
    details
        Everything else that is machine-readable (events, masked spectra, settings).
    records
        Result records by name.
    figures
        Described figures by name.
    tables
        Tables by name.
    findings
        Plain sentences, each with its uncertainty and trust label.
    missing
        What this part could not compute, with the reason; the rest of it stands.
    """

    name: str
    title: str
    estimates: dict[str, Estimate] = field(default_factory=dict)
    listed: tuple[str, ...] | None = None
    details: dict[str, Any] = field(default_factory=dict)
    records: dict[str, xr.Dataset] = field(default_factory=dict)
    figures: dict[str, Figure] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    findings: tuple[str, ...] = ()
    missing: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Estimates and details in one mapping (an estimate as ``{value, unit, interval, label}``)."""
        return {**{name: estimate.to_json() for name, estimate in self.estimates.items()}, **self.details}

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of the sources that its records name."""
        keys = " ".join(str(record.attrs.get("sources", "")) for record in self.records.values()).split()
        return tuple(dict.fromkeys(keys))


class PartInterrupted(KeyboardInterrupt):
    """Ctrl-C in a part that goes on for long, with what it had made until then.

    Attributes
    ----------
    part
        As much as there is.
    """

    def __init__(self, part: Part) -> None:
        super().__init__()
        self.part = part
