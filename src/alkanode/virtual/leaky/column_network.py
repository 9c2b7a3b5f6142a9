"""Parallel columns between two electrodes: ionic path, electronic leak, and their common voltage.

Each column k carries an ionic current j through its electrolyte and two interfaces, and an electronic current G u through
its leak, both under the column's own voltage u; a spreading resistance r joins it to the terminals:

    V - u = r (j + G u),      u = E + Z j,      I = sum of (j + G u).

The relaxing parts of the ionic path are RC elements, stepped exactly under a constant current: over a time h,
eta' = d eta + (1 - d) R j with d = exp(-h / RC). Z and E are then Z = R_0 + sum (1 - d) R and E = U + sum d eta, both known
before the step, so that u and j are eliminated by hand and V follows from one sum over the columns. Passive and stable for
any step.

All arrays are (cell, column), elements (element, cell, column); many cells are stepped together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.constants import gas_constant, physical_constants

Floats = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]

THERMAL_VOLTAGE = gas_constant * 298.15 / physical_constants["Faraday constant"][0]
"""RT/F at 25 degC, V."""

DIFFUSION_WEIGHTS = np.array([0.9, 0.1])
"""Shares of the two slowest modes of a finite-length diffusion: 8/pi2 and 8/(9 pi2), scaled to a sum of 1."""

DIFFUSION_TIMES = np.array([1.0, 1.0 / 9.0])
"""Their relaxation times over the slowest one."""


SERIES_AT_FULL_CONTACT = 1.0 - 1.40978 + 0.34406 + 0.0435 + 0.02271
"""What the series of the constriction leaves at full contact, where there is none."""


class Flow(NamedTuple):
    """What flows in one step: terminal voltage (V) and current (A) per cell; ionic and leaked current (A) per column."""

    voltage: Floats
    current: Floats
    ionic: Floats
    leaked: Floats


def flow(
    current: Floats,
    impedance: Floats,
    source: Floats,
    leak: Floats,
    spreading: Floats,
    compliance: Floats,
) -> Flow:
    """Solve the network for a demanded current.

    Parameters
    ----------
    current
        (cell,) A, positive from the working to the counter electrode inside the cell (strips the working electrode).
    impedance, source
        (cell, column) Z (ohm) and E (V) of the ionic paths over the step.
    leak
        (cell, column) S.
    spreading
        (cell, column) ohm.
    compliance
        (cell,) V; where the demand needs more, this voltage is held and the current falls.

    Returns
    -------
    Flow
        The currents of the columns sum to that of the cell.
    """
    ionic_conductance = 1.0 / impedance
    total = ionic_conductance + leak
    screened = 1.0 / (1.0 + spreading * total)
    admittance = total * screened
    driven = source * ionic_conductance * screened
    all_admittance, all_driven = admittance.sum(axis=1), driven.sum(axis=1)
    needed = (current + all_driven) / all_admittance
    voltage = np.clip(needed, -compliance, compliance)
    passed = np.where(voltage == needed, current, voltage * all_admittance - all_driven)
    through = admittance * voltage[:, None] - driven
    local = voltage[:, None] - spreading * through
    return Flow(voltage, passed, (local - source) * ionic_conductance, leak * local)


def charge_transfer(ionic: Floats, exchange: Floats) -> Floats:
    """Secant resistance (ohm) of a Butler-Volmer interface with equal transfer coefficients.

    eta = (2 RT/F) asinh(j / 2 i_0); the secant eta / j is even in j, so that a reversal of the current needs no iteration.

    Parameters
    ----------
    ionic
        (..., cell, column) A.
    exchange
        (..., cell, column) exchange current i_0, A.
    """
    ratio = np.maximum(np.abs(ionic) / (2.0 * exchange), 1e-6)
    return np.asarray(THERMAL_VOLTAGE / exchange * np.arcsinh(ratio) / ratio)


def constriction(share: Floats) -> Floats:
    """Constriction of the current into contact spots over that of a spot on a half space, 0 at full contact.

    The series of a circular equipotential spot on a circular flux tube (coefficients recalled, unverified),
    psi = 1 - 1.40978 e + 0.34406 e^3 + 0.0435 e^5 + 0.02271 e^7 with e the square root of the contact share; the 5e-4 that
    it leaves at full contact are taken off with e^8.
    """
    e = np.sqrt(share)
    e2 = share * 1.0
    series = 1.0 - e * (1.40978 - e2 * (0.34406 + e2 * (0.0435 + e2 * 0.02271)))
    return np.asarray(series - SERIES_AT_FULL_CONTACT * e2**4)


def spectrum(
    frequency: Floats, ohmic: Floats, elements: Floats, times: Floats, leak: Floats, spreading: Floats
) -> Complex:
    """Impedance (ohm) of one cell whose columns stand still.

    Parameters
    ----------
    frequency
        (frequency,) Hz.
    ohmic, leak, spreading
        (column,) ohm, S, ohm.
    elements, times
        (element, column) ohm and s of the RC elements.
    """
    omega = 2j * np.pi * frequency[:, None, None]
    ionic = ohmic + (elements / (1.0 + omega * times)).sum(axis=1)
    return np.asarray(1.0 / (1.0 / (spreading + 1.0 / (1.0 / ionic + leak))).sum(axis=1))
