"""How much lithium dissolves in Na-K liquid beside solid lithium.

Solid sodium, potassium or Na2K may be more stable than some of these liquids; the record says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import add_sources
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials import Alloy, Composition
from alkanode.materials.properties.densities import density_sources, density_trust, molar_volume
from alkanode.thermo.anode.equilibria.alloys import named_alloys
from alkanode.thermo.anode.lithium_film.saturation import Saturated, saturate
from alkanode.thermo.anode.uncertainty.assessment_spread import DRAWS, draws_of, put_spread, warn_of_missing
from alkanode.thermo.anode.uncertainty.temperature_spread import around, one_temperature, put_range
from alkanode.thermo.anode.window.liquid_window import liquid_window
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.model import TernaryModel, ternary_model
from alkanode.thermo.provenance import mark, rest_on
from alkanode.thermo.ternary.kernel import equilibrate

HostsLike: TypeAlias = "Alloy | Composition | str | Sequence[Alloy | Composition | str] | npt.ArrayLike | None"

_POINTS = 101
_SAME = 1e-6
_MOST_LITHIUM = 0.5


def lithium_solubility(
    host: HostsLike = None,
    *,
    temperature: QuantityLike = 300.0,
    temperature_uncertainty: QuantityLike = "2 K",
    system: str | Assessment = "Li-Na-K",
    draws: int = DRAWS,
    points: int = _POINTS,
) -> xr.Dataset:
    """Na-K liquids saturated with solid lithium.

    Parameters
    ----------
    host
        The liquid before lithium dissolves: an alloy of Na and K or its name, several of them, or mole fractions (0-1) of
        **Na**. ``None`` takes the liquid window at the temperature, from the K-rich to the Na-rich end.
    temperature
        K, or text such as ``"27 degC"``. The default, 300 K, is that of the section of :cite:`Park2021`.
    temperature_uncertainty
        Half width of the temperature interval; the default is that of :func:`liquid_window`.
    system
        The shipped ternary system or an assessment of Li, Na and K.
    draws
        Sets of parameters for the interval over the assessment; 0 leaves it out.
    points
        Number of liquids where ``host`` is ``None``.

    Returns
    -------
    Dataset
        Kind ``lithium_solubility``, over (composition): ``host_mole_fraction`` of Na before dissolution; ``mole_fraction``
        (..., element) of the saturated liquid and ``solid_mole_fraction`` of the solid; ``solubility`` (mole fraction of Li)
        and ``concentration`` (mol m-3); ``stable``, false where other phases would form beside or instead of these two (solid
        sodium or potassium, or a lithium-rich liquid), so that this pair is metastable. ``*_interval`` (..., bound) cover the temperature uncertainty,
        ``*_assessment_interval`` 95 % over the parameters of the assessment, as far as their uncertainty is known.

    Raises
    ------
    PhysicsError
        For a host with other metals than Na and K, at or above the melting point of lithium, and where the only liquid beside
        solid lithium is rich in lithium.

    Warns
    -----
    ExtrapolationWarning
        Outside the temperatures for which the assessment was made.
    DataQualityWarning
        When many draws of the parameters give no answer.

    Notes
    -----
    The fall of the solubility from Na-rich to K-rich liquid tunes the estimate of K-Li, so the K-rich half is a calibration;
    the level in Na-rich liquid rests on Li-Na.

    References
    ----------
    :cite:`Park2021`

    Examples
    --------
    >>> found = lithium_solubility("K0.68Na0.32", temperature=300.0, draws=0)
    >>> bool(1e-4 < found.solubility.item() < 1e-3)
    True
    """
    assessment = load_assessment(system)
    model = ternary_model(assessment)
    if set(assessment.elements) != {"Li", "Na", "K"}:
        raise PhysicsError("an assessment of Li, Na and K is needed", found=assessment.system)
    t = one_temperature(temperature, assessment, "a solubility").item()
    share = _shares(host, t, points)
    width = to_si(temperature_uncertainty, "temperature_difference")
    levels = np.array([t, *around(np.array(t), width, assessment)])
    _below_melting(model, levels.max())
    found = [saturate(model, np.full(share.shape, each), share) for each in levels]
    li = assessment.elements.index("Li")
    rich = ~(found[0].liquid[:, li] < _MOST_LITHIUM)
    if rich.any():
        raise PhysicsError(
            "a Na-K liquid beside solid lithium is needed",
            found=f"at {t:g} K and Na / (Na + K) = {share[rich][0]:g} solid lithium meets a lithium-rich liquid or none",
            todo="Lower the temperature",
        )
    record = _record(assessment, found[0], share, t, width)
    liquids = np.stack([each.liquid for each in found])
    for name, values in _derived(liquids, levels[:, None], assessment).items():
        put_range(record, name, name, list(values))
    record["stable"] = ("composition", _stable(model, t, found[0]))
    samples = _draws(model, t, share, draws)
    if samples is not None:
        warn_of_missing(samples[..., li], "solubility", stacklevel=3)
        for name, values in _derived(samples, np.array(t), assessment).items():
            put_spread(record, name, name, values)
    rest_on(record, assessment, ())
    record.attrs["label"] += f"; densities {density_trust(assessment.elements, 'liquid')}"
    add_sources(record, density_sources(assessment.elements, "liquid"))
    return label(record, "lithium_solubility")


def _record(assessment: Assessment, found: Saturated, share: Array, t: float, width: float) -> xr.Dataset:
    record = xr.Dataset(
        {
            "mole_fraction": (("composition", "element"), found.liquid),
            "solid_mole_fraction": (("composition", "element"), found.solid),
            "host_mole_fraction": ("composition", share),
        },
        coords={"element": list(assessment.elements), "bound": ["lower", "upper"]},
        attrs={"system": assessment.system, "temperature": t, "temperature_uncertainty": width},
    )
    for name, values in _derived(found.liquid, np.array(t), assessment).items():
        record[name] = ("composition", values)
    mark(record, "solid_mole_fraction", "mole_fraction", "Atoms of one element over the atoms of the solid lithium")
    mark(record, "host_mole_fraction", "mole_fraction", "Na over Na and K of the liquid", element="Na")
    return record


def _derived(liquid: Array, temperature: Array, assessment: Assessment) -> dict[str, Array]:
    """Solubility and concentration (mol m-3) of lithium in liquids (..., element)."""
    solubility = liquid[..., assessment.elements.index("Li")]
    volume = molar_volume(temperature, liquid, assessment.elements, "liquid")
    return {"solubility": solubility, "concentration": solubility / volume}


def _draws(model: TernaryModel, t: float, share: Array, count: int) -> Array | None:
    """Saturated liquids (draw, composition, element) over the parameters, or ``None`` where their spread is not known."""
    parameters = draws_of(model.assessment, count)
    if parameters is None:
        return None
    number = len(next(iter(parameters.values())))
    repeated = {name: np.repeat(values, share.size) for name, values in parameters.items()}
    found = saturate(model, np.full(number * share.size, t), np.tile(share, number), repeated)
    return found.liquid.reshape(number, share.size, 3)


def _stable(model: TernaryModel, t: float, found: Saturated) -> npt.NDArray[np.bool_]:
    """Whether half way between liquid and solid lithium these two form, half and half, and nothing else."""
    middle = (found.liquid + found.solid) / 2
    phases = equilibrate(model, np.full(len(middle), t), middle)
    halves = [np.abs(phases.fraction(name) - 0.5) < _SAME for name in ("liquid", "bcc_Li")]
    stable: npt.NDArray[np.bool_] = halves[0] & halves[1]
    return stable


def _shares(host: HostsLike, t: float, points: int) -> Array:
    """Na / (Na + K) of the hosts, shape (composition)."""
    if host is None:
        ends = 1 - liquid_window("Na-K", t, temperature_uncertainty=0.0).mole_fraction.to_numpy().ravel()
        return np.linspace(ends.min(), ends.max(), points)
    alloys = named_alloys(host)
    if alloys is not None:
        return np.array([_share(alloy.composition) for alloy in alloys])
    try:
        share = np.atleast_1d(np.asarray(host, dtype=np.float64)).ravel()
    except (TypeError, ValueError) as cause:
        raise PhysicsError("alloys of Na and K, or mole fractions of Na, are needed", found=repr(host)) from cause
    if not ((share >= 0) & (share <= 1)).all():
        raise PhysicsError(
            "mole fractions of Na from 0 to 1 are needed", found=f"{share[~((share >= 0) & (share <= 1))][0]:g}"
        )
    return share


def _share(composition: Composition) -> float:
    others = set(composition.elements) - {"Na", "K"}
    if others:
        raise PhysicsError(
            "a liquid of Na and K is needed, into which lithium dissolves",
            found=f"{composition} with {', '.join(sorted(others))}",
            todo="Leave the lithium out: its amount is the answer",
        )
    return composition.mole_fraction("Na")


def _below_melting(model: TernaryModel, temperature: float) -> None:
    """Refuse temperatures where solid lithium is not the stable lithium."""
    pure = model.pure_energies(np.array([temperature]))
    if pure["Li", "bcc_A2"][0] > 0:
        raise PhysicsError(
            "a temperature below the melting point of lithium is needed (its upper bound too)",
            found=f"{temperature:g} K",
        )
