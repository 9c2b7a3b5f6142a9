"""Regularisation of relaxation times, blocking tails, widths of peaks."""

from __future__ import annotations

from alkanode.foundation.quantities.quantity import Quantity

ENTRIES = (
    Quantity(
        name="candidate_regularisation",
        unit="1",
        symbol="lambda",
        definition="Regularisation (lambda) that was tried.",
    ),
    Quantity(
        name="chosen_regularisation",
        unit="1",
        symbol="lambda",
        definition="Regularisation (lambda) used for a spectrum.",
    ),
    Quantity(
        name="smoothing_criterion",
        unit="1",
        symbol="G",
        definition="Criterion for the regularisation, pooled over a series; the smallest value is chosen.",
    ),
    Quantity(
        name="spectrum_criterion",
        unit="1",
        symbol="G",
        definition="Criterion for the regularisation of one spectrum; smaller is better.",
    ),
    Quantity(
        name="log_misfit",
        unit="1",
        symbol="ln r",
        definition="Mean over a series of ln(squared residual over squared impedance).",
    ),
    Quantity(
        name="log_roughness",
        unit="1",
        symbol="ln s",
        definition="Mean over a series of ln(integral of the squared derivative over squared impedance).",
    ),
    Quantity(
        name="peak_width",
        unit="1",
        symbol="w",
        definition="Full width of a peak at half its height, in ln(tau); divide by ln(10) for decades.",
    ),
    Quantity(
        name="blocking_capacitance",
        unit="F",
        display_unit="uF",
        factor=1e6,
        symbol="C_b",
        definition="Series capacitance of a blocking electrode; infinite where there is none.",
    ),
    Quantity(
        name="tail_exponent",
        unit="1",
        symbol="p",
        definition="Exponent of a blocking tail: phase over -90 degrees.",
    ),
    Quantity(
        name="tail_magnitude",
        unit="ohm",
        symbol="|Z_t|",
        definition="Magnitude of a blocking tail at the lowest frequency of its sweep.",
    ),
    Quantity(
        name="tail_phase",
        unit="rad",
        display_unit="deg",
        factor=57.29577951308232,
        symbol="phi_t",
        definition="Phase of the whole blocking tail at the lowest frequency of its sweep.",
    ),
    Quantity(
        name="resistance_before_tail",
        unit="ohm",
        symbol="R_t",
        definition="Series resistance plus polarisation up to where a blocking tail sets in.",
    ),
    Quantity(
        name="resistance_before_tail_low",
        unit="ohm",
        symbol="R_t",
        definition="The same, up to where the tail reaches 3 % of it.",
    ),
    Quantity(
        name="resistance_before_tail_high",
        unit="ohm",
        symbol="R_t",
        definition="The same, up to where the tail reaches 30 % of it.",
    ),
)
