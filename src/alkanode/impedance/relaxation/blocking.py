"""What an inversion with blocking terms says of the electrode, and of what lies before its tail."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alkanode.impedance.frequency_grids import FrequencyGrid
from alkanode.impedance.relaxation.basis import basis_on
from alkanode.impedance.relaxation.inversion import Inversion, InversionOptions

FloatArray = npt.NDArray[np.float64]

TAIL_SHARE = 0.1
"""The tail sets in where it reaches this share of the resistance before it. On a blocked sulphide pellet a tenth lies in
the flat stretch between grain boundary and tail, over which the resistance changes by 0.1 %."""

TAIL_SHARES = (0.03, 0.3)
"""Shares that give the interval of that resistance: it is as wide as the stretch between arc and tail is not flat."""


def blocking_fields(
    solved: list[tuple[FrequencyGrid, FloatArray, Inversion]], spectra: int, options: InversionOptions
) -> dict[str, tuple[str | tuple[str, str], FloatArray]]:
    """Fields of a ``relaxation_times`` record that describe blocking; none where blocking was not asked for.

    Parameters
    ----------
    solved
        Each grid, its nodes ln(tau) and its inversion.
    spectra
        Number of spectra of the record.
    options
        Of the inversion.

    Returns
    -------
    dict
        Variables by name.
    """
    if not options.tail_exponents and not options.capacitance:
        return {}
    exponents = np.array(options.tail_exponents)
    capacitance, phase, before, low, high = (np.full(spectra, np.nan) for _ in range(5))
    magnitude = np.full((spectra, exponents.size), np.nan)
    for grid, log_tau, found in solved:
        rows = grid.spectra
        with np.errstate(divide="ignore"):
            capacitance[rows] = 1 / found.elastance
        magnitude[rows] = found.tails
        omega = 2 * np.pi * grid.frequency
        tail = (1j * omega / omega.min()) ** -exponents[:, None]
        whole = found.tails @ tail + np.nan_to_num(found.elastance)[:, None] / (1j * omega)
        lowest = whole[:, np.argmin(omega)]
        phase[rows] = np.where(lowest == 0, np.nan, np.angle(lowest))
        for values, share in ((before, TAIL_SHARE), (low, TAIL_SHARES[0]), (high, TAIL_SHARES[1])):
            values[rows] = _resistance_before_tail(grid, log_tau, found, whole, options, share)
    fields: dict[str, tuple[str | tuple[str, str], FloatArray]] = {
        "tail_phase": ("spectrum", phase),
        "resistance_before_tail": ("spectrum", before),
        "resistance_before_tail_low": ("spectrum", low),
        "resistance_before_tail_high": ("spectrum", high),
    }
    if options.capacitance:
        fields["blocking_capacitance"] = ("spectrum", capacitance)
    if exponents.size:
        fields["tail_exponent"] = ("tail_exponent", exponents)
        fields["tail_magnitude"] = (("spectrum", "tail_exponent"), magnitude)
    return fields


def _resistance_before_tail(
    grid: FrequencyGrid,
    log_tau: FloatArray,
    found: Inversion,
    tail: npt.NDArray[np.complex128],
    options: InversionOptions,
    share: float,
) -> FloatArray:
    """Series resistance plus polarisation up to the time at which the tail reaches its share, shape (batch,)."""
    basis = basis_on(log_tau, options.basis, options.basis_width)
    edges = -np.log(2 * np.pi * grid.frequency)
    until = np.array([basis.integrals(-np.inf, edge) for edge in edges])
    resistance = found.series_resistance[:, None] + found.coefficients @ until.T
    reached = np.abs(tail) >= share * resistance
    first = np.argmax(reached, axis=1)
    everything = found.series_resistance + found.coefficients @ basis.integrals(-np.inf, np.inf)
    rows = np.arange(len(first))
    return np.where(reached.any(axis=1), resistance[rows, first], everything)
