"""Shapes of half cycles as a part of a study."""

from __future__ import annotations

from collections import Counter

import numpy as np
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.steps import current_sign
from alkanode.electrochem import ProfileRule, profile_estimates, profile_shape
from alkanode.electrochem.traces import METAL_REST
from alkanode.foundation.errors import StudyError
from alkanode.foundation.sources import Estimate
from alkanode.materials.alloys import Alloy
from alkanode.plot.describe_profile import half_cycle_shapes, shape_history
from alkanode.studies.blocks import Profile
from alkanode.studies.part import Part, Table
from alkanode.studies.tables import thinned
from alkanode.studies.wording import worded


def profile_part(record: xr.Dataset, cell: Cell | None, settings: Profile, failures: xr.Dataset | None) -> Part:
    """Spike, plateaus and ramps of each half cycle.

    Parameters
    ----------
    record
        Cycling record.
    cell
        The cell, or ``None`` for a bare file.
    settings
        Block of the study.
    failures
        Failures of the record, from which on a half cycle is left out, or ``None``.

    Raises
    ------
    StudyError
        When no current flows, no half cycle can be read, or the cell is none of two metals.
    """
    if not (current_sign(record) != 0).any():
        raise StudyError("profile shapes need a record in which current flows", found="no current")
    rule = ProfileRule(spike_share=settings.spike_share, with_sweeps=settings.with_sweeps)
    shapes = profile_shape(record, cell, failures=failures, interfaces=settings.interfaces, rule=rule)
    rest = float(np.median(np.abs(shapes["rest_voltage"].to_numpy())))
    if rest > METAL_REST and not _two_metals(cell):
        raise StudyError(
            "profile shapes need a cell of two metals, whose voltage beyond the rest is an overpotential",
            found=f"a rest at {rest:.3g} V",
        )
    words = shapes["shape"].to_numpy().astype(str)
    if (words == "cannot say").all():
        raise StudyError("profile shapes need a half cycle that can be read", found=str(shapes["reason"].to_numpy()[0]))
    estimates = profile_estimates(shapes)
    area = None if cell is None else cell.effective_area
    figures = {"profiles": half_cycle_shapes(record, shapes, area=area)}
    if np.count_nonzero(words != "cannot say") > 1:
        figures["shape_history"] = shape_history(shapes)
    return Part(
        name="profile",
        title="Shape of half cycles",
        estimates=estimates,
        details={
            "shapes": dict(Counter(words.tolist())),
            "first_half_cycle": str(words[0]),
            "spike_window_too_coarse": int(shapes["spike_coarse"].to_numpy().sum()),
            "rule": str(shapes.attrs["rule"]),
        },
        records={"profile_shape": shapes},
        figures=figures,
        tables={"half_cycles": _table(shapes)},
        findings=tuple(_findings(shapes, estimates)),
    )


def _two_metals(cell: Cell | None) -> bool:
    return cell is not None and cell.counter is not None and isinstance(cell.counter.material, Alloy)


def _table(shapes: xr.Dataset) -> Table:
    count = shapes.sizes["half_cycle"]
    rows = thinned(count)
    title = "Half cycles" if rows.size == count else f"{rows.size} of {count} half cycles, evenly chosen"
    milli = {name: 1e3 * shapes[name].to_numpy() for name in ("eta_1", "eta_2", "spike", "residual_rms")}
    return Table(
        title=title,
        columns=(
            "half cycle",
            "direction",
            "shape",
            "first overpotential / mV",
            "second or end / mV",
            "spike / mV",
            "transition / % of charge",
            "slope / mV mAh-1",
            "misfit / mV",
        ),
        rows=tuple(
            (
                int(i),
                str(shapes["direction"].to_numpy()[i]),
                str(shapes["shape"].to_numpy()[i]),
                float(milli["eta_1"][i]),
                float(milli["eta_2"][i]),
                float(milli["spike"][i]) if bool(shapes["spike_seen"][i]) else None,
                100 * float(shapes["transition_share"][i]),
                3.6e3 * float(shapes["slope"][i]),
                float(milli["residual_rms"][i]),
            )
            for i in rows
        ),
    )


def _findings(shapes: xr.Dataset, estimates: dict[str, Estimate]) -> list[str]:
    """What most half cycles look like, the spike, the first half cycle, what could not be said."""
    words = shapes["shape"].to_numpy().astype(str)
    direction = shapes["direction"].to_numpy()
    found = []
    for name, word in (("strip", "stripping"), ("plate", "plating")):
        here = words[(direction == name) & (words != "cannot say")]
        level = estimates.get(f"{word}_overpotential")
        if not here.size or level is None:
            continue
        shape, count = Counter(here.tolist()).most_common(1)[0]
        which = "the half cycle shows" if here.size == 1 else f"{count} of {here.size} half cycles show"
        second = estimates.get(f"{word}_second_overpotential")
        several = second is not None and shape != "plateau"
        text = f"While {word}, {which} {_named(shape)}, {'from' if several else 'at'} {worded(level)}"
        if several and second is not None:
            text += f" to {worded(second)}"
        if (share := estimates.get(f"{word}_transition_share")) is not None and share.value is not None:
            text += f", the second from {100 * share.value:.3g} % of the charge on"
        found.append(f"{text}. [measured]")
        if (spike := estimates.get(f"{word}_nucleation_spike")) is not None:
            found.append(f"A spike of {worded(spike)} stands at the beginning of {word}. [measured]")
    if words.size > 1 and words[0] not in (*words[1:], "cannot say"):
        found.append(f"The first half cycle differs: it shows {_named(str(words[0]))}. [measured]")
    coarse = int(shapes["spike_coarse"].to_numpy().sum())
    if coarse:
        found.append(f"In {coarse} half cycles the recording is too coarse to show a nucleation spike. [measured]")
    unsaid = np.flatnonzero(words == "cannot say")
    if unsaid.size:
        reason = str(shapes["reason"].to_numpy()[unsaid[0]])
        found.append(f"The shape of {unsaid.size} half cycles could not be said (first: {reason}). [measured]")
    return found


def _named(shape: str) -> str:
    return shape if shape == "two plateaus" else f"{'an' if shape[0] in 'ae' else 'a'} {shape}"
