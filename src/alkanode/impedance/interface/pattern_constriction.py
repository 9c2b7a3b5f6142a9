"""Constriction of a contact pattern as it was seen, pixel by pixel, instead of round spots evenly spread.

A formula for spots wants one share and one spacing. A map of contact has spots of all shapes and sizes, in clusters and
alone; the current goes where it is easiest. Here the field in the electrolyte behind the whole map is computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate, source
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.impedance.interface.constriction import constriction_resistance, contact_ratio
from alkanode.impedance.interface.unit_cell import VACUUM_PERMITTIVITY
from alkanode.numerics.conduction import SurfaceConduction, conduct_under_pattern

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_ORDER = 1  # of the error in the size of a pixel: the current density is singular at the edges of contact


@dataclass(frozen=True, slots=True)
class _Layer:
    """Electrolyte and contact, in SI."""

    resistivity: float
    thickness: float
    contact_resistance: float
    double_layer: float
    void_depth: float
    permittivity: float


@source("Holm1967", "Fleig1997", "Eckhardt2022Morphology")
def pattern_constriction(
    contact: RecordLike,
    *,
    resistivity: QuantityLike,
    scan: int = -1,
    contact_resistance: QuantityLike = 0.0,
    thickness: QuantityLike | None = None,
    refinements: Sequence[int] = (1, 2, 4),
    frequency: npt.ArrayLike | None = None,
    void_depth: QuantityLike | None = None,
    double_layer: QuantityLike = 0.0,
    relative_permittivity: float = 20.0,
) -> xr.Dataset:
    """Extra resistance of an interface that touches where a map says so.

    Parameters
    ----------
    contact
        Record of kind ``interface_contact``: a map ``contact`` (scan, y, x), of which ``seen`` says where it holds.
    resistivity
        Of the electrolyte, ohm m, or text such as ``"1e3 ohm cm"``.
    scan
        Which scan, by position. Default: the last.
    contact_resistance
        Of the touching area, times that area, ohm m2. Default zero, perfect contact.
    thickness
        Of the electrolyte up to an ideal electrode, m. Default the longer side of the map, beyond which nothing changes.
    refinements
        Into how many parts each side of a pixel is cut; the resistance is extrapolated to infinitely many. Default 1, 2, 4.
    frequency
        Hz, (point,). With it the impedance is computed too, on the pixels of the map, voids acting as capacitors.
    void_depth
        Of the voids beside the contact, m; needed with a frequency.
    double_layer
        Of the touching area, F m-2. Default 0.
    relative_permittivity
        Of the electrolyte. Default 20, usual for oxide ceramics (assumed).

    Returns
    -------
    Dataset
        Kind ``pattern_constriction``: ``constriction_resistance`` (ohm m2: whole less electrolyte, less R_ct/f),
        ``constriction_resistance_interval`` (ohm m2, over ``bound``: what the extrapolation may be wrong by),
        ``refined_resistance`` (ohm m2, over ``refinement``), ``area_fraction``, ``contact_ratio``,
        ``constriction_formula`` (ohm m2: the series with the spacing of the record, NaN where it knows none), maps over (y, x):
        ``contact``, ``surface_potential_share`` (potential at the electrolyte's surface over the voltage),
        ``current_concentration`` (local over mean current density); with a frequency ``area_specific_impedance`` and
        ``constriction_impedance`` over (point,).

    Raises
    ------
    PhysicsError
        Where nothing touches in the map, or numbers are out of range.
    UnitsError
        For text with a wrong unit.

    Notes
    -----
    div(grad phi) = 0 in a layer whose sides are closed, as if the map were mirrored at its borders. The largest square that
    was seen is taken. Lone clusters near the border therefore weigh more or less than they should; the share of contact in
    the square is given. A gap thinner than the map resolves is not in it.
    """
    row = check(contact, "interface_contact").isel(scan=scan)
    rho, r_ct = to_si(resistivity, "resistivity"), to_si(contact_resistance, "area_specific_resistance")
    if not (rho > 0 and r_ct >= 0):
        raise PhysicsError("a resistivity is positive, a contact resistance not negative", found=f"{rho:g}, {r_ct:g}")
    parts = sorted(set(refinements))
    if not parts or parts[0] < 1 or any(int(one) != one for one in parts):
        raise PhysicsError("pixels are cut into whole parts", found=f"{refinements!r}")
    rows, columns = _largest_square(row["seen"].to_numpy())
    pattern = row["contact"].to_numpy()[rows, columns]
    if not pattern.any():
        raise PhysicsError("a constriction needs contact in the map", found="none")
    size = _pixel(row["y"].to_numpy()), _pixel(row["x"].to_numpy())
    sides = pattern.shape[0] * size[0], pattern.shape[1] * size[1]
    layer = _Layer(
        resistivity=rho,
        thickness=max(sides) if thickness is None else to_si(thickness, "thickness"),
        contact_resistance=r_ct,
        double_layer=to_si(double_layer, "areal_capacitance"),
        void_depth=np.nan if void_depth is None else to_si(void_depth, "void_depth"),
        permittivity=relative_permittivity,
    )
    share = float(pattern.mean())
    solved = [_direct(pattern, size, layer, part) for part in parts]
    known = rho * layer.thickness + r_ct / share
    refined = np.array([1 / one.conductance.real - known for one in solved])
    if pattern.all():
        refined[:] = 0.0
    value, half = _extrapolated(np.array(parts, dtype=np.float64), refined)
    spacing = float(row["contact_spacing"])
    formula = np.nan
    if np.isfinite(spacing):
        formula = float(constriction_resistance(share, resistivity=rho, spacing=spacing))
    coarse = solved[0]
    cut = parts[0]
    fields: dict[str, Any] = {
        "constriction_resistance": ((), value),
        "constriction_resistance_interval": ("bound", [max(value - half, 0.0), value + half]),
        "refinement": ("refinement", np.array(parts)),
        "refined_resistance": ("refinement", refined),
        "area_fraction": ((), share),
        "resistivity": ((), rho),
        "constriction_formula": ((), formula),
        "contact_ratio": (
            (),
            float(contact_ratio(r_ct, resistivity=rho, radius=spacing * np.sqrt(share)))
            if np.isfinite(spacing)
            else np.nan,
        ),
        "contact": (("y", "x"), pattern),
        "surface_potential_share": (("y", "x"), _blocks(coarse.potential.real, cut)),
        "current_concentration": (("y", "x"), _blocks(coarse.current_density.real / coarse.conductance.real, cut)),
    }
    if frequency is not None:
        fields |= _spectrum(pattern, size, layer, np.atleast_1d(np.asarray(frequency, dtype=np.float64)), share)
    record = xr.Dataset(
        fields,
        coords={"y": row["y"].to_numpy()[rows], "x": row["x"].to_numpy()[columns], "bound": ["lower", "upper"]},
        attrs={
            "thickness": layer.thickness,
            "contact_resistance": r_ct,
            "double_layer": layer.double_layer,
            "relative_permittivity": relative_permittivity,
            "pixel_size": list(size),
        },
    )
    return label(record, "pattern_constriction")


def pattern_constriction_estimate(record: RecordLike) -> Estimate:
    """Headline number of :func:`pattern_constriction`.

    Parameters
    ----------
    record
        Of kind ``pattern_constriction``.
    """
    found = check(record, "pattern_constriction")
    low, high = found["constriction_resistance_interval"].to_numpy()
    return Estimate(
        value=float(found["constriction_resistance"]),
        unit="ohm m2",
        quantity="constriction_resistance",
        interval=(float(low), float(high)),
        label=f"computed: field behind a map of contact, {100 * float(found['area_fraction']):.3g} % touching, resistivity "
        f"{float(found['resistivity']):.3g} ohm m; interval: extrapolation to infinitely small pixels, the map taken as it is",
    )


def _direct(pattern: Flags, size: tuple[float, float], layer: _Layer, part: int) -> SurfaceConduction:
    """Direct current under the pattern, each pixel cut into ``part`` x ``part``."""
    fine = pattern.repeat(part, axis=0).repeat(part, axis=1)
    perfect = layer.contact_resistance == 0
    admittance = np.zeros(fine.shape) if perfect else np.where(fine, 1 / layer.contact_resistance, 0.0)
    return conduct_under_pattern(
        admittance,
        (size[0] / part, size[1] / part),
        conductivity=1 / layer.resistivity,
        thickness=layer.thickness,
        perfect=fine if perfect else None,
    )


def _spectrum(pattern: Flags, size: tuple[float, float], layer: _Layer, f: Floats, share: float) -> dict[str, Any]:
    """Impedance on the pixels of the map, each frequency begun from the one before."""
    if not layer.void_depth > 0:
        raise PhysicsError("an impedance needs the depth of the voids", found=f"{layer.void_depth:g} m")
    if f.ndim != 1 or not (np.isfinite(f) & (f >= 0)).all():
        raise PhysicsError("frequencies are numbers from zero upwards", found=f"shape {f.shape}")
    perfect = layer.contact_resistance == 0
    whole = np.empty(f.size, dtype=np.complex128)
    rest = np.empty(f.size, dtype=np.complex128)
    start = None
    for place, omega in enumerate(2j * np.pi * f):
        conductivity = 1 / layer.resistivity + omega * VACUUM_PERMITTIVITY * layer.permittivity
        touching = 0j if perfect else 1 / layer.contact_resistance + omega * layer.double_layer
        admittance = np.where(pattern, touching, omega * VACUUM_PERMITTIVITY / layer.void_depth)
        found = conduct_under_pattern(
            admittance,
            size,
            conductivity=conductivity,
            thickness=layer.thickness,
            perfect=pattern if perfect else None,
            start=start,
        )
        start = found.potential
        whole[place] = 1 / found.conductance
        rest[place] = layer.thickness / conductivity + (0 if perfect else 1 / (share * touching))
    return {
        "frequency": ("point", f),
        "area_specific_impedance": ("point", whole),
        "constriction_impedance": ("point", whole - rest),
    }


def _extrapolated(parts: Floats, values: Floats) -> tuple[float, float]:
    """Limit of infinitely many parts, and what it may be wrong by: twice the change that the last refinement made to it.

    The order of the error is a little below one where contacts have corners, so that limits creep by half a step each.
    """
    if values.size == 1:
        return float(values[0]), float(np.inf)
    step = 1 / parts**_ORDER
    limits = values[1:] - step[1:] * (values[1:] - values[:-1]) / (step[1:] - step[:-1])
    last = float(limits[-1])
    half = 2 * abs(last - float(limits[-2])) if limits.size > 1 else abs(last - float(values[-1]))
    return last, half


def _largest_square(seen: Flags) -> tuple[slice, slice]:
    """Rows and columns of the largest square in which everything was seen; everything where all was."""
    if seen.all():
        return slice(0, seen.shape[0]), slice(0, seen.shape[1])
    # Side of the largest seen square that ends at each pixel, by the rule of three neighbours, row by row.
    best, corner = 0, (0, 0)
    above = np.zeros(seen.shape[1] + 1, dtype=np.int64)
    for y, line in enumerate(seen):
        here = np.zeros_like(above)
        for x, one in enumerate(line):
            if one:
                here[x + 1] = 1 + min(here[x], above[x], above[x + 1])
        side = int(here.max())
        if side > best:
            best, corner = side, (y, int(here.argmax()) - 1)
        above = here
    if best == 0:
        raise PhysicsError("a constriction needs a map of contact", found="nothing seen")
    return slice(corner[0] - best + 1, corner[0] + 1), slice(corner[1] - best + 1, corner[1] + 1)


def _pixel(places: Floats) -> float:
    if places.size < 2:
        raise PhysicsError("a map of contact has at least two pixels along each side", found=f"{places.size}")
    return float((places[-1] - places[0]) / (places.size - 1))


def _blocks(values: Floats, part: int) -> Floats:
    """Means over blocks of ``part`` x ``part``."""
    y, x = values.shape
    return np.asarray(values.reshape(y // part, part, x // part, part).mean(axis=(1, 3)))
