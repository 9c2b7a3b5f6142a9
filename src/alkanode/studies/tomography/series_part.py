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
from alkanode.studies.part import Part, PartInterrupted, Table
from alkanode.studies.tomography.figures import figures_of
from alkanode.studies.tomography.findings import findings_of
from alkanode.studies.tomography.gather import Gather
from alkanode.studies.tomography.numbers import constriction_of, estimates_of, numbers_of, pair_words
from alkanode.studies.tomography.plan import open_scan, plan_of, scan_files
from alkanode.studies.tomography.scan_numbers import capacity_numbers
from alkanode.studies.tomography.settings import Tomography
from alkanode.studies.tomography.tables import tables_of

if TYPE_CHECKING:
    from alkanode.data import Cell
    from alkanode.plot import Figure
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
    SchemaError
        When the energy or the electrolyte is not known.
    PhysicsError
        When a material is not known, or no scan opens.
    SeriesError
        When the folder is in use, or holds a series of other scans.
    PartInterrupted
        After Ctrl-C, with the part so far.
    """
    from alkanode.tomography.series import CheckConservation

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
    sum_up = partial(part_of_series, charges=charges, resistivity=_resistivity(cell))
    renew = None if on_update is None else lambda series: on_update(sum_up(series))
    store = folder / FOLDER
    return _kept(lambda: _run(plan, settings, data, store, progress, renew), store, sum_up)


def _run(
    plan: SeriesPlan,
    settings: Tomography,
    data: Path,
    store: Path,
    progress: Progress | None,
    renew: Callable[[SeriesResult], None] | None,
) -> SeriesResult:
    """Run a series, or watch for its scans."""
    from alkanode.tomography.series import run_series, watch_folder

    told, scheduler = progress or NoProgress(), settings.scheduler or None
    if settings.watch is None:
        return run_series(plan, store, workers=settings.workers, scheduler=scheduler, progress=told)
    watch = settings.watch
    return watch_folder(
        data / watch.folder,
        store,
        plan,
        partial(open_scan, settings=settings, folder=data),
        pattern=watch.pattern,
        settle=to_si(watch.settle, "duration"),
        scans=watch.scans,
        idle=None if watch.idle is None else to_si(watch.idle, "duration"),
        on_update=renew,
        workers=settings.workers,
        scheduler=scheduler,
        progress=told,
    )


def _kept(run: Callable[[], SeriesResult], store: Path, sum_up: Callable[..., Part]) -> Part:
    """The part of a series; where the run stops midway, that of what stands, with what stopped it."""
    from alkanode.tomography.series import MANIFEST, OtherSeriesError, SeriesError, open_series

    try:
        return sum_up(run())
    except OtherSeriesError:
        raise
    except SeriesError as reason:
        if not (store / MANIFEST).is_file():
            raise
        return sum_up(open_series(store), stopped=str(reason))
    except KeyboardInterrupt as stop:
        if not (store / MANIFEST).is_file():
            raise
        raise PartInterrupted(sum_up(open_series(store))) from stop


def _resistivity(cell: Cell) -> float | None:
    """Of the electrolyte, ohm m, where the cell says its conductivity."""
    conductivity = None if cell.electrolyte is None else cell.electrolyte.conductivity
    return None if not conductivity else 1.0 / conductivity


def part_of_series(
    result: SeriesResult, charges: xr.Dataset | None = None, *, resistivity: float | None = None, stopped: str = ""
) -> Part:
    """Sum up a series on disk, finished or not.

    Parameters
    ----------
    result
        The series.
    charges
        Kind ``scan_charges`` with the names of the scans, where a potentiostat ran.
    resistivity
        Of the electrolyte, ohm m, for what the contact seen costs.
    stopped
        What ended the run before all was made.

    Returns
    -------
    Part
        ``missing`` says what failed, and which numbers, tables or figures could not be made of what stands.
    """
    missing = {key: failure.message for key, failure in result.failures.items() if failure.kind != "waits"}
    if stopped:
        missing = {"the series": stopped, **missing}
    gather = Gather(result, missing)
    records: dict[str, xr.Dataset] = {}
    if charges is not None:
        records["scan_charges"] = charges
    for name, make in records_of(result).items():
        gather(records, name, make)
    numbers = numbers_of(result, gather)
    estimates = estimates_of(result, numbers) | capacity_numbers(charges)
    tables: dict[str, Table] = {}
    for name, build in tables_of(result, charges, numbers, resistivity).items():
        gather(tables, name, build)
    figures: dict[str, Figure] = {}
    for name, draw in figures_of(result, charges).items():
        gather(figures, name, draw)
    return Part(
        name="tomography",
        title="Operando tomography",
        estimates=estimates,
        listed=(),
        details={
            "folder": FOLDER,
            "scans": list(result.scans),
            "pairs": [pair_words(result, pair) for pair in result.pairs],
            "finished": result.finished and not stopped,
            "constriction_inputs": constriction_of(result),
            "doubts": result.doubts,
            "fingerprints": {name: scan.get("fingerprint", "") for name, scan in result.manifest["scans"].items()},
        },
        records=records,
        figures=figures,
        tables={name: table for name, table in tables.items() if table.rows},
        findings=findings_of(result, estimates, stopped=stopped),
        missing=missing,
    )


def records_of(result: SeriesResult) -> dict[str, Callable[[], xr.Dataset]]:
    """What opens each record that a study keeps beside its report."""
    records: dict[str, Callable[[], xr.Dataset]] = {}
    if any(result.has("registration", scan) for scan in result.scans):
        records["registration"] = result.registration
    if any(result.has("contact", scan) for scan in result.scans):
        records["interface_contact"] = result.contact
    for pair in result.pairs:
        for step in ("threshold", "sweep", "grains", "profile", "conservation"):
            if result.has(step, pair):
                records[f"{step}_{pair}"] = partial(result.open, step, pair)
    return records


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
