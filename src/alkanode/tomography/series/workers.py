"""Who does the work: threads, processes, or a cluster of dask. All of them run the same block function."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Literal

from alkanode.foundation.errors import SchemaError
from alkanode.foundation.runtime import require

Pool = Literal["threads", "processes"]


@contextmanager
def pool_of(workers: int, pool: Pool, scheduler: Any) -> Iterator[tuple[Executor, int]]:
    """Open a pool of workers.

    Parameters
    ----------
    workers
        Blocks that run at once; with a scheduler it decides instead.
    pool
        ``"threads"`` share memory and suit most machines, since the kernels leave Python's lock; ``"processes"`` are for
        stage functions that do not.
    scheduler
        Address of a dask scheduler (``"tcp://host:8786"``) or a ``distributed.Client``; every worker must see the
        folder of the series and the scans under the same paths.

    Yields
    ------
    tuple
        The pool, and how many blocks to keep in flight.
    """
    if workers < 1:
        raise SchemaError("a series needs at least one worker", found=str(workers))
    if scheduler is not None:
        with _cluster(scheduler) as opened:
            yield opened
        return
    executor: Executor
    if pool == "processes":
        executor = ProcessPoolExecutor(
            workers, mp_context=multiprocessing.get_context("spawn"), initializer=_ignore_interrupts
        )
    else:
        executor = ThreadPoolExecutor(workers, thread_name_prefix="series")
    try:
        yield executor, workers
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _cluster(scheduler: Any) -> Iterator[tuple[Executor, int]]:
    distributed = require("distributed", extra="distributed")
    own = isinstance(scheduler, str)
    client = distributed.Client(scheduler, timeout="10s") if own else scheduler
    try:
        threads = sum(worker["nthreads"] for worker in client.scheduler_info(n_workers=-1)["workers"].values())
        if not threads:
            raise SchemaError(
                "the scheduler needs workers", found="none", todo="Start some with: dask worker tcp://HOST:8786"
            )
        executor = client.get_executor(pure=False, retries=0)
        try:
            yield executor, threads
        finally:
            executor.shutdown(wait=True)
    finally:
        if own:
            client.close()


def _ignore_interrupts() -> None:
    """Ctrl-C reaches every process of a terminal; only the one that leads the series answers it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
