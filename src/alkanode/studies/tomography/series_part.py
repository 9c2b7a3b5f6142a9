"""Operando tomography as a part of a study: run or resume a series, and say what it shows."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import xarray as xr

from alkanode.data.scan_clock import scan_charge, scan_times
from alkanode.foundation.errors import AlkanodeError, DataQualityWarning, StudyError
from alkanode.foundation.runtime import NoProgress, Progress
from alkanode.foundation.units import to_si
from alkanode.studies.part import Part
from alkanode.studies.tomography.figures import figures_of
from alkanode.studies.tomography.findings import findings_of
from alkanode.studies.tomography.numbers import estimates_of, pair_words
from alkanode.studies.tomography.plan import open_scan, plan_of, scan_files
from alkanode.studies.tomography.settings import Tomography
from alkanode.studies.tomography.tables import tables_of

if TYPE_CHECKING:
    from alkanode.data import Cell
    from alkanode.tomography.series import SeriesPlan, SeriesResult

FOLDER = "tomography"
"""Folder of the series within that of the study."""


def tomography_part(
    settings: Tomography,
    cell: Cell,
    *,
    data: Path,
    folder: Path | None,
    history: xr.DataTree | None = None,
    time_zone: str = "",
    progress: Progress | None = None,
    on_update: Callable[[Part], None] | None = None,
) -> Part:
    """Run a series of scans, or go on with it, and sum it up.

    Parameters
    ----------
    settings
        The block of the study.
    cell
        Names the materials where the block does not, and gives the area by which charges become areal.
    data
        Data folder of the scans.
    folder
        Folder of the study's results; the series is written to ``tomography`` in it and resumed from there.
    history
        What the potentiostat recorded meanwhile: every volume gets its capacity, and attenuation is checked against
        charge.
    time_zone
        IANA zone of a clock that does not say its own, where the block does not name one.
    progress
        Told of the blocks made.
    on_update
        Given the part so far whenever scans were added, where a folder is watched.

    Returns
    -------
    Part
        Numbers, tables and figures of what was made; ``missing`` says what was not, and why.

    Raises
    ------
    ReaderError
        When none of the scans exists.
    StudyError
        Without a folder, or when materials or their energy are missing.
    SeriesError
        When the folder is in use or the disk is full; what is done stays done.
    """
    from alkanode.tomography.series import CheckConservation, run_series, watch_folder

    if folder is None:
        raise StudyError("a series of scans needs a folder for its volumes", found="none", todo="Name one with -o")
    files = scan_files(settings, data)
    plan = plan_of(settings, files, data, cell)
    charges = charges_of(plan, history, settings, cell, time_zone=time_zone)
    if charges is not None and "areal_capacity" in charges:
        passed = {
            str(name): float(value)
            for name, value in zip(charges["scan"].to_numpy(), charges["areal_capacity"].to_numpy(), strict=True)
        }
        area = {"electrode_area": cell.effective_area}
        plan = plan.with_step(CheckConservation(areal_capacities=passed, options=area))
    told, scheduler = progress or NoProgress(), settings.scheduler or None
    if settings.watch is None:
        result = run_series(plan, folder / FOLDER, workers=settings.workers, scheduler=scheduler, progress=told)
        return part_of_series(result, charges)
    watch = settings.watch
    result = watch_folder(
        data / watch.folder,
        folder / FOLDER,
        plan,
        partial(open_scan, settings=settings, folder=data),
        pattern=watch.pattern,
        settle=to_si(watch.settle, "duration"),
        scans=watch.scans,
        idle=None if watch.idle is None else to_si(watch.idle, "duration"),
        on_update=None if on_update is None else lambda series: on_update(part_of_series(series, charges)),
        workers=settings.workers,
        scheduler=scheduler,
        progress=told,
    )
    return part_of_series(result, charges)


def part_of_series(result: SeriesResult, charges: xr.Dataset | None = None) -> Part:
    """Sum up a series on disk, finished or not.

    Parameters
    ----------
    result
        The series.
    charges
        Kind ``scan_charges`` with the names of the scans, where a potentiostat ran.

    Returns
    -------
    Part
    """
    records: dict[str, xr.Dataset] = {}
    if charges is not None:
        records["scan_charges"] = charges
    if any(result.has("registration", scan) for scan in result.scans):
        records["registration"] = result.registration()
    if any(result.has("contact", scan) for scan in result.scans):
        records["interface_contact"] = result.contact()
    for pair in result.pairs:
        for step in ("threshold", "sweep", "grains", "profile", "conservation"):
            if result.has(step, pair):
                records[f"{step}_{pair}"] = result.open(step, pair)
    estimates = estimates_of(result)
    tables = tables_of(result, charges)
    missing = {key: failure.message for key, failure in result.failures.items() if failure.kind != "waits"}
    return Part(
        name="tomography",
        title="Operando tomography",
        estimates=estimates,
        details={
            "folder": FOLDER,
            "scans": list(result.scans),
            "pairs": [pair_words(result, pair) for pair in result.pairs],
            "finished": result.finished,
            "doubts": result.doubts,
            "fingerprints": {name: scan.get("fingerprint", "") for name, scan in result.manifest["scans"].items()},
        },
        records=records,
        figures=figures_of(result, charges),
        tables=tables,
        findings=findings_of(result, estimates),
        missing=missing,
    )


def charges_of(
    plan: SeriesPlan, history: xr.DataTree | None, settings: Tomography, cell: Cell, *, time_zone: str = ""
) -> xr.Dataset | None:
    """Charge that had passed at each scan, by name; ``None`` where it cannot be known, which is said in a warning."""
    if history is None or "cycling" not in history.children:
        return None
    opened: dict[str, xr.Dataset] = {}
    for name, source in plan.scans.items():
        try:
            opened[name] = source if isinstance(source, xr.Dataset) else source()
        except AlkanodeError:
            continue
    try:
        charges = scan_charge(
            scan_times(list(opened.values())),
            history,
            offset=settings.clock.offset,
            offset_error=settings.clock.offset_error,
            area=cell.effective_area,
            time_zone=settings.clock.time_zone or time_zone,
        )
    except AlkanodeError as reason:
        warnings.warn(
            f"the scans cannot be put on the potentiostat's clock: {reason}", DataQualityWarning, stacklevel=2
        )
        return None
    named = charges.assign_coords(scan=list(opened))
    return _from_reference(named, plan.reference_of(tuple(plan.scans)), _sign(cell))


def _sign(cell: Cell) -> float:
    """+1 where oxidation at the working electrode strips the anode."""
    return 1.0 if cell.anode_role == "working" else -1.0


def _from_reference(charges: xr.Dataset, reference: str, sign: float) -> xr.Dataset:
    """Charges counted from the reference, positive where the anode was stripped."""
    made = charges.copy()
    fields: Mapping[str, float] = (
        {
            str(name): float(charges[str(name).removesuffix("_at_start").removesuffix("_at_end")].sel(scan=reference))
            for name in charges.data_vars
            if str(name).startswith(("charge", "areal_capacity")) and not str(name).endswith("_error")
        }
        if reference in charges["scan"].to_numpy().tolist()
        else {}
    )
    for name, zero in fields.items():
        made[name] = sign * (charges[name] - zero)
        made[name].attrs = dict(charges[name].attrs)
    made.attrs["counted_from"] = reference
    made.attrs["positive"] = "metal was stripped from the anode"
    return made
