"""Distribution of relaxation times: a spectrum as a sum of relaxations, without choosing a circuit.

``Z(omega) = R0 + j omega L + integral gamma(ln tau) / (1 + j omega tau) d ln tau`` with ``gamma >= 0``. The
distribution is piecewise linear in ln(tau) (tent functions) and made unique by a penalty on its roughness. Spectra on
one frequency grid share the matrix, and all of them are solved at once, exactly
(:func:`alkanode.numerics.nonnegative.solve_nonnegative`).

What lies outside 1/(2 pi f_max) .. 1/(2 pi f_min) is an extrapolation that the penalty chooses, and is reported apart.
"""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.foundation.sources import source
from alkanode.impedance.frequency_grids import FrequencyGrid, frequency_grids, masked_spectra
from alkanode.impedance.relaxation.inversion import InversionOptions, Part, Weights, invert
from alkanode.impedance.relaxation.tent_basis import integration_weights
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates
from alkanode.impedance.validity.findings import name_spectra

FloatArray = npt.NDArray[np.float64]

_POOR = 0.1  # rms residual over |Z| above which the model does not describe the spectrum


@source("Wan2015", "KimPark2011")
def relaxation_times(
    record: RecordLike,
    *,
    regularisation: float = 1e-3,
    penalty_order: int = 1,
    points_per_decade: int = 10,
    extend_decades: float = 0.5,
    weights: Weights = "unit",
    inductance: bool = True,
    part: Part = "both",
) -> xr.Dataset:
    """Distribution of relaxation times of every spectrum of a series, on one grid of relaxation times.

    Parameters
    ----------
    record
        Impedance record with ``frequency`` (Hz) and ``impedance`` (ohm) over (spectrum, point), in any order of points;
        with ``masked`` from :func:`alkanode.impedance.check_spectra` masked spectra are skipped.
    regularisation
        lambda of the objective in the notes. Default 1e-3, the value printed for the RelaxIS analysis of Na-K cells;
        RelaxIS does not publish how it normalises lambda, so equal values need not mean equal smoothing.
    penalty_order
        Order of the derivative of gamma that is penalised: 0, 1 (default: smallest error on arcs of known
        distribution) or 2.
    points_per_decade
        Nodes per decade of relaxation time; 10 resolves the sharpest arc that lambda = 1e-3 lets through.
    extend_decades
        Decades beyond the measured window at both ends. Default 0.5: a process just outside then does not pile up on
        the last node; two decades let the extrapolation take any value.
    weights
        ``"unit"``, or ``"modulus"``: residuals over |Z| times the root mean square of |Z| of that spectrum. Both make
        lambda scale-free: c Z gives c gamma.
    inductance
        Fit a series inductance (not negative). Without it 1e-7 H costs 13 % of an arc at 1e-7 s in a 7 MHz sweep.
    part
        ``"both"`` (default), or only the ``"real"`` or ``"imaginary"`` part of the impedance. The real part holds no
        inductance (NaN); the series resistance then found from the imaginary part is the mean real misfit.

    Returns
    -------
    Dataset
        Kind ``relaxation_times``: ``relaxation_time`` (s); ``distribution`` (ohm per unit ln tau) over
        (spectrum, relaxation_time), NaN for masked spectra and beyond ``extend_decades`` of a spectrum's own window;
        ``in_window``, true between 1/(2 pi f_max) and 1/(2 pi f_min) of that spectrum; over spectrum
        ``series_resistance`` (ohm), ``inductance`` (H), ``polarisation_in_window`` and ``polarisation_out_of_window``
        (ohm, integrals over ln tau), ``rms_residual`` (over |Z|, both parts), ``masked``, ``mask_reason``.

    Raises
    ------
    SchemaError
        For a record of another kind, points without impedance, an option out of range, or no unmasked spectrum.
    PhysicsError
        For frequencies that are not positive.
    ConvergenceError
        When the options leave the problem singular (for example ``regularisation`` far below 1e-12).

    Warns
    -----
    DataQualityWarning
        When the rms residual of a spectrum exceeds 10 % of |Z|.

    Notes
    -----
    Minimises ``sum_i w_i^2 |Z_model(f_i) - Z_i|^2 + lambda integral (d^n gamma / d(ln tau)^n)^2 d ln tau``, the sum over
    real and imaginary parts. With unit weights the result scales with Z, whatever lambda is. The convention of the
    relaxation time is tau = 1/(2 pi f). ``series_resistance`` is not negative, as in any passive two-electrode cell: an
    arc cut off at the highest frequency would otherwise be answered by a negative resistance and polarisation of the
    same size outside the window. Only in a spectrum whose real part is itself negative somewhere, as three-electrode
    cells show at high frequency, is it free in sign; a limit at zero would push that artefact into the distribution.
    A blocking tail is no distribution of relaxation times: the residual then says so.
    Grids whose ln(f) agree within 1e-3 count as one.

    References
    ----------
    :cite:`Wan2015`, :cite:`Portugal1994`, :cite:`KimPark2011`
    """
    record = check(record, "impedance")
    _check_options(regularisation, penalty_order, points_per_decade, extend_decades, weights, part)
    options = InversionOptions(
        regularisation=regularisation, penalty_order=penalty_order, weights=weights, inductance=inductance, part=part
    )
    masked = masked_spectra(record)
    grids = frequency_grids(record)
    if not grids:
        raise SchemaError(
            "at least one unmasked spectrum is needed",
            found=f"{masked.size} spectra, all masked",
            todo="Read mask_reason of each spectrum",
        )
    log_tau = _log_tau_grid(grids, points_per_decade, extend_decades)
    n = masked.size
    fields = {name: np.full(n, np.nan) for name in ("series_resistance", "inductance", "rms_residual")}
    inside, outside = np.full(n, np.nan), np.full(n, np.nan)
    distribution = np.full((n, log_tau.size), np.nan)
    in_window = np.zeros((n, log_tau.size), dtype=bool)
    for grid in grids:
        window = _window(grid.frequency)
        reach = extend_decades * np.log(10) + 1e-9
        nodes = np.flatnonzero((log_tau >= window[0] - reach) & (log_tau <= window[1] + reach))
        R0, L, gamma, rms = invert(grid.frequency, grid.impedance, log_tau[nodes], options)
        rows = grid.spectra
        fields["series_resistance"][rows], fields["inductance"][rows], fields["rms_residual"][rows] = R0, L, rms
        distribution[np.ix_(rows, nodes)] = gamma
        in_window[rows] = (log_tau >= window[0] - 1e-9) & (log_tau <= window[1] + 1e-9)
        inside[rows] = gamma @ integration_weights(log_tau[nodes], *window)
        outside[rows] = (
            gamma @ integration_weights(log_tau[nodes], log_tau[nodes[0]], log_tau[nodes[-1]]) - inside[rows]
        )
    poor = np.flatnonzero(fields["rms_residual"] > _POOR)
    if poor.size:
        message = (
            f"{name_spectra(poor.tolist())} of {n}: the rms residual is above {_POOR:.0%} of |Z| (largest "
            f"{fields['rms_residual'][poor].max():.0%}): a blocking tail or an artefact, which relaxation times do not "
            "describe, or small impedances that unit weights neglect (weights='modulus' shows which)"
        )
        warnings.warn(message, DataQualityWarning, stacklevel=3)
    result = xr.Dataset(
        {
            "distribution": (("spectrum", "relaxation_time"), distribution),
            "in_window": (("spectrum", "relaxation_time"), in_window),
            "polarisation_in_window": ("spectrum", inside),
            "polarisation_out_of_window": ("spectrum", outside),
            **{name: ("spectrum", values) for name, values in fields.items()},
            "masked": ("spectrum", masked),
        },
        coords={"relaxation_time": np.exp(log_tau), **spectrum_coordinates(record)},
        attrs={
            "regularisation": regularisation,
            "penalty_order": penalty_order,
            "points_per_decade": points_per_decade,
            "extend_decades": extend_decades,
            "weights": weights,
            "part": part,
            "convention": "tau = 1/(2 pi f); unit or rms-normalised weights, so that lambda is scale-free",
        },
    )
    if "mask_reason" in record.variables:
        result["mask_reason"] = record["mask_reason"].variable
    if "checks" in record.attrs:
        result.attrs["checks"] = record.attrs["checks"]
    return label(result, "relaxation_times")


def _window(frequency: FloatArray) -> tuple[float, float]:
    """ln(tau) of the highest and the lowest frequency."""
    return -float(np.log(2 * np.pi * frequency.max())), -float(np.log(2 * np.pi * frequency.min()))


def _log_tau_grid(grids: list[FrequencyGrid], points_per_decade: int, extend_decades: float) -> FloatArray:
    """Evenly spaced ln(tau) over the union of all windows and the extension."""
    windows = np.array([_window(grid.frequency) for grid in grids])
    decade = np.log(10)
    low, high = windows[:, 0].min() - extend_decades * decade, windows[:, 1].max() + extend_decades * decade
    count = max(int(np.ceil((high - low) / decade * points_per_decade)) + 1, 4)
    return np.linspace(low, high, count)


def _check_options(
    regularisation: float, penalty_order: int, points_per_decade: int, extend_decades: float, weights: str, part: str
) -> None:
    demands = (
        (np.isfinite(regularisation) and regularisation > 0, "regularisation must be positive", regularisation),
        (penalty_order in {0, 1, 2}, "penalty_order must be 0, 1 or 2", penalty_order),
        (points_per_decade >= 3, "points_per_decade must be 3 or more", points_per_decade),
        (0 <= extend_decades <= 3, "extend_decades must lie between 0 and 3", extend_decades),
        (weights in {"unit", "modulus"}, "weights must be 'unit' or 'modulus'", weights),
        (part in {"both", "real", "imaginary"}, "part must be 'both', 'real' or 'imaginary'", part),
    )
    for good, needed, found in demands:
        if not good:
            raise SchemaError(needed, found=repr(found))
