"""The error of a series that cannot go on, and what is kept of a part that failed."""

from __future__ import annotations

import errno
import shutil
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from alkanode.foundation.errors import AlkanodeError

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})


class SeriesError(AlkanodeError, RuntimeError):
    """A series of scans cannot go on; what is done stays done."""


class OtherSeriesError(SeriesError):
    """The folder of a series holds one of other scans; nothing was touched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why one part of a series was not made.

    Attributes
    ----------
    kind
        Name of the error, for example ``"PhysicsError"``; ``"waits"`` where only a part before it failed.
    message
        What the error says.
    detail
        Where it came from, for errors that are no :class:`AlkanodeError`.
    """

    kind: str
    message: str
    detail: str = ""

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """What is kept of an error."""
        known = isinstance(error, AlkanodeError)
        detail = "" if known else "".join(traceback.format_exception(error))[-4000:]
        return cls(kind=type(error).__name__, message=str(error) or repr(error), detail=detail)


def no_room(error: BaseException) -> bool:
    """Whether an error, or what caused it, says that the disk takes no more."""
    return any(isinstance(cause, OSError) and cause.errno in _NO_ROOM for cause in _chain(error))


def disk_full(folder: Path, error: BaseException) -> SeriesError:
    """The error of a series whose disk takes no more."""
    try:
        free = f" ({shutil.disk_usage(folder).free / 1e9:.1f} GB free)"
    except OSError:
        free = ""
    return SeriesError(
        f"the disk of {folder} must take what the series makes",
        found=f"{error}{free}",
        todo="Make room and run again: it goes on where it stopped",
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
