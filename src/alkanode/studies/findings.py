"""Conclusions that need two techniques: failures judged with impedance."""

from __future__ import annotations

from typing import Any

import xarray as xr

from alkanode.data.cell import Cell
from alkanode.electrochem import find_failures
from alkanode.electrochem.evidence import last_time_with_current
from alkanode.foundation.sources import Trust
from alkanode.plot.describe_cycling import voltage_history
from alkanode.studies.blocks import Failures
from alkanode.studies.part import Part
from alkanode.studies.short_spectra import SHORTS, arcs_around, short_sentence
from alkanode.studies.wording import shown

_NAMES = {
    "hard_short": "A hard short circuit",
    "suspected_short": "A possible short circuit",
    "contact_loss": "Loss of contact",
    "suspected_contact_loss": "A possible loss of contact",
    "depletion": "Depletion of an electrode",
    "soft_short_transient": "A transient soft short",
    "soft_short_hidden": "A hidden soft short",
    "overpotential_growth": "Growing overpotential",
}

_MOST_SHORTS = 4
"""Shorts whose spectra are told of one by one."""

_RULES = ("short", "contact", "soft", "dip", "hidden", "depletion", "growth")


def failures_part(record: xr.Dataset, cell: Cell | None, settings: Failures, checked: xr.Dataset | None) -> Part:
    """Failures with their evidence, drawn into the voltage history.

    Parameters
    ----------
    record
        Cycling record.
    cell
        The cell, or ``None`` for a bare file.
    settings
        Block of the study.
    checked
        Checked impedance record on the same clock, or ``None``.
    """
    found = find_failures(record, cell, impedance=checked, electrolyte=settings.electrolyte_resistance)
    start = float(record["time"][0]) if record.sizes["row"] else 0.0
    events = [_event(found.isel(event=index), start) for index in range(found.sizes["event"])]
    figure = voltage_history(record, area=None if cell is None else cell.effective_area, events=found)
    return Part(
        name="failures",
        title="Failures",
        details={
            "events": events,
            "half_cycles": int(found.attrs["half_cycles"]),
            "not_judged": [line for line in str(found.attrs["not_judged"]).split("; ") if line],
            "electrolyte_resistance": {
                "value": float(found.attrs["electrolyte_resistance"]),
                "unit": "ohm",
                "interval": None,
                "label": str(found.attrs["electrolyte_resistance_trust"]),
            },
            "rules": [str(found.attrs[f"{name}_rule"]) for name in _RULES],
        },
        records={"failures": found},
        figures={"history": figure},
        findings=(
            *(tuple(_sentence(event) for event in events) or (_nothing(found),)),
            *_by_spectra(found, checked, record, start),
            *_unjudged(found, events),
        ),
    )


def _by_spectra(found: xr.Dataset, checked: xr.Dataset | None, record: xr.Dataset, start: float) -> tuple[str, ...]:
    """What spectra before and after each short say of it; of many the first three and the last."""
    if checked is None or "time" not in checked.variables:
        return ()
    shorts = [place for place, kind in enumerate(found["failure"].to_numpy()) if str(kind) in SHORTS]
    told = shorts if len(shorts) <= _MOST_SHORTS else [*shorts[: _MOST_SHORTS - 1], shorts[-1]]
    return tuple(
        short_sentence(
            str(found["failure"].to_numpy()[place]),
            _moment(float(found["time"][place]) - start),
            arcs_around(
                checked,
                float(found["time"][place]),
                sound=last_time_with_current(record, int(found["row"].to_numpy()[place])),
            ),
        )
        for place in told
    )


def _nothing(found: xr.Dataset) -> str:
    """What to say when no event was found, which is not the same when nothing could be judged."""
    if found.attrs["half_cycles"] == 0:
        return "No current flowed, so nothing is known of shorts or loss of contact. [measured]"
    if found.attrs["not_judged"]:
        if _all_unjudged(found):
            return f"Shorts and loss of contact could not be judged: {_first_reason(found)}. [measured]"
        return f"No failure was found, but not all was judged: {_first_reason(found)}. [measured]"
    return "No short, soft short, loss of contact or growth was found. [measured]"


def _all_unjudged(found: xr.Dataset) -> bool:
    return int(found.attrs["unjudged"]) == int(found.attrs["half_cycles"])


def _unjudged(found: xr.Dataset, events: list[dict[str, Any]]) -> tuple[str, ...]:
    """What was not judged beside events that were found."""
    if not events or not found.attrs["not_judged"]:
        return ()
    return (f"Not judged: {_first_reason(found)}. [measured]",)


def _first_reason(found: xr.Dataset) -> str:
    """The first reason why half cycles were not judged; how many more there are (the warnings name them)."""
    first, *more = str(found.attrs["not_judged"]).split("; ")
    return first if not more else f"{first} ({len(more)} more reason{'s' if len(more) > 1 else ''} in the warnings)"


def _event(found: xr.Dataset, start: float) -> dict[str, Any]:
    """One event; ``time`` in s from the first row."""
    return {
        "kind": str(found["failure"].item()),
        "time": float(found["time"]) - start,
        "row": int(found["row"]),
        "last_row": int(found["last_row"]),
        "half_cycle": int(found["half_cycle"]),
        "confidence": float(found["confidence"]),
        "charge": float(found["charge"]),
        "half_cycle_charge": float(found["half_cycle_charge"]),
        "confirmed": bool(found["confirmed"]),
        "evidence": _split(found["evidence"]),
        "would_confirm": _split(found["would_confirm"]),
        "rivals": _split(found["rivals"]),
    }


def _split(text: xr.DataArray) -> list[str]:
    return [part for part in str(text.item()).split("; ") if part]


def _moment(seconds: float) -> str:
    return f"{seconds:.6g} s" if seconds < 7200 else f"{seconds / 3600:.3f} h ({seconds:.0f} s)"


def _sentence(event: dict[str, Any]) -> str:
    assumed = any(f"({trust})" in sign for sign in event["evidence"] for trust in Trust if trust.weak)
    state = "two signs" if event["confirmed"] else "one sign only: suspected"
    if assumed:
        state = "two signs, one of which rests on an assumed value"
    where = f"at {_moment(event['time'])} (rows {event['row']} to {event['last_row']})"
    text = (
        f"{_NAMES[event['kind']]} {where}, after {shown(abs(event['half_cycle_charge']), 'charge')} of its half cycle "
        f"({state}; confidence {event['confidence']:.2f}): {'; '.join(event['evidence'])}."
    )
    if event["rivals"]:
        text += f" Not excluded: {'; '.join(event['rivals'])}."
    return text + (" [measured and assumed]" if assumed else " [measured]")
