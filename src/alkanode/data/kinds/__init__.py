"""The kinds of records, one file per field."""

from alkanode.data.kinds import (
    electrochem,
    full_cell,
    impedance,
    long_cycling,
    measured,
    stripping_series,
    thermo,
    voltammetry,
)
from alkanode.data.kinds.kind import Dims, Kind

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        *measured.KINDS,
        *impedance.KINDS,
        *thermo.KINDS,
        *electrochem.KINDS,
        *full_cell.KINDS,
        *long_cycling.KINDS,
        *stripping_series.KINDS,
        *voltammetry.KINDS,
    )
}
"""Name -> what a record of that kind holds."""

__all__ = ["KINDS", "Dims", "Kind"]
