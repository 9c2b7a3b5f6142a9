"""Phase regions along the charge axis of an alloy: into the liquid, the liquid field, two phases, until the last liquid.

The borders follow from the phase diagram, so that each moves with temperature; near 25 degC the end of the liquid field of
NaK80 moves by 3 mAh g-1 per kelvin. Every border therefore carries its range over the uncertainty of the temperature.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.schema import check, label
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.foundation.sources import add_sources
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials import Alloy, Composition
from alkanode.thermo import stripping_path

LIQUID = "liquid"

_TRACE = 1e-9
"""A phase with less than this fraction is absent (round-off of a lever rule)."""

_THIN = 1e-9
"""Share of the theoretical capacity below which a region is round-off."""

_Region = tuple[tuple[str, ...], float, float]
"""Phases, charge at which the region begins and ends (C kg-1)."""


def capacity_bands(
    alloy: Alloy | Composition | str | xr.Dataset,
    ion: str = "Na+",
    *,
    temperature: QuantityLike = "25 degC",
    temperature_uncertainty: QuantityLike = "2 K",
    potassium_in_carbon: float = 0.0,
) -> xr.Dataset:
    """Phase regions that an alloy passes while one of its metals is stripped.

    Parameters
    ----------
    alloy
        An alloy of Li, Na and K, a composition, a name such as ``"NaK50"``, or a ``stripping_path`` record, whose alloy, ion,
        temperature, temperature uncertainty, K in carbon and suspended phases then count instead of the other arguments.
    ion
        Working ion, ``"Na+"``, ``"K+"`` or ``"Li+"``.
    temperature
        K or text; 25 degC by default, the temperature of most printed limits of the liquid field.
    temperature_uncertainty
        Half width of the interval of every border; 2 K by default, the spread of an unregulated room.
    potassium_in_carbon
        Moles of K per mole of atoms of the alloy bound as KC8 before stripping; see
        :func:`alkanode.electrochem.potassium_in_carbon`.

    Returns
    -------
    Dataset
        Kind ``capacity_bands``, dimension ``band`` in the order of the charge: ``region`` (``"liquid"``, ``"liquid with solid
        K"``, ``"solid"``, ...), ``phases``, ``lower`` and ``upper`` (C kg-1 of initial alloy), ``lower_interval`` and
        ``upper_interval`` (band, bound; the range over the temperatures at which the region exists). ``attrs``: ``alloy``,
        ``ion``, ``temperature``, ``temperature_uncertainty``, ``potassium_in_carbon``, ``theoretical_capacity`` (C kg-1),
        ``label`` (what the phase diagram rests on), ``sources``.

    Raises
    ------
    SchemaError
        For a path whose alloy cannot be made again from its name.
    PhysicsError
        As :func:`alkanode.thermo.stripping_path`.

    Examples
    --------
    >>> bands = capacity_bands("NaK80")
    >>> [str(name) for name in bands.region.values]
    ['liquid', 'liquid with solid K', 'solid']
    """
    suspended: tuple[str, ...] = ()
    if isinstance(alloy, xr.Dataset):
        path = check(alloy, "stripping_path")
        ion = str(path.attrs["ion"])
        temperature = float(path.attrs["temperature"])
        temperature_uncertainty = float(path.attrs["temperature_uncertainty"])
        potassium_in_carbon = float(path.attrs["potassium_in_carbon"])
        suspended = tuple(str(path.attrs["suspended"]).split())
        alloy = _alloy_of(path)
    centre = to_si(temperature, "temperature")
    width = to_si(temperature_uncertainty, "temperature_difference")
    if width < 0:
        raise PhysicsError("a temperature uncertainty of 0 K or more is needed", found=f"{width:g} K")

    def at(kelvin: float) -> xr.Dataset:
        return stripping_path(
            alloy,
            ion,
            temperature=kelvin,
            temperature_uncertainty=0.0,
            potassium_in_carbon=potassium_in_carbon,
            points=2,
            suspend=suspended,
            draws=0,
        )

    whole = at(centre)
    variants = [_regions(whole), *([] if width == 0 else [_regions(at(centre - width)), _regions(at(centre + width))])]
    found = variants[0]
    ranges = [_range(phases, variants) for phases, _, _ in found]
    bands = xr.Dataset(
        {
            "region": ("band", np.array([_words(phases) for phases, _, _ in found], dtype=np.str_)),
            "phases": ("band", np.array([" + ".join(phases) for phases, _, _ in found], dtype=np.str_)),
            "lower": ("band", np.array([low for _, low, _ in found])),
            "upper": ("band", np.array([high for _, _, high in found])),
            "lower_interval": (("band", "bound"), np.array([lower for lower, _ in ranges])),
            "upper_interval": (("band", "bound"), np.array([upper for _, upper in ranges])),
        },
        coords={"bound": ["lower", "upper"]},
        attrs={
            "alloy": str(whole.attrs["alloy"]),
            "ion": ion,
            "temperature": centre,
            "temperature_uncertainty": width,
            "potassium_in_carbon": float(potassium_in_carbon),
            "theoretical_capacity": float(whole["theoretical_capacity"]),
            "label": str(whole.attrs["label"]),
        },
    )
    for name in ("lower", "upper", "lower_interval", "upper_interval"):
        bands[name].attrs.update(units="C kg-1", display_unit="mAh g-1")
    add_sources(bands, str(whole.attrs["sources"]).split())
    return label(bands, "capacity_bands")


def region_at(bands: xr.Dataset, low: float, high: float) -> str:
    """Regions in which a capacity between two bounds may lie, joined by "or".

    Parameters
    ----------
    bands
        A ``capacity_bands`` record.
    low, high
        C kg-1; the borders count with their intervals. An infinite ``high`` stands for a lower bound and means "at least".

    Returns
    -------
    str
        Empty when nothing is known; ``"beyond theory"`` when more was stripped than the alloy holds.
    """
    if np.isnan(low) or np.isnan(high):
        return ""
    begin, end = bands["lower_interval"].to_numpy()[:, 0], bands["upper_interval"].to_numpy()[:, 1]
    upper = low if np.isinf(high) else high
    here = (low <= end) & (upper >= begin)
    names = list(dict.fromkeys(str(name) for name in bands["region"].to_numpy()[here])) or ["beyond theory"]
    return ("at least " if np.isinf(high) else "") + " or ".join(names)


def _alloy_of(path: xr.Dataset) -> Alloy:
    """The alloy of a path: from its name, else from where the path begins."""
    name = str(path.attrs["alloy"])
    try:
        return Alloy.from_name(name)
    except PhysicsError as cause:
        if float(path.attrs["potassium_in_carbon"]) > 0:
            raise SchemaError(
                "bands of a path need its alloy",
                found=f"{name!r}",
                todo="Give the alloy itself and potassium_in_carbon",
            ) from cause
    first = path["element_mole_fraction"].isel(point=0)
    fractions = {str(symbol): float(first.sel(element=symbol)) for symbol in first["element"].values}
    return Alloy(Composition.from_mole_fractions(**{s: x for s, x in fractions.items() if x > 0}), name)


def _regions(path: xr.Dataset) -> list[_Region]:
    """Regions between the exact corners of a path; a region holds the phases of both of its ends."""
    capacity = path["specific_capacity"].to_numpy()
    present = np.nan_to_num(path["phase_fraction"].to_numpy()) > _TRACE
    names = [str(name) for name in path["phase"].to_numpy()]
    regions: list[_Region] = []
    for index in range(capacity.size - 1):
        low, high = float(capacity[index]), float(capacity[index + 1])
        if high - low <= _THIN * float(capacity[-1]):
            continue
        phases = tuple(name for name, here in zip(names, present[index] | present[index + 1], strict=True) if here)
        if regions and regions[-1][0] == phases:
            low = regions.pop()[1]
        regions.append((phases, low, high))
    return regions


def _range(phases: tuple[str, ...], variants: list[list[_Region]]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Range of begin and end of a region over the temperatures at which it exists."""
    ends = np.array([(low, high) for regions in variants for those, low, high in regions if those == phases])
    least, most = ends.min(axis=0), ends.max(axis=0)
    return (float(least[0]), float(most[0])), (float(least[1]), float(most[1]))


def _words(phases: tuple[str, ...]) -> str:
    liquids = [name for name in phases if name.startswith(LIQUID)]
    solids = [name.rsplit("_", 1)[-1] for name in phases if name not in liquids]
    if not liquids:
        return "solid"
    melt = LIQUID if len(liquids) == 1 else "two liquids"
    return melt if not solids else f"{melt} with solid {' and '.join(solids)}"
