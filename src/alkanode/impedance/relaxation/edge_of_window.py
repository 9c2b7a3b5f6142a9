"""Where the window of relaxation times cuts a process off: told in words, spectrum by spectrum."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alkanode.impedance.validity.findings import Findings

FloatArray = npt.NDArray[np.float64]

EDGE_SHARE = 0.1
"""A distribution that stands above this share of its largest value at an end of the window or beyond goes on there."""


def note_open_ends(
    findings: Findings,
    spectra: npt.NDArray[np.intp],
    frequency: FloatArray,
    log_tau: FloatArray,
    distribution: FloatArray,
    share: float = EDGE_SHARE,
) -> None:
    """Note the spectra of a grid whose distribution has not fallen at an end of the window.

    Parameters
    ----------
    findings
        Where it is noted.
    spectra
        Their numbers in the record, shape (batch,).
    frequency
        Hz, shape (point,).
    log_tau
        Nodes of the distribution, shape (tau,).
    distribution
        ohm, shape (batch, tau).
    share
        Of the largest absolute value.
    """
    size = np.abs(distribution)
    largest = size.max(axis=1)
    step = float(log_tau[1] - log_tau[0])
    for which, end, longer, beyond in (
        ("lowest", float(frequency.min()), "longer", "beyond"),
        ("highest", float(frequency.max()), "shorter", "below"),
    ):
        tau = 1 / (2 * np.pi * end)
        near = log_tau > np.log(tau) - step if which == "lowest" else log_tau < np.log(tau) + step
        at_end = size[:, near].max(axis=1, initial=0.0)
        for spectrum in spectra[at_end > share * largest]:
            what = (
                f"the distribution has not fallen at the {which} frequency of {end:.3g} Hz: relaxation times {longer} "
                f"than {tau:.2g} s are not in the data, and resistance and place of a peak {beyond} it are set by the grid"
            )
            findings.add(int(spectrum), what)
