"""What the uncertainty of a temperature does to a result: the temperatures around the stated one."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.conditions import Array


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


def interval_text(record: xr.Dataset) -> str:
    """What the intervals of a record cover, for people."""
    return f"interval covers a temperature uncertainty of {record.attrs['temperature_uncertainty']:g} K only"
