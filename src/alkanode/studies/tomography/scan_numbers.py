"""Numbers of single scans and of their grains, beside the headline numbers: axis, place, capacity, sizes.

A report shows them in its tables. Where the truth is known, they are compared with it one by one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.sources import Estimate, Trust
from alkanode.numerics.rigid import rotation_matrix

Floats = npt.NDArray[np.float64]

TWO_SIDED = 1.96
"""Standard errors on either side that hold 95 % of a normal distribution."""

NEAR, FAR = 10e-6, 20e-6
"""m from the electrolyte: a first layer, in which voids and islands stand, and the next, with the rest of the pool."""

DEPTHS: dict[str, tuple[float, float]] = {
    f"below_{1e6 * NEAR:g}_um": (0.0, NEAR),
    f"{1e6 * NEAR:g}_to_{1e6 * FAR:g}_um": (NEAR, FAR),
}
"""Ranges of the depth in which mean volumes of grains are given, by name."""


def axis_numbers(record: xr.Dataset) -> dict[str, Estimate]:
    """Column of the rotation axis of one scan."""
    attrs = record.attrs
    column, low, high = (float(attrs[f"consensus_{name}"]) for name in ("column", "lower", "upper"))
    known = np.isfinite([low, high]).all()
    return {
        "axis_column": Estimate(
            value=column if np.isfinite(column) else None,
            unit="1",
            quantity="axis_column",
            interval=(low, high) if known else None,
            label=str(attrs["consensus_label"]),
        )
    }


def motion_numbers(record: xr.Dataset) -> dict[str, Estimate]:
    """Shift and rotation of one scan against the reference, with 95 % intervals.

    The shift is that of the origin, where the rotation axis of the reference crosses its first detector row: it does not
    depend on the point about which the rotation is counted.
    """
    one = record.isel(scan=0)
    axes = float(one["axis_displacement_error"]) if "axis_displacement_error" in one else 0.0
    centre, turn = one["centre"].to_numpy(), rotation_matrix(one["rotation"].to_numpy())
    shift = one["shift"].to_numpy() + centre - turn @ centre
    errors = {"shift": _error_at_origin(one, centre), "rotation": one["rotation_error"].to_numpy()}
    label = f"{Trust.FITTED.value} on material that does not change; interval: 95 % of noise and of what parts of it disagree about"
    found = {}
    for name, unit, kind, values in (
        ("shift", "m", "displacement", shift),
        ("rotation", "rad", "rotation_angle", one["rotation"].to_numpy()),
    ):
        for axis, value, error in zip("zyx", values, errors[name], strict=True):
            across = name == "shift" and axis != "z" and np.isfinite(axes)
            width = TWO_SIDED * float(np.hypot(error, axes if across else 0.0))
            known = bool(np.isfinite(error))
            found[f"{name}_{axis}"] = Estimate(
                value=float(value) if known else None,
                unit=unit,
                quantity=kind,
                interval=(float(value) - width, float(value) + width) if known else None,
                label=label + (", and of the rotation axes" if across else ""),
            )
    return found


def _error_at_origin(one: xr.Dataset, centre: Floats) -> Floats:
    """(3,) standard error of the displacement of the origin, m; infinite where a direction is not known."""
    if "covariance" not in one or not np.isfinite(one["covariance"].to_numpy()).all():
        return np.asarray(one["shift_error"].to_numpy(), dtype=np.float64)
    z, y, x = -centre
    lever = np.array([[0.0, x, -y], [-x, 0.0, z], [y, -z, 0.0]])
    both = np.hstack([np.eye(3), lever])
    return np.sqrt(np.maximum(np.diag(both @ one["covariance"].to_numpy() @ both.T), 0.0))


def capacity_numbers(charges: xr.Dataset | None) -> dict[str, Estimate]:
    """Areal capacity stripped at the middle of each scan, by scan."""
    if charges is None or "areal_capacity" not in charges:
        return {}
    found = {}
    for scan in charges["scan"].to_numpy():
        one = charges.sel(scan=scan)
        value = float(one["areal_capacity"])
        error = float(one["areal_capacity_error"]) if "areal_capacity_error" in one else np.nan
        width = TWO_SIDED * error
        # at rest the clocks' offset moves nothing, and the error of the instrument is not known
        known = bool(np.isfinite([value, error]).all()) and error > 0
        found[f"areal_capacity_in_{scan}"] = Estimate(
            value=value if np.isfinite(value) else None,
            unit="C m-2",
            quantity="areal_capacity",
            interval=(value - width, value + width) if known else None,
            label=f"{Trust.MEASURED.value}: charge at the middle of the scan; "
            + ("interval: 95 % of the clocks' offset" if known else "at rest, whatever the clocks' offset"),
        )
    return found


def size_numbers(record: xr.Dataset) -> dict[str, Estimate]:
    """Number and mean volume of the grains found one by one; moved matter and fringes do not count."""
    volume, sign = record["grain_volume"].to_numpy(), record["sign"].to_numpy()
    counted = np.ones(volume.size, dtype=bool)
    for name in ("displaced", "fringe"):
        if name in record:
            counted &= ~record[name].to_numpy().astype(bool)
    label = f"{Trust.MEASURED.value}: grains found one by one"
    found = {}
    for name, direction in (("gained", 1), ("lost", -1)):
        own = volume[counted & (sign == direction)]
        found[f"grain_count_{name}"] = Estimate(
            value=float(own.size), unit="1", quantity="grain_count", interval=None, label=label
        )
        found[f"mean_grain_volume_{name}"] = Estimate(
            value=float(own.mean()) if own.size else None,
            unit="m3",
            quantity="mean_grain_volume",
            interval=None,
            label=f"{label}, by their outlines beyond the threshold: parts of grains, and no small ones"
            if own.size
            else "no grain was found",
        )
    return found


def depth_numbers(record: xr.Dataset) -> dict[str, Estimate]:
    """Mean volume of grains in ranges of depth, each grain counted where its centroid lies."""
    count = record["grain_count"].sel(rule="centroid")
    total = (record["mean_grain_volume"].sel(rule="centroid").fillna(0.0) * count).transpose("change", "depth")
    depth = record["depth"].to_numpy()
    found = {}
    for place, (low, high) in DEPTHS.items():
        inside = (depth >= low) & (depth < high)
        for change, name in (("gain", "gained"), ("loss", "lost")):
            number = float(count.sel(change=change).to_numpy()[inside].sum())
            volume = float(total.sel(change=change).to_numpy()[inside].sum())
            found[f"mean_grain_volume_{name}_{place}"] = Estimate(
                value=volume / number if number else None,
                unit="m3",
                quantity="mean_grain_volume",
                interval=None,
                label=f"{Trust.MEASURED.value}: grains counted at their centroid"
                if number
                else "no grain was found there",
            )
    return found


def spacing_numbers(record: xr.Dataset) -> dict[str, Estimate]:
    """Distance of voids at the electrolyte in one scan."""
    from alkanode.tomography.grains.interface_contact import spacing_basis, spacing_interval

    row = record.isel(scan=-1)
    spacing = float(row["void_spacing"])
    return {
        "void_spacing": Estimate(
            value=spacing if np.isfinite(spacing) else None,
            unit="m",
            quantity="void_spacing",
            interval=spacing_interval(row, "void_spacing"),
            label=f"{Trust.MEASURED.value}: mean distance to the nearest void of the layer, an upper bound; "
            f"{spacing_basis(row, 'void_spacing')}",
        )
    }
