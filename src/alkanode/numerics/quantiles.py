"""How far an interval reaches, in standard errors: normal, Student's t, chi square.

Straight from ``scipy.special``: importing ``scipy.stats`` takes longer than reading and checking a measured file.
"""

from __future__ import annotations

from typing import Final

from scipy.special import chdtri, stdtrit

NORMAL_95: Final = 1.959963984540054
"""Half width of a 95 % interval of a normal distribution, in standard deviations."""


def student(freedom: float, level: float = 0.95) -> float:
    """Half width of an interval by Student's t, in standard errors.

    Parameters
    ----------
    freedom
        Degrees of freedom, above 0.
    level
        Confidence; default 0.95, the habit of the field.

    Examples
    --------
    >>> round(student(3), 2), round(student(1e9), 2)
    (3.18, 1.96)
    """
    return float(stdtrit(freedom, 0.5 + level / 2))


def chi_square(level: float, freedom: float = 1.0) -> float:
    """Value below which chi square with so many degrees of freedom lies with a probability, ``level``.

    Examples
    --------
    >>> round(chi_square(0.95), 2)
    3.84
    """
    return float(chdtri(freedom, 1 - level))
