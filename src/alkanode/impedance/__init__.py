"""Impedance: checks, Kramers-Kronig test, distributions of relaxation times, their peaks, operando maps.

A series of spectra goes ``check_spectra`` -> ``kramers_kronig`` and ``relaxation_times`` -> ``peaks``, ``operando_map``.
``elements`` holds circuit elements and their distributions in closed form.
"""

from __future__ import annotations

from alkanode.impedance import elements
from alkanode.impedance.operando.operando_map import operando_map
from alkanode.impedance.relaxation.peaks import peaks
from alkanode.impedance.relaxation.relaxation_times import relaxation_times
from alkanode.impedance.validity.input_checks import check_spectra
from alkanode.impedance.validity.kramers_kronig import kramers_kronig

__all__ = ["check_spectra", "elements", "kramers_kronig", "operando_map", "peaks", "relaxation_times"]
