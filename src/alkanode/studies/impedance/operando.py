"""A map of relaxation times as a part of a study."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.impedance import operando_map
from alkanode.plot.describe_relaxation import relaxation_map
from alkanode.studies.impedance.spectra import masked_spectra
from alkanode.studies.part import Part


def map_part(times: xr.Dataset, *, area: float | None) -> Part:
    """Map of the distributions along charge (where it moves, and one way) or time."""
    charge = times["charge"].to_numpy() if "charge" in times.variables else np.zeros(0)
    steps = np.diff(charge[np.isfinite(charge)])
    moves = steps.any() and ((steps >= 0).all() or (steps <= 0).all())
    against = "charge" if moves else "time"
    mapped = operando_map(times, against="charge" if moves else "time")
    return Part(
        name="map",
        title="Operando map",
        details={"against": against, "masked_spectra": masked_spectra(times)},
        records={"operando_map": mapped},
        figures={"map": relaxation_map(mapped, against="charge" if moves else "time", area=area)},
    )
