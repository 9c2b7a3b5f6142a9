"""The kinds of records, one file per field."""

from alkanode.data.kinds import electrochem, impedance, measured, thermo
from alkanode.data.kinds.kind import Dims, Kind

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (*measured.KINDS, *impedance.KINDS, *thermo.KINDS, *electrochem.KINDS)
}
"""Name -> what a record of that kind holds."""

__all__ = ["KINDS", "Dims", "Kind"]
