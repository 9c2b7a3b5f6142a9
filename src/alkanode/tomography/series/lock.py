"""One run at a time in a folder: two with different configurations would undo each other's work."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alkanode.tomography.series.failures import SeriesError

NAME = "running.lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder of a series.

    Raises
    ------
    SeriesError
        While another run holds it. What a killed run left is taken over.
    """
    file = folder / NAME
    _take(file)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _take(file: Path) -> None:
    text = json.dumps({"process": os.getpid(), "machine": platform.node()})
    for _ in range(2):
        try:
            with file.open("x", encoding="utf-8") as stream:
                stream.write(text)
                return
        except FileExistsError:
            if (holder := _holder(file)) is not None:
                raise SeriesError(
                    f"one run at a time may write into {file.parent}",
                    found=holder,
                    todo=f"Wait for it, or remove {file.name} if that run is gone",
                ) from None
            file.unlink(missing_ok=True)
    raise SeriesError(f"one run at a time may write into {file.parent}", found="another that began at the same moment")


def _holder(file: Path) -> str | None:
    """Who holds the folder; ``None`` when that run is known to be gone."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        process, machine = int(content["process"]), str(content["machine"])
    except (OSError, ValueError, KeyError, TypeError):
        # killed between making and filling the file
        return None
    if machine != platform.node():
        return f"process {process} on {machine}"
    if process == os.getpid():
        return "this process"
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return f"process {process}"
