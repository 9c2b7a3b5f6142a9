"""The current where a file holds none, from what was controlled and from the charge that passed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

WORDS = "set-point where the current was controlled, dq/dt elsewhere"
"""What ``attrs["current_from"]`` says of such a current."""


def current_from_charge(time: Array, passed: Array, setpoint: Array) -> tuple[Array, str]:
    """Set-point where the current was controlled, charge over time elsewhere.

    Parameters
    ----------
    time
        (row,) s.
    passed
        (row,) C that passed since the row before, in the sign of the current wanted.
    setpoint
        (row,) A, NaN where the current was not controlled.

    Returns
    -------
    ndarray
        (row,) A; NaN where neither is known.
    str
        Where it comes from, for ``attrs["current_from"]``.
    """
    elapsed = np.diff(time, prepend=np.nan)
    with np.errstate(all="ignore"):
        rate = passed / elapsed
    rate = np.where(passed == 0.0, 0.0, np.where(elapsed > 0, rate, np.nan))
    return np.where(np.isnan(setpoint), rate, setpoint), WORDS
