"""Equilibria of three elements as a record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.materials import Alloy, Composition
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.conditions import Array, CompositionLike, TemperatureLike, temperatures
from alkanode.thermo.gibbs.model import ternary_model
from alkanode.thermo.provenance import mark, rest_on
from alkanode.thermo.ternary.kernel import SMALLEST_AMOUNT, Equilibria, equilibrate
from alkanode.thermo.ternary.suspension import checked_suspension

TernaryLike: TypeAlias = "CompositionLike | Sequence[Alloy | Composition] | xr.DataArray"

_SUM = 1e-6


def ternary_equilibrium(
    temperature: TemperatureLike,
    composition: TernaryLike,
    *,
    elements: Sequence[str] | None = None,
    system: str | Assessment = "Li-Na-K",
    suspend: tuple[str, ...] = (),
) -> xr.Dataset:
    """Phases, their compositions and the chemical potentials of alloys of three metals.

    Parameters
    ----------
    temperature
        K, or text such as ``"25 degC"``; one, or one per state.
    composition
        An alloy, a sequence of alloys, or mole fractions (state, element) that sum to 1; zeros are allowed. One, or one
        per state.
    elements
        Order of the elements in an array of mole fractions, for example ``("Li", "Na", "K")``. Needed for a bare array;
        alloys and a DataArray with a coordinate ``element`` say it themselves.
    system
        Shipped ternary system or an assessment.
    suspend
        Phases of the assessment that are kept from forming, for example ``("Na2K",)`` or ``("bcc_A2",)``: the equilibrium
        is then metastable.

    Returns
    -------
    Dataset
        Kind ``ternary_equilibrium``: ``temperature`` (state) K; ``mole_fraction`` (state, element); ``phase_fraction``
        (state, phase); ``phase_mole_fraction`` (state, phase, element), NaN where the phase is absent;
        ``chemical_potential`` (state, element) J mol-1 against the stable pure elements, minus infinity where an element is
        absent. Phases are ``liquid``, ``bcc_K``, ``bcc_Li``, ``bcc_Na`` and ``Na2K``; two liquids in one state are named
        after the elements that they are richer in, for example ``liquid_Li`` and ``liquid_Na``.

    Raises
    ------
    PhysicsError
        For fractions that are negative or do not sum to 1, unknown elements or phases, or a temperature outside the range
        of the functions.
    ConvergenceError
        When the phases of a state do not settle.

    Warns
    -----
    ExtrapolationWarning
        Outside the temperatures for which the assessment was made.

    Notes
    -----
    No phase has to be named: the lowest plane under all Gibbs energies is found on a net of compositions, then made exact
    by Newton's method and checked against every phase. Amounts below 1e-12 of all atoms are not told from nothing.

    Examples
    --------
    >>> state = ternary_equilibrium(300.0, [0.01, 0.70, 0.29], elements=("Li", "Na", "K"))
    >>> state.phase_fraction.sel(phase=["liquid", "bcc_Li"]).values.round(2).tolist()
    [[0.99, 0.01]]
    """
    assessment = load_assessment(system)
    model = ternary_model(assessment)
    left_out = checked_suspension(suspend, assessment)
    t = np.ravel(temperatures(temperature, assessment))
    x = np.atleast_2d(mole_fractions(composition, elements, assessment))
    if len(t) != len(x) and 1 not in (len(t), len(x)):
        raise PhysicsError(
            "one temperature per state is needed, or one for all", found=f"{len(t)} temperatures, {len(x)} compositions"
        )
    count = max(len(t), len(x)) if min(len(t), len(x)) else 0
    t, x = np.broadcast_to(t, count).copy(), np.broadcast_to(x, (count, 3)).copy()
    record = _record(equilibrate(model, t, x, left_out), t, x, assessment)
    rest_on(record, assessment, left_out)
    return label(record, "ternary_equilibrium")


def _record(found: Equilibria, t: Array, x: Array, assessment: Assessment) -> xr.Dataset:
    gap = [name for name in found.phases if name.startswith("liquid_")]
    shown = [n for n, name in enumerate(found.phases) if name not in gap or found.fractions[:, n].any()]
    record = xr.Dataset(
        {
            "temperature": ("state", t),
            "mole_fraction": (("state", "element"), x),
            "phase_fraction": (("state", "phase"), found.fractions[:, shown]),
            "phase_mole_fraction": (("state", "phase", "element"), found.compositions[:, shown]),
            "chemical_potential": (("state", "element"), found.potentials),
        },
        coords={"element": list(assessment.elements), "phase": [found.phases[n] for n in shown]},
        attrs={"system": assessment.system, "smallest_amount": SMALLEST_AMOUNT},
    )
    mark(record, "phase_mole_fraction", "mole_fraction", "Atoms of one element over the atoms of one phase")
    return record


def mole_fractions(composition: TernaryLike, elements: Sequence[str] | None, assessment: Assessment) -> Array:
    """Mole fractions (..., element) in the order of an assessment of three elements.

    Parameters
    ----------
    composition, elements
        As :func:`ternary_equilibrium`.
    assessment
        Gives the order.

    Returns
    -------
    ndarray

    Raises
    ------
    PhysicsError
        As :func:`ternary_equilibrium`.
    """
    if isinstance(composition, Alloy | Composition):
        return _of_alloy(composition, assessment)
    if isinstance(composition, list | tuple) and any(isinstance(part, Alloy | Composition) for part in composition):
        return np.stack([_of_alloy(part, assessment) for part in composition])
    if isinstance(composition, xr.DataArray) and "element" in composition.coords:
        elements = [str(symbol) for symbol in composition.element.to_numpy()]
        composition = composition.transpose(..., "element").to_numpy()
    try:
        x = np.asarray(composition, dtype=np.float64)
    except (TypeError, ValueError) as cause:
        raise PhysicsError("mole fractions as numbers, or alloys, are needed", found=repr(composition)[:80]) from cause
    if elements is None or sorted(elements) != sorted(assessment.elements):
        raise PhysicsError(
            f"the order of the elements {', '.join(assessment.elements)} in the array is needed",
            found="none" if elements is None else ", ".join(elements),
            todo="Write elements=('Li', 'Na', 'K'), or give alloys",
        )
    if x.ndim == 0 or x.shape[-1] != len(assessment.elements):
        raise PhysicsError("mole fractions of three elements along the last axis are needed", found=f"shape {x.shape}")
    _check_fractions(x)
    return x[..., [list(elements).index(symbol) for symbol in assessment.elements]]


def _check_fractions(x: Array) -> None:
    bad = ~((x >= 0) & (x <= 1)).all(axis=-1) | ~(np.abs(x.sum(axis=-1) - 1) <= _SUM)
    if bad.any():
        first = x[bad].reshape(-1, x.shape[-1])[0]
        raise PhysicsError(
            "mole fractions from 0 to 1 that sum to 1 are needed",
            found=f"{', '.join(f'{value:g}' for value in first)} (sum {first.sum():g})",
        )


def _of_alloy(value: Alloy | Composition, assessment: Assessment) -> Array:
    if not isinstance(value, Alloy | Composition):
        raise PhysicsError("alloys only, or numbers only, are needed", found=repr(value))
    composition = value.composition if isinstance(value, Alloy) else value
    others = set(composition.elements) - set(assessment.elements)
    if others:
        raise PhysicsError(
            f"an alloy of {', '.join(assessment.elements)} is needed by {assessment.name}",
            found=f"{composition} with {', '.join(sorted(others))}",
        )
    present = composition.elements
    return np.array([composition.mole_fraction(e) if e in present else 0.0 for e in assessment.elements])
