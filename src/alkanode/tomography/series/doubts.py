"""Collect the warnings of each block, in whichever thread or process it runs.

Python keeps one hook for all threads. While any block runs here, the hook is ours: a :class:`DataQualityWarning` of a
thread that collects goes to its list, every other warning goes where it went before.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from alkanode.foundation.errors import AlkanodeWarning

_lock = threading.Lock()
_here = threading.local()
_users: list[object] = []
_saved: list[warnings.catch_warnings[Any]] = []


@contextmanager
def collected() -> Iterator[list[str]]:
    """Collect the warnings of alkanode that this thread gives; the list holds each text once."""
    texts: list[str] = []
    token = object()
    _enter(token)
    outer = getattr(_here, "texts", None)
    _here.texts = texts
    try:
        yield texts
    finally:
        _here.texts = outer
        _leave(token)


def _enter(token: object) -> None:
    with _lock:
        _users.append(token)
        if len(_users) > 1:
            return
        guard: warnings.catch_warnings[Any] = warnings.catch_warnings()
        guard.__enter__()
        _saved.append(guard)
        before = warnings.showwarning

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            texts = getattr(_here, "texts", None)
            if texts is None or not issubclass(category, AlkanodeWarning):
                before(message, category, filename, lineno, file, line)
            elif str(message) not in texts:
                texts.append(str(message))

        warnings.showwarning = show
        warnings.simplefilter("always", AlkanodeWarning)


def _leave(token: object) -> None:
    with _lock:
        _users.remove(token)
        if not _users:
            _saved.pop().__exit__(None, None, None)
