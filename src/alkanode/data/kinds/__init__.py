"""The kinds of records, one file per field; those of cycling are named as the folders of ``alkanode.electrochem``."""

from alkanode.data.kinds import (
    anode,
    critical_currents,
    failures,
    full_cells,
    impedance,
    interface,
    measured,
    operando,
    profiles,
    regularisation,
    staircases,
    stripping,
    thermo,
    validity,
    voltammograms,
)
from alkanode.data.kinds.kind import Dims, Kind

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        *measured.KINDS,
        *impedance.KINDS,
        *operando.KINDS,
        *interface.KINDS,
        *validity.KINDS,
        *regularisation.KINDS,
        *thermo.KINDS,
        *anode.KINDS,
        *failures.KINDS,
        *stripping.KINDS,
        *critical_currents.KINDS,
        *profiles.KINDS,
        *staircases.KINDS,
        *voltammograms.KINDS,
        *full_cells.KINDS,
    )
}
"""Name -> what a record of that kind holds."""

__all__ = ["KINDS", "Dims", "Kind"]
