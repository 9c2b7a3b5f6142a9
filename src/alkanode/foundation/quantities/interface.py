"""Contact of an interface: constriction, active area, rival processes."""

from __future__ import annotations

from alkanode.foundation.quantities.quantity import Quantity

ENTRIES = (
    Quantity(
        name="area_fraction",
        unit="1",
        symbol="f",
        definition="Share of the electrode area that is in contact; 1 in the named reference state.",
    ),
    Quantity(
        name="resistivity",
        unit="ohm m",
        display_unit="ohm cm",
        factor=1e2,
        symbol="rho",
        definition="Resistance times cross-section over length.",
    ),
    Quantity(
        name="contact_spacing",
        unit="m",
        display_unit="um",
        factor=1e6,
        symbol="b",
        definition="Radius of the cell that belongs to one contact spot: half the distance between spots.",
    ),
    Quantity(
        name="void_depth",
        unit="m",
        display_unit="um",
        factor=1e6,
        symbol="d",
        definition="Depth of the gap between electrolyte and metal beside a contact spot.",
    ),
    Quantity(
        name="area_specific_impedance",
        unit="ohm m2",
        display_unit="ohm cm2",
        factor=1e4,
        symbol="ASZ",
        definition="Complex impedance times electrode area; capacitive arcs have a negative imaginary part.",
    ),
    Quantity(
        name="constriction_impedance",
        unit="ohm m2",
        display_unit="ohm cm2",
        factor=1e4,
        symbol="ASZ_c",
        definition="Impedance times area less that of the electrolyte and, for direct current, of the contact itself.",
    ),
    Quantity(
        name="constriction_resistance",
        unit="ohm m2",
        display_unit="ohm cm2",
        factor=1e4,
        symbol="ASR_c",
        definition="Extra resistance times area of current that spreads from contact spots.",
    ),
    Quantity(
        name="areal_capacitance",
        unit="F m-2",
        display_unit="uF cm-2",
        factor=1e2,
        symbol="c_A",
        definition="Capacitance over electrode area.",
    ),
    Quantity(
        name="contact_ratio",
        unit="1",
        symbol="R_ct/(rho a)",
        definition="Resistance of the touching area, times that area, over resistivity times spot radius.",
    ),
    Quantity(
        name="tension",
        unit="1",
        symbol="z",
        definition="Difference of two estimates of one number over the standard deviation of the difference.",
    ),
    Quantity(
        name="log_evidence",
        unit="1",
        symbol="ln E",
        definition="Natural logarithm of the probability density of the data under a hypothesis.",
    ),
    Quantity(
        name="probability",
        unit="1",
        symbol="p",
        definition="Probability of a hypothesis among those compared, equal ones beforehand.",
    ),
    Quantity(
        name="shape_resistance",
        unit="ohm",
        symbol="R",
        definition="Resistance of one arc, fitted with a given shape.",
    ),
    Quantity(
        name="shape_time",
        unit="s",
        symbol="tau",
        definition="1/(2 pi f) at the largest -Im of one arc, fitted with a given shape.",
    ),
)
