"""Answers on potentials: which metal is oxidised first, what chemical potentials say, what exchange leaves."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from alkanode.thermo.anode.exchange.ion_exchange import ion_exchange
from alkanode.thermo.anode.potentials.alloy_potentials import alloy_potentials
from alkanode.thermo.anode.potentials.electrode_potential import electrode_potential
from alkanode.thermo.anode.potentials.reactivity import ser_chemical_potential
from alkanode.thermo.anode.window.liquid_window import liquid_window
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.gibbs.functions import chemical_potential
from alkanode.thermo.published.figure import Answer, digits

_POINTS = 15


def oxidation_margin(*, draws: int, electrolyte: str, sodium: tuple[float, float], celsius: float) -> Answer:
    """Smallest E(Na) - E(K) in mV over a range of at% Na: above 0, K is oxidised first throughout."""
    x = np.linspace(sodium[0], sodium[1], _POINTS) / 100
    record = alloy_potentials(x, electrolyte, temperature=f"{celsius} degC", draws=draws)
    gap = (record.potential_in_electrolyte.sel(element="Na") - record.potential_in_electrolyte.sel(element="K")).values
    place = int(gap.argmin())
    low, high = (1e3 * float(bound) for bound in record.oxidation_margin_interval.isel(composition=place))
    middle = alloy_potentials("Na50K50", electrolyte, temperature=f"{celsius} degC", draws=0)
    own = 1e3 * middle.electrode_potential.isel(composition=0)
    return Answer(
        value=1e3 * float(gap[place]),
        assessment_interval=(low, high),
        label=record.attrs["label"],
        remark=f"{digits(1e3 * float(gap.max()))} mV at most; alloying itself moves E by {own.sel(element='Na').item():+.1f} "
        f"(Na) and {own.sel(element='K').item():+.1f} mV (K) in Na50K50; the interval covers standard potentials too",
        sources=tuple(str(record.attrs["sources"]).split()),
    )


def gap_on_ser(*, draws: int, alloy: float, celsius: float) -> Answer:
    """mu(K) - mu(Na) in kJ mol-1 on the SER scale, at a mole fraction of Na."""
    del draws
    t = f"{celsius} degC"
    whole, zeros = (
        (ser_chemical_potential("K", x_k, temperature=t) - ser_chemical_potential("Na", x_na, temperature=t)).item()
        for x_k, x_na in ((alloy, alloy), (0.0, 1.0))
    )
    system = load_assessment("Na-K")
    return Answer(
        value=whole / 1000,
        label=system.label,
        remark=f"{zeros / 1000:.1f} of {whole / 1000:.1f} kJ mol-1 is the difference of the zeros of pure K and pure Na",
        sources=system.sources,
    )


def range_of_more_stable_potassium(*, draws: int, sodium: tuple[float, float], celsius: float) -> Answer:
    """Share (%) of a range of at% Na in which mu(K) lies below mu(Na), each against its own pure metal."""
    del draws
    low, high = (end / 100 for end in sodium)
    system = load_assessment("Na-K")

    def gap(x: float) -> float:
        return float(chemical_potential("K", f"{celsius} degC", x) - chemical_potential("Na", f"{celsius} degC", x))

    flip = brentq(gap, low, high)
    return Answer(
        value=100 * (high - flip) / (high - low),
        label=system.label,
        remark=f"the order turns at {100 * flip:.0f} at% Na",
        sources=system.sources,
    )


def largest_sodium_potential(*, draws: int, celsius: float) -> Answer:
    """Potential of sodium (mV against Na) in the K-rich liquid at its end: the largest while any liquid is there."""
    del draws
    system = load_assessment("Na-K")
    ends = 1 - liquid_window(system, f"{celsius} degC", draws=0).mole_fraction.values[0]
    first, last = 1e3 * electrode_potential(f"{celsius} degC", ends)
    return Answer(
        value=float(last),
        label=system.label,
        remark=f"from {first:.1f} mV at the Na-rich end, then a plateau",
        sources=system.sources,
    )


def sodium_left_solid(
    *, draws: int, alloy: str, electrolyte: str, ions: dict[str, str], volume: str, mass: str
) -> Answer:
    """Share (%) of the electrode that is solid sodium when exchange with the electrolyte has come to its equilibrium."""
    del draws
    record = ion_exchange(alloy, electrolyte, ions=ions, electrolyte_volume=volume, mass=mass, draws=0, points=400)
    end = record.isel(point=int(np.argmin(np.abs(record.driving_potential.to_numpy()))))
    return Answer(
        value=100 * end.phase_fraction.sel(phase="bcc_Na").item(),
        label=record.attrs["label"],
        remark=f"{volume} of electrolyte assumed; {100 * end.mole_fraction.sel(element='K').item():.1g} at% K left",
        sources=tuple(str(record.attrs["sources"]).split()),
    )


QUESTIONS = {
    "oxidation margin": oxidation_margin,
    "gap on SER": gap_on_ser,
    "range of more stable potassium": range_of_more_stable_potassium,
    "largest potential of sodium": largest_sodium_potential,
    "sodium left solid": sodium_left_solid,
}
