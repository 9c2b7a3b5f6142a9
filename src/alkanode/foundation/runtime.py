"""Optional imports and progress objects."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Protocol, TextIO

from alkanode.foundation.errors import MissingExtraError

if TYPE_CHECKING:
    from types import ModuleType


def require(module: str, *, extra: str) -> ModuleType:
    """Import an optional package, or say how to install it.

    Parameters
    ----------
    module
        Import name, for example ``"pycalphad"``.
    extra
        The extra of alkanode that brings it, for example ``"calphad"``.

    Returns
    -------
    module

    Raises
    ------
    MissingExtraError
        When the package is not installed; the message holds the install line.
    """
    try:
        return importlib.import_module(module)
    except ImportError as cause:
        raise MissingExtraError(
            f"this needs the package {module!r}",
            found="it is not installed",
            todo=f'Install it with: pip install "alkanode[{extra}]"',
        ) from cause


class Progress(Protocol):
    """What a slow function reports to; the caller chooses what becomes of it."""

    def update(self, done: int, total: int, what: str) -> None:
        """Say that ``done`` of ``total`` parts of ``what`` are finished."""
        ...


class NoProgress:
    """Reports nothing (the default of every function)."""

    def update(self, done: int, total: int, what: str) -> None:
        """Ignore the report."""


class TextProgress:
    """One line on a terminal, rewritten in place; on anything else one line per finished task."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._live = self._stream.isatty()

    def update(self, done: int, total: int, what: str) -> None:
        """Write ``what: done/total``."""
        finished = done >= total
        if self._live:
            self._stream.write(f"\r\x1b[2K{what}: {done}/{total}" + ("\n" if finished else ""))
        elif finished:
            self._stream.write(f"{what}: {total}/{total}\n")
        self._stream.flush()
