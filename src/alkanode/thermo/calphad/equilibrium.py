"""Equilibria of a user's own database at given states, point by point with pycalphad."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.runtime import require
from alkanode.thermo.calphad.checks import (
    SUM,
    check_states,
    check_temperatures,
    chosen_elements,
    chosen_phases,
    failed_points,
    report_failed_states,
)
from alkanode.thermo.calphad.database import PRESSURE, computed
from alkanode.thermo.conditions import Array, TemperatureLike, kelvin, real_numbers
from alkanode.thermo.provenance import mark

if TYPE_CHECKING:
    from pycalphad import Database


def equilibrium_phase_fractions(
    database: Database,
    temperature: TemperatureLike,
    mole_fraction: npt.ArrayLike,
    *,
    elements: tuple[str, ...] = ("K", "NA"),
    phases: tuple[str, ...] | None = None,
    failed: Literal["raise", "mask"] = "raise",
) -> xr.Dataset:
    """Amounts of phases of a binary section, point by point with pycalphad.

    Parameters
    ----------
    database
        From :func:`open_database`.
    temperature
        K or text, shape t.
    mole_fraction
        Mole fraction of the second of ``elements``, shape x, strictly between 0 and 1.
    elements
        The two elements, as the database writes them.
    phases
        Phases that may appear; ``None`` allows all of the database.
    failed
        What to do with points where pycalphad finds no equilibrium, which happens near phase boundaries: ``"raise"``,
        or ``"mask"`` them with NaN and warn with their number.

    Returns
    -------
    Dataset
        ``phase_fraction`` (temperature, composition, phase), phases named as in the database and summed over
        composition sets; ``mole_fraction`` (composition) of the second element.

    Raises
    ------
    PhysicsError
        For elements or phases that the database lacks, or a pure end.
    ConvergenceError
        When a point has no equilibrium or its phases do not sum to 1 (and ``failed="raise"``).
    MissingExtraError
        When pycalphad is not installed.

    Warns
    -----
    DataQualityWarning
        When points were masked.
    """
    pycalphad = require("pycalphad", extra="calphad")
    variables = require("pycalphad.variables", extra="calphad")
    t, x = np.atleast_1d(kelvin(temperature)), np.atleast_1d(real_numbers(mole_fraction, "mole fraction"))
    elements = chosen_elements(database, elements, 2)
    wanted = chosen_phases(database, elements, phases)
    check_temperatures(database, t, elements, wanted)
    if not x.size or not ((x > 0) & (x < 1)).all():
        found = f"{x.min():g} to {x.max():g}" if x.size else "none"
        raise PhysicsError("mole fractions strictly between 0 and 1 are needed", found=found)
    conditions = {variables.N: 1, variables.P: PRESSURE, variables.T: t, variables.X(elements[1]): x}
    result = computed(pycalphad.equilibrium, database, [*elements, "VA"], list(wanted), conditions)
    axes = ("T", f"X_{elements[1]}", "vertex")
    names, amounts = (result[name].squeeze(("N", "P")).transpose(*axes).to_numpy() for name in ("Phase", "NP"))
    amounts = np.where(names == "", 0.0, amounts)
    amounts[failed_points(amounts, t, x, failed)] = np.nan
    record = xr.Dataset(
        {
            "phase_fraction": (
                ("temperature", "composition", "phase"),
                np.stack([np.where(names == name, amounts, 0 * amounts).sum(axis=-1) for name in wanted], axis=-1),
            )
        },
        coords={"temperature": t, "mole_fraction": ("composition", x), "phase": list(wanted)},
        attrs={"label": f"computed by pycalphad {pycalphad.__version__} from the given database"},
    )
    mark(record, "temperature", "temperature", "Temperature")
    mark(record, "mole_fraction", "mole_fraction", "Atoms of one element over all atoms", element=elements[1])
    mark(record, "phase_fraction", "phase_fraction", "Atoms in one phase over all atoms")
    return record


def equilibrium_liquid_fraction(
    database: Database,
    temperature: TemperatureLike,
    mole_fraction: npt.ArrayLike,
    *,
    elements: tuple[str, ...] = ("K", "NA"),
    liquid: str = "LIQUID",
    phases: tuple[str, ...] | None = None,
    failed: Literal["raise", "mask"] = "raise",
) -> Array:
    """Fraction of atoms in the liquid, with pycalphad.

    Parameters
    ----------
    database, temperature, mole_fraction, elements, phases, failed
        As :func:`equilibrium_phase_fractions`.
    liquid
        Name of the liquid phase in the database.

    Returns
    -------
    ndarray
        Shape (temperature, mole_fraction).

    Raises
    ------
    PhysicsError, ConvergenceError, MissingExtraError
        As :func:`equilibrium_phase_fractions`.
    """
    amounts = equilibrium_phase_fractions(
        database, temperature, mole_fraction, elements=elements, phases=phases, failed=failed
    )
    if liquid not in amounts.phase.to_numpy():
        raise PhysicsError(f"a database with the phase {liquid!r} is needed", found=", ".join(amounts.phase.to_numpy()))
    fraction: Array = amounts.phase_fraction.sel(phase=liquid).to_numpy()
    return fraction


def database_equilibrium(
    database: Database,
    temperature: TemperatureLike,
    composition: npt.ArrayLike,
    *,
    elements: tuple[str, ...],
    phases: tuple[str, ...] | None = None,
    failed: Literal["raise", "mask"] = "raise",
) -> xr.Dataset:
    """Equilibria of a user's own database at states of three elements, with pycalphad.

    Parameters
    ----------
    database
        From :func:`open_database`.
    temperature
        K or text; one, or one per state.
    composition
        Mole fractions (state, element) in the order of ``elements``, strictly positive, with sum 1.
    elements
        Three elements, as the database writes them.
    phases
        Phases that may appear; ``None`` allows all that can hold these elements.
    failed
        As :func:`equilibrium_phase_fractions`.

    Returns
    -------
    Dataset
        Kind ``ternary_equilibrium``, as :func:`alkanode.thermo.ternary_equilibrium` gives it. Phases are named as in the
        database; a second composition of one phase is ``NAME#2``. Chemical potentials are against the stable pure
        elements of the database at the same temperature.

    Raises
    ------
    PhysicsError
        For elements or phases that the database lacks, negative fractions, or a model that pycalphad cannot evaluate.
    ConvergenceError
        When a state has no equilibrium (and ``failed="raise"``).
    MissingExtraError
        When pycalphad is not installed.

    Warns
    -----
    DataQualityWarning
        When states were masked.
    """
    pycalphad = require("pycalphad", extra="calphad")
    x, given = np.atleast_2d(real_numbers(composition, "mole fractions")), kelvin(temperature)
    elements = chosen_elements(database, elements, 3)
    check_states(x, elements)
    if given.size not in (1, len(x)):
        raise PhysicsError("one temperature, or one per state, is needed", found=f"{given.size} for {len(x)} states")
    t = np.broadcast_to(given.ravel(), len(x))
    wanted = chosen_phases(database, elements, phases)
    check_temperatures(database, t, elements, wanted)
    slots = tuple(f"{name}{suffix}" for name in wanted for suffix in ("", "#2", "#3"))
    fractions, compositions = np.zeros((len(x), len(slots))), np.full((len(x), len(slots), len(elements)), np.nan)
    potentials = np.full(x.shape, np.nan)
    for row in range(len(x)):
        names, amounts, held, mu = _state(database, elements, wanted, float(t[row]), x[row])
        if abs(amounts.sum() - 1) < SUM:
            for number, name in enumerate(names):
                slot = slots.index(name if (again := names[:number].count(name)) == 0 else f"{name}#{again + 1}")
                fractions[row, slot], compositions[row, slot] = amounts[number], held[number]
            potentials[row] = mu
        else:
            fractions[row] = np.nan
    for value in np.unique(t):
        reference = [_pure(database, symbol, wanted, float(value)) for symbol in elements]
        potentials[t == value] -= reference
    wrong = np.asarray(np.isnan(fractions).any(axis=-1))
    report_failed_states(wrong, t, x, failed)
    shown = [n for n, slot in enumerate(slots) if "#" not in slot or np.nansum(fractions[:, n]) > 0]
    record = xr.Dataset(
        {
            "temperature": ("state", t.copy()),
            "mole_fraction": (("state", "element"), x),
            "phase_fraction": (("state", "phase"), fractions[:, shown]),
            "phase_mole_fraction": (("state", "phase", "element"), compositions[:, shown]),
            "chemical_potential": (("state", "element"), potentials),
        },
        coords={"element": [symbol.capitalize() for symbol in elements], "phase": [slots[n] for n in shown]},
        attrs={"label": f"computed by pycalphad {pycalphad.__version__} from the given database"},
    )
    mark(record, "phase_mole_fraction", "mole_fraction", "Atoms of one element over the atoms of one phase")
    return label(record, "ternary_equilibrium")


def _state(
    database: Any, elements: tuple[str, ...], phases: tuple[str, ...], temperature: float, x: Array
) -> tuple[list[str], Array, Array, Array]:
    """Phases, amounts, compositions and raw chemical potentials of one state."""
    pycalphad, v = require("pycalphad", extra="calphad"), require("pycalphad.variables", extra="calphad")
    given = {v.X(symbol): float(value) for symbol, value in zip(elements[1:], x[1:], strict=True)}
    conditions = {v.N: 1, v.P: PRESSURE, v.T: temperature, **given}
    found = computed(pycalphad.equilibrium, database, [*elements, "VA"], list(phases), conditions)
    names = found.Phase.to_numpy().ravel()
    present = names != ""
    order = [list(found.component.to_numpy()).index(symbol) for symbol in elements]
    held = found.X.to_numpy().reshape(len(names), -1)[present][:, order]
    mu = found.MU.to_numpy().ravel()[order]
    return [str(name) for name in names[present]], found.NP.to_numpy().ravel()[present], held, mu


def _pure(database: Any, symbol: str, phases: tuple[str, ...], temperature: float) -> float:
    """Gibbs energy of the stable pure element on the scale of the database, J mol-1."""
    pycalphad, v = require("pycalphad", extra="calphad"), require("pycalphad.variables", extra="calphad")
    allowed = pycalphad.core.utils.filter_phases(
        database, pycalphad.core.utils.unpack_species(database, [symbol, "VA"]), phases
    )
    conditions = {v.N: 1, v.P: PRESSURE, v.T: temperature}
    found = computed(pycalphad.equilibrium, database, [symbol, "VA"], allowed, conditions)
    return float(np.nanmin(found.GM.to_numpy()))
