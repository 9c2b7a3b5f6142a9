"""The kinds of records, one file per field; those of cycling are named as the folders of ``alkanode.electrochem``."""

from alkanode.data.kinds import (
    anode,
    calibration,
    changes,
    comparisons,
    critical_currents,
    failures,
    flaws,
    full_cells,
    grains,
    impedance,
    interface,
    leaching,
    measured,
    model_impedance,
    operando,
    profiles,
    projections,
    regularisation,
    simulated,
    staircases,
    stripping,
    thermo,
    validity,
    voltammograms,
    volumes,
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
        *projections.KINDS,
        *volumes.KINDS,
        *changes.KINDS,
        *grains.KINDS,
        *simulated.KINDS,
        *model_impedance.KINDS,
        *leaching.KINDS,
        *flaws.KINDS,
        *calibration.KINDS,
        *comparisons.KINDS,
    )
}
"""Name -> what a record of that kind holds."""

__all__ = ["KINDS", "Dims", "Kind"]
