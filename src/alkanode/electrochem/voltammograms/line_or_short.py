"""A straight line through the origin: a metal that plates and strips freely, or a short circuit; the voltammogram cannot say.

Na metal on NASICON gives a near-perfect line, and so does a filament. What a line can say against an ionic path is a resistance
below that of the electrolyte. A short is therefore only ever suspected here, and impedance decides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.foundation.sources import Constant


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRule:
    """What counts as a straight line through the origin, and where the resistance near zero is read.

    Attributes
    ----------
    near_zero_share
        Share of the potential range on each side of 0 V over which the resistance near zero is fitted, 0.05: 50 mV for a
        window of 1 V, below the foot of a stripping peak at 0.2 V.
    linearity
        Least R2 over the whole cycle, 0.999.
    offset_share
        Largest voltage at zero current over the potential range, 0.02.
    electrolyte_share
        Share of the electrolyte's resistance below which no ionic path explains the current, 0.5.
    """

    near_zero_share: float = 0.05
    linearity: float = 0.999
    offset_share: float = 0.02
    electrolyte_share: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the shape of the voltammogram says about a short.

    Attributes
    ----------
    suspected
        Whether a short is suspected. It is never confirmed by a voltammogram.
    signs
        Evidence for it.
    against
        Evidence against it.
    would_confirm
        What would decide.
    rivals
        Other explanations.
    """

    suspected: bool
    signs: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    would_confirm: str = ""
    rivals: str = ""


def judge_line(
    straight: npt.NDArray[np.bool_], resistance: npt.NDArray[np.float64], electrolyte: Constant | None, rule: LineRule
) -> Verdict:
    """Judge a series of cycles.

    Parameters
    ----------
    straight
        (cycle,) whether a cycle is a straight line through the origin without a peak.
    resistance
        (cycle,) ohm.
    electrolyte
        Resistance of the electrolyte (ohm) and what it rests on, or ``None``.
    rule
        Thresholds.
    """
    if not straight.any():
        return Verdict(suspected=False)
    lowest = float(np.nanmin(resistance[straight]))
    signs = [
        f"a straight line through the origin in {int(straight.sum())} of {straight.size} cycles (R2 above {rule.linearity:g}, "
        f"{lowest:.4g} ohm)"
    ]
    confirm = "an impedance spectrum: it needs EIS, since Na metal gives the same line"
    rivals = "an interface that plates and strips through one resistance, as Na metal does; a resistor"
    if electrolyte is None:
        return Verdict(suspected=True, signs=tuple(signs), would_confirm=confirm, rivals=rivals)
    basis = f" ({electrolyte.trust})" if electrolyte.trust.weak else ""
    size = f"{electrolyte.value:.4g} ohm of the electrolyte{basis}"
    if lowest < rule.electrolyte_share * electrolyte.value:
        signs.append(f"{lowest:.4g} ohm is below {rule.electrolyte_share:g} times the {size}")
        return Verdict(suspected=True, signs=tuple(signs), would_confirm=confirm, rivals=rivals)
    return Verdict(
        suspected=False,
        signs=tuple(signs),
        against=(
            f"{lowest:.4g} ohm is no less than {rule.electrolyte_share:g} times the {size}: an ionic path carries the current, "
            "though a weak electronic one beside it is not excluded",
        ),
        would_confirm=confirm,
        rivals=rivals,
    )
