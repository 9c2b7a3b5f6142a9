"""Numbers that an experiment gives, straight from a built model: for fits, searches and tables that run it thousands of times.

A :class:`~alkanode.cell_models.observables.quick_cell.QuickCell` is one cell on one built model. It keeps no history; a strip to
the cut-off costs some ten milliseconds. :func:`alkanode.cell_models.simulate` gives everything else of a run.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from alkanode.cell_models.observables.names import OBSERVABLES

_LATE = {"QuickCell": "alkanode.cell_models.observables.quick_cell"}

__all__ = ["OBSERVABLES", "QuickCell"]


def __getattr__(name: str) -> Any:
    """``QuickCell`` is loaded, with PyBaMM, when it is first asked for."""
    if name in _LATE:
        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
