"""What is checked of a user's states and of pycalphad's answers; no pycalphad here."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import ConvergenceError, DataQualityWarning, PhysicsError
from alkanode.thermo.conditions import Array

SUM = 1e-6
"""How far fractions may be from a sum of 1."""


def failed_points(amounts: Array, t: Array, x: Array, failed: str) -> npt.NDArray[np.bool_]:
    """Points whose phases do not sum to 1, raised or warned about."""
    total = amounts.sum(axis=-1)
    wrong: npt.NDArray[np.bool_] = ~(np.abs(total - 1) < SUM)
    if wrong.any():
        i, j = (int(index[0]) for index in np.nonzero(wrong))
        if failed == "raise":
            raise ConvergenceError(
                "pycalphad must find phases that sum to 1 at every point",
                found=f"a sum of {total[i, j]:g} at {t[i]:g} K, mole fraction {x[j]:g} ({wrong.sum()} such points)",
                todo="Move the point slightly, restrict the phases, or pass failed='mask'",
            )
        warnings.warn(
            f"pycalphad found no equilibrium at {wrong.sum()} of {wrong.size} points, the first at {t[i]:g} K and mole "
            f"fraction {x[j]:g}; they are NaN",
            DataQualityWarning,
            stacklevel=3,
        )
    return wrong


def chosen_phases(database: Any, elements: tuple[str, ...], phases: tuple[str, ...] | None) -> tuple[str, ...]:
    """Phases to compute with, after elements and phases were looked up in the database."""
    missing = [symbol for symbol in elements if symbol not in database.elements]
    known = sorted(database.phases)
    unknown = [name for name in phases or () if name not in known]
    if missing or unknown:
        raise PhysicsError(
            "elements and phases of the database are needed",
            found=", ".join([*missing, *unknown]),
            todo=f"It has elements {', '.join(sorted(database.elements))} and phases {', '.join(known)}",
        )
    return phases or tuple(known)


def check_states(x: Array, elements: tuple[str, ...]) -> None:
    """Mole fractions that are positive and sum to 1, or an error."""
    if x.ndim != 2 or x.shape[1] != len(elements):
        raise PhysicsError(f"mole fractions of {', '.join(elements)} per state are needed", found=f"shape {x.shape}")
    bad = ~((x > 0).all(axis=-1) & (np.abs(x.sum(axis=-1) - 1) <= SUM))
    if bad.any():
        raise PhysicsError(
            "positive mole fractions that sum to 1 are needed",
            found=", ".join(f"{value:g}" for value in x[bad][0]),
        )


def report_failed_states(wrong: npt.NDArray[np.bool_], t: Array, x: Array, failed: str) -> None:
    """Raise or warn about states without equilibrium."""
    if not wrong.any():
        return
    where = f"{t[wrong][0]:g} K and mole fractions {np.array2string(x[wrong][0], precision=4)}"
    if failed == "raise":
        raise ConvergenceError(
            "pycalphad must find phases that sum to 1 at every state",
            found=f"none at {where} ({wrong.sum()} such states)",
            todo="Move the state slightly, restrict the phases, or pass failed='mask'",
        )
    warnings.warn(
        f"pycalphad found no equilibrium at {wrong.sum()} of {wrong.size} states, the first at {where}; they are NaN",
        DataQualityWarning,
        stacklevel=3,
    )
