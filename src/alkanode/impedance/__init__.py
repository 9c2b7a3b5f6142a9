"""Impedance: checks, Kramers-Kronig test, distributions of relaxation times, their peaks, operando maps.

A series of spectra goes ``check_spectra`` -> ``kramers_kronig`` and ``relaxation_times`` -> ``peaks``, ``operando_map``.
``elements`` holds circuit elements and their distributions in closed form.
"""

from __future__ import annotations

from alkanode.impedance import elements
from alkanode.impedance.input_checks import check_spectra
from alkanode.impedance.kramers_kronig import kramers_kronig
from alkanode.impedance.operando_map import operando_map
from alkanode.impedance.peaks import peaks
from alkanode.impedance.relaxation_times import relaxation_times

__all__ = ["check_spectra", "elements", "kramers_kronig", "operando_map", "peaks", "relaxation_times"]
