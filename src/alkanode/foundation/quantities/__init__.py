"""The quantities of alkanode, one file per field; :mod:`alkanode.foundation.vocabulary` looks them up."""

from alkanode.foundation.quantities import (
    cell_model,
    cells,
    full_cells,
    impedance,
    instrument,
    interface,
    leaching,
    model_impedance,
    operando,
    plain,
    posterior,
    properties,
    ramps,
    regularisation,
    thermo,
    tomography,
    validity,
)
from alkanode.foundation.quantities.quantity import Number, Quantity

ENTRIES: tuple[Quantity, ...] = (
    *instrument.ENTRIES,
    *impedance.ENTRIES,
    *posterior.ENTRIES,
    *validity.ENTRIES,
    *interface.ENTRIES,
    *operando.ENTRIES,
    *regularisation.ENTRIES,
    *cells.ENTRIES,
    *thermo.ENTRIES,
    *properties.ENTRIES,
    *ramps.ENTRIES,
    *full_cells.ENTRIES,
    *tomography.ENTRIES,
    *cell_model.ENTRIES,
    *model_impedance.ENTRIES,
    *leaching.ENTRIES,
    *plain.ENTRIES,
)
"""Every quantity."""

__all__ = ["ENTRIES", "Number", "Quantity"]
