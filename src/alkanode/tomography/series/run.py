"""Run a series, or go on with one."""

from __future__ import annotations

import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

from alkanode.foundation.errors import AlkanodeError, DataQualityWarning, PhysicsError, SchemaError
from alkanode.foundation.runtime import Progress
from alkanode.foundation.wording import merged, without_numbers
from alkanode.tomography.series.draft import draft_tasks
from alkanode.tomography.series.engine import Engine, EngineState
from alkanode.tomography.series.failures import Failure, disk_full, no_room
from alkanode.tomography.series.lock import locked
from alkanode.tomography.series.manifest import check_same_series, facts_before, write_manifest
from alkanode.tomography.series.plan import SeriesPlan
from alkanode.tomography.series.result import SeriesResult, open_series
from alkanode.tomography.series.scans import ScanFacts, facts_of
from alkanode.tomography.series.task import Rows, Workplace
from alkanode.tomography.series.workers import Pool, pool_of


def run_series(
    plan: SeriesPlan,
    folder: str | Path,
    *,
    workers: int = 1,
    pool: Pool = "threads",
    scheduler: Any = None,
    progress: Progress | None = None,
) -> SeriesResult:
    """Run a series of scans from raw frames to tables, or go on where an earlier run stopped.

    Parameters
    ----------
    plan
        Scans, geometry and steps.
    folder
        Where everything is written. What stands there already and answers the plan is kept; what the plan no longer
        asks for in this way is made again.
    workers
        Blocks made at once. Each needs its own memory; results do not depend on the number.
    pool
        ``"threads"`` or ``"processes"``.
    scheduler
        Address of a dask scheduler (``"tcp://host:8786"``) or a ``distributed.Client`` that does the work instead.
    progress
        Is told how many blocks are done, of how many, and the time left.

    Returns
    -------
    SeriesResult
        Everything that was made, opened lazily; ``failures`` says what was not, and why.

    Raises
    ------
    SchemaError
        For a plan without scans.
    SeriesError
        When another run writes into the folder, the folder holds a series of other scans, the disk is full, or workers
        were lost. What is done stays done: run again to go on.
    KeyboardInterrupt
        After Ctrl-C, once the blocks in flight are finished and kept.

    Warns
    -----
    DataQualityWarning
        Once per step for each thing that its blocks doubted, with the scans or pairs that it is about, and once when parts
        failed.

    Notes
    -----
    A scan that cannot be opened or fails on the way takes down only what is made from it. A run may be killed at any
    moment; at most the blocks in flight are made again, and the result is the same bit for bit.
    """
    if not plan.scans:
        raise SchemaError("a series needs scans", found="a plan without any")
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        with locked(target):
            _run(plan, target, workers=workers, pool=pool, scheduler=scheduler, progress=progress)
    except OSError as error:
        if isinstance(error, AlkanodeError) or not no_room(error):
            raise
        raise disk_full(target, error) from error
    result = open_series(target)
    _tell(result)
    return result


def _run(
    plan: SeriesPlan, target: Path, *, workers: int, pool: Pool, scheduler: Any, progress: Progress | None
) -> None:
    """Run a series in a folder that is held."""
    facts, bad = _known_scans(plan, target)
    check_same_series(target, [facts[name] for name in facts if name not in bad])
    draft = draft_tasks(plan, facts)
    place = Workplace(
        folder=target.resolve(),
        plan=plan,
        fingerprints={name: one.fingerprint for name, one in facts.items()},
        paths={key: task.path for key, task in draft.tasks.items()},
    )

    def note(state: EngineState, status: str = "running") -> None:
        write_manifest(target, plan, facts, bad, draft.left_out, draft.tasks, state, status=status)

    with pool_of(workers, pool, scheduler) as (executor, capacity):
        engine = Engine(
            place,
            draft.tasks,
            executor,
            capacity,
            progress=progress,
            first_rows=_first_slices(plan),
            on_change=note,
        )
        note(engine.state)
        try:
            engine.run()
        except BaseException as error:
            # on a full disk even this may not be written; the error that ended the run is the one to tell
            with suppress(OSError):
                note(engine.state, "interrupted" if isinstance(error, KeyboardInterrupt) else "stopped")
            raise
    failed = bool(bad or draft.left_out or engine.state.failures)
    note(engine.state, "finished with failures" if failed else "finished")


def _known_scans(plan: SeriesPlan, folder: Path) -> tuple[dict[str, ScanFacts], dict[str, Failure]]:
    """What is known of the scans that open, and why the others do not.

    Of a scan that opened in an earlier run and no longer does (frames are moved away once they are reconstructed), what is
    known is kept, so that what was made of it stays part of the series.
    """
    facts: dict[str, ScanFacts] = {}
    bad: dict[str, Failure] = {}
    for name, source in plan.scans.items():
        try:
            known = facts_of(name, source)
            if plan.rows is not None and plan.rows[0] >= known.rows:
                raise PhysicsError(
                    "the rows of a series lie on the detector", found=f"rows {plan.rows} of {known.rows}"
                )
            facts[name] = known
        except Exception as error:
            bad[name] = Failure.of(error)
            earlier = facts_before(folder, name)
            if earlier is not None:
                facts[name] = earlier
    return facts, bad


def _first_slices(plan: SeriesPlan) -> Rows | None:
    """Slices of the volumes that hold the detector rows wanted first."""
    if plan.first_rows is None:
        return None
    offset = plan.rows[0] if plan.rows else 0
    return plan.first_rows[0] - offset, plan.first_rows[1] - offset


def _tell(result: SeriesResult) -> None:
    """Warn of what came up, once for all subjects of a step that say the same."""
    groups: dict[tuple[str, str], dict[str, list[str]]] = {}
    for key, texts in result.doubts.items():
        step, _, subject = key.partition("/")
        for text in texts:
            groups.setdefault((step, without_numbers(text)), {}).setdefault(subject, []).append(text)
    for (step, _), said in groups.items():
        sentence = merged((text for texts in said.values() for text in texts), of="")[0]
        warnings.warn(f"{step}/{', '.join(said)}: {sentence}", DataQualityWarning, stacklevel=3)
    causes = {key: failure for key, failure in result.failures.items() if failure.kind != "waits"}
    if causes:
        first = next(iter(causes))
        others = f" (and {len(causes) - 1} more: see failures)" if len(causes) > 1 else ""
        warnings.warn(f"{first} failed: {causes[first].message}{others}", DataQualityWarning, stacklevel=3)
