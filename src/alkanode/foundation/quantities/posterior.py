"""Posteriors of distributions of relaxation times."""

from __future__ import annotations

from alkanode.foundation.quantities.quantity import Quantity

_LIMITS = (
    ("distribution", "gamma", "of the distribution"),
    ("series_resistance", "R_0", "of the series resistance"),
    ("polarisation_in_window", "R_in", "of the polarisation inside the measured window"),
    ("polarisation_out_of_window", "R_out", "of the polarisation outside the measured window"),
)

ENTRIES = (
    *(
        Quantity(
            name=f"{name}_{end}",
            unit="ohm",
            symbol=f"{symbol}_{end}",
            definition=f"{'Lower' if end == 'low' else 'Upper'} limit of the 95 % interval {what}.",
        )
        for name, symbol, what in _LIMITS
        for end in ("low", "high")
    ),
    Quantity(
        name="series_deviation", unit="ohm", symbol="s(R_0)", definition="Standard deviation of the series resistance."
    ),
    Quantity(
        name="inductance_deviation",
        unit="H",
        display_unit="uH",
        factor=1e6,
        symbol="s(L)",
        definition="Standard deviation of the inductance.",
    ),
    Quantity(
        name="noise_level",
        unit="1",
        symbol="sigma",
        definition="Standard deviation of the noise over the part, |Z| or rms impedance that the noise model names.",
    ),
    Quantity(
        name="residual_correlation",
        unit="1",
        symbol="rho",
        definition="Correlation of residuals at neighbouring frequencies; near 0 for white noise.",
    ),
    Quantity(
        name="outlier_count",
        unit="1",
        symbol="n_out",
        definition="Real and imaginary parts that stray so far that they hardly count.",
    ),
    Quantity(
        name="log_covariance",
        unit="1",
        symbol="S",
        definition="Posterior covariance of the logarithm of the distribution at two relaxation times.",
    ),
    Quantity(
        name="area_covariance",
        unit="1",
        symbol="S_a",
        definition="Covariance of the logarithm of the distribution at two relaxation times, calibrated for areas under it.",
    ),
    Quantity(
        name="series_covariance",
        unit="ohm",
        symbol="S_0",
        definition="Posterior covariance of the series resistance and the logarithm of the distribution.",
    ),
    Quantity(
        name="shortest_relaxation_time",
        unit="s",
        symbol="tau_1",
        definition="Shortest relaxation time that a resistance includes.",
    ),
    Quantity(
        name="longest_relaxation_time",
        unit="s",
        symbol="tau_2",
        definition="Longest relaxation time that a resistance includes.",
    ),
)
