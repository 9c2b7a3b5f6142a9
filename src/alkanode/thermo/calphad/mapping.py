"""Sections and phase diagrams of a user's own database, mapped by pycalphad."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from alkanode.data.schema import SCHEMA_VERSION, check, label
from alkanode.foundation.errors import ConvergenceError, PhysicsError
from alkanode.foundation.runtime import require
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.thermo.calphad.checks import check_temperatures, chosen_elements, chosen_phases
from alkanode.thermo.calphad.database import PRESSURE, computed
from alkanode.thermo.calphad.records import Line, diagram_record, section_record

if TYPE_CHECKING:
    from pycalphad import Database

_MAP_STEP = 0.01


def database_section(
    database: Database,
    temperature: QuantityLike,
    *,
    elements: tuple[str, ...],
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
    at, limit = to_si(temperature, "temperature"), to_si(time_limit, "time")
    elements = chosen_elements(database, elements, 3)
    wanted = chosen_phases(database, elements, phases)
    check_temperatures(database, np.array([at]), elements, wanted)
    if tie_lines < 1:
        raise PhysicsError("at least 1 tie line per field is needed", found=f"{tie_lines}")
    free = elements[1:]
    conditions = {v.T: at, v.P: PRESSURE, v.N: 1, **{v.X(symbol): (0, 1, _MAP_STEP) for symbol in free}}
    strategy = computed(mapping.TernaryStrategy, database, [*elements, "VA"], list(wanted), conditions)
    _map(strategy, limit, f"a section at {at:g} K")
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
    record["temperature"] = ((), at)
    return label(record, "isothermal_section")


def database_diagram(
    database: Database,
    temperature_range: tuple[QuantityLike, QuantityLike],
    *,
    elements: tuple[str, ...],
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
        Kind ``phase_diagram``, as :func:`alkanode.thermo.phase_diagram` gives it, phases named as in the database.
        Shorter lines repeat their last point to the length of the longest. ``invariant_kind`` is ``eutectic``, ``peritectic`` or
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
    if not 0 < step < np.inf:
        raise PhysicsError("a temperature step above 0 K is needed", found=f"{step:g} K")
    elements = chosen_elements(database, elements, 2)
    wanted = chosen_phases(database, elements, phases)
    check_temperatures(database, np.array([low, high]), elements, wanted)
    second = v.X(elements[1])
    conditions = {v.T: (low, high, step), v.P: PRESSURE, v.N: 1, second: (0, 1, _MAP_STEP)}
    strategy = computed(mapping.BinaryStrategy, database, [*elements, "VA"], list(wanted), conditions)
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
    computed(strategy.generate_automatic_starting_points)
    end = time.monotonic() + limit
    while not computed(strategy.iterate):
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
