"""The angle of every projection: units, angles that belong to flats, gaps, NaN, and what the range says of the scan."""

from __future__ import annotations

from collections.abc import Iterable
from math import pi

import numpy as np
import numpy.typing as npt

from alkanode.io.projections.defects import Findings
from alkanode.io.projections.raw_scan import INVALID, PROJECTION, Floats, RawAngles
from alkanode.io.projections.units import factor

Keys = npt.NDArray[np.int64]

LARGEST_IN_RADIANS = 2.2 * pi
"""rad; without a unit, angles that span no more are taken as radians and others as degrees: hardly any scan spans less
than 7 degrees, and hardly any more than a turn (a tenth is left for overlap)."""

MOST_WITHOUT_ANGLE = 0.1
"""Share of the projections without a finite angle above which the angles are refused."""

SAME_ANGLE = 1e-3
"""Share of the median step within which two angles are the same (encoders jitter by as much)."""

LOST_STEPS = 1.6
"""Steps beyond so many median steps are gaps; one lost frame gives 2."""

INTERLACED = 0.1
"""Changes of direction per projection above which a stage that goes back and forth is meant to: an encoder that fails
does so a few times."""

LONGEST_LIST = 5
"""Numbers that a message lists."""


def in_radians(angles: RawAngles, findings: Findings, *, unit: str = "") -> Floats:
    """Angles in rad.

    Parameters
    ----------
    angles
        As stored.
    findings
        Notes what was assumed of the unit, and a unit that cannot be.
    unit
        Given by the user, before all else.

    Returns
    -------
    ndarray
        Of the same length, unwrapped as measured.
    """
    values = angles.values[np.isfinite(angles.values)]
    span = float(np.ptp(values)) if values.size else 0.0
    stated = factor(unit or angles.unit, "angle") if (unit or angles.unit) else None
    if stated is None:
        if angles.unit:
            findings.doubt("angle-unit", angles.where, f"unknown unit {angles.unit!r}", "Give angle_unit=")
        stated = 1.0 if 0 < span <= LARGEST_IN_RADIANS else pi / 180
        name = "radians" if stated == 1.0 else "degrees"
        findings.assume(f"the angles of {angles.where} have no unit and span {span:.4g}: taken as {name}")
    elif (
        not unit
        and stated < 1.0
        and values.size > 20
        and any(abs(span - whole) < 0.02 * whole for whole in (pi, 2 * pi))
    ):
        findings.doubt(
            "angle-unit",
            angles.where,
            f"they span {span:.4g} {angles.unit}, half a turn or a turn if they were radians",
            "If so, give angle_unit='rad'",
        )
    elif not unit and stated == 1.0 and values.size > 20 and span > 4.4 * pi:
        findings.doubt(
            "angle-unit",
            angles.where,
            f"they span {span:.4g} rad, {span / 2 / pi:.3g} turns",
            "If not, give angle_unit='deg'",
        )
    return angles.values * stated


def fit_to_frames(angles: Floats, keys: Keys, numbers: Keys | None, where: str, findings: Findings) -> Floats | None:
    """One angle for every frame.

    Parameters
    ----------
    angles
        rad, one per frame or per projection, or with the first and last repeated for flats, or one per file number.
    keys
        (frame,) sorts.
    numbers
        (projection,) numbers in the names of the files, where they have any.
    where
        Place, for messages.
    findings
        Notes how the counts were brought together, or that they cannot be.

    Returns
    -------
    ndarray or None
        (frame,) rad, NaN for flats and darks unless the file gives theirs.
    """
    frames, stood = keys.size, (keys == PROJECTION) | (keys == INVALID)
    projections = int(stood.sum())
    out = np.full(frames, np.nan)
    lost = _missing(numbers) if numbers is not None and numbers.size == projections else np.zeros(0, np.int64)
    if lost.size and numbers is not None:
        if angles.size == numbers[-1] - numbers[0] + 1:
            findings.repaired(
                "frames-dropped",
                where,
                f"files {_listed(lost)} are missing ({lost.size} in all)",
                "Each angle goes by the number of its file",
            )
            out[stood] = angles[numbers - numbers[0]]
            return out
        findings.doubt(
            "numbering-gaps",
            where,
            f"files {_listed(lost)} are missing ({lost.size} in all), and there are {angles.size} angles for {projections} files",
            "Check that angles and files belong together",
        )
    if angles.size == frames:
        return angles.copy()
    if angles.size == projections:
        out[stood] = angles
        return out
    if angles.size > projections:
        head, tail = _repeats(angles), _repeats(angles[::-1])
        extra = angles.size - projections
        if head + tail == extra:
            findings.repaired(
                "angles-more-than-projections",
                where,
                f"{angles.size} angles for {projections} projections; the first is repeated {head} times and the last {tail} times",
                "The repeats are taken as those of flats and left out",
            )
            out[stood] = angles[head : angles.size - tail]
            return out
    kind = "angles-more-than-projections" if angles.size > projections else "angles-fewer-than-projections"
    findings.fatal(
        kind,
        where,
        f"{angles.size} angles for {projections} projections ({frames} frames)",
        "Give the angle of each projection with angles=; after an abort these are the first ones",
    )
    return None


def _repeats(angles: Floats) -> int:
    """How often the first angle comes again at once."""
    steps = np.abs(np.diff(angles))
    moving = steps[steps > 0]
    if moving.size == 0:
        return 0
    still = steps <= SAME_ANGLE * float(np.median(moving))
    return int(np.argmin(still)) if not still.all() else 0


def _missing(numbers: Keys) -> Keys:
    return np.setdiff1d(np.arange(numbers[0], numbers[-1] + 1), numbers)


def _listed(numbers: Iterable[int]) -> str:
    values = [int(number) for number in numbers]
    shown = ", ".join(map(str, values[:LONGEST_LIST]))
    return shown + (", ..." if len(values) > LONGEST_LIST else "")


def check_angles(angles: Floats, keys: Keys, where: str, findings: Findings) -> tuple[Keys, dict[str, float | str]]:
    """What the angles of the projections say of the scan.

    Parameters
    ----------
    angles, keys
        (frame,) rad and sorts.
    where
        Place, for messages.
    findings
        Notes NaN, angles that are there twice, gaps, a stage that stood still or went back and forth, a short range.

    Returns
    -------
    keys
        (frame,) with the projections that have no angle set aside as invalid.
    facts
        ``first_angle``, ``last_angle``, ``angle_span``, ``median_step`` (rad) and ``angle_order``.
    """
    keys = keys.copy()
    chosen = np.flatnonzero(keys == PROJECTION)
    bad = chosen[~np.isfinite(angles[chosen])]
    if chosen.size and bad.size > MOST_WITHOUT_ANGLE * chosen.size:
        findings.fatal(
            "angles-not-numbers", where, f"{bad.size} of {chosen.size} projections have no angle", "Give angles="
        )
        return keys, {}
    if bad.size:
        findings.repaired(
            "angles-not-numbers",
            where,
            f"{bad.size} projections have no angle (frames {_listed(bad)})",
            "They are set aside",
        )
        keys[bad] = INVALID
    values = angles[keys == PROJECTION]
    if values.size < 2:
        return keys, {}
    steps, span = np.diff(values), float(np.ptp(values))
    if span == 0.0:
        findings.fatal("no-rotation", where, f"all {values.size} projections have one angle", "Give angles=")
        return keys, {}
    step = span / (values.size - 1)
    typical = float(np.median(np.abs(steps[steps != 0])))
    order = "rising" if (steps >= 0).all() else "falling" if (steps <= 0).all() else "mixed"
    if order == "falling":
        findings.assume("the angles fall: the stage turned the other way, and each projection keeps its measured angle")
    _check_order(values, steps, typical, order, where, findings)
    if order != "mixed":
        _check_gaps(steps, typical, where, findings)
    if abs(float(values[0])) > 2 * pi:
        findings.assume(f"the angles start at {np.degrees(values[0]):.6g} deg, some turns from zero")
    _say_range(span, max(step, typical), where, findings)
    return keys, {
        "first_angle": float(values[0]),
        "last_angle": float(values[-1]),
        "angle_span": span,
        "median_step": typical,
        "angle_order": order,
    }


def _check_order(values: Floats, steps: Floats, typical: float, order: str, where: str, findings: Findings) -> None:
    still = np.flatnonzero(np.abs(steps) <= SAME_ANGLE * typical)
    if still.size:
        findings.doubt(
            "angles-repeated",
            where,
            f"{still.size} projections have the angle of the one before (first: projection {still[0] + 1})",
            "The stage stood still, or frames are there twice",
        )
    turns = int((np.diff(np.sign(steps[np.abs(steps) > SAME_ANGLE * typical])) != 0).sum())
    if order == "mixed" and turns > INTERLACED * steps.size:
        findings.assume(f"the angles go back and forth {turns} times: an interlaced scan")
    elif order == "mixed":
        back = int(np.flatnonzero(steps * np.sign(values[-1] - values[0]) < 0)[0]) if values[-1] != values[0] else 0
        findings.doubt(
            "angles-run-back",
            where,
            f"the stage runs back {turns} times (first after projection {back})",
            "Check the encoder",
        )


def _check_gaps(steps: Floats, typical: float, where: str, findings: Findings) -> None:
    sizes = np.abs(steps)
    wide = np.flatnonzero(sizes > LOST_STEPS * typical)
    if wide.size:
        lost = int(np.round(sizes[wide] / typical - 1).sum())
        findings.doubt(
            "angle-gaps",
            where,
            f"{wide.size} gaps in the angles, about {lost} frames lost (first after projection {wide[0]})",
            "The reconstruction weighs each projection by its share of the range",
        )


def _say_range(span: float, step: float, where: str, findings: Findings) -> None:
    degrees = np.degrees(span)
    if span < pi - 1.5 * step:
        findings.doubt(
            "range-short",
            where,
            f"the angles span {degrees:.5g} deg, less than half a turn",
            "An aborted scan, or a limited range: the volume will be distorted",
        )
    elif abs(span - pi) <= 0.5 * step:
        findings.assume("a scan of 180 deg that holds both its ends (the last frame mirrors the first)")
    elif span < pi:
        findings.assume("a scan of 180 deg without its last frame")
    elif abs(span - 2 * pi) <= 1.5 * step:
        findings.assume("a scan of 360 deg: each ray is there twice, or the view is widened (half acquisition)")
    else:
        findings.assume(f"a scan of {degrees:.5g} deg, more than half a turn")
