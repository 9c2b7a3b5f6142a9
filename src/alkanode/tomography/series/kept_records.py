"""Small records of a series, kept in memory after they were read once.

Every block of a step looks at the axis, the motion or the noise of its scan, and reading a small file costs more than the
reading of its numbers. A file that was written anew is read anew.
"""

from __future__ import annotations

import threading
from pathlib import Path

import xarray as xr

from alkanode.data.store import open_saved

_LARGEST = 2**20
"""Bytes of a record that is kept; maps of an interface are larger and are read each time."""
_MOST = 128

_kept: dict[tuple[str, int, int], xr.Dataset] = {}
_lock = threading.Lock()


def open_record(path: Path) -> xr.Dataset:
    """A record that a step wrote, in memory; the caller may change it.

    Raises
    ------
    ReaderError
        When it is absent, or damaged.
    """
    try:
        stat = path.stat()
        key = (str(path), stat.st_mtime_ns, stat.st_size)
    except OSError:
        key = ("", 0, 0)
    with _lock:
        known = _kept.get(key)
    if known is None:
        opened = open_saved(path)
        assert isinstance(opened, xr.Dataset)
        if opened.nbytes > _LARGEST:
            return opened
        known = opened
        with _lock:
            while len(_kept) >= _MOST:
                _kept.pop(next(iter(_kept)))
            _kept[key] = known
    return known.copy(deep=True)
