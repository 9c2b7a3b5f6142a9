"""Equilibria of a binary alloy as a record, state by state and without a phase map."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.binary.branches import branch_names
from alkanode.thermo.binary.equilibrium import Equilibria, equilibrate
from alkanode.thermo.binary.suspension import checked_suspension
from alkanode.thermo.conditions import (
    Array,
    CompositionLike,
    TemperatureLike,
    first_mass_fraction,
    second_fraction,
    temperatures,
)
from alkanode.thermo.gibbs.model import gibbs_model
from alkanode.thermo.provenance import mark, rest_on


def binary_equilibrium(
    temperature: TemperatureLike,
    composition: CompositionLike,
    *,
    system: str | Assessment = "Na-K",
    suspend: tuple[str, ...] = (),
) -> xr.Dataset:
    """Phases, their compositions and the chemical potentials at states of a binary alloy.

    Parameters
    ----------
    temperature
        K, or text such as ``"25 degC"``; broadcasts with ``composition``.
    composition
        Mole fraction of the second element (Na in Na-K), 0 to 1, or an alloy.
    system
        Shipped system or an assessment.
    suspend
        Phases kept out of equilibrium, as for :func:`liquid_fraction`.

    Returns
    -------
    Dataset
        Kind ``binary_equilibrium``, the broadcast input in one dimension ``state``: ``temperature`` (state) K;
        ``mole_fraction`` and ``mass_fraction`` (state) of the first element; ``phase_fraction`` (state, phase), which sums
        to 1; ``phase_mole_fraction`` (state, phase) of the first element, NaN where a phase is absent;
        ``chemical_potential`` (state, element), J mol-1 against the stable pure elements, minus infinity where an element
        is absent.

    Raises
    ------
    PhysicsError
        For a temperature outside the functions' range, a composition that is none, or an unknown phase.
    ConvergenceError
        When a state finds no equilibrium.

    Warns
    -----
    ExtrapolationWarning
        Outside the temperatures for which the assessment was made.

    Notes
    -----
    The lower hull and Newton's method at every state; nothing is shared with the tables behind :func:`liquid_fraction`
    and :func:`phase_fractions`, which are ten to forty times faster on a grid, so that either checks the other. Within
    1e-4 K of a consolute point, where the gap is narrower than 0.001, amounts are good to about 0.01.

    Examples
    --------
    >>> state = binary_equilibrium([270.0, 298.15], [0.8, 0.1])
    >>> state.phase_fraction.sel(phase=["Na2K", "liquid"]).values.round(2).tolist()
    [[0.58, 0.0], [0.0, 0.61]]
    """
    assessment = load_assessment(system)
    model = gibbs_model(assessment)
    left_out = checked_suspension(model, suspend)
    t, x = np.broadcast_arrays(temperatures(temperature, assessment), second_fraction(composition, assessment))
    t, x = np.ravel(t).copy(), np.ravel(x).copy()
    found = equilibrate(model, t, x, left_out)
    names, amount, place = _by_branch(found, assessment)
    record = xr.Dataset(
        {
            "temperature": ("state", t),
            "mole_fraction": ("state", 1 - x),
            "mass_fraction": ("state", first_mass_fraction(x, assessment)),
            "phase_fraction": (("state", "phase"), amount),
            "phase_mole_fraction": (("state", "phase"), 1 - place),
            "chemical_potential": (("state", "element"), found.potentials),
        },
        coords={"phase": list(names), "element": list(assessment.elements)},
        attrs={"system": assessment.system},
    )
    first = assessment.elements[0]
    mark(record, "phase_mole_fraction", "mole_fraction", f"Atoms of {first} over the atoms of one phase", element=first)
    for name in ("mole_fraction", "mass_fraction"):
        record[name].attrs["element"] = first
    rest_on(record, assessment, left_out)
    return label(record, "binary_equilibrium")


def _by_branch(found: Equilibria, assessment: Assessment) -> tuple[tuple[str, ...], Array, Array]:
    """Names of the phases, and over (state, phase) their amounts and compositions (NaN where absent)."""
    ends = (
        (found.left, found.x_left, 1 - found.right_fraction),
        (found.right, found.x_right, found.right_fraction),
    )
    second = ~found.single & (found.right_fraction > 0)
    names: list[str] = []
    amounts: list[Array] = []
    places: list[Array] = []
    for number, phase in enumerate(found.phases):
        compound = assessment.phase(phase).model == "compound"
        bare, rich_in_first, rich_in_second = branch_names(phase, assessment)
        branches = [(phase, 0)] if compound else [(bare, 0), (rich_in_second, 1), (rich_in_first, -1)]
        for name, side in branches:
            amount, place = np.zeros(found.x_left.shape), np.full(found.x_left.shape, np.nan)
            for index, (end, x, share) in enumerate(ends):
                here = (end == number) & (compound | (found.sides[index] == side))
                here &= second if index else (share > 0)
                amount, place = np.where(here, share, amount), np.where(here, x, place)
            if amount.any() or compound or (side and phase != "liquid"):
                names.append(name)
                amounts.append(amount)
                places.append(place)
    return tuple(names), np.stack(amounts, axis=-1), np.stack(places, axis=-1)
