"""Maps against the current of a staircase: spectra under current and spectra in the rests after it, drawn apart.

What a cell shows while a current flows and what it shows in the rest afterwards are two states. The levels come from the
analysis of the staircase, not from the mean current of a sweep, so a rest belongs to the current before it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.kinds.spectrum_coordinates import SPECTRUM_COORDINATES
from alkanode.electrochem import spectra_by_level, staircase
from alkanode.foundation.errors import AlkanodeError
from alkanode.impedance import operando_map
from alkanode.plot import Figure
from alkanode.plot.describe_map import relaxation_map
from alkanode.studies.impedance.spectra import numbers
from alkanode.studies.part import Part, Table
from alkanode.studies.wording import number

AgainstCurrent = Literal["current", "current_density"]
Floats = npt.NDArray[np.float64]

_GROUPS = {"under_current": False, "at_rest": True}
_WORDS = {"under_current": "under current", "at_rest": "in the rests"}


def staircase_maps_part(
    checked: xr.Dataset,
    single: xr.Dataset,
    rows: xr.Dataset,
    cell: Cell | None,
    against: AgainstCurrent,
    *,
    area: float | None,
    validity: xr.Dataset,
) -> Part:
    """Maps of a staircase, one of the spectra under current and one of those in the rests.

    Parameters
    ----------
    checked
        Checked impedance record on the clock of ``rows``.
    single
        Distributions of its spectra, one by one: neighbouring levels are different states and are not smoothed together.
    rows
        Cycling record with the staircase.
    cell
        The cell, or ``None`` for a bare file.
    against
        ``"current"`` (A) or ``"current_density"`` (A m-2) of the level.
    area
        Electrode area, m2.
    validity
        Kramers-Kronig test of the spectra.

    Returns
    -------
    Part
        Records ``operando_map_under_current`` and ``operando_map_at_rest`` (kind ``relaxation_times``, with ``level``,
        ``level_current``, ``at_rest``, ``in_drift``), a figure of each, and a table of the levels.

    Raises
    ------
    SchemaError
        When the record is no staircase, or no spectrum belongs to a level.
    """
    levels = staircase(rows, cell, impedance=checked)
    placed = spectra_by_level(levels, checked)
    stored = placed["stored_spectrum"].to_numpy()
    coordinates = {
        name: placed[name].variable for name in (*SPECTRUM_COORDINATES, "stored_spectrum") if name in placed.variables
    }
    times = single.isel(spectrum=stored).drop_vars([*coordinates], errors="ignore").assign_coords(coordinates)
    test = validity.isel(spectrum=stored)
    records: dict[str, xr.Dataset] = {}
    figures: dict[str, Figure] = {}
    told = [_what(times, checked.sizes["spectrum"])]
    for name, at_rest in _GROUPS.items():
        here = np.flatnonzero(times["at_rest"].to_numpy() == at_rest)
        if here.size == 0:
            told.append(f"No spectrum was taken {_WORDS[name]}. [measured]")
            continue
        one = times.isel(spectrum=here)
        mapped = operando_map(
            one, against=against, spectra=placed.isel(spectrum=here), validity=test.isel(spectrum=here)
        )
        records[f"operando_map_{name}"] = mapped
        figure = relaxation_map(mapped, against=against, area=area)
        drifting = stored[here][one["in_drift"].to_numpy()]
        figures[f"map_{name}"] = replace(
            figure,
            title=f"{figure.title}, spectra {_WORDS[name]}",
            notes=(*figure.notes, *([_drift_text(drifting)] if drifting.size else [])),
        )
    told += _changes(times, levels, area)
    drifting = stored[times["in_drift"].to_numpy()]
    if drifting.size:
        told.append(f"{_drift_text(drifting)} [measured]")
    return Part(
        name="map",
        title="Maps over the levels of a staircase",
        details={
            "against": against,
            "levels": int(levels.sizes["level"]),
            "spectra_under_current": stored[~times["at_rest"].to_numpy()].tolist(),
            "spectra_at_rest": stored[times["at_rest"].to_numpy()].tolist(),
            "spectra_in_drift": drifting.tolist(),
        },
        records={"staircase": levels, **records},
        figures=figures,
        tables={"staircase_spectra": _table(times, levels, area)},
        findings=tuple(told),
    )


def maps_or_reason(
    checked: xr.Dataset,
    single: xr.Dataset,
    rows: xr.Dataset,
    cell: Cell | None,
    against: AgainstCurrent,
    *,
    area: float | None,
    validity: xr.Dataset,
) -> Part | str:
    """The maps of a staircase, or why the record is none."""
    try:
        return staircase_maps_part(checked, single, rows, cell, against, area=area, validity=validity)
    except AlkanodeError as reason:
        return str(reason)


def _what(times: xr.Dataset, count: int) -> str:
    at_rest = times["at_rest"].to_numpy()
    left = count - at_rest.size
    return (
        f"{int((~at_rest).sum())} spectra were taken under the current of a level and {int(at_rest.sum())} in the rest after "
        f"one; they are mapped apart, each inverted by itself"
        + (f" ({left} belong to no level)" if left else "")
        + ". [measured]"
    )


def _drift_text(drifting: npt.NDArray[np.intp]) -> str:
    plural = "Spectra" if drifting.size > 1 else "Spectrum"
    return (
        f"{plural} {numbers(drifting)} {'were' if drifting.size > 1 else 'was'} taken while the voltage drifted: slow "
        "relaxation times belong to a later state than fast ones."
    )


def _polarisation(times: xr.Dataset, area: float | None) -> tuple[Floats, str]:
    """Polarisation in the window per spectrum in the unit it is shown in; NaN where masked."""
    values = times["polarisation_in_window"].to_numpy().astype(float)
    if "masked" in times.variables:
        values = np.where(times["masked"].to_numpy(), np.nan, values)
    return (values, "ohm") if area is None else (1e4 * area * values, "ohm cm2")


def _by_level(times: xr.Dataset, values: Floats, level: int, at_rest: bool) -> Floats:
    chosen = (times["level"].to_numpy() == level) & (times["at_rest"].to_numpy() == at_rest)
    return np.asarray(values[chosen & np.isfinite(values)], dtype=np.float64)


def _changes(times: xr.Dataset, levels: xr.Dataset, area: float | None) -> list[str]:
    """How the polarisation under current and at rest goes from the first to the last level."""
    values, unit = _polarisation(times, area)
    told = []
    for name, at_rest in _GROUPS.items():
        known = [
            (level, float(one.mean()))
            for level in range(levels.sizes["level"])
            if (one := _by_level(times, values, level, at_rest)).size
        ]
        if len(known) > 1:
            (first, start), (last, end) = known[0], known[-1]
            told.append(
                f"The polarisation in the window {_WORDS[name]} goes from {number(start, 3)} {unit} "
                f"({_current(levels, first)}) to {number(end, 3)} {unit} ({_current(levels, last)}). [computed]"
            )
    return told


def _current(levels: xr.Dataset, level: int) -> str:
    density = float(levels["current_density"][level])
    word = str(levels["direction"].to_numpy()[level])
    if np.isfinite(density):
        return f"{word} at {number(0.1 * abs(density), 3)} mA cm-2"
    return f"{word} at {number(1e3 * abs(float(levels['current'][level])), 3)} mA"


def _table(times: xr.Dataset, levels: xr.Dataset, area: float | None) -> Table:
    values, unit = _polarisation(times, area)
    stored, in_drift = times["stored_spectrum"].to_numpy(), times["in_drift"].to_numpy()
    rows = []
    for level in range(levels.sizes["level"]):
        cells: list[str | float | None] = []
        for at_rest in _GROUPS.values():
            mine = (times["level"].to_numpy() == level) & (times["at_rest"].to_numpy() == at_rest)
            known = _by_level(times, values, level, at_rest)
            cells += [numbers(stored[mine]) if mine.any() else "", float(known.mean()) if known.size else None]
        drifting = stored[(times["level"].to_numpy() == level) & in_drift]
        rows.append((level, _current(levels, level), *cells, numbers(drifting) if drifting.size else ""))
    return Table(
        title="Levels and their spectra: polarisation in the measured window",
        columns=(
            *("level", "current", "spectra under current", f"polarisation under current / {unit}"),
            *("spectra in the rest", f"polarisation in the rest / {unit}", "spectra in drift"),
        ),
        rows=tuple(rows),
    )
