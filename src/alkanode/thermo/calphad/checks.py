"""What is checked of a user's states and of pycalphad's answers; no pycalphad here."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import ConvergenceError, DataQualityWarning, ExtrapolationWarning, PhysicsError
from alkanode.thermo.calphad.energies import check_energies, elements_of, function_range
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


def chosen_elements(database: Any, elements: Sequence[str], count: int) -> tuple[str, ...]:
    """Elements in capitals, after they were counted and looked up in the database."""
    given = (elements,) if isinstance(elements, str) else tuple(elements or ())
    wanted = tuple(str(symbol).upper() for symbol in given)
    known = sorted(database.elements - {"VA", "/-"})
    if len(set(wanted)) != count or len(wanted) != count or not set(wanted) <= set(known):
        raise PhysicsError(
            f"{count} different elements of the database are needed",
            found=", ".join(wanted) or "none",
            todo=f"It has {', '.join(known) or 'no elements: is the file whole?'}",
        )
    return wanted


def chosen_phases(database: Any, elements: tuple[str, ...], phases: Sequence[str] | str | None) -> tuple[str, ...]:
    """Phases to compute with, in capitals, after they were looked up and their Gibbs energies were checked."""
    given = (phases,) if isinstance(phases, str) else tuple(phases or ())
    wanted = tuple(dict.fromkeys(str(name).upper() for name in given))
    known = sorted(database.phases)
    unknown = [name for name in wanted if name not in known]
    if unknown or not known:
        raise PhysicsError(
            "phases of the database are needed",
            found=", ".join(unknown) or "a database without phases",
            todo=f"It has {', '.join(known)}" if known else "Is the file whole?",
        )
    wanted = wanted or tuple(known)
    for symbol in elements:
        if not any(symbol in elements_of(database.phases[name]) for name in wanted):
            raise PhysicsError(
                f"a phase that can hold {symbol} is needed",
                found=f"{', '.join(wanted)}, of which none lists it as a constituent",
            )
    check_energies(database, elements, wanted)
    return wanted


def check_temperatures(database: Any, temperature: Array, elements: tuple[str, ...], phases: tuple[str, ...]) -> None:
    """Temperatures above 0 K, or an error; a warning outside the range of the functions, which are extrapolated."""
    if not temperature.size or not (np.isfinite(temperature) & (temperature > 0)).all():
        bad = temperature[~(np.isfinite(temperature) & (temperature > 0))]
        raise PhysicsError("temperatures above 0 K are needed", found=f"{bad.flat[0]:g} K" if bad.size else "none")
    low, high = function_range(database, elements, phases)
    outside = temperature[(temperature < low) | (temperature > high)]
    if outside.size:
        warnings.warn(
            f"the Gibbs energies of the database hold from {low:g} to {high:g} K; {outside.flat[0]:g} K is extrapolated"
            " (a bare number is in kelvin)",
            ExtrapolationWarning,
            stacklevel=3,
        )


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
