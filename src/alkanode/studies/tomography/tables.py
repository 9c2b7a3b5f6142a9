"""Tables of a series: its scans, what changed between them, which transitions, and the interface."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from alkanode.foundation.vocabulary import quantity
from alkanode.studies.part import Table
from alkanode.studies.tomography.numbers import pair_words

if TYPE_CHECKING:
    import xarray as xr

    from alkanode.tomography.series import SeriesResult

_MOST_TRANSITIONS = 8

Cell = str | float | int | None


def tables_of(result: SeriesResult, charges: xr.Dataset | None) -> dict[str, Table]:
    """All tables for which there is something to say."""
    tables = {
        "scans": scan_table(result, charges),
        "changes": change_table(result),
        "totals": total_table(result),
        "transitions": transition_table(result),
        "balance": balance_table(result),
        "interface": interface_table(result),
    }
    return {name: table for name, table in tables.items() if table.rows}


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
            motion = [*(1e6 * record["shift"].to_numpy()).tolist(), turn, _over(record, "displacement_error", 1e6)]
        noise = None
        if result.has("noise", scan):
            noise = 0.01 * float(np.nanmedian(result.open("noise", scan)["attenuation_noise"].to_numpy()))
        rows.append((scan, *_clock(charges, scan), column, width, *motion, noise))
    return Table(
        title="Scans",
        columns=(
            "scan",
            "middle / h",
            "capacity stripped / mAh cm-2",
            "stripped during the scan / mAh cm-2",
            "axis / column",
            "spread of methods / column",
            "shift z / um",
            "shift y / um",
            "shift x / um",
            "turned / deg",
            "error of place / um",
            "noise / cm-1",
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


def change_table(result: SeriesResult) -> Table:
    """Threshold, volumes and grains of each pair."""
    rows: list[tuple[Cell, ...]] = []
    for pair in result.pairs:
        if not result.has("grains", pair):
            continue
        grains = result.open("grains", pair)
        volume, sign = 1e18 * grains["grain_volume"].to_numpy(), grains["sign"].to_numpy()
        none = np.zeros(volume.size, bool)
        moved = grains["displaced"].to_numpy().astype(bool) if "displaced" in grains else none
        fringe = grains["fringe"].to_numpy().astype(bool) if "fringe" in grains else none
        counted = ~(moved | fringe)
        threshold, false = _threshold(result, pair)
        rows.append(
            (
                pair_words(result, pair),
                threshold,
                false,
                float(volume[counted & (sign > 0)].sum()),
                float(volume[counted & (sign < 0)].sum()),
                int((counted & (sign > 0)).sum()),
                int((counted & (sign < 0)).sum()),
                float(volume[moved].sum()),
                float(volume[fringe].sum()),
            )
        )
    return Table(
        title="Changes of attenuation",
        columns=(
            "pair",
            "threshold / noise",
            "false grains, 95 % bound",
            "gained / um3",
            "lost / um3",
            "grains gained",
            "grains lost",
            "moved / um3",
            "fringes / um3",
        ),
        rows=tuple(rows),
    )


def total_table(result: SeriesResult) -> Table:
    """Volumes of each pair from the whole distribution of its change, or why there are none."""
    rows: list[tuple[Cell, ...]] = []
    for pair in result.pairs:
        if not result.has("distribution", pair):
            continue
        one = result.open("distribution", pair)
        refused = str(one.attrs.get("refused", ""))
        numbers: list[Cell] = []
        for name in ("volume_gained", "volume_lost"):
            low, high = one[f"{name}_interval"].to_numpy()
            numbers += [None] * 3 if refused else [1e18 * float(each) for each in (one[name], low, high)]
        rows.append((pair_words(result, pair), *numbers, float(one.attrs["core_width"]), refused or None))
    return Table(
        title="Volumes from the whole distribution of the change, grains too small to be found included",
        columns=(
            "pair",
            "gained / um3",
            "gained, from",
            "gained, to",
            "lost / um3",
            "lost, from",
            "lost, to",
            "width of the middle half / noise",
            "why not",
        ),
        rows=tuple(rows),
    )


def _threshold(result: SeriesResult, pair: str) -> tuple[Cell, Cell]:
    if not result.has("threshold", pair):
        return None, None
    record = result.open("threshold", pair)
    chosen = float(record.attrs["chosen_threshold"])
    size = int(np.argmin(np.abs(record["smallest_grain"].to_numpy() - record.attrs["chosen_smallest_grain"])))
    at = record.isel(size=size).sel(threshold=chosen)
    bound = float(at["false_grain_density_upper"]) * float(record.attrs["accepted_volume"])
    return chosen, bound


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


def balance_table(result: SeriesResult) -> Table:
    """Summed change of attenuation of each pair against that of the charge, with the errors that limit it."""
    rows: list[tuple[Cell, ...]] = []
    for pair in result.pairs:
        if result.has("conservation", pair):
            one = result.open("conservation", pair)
            names = ("attenuation_balance", "expected_balance", "balance_noise", "flat_balance_error")
            rows.append(
                (pair_words(result, pair), *(1e6 * float(one[name]) for name in (*names, "table_balance_error")))
            )
    return Table(
        title="Attenuation against charge, per area (in millionths)",
        columns=("pair", "found", "expected", "noise", "flats", "tables"),
        rows=tuple(rows),
    )


def interface_table(result: SeriesResult) -> Table:
    """Contact, voids and cracks of each scan."""
    rows: list[tuple[Cell, ...]] = []
    for scan in result.scans:
        contact: list[Cell] = [None] * 4
        if result.has("contact", scan):
            one = result.open("contact", scan).isel(scan=0)
            low, high = one["contact_area_fraction_interval"].to_numpy()
            spacing = float(one["void_spacing"])
            contact = [float(one["contact_area_fraction"]), float(low), float(high), 1e6 * spacing]
        cracks: list[Cell] = [None, None]
        if result.has("cracks", scan):
            one = result.open("cracks", scan)
            cracks = [int(one.sizes["crack"]), 1e6 * float(np.nanmedian(one["smallest_opening"].to_numpy()))]
        if any(value is not None for value in (*contact, *cracks)):
            rows.append((scan, *contact, *cracks))
    return Table(
        title="At the electrolyte",
        columns=("scan", "contact", "from", "to", "void spacing / um", "cracks", "thinnest crack seen / um"),
        rows=tuple(rows),
    )
