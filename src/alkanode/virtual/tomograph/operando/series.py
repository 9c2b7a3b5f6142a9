"""Five scans of a virtual operando cell, with everything that is true about them.

As in the cycle of :cite:`Wu2025`: 0.5 mAh cm-2 of Na are stripped from NaK50 on carbon cloth against NASICON and plated
back, with a scan at rest before, half-way, at the turn, half-way back and at the end. Stripping opens voids at the
electrolyte and, by the turn, lets solid K fall out; films next to the pool lose Na and get thinner; plating fills some
voids with Na metal, some with liquid, and leaves others open. How much of each follows from the charge, since K stays
and Na is counted (:mod:`alkanode.virtual.tomograph.operando.budget`); where, is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.runtime import Progress
from alkanode.numerics.rigid import rotation_matrix
from alkanode.virtual.tomograph.bodies import Body, moved
from alkanode.virtual.tomograph.measurement import scan_object
from alkanode.virtual.tomograph.operando.anatomy import Anatomy, draw_anatomy, draw_fibres
from alkanode.virtual.tomograph.operando.budget import alloy_mass, pool_of, start_of
from alkanode.virtual.tomograph.operando.record import STARTED, run_record
from alkanode.virtual.tomograph.operando.settings import OperandoCell
from alkanode.virtual.tomograph.operando.states import CellState, bodies_of, cell_state, layer_lengths
from alkanode.virtual.tomograph.operando.truth import COMPONENTS, layer_table, scan_table, true_changes
from alkanode.virtual.tomograph.tomograph import Tomograph, beamline
from alkanode.virtual.tomograph.voxels import voxel_materials, voxel_truth

Floats = npt.NDArray[np.float64]

PUBLISHED_PROJECTIONS = 3001
"""Frames per scan in :cite:`Wu2025`."""

ASSUMED_PHOTONS = 2e4
"""Photons per pixel and frame; not published, assumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageErrors:
    """What the stage does between scans; standard deviations, the first scan defines the reference.

    Attributes
    ----------
    shift
        m along (z, y, x).
    turn
        rad about the rotation axis.
    tilt
        rad about each of the other axes.
    axis
        Pixels by which the detector column of the axis moves from scan to scan.
    """

    shift: tuple[float, float, float] = (1.5e-6, 3e-6, 3e-6)
    turn: float = 3e-3
    tilt: float = 5e-4
    axis: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class OperandoSeries:
    """A series of scans that can be taken, and its truth.

    Attributes
    ----------
    cell, anatomy, states
        The virtual cell, where things lie in it, and its state at each scan.
    tomographs
        Settings of each scan.
    shift, rotation, centre
        Motion of each scan against the first, p' = R(rotation)(p - centre) + centre + shift: (scan, 3) m, (scan, 3) rad,
        (3,) m, components (z, y, x). That of the first is zero.
    started
        When each scan begins, on the clock of the beamline.
    clock_offset
        s that the beamline's clock is ahead of the potentiostat's.
    history
        The potentiostat's record, with ``cycling``.
    truth
        ``scans`` (per scan; see :func:`alkanode.virtual.tomograph.operando.truth.scan_table`, and motion, axis column,
        charge), ``layers`` and ``changes`` against the first scan (``changes/scan_2`` ...; kind ``grains``).
    seed
        Seed of everything.
    """

    cell: OperandoCell
    anatomy: Anatomy
    states: tuple[CellState, ...]
    tomographs: tuple[Tomograph, ...]
    detector_seeds: tuple[int, ...]
    shift: Floats
    rotation: Floats
    centre: Floats
    started: tuple[datetime, ...]
    clock_offset: float
    history: xr.DataTree
    truth: xr.DataTree
    seed: int

    def __len__(self) -> int:
        return len(self.states)

    def bodies(self, number: int) -> tuple[Body, ...]:
        """Bodies at a scan (0 ...), in the frame of the first scan."""
        setup = self.tomographs[number]
        upright = bodies_of(self.cell, self.anatomy, self.states[number], setup.photon_energy)
        return moved(upright, rotation=self.cell.lean, centre=self.centre)

    def scan(self, number: int, *, progress: Progress | None = None) -> xr.Dataset:
        """Take a scan (0 ...): kind ``projections``, see :func:`alkanode.virtual.tomograph.scan_object`."""
        return scan_object(
            self.bodies(number),
            self.tomographs[number],
            seed=self.seed + 1009 * (number + 1),
            detector_seed=self.detector_seeds[number],
            shift=self.shift[number],
            rotation=self.rotation[number],
            centre=self.centre,
            started=self.started[number],
            name=f"scan {number + 1}",
            progress=progress,
        )

    def volume(self, number: int, *, samples: int = 4, rows: slice = slice(None)) -> xr.Dataset:
        """True attenuation at a scan (0 ...) on the voxels of the first scan: kind ``volume``; ``rows`` of the detector."""
        setup = self.tomographs[0]
        first, end, _ = rows.indices(setup.rows)
        return voxel_truth(
            self.bodies(number),
            shape=(end - first, setup.columns, setup.columns),
            pixel_size=setup.pixel_size,
            first_row=first,
            samples=samples,
            photon_energy=setup.photon_energy,
        )

    def materials(self, number: int, *, rows: slice = slice(None)) -> xr.DataArray:
        """Material at the middle of each voxel; see :func:`alkanode.virtual.tomograph.voxel_materials`."""
        setup = self.tomographs[0]
        first, end, _ = rows.indices(setup.rows)
        shape = (end - first, setup.columns, setup.columns)
        return voxel_materials(self.bodies(number), shape=shape, pixel_size=setup.pixel_size, first_row=first)

    def changes(self, before: int, after: int) -> xr.Dataset:
        """True changes between two scans (0 ...), centroids in the frame of the first scan; kind ``grains``."""
        energy = self.tomographs[0].photon_energy
        table = true_changes(self.cell, self.anatomy, self.states[before], self.states[after], energy)
        turn = rotation_matrix(self.cell.lean)
        place = (table["centroid"].to_numpy() - self.centre) @ turn.T + self.centre
        return table.assign(centroid=(("grain", "component"), place, table["centroid"].attrs))


def default_tomograph(angles: int = 400, *, rows: int = 180, columns: int = 360) -> Tomograph:
    """The tomograph of the demonstration: few frames, but the dose per scan of 3001 frames of 2e4 photons.

    Noise of a reconstruction depends on the photons of all frames together. A frame here has 3001/angles times as many,
    and a gain that keeps the counts within 16 bits. All defects of :func:`alkanode.virtual.tomograph.beamline` are on.
    The detector stands 1 mm behind the sample: at 45 keV an edge of a light material is then about as strong by its
    fringe as by its absorption, the "small fraction of phase contrast" of :cite:`Wu2025`; at 1 cm fringes are ten times
    as strong and drown the difference of K and Na unless phase is retrieved.

    Parameters
    ----------
    angles
        Projections over 180 degrees (1).
    rows, columns
        Pixels of 1.3 um.
    """
    photons = ASSUMED_PHOTONS * PUBLISHED_PROJECTIONS / angles
    return Tomograph(
        rows=rows,
        columns=columns,
        angles=angles,
        axis_column=0.5 * (columns - 1) + 4.3,
        flats_before=10,
        flats_after=10,
        darks=10,
        exposure_time=0.1,
        readout_time=0.05,
        row_rays=6,
        column_rays=2,
        detector_distance=1e-3,
        detector=beamline(photons=photons, gain=min(1.0, 3e4 / photons), zinger_strength=0.5),
    )


def operando_series(
    cell: OperandoCell | None = None,
    tomograph: Tomograph | None = None,
    *,
    seed: int,
    stage: StageErrors | None = None,
    clock_offset: float = 37.0,
) -> OperandoSeries:
    """A series of scans of a cell whose Na is stripped and plated back.

    Parameters
    ----------
    cell
        Sizes and law; default :class:`OperandoCell`: NaK50 on carbon cloth, 0.5 mAh cm-2.
    tomograph
        Settings that all scans share; default :func:`default_tomograph`.
    seed
        Seed of everything: where things lie, motion, detector, noise.
    stage
        Motion between scans; default :class:`StageErrors`.
    clock_offset
        s that the beamline's clock is ahead of the potentiostat's.

    Returns
    -------
    OperandoSeries
        Scans are taken when asked for. Lengths in m, charges in C.

    Raises
    ------
    PhysicsError
        When charge, voids and grains do not fit into the cell.

    Notes
    -----
    K is conserved, and Na but for the charge, to the rounding of the numbers: sum(mu) V over the anode changes by
    -(mu/rho)_Na Q M/F. Liquids have the density of :func:`alkanode.materials.density`. Grains of K beside a liquid that
    is still far from the liquidus on average are an assumption of this object (the reading of the pictures in :cite:`Wu2025`),
    no equilibrium of the whole pool.

    References
    ----------
    :cite:`Wu2025`
    """
    return _series(cell or OperandoCell(), tomograph or default_tomograph(), seed, stage, clock_offset, null=False)


def null_series(
    cell: OperandoCell | None = None,
    tomograph: Tomograph | None = None,
    *,
    seed: int,
    scans: int = 2,
    stage: StageErrors | None = None,
) -> OperandoSeries:
    """A series in which nothing happens: one object, everything else redrawn.

    Noise, detector (flats, stripes, lost pixels), motion of the stage, column of the axis and strength of the fringes
    (10 % of the distance) differ from scan to scan. Whatever a chain finds is false.

    Parameters
    ----------
    cell, tomograph, seed, stage
        As :func:`operando_series`.
    scans
        Number of scans, at least 2.

    Returns
    -------
    OperandoSeries
        Lengths in m; its history has no charge.

    Raises
    ------
    PhysicsError
        For fewer than two scans.
    """
    if scans < 2:
        raise PhysicsError("at least two scans are needed", found=str(scans))
    return _series(cell or OperandoCell(), tomograph or default_tomograph(), seed, stage, 0.0, null=True, scans=scans)


def _series(
    cell: OperandoCell,
    tomograph: Tomograph,
    seed: int,
    stage: StageErrors | None,
    clock_offset: float,
    *,
    null: bool,
    scans: int | None = None,
) -> OperandoSeries:
    energy, start, errors = tomograph.photon_energy, start_of(cell), stage or StageErrors()
    random = np.random.default_rng([seed, 33])
    number = len(cell.stripped_shares)
    opened = np.arange(number) > cell.turn
    crack: Floats = opened * np.float64(0.5 * np.pi * cell.crack_radius**2 * cell.crack_opening)
    pool = pool_of(cell, start, crack, energy)
    fibres = draw_fibres(cell, random)
    lengths = layer_lengths(cell, fibres.layer, fibres.length)
    anatomy = draw_anatomy(cell, pool, fibres, start, energy, random)
    states = [cell_state(cell, anatomy, pool, start, crack, scan, energy) for scan in range(number)]
    mass = alloy_mass(cell, pool, lengths, start, energy)
    history, begins = run_record(cell, mass, scan_time=tomograph.duration(), seed=seed)
    if null:
        count = scans or 2
        states, begins = [states[0]] * count, np.asarray(tomograph.duration() * np.arange(count), dtype=np.float64)
    shift, rotation, axes, distance = _motions(tomograph, errors, len(states), random, null=null)
    tomographs = tuple(
        replace(tomograph, axis_column=float(axis), detector_distance=float(far))
        for axis, far in zip(axes, distance, strict=True)
    )
    centre = np.array([0.5 * (tomograph.rows - 1) * tomograph.pixel_size, 0.0, 0.0])
    series = OperandoSeries(
        cell=cell,
        anatomy=anatomy,
        states=tuple(states),
        tomographs=tomographs,
        detector_seeds=tuple(seed + 7919 * (scan + 1) if null else seed for scan in range(len(states))),
        shift=shift,
        rotation=rotation,
        centre=centre,
        started=tuple(STARTED + timedelta(seconds=float(begin) + clock_offset) for begin in begins),
        clock_offset=clock_offset,
        history=history,
        truth=xr.DataTree(),
        seed=seed,
    )
    nodes: dict[str, xr.Dataset] = {"layers": layer_table(cell, tuple(states))}
    if not null:
        nodes["scans"] = scan_table(cell, anatomy, pool, tuple(states), energy)
        nodes |= {f"changes/scan_{scan + 1}": series.changes(0, scan) for scan in range(1, len(states))}
        nodes["scans"]["charge"] = ("scan", cell.area * nodes["scans"]["areal_capacity"].to_numpy())
    else:
        nodes["scans"] = xr.Dataset()
    nodes["scans"] = _with_motion(nodes["scans"], series, begins + 0.5 * tomograph.duration())
    truth = xr.DataTree.from_dict(nodes)
    truth.attrs.update(
        simulated="a stated virtual cell, no measurement",
        seed=seed,
        lean=list(cell.lean),
        interface_height=cell.foot,
        electrode_area=cell.area,
        alloy_mass=mass,
        inner_radius=cell.inner_radius,
        clock_offset=clock_offset,
    )
    return replace(series, truth=truth)


def _motions(
    tomograph: Tomograph, errors: StageErrors, scans: int, random: np.random.Generator, *, null: bool
) -> tuple[Floats, Floats, Floats, Floats]:
    """Shift, rotation, axis column and distance of each scan; the first is not moved."""
    shift = random.standard_normal((scans, 3)) * np.array(errors.shift)
    rotation = random.standard_normal((scans, 3)) * np.array([errors.turn, errors.tilt, errors.tilt])
    axis = random.standard_normal(scans) * errors.axis
    distance = tomograph.detector_distance * (1 + 0.1 * null * random.standard_normal(scans))
    for values in (shift, rotation, axis):
        values[0] = 0.0
    return shift, rotation, tomograph.axis + axis, np.maximum(distance, 0.0)


def _with_motion(table: xr.Dataset, series: OperandoSeries, middle: Sequence[float] | Floats) -> xr.Dataset:
    return table.assign(
        time=("scan", np.asarray(middle)),
        axis_column=("scan", np.array([setup.axis for setup in series.tomographs])),
        shift=(("scan", "component"), series.shift),
        rotation=(("scan", "component"), series.rotation),
        centre=("component", series.centre),
    ).assign_coords(component=list(COMPONENTS))
