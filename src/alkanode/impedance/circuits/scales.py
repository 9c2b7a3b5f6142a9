"""Scales on which parameters are fitted: ln p for positive ones, ln((p - a)/(b - p)) for those between two bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import SchemaError
from alkanode.impedance.circuits.circuit import Circuit

Bounds = Mapping[str, Sequence[float | None]]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_REACH = float(np.log(1e6))  # a logit goes to a millionth of its range, not to infinity
_MARGIN = 1e-5  # of the range: so near a bound, an exponent is on it


@dataclass(frozen=True, slots=True, eq=False)
class Scales:
    """Scale of each parameter, shapes (parameter,).

    Attributes
    ----------
    logit
        Whether the scale is that of a quantity between two bounds.
    lower, upper
        Bounds in SI.
    """

    logit: BoolArray
    lower: FloatArray
    upper: FloatArray

    def part(self, chosen: npt.NDArray[np.intp]) -> Scales:
        """Scales of some of the parameters."""
        return Scales(self.logit[chosen], self.lower[chosen], self.upper[chosen])

    @property
    def limits(self) -> tuple[FloatArray, FloatArray]:
        """Bounds on the scale."""
        with np.errstate(divide="ignore"):
            low, high = np.log(np.where(self.logit, 1.0, self.lower)), np.log(np.where(self.logit, 1.0, self.upper))
        return np.where(self.logit, -_REACH, low), np.where(self.logit, _REACH, high)

    def to_scale(self, values: FloatArray) -> FloatArray:
        """Values (..., parameter) on the scale; those outside the bounds are moved in."""
        low, high = self.limits
        span = np.where(self.logit, self.upper - self.lower, 1.0)
        share = np.where(self.logit, (values - self.lower) / span, 0.5)
        edge = 1 / (1 + np.exp(_REACH))
        share = np.clip(share, edge, 1 - edge)
        positive = np.where(self.logit, 1.0, np.clip(values, self.lower, self.upper))
        return np.clip(np.where(self.logit, np.log(share / (1 - share)), np.log(positive)), low, high)

    def to_values(self, scaled: FloatArray) -> FloatArray:
        """Values in SI."""
        share = 1 / (1 + np.exp(-np.where(self.logit, scaled, 0.0)))
        return np.where(
            self.logit, self.lower + (self.upper - self.lower) * share, np.exp(np.where(self.logit, 0.0, scaled))
        )

    def advance(self, scaled: FloatArray, step: FloatArray) -> FloatArray:
        """Take a step on the scale.

        Steps up to 1 are taken as they are. A longer step d of a logarithm becomes 1 + ln(d), nearly what the value
        itself would do: one that came near zero finds back in one step, and none falls there in a few. A logit moves
        by 2 at most.
        """
        size = np.abs(step)
        far = np.where(size > 1, 1 + np.log(np.maximum(size, 1.0)), size)
        return scaled + np.where(self.logit, np.clip(step, -2, 2), np.sign(step) * far)

    def slope(self, values: FloatArray) -> FloatArray:
        """Derivative of the value with respect to its place on the scale."""
        span = np.where(self.logit, self.upper - self.lower, 1.0)
        return np.where(self.logit, (values - self.lower) * (self.upper - values) / span, values)

    def at_bound(self, scaled: FloatArray, limits: tuple[FloatArray, FloatArray]) -> BoolArray:
        """Whether a parameter lies on one of its limits (an exponent: within 1e-5 of its range)."""
        near = np.where(self.logit, _REACH - np.log((1 - _MARGIN) / _MARGIN), 1e-9)
        return np.asarray((scaled <= limits[0] + near) | (scaled >= limits[1] - near))


def scales_of(circuit: Circuit, bounds: Bounds | None = None) -> Scales:
    """Scales of a circuit's parameters.

    Parameters
    ----------
    circuit
        Gives default bounds.
    bounds
        Name -> (lower, upper) in SI, replacing the defaults. ``None`` for either keeps the default.

    Raises
    ------
    SchemaError
        For an unknown name, or bounds that are no range or leave the domain of the parameter.
    """
    lower = np.array([parameter.lower for parameter in circuit.parameters])
    upper = np.array([parameter.upper for parameter in circuit.parameters])
    for name, pair in (bounds or {}).items():
        place = circuit.position(name)
        if len(pair) != 2:
            raise SchemaError(f"bounds of {name} are (lower, upper)", found=repr(pair))
        low, high = (lower[place], upper[place])
        low, high = (low if pair[0] is None else float(pair[0])), (high if pair[1] is None else float(pair[1]))
        parameter = circuit.parameters[place]
        exponent = parameter.transform == "logit"
        inside = parameter.lower <= low and high <= parameter.upper if exponent else low > 0
        if not (inside and low < high):
            domain = f"within [{parameter.lower:g}, {parameter.upper:g}]" if exponent else "above zero"
            raise SchemaError(
                f"bounds of {name} must lie {domain}, the lower below the upper",
                found=f"{low:g} and {high:g}",
                todo="Hold a parameter with fixed= instead of equal bounds",
            )
        lower[place], upper[place] = low, high
    logit = np.array([parameter.transform == "logit" for parameter in circuit.parameters])
    return Scales(logit, lower, upper)
