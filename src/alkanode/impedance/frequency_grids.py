"""Spectra that share one frequency grid, so that they share one factorisation.

A grid is taken from the record sweep by sweep: finite points, descending frequency. Masked spectra belong to none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError, SchemaError

if TYPE_CHECKING:
    import xarray as xr

GRID_TOLERANCE = 1e-3
"""Largest difference of ln(frequency) on one grid; it moves an arc of 1 ohm by at most 0.5 mohm."""


_REASONS = 2
"""Reasons of masks that an error names."""


@dataclass(frozen=True, slots=True, eq=False)
class FrequencyGrid:
    """Spectra measured at the same frequencies.

    Attributes
    ----------
    frequency
        Hz, descending, shape (n,), of the first spectrum of the group.
    spectra
        Positions of the spectra in the record, shape (group,).
    points
        Positions of the points in the record, shape (group, n).
    impedance
        ohm, complex, shape (group, n).
    """

    frequency: npt.NDArray[np.float64]
    spectra: npt.NDArray[np.intp]
    points: npt.NDArray[np.intp]
    impedance: npt.NDArray[np.complex128]


def masked_spectra(record: xr.Dataset) -> npt.NDArray[np.bool_]:
    """Which spectra of an impedance record are masked, shape (spectrum,); none when nothing says so."""
    if "masked" in record.variables:
        return record["masked"].to_numpy().astype(bool)
    return np.zeros(record.sizes["spectrum"], dtype=bool)


def all_masked(record: xr.Dataset) -> SchemaError:
    """The error for a record without any spectrum to analyse, with the first reasons of its masks."""
    reasons = record["mask_reason"].to_numpy() if "mask_reason" in record.variables else ()
    told = list(dict.fromkeys(str(reason) for reason in reasons if reason))
    more = " and other reasons" if len(told) > _REASONS else ""
    return SchemaError(
        "at least one unmasked spectrum is needed",
        found=f"{record.sizes['spectrum']} spectra, all masked"
        + (f" ({'; '.join(told[:_REASONS])}{more})" if told else ""),
        todo="Read mask_reason of each spectrum" if told else "Run check_spectra(record), which gives the reasons",
    )


def measured_windows(record: xr.Dataset) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Shortest and longest relaxation time (s) that each sweep covers, 1/(2 pi f); NaN for spectra without points."""
    frequency = record["frequency"].to_numpy()
    known = np.isfinite(frequency)
    with np.errstate(divide="ignore", invalid="ignore"):
        high = np.where(known.any(axis=1), np.where(known, frequency, -np.inf).max(axis=1, initial=-np.inf), np.nan)
        low = np.where(known.any(axis=1), np.where(known, frequency, np.inf).min(axis=1, initial=np.inf), np.nan)
        return 1 / (2 * np.pi * high), 1 / (2 * np.pi * low)


def frequency_grids(record: xr.Dataset) -> list[FrequencyGrid]:
    """Group the unmasked spectra of a record by frequency grid.

    Parameters
    ----------
    record
        Impedance record; points in any order, shorter sweeps padded with NaN.

    Returns
    -------
    list of FrequencyGrid
        In the order of the first spectrum of each.

    Raises
    ------
    SchemaError
        When an unmasked spectrum has a frequency without an impedance (none, or zero), or no points.
    PhysicsError
        When a frequency is zero or negative.
    """
    frequency, impedance = record["frequency"].to_numpy(), record["impedance"].to_numpy()
    collected: dict[int, list[tuple[npt.NDArray[np.float64], list[int], list[npt.NDArray[np.intp]]]]] = {}
    for spectrum in np.flatnonzero(~masked_spectra(record)):
        points = _ordered_points(frequency[spectrum], impedance[spectrum], int(spectrum))
        logarithm = np.log(frequency[spectrum][points])
        same_length = collected.setdefault(points.size, [])
        for reference, members, rows in same_length:
            if np.abs(reference - logarithm).max() <= GRID_TOLERANCE:
                members.append(int(spectrum))
                rows.append(points)
                break
        else:
            same_length.append((logarithm, [int(spectrum)], [points]))
    grids = []
    for reference, members, rows in (group for same_length in collected.values() for group in same_length):
        spectra, points = np.array(members), np.array(rows)
        grids.append(FrequencyGrid(np.exp(reference), spectra, points, impedance[spectra[:, None], points]))
    return sorted(grids, key=lambda grid: int(grid.spectra[0]))


def _ordered_points(
    frequency: npt.NDArray[np.float64], impedance: npt.NDArray[np.complex128], spectrum: int
) -> npt.NDArray[np.intp]:
    points = np.flatnonzero(np.isfinite(frequency))
    remedy = "Run check_spectra(record) first: it removes or masks such points and says so"
    if points.size == 0:
        raise SchemaError("every spectrum needs points", found=f"none in spectrum {spectrum}", todo=remedy)
    missing = points[~np.isfinite(impedance[points]) | (impedance[points] == 0)]
    if missing.size:
        raise SchemaError(
            "every frequency needs an impedance",
            found=f"none, or zero, at points {missing} of spectrum {spectrum}",
            todo=remedy,
        )
    if not (frequency[points] > 0).all():
        first = points[frequency[points] <= 0][0]
        raise PhysicsError(
            "a frequency must be positive (zero is a DC row)",
            found=f"{frequency[first]:g} Hz at point {first} of spectrum {spectrum}",
            todo=remedy,
        )
    return points[np.argsort(-frequency[points], kind="stable")]
