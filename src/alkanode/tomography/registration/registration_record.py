"""A refinement as a record in SI."""

from __future__ import annotations

import json

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.tomography.registration.conditioning import Conditioning
from alkanode.tomography.registration.options import RegistrationOptions
from alkanode.tomography.registration.rigid_refinement import Refinement
from alkanode.tomography.registration.voxel_grid import Floats

COMPONENTS = ["z", "y", "x"]
PARAMETERS = [f"{part}_{axis}" for part in ("shift", "rotation") for axis in COMPONENTS]


def registration_record(
    result: Refinement,
    state: Conditioning,
    *,
    pixel: float,
    first: Floats,
    places: Floats,
    length: float,
    residual: tuple[float, float],
    options: RegistrationOptions,
    scan: str | int,
) -> xr.Dataset:
    """Kind ``registration`` with one scan.

    Parameters
    ----------
    result
        End of the refinement at full resolution.
    state
        Information and errors there.
    pixel, first
        Voxel edge and centre of the first voxel, m.
    places
        (voxel, 3) voxels of the mask, its outermost ones among them.
    length
        Voxels that made an angle a length.
    residual
        Root mean square before and after, 1/m.
    options
        Choices.
    scan
        Name of the scan.
    """
    motion = result.motion
    scale = np.repeat([pixel, 1.0 / length], 3)
    covariance = state.covariance * scale[:, None] * scale
    error = np.where(state.lost, np.inf, np.sqrt(np.diag(covariance)))
    covariance[state.lost] = np.nan
    covariance[:, state.lost] = np.nan
    held = state.held.size > 0
    record = _record(
        scan,
        shift=motion.shift * pixel,
        rotation=motion.vector,
        centre=first + motion.centre * pixel,
        error=error,
        covariance=covariance,
        numbers={
            "condition_number": state.number,
            "displacement": float(motion.displacement(places).max()) * pixel,
            "displacement_error": np.inf
            if held
            else largest_error(state.covariance, places - motion.centre, length) * pixel,
            "displacement_noise": np.inf
            if held
            else largest_error(state.noise, places - motion.centre, length) * pixel,
            "residual_before": residual[0],
            "residual_after": residual[1],
            "grey_gain": result.gain,
            "grey_offset": result.offset,
            "attenuation_noise": result.spread.noise,
            "correlation": result.correlation,
            "overlap": result.overlap,
            "changed_fraction": result.changed,
        },
        information=state.information / pixel**2,
        observable=~state.lost,
    )
    return _finished(record, options, pixel)


def unmoved_record(
    *, centre: Floats, pixel: float, first: Floats, options: RegistrationOptions, scan: str | int
) -> xr.Dataset:
    """The reference scan: no motion, no error."""
    numbers = dict.fromkeys(
        ("displacement", "displacement_error", "displacement_noise", "residual_before", "residual_after"), 0.0
    )
    numbers |= {"condition_number": np.nan, "attenuation_noise": np.nan, "grey_gain": 1.0, "grey_offset": 0.0}
    numbers |= {"correlation": 1.0, "overlap": 1.0, "changed_fraction": 0.0}
    record = _record(
        scan,
        shift=np.zeros(3),
        rotation=np.zeros(3),
        centre=first + centre * pixel,
        error=np.zeros(6),
        covariance=np.zeros((6, 6)),
        numbers=numbers,
        information=np.full(6, np.nan),
        observable=np.ones(6, dtype=np.bool_),
    )
    return _finished(record, options, pixel)


def largest_error(covariance: Floats, offsets: Floats, length: float) -> float:
    """Largest standard error of the displacement of any point, voxels.

    The displacement of a point at d from the centre is t + w x d; its error is the root of the trace of its covariance.
    """
    z, y, x = (offsets / length).T
    zero, one = np.zeros_like(z), np.ones_like(z)
    rows = (
        (one, zero, zero, zero, x, -y),
        (zero, one, zero, -x, zero, z),
        (zero, zero, one, y, -z, zero),
    )
    trace = np.zeros_like(z)
    for row in rows:
        matrix = np.stack(row, axis=1)
        trace += np.einsum("ij,jk,ik->i", matrix, covariance, matrix)
    return float(np.sqrt(max(float(trace.max()), 0.0)))


def _record(
    scan: str | int,
    *,
    shift: Floats,
    rotation: Floats,
    centre: Floats,
    error: Floats,
    covariance: Floats,
    numbers: dict[str, float],
    information: Floats,
    observable: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
) -> xr.Dataset:
    return xr.Dataset(
        {
            "shift": (("scan", "component"), shift[None]),
            "rotation": (("scan", "component"), rotation[None]),
            "centre": (("component",), centre),
            "shift_error": (("scan", "component"), error[None, :3]),
            "rotation_error": (("scan", "component"), error[None, 3:]),
            "covariance": (("scan", "parameter", "other_parameter"), covariance[None]),
            "information": (("scan", "direction"), information[None]),
            "observable": (("scan", "parameter"), observable[None]),
            **{name: (("scan",), np.array([value], dtype=np.float64)) for name, value in numbers.items()},
        },
        coords={"scan": [scan], "component": COMPONENTS, "parameter": PARAMETERS, "other_parameter": PARAMETERS},
    )


def _finished(record: xr.Dataset, options: RegistrationOptions, pixel: float) -> xr.Dataset:
    record.attrs["options"] = json.dumps(options.to_json())
    record.attrs["pixel_size"] = pixel
    return label(record, "registration")
