"""Spectrum of an interface that touches in spots, computed from the field in the electrolyte.

At low frequency all current crosses at the spots and spreads from there: the constriction resistance. At high frequency
it also crosses the voids as through capacitors, and the constriction disappears. So a void makes an arc, and its relaxation
time is that of the void's capacitance: nanoseconds to microseconds for gaps of micrometres to ten nanometres.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import source
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.impedance.interface.constriction import constriction_resistance, contact_ratio
from alkanode.impedance.interface.unit_cell import VACUUM_PERMITTIVITY, Mesh, UnitCell
from alkanode.impedance.interface.unit_cell_field import field_impedance

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

_PER_DECADE = 12
_MARGIN = 100.0  # the default frequencies reach this far beyond the slowest and fastest time of the cell


@source("Negus1984", "Fleig1997", "Eckhardt2022Morphology", "Eckhardt2022Circuits")
def constriction(
    area_fraction: npt.ArrayLike,
    *,
    resistivity: QuantityLike,
    spacing: QuantityLike,
    void_depth: QuantityLike,
    relative_permittivity: float = 20.0,
    contact_resistance: QuantityLike = 0.0,
    double_layer: QuantityLike = 0.0,
    thickness: QuantityLike | None = None,
    frequency: npt.ArrayLike | None = None,
    mesh: Mesh | None = None,
) -> xr.Dataset:
    """Impedance of one interface that touches in evenly spread round spots.

    Parameters
    ----------
    area_fraction
        Touching share of the area, in (0, 1]; one number or several, one spectrum each.
    resistivity
        Of the electrolyte, ohm m, or text such as ``"1e3 ohm cm"``.
    spacing
        Radius of the cell that belongs to one spot, m, or text: half the distance between spots, from tomography.
    void_depth
        Depth of the gap beside the spots, m, or text.
    relative_permittivity
        Of the electrolyte. Default 20, usual for oxide ceramics (assumed); it acts only near the bulk relaxation.
    contact_resistance, double_layer
        Of the touching area: resistance times area (ohm m2) and capacitance per area (F m-2). Default zero, perfect
        contact: then only the spreading is seen.
    thickness
        Of the electrolyte up to an ideal electrode, m. Default twice the spacing: beyond 1.5 the constriction does not
        change.
    frequency
        Hz, shape (point,). Default 12 per decade, two decades beyond the times of the cell.
    mesh
        How finely to divide. Default :class:`Mesh`: the resistance is within 0.6 % of its limit.

    Returns
    -------
    Dataset
        Kind ``constriction``, one spectrum per area fraction: ``area_specific_impedance`` (ohm m2, electrolyte included),
        ``constriction_impedance`` (ohm m2: less the electrolyte's own arc and, with a contact resistance, less R_ct/f with
        the double layer on f), ``constriction_resistance`` (its value at zero frequency), ``constriction_formula`` (the
        series, for perfect contact), ``relaxation_time`` (s, at the peak of -Im of ``constriction_impedance``; NaN for full
        contact), ``areal_capacitance`` (relaxation time over resistance), ``contact_ratio`` (R_ct/(rho a)).

    Raises
    ------
    PhysicsError
        For numbers out of range.
    UnitsError
        For text with a wrong unit.

    Notes
    -----
    div((1/rho + j w eps0 eps_r) grad phi) = 0 in a cylinder; at the surface 1/R_ct + j w C_dl inside the spot and
    j w eps0/d beside it. The voids are thin plates: fields inside them run straight across, so d should be below the
    spacing. The relaxation time is about ASR_c eps0 (1 - f)/d + rho eps0 eps_r.

    Examples
    --------
    >>> found = constriction(0.1, resistivity="1000 ohm cm", spacing="10 um", void_depth="1 um", frequency=[1.0])
    >>> round(1e4 * float(found.constriction_resistance[0]), 2)
    1.41
    """
    fractions = np.atleast_1d(np.asarray(area_fraction, dtype=np.float64))
    if fractions.ndim != 1 or fractions.size == 0:
        raise PhysicsError("area fractions are one number or a list of them", found=f"shape {fractions.shape}")
    rho, b = to_si(resistivity, "resistivity"), to_si(spacing, "contact_spacing")
    d, r_ct = to_si(void_depth, "void_depth"), to_si(contact_resistance, "area_specific_resistance")
    c_dl = to_si(double_layer, "areal_capacitance")
    length = 2 * b if thickness is None else to_si(thickness, "thickness")
    mesh = Mesh() if mesh is None else mesh
    cells = [
        UnitCell(
            area_fraction=float(f),
            resistivity=rho,
            spacing=b,
            void_depth=d,
            relative_permittivity=relative_permittivity,
            contact_resistance=r_ct,
            double_layer=c_dl,
            thickness=length,
        )
        for f in fractions
    ]
    grid = _frequencies(cells) if frequency is None else np.atleast_1d(np.asarray(frequency, dtype=np.float64))
    if grid.ndim != 1 or not (grid >= 0).all():
        raise PhysicsError("frequencies are numbers from zero upwards", found=f"shape {grid.shape}")
    solved = [_spectrum(cell, grid, mesh) for cell in cells]
    at_zero = np.array([one[1][-1].real for one in solved])
    peak = np.array([_peak(cell, mesh) for cell in cells])
    known = at_zero > 1e-9 * rho * length
    record = xr.Dataset(
        {
            "area_fraction": ("spectrum", fractions),
            "resistivity": ("spectrum", np.full(fractions.size, rho)),
            "contact_spacing": ("spectrum", np.full(fractions.size, b)),
            "void_depth": ("spectrum", np.full(fractions.size, d)),
            "frequency": (("spectrum", "point"), np.tile(grid, (fractions.size, 1))),
            "area_specific_impedance": (("spectrum", "point"), np.array([one[0][:-1] for one in solved])),
            "constriction_impedance": (("spectrum", "point"), np.array([one[1][:-1] for one in solved])),
            "constriction_resistance": ("spectrum", at_zero),
            "constriction_formula": ("spectrum", constriction_resistance(fractions, resistivity=rho, spacing=b)),
            "relaxation_time": ("spectrum", np.where(known, peak, np.nan)),
            "areal_capacitance": ("spectrum", np.divide(peak, at_zero, out=np.full(peak.shape, np.nan), where=known)),
            "contact_ratio": ("spectrum", contact_ratio(r_ct, resistivity=rho, radius=[cell.radius for cell in cells])),
        },
        attrs={
            "relative_permittivity": relative_permittivity,
            "contact_resistance": r_ct,
            "double_layer": c_dl,
            "thickness": length,
            "mesh_cells": mesh.cells,
            "mesh_smallest": mesh.smallest,
        },
    )
    return label(record, "constriction")


def _spectrum(cell: UnitCell, grid: FloatArray, mesh: Mesh) -> tuple[ComplexArray, ComplexArray]:
    """Whole impedance and constriction alone on the grid, with zero frequency appended."""
    frequency = np.append(grid, 0.0)
    whole = field_impedance(cell, frequency, mesh)
    omega = 2j * np.pi * frequency
    rest = cell.resistivity * cell.thickness / (1 + omega * cell.bulk_relaxation_time)
    if cell.contact_resistance > 0:
        relaxation = cell.contact_resistance * cell.double_layer
        rest = rest + cell.contact_resistance / cell.area_fraction / (1 + omega * relaxation)
    return whole, np.asarray(whole - rest)


def _times(cell: UnitCell) -> tuple[float, float]:
    """Times between which the arc of a constriction lies: bulk, and void beside the resistance at the interface."""
    f = min(cell.area_fraction, 1 - 1e-9)
    asr = float(constriction_resistance(f, resistivity=cell.resistivity, spacing=cell.spacing))
    void = VACUUM_PERMITTIVITY * (1 - f) / cell.void_depth
    return cell.bulk_relaxation_time, (asr + cell.contact_resistance / f) * void + cell.bulk_relaxation_time


def _frequencies(cells: list[UnitCell]) -> FloatArray:
    """Hz, descending, beyond all times of the cells."""
    times = [time for cell in cells for time in _times(cell)]
    times += [
        cell.contact_resistance * cell.double_layer for cell in cells if cell.double_layer * cell.contact_resistance
    ]
    ends = np.log10([_MARGIN * max(times), min(times) / _MARGIN])
    count = int(np.ceil(_PER_DECADE * (ends[0] - ends[1]))) + 1
    return np.asarray(1 / (2 * np.pi * np.logspace(ends[1], ends[0], count)))


def _peak(cell: UnitCell, mesh: Mesh) -> float:
    """Relaxation time at which the constriction loses most: its largest -Im, from a parabola in ln tau."""
    low, high = _times(cell)
    tau = np.geomspace(0.1 * low, 10 * high, int(np.ceil(_PER_DECADE * np.log10(100 * high / low))) + 1)
    loss = -_spectrum(cell, 1 / (2 * np.pi * tau), mesh)[1][:-1].imag
    top = int(np.clip(np.argmax(loss), 1, tau.size - 2))
    before, at, after = loss[top - 1 : top + 2]
    bend = before - 2 * at + after
    shift = 0.5 * (before - after) / bend if bend < 0 else 0.0
    return float(tau[top] * (tau[1] / tau[0]) ** np.clip(shift, -1, 1))
