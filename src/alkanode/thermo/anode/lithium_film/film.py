r"""A film of Na-K liquid between lithium metal and a solid electrolyte: the current that it lets through.

The film carries lithium as a dissolved guest. While lithium is stripped, the film is saturated on the side of the metal and
can at most be empty on the side of the electrolyte, so that diffusion through the thickness :math:`\delta` carries

.. math:: j_\text{lim} = \frac{F D c_\text{Li}}{\delta}

with the concentration :math:`c_\text{Li}` of the saturated liquid. Plating runs the other way: there the film is saturated at
the metal and may be supersaturated at the electrolyte, so that this is no limit but the current at which the excess equals the
solubility.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate, Trust, add_sources
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.materials.properties.diffusivities import lithium_rule, sodium_diffusion, sodium_rule
from alkanode.materials.properties.viscosities import through_density
from alkanode.thermo.anode.lithium_film.solubility import HostsLike, lithium_solubility
from alkanode.thermo.anode.uncertainty.assessment_spread import DRAWS
from alkanode.thermo.anode.uncertainty.headline import joined
from alkanode.thermo.anode.uncertainty.weakest_trust import lower_trust
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.conditions import Array
from alkanode.thermo.provenance import mark

_LIMIT = "limiting_current_density"


def lithium_film(
    host: HostsLike = None,
    *,
    thickness: QuantityLike,
    diffusivity: QuantityLike | None = None,
    temperature: QuantityLike = 300.0,
    temperature_uncertainty: QuantityLike = "2 K",
    system: str | Assessment = "Li-Na-K",
    draws: int = DRAWS,
) -> xr.Dataset:
    """Limiting current density of a film of Na-K liquid on lithium.

    Parameters
    ----------
    host
        The liquid of the film before lithium dissolves, as :func:`lithium_solubility` takes it; ``None`` takes the liquid
        window.
    thickness
        m, or text such as ``"70 um"``.
    diffusivity
        Diffusion coefficient of lithium in the film, m2 s-1 or text such as ``"5e-5 cm2 s-1"``. ``None`` assumes that of
        sodium in the same liquid, since no value for lithium was found, with an interval of a factor of 2.7 either way.
    temperature, temperature_uncertainty, system, draws
        As :func:`lithium_solubility`.

    Returns
    -------
    Dataset
        Kind ``lithium_film``: everything of :func:`lithium_solubility`, and over (composition) ``diffusion_coefficient``
        (m2 s-1) and ``limiting_current_density`` (A m-2). ``limiting_current_density_interval`` covers the temperature
        uncertainty (at a fixed diffusion coefficient), ``..._assessment_interval`` the parameters, and
        ``..._diffusion_interval`` the diffusion coefficient (absent where it was given).

    Raises
    ------
    PhysicsError
        As :func:`lithium_solubility`, and for a thickness or diffusivity that is not positive.

    Warns
    -----
    ExtrapolationWarning
        Outside the temperatures for which the assessment was made.

    Notes
    -----
    j = F D c / thickness. The film is even and still; its lithium is too dilute to carry the sodium and potassium along.
    The K-rich half of the solubility is a calibration, see :func:`lithium_solubility`; the current itself was fitted to
    nothing.

    References
    ----------
    :cite:`Park2021`

    Examples
    --------
    >>> film = lithium_film("K0.68Na0.32", thickness="70 um", diffusivity="5e-5 cm2 s-1", draws=0)
    >>> round(film.limiting_current_density.item() / 10, 1)
    5.0
    """
    delta = _positive(thickness, "thickness")
    given = None if diffusivity is None else _positive(diffusivity, "diffusion_coefficient")
    record = lithium_solubility(
        host, temperature=temperature, temperature_uncertainty=temperature_uncertainty, system=system, draws=draws
    )
    coefficient = _diffusion(record, given)
    record["diffusion_coefficient"] = ("composition", coefficient)
    per_concentration = FARADAY_CONSTANT * coefficient / delta
    current = per_concentration * record.concentration.to_numpy()
    record[_LIMIT] = ("composition", current)
    for suffix in ("interval", "assessment_interval"):
        if f"concentration_{suffix}" in record:
            bounds = per_concentration[:, None] * record[f"concentration_{suffix}"].to_numpy()
            _bounds(
                record, f"{_LIMIT}_{suffix}", bounds, _LIMIT, str(record[f"concentration_{suffix}"].attrs["long_name"])
            )
    if given is None:
        factor = np.exp(2 * lithium_rule().uncertainty * np.array([-1.0, 1.0]))
        meaning = "Range over the diffusion coefficient"
        _bounds(
            record, "diffusion_coefficient_interval", coefficient[:, None] * factor, "diffusion_coefficient", meaning
        )
        _bounds(record, f"{_LIMIT}_diffusion_interval", current[:, None] * factor, _LIMIT, meaning)
        trust = f"{Trust.ASSUMED}: that of sodium in the same liquid"
        lower_trust(record, [Trust.ASSUMED])
        add_sources(record, [sodium_rule().origin.source, through_density().origin.source])
    else:
        trust = str(Trust.GIVEN)
    record.attrs.update(thickness=delta, diffusion_coefficient_trust=trust)
    record.attrs["label"] += f"; diffusion coefficient of Li {trust}"
    return label(record, "lithium_film")


def film_estimates(film: xr.Dataset) -> dict[str, Estimate]:
    """Headline numbers of a film of one composition.

    Parameters
    ----------
    film
        Result of :func:`lithium_film` with one host.

    Returns
    -------
    dict
        ``solubility``, ``concentration`` and ``limiting_current_density``. Intervals join, as factors in quadrature, the
        temperature uncertainty, the parameters of the assessment and the diffusion coefficient, as far as each is known.

    Raises
    ------
    PhysicsError
        When the record holds several compositions.
    """
    if film.sizes["composition"] != 1:
        raise PhysicsError(
            "a film of one composition is needed",
            found=f"{film.sizes['composition']} compositions",
            todo="Choose one: film.isel(composition=[0])",
        )
    at = film.isel(composition=0)
    return {name: _estimate(at, name) for name in ("solubility", "concentration", _LIMIT)}


def _estimate(at: xr.Dataset, name: str) -> Estimate:
    value = float(at[name])
    kinds = {
        f"{name}_interval": "temperature",
        f"{name}_assessment_interval": "assessment",
        f"{name}_diffusion_interval": "diffusion coefficient",
    }
    present = {field: what for field, what in kinds.items() if field in at}
    interval = joined(value, [at[field].to_numpy() for field in present], factors=True)
    basis = str(at.attrs["label"])
    if name != _LIMIT:
        basis = basis.partition("; diffusion coefficient")[0]
    covers = ", ".join(present.values()) or "nothing"
    return Estimate(
        value=value,
        unit=str(at[name].attrs["units"]),
        quantity=name,
        interval=interval,
        label=f"{basis}; interval covers {covers}",
    )


def _diffusion(record: xr.Dataset, given: float | None) -> Array:
    """Diffusion coefficient of lithium (m2 s-1) for each host."""
    share = record.host_mole_fraction.to_numpy()
    if given is not None:
        return np.full(share.shape, given)
    fractions = np.stack([share, 1 - share], axis=-1)
    return sodium_diffusion(np.full(share.shape, record.attrs["temperature"]), fractions, ("Na", "K"))


def _bounds(record: xr.Dataset, name: str, values: npt.NDArray[np.float64], like: str, meaning: str) -> None:
    record[name] = (("composition", "bound"), values)
    mark(record, name, like, meaning)


def _positive(value: QuantityLike, name: str) -> float:
    number = to_si(value, name)
    if not number > 0:
        raise PhysicsError(f"a positive {name.replace('_', ' ')} is needed", found=repr(value))
    return number
