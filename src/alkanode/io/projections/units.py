"""Units as beamlines write them, to SI."""

from __future__ import annotations

from math import pi

from alkanode.io.projections.defects import Findings

_ELECTRONVOLT = 1.602176634e-19

UNITS: dict[str, dict[str, float]] = {
    "length": {
        "m": 1.0,
        "meter": 1.0,
        "metre": 1.0,
        "cm": 1e-2,
        "mm": 1e-3,
        "millimeter": 1e-3,
        "millimetre": 1e-3,
        "um": 1e-6,
        "µm": 1e-6,
        "μm": 1e-6,
        "micron": 1e-6,
        "micrometer": 1e-6,
        "micrometre": 1e-6,
        "nm": 1e-9,
        "nanometer": 1e-9,
    },
    "energy": {
        "j": 1.0,
        "joule": 1.0,
        "ev": _ELECTRONVOLT,
        "electronvolt": _ELECTRONVOLT,
        "kev": 1e3 * _ELECTRONVOLT,
        "kiloelectronvolt": 1e3 * _ELECTRONVOLT,
        "mev": 1e6 * _ELECTRONVOLT,
    },
    "time": {
        "s": 1.0,
        "sec": 1.0,
        "second": 1.0,
        "ms": 1e-3,
        "millisecond": 1e-3,
        "us": 1e-6,
        "min": 60.0,
        "minute": 60.0,
    },
    "angle": {"rad": 1.0, "radian": 1.0, "mrad": 1e-3, "deg": pi / 180, "degree": pi / 180, "°": pi / 180},
}
"""Dimension -> unit in lower case, singular -> factor to SI."""

FIELDS: dict[str, tuple[str, float, float]] = {
    "pixel_size": ("length", 1e-9, 1e-2),
    "photon_energy": ("energy", 1e-3 * _ELECTRONVOLT, 1e7 * _ELECTRONVOLT),
    "exposure_time": ("time", 1e-7, 1e5),
    "detector_distance": ("length", 0.0, 1e3),
    "time": ("time", -1e12, 1e12),
}
"""Field -> dimension, and the range in SI beyond which a value cannot be what it claims (neutrons included)."""


def factor(unit: str, dimension: str) -> float | None:
    """Factor from a written unit to SI, or ``None`` where it is not known."""
    known, plain = UNITS[dimension], unit.strip().lower()
    return known.get(plain, known.get(plain.removesuffix("s")) if len(plain) > 2 else None)


def fact_in_si(
    value: float, unit: str, name: str, where: str, findings: Findings, *, default: str, else_try: tuple[str, ...] = ()
) -> float | None:
    """One number of a header in SI.

    Parameters
    ----------
    value, unit
        As written; the unit may be empty.
    name
        Field: a key of :data:`FIELDS`.
    where
        Place, for messages.
    findings
        Notes a unit that is absent, unknown, or cannot be.
    default
        Unit of the format where none is written.
    else_try
        Units to try in turn where the value is impossible in the default unit.

    Returns
    -------
    float or None
        ``None`` where the value is not finite, zero, or no unit makes sense of it.
    """
    dimension, low, high = FIELDS[name]
    if not value > 0:
        findings.doubt(f"{name}-unusable", where, f"{name} is {value:g}", f"Give {name}=")
        return None
    written = factor(unit, dimension) if unit else None
    if unit and written is None:
        findings.doubt(f"{name}-unit", where, f"{name} has the unknown unit {unit!r}", f"Give {name}=")
        return None
    if written is not None:
        if low <= value * written <= high:
            return value * written
        findings.doubt(f"{name}-unusable", where, f"{name} cannot be {value:g} {unit}", f"Give {name}=")
        return None
    for trial in (default, *else_try):
        scale = UNITS[dimension][trial.lower()]
        if low <= value * scale <= high:
            if trial == default:
                findings.assume(f"{name} {value:g} in {where} is without a unit: taken as {trial}")
            else:
                findings.doubt(
                    f"{name}-unit",
                    where,
                    f"{name} {value:g} is without a unit and cannot be {default}: taken as {trial}",
                    f"Check it, or give {name}=",
                )
            return value * scale
    findings.doubt(f"{name}-unusable", where, f"{name} {value:g} makes no sense in any usual unit", f"Give {name}=")
    return None
