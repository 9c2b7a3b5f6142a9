"""How long a series will still take, from what its blocks took so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from alkanode.tomography.series.task import Task


class RemainingTime:
    """Estimate of the time left.

    Blocks of a kind cost alike: a step that has been timed is expected to go on at its mean; one that has not, at the
    mean cost per weight of those that have.

    Parameters
    ----------
    tasks
        All tasks of the series.
    workers
        Blocks that run at once.
    """

    def __init__(self, tasks: Iterable[Task], workers: int = 1) -> None:
        self._workers = max(workers, 1)
        self._left: dict[str, int] = {}
        self._weight: dict[str, float] = {}
        self._step: dict[str, str] = {}
        self._seconds: dict[str, float] = defaultdict(float)
        self._timed: dict[str, int] = defaultdict(int)
        for task in tasks:
            self._left[task.key] = task.expected_blocks
            self._weight[task.step] = task.weight
            self._step[task.key] = task.step
        self.total = sum(self._left.values())

    @property
    def done(self) -> int:
        """Blocks that are done or given up."""
        return self.total - sum(self._left.values())

    def expect(self, key: str, blocks: int) -> None:
        """Set how many blocks of a task are left (all of them may already be done)."""
        self._left[key] = blocks

    def counted(self, key: str, blocks: int) -> None:
        """Correct the number of all blocks of a task, once its shape is known."""
        self.total += blocks - self._left[key]
        self._left[key] = blocks

    def finished(self, key: str, seconds: float) -> None:
        """Note that one block of a task took so long."""
        self._left[key] = max(self._left[key] - 1, 0)
        self._seconds[self._step[key]] += seconds
        self._timed[self._step[key]] += 1

    def seconds(self) -> float | None:
        """Expected time left in s; ``None`` before the first block was timed."""
        weighed = sum(self._timed[step] * self._weight[step] for step in self._timed)
        if not weighed:
            return None
        per_weight = sum(self._seconds.values()) / weighed
        left = 0.0
        for key, blocks in self._left.items():
            step = self._step[key]
            timed = self._timed.get(step, 0)
            each = self._seconds[step] / timed if timed else per_weight * self._weight[step]
            left += blocks * each
        return left / self._workers

    def words(self) -> str:
        """The time left for people: ``"2 h 05 min left"``."""
        seconds = self.seconds()
        return "time left not yet known" if seconds is None else f"{in_words(seconds)} left"


def in_words(seconds: float) -> str:
    """A duration for people.

    Parameters
    ----------
    seconds
        In s.

    Returns
    -------
    str

    Examples
    --------
    >>> in_words(42.3), in_words(130.0), in_words(7500.0)
    ('42 s', '2 min 10 s', '2 h 05 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
