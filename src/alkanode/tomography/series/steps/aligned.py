"""Step: each scan reconstructed again so that it lies upon the reference.

The motion is taken up before anything is interpolated: a rotation about the axis is an offset of the angles, a shift
across it one of the grid, a shift by whole rows a choice of rows. What is left of a shift along the axis is interpolated
between detector rows (cubic convolution, four rows). A tilt cannot be taken up like that. Where one is there beyond doubt and
would leave any voxel off by more than a limit, the volume of the scan is resampled instead, once, by the whole motion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.volumes import VolumeLayout
from alkanode.foundation.sources import add_sources
from alkanode.numerics.rigid import rotation_matrix
from alkanode.tomography.registration.grid_correction import grid_correction
from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.steps.volume import (
    consensus_column,
    detector_rows,
    layout_of_scan,
    reconstructed,
    reconstruction_configuration,
)
from alkanode.tomography.series.task import Rows, Task, Workplace

Floats = npt.NDArray[np.float64]
Absorb = Callable[[Any, float, float, float], Any]
Resample = Callable[[xr.Dataset, xr.Dataset, xr.Dataset, Rows], xr.Dataset]

WHOLE_ROW = 1e-3
"""Rows by which a shift may differ from whole rows and still be taken as whole."""


def absorb_in_grid(reconstruction: Any, angle_offset: float, shift_y: float, shift_x: float) -> Any:
    """Reconstruction options whose grid takes up a motion in the plane: rad, m, m."""
    from alkanode.tomography.reconstruction import Reconstruction

    options = Reconstruction() if reconstruction is None else reconstruction
    return replace(options, grid=replace(options.grid, angle_offset=angle_offset, shift_y=shift_y, shift_x=shift_x))


def resampled_slices(moving: xr.Dataset, registration: xr.Dataset, fixed: xr.Dataset, rows: Rows) -> xr.Dataset:
    """Slices of a volume resampled by a motion: :func:`alkanode.tomography.registration.apply_registration`."""
    from alkanode.tomography.registration import apply_registration

    return apply_registration(moving, registration, like=fixed, rows=slice(*rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignScans:
    """Reconstruct each scan so that it lies upon the reference.

    Attributes
    ----------
    tilt_limit
        Voxels by which a tilt may leave any voxel off. At 0.1 an edge between sodium and void is off by a tenth of its
        height, less than the noise of one voxel.
    significance
        Standard errors that a tilt must exceed to be undone. What is not told from zero is left as it is: undoing it would
        put its error into the volume.
    absorb
        Puts angle (rad) and shifts y, x (m) into the reconstruction options.
    resample
        Gives slices of a volume (first) moved by a registration (second) on the voxels of another (third).
    """

    tilt_limit: float = 0.1
    significance: float = 3.0
    absorb: Absorb = absorb_in_grid
    resample: Resample = resampled_slices
    name: ClassVar[str] = "aligned"

    def draft(self, draft: Draft) -> None:
        """One volume per scan other than the reference."""
        reference = draft.reference
        halves = bool(draft.option("volume", "halves", False))
        for scan in draft.scans:
            needs = [("registration", scan), ("axis", scan), ("volume", scan), ("volume", reference)]
            if scan == reference or not draft.ready(self.name, scan, needs):
                continue
            draft.add(
                self.name,
                scan,
                f"scans/{scan}/aligned.zarr",
                work=partial(aligned_block, step=self, reference=reference, halves=halves),
                layout=partial(aligned_layout, reference=reference, halves=halves),
                configuration={**reconstruction_configuration(draft, reference), "step": self, "halves": halves},
                needs=needs,
                scans=(scan, reference),
                expected_blocks=draft.blocks_of(reference),
                weight=1.5 if halves else 1.2,
            )


@dataclass(frozen=True, slots=True)
class PlaneMotion:
    """A rigid motion split into what a reconstruction takes up and what it does not.

    Attributes
    ----------
    rows
        Shift along the axis, in rows.
    angle
        rad, about the axis.
    shift_y, shift_x
        m, where the middle of the grid lies in the scan.
    tilt
        Largest displacement that is left anywhere in the volume, in voxels.
    tilt_sigmas
        The tilt in standard errors; infinite where the registration states none, 0 where it could not be observed.
    """

    rows: float
    angle: float
    shift_y: float
    shift_x: float
    tilt: float
    tilt_sigmas: float


def plane_motion(registration: xr.Dataset, volume: xr.Dataset) -> PlaneMotion:
    """Split the motion of one scan for the voxels of the reference, by :func:`grid_correction`.

    Parameters
    ----------
    registration
        Kind ``registration`` with one scan.
    volume
        The reference: its coordinates ``z``, ``y``, ``x`` (m) say how far from the centre voxels lie.

    Returns
    -------
    PlaneMotion
    """
    axes = [volume[name].to_numpy() for name in ("z", "y", "x")]
    pixel = float(np.median(np.concatenate([np.diff(axis) for axis in axes])))
    taken = grid_correction(registration, pixel_size=pixel)
    tilt = rotation_matrix([0.0, taken["tilt_y"], taken["tilt_x"]])
    ends = np.stack(np.meshgrid(*[[axis.min(), axis.max()] for axis in axes], indexing="ij"), axis=-1).reshape(-1, 3)
    left = (ends - registration["centre"].to_numpy()) @ (tilt - np.eye(3)).T
    return PlaneMotion(
        rows=taken["rows"] + taken["row_fraction"],
        angle=taken["angle_offset"],
        shift_y=taken["shift_y"],
        shift_x=taken["shift_x"],
        tilt=float(np.linalg.norm(left, axis=1).max()) / pixel,
        tilt_sigmas=_sigmas(
            np.array([taken["tilt_y"], taken["tilt_x"]]), registration["rotation_error"].to_numpy()[0, 1:]
        ),
    )


def _sigmas(values: Floats, errors: Floats) -> float:
    """Largest of some values in their standard errors; an exact zero is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.abs(values) / np.where(np.isnan(errors), 0.0, errors)
    return float(np.where(values == 0.0, 0.0, found).max())


def aligned_layout(place: Workplace, task: Task, *, reference: str, halves: bool) -> VolumeLayout:
    """Shape of the volume of the reference, for another scan."""
    layout = layout_of_scan(place, reference, halves=halves)
    return replace(layout, attrs={**layout.attrs, "scan": task.subject, "laid_upon": reference})


def aligned_block(
    place: Workplace, task: Task, rows: Rows, *, step: AlignScans, reference: str, halves: bool
) -> xr.Dataset:
    """Slices ``rows`` of a scan on the voxels of the reference; NaN where the scan did not see them."""
    registration = place.result("registration", task.subject)
    fixed = place.result("volume", reference)
    motion = plane_motion(registration, fixed)
    if motion.tilt > step.tilt_limit and motion.tilt_sigmas > step.significance:
        return _resampled(place, task, rows, step, halves, registration, fixed)
    scan = place.scan(task.subject)
    # one number for all blocks, so that rounding cannot make neighbours differ
    offset = round(float(fixed["z"][0]) / float(scan["pixel_size"])) - float(detector_rows(scan)[0]) + motion.rows
    seen = row_weights(offset, rows, int(scan.sizes["row"]))
    shape = (rows[1] - rows[0], fixed.sizes["y"], fixed.sizes["x"])
    names = ("attenuation", "half_difference") if halves else ("attenuation",)
    block = xr.Dataset({name: (("z", "y", "x"), np.full(shape, np.nan, np.float32)) for name in names})
    if seen is not None:
        first, last, found, weights = seen
        record = place.plan.line_integrals(scan, (first, last), place.plan.corrections)
        views = _weighed(record, weights)
        options = step.absorb(place.plan.reconstruction, motion.angle, motion.shift_y, motion.shift_x)
        made = reconstructed(place, views, consensus_column(place, task.subject), options, halves=halves)
        for name in names:
            block[name].to_numpy()[found] = made[name].to_numpy()
        block.attrs.update(made.attrs)
    block.attrs.update(
        laid_upon_by="grid", row_shift=motion.rows, angle_offset=motion.angle, tilt_left_voxels=motion.tilt
    )
    add_sources(block, ["Keys1981"])
    return block


def _resampled(
    place: Workplace,
    task: Task,
    rows: Rows,
    step: AlignScans,
    halves: bool,
    registration: xr.Dataset,
    fixed: xr.Dataset,
) -> xr.Dataset:
    """Slices by one interpolation of the volume of the scan, where a tilt asks for it."""
    moving = place.result("volume", task.subject)
    made = step.resample(moving, registration, fixed, rows)
    block = made[["attenuation"]]
    if halves:
        half = moving[["half_difference"]].rename(half_difference="attenuation").assign_attrs(moving.attrs)
        block["half_difference"] = step.resample(half, registration, fixed, rows)["attenuation"]
    return block.assign_attrs({**made.attrs, "laid_upon_by": "resampling"})


def row_weights(offset: float, rows: Rows, detector: int) -> tuple[int, int, npt.NDArray[np.intp], Floats] | None:
    """Detector rows that slices lie between, and with what weights.

    Parameters
    ----------
    offset
        Detector row, not whole, of slice 0.
    rows
        First and last-plus-one slice.
    detector
        Rows of the detector.

    Returns
    -------
    first, last, found, weights
        Detector rows to read; which of the slices lie on the detector; (found, row) weights, each row of which sums to
        1. ``None`` where no slice lies on the detector.

    Notes
    -----
    Cubic convolution (:cite:`Keys1981`, a = -1/2) over four rows, which is exact for parabolas. At the rim of the detector
    the outermost row stands for those beyond it.
    """
    whole = int(np.floor(offset))
    fraction = offset - whole
    if fraction > 1 - WHOLE_ROW:
        whole, fraction = whole + 1, 0.0
    between = fraction >= WHOLE_ROW
    taps, offsets = (cubic_taps(fraction), np.arange(-1, 3)) if between else (np.array([1.0]), np.array([0]))
    base = np.arange(*rows) + whole
    found = np.flatnonzero((base >= 0) & (base + between < detector))
    if found.size == 0:
        return None
    used = np.clip(base[found, None] + offsets, 0, detector - 1)
    first, last = int(used.min()), int(used.max()) + 1
    weights = np.zeros((found.size, last - first))
    for place, row in enumerate(used):
        np.add.at(weights[place], row - first, taps)
    return first, last, found, weights


def cubic_taps(fraction: float) -> Floats:
    """Weights of the rows -1, 0, 1, 2 at a place between rows 0 and 1."""
    t = fraction
    return 0.5 * np.array(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3], dtype=np.float64
    )


def _weighed(record: xr.Dataset, weights: Floats) -> xr.Dataset:
    """Line integrals at places between rows; sums run over the rows of a place in order, whatever the block."""
    values = record["line_integral"].to_numpy()
    if weights.shape[0] == weights.shape[1] and np.array_equal(weights, np.eye(len(weights))):
        return record
    made = np.zeros((weights.shape[0], *values.shape[1:]), dtype=np.float32)
    for place, of_rows in enumerate(weights):
        for row in np.flatnonzero(of_rows):
            made[place] += np.float32(of_rows[row]) * values[row]
    return record.drop_dims("row").assign(line_integral=(("row", "angle", "column"), made)).assign_attrs(record.attrs)
