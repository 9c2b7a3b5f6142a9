"""The relaxations of a cell model at one state, from its equations instead of from a spectrum.

A distribution of relaxation times is estimated from a spectrum with a rule that smooths. A model holds its relaxations
exactly, as eigenvalues: what the estimate should have found. Diffusion appears as many modes, one per cell of its mesh.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.cell_models.operando_impedance.modes import modes
from alkanode.cell_models.operando_impedance.small_signal import Inputs, LinearisableModel, eliminate, linearise
from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError

_STILL = 1e-12  # eigenvalues below this share of the fastest one hold charge for ever


def relaxation_modes(
    model: LinearisableModel, t: float, y: npt.ArrayLike, inputs: Inputs, *, least_share: float = 1e-9
) -> xr.Dataset:
    """Relaxation times and resistances of a model at one state.

    Parameters
    ----------
    model
        A discretised model.
    t, y, inputs
        Time (s), states (state,), inputs of the model.
    least_share
        Modes with less than this share of the sum of all resistances are left out. Default 1e-9.

    Returns
    -------
    Dataset
        Kind ``relaxation_modes``, over ``mode``, by rising time: ``relaxation_time`` (s), ``mode_resistance`` (ohm, negative
        for a mode that makes the impedance fall), ``oscillating`` (true for modes that come in complex pairs, of which time
        and resistance are a modulus and a real part); ``series_resistance`` (ohm, the impedance at infinite frequency);
        ``charging_capacitance`` (F, of states that never return to rest: the cell as a store of charge; infinite where
        there is none). Without oscillating modes Z = series_resistance + sum of R/(1 + j w tau) + 1/(j w C).

    Raises
    ------
    PhysicsError
        When the equations have no basis of modes at this state.
    """
    found = modes(eliminate(linearise(model, t, y, inputs)))
    if found is None:
        raise PhysicsError(
            "relaxations need a model with a basis of modes",
            found="eigenvectors that depend on each other",
            todo="Take the spectrum of state_impedance instead",
        )
    eigenvalue, residue = found.eigenvalue, found.residue
    still = np.abs(eigenvalue) <= _STILL * np.abs(eigenvalue).max(initial=0.0)
    stored = float(residue[still].sum().real)
    resistance = -residue[~still] / eigenvalue[~still]
    tau = -1 / eigenvalue[~still]
    kept = np.abs(resistance) > least_share * np.abs(resistance).sum()
    resistance, tau = resistance[kept], tau[kept]
    order = np.argsort(np.abs(tau))
    resistance, tau = resistance[order], tau[order]
    flat = np.abs(tau.imag) <= 1e-9 * np.abs(tau)
    record = xr.Dataset(
        {
            "relaxation_time": ("mode", np.where(flat, tau.real, np.abs(tau))),
            "mode_resistance": ("mode", resistance.real),
            "oscillating": ("mode", ~flat),
            "series_resistance": ((), found.feedthrough),
            "charging_capacitance": ((), 1 / stored if stored else np.inf),
        },
        attrs={"time": float(t)},
    )
    return label(record, "relaxation_modes")
