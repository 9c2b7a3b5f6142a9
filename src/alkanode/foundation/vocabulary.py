"""Every quantity of alkanode: its name, SI unit, display unit, symbol and definition.

Records hold SI numbers. Plots, reports and the command line show the display unit, which is the habit of the
field: ``display = si * factor + offset``.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from alkanode.foundation.errors import SchemaError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Number = TypeVar("Number", float, "npt.NDArray[np.float64]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One entry of the vocabulary.

    Attributes
    ----------
    name
        Field name in records, for example ``areal_capacity``.
    unit
        SI unit in UDUNITS style, for example ``C m-2``; ``1`` for pure numbers.
    display_unit
        Unit on screen and paper, for example ``mAh cm-2``.
    factor, offset
        Display value = SI value x factor + offset.
    symbol
        Symbol on an axis.
    definition
        What is meant, in one sentence.
    """

    name: str
    unit: str
    symbol: str
    definition: str
    display_unit: str = ""
    factor: float = 1.0
    offset: float = 0.0

    @property
    def shown_unit(self) -> str:
        """The unit on screen and paper (the SI unit where no other is the habit)."""
        return self.display_unit or self.unit

    def to_display(self, value: Number) -> Number:
        """Turn an SI number or array into the display unit."""
        return value * self.factor + self.offset

    def to_si(self, value: Number) -> Number:
        """Turn a number or array in the display unit into SI."""
        return (value - self.offset) / self.factor


def _entries() -> tuple[Quantity, ...]:
    q = Quantity
    return (
        # the clock and the instrument
        q(
            name="time",
            unit="s",
            display_unit="h",
            factor=1 / 3600,
            symbol="t",
            definition="Time since the first row of the file or chain.",
        ),
        q(
            name="point_time",
            unit="s",
            symbol="t",
            definition="Time at which one point of a spectrum was measured.",
        ),
        q(
            name="voltage",
            unit="V",
            symbol="U",
            definition="Working lead against reference lead; in a two-electrode cell the reference lead is the counter electrode.",
        ),
        q(
            name="working_potential",
            unit="V",
            symbol="E_WE",
            definition="Potential of the working electrode against the reference electrode.",
        ),
        q(
            name="counter_potential",
            unit="V",
            symbol="E_CE",
            definition="Potential of the counter electrode against the reference electrode.",
        ),
        q(
            name="voltage_setpoint",
            unit="V",
            symbol="U_set",
            definition="Voltage demanded by the instrument while it controls the voltage.",
        ),
        q(
            name="current",
            unit="A",
            display_unit="mA",
            factor=1e3,
            symbol="I",
            definition="Measured current; positive = oxidation at the working electrode.",
        ),
        q(
            name="current_setpoint",
            unit="A",
            display_unit="mA",
            factor=1e3,
            symbol="I_set",
            definition="Current demanded by the instrument while it controls the current; same sign rule as current.",
        ),
        q(
            name="charge",
            unit="C",
            display_unit="mAh",
            factor=1 / 3.6,
            symbol="Q",
            definition="Running charge since the first row, positive for net oxidation at the working electrode.",
        ),
        q(name="step", unit="1", symbol="N_s", definition="Step number that the instrument gave."),
        q(
            name="cycle",
            unit="1",
            symbol="n",
            definition="Cycle or loop number that the instrument gave; never read as truth.",
        ),
        q(
            name="half_cycle",
            unit="1",
            symbol="n_half",
            definition="Running number of runs of same-sign current; -1 in rest.",
        ),
        q(
            name="control_mode",
            unit="1",
            symbol="mode",
            definition="What the instrument controlled: 0 rest, 1 current, 2 voltage, 3 impedance under current control, 4 impedance under voltage control, -1 unknown.",
        ),
        q(
            name="ambient_temperature",
            unit="K",
            display_unit="degC",
            offset=-273.15,
            symbol="T",
            definition="Temperature recorded beside the cell.",
        ),
        q(name="resistance", unit="ohm", symbol="R", definition="Voltage over current."),
        # impedance
        q(
            name="frequency",
            unit="Hz",
            symbol="f",
            definition="Frequency of one point of a spectrum; NaN where a sweep is shorter than the longest.",
        ),
        q(
            name="impedance",
            unit="ohm",
            symbol="Z",
            definition="Complex impedance; capacitive arcs have a negative imaginary part.",
        ),
        q(
            name="voltage_amplitude",
            unit="V",
            display_unit="mV",
            factor=1e3,
            symbol="|U|",
            definition="Amplitude of the voltage at the measuring frequency.",
        ),
        q(
            name="current_amplitude",
            unit="A",
            display_unit="mA",
            factor=1e3,
            symbol="|I|",
            definition="Amplitude of the current at the measuring frequency.",
        ),
        q(
            name="voltage_drift",
            unit="V",
            display_unit="mV",
            factor=1e3,
            symbol="dU",
            definition="Largest minus smallest mean voltage inside one sweep.",
        ),
        q(name="relaxation_time", unit="s", symbol="tau", definition="tau = 1/(2 pi f)."),
        q(
            name="distribution",
            unit="ohm",
            symbol="gamma",
            definition="Distribution of relaxation times: resistance per unit ln(tau).",
        ),
        q(
            name="capacitance",
            unit="F",
            display_unit="uF",
            factor=1e6,
            symbol="C",
            definition="Charge stored per voltage; of a relaxation, tau/R.",
        ),
        q(
            name="series_resistance",
            unit="ohm",
            symbol="R_0",
            definition="Resistance at the high-frequency end.",
        ),
        q(
            name="inductance",
            unit="H",
            display_unit="uH",
            factor=1e6,
            symbol="L",
            definition="Series inductance of leads and fixture.",
        ),
        q(
            name="polarisation_in_window",
            unit="ohm",
            symbol="R_in",
            definition="Integral of the distribution inside the measured window of relaxation times.",
        ),
        q(
            name="polarisation_out_of_window",
            unit="ohm",
            symbol="R_out",
            definition="Integral of the distribution outside the measured window: not determined by the data.",
        ),
        q(name="residual", unit="1", symbol="r", definition="Difference of model and data over |Z|."),
        q(
            name="area_specific_resistance",
            unit="ohm m2",
            display_unit="ohm cm2",
            factor=1e4,
            symbol="ASR",
            definition="Resistance times electrode area.",
        ),
        # cell and electrode
        q(name="area", unit="m2", display_unit="cm2", factor=1e4, symbol="A", definition="Electrode area."),
        q(
            name="mass",
            unit="kg",
            display_unit="mg",
            factor=1e6,
            symbol="m",
            definition="Mass of alloy or active metal.",
        ),
        q(
            name="volume",
            unit="m3",
            display_unit="uL",
            factor=1e9,
            symbol="V",
            definition="Volume of a drop or an electrode.",
        ),
        q(
            name="thickness",
            unit="m",
            display_unit="um",
            factor=1e6,
            symbol="d",
            definition="Thickness of a layer.",
        ),
        q(
            name="stack_pressure",
            unit="Pa",
            display_unit="MPa",
            factor=1e-6,
            symbol="p",
            definition="Pressure on the cell stack.",
        ),
        q(
            name="temperature",
            unit="K",
            display_unit="degC",
            offset=-273.15,
            symbol="T",
            definition="Temperature of the cell.",
        ),
        q(
            name="temperature_difference",
            unit="K",
            symbol="dT",
            definition="Difference or uncertainty of a temperature.",
        ),
        q(
            name="conductivity",
            unit="S m-1",
            display_unit="mS cm-1",
            factor=10.0,
            symbol="sigma",
            definition="Ionic conductivity.",
        ),
        q(
            name="density",
            unit="kg m-3",
            display_unit="g cm-3",
            factor=1e-3,
            symbol="rho",
            definition="Mass density.",
        ),
        q(
            name="molar_mass",
            unit="kg mol-1",
            display_unit="g mol-1",
            factor=1e3,
            symbol="M",
            definition="Mass of one mole of atoms.",
        ),
        q(
            name="current_density",
            unit="A m-2",
            display_unit="mA cm-2",
            factor=0.1,
            symbol="j",
            definition="Current over electrode area.",
        ),
        q(
            name="areal_capacity",
            unit="C m-2",
            display_unit="mAh cm-2",
            factor=1 / 3.6e4,
            symbol="q_A",
            definition="Charge over electrode area.",
        ),
        q(
            name="specific_capacity",
            unit="C kg-1",
            display_unit="mAh g-1",
            factor=1 / 3600,
            symbol="q_m",
            definition="Charge over the initial mass of alloy.",
        ),
        # thermodynamics
        q(
            name="mole_fraction",
            unit="1",
            display_unit="at%",
            factor=100.0,
            symbol="x",
            definition="Atoms of one element over all atoms.",
        ),
        q(
            name="mass_fraction",
            unit="1",
            display_unit="wt%",
            factor=100.0,
            symbol="w",
            definition="Mass of one element over the whole mass.",
        ),
        q(name="phase_fraction", unit="1", symbol="f", definition="Atoms in one phase over all atoms."),
        q(name="liquid_fraction", unit="1", symbol="f_L", definition="Atoms in the liquid over all atoms."),
        q(
            name="chemical_potential",
            unit="J mol-1",
            display_unit="kJ mol-1",
            factor=1e-3,
            symbol="mu",
            definition="Chemical potential against the stable pure element at the same temperature.",
        ),
        q(
            name="gibbs_energy",
            unit="J mol-1",
            display_unit="kJ mol-1",
            factor=1e-3,
            symbol="G",
            definition="Gibbs energy per mole of atoms.",
        ),
        q(
            name="electrode_potential",
            unit="V",
            display_unit="mV",
            factor=1e3,
            symbol="E",
            definition="Equilibrium potential against the pure metal of the working ion.",
        ),
        q(
            name="overpotential",
            unit="V",
            display_unit="mV",
            factor=1e3,
            symbol="eta",
            definition="Voltage beyond the resting voltage, positive in the direction of the current.",
        ),
        # ramps of current
        *(
            q(name=name, unit="A m-2", display_unit="mA cm-2", factor=0.1, symbol=symbol, definition=text)
            for name, symbol, text in (
                ("nominal_current_density", "j_nom", "Current over the nominal electrode area."),
                ("final_current_density", "j_fin", "Current over the electrode area measured after the test."),
                ("critical_current_density", "CCD", "Current density at which a cell shorts in a ramp of currents."),
            )
        ),
        q(
            name="yield_stress",
            unit="Pa",
            display_unit="MPa",
            factor=1e-6,
            symbol="sigma_y",
            definition="A third of the hardness of a metal.",
        ),
        # full cells
        q(
            name="cathode_specific_capacity",
            unit="C kg-1",
            display_unit="mAh g-1",
            factor=1 / 3600,
            symbol="q_c",
            definition="Charge over the mass of active material of the cathode.",
        ),
        q(
            name="differential_capacity",
            unit="F",
            display_unit="mAh V-1",
            factor=1 / 3.6,
            symbol="dQ/dU",
            definition="Charge passed per change of the cell voltage.",
        ),
        q(
            name="c_rate",
            unit="1",
            symbol="C-rate",
            definition="Current over the one that passes the reference capacity in one hour.",
        ),
        q(
            name="cycle_number",
            unit="1",
            symbol="n",
            definition="Number of a cycle, counted from charge and discharge.",
        ),
        # plain numbers
        q(name="fraction", unit="1", symbol="", definition="A pure number."),
        q(name="duration", unit="s", symbol="t", definition="A length of time."),
        q(
            name="ramp_rate",
            unit="V s-1",
            display_unit="mV s-1",
            factor=1e3,
            symbol="v",
            definition="Scan rate of the voltage.",
        ),
    )


VOCABULARY: dict[str, Quantity] = {entry.name: entry for entry in _entries()}


def quantity(name: str) -> Quantity:
    """Look up one quantity by its field name.

    Parameters
    ----------
    name
        Field name, for example ``"areal_capacity"``.

    Returns
    -------
    Quantity

    Raises
    ------
    SchemaError
        When the vocabulary has no such name; the nearest names are given.

    Examples
    --------
    >>> quantity("current_density").to_display(10.0)
    1.0
    """
    try:
        return VOCABULARY[name]
    except KeyError:
        near = difflib.get_close_matches(name, VOCABULARY, n=3)
        raise SchemaError(
            "a quantity of the vocabulary is needed",
            found=repr(name),
            todo=f"Did you mean {', '.join(near)}?" if near else "See alkanode.foundation.vocabulary.VOCABULARY",
        ) from None
