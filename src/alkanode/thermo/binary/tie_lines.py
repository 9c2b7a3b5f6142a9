"""Phase equilibria of a binary alloy: amounts of phases, tie lines, invariant temperatures.

Compositions go in as alloys or as mole fractions of the second element of the assessment (Na in Na-K and Li-Na, Li in
Li-K); records carry mole and mass fractions of the **first** (K, Li, K; attribute ``element``), as the papers on Na-K
anodes plot them. Phases in results of Na-K are ``liquid``, ``bcc_Na``, ``bcc_K``, ``Na2K``; where a liquid unmixes its
two branches are named as those of the bcc solution, ``liquid_Li`` and ``liquid_Na``.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.binary.lever_rule import ABSENT
from alkanode.thermo.binary.phase_map import Invariant, phase_map
from alkanode.thermo.binary.suspension import phase_names
from alkanode.thermo.conditions import (
    Array,
    CompositionLike,
    TemperatureLike,
    first_mass_fraction,
    second_fraction,
    temperatures,
)
from alkanode.thermo.provenance import mark, rest_on


def liquid_fraction(
    temperature: TemperatureLike,
    composition: CompositionLike,
    *,
    system: str | Assessment = "Na-K",
    suspend: tuple[str, ...] = (),
) -> Array:
    """Fraction of all atoms that is in the liquid at equilibrium.

    Parameters
    ----------
    temperature
        K, or text such as ``"25 degC"``; broadcasts with ``composition``. Give a grid as ``T[:, None], x[None, :]``:
        tie lines are solved once per entry of ``temperature``.
    composition
        Mole fraction of the second element (Na in Na-K), 0 to 1, or an alloy.
    system
        Shipped system or an assessment.
    suspend
        Phases kept out of equilibrium: a compound that is slow to form, ``("Na2K",)``, or a solution as long as one is
        left, ``("bcc_A2",)`` for the metastable liquid.

    Returns
    -------
    ndarray
        Broadcast shape, 0 to 1. At exactly an invariant temperature the amounts are undetermined; the value of just
        above it is returned.

    Raises
    ------
    PhysicsError
        For a temperature outside the functions' range, a composition that is none, or an unknown phase.

    Warns
    -----
    ExtrapolationWarning
        Outside the temperatures for which the assessment was made.

    Examples
    --------
    >>> from alkanode.materials import Alloy
    >>> float(liquid_fraction("25 degC", Alloy.from_name("NaK50")))
    1.0
    >>> [round(float(f), 3) for f in liquid_fraction([270.0, 290.0], 0.05)]
    [0.0, 0.057]
    """
    assessment = load_assessment(system)
    t = temperatures(temperature, assessment)
    x = second_fraction(composition, assessment)
    return phase_map(assessment, phase_names(suspend)).tie_lines(t).liquid_fraction(x)


def phase_fractions(
    temperature: TemperatureLike,
    composition: CompositionLike,
    *,
    system: str | Assessment = "Na-K",
    suspend: tuple[str, ...] = (),
) -> xr.Dataset:
    """Amounts of all phases on a grid of temperatures and compositions.

    Parameters
    ----------
    temperature
        One or several temperatures: K, text, or a sequence.
    composition
        An alloy, or one or several mole fractions of the second element.
    system, suspend
        As :func:`liquid_fraction`.

    Returns
    -------
    Dataset
        ``phase_fraction`` (temperature, composition, phase), which sums to 1 over ``phase``; ``mole_fraction`` and
        ``mass_fraction`` of the first element over ``composition``.

    Raises
    ------
    PhysicsError
        As :func:`liquid_fraction`.

    Examples
    --------
    >>> amounts = phase_fractions(270.0, [0.3, 0.9])
    >>> [str(name) for name in amounts.phase.values]
    ['liquid', 'bcc_Na', 'bcc_K', 'Na2K']
    """
    assessment = load_assessment(system)
    t = np.atleast_1d(temperatures(temperature, assessment)).ravel()
    x = np.atleast_1d(second_fraction(composition, assessment)).ravel()
    lines = phase_map(assessment, phase_names(suspend)).tie_lines(t[:, None])
    amounts = np.stack([lines.fraction(branch, x[None, :]) for branch in lines.branches], axis=-1)
    record = xr.Dataset(
        {"phase_fraction": (("temperature", "composition", "phase"), amounts)},
        coords={
            "temperature": t,
            "phase": list(lines.branches),
            "mole_fraction": ("composition", 1 - x),
            "mass_fraction": ("composition", first_mass_fraction(x, assessment)),
        },
    )
    _mark_common(record, assessment)
    mark(record, "phase_fraction", "phase_fraction", "Atoms in one phase over all atoms")
    rest_on(record, assessment, phase_names(suspend))
    return record


def tie_line_table(
    temperature: TemperatureLike, *, system: str | Assessment = "Na-K", suspend: tuple[str, ...] = ()
) -> xr.Dataset:
    """Tie lines over temperature.

    Parameters
    ----------
    temperature
        One or several temperatures: K, text, or a sequence.
    system, suspend
        As :func:`liquid_fraction`.

    Returns
    -------
    Dataset
        ``mole_fraction`` and ``mass_fraction`` of the first element and the ``phase`` names over (temperature, tie_line,
        end), ends and tie lines from rich to poor in it; ``exists`` (temperature, tie_line) is false, the fractions NaN and the names empty, where a
        temperature has fewer tie lines than the longest.

    Raises
    ------
    PhysicsError
        As :func:`liquid_fraction`.
    """
    assessment = load_assessment(system)
    t = np.atleast_1d(temperatures(temperature, assessment)).ravel()
    lines = phase_map(assessment, phase_names(suspend)).tie_lines(t)
    x = np.moveaxis(np.stack([lines.left, lines.right]), (0, 1, 2), (2, 1, 0))
    number = np.moveaxis(np.stack([lines.left_branch, lines.right_branch]), (0, 1, 2), (2, 1, 0))
    exists = x[..., 0] != ABSENT[0]
    used = np.flatnonzero(exists.any(axis=0))
    x, number, exists = x[:, used], number[:, used], exists[:, used]
    x = np.where(exists[..., None], x, np.nan)
    dims = ("temperature", "tie_line", "end")
    record = xr.Dataset(
        {
            "mole_fraction": (dims, 1 - x),
            "mass_fraction": (dims, first_mass_fraction(x, assessment)),
            "phase": (dims, np.array([*lines.branches, ""])[number]),
            "exists": (dims[:2], exists),
        },
        coords={"temperature": t, "end": [f"{symbol}-rich" for symbol in assessment.elements]},
    )
    _mark_common(record, assessment)
    rest_on(record, assessment, phase_names(suspend))
    return record


def invariants(system: str | Assessment = "Na-K", *, suspend: tuple[str, ...] = ()) -> tuple[Invariant, ...]:
    """Temperatures at which phases meet: three in equilibrium, melting points, consolute points.

    Parameters
    ----------
    system, suspend
        As :func:`liquid_fraction`.

    Returns
    -------
    tuple of Invariant
        From low to high temperature: ``kind`` (``"eutectic"``, ``"monotectic"``, ``"melting"``, ``"consolute"`` and others,
        see :class:`Invariant`), ``temperature`` (K), ``branches`` (phase names) and ``compositions`` (mole fractions of
        the second element, increasing).

    Examples
    --------
    >>> [(point.kind, round(point.temperature, 2)) for point in invariants("Na-K")][:2]
    [('eutectic', 260.53), ('peritectic', 280.05)]
    >>> [point.kind for point in invariants("Li-Na")]
    ['eutectic', 'melting', 'monotectic', 'melting', 'consolute']
    """
    return phase_map(load_assessment(system), phase_names(suspend)).invariants


def _mark_common(record: xr.Dataset, assessment: Assessment) -> None:
    first = assessment.elements[0]
    mark(record, "temperature", "temperature", "Temperature")
    mark(record, "mole_fraction", "mole_fraction", f"Atoms of {first} over all atoms", element=first)
    mark(record, "mass_fraction", "mass_fraction", f"Mass of {first} over the whole mass", element=first)
