"""The liquid window of a user's own database: where all is liquid at a temperature, closed in on with pycalphad."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning, PhysicsError
from alkanode.materials import Composition
from alkanode.thermo.calphad.checks import chosen_elements
from alkanode.thermo.calphad.equilibrium import equilibrium_liquid_fraction
from alkanode.thermo.conditions import Array, TemperatureLike, kelvin

if TYPE_CHECKING:
    from pycalphad import Database

_COARSE = np.linspace(0.01, 0.99, 99)
_PURE = 1e-6
_ROUNDS, _POINTS = 4, 10
_ASIDE = 1e-5
_ALL = 1 - 1e-6


def database_window(
    database: Database,
    temperature: TemperatureLike,
    *,
    elements: tuple[str, ...] = ("K", "NA"),
    liquid: str | None = None,
    phases: tuple[str, ...] | None = None,
) -> xr.Dataset:
    """Compositions between which a binary alloy of a user's own database is fully liquid.

    Parameters
    ----------
    database
        From :func:`alkanode.thermo.calphad.open_database`.
    temperature
        One or several temperatures: K or text.
    elements
        The two elements; compositions are of the first.
    liquid
        Name of the liquid phase; ``None`` takes the only one whose name begins with LIQ.
    phases
        Phases that may appear; ``None`` allows all that can hold these elements.

    Returns
    -------
    Dataset
        Kind ``liquid_window`` without intervals: ``mole_fraction`` and ``mass_fraction`` (temperature, side) of the first
        element, within 1e-6; 0 or 1 where a pure element is liquid. A liquid that splits in two counts as liquid.

    Raises
    ------
    PhysicsError
        For elements or phases that the database lacks, no liquid phase, or a temperature at which nothing on a grid of
        0.01 is fully liquid.
    ConvergenceError
        When pycalphad finds no equilibrium.
    MissingExtraError
        When pycalphad is not installed.

    Warns
    -----
    DataQualityWarning
        Where the liquid field is interrupted; the widest part is given.
    """
    symbols = chosen_elements(database, elements, 2)
    name = liquid_phase(database) if liquid is None else liquid.upper()
    t = np.atleast_1d(kelvin(temperature)).ravel()

    ends = []
    for at in t:

        def amount(x: Array, at: float = float(at)) -> Array:
            return _amount(database, at, x, elements=symbols, liquid=name, phases=phases)

        ends.append(_ends(amount, float(at)))
    second = np.array(ends).reshape(-1, 2)
    first = 1 - second[:, ::-1]
    heavy, light = (symbol.capitalize() for symbol in symbols)
    mass = [
        [Composition.from_mole_fractions(**{heavy: x, light: 1 - x}).mass_fraction(heavy) for x in row] for row in first
    ]
    record = xr.Dataset(
        {
            "mole_fraction": (("temperature", "side"), first),
            "mass_fraction": (("temperature", "side"), np.array(mass).reshape(-1, 2)),
        },
        coords={"temperature": t, "side": ["lower", "upper"]},
        attrs={"label": "computed by pycalphad from the given database", "system": f"{heavy}-{light}"},
    )
    for field in ("mole_fraction", "mass_fraction"):
        record[field].attrs["element"] = heavy
    return label(record, "liquid_window")


def _amount(database: Database, temperature: float, x: Array, **given: Any) -> Array:
    """Liquid at compositions; where pycalphad finds no equilibrium, just beside them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        found: Array = equilibrium_liquid_fraction(database, temperature, x, failed="mask", **given)[0]
    failed = np.isnan(found)
    if failed.any():
        aside = x[failed] + np.where(x[failed] < 1 / 2, _ASIDE, -_ASIDE)
        found[failed] = equilibrium_liquid_fraction(database, temperature, aside, **given)[0]
    return found


def liquid_phase(database: Database) -> str:
    """The only phase of a database whose name begins with LIQ.

    Raises
    ------
    PhysicsError
        When there is none, or more than one.
    """
    found = sorted(str(name) for name in database.phases if name.startswith("LIQ"))
    if len(found) != 1:
        raise PhysicsError(
            "one liquid phase is needed",
            found=", ".join(found) or "none whose name begins with LIQ",
            todo=f"Name it; the phases are {', '.join(sorted(database.phases))}",
        )
    return found[0]


def _ends(amount: Callable[[Array], Array], temperature: float) -> tuple[float, float]:
    """Both ends of the widest liquid range at one temperature, mole fractions of the second element."""
    full = amount(_COARSE) > _ALL
    steps = np.flatnonzero(np.diff(np.concatenate([[False], full, [False]]).astype(int)))
    starts, stops = steps[::2], steps[1::2] - 1
    if not starts.size:
        raise PhysicsError(
            "a temperature at which some composition is fully liquid is needed",
            found=f"none at {temperature:g} K",
            todo="Raise the temperature",
        )
    if starts.size > 1:
        warnings.warn(
            f"the liquid field is interrupted at {temperature:g} K; the widest of {starts.size} parts is given",
            DataQualityWarning,
            stacklevel=3,
        )
    widest = int((stops - starts).argmax())
    low, high = int(starts[widest]), int(stops[widest])
    below = _COARSE[low - 1] if low else 0.0
    above = _COARSE[high + 1] if high + 1 < _COARSE.size else 1.0
    return _edge(amount, below, _COARSE[low]), _edge(amount, above, _COARSE[high])


def _edge(amount: Callable[[Array], Array], outside: float, inside: float) -> float:
    """Where the liquid field ends between a composition outside (or a pure element) and one inside."""
    pure = outside in (0.0, 1.0)
    start = outside + _PURE * (1 - 2 * outside) if pure else outside
    if pure and amount(np.array([start]))[0] > _ALL:
        return outside
    for _ in range(_ROUNDS):
        grid = np.linspace(start, inside, _POINTS + 1)
        order = np.argsort(grid)
        full = np.empty(grid.size, dtype=np.bool_)
        full[order] = amount(grid[order]) > _ALL
        first = int(full.argmax())
        start, inside = float(grid[max(first - 1, 0)]), float(grid[first])
    return inside
