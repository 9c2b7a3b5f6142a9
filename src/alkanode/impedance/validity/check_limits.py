"""Limits of the checks of spectra, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass, fields

from alkanode.foundation.errors import SchemaError


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLimits:
    """What :func:`alkanode.impedance.check_spectra` repairs, masks and notes.

    Attributes
    ----------
    fewest_points
        A sweep with fewer is masked. Default 8: an arc with series resistance has four unknowns, and half of the numbers should
        be left to contradict them.
    fewest_decades
        A sweep over less is masked. Default 2: one arc alone is that wide.
    repeats_agree
        Repeats of a frequency that differ by less than this fraction of |Z| are averaged, others mask the sweep.
        Default 0.05: more was not taken in one state.
    sign_ratio
        Ratio of Kramers-Kronig residuals, as stored against opposite sign, that decides the sign of the imaginary part.
        Default 0.5.
    drift_noted
        Share of the drift limit from which drift is noted. Default 0.5.
    overload
        A point whose |Z| lies above the median of its neighbourhood (two points on both sides) by more than this factor is
        dropped as an overload of the instrument. Default 5: no network of resistances and capacitances changes by so much
        and back within two points. For the two points at each end its square.
    pause
        A time between two points longer than this multiple of the times before and after it, and longer than a fifth of the
        sweep, is noted as a pause. Default 10.
    unit_jump
        Largest distance, in decades, of a change of |Z| between neighbouring spectra from a factor of a thousand (or a
        million) at which mixed units are suspected. Default 0.3, a factor of two.
    """

    fewest_points: int = 8
    fewest_decades: float = 2.0
    repeats_agree: float = 0.05
    sign_ratio: float = 0.5
    drift_noted: float = 0.5
    overload: float = 5.0
    pause: float = 10.0
    unit_jump: float = 0.3

    def __post_init__(self) -> None:
        """Refuse limits that are not positive."""
        for entry in fields(self):
            value = getattr(self, entry.name)
            if not value > 0:
                raise SchemaError(f"{entry.name} must be positive", found=repr(value))
