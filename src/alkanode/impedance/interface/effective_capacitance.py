"""The capacitance of a depressed arc: what a constant-phase element is worth in farad."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError

FloatArray = npt.NDArray[np.float64]


def effective_capacitance(
    admittance: npt.ArrayLike,
    exponent: npt.ArrayLike,
    resistance: npt.ArrayLike,
    *,
    series_resistance: npt.ArrayLike | None = None,
) -> FloatArray:
    """Capacitance of a constant-phase element beside a resistance.

    Parameters
    ----------
    admittance
        Q of the element, S s^a.
    exponent
        a, in (0, 1].
    resistance
        Beside the element, ohm.
    series_resistance
        In front of both, ohm. Without it the time constants are taken as spread *through* a layer (the arc's own relaxation
        time over its resistance, as for any ZARC); with it as spread *along* a surface (Brug).

    Returns
    -------
    ndarray
        F. Without a series resistance Q^(1/a) R^((1-a)/a), which is (R Q)^(1/a)/R; with it
        Q^(1/a) (1/R_s + 1/R)^((a-1)/a).

    Raises
    ------
    PhysicsError
        For numbers out of range.

    References
    ----------
    :cite:`Brug1984`
    """
    q, a, r = (np.asarray(one, dtype=np.float64) for one in (admittance, exponent, resistance))
    if not ((a > 0) & (a <= 1))[~np.isnan(a)].all():
        raise PhysicsError(
            "the exponent of a depressed arc lies in (0, 1]", found=f"{np.nanmin(a):g} to {np.nanmax(a):g}"
        )
    for name, values in (("admittance", q), ("resistance", r), ("series resistance", series_resistance)):
        if values is not None and not (np.asarray(values) > 0)[~np.isnan(np.asarray(values, dtype=float))].all():
            raise PhysicsError(f"the {name} must be positive", found=f"{np.nanmin(np.asarray(values, dtype=float)):g}")
    across = r if series_resistance is None else 1 / (1 / np.asarray(series_resistance, dtype=np.float64) + 1 / r)
    return np.asarray(q ** (1 / a) * across ** ((1 - a) / a))
