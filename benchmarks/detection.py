"""How well failures are found, in cells whose physics is not that of the detector's rules.

    python benchmarks/detection.py                     # evaluation: seeds from 1000
    python benchmarks/detection.py --tuning            # seeds 0 to 199, for those who work on the detector
    python benchmarks/detection.py --tuning --write D  # also their records: D/seed_0007.h5, .truth.nc and truth.csv
    python benchmarks/detection.py --data FOLDER       # measured files, into which failures are spliced
    make detection                                     # evaluation, writes docs/guide/detection_table.inc

The folder of measured files is ``--data``, the environment variable ``ALKANODE_TEST_DATA``, or ``shared/data`` beside the
checkout; without it that table is left out. The cells are networks of columns with electronic leaks (alkanode.virtual.LeakyCell). What failed is read off their hidden
state. The exit code is 0 also where a target is missed; misses are shown.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import xarray as xr

from alkanode.data import save
from alkanode.electrochem import find_failures
from alkanode.foundation.errors import AlkanodeWarning
from alkanode.foundation.sources import Estimate
from alkanode.io import open_history
from alkanode.virtual import (
    CLASSES,
    CONTRAST_BINS,
    LEAK_BINS,
    SPLICES,
    SUSPECTED,
    FailingTrace,
    Judgement,
    Tolerance,
    calibration,
    confusion,
    draw_traces,
    false_alarms,
    judge,
    sensitivity,
    splice_failure,
)

HERE = Path(__file__).resolve().parent
TUNING = range(200)
EVALUATION = range(1000, 1720)
LEAKY = ("hard_short", "soft_short_transient", "soft_short_hidden")
SOUND_FILES = {
    "li_sym_150um_mb.mpr": np.inf,
    "na_nasicon_na_mb_short.mpr": 2200.0,
    "landt_ligr_r2032.csv": np.inf,
    "neware_nw4_120_1_6_53.ndax": np.inf,
    "na_nacoo2_gcpl_5cyc.mpr": np.inf,
}
"""Measured files, and the time (s) until which they are sound (the NASICON cell shorts at 2254 s)."""

SPLICED = ("li_sym_150um_mb.mpr", "na_nasicon_na_mb_short.mpr")
"""Those of symmetric cells, into which failures are spliced; the others are controls."""

PER_FILE = 20

LOSS_BINS = (0.8, 0.9, 0.99, 0.9999, float("inf"))
"""Share of an interface that was lost; at a tenth of its contact a thin interface on a thick electrolyte hardly shows."""

Table = tuple[str, Sequence[str], list[Sequence[str]]]
"""Title, header, rows."""


def flagged(record: xr.Dataset, trace: FailingTrace) -> xr.Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AlkanodeWarning)
        return find_failures(record, trace.cell, impedance=trace.impedance)


def judged(seeds: Sequence[int], folder: Path | None) -> list[Judgement]:
    start, found = time.perf_counter(), []
    for trace in draw_traces(seeds):
        found.append(judge(trace, flagged(trace.record, trace)))
        if folder is not None:
            write(trace, folder)
        if len(found) % 40 == 0 or len(found) == len(seeds):
            spent = time.perf_counter() - start
            print(f"  {len(found)} of {len(seeds)} traces, {spent:.0f} s", file=sys.stderr, flush=True)
    return found


def write(trace: FailingTrace, folder: Path) -> None:
    """One trace of the tuning set: record and spectra as a history, hidden state, and its line in truth.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"seed_{trace.seed:04d}"
    nodes = {"cycling": trace.record} | ({} if trace.impedance is None else {"impedance": trace.impedance})
    save(xr.DataTree.from_dict(nodes), folder / f"{name}.h5")
    trace.truth.to_netcdf(folder / f"{name}.truth.nc", engine="h5netcdf")
    table = folder / "truth.csv"
    fresh = not table.exists()
    with table.open("a", newline="", encoding="utf-8") as stream:
        lines = csv.writer(stream)
        if fresh:
            lines.writerow(["seed", "cause", "clean", "failure", "strength", "first_sign", "onset", "end"])
        for event in trace.events or (None,):
            what = [event.failure, f"{event.strength:.4g}"] if event else ["", ""]
            where = [event.first_signs[0], event.onsets[0], event.ends[-1]] if event else ["", "", ""]
            lines.writerow([trace.seed, trace.cause, int(trace.clean), *what, *where])


def spliced(folder: Path) -> tuple[list[Judgement], list[str]]:
    """Measured controls, and failures spliced into those of symmetric cells; with what was left out."""
    done, left_out = [], []
    for name, sound in SOUND_FILES.items():
        if not (folder / name).is_file():
            left_out.append(f"{name}: not in {folder}")
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", AlkanodeWarning)
                record = open_history(folder / name)["cycling"].to_dataset()
        except (OSError, ImportError) as reason:
            left_out.append(f"{name}: {reason}")
            continue
        clock = record["time"].to_numpy()
        record = record.isel(row=np.flatnonzero(clock <= clock[0] + sound))
        bare = FailingTrace(
            seed=0,
            cause="measured",
            record=record,
            impedance=None,
            cell=None,
            truth=xr.Dataset(),
            events=(),
            clean=True,
        )
        done.append(judge(bare, flagged(record, bare)))
        for failure in SPLICES if name in SPLICED else ():
            for seed in range(PER_FILE):
                changed, event = splice_failure(record, failure, seed=seed)
                trace = replace(bare, seed=seed, record=changed, events=(event,), clean=False)
                done.append(judge(trace, flagged(changed, trace)))
    return done, left_out


def percent(estimate: Estimate) -> str:
    if estimate.value is None or estimate.interval is None:
        return "-"
    low, high = (100 * bound for bound in estimate.interval)
    return f"{100 * estimate.value:.1f} ({low:.1f}-{high:.1f})"


def sensitivities(found: Sequence[Judgement], title: str) -> Table:
    rows = []
    for name in CLASSES:
        line = sensitivity(found, name)
        if line.total == 0:
            continue
        error = "-" if line.error is None else "{:+.0f} ({:+.0f} to {:+.0f})".format(*line.error)
        counts = [line.total, line.found, line.suspected, line.elsewhere, line.missed]
        weaker = percent(line.share_suspected) if name in SUSPECTED.values() else "-"
        rows.append([name, *map(str, counts), percent(line.share), weaker, error])
    header = [
        "failure",
        "true",
        "found",
        "suspected",
        "elsewhere",
        "missed",
        "found, %",
        "or suspected, %",
        "error, samples",
    ]
    return title, header, rows


def by_leak(found: Sequence[Judgement]) -> Table:
    rows = []
    for low, high in pairwise(LEAK_BINS):
        cells = []
        for name in LEAKY:
            line = sensitivity(found, name, strength=(low, high if high < 1 else float("inf")))
            cells.append(f"{line.found} of {line.total}: {percent(line.share)}" if line.total else "-")
        rows.append([f"{100 * low:g} to {100 * high:g}", *cells])
    return "Found, against the largest leak fraction", ["leak, % of the current", *LEAKY], rows


def by_contrast(found: Sequence[Judgement]) -> Table:
    rows = []
    for low, high in pairwise(CONTRAST_BINS):
        cells = []
        for name in LEAKY:
            line = sensitivity(found, name, strength=(0.1, float("inf")), contrast=(low, high))
            cells.append(f"{line.found} of {line.total}: {percent(line.share)}" if line.total else "-")
        rows.append([f"{low:g} to {high:g}" if np.isfinite(high) else f"above {low:g}", *cells])
    return "Found of those above 10 % leak, against drop over noise", ["drop / noise of a sample", *LEAKY], rows


def by_loss(found: Sequence[Judgement]) -> Table:
    rows = []
    for low, high in pairwise(LOSS_BINS):
        cells = []
        for name in ("contact_loss", "depletion"):
            line = sensitivity(found, name, strength=(low, high))
            both = line.found + line.suspected
            cells.append(f"{both} of {line.total}: {percent(line.share_suspected)}" if line.total else "-")
        left = f"{100 * (1 - low):g} to {100 * (1 - high):.2g}" if np.isfinite(high) else f"below {100 * (1 - low):.2g}"
        rows.append([left, *cells])
    return "Found or suspected, against what was left", ["left of the interface, %", "contact_loss", "depletion"], rows


def alarms(found: Sequence[Judgement]) -> Table:
    rows = []
    for name in (*CLASSES, *SUSPECTED, ("hard_short", "contact_loss")):
        line = false_alarms(found, *((name,) if isinstance(name, str) else name))
        rows.append(
            [line.failure, f"{line.alarmed} of {line.controls}", percent(line.share), f"{line.per_100_hours:.3g}"]
        )
    return "False alarms in clean controls", ["flagged", "controls with it", "%", "per 100 h of test"], rows


def confusions(found: Sequence[Judgement]) -> Table:
    table = confusion(found)
    names = [str(name) for name in table["flagged"].to_numpy()]
    rows = [
        [str(truth), str(int(table["total"].sel(truth=truth))), *map(str, table["traces"].sel(truth=truth).to_numpy())]
        for truth in table["truth"].to_numpy()
    ]
    return "Traces in which a name was flagged at all", ["truth", "traces", *names], rows


def confidences(found: Sequence[Judgement]) -> Table | None:
    table = calibration(found)
    if not table:
        return None
    rows = [[f"{low:g} to {high:g}", percent(right)] for low, high, right in table]
    return "Is the confidence right?", ["confidence of an event", "events that are right, %"], rows


def targets(found: Sequence[Judgement]) -> Table:
    """The aims, and what came out."""
    hard, contact = sensitivity(found, "hard_short"), sensitivity(found, "contact_loss")
    soft = sensitivity(found, "soft_short_transient", strength=(0.1, float("inf")))
    both = false_alarms(found, "hard_short", "contact_loss")
    transient = false_alarms(found, "soft_short_transient")
    lines = [
        ("hard shorts found", hard.share, 0.95, False),
        ("hard shorts found or suspected", hard.share_suspected, 0.95, False),
        ("contact loss found", contact.share, 0.95, False),
        ("contact loss found or suspected", contact.share_suspected, 0.95, False),
        ("controls with an alarm of either", both.share, 0.02, True),
        ("transient soft shorts above 10 % leak found", soft.share, 0.80, False),
        ("controls with an alarm of them", transient.share, 0.05, True),
    ]
    rows = []
    for what, share, aim, at_most in lines:
        value = float("nan") if share.value is None else share.value
        met = value <= aim if at_most else value >= aim
        rows.append([what, f"{'<=' if at_most else '>='} {100 * aim:g} %", percent(share), "yes" if met else "NO"])
    return "Targets", ["", "target", "measured, %", "met"], rows


def show(tables: Iterable[Table]) -> None:
    for title, header, rows in tables:
        print(f"\n{title}")
        lines = [header, *rows]
        widths = [max(len(line[k]) for line in lines) for k in range(len(header))]
        for line in lines:
            print("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def as_page(tables: Iterable[Table], about: Sequence[str]) -> str:
    """Tables in reStructuredText."""
    parts = [".. Written by benchmarks/detection.py; do not edit.", "", *about, ""]
    for title, header, rows in tables:
        parts += [f".. list-table:: {title}", "   :header-rows: 1", ""]
        for line in (header, *rows):
            parts += [f"   {'* -' if k == 0 else '  -'} {cell}".rstrip() for k, cell in enumerate(line)]
        parts.append("")
    return "\n".join(parts)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tuning", action="store_true", help="seeds 0 to 199 instead of the evaluation's")
    parser.add_argument("--write", type=Path, help="with --tuning: folder for the records and their truth")
    parser.add_argument("--misses", action="store_true", help="with --tuning: name the seeds that went wrong")
    parser.add_argument("--count", type=int, help="only the first so many seeds")
    parser.add_argument("--data", type=Path, help="folder of measured files, to splice failures into")
    parser.add_argument("--page", type=Path, help="write the tables as reStructuredText")
    options = parser.parse_args()
    if (options.write or options.misses) and not options.tuning:
        parser.error("records and seeds are shown of the tuning set only: the evaluation stays blind")
    seeds = list(TUNING if options.tuning else EVALUATION)[: options.count]
    start = time.perf_counter()
    found = judged(seeds, options.write)
    clean, hours = sum(one.clean for one in found), sum(one.hours for one in found)
    neither = sum(not one.clean and not one.findings for one in found)
    tolerance = Tolerance()
    about = [
        f"{len(found)} virtual cells over {hours:.0f} h of test: {clean} clean controls, "
        f"{len(found) - clean - neither} with failures, {neither} neither (something began and stayed small). "
        f"In brackets: 95 % intervals (Wilson; quartiles of the onset's error). An event counts within {tolerance.samples} "
        f"samples of the failure's window, for contact loss and depletion within {100 * tolerance.share:g} % of a half cycle.",
    ]
    tables = [
        targets(found),
        sensitivities(found, "What became of each true failure"),
        by_leak(found),
        by_contrast(found),
        by_loss(found),
        alarms(found),
        confusions(found),
    ]
    tables += [table for table in (confidences(found),) if table]
    folder = options.data or Path(os.environ.get("ALKANODE_TEST_DATA") or HERE.parents[1] / "shared" / "data")
    if folder.is_dir() and not options.tuning:
        cycling = folder / "cycling" if (folder / "cycling").is_dir() else folder
        real, left_out = spliced(cycling)
        controls = sum(one.clean for one in real)
        names = ", ".join(sorted({flag.failure for one in real if one.clean for flag in one.flags})) or "none"
        about.append(
            f"\nFailures spliced into {len(SPLICED)} measured symmetric cells: {len(real) - controls} records. "
            f"{controls} measured files as they are: false alarms {names}."
            + "".join(f" Left out: {line}." for line in left_out)
        )
        tables.append(sensitivities(real, "Failures spliced into measured records"))
    print("\n".join(about))
    show(tables)
    if options.misses:
        for one in sorted(found, key=lambda item: item.trace_seed):
            wrong = [
                f"{f.event.failure} {f.event.strength:.2g} {f.outcome}" for f in one.findings if f.outcome != "found"
            ]
            wrong += [f"false {flag.failure} at row {flag.row}" for flag in one.flags if one.clean]
            if wrong:
                print(f"seed {one.trace_seed}: {'; '.join(wrong)}")
    if options.page:
        options.page.write_text(as_page(tables, about), encoding="utf-8")
    print(f"\n{len(found)} traces in {time.perf_counter() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
