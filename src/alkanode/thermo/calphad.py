"""Adapter to pycalphad: a user's own TDB, and the independent oracle for our own equilibria.

Everything that touches pycalphad is here, because its interfaces still change between releases. It needs the extra
``calphad``.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import SCHEMA_VERSION, check, label
from alkanode.foundation.errors import ConvergenceError, PhysicsError, ReaderError
from alkanode.foundation.runtime import require
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.tdb import to_tdb
from alkanode.thermo.calphad_checks import SUM, check_states, chosen_phases, failed_points, report_failed_states
from alkanode.thermo.calphad_records import Line, diagram_record, section_record
from alkanode.thermo.conditions import Array
from alkanode.thermo.provenance import mark

if TYPE_CHECKING:
    from pycalphad import Database

_PRESSURE = 101325.0
_MAP_STEP = 0.01


def open_database(source: Assessment | str | Path) -> Database:
    """Load a thermodynamic database into pycalphad.

    Parameters
    ----------
    source
        An assessment, the path of a TDB file, or TDB text.

    Returns
    -------
    pycalphad.Database

    Raises
    ------
    ReaderError
        When there is no such file, or pycalphad cannot parse it.
    MissingExtraError
        When pycalphad is not installed.
    """
    pycalphad = require("pycalphad", extra="calphad")
    if isinstance(source, Assessment):
        text = to_tdb(source)
    elif isinstance(source, str) and "\n" in source:
        text = source
    else:
        path = Path(source)
        if not path.is_file():
            raise ReaderError("a TDB file is needed", found=f"no file {path}")
        text = path.read_text(encoding="utf-8", errors="replace")
    try:
        return pycalphad.Database(text)
    except Exception as cause:
        raise ReaderError(
            "a TDB that pycalphad can parse is needed", found=f"{type(cause).__name__}: {str(cause)[:200]}"
        ) from cause


def equilibrium_phase_fractions(
    database: Database,
    temperature: npt.ArrayLike,
    mole_fraction: npt.ArrayLike,
    *,
    elements: tuple[str, str] = ("K", "NA"),
    phases: tuple[str, ...] | None = None,
    failed: Literal["raise", "mask"] = "raise",
) -> xr.Dataset:
    """Amounts of phases of a binary section, point by point with pycalphad.

    Parameters
    ----------
    database
        From :func:`open_database`.
    temperature
        K, shape t.
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
    t, x = (np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (temperature, mole_fraction))
    wanted = chosen_phases(database, elements, phases)
    if not ((x > 0) & (x < 1)).all():
        raise PhysicsError("mole fractions strictly between 0 and 1 are needed", found=f"{x.min():g} to {x.max():g}")
    conditions = {variables.N: 1, variables.P: _PRESSURE, variables.T: t, variables.X(elements[1]): x}
    result = _computed(pycalphad.equilibrium, database, [*elements, "VA"], list(wanted), conditions)
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
    temperature: npt.ArrayLike,
    mole_fraction: npt.ArrayLike,
    *,
    elements: tuple[str, str] = ("K", "NA"),
    liquid: str = "LIQUID",
    failed: Literal["raise", "mask"] = "raise",
) -> Array:
    """Fraction of atoms in the liquid, with pycalphad.

    Parameters
    ----------
    database, temperature, mole_fraction, elements, failed
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
    amounts = equilibrium_phase_fractions(database, temperature, mole_fraction, elements=elements, failed=failed)
    if liquid not in amounts.phase.to_numpy():
        raise PhysicsError(f"a database with the phase {liquid!r} is needed", found=", ".join(amounts.phase.to_numpy()))
    fraction: Array = amounts.phase_fraction.sel(phase=liquid).to_numpy()
    return fraction


def database_equilibrium(
    database: Database,
    temperature: npt.ArrayLike,
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
        K; one, or one per state.
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
    x = np.atleast_2d(np.asarray(composition, dtype=np.float64))
    t = np.broadcast_to(np.asarray(temperature, dtype=np.float64), len(x))
    wanted = chosen_phases(database, elements, phases)
    check_states(x, elements)
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


def database_section(
    database: Database,
    temperature: QuantityLike,
    *,
    elements: tuple[str, str, str],
    phases: tuple[str, ...] | None = None,
    tie_lines: int = 12,
    time_limit: QuantityLike = "120 s",
) -> xr.Dataset:
    """Isothermal section of a user's own database, mapped by pycalphad.

    Parameters
    ----------
    database
        From :func:`open_database`.
    temperature
        K, or text such as ``"27 degC"``.
    elements
        Three elements, as the database writes them.
    phases
        Phases that may appear; ``None`` allows all that can hold these elements.
    tie_lines
        Tie lines kept in each two-phase field.
    time_limit
        s, or text, after which the mapping is given up: it is known not to end for some databases.

    Returns
    -------
    Dataset
        Kind ``isothermal_section``, as :func:`alkanode.thermo.isothermal_section` gives it, phases named as in the
        database. Boundaries are filled with NaN to the length of the longest; ``region_phases`` names two- and
        three-phase fields only, since the mapping does not visit the others.

    Raises
    ------
    PhysicsError
        For elements or phases that the database lacks, or a model that pycalphad cannot evaluate.
    ConvergenceError
        When the time limit is reached, or nothing was mapped.
    MissingExtraError
        When pycalphad is not installed.
    """
    pycalphad = require("pycalphad", extra="calphad")
    mapping = require("pycalphad.mapping", extra="calphad")
    v = require("pycalphad.variables", extra="calphad")
    kelvin, limit = to_si(temperature, "temperature"), to_si(time_limit, "time")
    wanted = chosen_phases(database, elements, phases)
    free = elements[1:]
    conditions = {v.T: kelvin, v.P: _PRESSURE, v.N: 1, **{v.X(symbol): (0, 1, _MAP_STEP) for symbol in free}}
    strategy = _computed(mapping.TernaryStrategy, database, [*elements, "VA"], list(wanted), conditions)
    _map(strategy, limit, f"a section at {kelvin:g} K")
    axes = (v.X(free[0]), v.X(free[1]))
    lines, corners = strategy.get_tieline_data(*axes), strategy.get_invariant_data(*axes)
    if not lines and not corners:
        raise ConvergenceError("a section with two-phase fields is needed", found="none in what pycalphad mapped")
    record = section_record(
        [_line(region) for region in lines],
        [_line(region) for region in corners],
        tuple(symbol.capitalize() for symbol in elements),
        tie_lines,
    )
    record.attrs["label"] = f"mapped by pycalphad {pycalphad.__version__} from the given database"
    record["temperature"] = ((), kelvin)
    return label(record, "isothermal_section")


def database_diagram(
    database: Database,
    temperature_range: tuple[QuantityLike, QuantityLike],
    *,
    elements: tuple[str, str],
    phases: tuple[str, ...] | None = None,
    step: float = 2.0,
    time_limit: QuantityLike = "120 s",
) -> xr.Dataset:
    """Phase diagram of a binary system of a user's own database, mapped by pycalphad.

    Parameters
    ----------
    database
        From :func:`open_database`.
    temperature_range
        Lower and upper temperature: K, or text.
    elements
        The two elements, as the database writes them; compositions are of the first.
    phases
        Phases that may appear; ``None`` allows all that can hold these elements.
    step
        Temperature step of the mapping, K.
    time_limit
        s, or text, after which the mapping is given up.

    Returns
    -------
    Dataset
        Kind ``phase_diagram``, as :func:`alkanode.thermo.phase_diagram` gives it, phases named as in the database. Lines
        are filled with NaN to the length of the longest. ``invariant_kind`` is ``eutectic``, ``peritectic`` or
        ``monotectic`` by the place of the phases whose name begins with LIQ, else ``invariant``; melting points of the
        pure elements are not mapped.

    Raises
    ------
    PhysicsError, ConvergenceError, MissingExtraError
        As :func:`database_section`, and for an empty range.
    """
    pycalphad = require("pycalphad", extra="calphad")
    mapping = require("pycalphad.mapping", extra="calphad")
    v = require("pycalphad.variables", extra="calphad")
    low, high = (to_si(value, "temperature") for value in temperature_range)
    if not low < high:
        raise PhysicsError("an increasing range of temperatures is needed", found=f"{low:g} to {high:g} K")
    wanted = chosen_phases(database, elements, phases)
    second = v.X(elements[1])
    conditions = {v.T: (low, high, step), v.P: _PRESSURE, v.N: 1, second: (0, 1, _MAP_STEP)}
    strategy = _computed(mapping.BinaryStrategy, database, [*elements, "VA"], list(wanted), conditions)
    _map(strategy, to_si(time_limit, "time"), f"a diagram from {low:g} to {high:g} K")
    lines, met = strategy.get_tieline_data(second, v.T), strategy.get_invariant_data(second, v.T)
    if not lines:
        raise ConvergenceError("a diagram with two-phase fields is needed", found="none in what pycalphad mapped")
    record = diagram_record(
        [_columns(region) for region in lines],
        [_columns(region) for region in met],
        tuple(symbol.capitalize() for symbol in elements),
    )
    record.attrs["label"] = f"mapped by pycalphad {pycalphad.__version__} from the given database"
    check(record, "phase_diagram")
    record.attrs.update(kind="phase_diagram", schema_version=SCHEMA_VERSION)
    return record


def _map(strategy: Any, limit: float, what: str) -> None:
    """Run a mapping to its end, or raise when its time is over."""
    _computed(strategy.generate_automatic_starting_points)
    end = time.monotonic() + limit
    while not _computed(strategy.iterate):
        if time.monotonic() > end:
            raise ConvergenceError(
                f"{what} that is mapped within {limit:g} s is needed",
                found=f"{len(strategy.zpf_lines)} boundaries so far",
                todo="Raise time_limit, restrict the phases, or move the temperature slightly",
            )


def _columns(region: Any) -> Line:
    """Phases and (composition, temperature) (phase, point, 2) of a boundary or an invariant of pycalphad's map."""
    parts = [np.stack([np.atleast_1d(part.x), np.atleast_1d(part.y)], axis=-1) for part in region.data]
    return tuple(part.phase for part in region.data), np.stack(parts).astype(np.float64)


def _line(region: Any) -> Line:
    """Phases and mole fractions (phase, point, element) of a boundary or a triangle of pycalphad's map."""
    phases, free = _columns(region)
    return phases, np.concatenate([1 - free.sum(axis=-1, keepdims=True), free], axis=-1)


def _state(
    database: Any, elements: tuple[str, ...], phases: tuple[str, ...], temperature: float, x: Array
) -> tuple[list[str], Array, Array, Array]:
    """Phases, amounts, compositions and raw chemical potentials of one state."""
    pycalphad, v = require("pycalphad", extra="calphad"), require("pycalphad.variables", extra="calphad")
    given = {v.X(symbol): float(value) for symbol, value in zip(elements[1:], x[1:], strict=True)}
    conditions = {v.N: 1, v.P: _PRESSURE, v.T: temperature, **given}
    found = _computed(pycalphad.equilibrium, database, [*elements, "VA"], list(phases), conditions)
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
    conditions = {v.N: 1, v.P: _PRESSURE, v.T: temperature}
    found = _computed(pycalphad.equilibrium, database, [symbol, "VA"], allowed, conditions)
    return float(np.nanmin(found.GM.to_numpy()))


def _computed(function: Any, *given: Any) -> Any:
    """What pycalphad computes; its complaints about a database become one clear error."""
    try:
        return function(*given)
    except Exception as cause:
        raise PhysicsError(
            "a database whose models pycalphad can evaluate is needed",
            found=f"{type(cause).__name__}: {str(cause)[:200]}",
            todo="Leave out the phases with other models through phases=(...)",
        ) from cause
