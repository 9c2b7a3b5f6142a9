r"""Properties of a liquid alloy over temperature and composition, those that need activities among them.

Self-diffusion moves atoms in a liquid of even composition. A gradient of composition evens out with the chemical diffusion
coefficient, which Darken writes with the thermodynamic factor of the liquid:

.. math:: D = (x_1 D^*_2 + x_2 D^*_1)\,\Phi, \qquad \Phi = \frac{x_1 x_2}{RT}\frac{\partial^2 g}{\partial x_2^2}

Only the self-diffusion of sodium is known in Na-K, so that of potassium is assumed to be the same: :math:`D = D^*\Phi`.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TypeAlias, cast

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import ExtrapolationWarning, PhysicsError
from alkanode.foundation.sources import Estimate, Trust, add_sources
from alkanode.materials import Alloy, Composition
from alkanode.materials.elements import element
from alkanode.materials.properties.densities import density_sources, density_trust, excess_volumes, molar_volume
from alkanode.materials.properties.diffusivities import sodium_diffusion, sodium_rule
from alkanode.materials.properties.surface_tensions import surface_tension_rule
from alkanode.materials.properties.viscosities import liquid_viscosity, through_density
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.conditions import (
    Array,
    CompositionLike,
    TemperatureLike,
    as_alloy,
    first_mass_fraction,
    second_fraction,
    temperatures,
)
from alkanode.thermo.gibbs.model import gibbs_model
from alkanode.thermo.properties.surface_tension import ButlerOptions, surface_interval, surface_of
from alkanode.thermo.provenance import mark, rest_on

AlloysLike: TypeAlias = "CompositionLike | str | Sequence[Alloy | Composition | str]"

_ESTIMATED = ("density", "viscosity", "self_diffusion", "chemical_diffusion", "surface_tension")


def alloy_properties(
    composition: AlloysLike,
    temperature: TemperatureLike = "25 degC",
    *,
    system: str | Assessment = "Na-K",
    options: ButlerOptions | None = None,
) -> xr.Dataset:
    """Density, viscosity, diffusion, surface tension and thermodynamic factor of a liquid alloy.

    Parameters
    ----------
    composition
        An alloy or its name, several of them, or mole fractions (0-1) of the second element of the assessment (Na).
    temperature
        One or several: K, or text such as ``"25 degC"``.
    system
        Shipped binary system or an assessment. Viscosity and diffusion are known for Na-K only and left out elsewhere;
        so is the surface tension where the surface of the liquid would separate into two layers.
    options
        Of the surface tension, :class:`ButlerOptions`.

    Returns
    -------
    Dataset
        Kind ``alloy_properties``. ``mole_fraction`` and ``mass_fraction`` (composition) **of the first element** (K);
        over (temperature, composition): ``density`` (kg m-3), ``molar_volume`` (m3 mol-1), ``viscosity`` (Pa s),
        ``self_diffusion`` of Na and ``chemical_diffusion`` (m2 s-1), ``thermodynamic_factor``, ``surface_tension`` (N m-1),
        ``surface_mole_fraction`` of the first element in the outermost layer. ``*_uncertainty`` are relative standard
        uncertainties, that of the viscosity doubled beyond its range; ``surface_tension_interval`` (..., bound) as :func:`surface_tension` has it. The liquid need not be
        stable.

    Raises
    ------
    PhysicsError
        For other elements, or a temperature outside the functions' range.

    Warns
    -----
    ExtrapolationWarning
        One, which names every property that is used outside the temperatures of its formula.

    References
    ----------
    :cite:`Foust1972`, :cite:`Wu2025`, :cite:`Butler1932`

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     table = alloy_properties(["NaK50", "NaK80"], "25 degC")
    >>> table.density.squeeze().values.round().tolist()
    [897.0, 863.0]
    """
    assessment = load_assessment(system)
    t = np.atleast_1d(temperatures(temperature, assessment)).ravel()
    x = _fractions(composition, assessment)
    if not (t.size and x.size):
        raise PhysicsError(
            "at least one composition and one temperature are needed", found=f"{x.size} and {t.size} of them"
        )
    first, second = assessment.elements
    fractions = np.stack([1 - x, x], axis=-1)
    kelvin = t[:, None]
    volume = molar_volume(kelvin, fractions, assessment.elements, "liquid")
    mass = fractions @ np.array([element(symbol).molar_mass.value for symbol in assessment.elements])
    _, _, stiffness = gibbs_model(assessment).solution("liquid", kelvin).potentials(x)
    record = xr.Dataset(
        {
            "mole_fraction": ("composition", 1 - x, {"element": first}),
            "mass_fraction": ("composition", first_mass_fraction(x, assessment), {"element": first}),
        },
        coords={"temperature": t},
        attrs={"system": assessment.system, "phase": "liquid"},
    )
    over = ("temperature", "composition")
    pair = next(pair for pair in excess_volumes() if set(pair.elements) == {first, second})
    spread: dict[str, float | Array] = {"density": pair.origin.uncertainty}
    factor = stiffness / (assessment.gas_constant * kelvin)
    fields = {"density": mass / volume, "molar_volume": volume, "thermodynamic_factor": factor}
    if {first, second} == set(through_density().elements):
        star = sodium_diffusion(kelvin, fractions, assessment.elements)
        fields["viscosity"] = liquid_viscosity(kelvin, fractions, assessment.elements)
        fields |= {"self_diffusion": star, "chemical_diffusion": star * factor}
        low, high = through_density().range
        doubled = np.where((kelvin < low) | (kelvin > high), 2.0, 1.0)
        spread |= {
            "viscosity": doubled * through_density().origin.uncertainty,
            "self_diffusion": sodium_rule().origin.uncertainty,
        }
    for name, values in fields.items():
        record[name] = (over, np.broadcast_to(values, volume.shape).copy())
    for name, relative in spread.items():
        record[f"{name}_uncertainty"] = (over, np.broadcast_to(relative, volume.shape).copy())
        mark(record, f"{name}_uncertainty", "fraction", f"Relative standard uncertainty of {name}")
    chosen = options or ButlerOptions()
    _add_surface(record, assessment, kelvin, x, chosen)
    _warn_once(record, t)
    rest_on(record, assessment, ())
    _say_where_from(record, assessment)
    record.attrs.update(butler_coordination=chosen.coordination, butler_geometry=chosen.geometry)
    return label(record, "alloy_properties")


def property_estimates(properties: xr.Dataset) -> dict[str, Estimate]:
    """Headline numbers of one alloy at one temperature.

    Parameters
    ----------
    properties
        Result of :func:`alloy_properties` with one temperature and one composition.

    Returns
    -------
    dict
        ``density``, ``viscosity``, ``self_diffusion``, ``chemical_diffusion``, ``surface_tension``, as far as known, each
        with its interval and what it rests on.

    Raises
    ------
    PhysicsError
        When the record holds several temperatures or compositions.
    """
    if properties.sizes["temperature"] != 1 or properties.sizes["composition"] != 1:
        raise PhysicsError(
            "properties at one temperature and composition are needed",
            found=f"{properties.sizes['temperature']} temperatures, {properties.sizes['composition']} compositions",
            todo="Choose one: properties.isel(temperature=[0], composition=[0])",
        )
    at = properties.isel(temperature=0, composition=0)
    found = {}
    for name in _ESTIMATED:
        if name not in at:
            continue
        value = float(at[name])
        found[name] = Estimate(
            value=value,
            unit=str(at[name].attrs["units"]),
            quantity=name,
            interval=_interval(at, name, value),
            label=f"computed; {at[name].attrs['basis']}; interval covers {at[name].attrs['interval_covers']}",
        )
    return found


def _interval(at: xr.Dataset, name: str, value: float) -> tuple[float, float]:
    if f"{name}_interval" in at:
        low, high = (float(bound) for bound in at[f"{name}_interval"])
        return low, high
    like = "self_diffusion" if name == "chemical_diffusion" else name
    factor = float(np.exp(2 * at[f"{like}_uncertainty"]))
    return value / factor, value * factor


def _fractions(composition: AlloysLike, assessment: Assessment) -> Array:
    """Mole fractions of the second element, shape (composition)."""
    if isinstance(composition, str):
        composition = as_alloy(composition)
    if isinstance(composition, list | tuple) and any(isinstance(c, str | Alloy | Composition) for c in composition):
        return np.array([float(second_fraction(as_alloy(each), assessment)) for each in composition])
    return np.atleast_1d(second_fraction(cast("CompositionLike", composition), assessment)).ravel()


def _add_surface(record: xr.Dataset, assessment: Assessment, kelvin: Array, x: Array, options: ButlerOptions) -> None:
    try:
        surface = surface_of(assessment, kelvin, x, options)
        low, high = surface_interval(assessment, kelvin, x, options)
    except PhysicsError as reason:
        record.attrs["surface_tension_missing"] = str(reason)
        return
    over = ("temperature", "composition")
    record["surface_tension"] = (over, surface.tension)
    record["surface_tension_interval"] = ((*over, "bound"), np.stack([low, high], axis=-1))
    record["surface_mole_fraction"] = (over, 1 - surface.fraction, {"element": assessment.elements[0]})
    record.coords["bound"] = ["lower", "upper"]
    mark(record, "surface_tension_interval", "surface_tension", "Range over the pure liquids and the coordination")


def _warn_once(record: xr.Dataset, t: Array) -> None:
    """Say in one warning which formulas are used outside their temperatures."""
    symbols = [s for s in ("Li", "Na", "K") if s in str(record.attrs["system"]).split("-")]
    limits = {
        "density": next(pair.range for pair in excess_volumes() if set(pair.elements) == set(symbols)),
    }
    if "viscosity" in record:
        limits |= {"viscosity": through_density().range, "self-diffusion": sodium_rule().range}
    if "surface_tension" in record:
        limits |= {f"surface tension of {s}": surface_tension_rule(s).range for s in symbols}
    beyond = [f"{name} ({low:g}-{high:g} K)" for name, (low, high) in limits.items() if t.min() < low or t.max() > high]
    if beyond:
        warnings.warn(
            f"outside the temperatures of their formulas at {t.min():g}-{t.max():g} K: {', '.join(beyond)}",
            ExtrapolationWarning,
            stacklevel=3,
        )


def _say_where_from(record: xr.Dataset, assessment: Assessment) -> None:
    """Write what each property rests on onto it, and all sources onto the record."""
    symbols = assessment.elements
    twice = "twice the standard uncertainty of the correlation"
    basis = {"density": (f"densities {density_trust(symbols, 'liquid')}", twice)}
    add_sources(record, density_sources(symbols, "liquid"))
    if "viscosity" in record:
        viscous, diffusing = through_density().origin, sodium_rule().origin
        add_sources(record, (viscous.source, diffusing.source))
        stated = f"self-diffusion of Na at {sodium_rule().temperature:g} K {diffusing.trust}"
        basis["viscosity"] = (f"viscosity {viscous.trust}", twice)
        basis["self_diffusion"] = (f"{stated}, to other temperatures with the viscosity {viscous.trust}", twice)
        basis["chemical_diffusion"] = (
            f"{stated}; that of K the same ({Trust.ASSUMED}); {assessment.label}",
            f"{twice} of the self-diffusion",
        )
    if "surface_tension" in record:
        add_sources(record, [surface_tension_rule(symbol).origin.source for symbol in symbols] + ["Butler1932"])
        basis["surface_tension"] = (
            f"Butler's model (coordination {Trust.RECALLED}), pure liquids {Trust.READ}; {assessment.label}",
            "twice the standard uncertainty of the pure liquids and the bounds of coordination",
        )
    for name, (text, covers) in basis.items():
        record[name].attrs.update(basis=text, interval_covers=covers)
    if any(Trust.ASSUMED.value in text for text, _ in basis.values()):
        record.attrs["trust"] = Trust.ASSUMED.value
