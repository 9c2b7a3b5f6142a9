"""Which metal of an alloy is the more reactive: what chemical potentials can say of it, and what they cannot.

A chemical potential has a zero for each element. On the SER scale that zero is the element's enthalpy at 298.15 K with no
entropy taken off, so that pure K lies below pure Na only because its entropy is larger: -T S(298.15 K) is -19.3 and -15.3
kJ mol-1. To read reactivity from such numbers compares two book-keeping zeros. Against the pure metals the numbers say how much
*alloying* holds each metal back; which one is oxidised first is decided by the standard potentials in the electrolyte, and there a
lower chemical potential means a higher potential: *less* reactive.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.units import QuantityLike
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.thermo.anode.equilibria.alloys import AlloysLike, alloy_states
from alkanode.thermo.anode.equilibria.potentials import equilibrium_potentials
from alkanode.thermo.anode.uncertainty.temperature_spread import one_temperature
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.binary.suspension import phase_names
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.model import GibbsModel
from alkanode.thermo.provenance import mark, rest_on

PURE_METALS = "pure metals"
"""Scale of chemical potentials whose zero is each stable pure metal at the same temperature."""


def compare_chemical_potentials(
    alloy: AlloysLike,
    *,
    scale: str = PURE_METALS,
    temperature: QuantityLike = "25 degC",
    system: str | Assessment | None = None,
    suspend: tuple[str, ...] = (),
) -> xr.Dataset:
    """Compare the chemical potentials of the metals of an alloy, each against its own pure metal.

    Parameters
    ----------
    alloy, temperature, system, suspend
        As :func:`alkanode.thermo.alloy_potentials`.
    scale
        ``"pure metals"``, the only scale on which two elements can be compared. ``"SER"`` raises, with the reason.

    Returns
    -------
    Dataset
        Kind ``metal_stabilisation`` over (composition, element): ``mole_fraction``, ``chemical_potential`` (J mol-1 against the
        pure metal; minus infinity where it is absent) and ``electrode_potential`` (V against it); over ``composition``
        ``more_stabilised``, the metal that alloying holds back most. It is *not* the metal that is oxidised last.

    Raises
    ------
    PhysicsError
        For the SER scale, another scale, or a composition that is none.

    References
    ----------
    :cite:`Koh2024` conclude from chemical potentials that K is the more reactive metal; the conclusion holds, but because of the
    standard potentials: see :func:`alkanode.thermo.alloy_potentials`.

    Examples
    --------
    >>> [str(name) for name in compare_chemical_potentials([0.3, 0.5]).more_stabilised.values]
    ['Na', 'K']
    """
    assessment, x, names = alloy_states(alloy, system)
    t = one_temperature(temperature, assessment, "a comparison of chemical potentials")
    if scale != PURE_METALS:
        raise _refused(scale, assessment, t)
    own = equilibrium_potentials(assessment, t, x, phase_names(suspend))
    over = ("composition", "element")
    record = xr.Dataset(
        {
            "mole_fraction": (over, x),
            "chemical_potential": (over, -own * FARADAY_CONSTANT + 0.0),
            "electrode_potential": (over, own),
            "more_stabilised": ("composition", np.array(assessment.elements)[_highest(own)]),
        },
        coords={"element": list(assessment.elements)},
    )
    if names:
        record = record.assign_coords(alloy=("composition", np.array(names)))
    record.attrs.update(system=assessment.system, scale=scale, temperature=t.item())
    rest_on(record, assessment, phase_names(suspend))
    return label(record, "metal_stabilisation")


def ser_chemical_potential(
    element: str,
    alloy: AlloysLike,
    *,
    temperature: QuantityLike = "25 degC",
    system: str | Assessment | None = None,
    suspend: tuple[str, ...] = (),
) -> xr.DataArray:
    """Chemical potential of *one* element on the SER scale, as programs of phase diagrams print it.

    Parameters
    ----------
    element
        One symbol. Numbers of two elements must not be compared: :func:`compare_chemical_potentials` says why.
    alloy, temperature, system, suspend
        As :func:`alkanode.thermo.alloy_potentials`.

    Returns
    -------
    DataArray
        J mol-1 (composition): G less H(298.15 K) of the stable element.

    Raises
    ------
    PhysicsError
        For an element that is not one of the system, or a composition that is none.

    Examples
    --------
    >>> round(ser_chemical_potential("Na", 0.5).item() / 1000, 1)
    -15.7
    """
    assessment, x, _ = alloy_states(alloy, system)
    if element not in assessment.elements:
        raise PhysicsError(f"one element of {assessment.system} is needed", found=repr(element))
    t = one_temperature(temperature, assessment, "a chemical potential against SER")
    place = assessment.elements.index(element)
    own = equilibrium_potentials(assessment, t, x, phase_names(suspend))[:, place]
    found = xr.DataArray(
        _pure_on_ser(assessment, t)[element] - own * FARADAY_CONSTANT, dims="composition", name="ser_chemical_potential"
    )
    record = found.to_dataset()
    mark(record, "ser_chemical_potential", "chemical_potential", f"Of {element}, against SER", element=element)
    record["ser_chemical_potential"].attrs.update(scale="SER", label=assessment.label, temperature=t.item())
    return record["ser_chemical_potential"]


def _pure_on_ser(assessment: Assessment, temperature: Array) -> dict[str, float]:
    """Gibbs energy (J mol-1) of the stable pure metals against SER at one temperature."""
    model = GibbsModel(assessment)
    return {
        symbol: min(model.unary(symbol, phase, temperature).item() for phase in model.solutions)
        for symbol in assessment.elements
    }


def _highest(own: Array) -> npt.NDArray[np.intp]:
    """Number of the element of highest finite potential (composition)."""
    number: npt.NDArray[np.intp] = np.argmax(np.where(np.isfinite(own), own, -np.inf), axis=-1)
    return number


def _refused(scale: str, assessment: Assessment, temperature: Array) -> PhysicsError:
    if scale.upper() != "SER":
        return PhysicsError(
            "a scale of chemical potentials is needed", found=repr(scale), todo=f"Write {PURE_METALS!r}"
        )
    zeros = ", ".join(f"{symbol} {value:.0f}" for symbol, value in _pure_on_ser(assessment, temperature).items())
    return PhysicsError(
        "chemical potentials of two elements can be compared against their pure metals only: on the SER scale each element "
        "has a zero of its own (its enthalpy at 298.15 K, entropy left out), so that the difference between two of them is "
        "book-keeping and says nothing of reactivity",
        found=f"scale 'SER', where the pure metals alone lie at {zeros} J mol-1",
        todo="Use scale='pure metals' for what alloying does, and alloy_potentials(alloy, electrolyte) for which metal is "
        "oxidised first",
    )
