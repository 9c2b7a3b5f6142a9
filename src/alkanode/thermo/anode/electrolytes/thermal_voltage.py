"""RT/F: how far a tenfold, or rather an e-fold, of an ion's activity moves the potential of its metal."""

from __future__ import annotations

from alkanode.materials.alloys import FARADAY_CONSTANT

GAS_CONSTANT = 8.314462618
"""J mol-1 K-1, exact in the SI since 2019 (:cite:`CODATA2018`)."""


def thermal_voltage(temperature: float) -> float:
    """RT/F, V, at a temperature in K: 25.7 mV at 25 degC."""
    return GAS_CONSTANT * temperature / FARADAY_CONSTANT
