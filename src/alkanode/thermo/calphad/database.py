"""Opening a thermodynamic database in pycalphad."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from alkanode.foundation.errors import PhysicsError, ReaderError
from alkanode.foundation.runtime import require
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.tdb import to_tdb
from alkanode.thermo.calphad.text import database_text

if TYPE_CHECKING:
    from pycalphad import Database

PRESSURE = 101325.0
"""Pa; condensed phases do not notice it."""


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
    PhysicsError
        For a source that is none of these.
    MissingExtraError
        When pycalphad is not installed.
    """
    pycalphad = require("pycalphad", extra="calphad")
    if isinstance(source, Assessment):
        text = to_tdb(source)
    elif isinstance(source, str) and "\n" in source:
        text = source
    elif isinstance(source, str | Path):
        text = database_text(Path(source))
    else:
        raise PhysicsError("an assessment, the path of a TDB file, or TDB text is needed", found=repr(source))
    try:
        return pycalphad.Database.from_string(text, fmt="tdb")
    except Exception as cause:
        said = " ".join(str(cause).split())[:200]
        raise ReaderError(
            "a TDB that pycalphad can parse is needed",
            found=f"{type(cause).__name__}: {said}",
            todo="Is the file whole? Files of FactSage or ChemSage are another format",
        ) from cause


def computed(function: Any, *given: Any) -> Any:
    """What pycalphad computes; its complaints about a database become one clear error."""
    try:
        return function(*given)
    except Exception as cause:
        raise PhysicsError(
            "a database whose models pycalphad can evaluate is needed",
            found=f"{type(cause).__name__}: {str(cause)[:200]}",
            todo="Leave out the phases with other models through phases=(...)",
        ) from cause
