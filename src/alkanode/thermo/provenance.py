"""Units of fields that the vocabulary knows under another name, and what a record rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alkanode.foundation.sources import add_sources
from alkanode.foundation.vocabulary import quantity

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.thermo.assessment.data import Assessment


def mark(record: xr.Dataset, name: str, like: str, meaning: str, *, element: str = "") -> None:
    """Write units and meaning onto a field that is of the same kind as a quantity of the vocabulary."""
    entry = quantity(like)
    record[name].attrs.update(units=entry.unit, display_unit=entry.shown_unit, long_name=meaning)
    if element:
        record[name].attrs["element"] = element


def rest_on(record: xr.Dataset, assessment: Assessment, suspended: tuple[str, ...]) -> None:
    """Write the assessment, its trust label, its sources and what was suspended onto a record."""
    label = assessment.label + (f"; metastable without {', '.join(suspended)}" if suspended else "")
    record.attrs.update(
        assessment=assessment.name,
        trust=assessment.weakest_trust.value,
        label=label,
        suspended=" ".join(suspended),
    )
    add_sources(record, assessment.sources)
