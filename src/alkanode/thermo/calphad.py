"""Adapter to pycalphad: a user's own TDB, and the independent oracle for our own equilibria.

Everything that touches pycalphad is here, because its interfaces still change between releases. It needs the extra
``calphad``.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import ConvergenceError, DataQualityWarning, PhysicsError, ReaderError
from alkanode.foundation.runtime import require
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.tdb import to_tdb
from alkanode.thermo.conditions import Array
from alkanode.thermo.provenance import mark

if TYPE_CHECKING:
    from pycalphad import Database

_PRESSURE = 101325.0


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
    wanted = _checked(database, elements, phases, x)
    conditions = {variables.N: 1, variables.P: _PRESSURE, variables.T: t, variables.X(elements[1]): x}
    result = pycalphad.equilibrium(database, [*elements, "VA"], list(wanted), conditions)
    axes = ("T", f"X_{elements[1]}", "vertex")
    names, amounts = (result[name].squeeze(("N", "P")).transpose(*axes).to_numpy() for name in ("Phase", "NP"))
    amounts = np.where(names == "", 0.0, amounts)
    amounts[_failures(amounts, t, x, failed)] = np.nan
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


def _failures(amounts: Array, t: Array, x: Array, failed: str) -> npt.NDArray[np.bool_]:
    """Points whose phases do not sum to 1, raised or warned about."""
    total = amounts.sum(axis=-1)
    wrong: npt.NDArray[np.bool_] = ~(np.abs(total - 1) < 1e-6)
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


def _checked(database: Any, elements: tuple[str, str], phases: tuple[str, ...] | None, x: Array) -> tuple[str, ...]:
    missing = [symbol for symbol in elements if symbol not in database.elements]
    known = sorted(database.phases)
    unknown = [name for name in phases or () if name not in known]
    if missing or unknown:
        raise PhysicsError(
            "elements and phases of the database are needed",
            found=", ".join([*missing, *unknown]),
            todo=f"It has elements {', '.join(sorted(database.elements))} and phases {', '.join(known)}",
        )
    if not ((x > 0) & (x < 1)).all():
        raise PhysicsError("mole fractions strictly between 0 and 1 are needed", found=f"{x.min():g} to {x.max():g}")
    return phases or tuple(known)
