"""Coordinates and masks of spectra, handed on from record to result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alkanode.data.kinds.spectrum_coordinates import SPECTRUM_COORDINATES
from alkanode.impedance.frequency_grids import masked_spectra

if TYPE_CHECKING:
    import xarray as xr


def spectrum_coordinates(record: xr.Dataset) -> dict[str, xr.Variable]:
    """The coordinates over spectrum that a record has, by name, without units (those are labelled again)."""
    return {
        name: record[name].variable
        for name in ("spectrum", *SPECTRUM_COORDINATES)
        if name in record.variables and record[name].dims == ("spectrum",)
    }


def spectrum_masks(record: xr.Dataset) -> dict[str, xr.Variable | tuple[str, object]]:
    """Which spectra are masked (none when nothing says so), and why, as variables over spectrum."""
    masks: dict[str, xr.Variable | tuple[str, object]] = {"masked": ("spectrum", masked_spectra(record))}
    if "mask_reason" in record.variables:
        masks["mask_reason"] = record["mask_reason"].variable
    return masks
