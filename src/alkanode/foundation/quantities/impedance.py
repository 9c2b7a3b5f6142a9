"""Impedance and relaxation times."""

from __future__ import annotations

from alkanode.foundation.quantities.quantity import Quantity

ENTRIES = (
    Quantity(
        name="frequency",
        unit="Hz",
        symbol="f",
        definition="Frequency of one point of a spectrum; NaN where a sweep is shorter than the longest.",
    ),
    Quantity(
        name="impedance",
        unit="ohm",
        symbol="Z",
        definition="Complex impedance; capacitive arcs have a negative imaginary part.",
    ),
    Quantity(
        name="voltage_amplitude",
        unit="V",
        display_unit="mV",
        factor=1e3,
        symbol="|U|",
        definition="Amplitude of the voltage at the measuring frequency.",
    ),
    Quantity(
        name="current_amplitude",
        unit="A",
        display_unit="mA",
        factor=1e3,
        symbol="|I|",
        definition="Amplitude of the current at the measuring frequency.",
    ),
    Quantity(
        name="voltage_drift",
        unit="V",
        display_unit="mV",
        factor=1e3,
        symbol="dU",
        definition="Largest minus smallest mean voltage inside one sweep.",
    ),
    Quantity(name="relaxation_time", unit="s", symbol="tau", definition="tau = 1/(2 pi f)."),
    Quantity(
        name="distribution",
        unit="ohm",
        symbol="gamma",
        definition="Distribution of relaxation times: resistance per unit ln(tau).",
    ),
    Quantity(
        name="capacitance",
        unit="F",
        display_unit="uF",
        factor=1e6,
        symbol="C",
        definition="Charge stored per voltage; of a relaxation, tau/R.",
    ),
    Quantity(
        name="series_resistance",
        unit="ohm",
        symbol="R_0",
        definition="Resistance at the high-frequency end.",
    ),
    Quantity(
        name="inductance",
        unit="H",
        display_unit="uH",
        factor=1e6,
        symbol="L",
        definition="Series inductance of leads and fixture.",
    ),
    Quantity(
        name="polarisation_in_window",
        unit="ohm",
        symbol="R_in",
        definition="Integral of the distribution inside the measured window of relaxation times.",
    ),
    Quantity(
        name="polarisation_out_of_window",
        unit="ohm",
        symbol="R_out",
        definition="Integral of the distribution outside the measured window: not determined by the data.",
    ),
    Quantity(name="residual", unit="1", symbol="r", definition="Difference of model and data over |Z|."),
    Quantity(
        name="area_specific_resistance",
        unit="ohm m2",
        display_unit="ohm cm2",
        factor=1e4,
        symbol="ASR",
        definition="Resistance times electrode area.",
    ),
)
