"""From a plan to tasks: each step says what it makes of the scans and pairs that there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from alkanode.data.store import provenance
from alkanode.data.volumes import VolumeLayout, configuration_hash, row_blocks
from alkanode.tomography.series.plan import SeriesPlan, pair_name
from alkanode.tomography.series.scans import ScanFacts
from alkanode.tomography.series.task import Task, Work, Workplace, key_of


class Step(Protocol):
    """One kind of result of a series: a dataclass that holds its options and drafts its tasks."""

    @property
    def name(self) -> str:
        """Name of the step, for example ``"difference"``."""
        ...

    def draft(self, draft: Draft) -> None:
        """Add the tasks of this step; none where what it needs is not made."""
        ...


class Draft:
    """Tasks of a series while they are drawn up.

    Parameters
    ----------
    plan
        What was asked.
    facts
        Scan -> what is known of it, for the scans that could be opened, in the order of the plan.

    Attributes
    ----------
    tasks
        Key -> task, in the order drawn up.
    left_out
        Key -> why a task that was asked for cannot be drawn up.
    """

    def __init__(self, plan: SeriesPlan, facts: Mapping[str, ScanFacts]) -> None:
        self.plan = plan
        self.facts = facts
        self.tasks: dict[str, Task] = {}
        self.left_out: dict[str, str] = {}

    @property
    def scans(self) -> tuple[str, ...]:
        """Scans that could be opened."""
        return tuple(self.facts)

    @property
    def reference(self) -> str:
        """The reference by the order of the plan, whether it could be opened or not."""
        return self.plan.reference_of(tuple(self.plan.scans))

    @property
    def pairs(self) -> tuple[tuple[str, str, str], ...]:
        """Before, after and name of each pair among all scans of the plan."""
        pairs = self.plan.pairs_of(tuple(self.plan.scans))
        return tuple((before, after, pair_name(before, after)) for before, after in pairs)

    def has(self, step: str, subject: str) -> bool:
        """Whether a task was drawn up."""
        return key_of(step, subject) in self.tasks

    def ready(self, step: str, subject: str, needs: Iterable[tuple[str, str]]) -> bool:
        """Whether all needs were drawn up; otherwise the task is left out, with the reason where scans are missing."""
        missing = [key_of(*need) for need in needs if not self.has(*need)]
        if lost := [key for key in missing if key.partition("/")[2] not in self.facts or key in self.left_out]:
            self.left_out[key_of(step, subject)] = f"it needs {', '.join(lost)}, which cannot be made"
        return not missing

    def final(self, scan: str) -> str:
        """Step that gives the volume of a scan to compare: laid upon the reference where that is done."""
        return "aligned" if self.has("aligned", scan) else "volume"

    def option(self, step: str, name: str, default: Any) -> Any:
        """An option of another step of the plan; the default where the step is left out."""
        return next((getattr(one, name, default) for one in self.plan.steps if one.name == step), default)

    def rows_of(self, scan: str) -> tuple[int, int]:
        """Detector rows of the volume of a scan."""
        rows = self.facts[scan].rows
        first, last = self.plan.rows or (0, rows)
        return min(first, rows), min(last, rows)

    def blocks_of(self, scan: str) -> int:
        """Number of blocks of the volume of a scan."""
        first, last = self.rows_of(scan)
        return len(row_blocks(last - first, self.plan.block_rows))

    def add(
        self,
        step: str,
        subject: str,
        path: str,
        *,
        work: Work,
        configuration: Mapping[str, Any],
        needs: Iterable[tuple[str, str]] = (),
        scans: Iterable[str] = (),
        layout: Callable[[Workplace, Task], VolumeLayout] | None = None,
        expected_blocks: int = 1,
        weight: float = 1.0,
    ) -> None:
        """Draw up a task; its token covers its configuration, its scans and the tokens of its needs.

        Parameters
        ----------
        step, subject, path, work, layout, expected_blocks, weight
            As :class:`~alkanode.tomography.series.task.Task`.
        configuration
            All options that its numbers depend on.
        needs
            Step and subject of what must be done before.
        scans
            Scans whose raw frames it reads.
        """
        keys = tuple(key_of(*need) for need in needs)
        names = tuple(scans)
        token = configuration_hash(
            {
                "alkanode": provenance()["alkanode"],
                "step": step,
                "configuration": configuration,
                "needs": [self.tasks[key].token for key in keys],
                "scans": [self.facts[name].fingerprint for name in names],
                "block_rows": self.plan.block_rows if layout else 0,
                "tile": self.plan.tile if layout else 0,
            }
        )
        task = Task(
            step=step,
            subject=subject,
            path=path,
            token=token,
            work=work,
            needs=keys,
            scans=names,
            layout=layout,
            expected_blocks=expected_blocks,
            weight=weight,
        )
        self.tasks[task.key] = task


def draft_tasks(plan: SeriesPlan, facts: Mapping[str, ScanFacts]) -> Draft:
    """All tasks of a plan, each after what it needs.

    Parameters
    ----------
    plan
        What was asked.
    facts
        What is known of the scans that could be opened.

    Returns
    -------
    Draft
        With its tasks.
    """
    draft = Draft(plan, facts)
    for step in plan.steps:
        step.draft(draft)
    return draft
