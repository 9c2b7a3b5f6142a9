"""Coordinates of spectra (time, charge, step, cycle, place in the file, level of a staircase) handed on from record to result."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr

SPECTRUM_COORDINATES = (
    *("spectrum", "time", "charge", "step", "cycle", "source_index"),
    *("level", "level_current", "current_density", "at_rest", "in_drift"),
    *("time_since_current", "ambient_temperature"),
)
"""The second line is what a staircase of currents says of its spectra, the third what a rest and a temperature run say."""


def spectrum_coordinates(record: xr.Dataset) -> dict[str, xr.Variable]:
    """The coordinates over spectrum that a record has, by name, without units (those are labelled again)."""
    return {
        name: record[name].variable
        for name in SPECTRUM_COORDINATES
        if name in record.variables and record[name].dims == ("spectrum",)
    }
