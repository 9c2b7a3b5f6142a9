"""Voxel volumes of a simulated anode, as a tomograph would reconstruct them.

A model of one dimension knows how much of each slice is liquid, solid potassium, carbon and void, not where it lies. Here
each slice gets exactly these shares: a smooth random field, drawn once, says where voids (its valleys) and grains of potassium
(its hills) grow, and its quantiles are chosen slice by slice so that their volumes follow the model. The same seed gives the same
field at every time, so that a void that grows between two times grows where it was, and a difference shows what changed.

What lies between voids and grains (films of liquid on fibres) is finer than the field and gets one attenuation per slice: the
rest of what the slice holds. So the sum over the voxels of a slice is the model's mass times the mass attenuation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials.attenuation import linear_attenuation, mass_attenuation, substance
from alkanode.materials.elements import element

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeSettings:
    """The grid, and what is not in the model.

    Attributes
    ----------
    voxel_size
        m; default 1.3 um.
    width
        Voxels along y and x.
    body_size
        Standard deviation of the Gaussian that smooths the random field, m: voids and grains are about four times as
        wide. Default 3 um.
    electrolyte
        Material below the anode, by name, and its thickness in the view, m.
    electrolyte_thickness
        m.
    photon_energy
        J or text.
    noise
        Standard deviation of a voxel, 1/m, independent between voxels; 0 for none. The default is the size at which a
        change from liquid to potassium equals the noise of one voxel.
    """

    voxel_size: float = 1.3e-6
    width: int = 96
    body_size: float = 3e-6
    electrolyte: str = "NASICON"
    electrolyte_thickness: float = 26e-6
    photon_energy: QuantityLike = "45 keV"
    noise: float = 30.0

    def __post_init__(self) -> None:
        for name in ("voxel_size", "body_size"):
            if not (np.isfinite(getattr(self, name)) and getattr(self, name) > 0):
                raise PhysicsError(f"{name} of a volume is above 0", found=repr(getattr(self, name)))
        if self.width < 8:
            raise PhysicsError("a volume is at least 8 voxels wide", found=str(self.width))
        if self.noise < 0 or self.electrolyte_thickness < 0:
            raise PhysicsError("noise and electrolyte of a volume are not negative", found=str(self))


def anode_volume(
    states: RecordLike, time: QuantityLike, *, seed: int, settings: VolumeSettings | None = None
) -> xr.Dataset:
    """The anode at one time of a simulation, on voxels.

    Parameters
    ----------
    states
        Record ``simulated_states``, or the history that holds it as ``states``.
    time
        s or text, within the simulation; between two kept rows the shares run in straight lines.
    seed
        Seed of the field and of the noise. Two times of one seed are two scans of one anode.
    settings
        The grid; default :class:`VolumeSettings`.

    Returns
    -------
    Dataset
        Kind ``volume``, float32, 1/m. z = 0 is the interface, the electrolyte lies below it, the anode above. ``attrs`` hold the
        volumes of voids and of solid potassium that were placed (m3) and those of the model.

    Raises
    ------
    PhysicsError
        For a time outside the simulation.
    """
    settings = settings or VolumeSettings()
    node = states["states"] if isinstance(states, xr.DataTree) and "states" in states.children else states
    record = check(cast("RecordLike", node), "simulated_states")
    moment = to_si(time, "time")
    shares = _slices(record, moment, settings.voxel_size)
    random = np.random.default_rng([seed, 0])
    field = _smooth_field(
        random, (shares.count, settings.width, settings.width), settings.body_size / settings.voxel_size
    )
    attenuation = _Coefficients.at(settings.photon_energy)
    values, placed = _filled(field, shares, attenuation)
    below = round(settings.electrolyte_thickness / settings.voxel_size)
    mu = linear_attenuation(settings.electrolyte, settings.photon_energy).value or 0.0
    floor = np.full((below, settings.width, settings.width), mu, dtype=np.float32)
    whole = np.concatenate([floor, values])
    if settings.noise > 0:
        own = np.random.default_rng([seed, 1, round(moment * 1e3)])
        whole += (settings.noise * own.standard_normal(whole.shape, dtype=np.float32)).astype(np.float32)
    size = settings.voxel_size
    side = (np.arange(settings.width) - 0.5 * (settings.width - 1)) * size
    volume = xr.Dataset(
        {
            "attenuation": (("z", "y", "x"), whole),
            "photon_energy": ((), to_si(settings.photon_energy, "photon_energy")),
        },
        coords={"z": (np.arange(whole.shape[0]) - below + 0.5) * size, "y": side, "x": side},
        attrs={
            "simulated": "shares of a model of one dimension on a random field",
            "time": moment,
            "pixel_size": size,
            "interface": 0.0,
            "void_volume": placed[0] * size**3,
            "solid_potassium_volume": placed[1] * size**3,
            "model_void_volume": float(shares.void.sum()) * (settings.width * size) ** 2 * size,
            "model_solid_potassium_volume": float(shares.solid.sum()) * (settings.width * size) ** 2 * size,
        },
    )
    return label(volume, "volume")


@dataclass(frozen=True, slots=True)
class _Slices:
    """Means over the slices of the voxels: shares, and mass of each metal over volume (kg m-3)."""

    void: Floats
    solid: Floats
    carbon: Floats
    sodium: Floats
    potassium: Floats
    filled: Floats
    """Share of the slice that belongs to the host; below 1 only in the last one."""

    @property
    def count(self) -> int:
        return int(self.void.size)


def _slices(record: xr.Dataset, moment: float, size: float) -> _Slices:
    time = record["time"].to_numpy()
    if not time[0] - 1e-6 <= moment <= time[-1] + 1e-6:
        raise PhysicsError(
            "a scan lies within the simulation", found=f"{moment:g} s outside {time[0]:g} to {time[-1]:g} s"
        )
    edges = np.concatenate(([0.0], np.cumsum(record["slice_thickness"].to_numpy())))
    count = int(np.ceil(edges[-1] / size - 1e-9))
    cuts = np.minimum(size * np.arange(count + 1), edges[-1])

    def mean(values: Floats) -> Floats:
        """Mean over each slice of voxels: the integral over depth is kept."""
        total = np.concatenate(([0.0], np.cumsum(values * np.diff(edges))))
        return np.asarray(np.diff(np.interp(cuts, edges, total)) / size)

    def now(name: str) -> Floats:
        values = record[name].to_numpy()
        k = int(np.clip(np.searchsorted(time, moment, side="right") - 1, 0, time.size - 1))
        after = min(k + 1, time.size - 1)
        span = time[after] - time[k]
        weight = (moment - time[k]) / span if span > 0 else 0.0
        return np.asarray((1 - weight) * values[k] + weight * values[after])

    carbon = (
        record["carbon_volume_fraction"].to_numpy() if "carbon_volume_fraction" in record else np.zeros(edges.size - 1)
    )
    return _Slices(
        void=np.clip(mean(now("void_volume_fraction")), 0.0, 1.0),
        solid=np.clip(mean(now("solid_potassium_volume_fraction")), 0.0, 1.0),
        carbon=mean(carbon),
        sodium=mean(now("sodium_content")) * element("Na").molar_mass.value,
        potassium=mean(now("potassium_content")) * element("K").molar_mass.value,
        filled=mean(np.ones(edges.size - 1)),
    )


@dataclass(frozen=True, slots=True)
class _Coefficients:
    """Mass attenuation (m2 kg-1) of the metals; linear attenuation (1/m) of carbon and of solid potassium."""

    sodium: float
    potassium: float
    carbon: float
    solid_potassium: float

    @classmethod
    def at(cls, energy: QuantityLike) -> _Coefficients:
        mass = {name: mass_attenuation(name, energy).value or 0.0 for name in ("Na", "K", "C")}
        return cls(
            sodium=mass["Na"],
            potassium=mass["K"],
            carbon=mass["C"] * substance("C").density.value,
            solid_potassium=linear_attenuation("K", energy).value or 0.0,
        )


def _smooth_field(random: np.random.Generator, shape: tuple[int, int, int], width: float) -> npt.NDArray[np.float32]:
    """Gaussian random field, smoothed by a Gaussian of a width in voxels, periodic along y and x."""
    from scipy import ndimage

    white = random.standard_normal(shape, dtype=np.float32)
    return np.asarray(ndimage.gaussian_filter(white, width, mode=("reflect", "wrap", "wrap")), dtype=np.float32)


def _filled(
    field: npt.NDArray[np.float32], shares: _Slices, mu: _Coefficients
) -> tuple[npt.NDArray[np.float32], tuple[int, int]]:
    """Attenuation of all voxels, and how many are void and solid potassium."""
    per_slice = field.shape[1] * field.shape[2]
    values = np.empty(field.shape, dtype=np.float32)
    total = (
        mu.sodium * shares.sodium + mu.potassium * shares.potassium + mu.carbon * shares.carbon
    )  # 1/m, mean over a slice
    voids, grains = 0, 0
    for k, plane in enumerate(field):
        order = np.argsort(plane, axis=None, kind="stable")
        empty = min(round(per_slice * (shares.void[k] + 1 - shares.filled[k])), per_slice)
        solid = min(round(per_slice * shares.solid[k]), per_slice - empty)
        rest = per_slice - empty - solid
        slice_values = np.empty(per_slice, dtype=np.float32)
        left = per_slice * total[k] - solid * mu.solid_potassium
        slice_values[order] = max(left, 0.0) / rest if rest else 0.0
        slice_values[order[:empty]] = 0.0
        slice_values[order[per_slice - solid :]] = mu.solid_potassium
        values[k] = slice_values.reshape(plane.shape)
        voids, grains = voids + empty - round(per_slice * (1 - shares.filled[k])), grains + solid
    return values, (voids, grains)
