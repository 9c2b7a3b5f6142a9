"""Tables of a series: its scans, what changed between them, which transitions, and the interface."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from alkanode.foundation.sources import Estimate
from alkanode.foundation.vocabulary import quantity
from alkanode.foundation.wording import merged, without_numbers
from alkanode.studies.part import Table
from alkanode.studies.tomography.numbers import Numbers, pair_words
from alkanode.studies.wording import spoken, worded

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.tomography.series import SeriesResult

_MOST_TRANSITIONS = 8

Cell = str | float | int | None


def tables_of(
    result: SeriesResult, charges: xr.Dataset | None, numbers: Numbers, resistivity: float | None = None
) -> dict[str, Callable[[], Table]]:
    """What makes each table, by name; one without rows has nothing to say.

    Parameters
    ----------
    result
        The series.
    charges
        Kind ``scan_charges``, where a potentiostat ran.
    numbers
        Of :func:`~alkanode.studies.tomography.numbers.numbers_of`.
    resistivity
        Of the electrolyte, ohm m; with it the table of the interface says what the contact seen costs.
    """
    return {
        "made": lambda: made_table(result),
        "changes": lambda: change_table(result, numbers),
        "totals": lambda: total_table(result, numbers),
        "interface": lambda: interface_table(result, numbers, resistivity),
        "transitions": lambda: transition_table(result),
        "balance": lambda: balance_table(result, numbers),
        "basis": lambda: basis_table(numbers),
        "scans": lambda: scan_table(result, charges),
    }


def made_table(result: SeriesResult) -> Table:
    """What of an unfinished series is made, by step; no rows where all of it is."""
    if result.finished:
        return Table(title="What is made", columns=(), rows=())
    states: dict[str, dict[str, list[str]]] = {}
    for key, state in result.tasks.items():
        step, _, subject = key.partition("/")
        states.setdefault(step, {}).setdefault(state, []).append(subject)
    rows = tuple(
        (step, *(", ".join(found.get(state, [])) or None for state in ("done", "failed", "waiting")))
        for step, found in states.items()
    )
    return Table(title="What is made", columns=("step", "done", "failed", "not yet"), rows=rows)


def scan_table(result: SeriesResult, charges: xr.Dataset | None) -> Table:
    """Time and capacity, axis, motion and noise of each scan."""
    axes = result.axes()
    rows: list[tuple[Cell, ...]] = []
    for scan in result.scans:
        column, width = _axis(axes, scan)
        motion: list[Cell] = [None] * 5
        if result.has("registration", scan):
            record = result.open("registration", scan).isel(scan=0)
            turn = float(np.degrees(np.linalg.norm(record["rotation"].to_numpy())))
            shifts = [f"{shift:.3f}" for shift in (1e6 * record["shift"].to_numpy() + 0.0).tolist()]
            motion = [*shifts, turn, _over(record, "displacement_error", 1e6)]
        noise = None
        if result.has("noise", scan):
            noise = 0.01 * float(np.nanmedian(result.open("noise", scan)["attenuation_noise"].to_numpy()))
        rows.append((scan, *_clock(charges, scan), column, width, *motion, noise))
    return Table(
        title="Scans: when they were taken, where they lay",
        columns=(
            "scan",
            "middle of the scan / h",
            "capacity stripped / mAh cm-2",
            "stripped during the scan / mAh cm-2",
            "axis / column",
            "spread of methods / column",
            "shift z / um",
            "shift y / um",
            "shift x / um",
            "turned / deg",
            "error of place / um",
            "noise of a voxel / cm-1",
        ),
        rows=tuple(rows),
    )


def _axis(axes: xr.Dataset, scan: str) -> tuple[Cell, Cell]:
    if scan not in axes["scan"].to_numpy().tolist():
        return None, None
    one = axes.sel(scan=scan)
    low, high = one["axis_column_interval"].to_numpy()
    return float(one["axis_column"]), float(high - low)


def _over(record: xr.Dataset, name: str, factor: float) -> Cell:
    return factor * float(record[name]) if name in record and np.isfinite(float(record[name])) else None


def _clock(charges: xr.Dataset | None, scan: str) -> tuple[Cell, Cell, Cell]:
    if charges is None or scan not in charges["scan"].to_numpy().tolist():
        return None, None, None
    one = charges.sel(scan=scan)
    hours = float(one["time"]) / 3600
    if "areal_capacity" not in one:
        return hours, None, None
    factor = quantity("areal_capacity").factor
    passed = float(one["areal_capacity_at_end"]) - float(one["areal_capacity_at_start"])
    return hours, factor * float(one["areal_capacity"]), factor * passed


def change_table(result: SeriesResult, numbers: Numbers) -> Table:
    """Threshold, volumes and grains of each pair."""
    rows: list[tuple[Cell, ...]] = []
    for pair in result.pairs:
        if not result.has("grains", pair):
            continue
        grains = result.open("grains", pair)
        sign = grains["sign"].to_numpy()
        counted = np.ones(sign.size, bool)
        for name in ("displaced", "fringe"):
            if name in grains:
                counted &= ~grains[name].to_numpy().astype(bool)
        found = {
            name: one
            for step in ("grains", "grain_volumes", "threshold")
            for name, one in numbers.get((step, pair), {}).items()
        }
        rows.append(
            (
                pair_words(result, pair),
                _said(found, "volume_gained"),
                _said(found, "volume_lost"),
                _said(found, "volume_gained_found"),
                _said(found, "volume_lost_found"),
                int((counted & (sign > 0)).sum()),
                int((counted & (sign < 0)).sum()),
                _said(found, "volume_displaced"),
                _said(found, "volume_of_fringes"),
                _threshold(result, pair),
                _said(found, "false_grains"),
            )
        )
    return Table(
        title="Volumes whose attenuation changed",
        columns=(
            "pair",
            "gained",
            "lost",
            "of it found, gained",
            "of it found, lost",
            "grains gained",
            "grains lost",
            "only moved",
            "fringes",
            "threshold / noise",
            "false grains to expect",
        ),
        rows=tuple(rows),
    )


def _said(found: Mapping[str, Estimate], name: str) -> str | None:
    """A number with its interval; nothing where it was not asked for."""
    return worded(found[name]) if name in found else None


def total_table(result: SeriesResult, numbers: Numbers) -> Table:
    """Volumes of each pair from the whole distribution of its change, or why there are none."""
    rows: list[tuple[Cell, ...]] = []
    for pair in result.pairs:
        if not result.has("distribution", pair):
            continue
        one, found = result.open("distribution", pair), numbers.get(("distribution", pair), {})
        volumes = [_said(found, f"volume_{sign}_total") for sign in ("gained", "lost")]
        refused = str(one.attrs.get("refused", ""))
        rows.append((pair_words(result, pair), *volumes, float(one.attrs["core_width"]), refused or None))
    return Table(
        title="The same by the whole distribution of the change",
        columns=("pair", "gained", "lost", "width of the middle half / noise", "why not"),
        rows=tuple(rows),
    )


def _threshold(result: SeriesResult, pair: str) -> Cell:
    if not result.has("threshold", pair):
        return None
    return float(result.open("threshold", pair).attrs["chosen_threshold"])


def transition_table(result: SeriesResult) -> Table:
    """Volume of the most frequent transitions of material of each pair, within grains that count."""
    rows: list[tuple[Cell, ...]] = []
    for pair in result.pairs:
        if not (result.has("classes", pair) and result.has("changes", pair)):
            continue
        classes, changes = result.open("classes", pair), result.open("changes", pair)
        names = _names(classes.attrs["transitions"])
        voxel = float(np.prod([abs(float(classes[dim][1] - classes[dim][0])) for dim in "zyx"]))
        counts = np.zeros(len(names) + 1)
        weights = np.zeros(len(names) + 1)
        for k in range(classes.sizes["z"]):
            code = classes["transition"].isel(z=k).to_numpy().astype(int)
            inside = (changes["sign"].isel(z=k).to_numpy() != 0) & (code >= 0)
            probability = np.nan_to_num(classes["probability"].isel(z=k).to_numpy()[inside])
            counts += np.bincount(code[inside], minlength=counts.size)[: counts.size]
            weights += np.bincount(code[inside], probability, minlength=counts.size)[: counts.size]
        for code in np.argsort(counts)[::-1][:_MOST_TRANSITIONS]:
            if counts[code] > 0:
                rows.append(
                    (
                        pair_words(result, pair),
                        names[code],
                        1e18 * voxel * float(counts[code]),
                        float(weights[code] / counts[code]),
                    )
                )
    return Table(
        title="Most probable transitions where attenuation changed",
        columns=("pair", "transition", "volume / um3", "mean probability"),
        rows=tuple(rows),
    )


def _names(stored: object) -> list[str]:
    if isinstance(stored, str):
        loaded = json.loads(stored) if stored.lstrip().startswith(("[", "{")) else stored.split("; ")
        return [str(name) for name in (loaded.values() if isinstance(loaded, dict) else loaded)]
    return [str(name) for name in np.ravel(np.asarray(stored))]


def balance_table(result: SeriesResult, numbers: Numbers) -> Table:
    """Summed change of attenuation of each pair against that of the charge, with the errors that limit it."""
    rows: list[tuple[Cell, ...]] = []
    for pair in result.pairs:
        if result.has("conservation", pair):
            one = result.open("conservation", pair)
            names = ("attenuation_balance", "expected_balance", "balance_noise", "flat_balance_error")
            sums = (1e6 * float(one[name]) + 0.0 for name in (*names, "table_balance_error"))
            ratio = numbers.get(("conservation", pair), {}).get("attenuation_balance")
            says = None if ratio is None else "cannot say" if ratio.value is None else worded(ratio)
            rows.append((pair_words(result, pair), *sums, says))
    return Table(
        title="Attenuation against charge, per area (in millionths)",
        columns=(
            "pair",
            "found",
            "expected",
            "error by noise",
            "error by flats",
            "error by tables",
            "found over expected",
        ),
        rows=tuple(rows),
    )


def interface_table(result: SeriesResult, numbers: Numbers, resistivity: float | None = None) -> Table:
    """Contact, voids and cracks of each scan, with what a model of constriction takes.

    Parameters
    ----------
    result
        The series.
    numbers
        Of :func:`~alkanode.studies.tomography.numbers.numbers_of`.
    resistivity
        Of the electrolyte, ohm m; with it the table says what the contact seen costs.
    """
    from alkanode.impedance import constriction_resistance

    rows: list[tuple[Cell, ...]] = []
    for scan in result.scans:
        found = numbers.get(("contact", scan), {}) | numbers.get(("cracks", scan), {})
        voids, costs, cracks, thinnest = None, None, None, None
        if result.has("contact", scan):
            one = result.open("contact", scan).isel(scan=0)
            share, spots = float(one["contact_area_fraction"]), float(one["contact_spacing"])
            voids = 1e6 * float(one["void_spacing"])
            if resistivity is not None and np.isfinite(spots) and 0 < share <= 1:
                costs = 1e4 * float(constriction_resistance(share, resistivity=resistivity, spacing=spots))
        if result.has("cracks", scan):
            one = result.open("cracks", scan)
            cracks = int(one.sizes["crack"])
            thinnest = 1e6 * float(np.nanmedian(one["smallest_opening"].to_numpy()))
        if result.has("contact", scan) or result.has("cracks", scan):
            said = (_said(found, name) for name in ("contact_area_fraction", "contact_spacing"))
            widest = _said(found, "widest_crack") if cracks else None
            rows.append((scan, *said, voids, costs, cracks, widest, thinnest))
    return Table(
        title="At the electrolyte",
        columns=(
            "scan",
            "contact, share of the area",
            "spacing of contact spots",
            "void spacing / um",
            "constriction, at least / ohm cm2",
            "cracks",
            "widest crack",
            "thinnest crack that would be seen / um",
        ),
        rows=tuple(rows),
    )


def basis_table(numbers: Numbers) -> Table:
    """What each kind of number rests on, said once where it is the same for all scans or pairs."""
    bases: dict[str, dict[str, list[str]]] = {}
    for (_, subject), found in numbers.items():
        for name, one in found.items():
            bases.setdefault(name, {}).setdefault(one.label, []).append(subject)
    rows: dict[tuple[str, str], list[str]] = {}
    for name, labels in bases.items():
        alike: dict[str, list[str]] = {}
        for label, subjects in labels.items():
            alike.setdefault(without_numbers(label), []).extend(subjects)
        for key, subjects in alike.items():
            which = "all" if len(alike) == 1 else ", ".join(subjects)
            text = merged((label for label in labels if without_numbers(label) == key), of="")[0]
            rows.setdefault((which, text), []).append(spoken(name))
    return Table(
        title="What these numbers rest on",
        columns=("number", "of", "rests on"),
        rows=tuple((", ".join(names), which, text) for (which, text), names in rows.items()),
    )
