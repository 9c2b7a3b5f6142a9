r"""How critical current densities scatter when a cell fails at its weakest flaw: Weibull's law from flaws.

Flaws lie on an electrolyte at random, n of them longer than a reference length per area, with a tail
:math:`N(>c) = n (c/c_0)^{-m}`. A flaw of length c fails at :math:`i(c) = i_0 (c/c_0)^{-q}`. Of N interfaces of area A a cell survives a
current density i if none of its flaws is longer than the one that fails at i:

.. math:: S(i) = \exp\!\left[-N A\, n\,(i/i_0)^{m/q}\right],

a Weibull law of shape :math:`k = m/q` and scale :math:`i_0 (N A n)^{-q/m}`. So the shape that is measured is the tail of the flaws
divided by the exponent of the mechanism, and area and interfaces shift the scale and nothing else.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import xarray as xr
from scipy.special import gamma

from alkanode.data.schema import label
from alkanode.electrochem.critical_currents.replicates import failed_shares
from alkanode.foundation.errors import PhysicsError, StudyError
from alkanode.foundation.sources import Estimate, source
from alkanode.foundation.units import QuantityLike, to_si

Mechanism = Literal["overpotential", "viscous flow", "creep", "dissipation"]
"""What makes a flaw fail; its exponent q."""

SHARES = (0.0005, 0.9995)
"""Ends of the failed share over which a distribution is given."""


def mechanism_exponent(mechanism: Mechanism, *, creep_exponent: float = 5.0) -> float:
    """Exponent q of i ~ length^(-q).

    Parameters
    ----------
    mechanism
        ``"overpotential"``: 1/2, a critical overpotential at a given resistance. ``"viscous flow"``: 1. ``"creep"``: the creep
        exponent n. ``"dissipation"``: 3/2, the size of the exponent of :cite:`Lowack2026`; its sign was lost in the copies of the
        abstract, and a longer flaw that failed later would contradict its own Weibull law, so that it is taken as a fall. The
        prefactor of that theory could not be read and is not computed.
    creep_exponent
        n, for creep.
    """
    if mechanism not in get_args(Mechanism):
        raise StudyError(
            "a mechanism is needed", found=repr(mechanism), todo=f"Known: {', '.join(get_args(Mechanism))}"
        )
    if not creep_exponent > 0:
        raise PhysicsError("a creep exponent above 0 is needed", found=repr(creep_exponent))
    return {"overpotential": 0.5, "viscous flow": 1.0, "creep": creep_exponent, "dissipation": 1.5}[mechanism]


@source("Park2021")
def critical_current_distribution(
    *,
    reference_current: QuantityLike,
    reference_length: QuantityLike,
    flaw_density: float,
    tail: float,
    area: QuantityLike,
    interfaces: int = 2,
    mechanism: Mechanism = "viscous flow",
    creep_exponent: float = 5.0,
    points: int = 200,
) -> xr.Dataset:
    """Distribution of critical current densities over cells.

    Parameters
    ----------
    reference_current
        Current density at which a flaw of the reference length fails, A m-2 or text.
    reference_length
        m or text.
    flaw_density
        Flaws longer than the reference length per area, m-2.
    tail
        Exponent m of the number of flaws over their length: 3 to 10 for polished ceramics (strengths of Weibull modulus 2m).
    area
        Of one interface, m2 or text.
    interfaces
        Interfaces that may fail: 2 in a symmetric cell.
    mechanism, creep_exponent
        As :func:`mechanism_exponent`.
    points
        Points of the curve.

    Returns
    -------
    Dataset
        Kind ``critical_current_distribution``: ``critical_current_density`` (A m-2), ``failed_share``, and ``flaw_length`` (m) that
        fails there. ``attrs``: ``shape``, ``scale``, ``mean``, ``standard_deviation`` (A m-2).

    Raises
    ------
    PhysicsError
        For numbers that are not positive.
    StudyError
        For another mechanism.

    Notes
    -----
    The same law and the same names as :func:`alkanode.electrochem.pool` fits to measured cells: shape and scale compare at once.

    References
    ----------
    :cite:`Park2021` expect such a distribution; the exponents of the mechanisms are derived in
    :mod:`alkanode.cell_models.flaws.flow`.

    Examples
    --------
    >>> one = critical_current_distribution(
    ...     reference_current="1 mA/cm2", reference_length="10 um", flaw_density=1e4, tail=3, area="1 cm2", interfaces=1
    ... )
    >>> two = critical_current_distribution(
    ...     reference_current="1 mA/cm2", reference_length="10 um", flaw_density=1e4, tail=3, area="1 cm2", interfaces=2
    ... )
    >>> round(one.attrs["scale"] / two.attrs["scale"], 2)
    1.26
    """
    current, length = to_si(reference_current, "current_density"), to_si(reference_length, "flaw_length")
    surface = to_si(area, "area")
    exponent = mechanism_exponent(mechanism, creep_exponent=creep_exponent)
    if not (
        current > 0 and length > 0 and flaw_density > 0 and tail > 0 and surface > 0 and interfaces >= 1 and points >= 2
    ):
        raise PhysicsError(
            "current, length, density, tail and area above 0, an interface and two points or more are needed",
            found=f"{current:g}, {length:g}, {flaw_density:g}, {tail:g}, {surface:g}, {interfaces}, {points}",
        )
    shape = tail / exponent
    scale = current * (interfaces * surface * flaw_density) ** (-1 / shape)
    share = np.linspace(*SHARES, points)
    at = scale * (-np.log1p(-share)) ** (1 / shape)
    mean = scale * float(gamma(1 + 1 / shape))
    spread = scale * float(np.sqrt(gamma(1 + 2 / shape) - gamma(1 + 1 / shape) ** 2))
    record = xr.Dataset(
        {
            "critical_current_density": ("point", at),
            "failed_share": ("point", share),
            "flaw_length": ("point", length * (at / current) ** (-1 / exponent)),
        },
        attrs={
            "shape": shape,
            "scale": scale,
            "mean": mean,
            "standard_deviation": spread,
            "mechanism": mechanism,
            "exponent": exponent,
            "tail": float(tail),
            "flaw_density": float(flaw_density),
            "reference_length": length,
            "reference_current": current,
            "area": surface,
            "interfaces": int(interfaces),
        },
    )
    return label(record, "critical_current_distribution")


def distribution_estimates(distribution: xr.Dataset) -> dict[str, Estimate]:
    """Scale, mean and the 5 % quantile of a distribution; the interval of the mean is that of single cells, 95 %."""
    shape, scale = distribution.attrs["shape"], distribution.attrs["scale"]
    low, high = (scale * (-np.log1p(-share)) ** (1 / shape) for share in (0.025, 0.975))
    words = f"computed from flaws, {distribution.attrs['mechanism']}; tail and density of flaws given"
    of = "critical_current_density"
    return {
        "scale": Estimate(value=scale, unit="A m-2", quantity=of, label=words),
        "mean": Estimate(
            value=distribution.attrs["mean"],
            unit="A m-2",
            quantity=of,
            interval=(float(low), float(high)),
            label=f"{words}; interval holds 95 % of cells",
        ),
        "weak cell": Estimate(
            value=float(scale * (-np.log1p(-0.05)) ** (1 / shape)),
            unit="A m-2",
            quantity=of,
            label=f"{words}; 5 % of cells fail below",
        ),
    }


def draw_cells(
    distribution: xr.Dataset,
    cells: int,
    *,
    step: QuantityLike,
    first: QuantityLike | None = None,
    last: QuantityLike | None = None,
    seed: int = 0,
) -> xr.Dataset:
    """Virtual cells of a distribution as a ramp of currents finds them.

    Parameters
    ----------
    distribution
        Result of :func:`critical_current_distribution`.
    cells
        Number of cells.
    step
        Increment of the ramp, A m-2 or text.
    first, last
        Levels at which the ramp begins (default: one step) and ends (default: never).
    seed
        Seed of the draws.

    Returns
    -------
    Dataset
        Kind ``replicates``, as measured cells have it: ``interval`` from the last level that passed to the first that failed, its
        middle, ``censoring`` (``"interval"``, ``"left"`` when the first level fails, ``"right"`` when the last passes) and
        ``failed_share``.

    Raises
    ------
    PhysicsError
        For no cell, or a step or levels that make no ramp.
    """
    width = to_si(step, "current_density")
    begin = width if first is None else to_si(first, "current_density")
    end = np.inf if last is None else to_si(last, "current_density")
    if cells < 1 or not (width > 0 and 0 < begin <= end):
        raise PhysicsError(
            "a cell or more and a rising ramp are needed", found=f"{cells} cells, {begin:g} by {width:g} to {end:g}"
        )
    shape, scale = distribution.attrs["shape"], distribution.attrs["scale"]
    true = scale * np.random.default_rng([seed, 11]).weibull(shape, cells)
    passed = np.floor((true - begin) / width + 1e-12)
    lower = np.where(passed < 0, 0.0, begin + np.maximum(passed, 0) * width)
    upper = np.where(passed < 0, begin, lower + width)
    top = begin + np.floor((end - begin) / width + 1e-9) * width if np.isfinite(end) else np.inf
    right = lower >= top
    lower, upper = np.where(right, top, lower), np.where(right, np.inf, upper)
    censoring = np.where(right, "right", np.where(passed < 0, "left", "interval"))
    middle = np.where(right, lower, np.where(passed < 0, upper, (lower + upper) / 2))
    record = xr.Dataset(
        {
            "critical_current_density": ("cell", middle),
            "interval": (("cell", "bound"), np.stack([lower, upper], axis=1), {"units": "A m-2"}),
            "censoring": ("cell", censoring.astype(str)),
            "failed_share": ("cell", failed_shares(middle, ~right)),
        },
        coords={"cell": [f"virtual cell {number + 1}" for number in range(cells)], "bound": ["lower", "upper"]},
        attrs={**distribution.attrs, "n": cells, "seed": seed, "virtual": "drawn from a critical_current_distribution"},
    )
    return label(record, "replicates")
