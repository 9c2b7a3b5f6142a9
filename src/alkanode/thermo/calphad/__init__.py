"""Adapter to pycalphad: a user's own TDB, and the independent oracle for our own equilibria.

Everything that touches pycalphad is here, because its interfaces still change between releases. It needs the extra
``calphad``.
"""

from alkanode.thermo.calphad.database import open_database
from alkanode.thermo.calphad.equilibrium import (
    database_equilibrium,
    equilibrium_liquid_fraction,
    equilibrium_phase_fractions,
)
from alkanode.thermo.calphad.mapping import database_diagram, database_section
from alkanode.thermo.calphad.window import database_window, liquid_phase

__all__ = [
    "database_diagram",
    "database_equilibrium",
    "database_section",
    "database_window",
    "equilibrium_liquid_fraction",
    "equilibrium_phase_fractions",
    "liquid_phase",
    "open_database",
]
