"""What the uncertainty of a temperature does to a result: the temperatures around the stated one, and the range over them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.conditions import Array, TemperatureLike, temperatures
from alkanode.thermo.provenance import mark


def one_temperature(value: TemperatureLike, assessment: Assessment, what: str, *, stacklevel: int = 3) -> Array:
    """The temperature of a result that has one, K, shape (1,).

    Raises
    ------
    PhysicsError
        For several temperatures, or one where the functions of the assessment do not hold.

    Warns
    -----
    ExtrapolationWarning
        Outside the range for which the assessment was made.
    """
    centre = np.atleast_1d(temperatures(value, assessment, stacklevel=stacklevel + 1))
    if centre.shape != (1,):
        raise PhysicsError(f"one temperature is needed for {what}", found=f"{centre.size} temperatures")
    return centre


def around(temperature: Array, uncertainty: QuantityLike, assessment: Assessment) -> tuple[Array, Array]:
    """Temperatures below and above by an uncertainty, kept inside the range of the functions.

    Raises
    ------
    PhysicsError
        For a negative uncertainty.
    """
    width = to_si(uncertainty, "temperature_difference")
    if width < 0:
        raise PhysicsError("a temperature uncertainty of 0 K or more is needed", found=f"{width:g} K")
    low, high = assessment.function_range
    return np.clip(temperature - width, low, high), np.clip(temperature + width, low, high)


def put_range(record: xr.Dataset, name: str, like: str, variants: Sequence[Array]) -> None:
    """Write ``NAME_interval``: the range of a field over the stated temperature and those around it.

    Parameters
    ----------
    record
        Holds the field.
    name, like
        The field, and the quantity of the vocabulary that it is.
    variants
        Values at each temperature, shaped like the field. NaN at one of them makes the range NaN.
    """
    bounds = np.stack([np.min(variants, axis=0), np.max(variants, axis=0)], axis=-1)
    record[f"{name}_interval"] = ((*record[name].dims, "bound"), bounds)
    of = str(record[name].attrs.get("element", ""))
    mark(record, f"{name}_interval", like, "Range over the temperature uncertainty", element=of)
