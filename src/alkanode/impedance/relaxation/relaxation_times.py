"""Distribution of relaxation times: a spectrum as a sum of relaxations, without choosing a circuit.

``Z(omega) = R0 + j omega L + integral gamma(ln tau) / (1 + j omega tau) d ln tau`` with ``gamma >= 0``, and on request
a blocking capacitance and blocking tails. The distribution is a sum of tents or Gaussians in ln(tau) and made unique by a
penalty on its roughness. Spectra on one frequency grid share the matrix, and all of them are solved at once, exactly
(:func:`alkanode.numerics.nonnegative.solve_nonnegative`).

What lies outside 1/(2 pi f_max) .. 1/(2 pi f_min) is an extrapolation that the penalty chooses, and is reported apart.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import DataQualityWarning
from alkanode.foundation.sources import add_sources, source
from alkanode.impedance.frequency_grids import FrequencyGrid
from alkanode.impedance.relaxation.basis import BasisName, basis_on
from alkanode.impedance.relaxation.blocking import blocking_fields
from alkanode.impedance.relaxation.edge_of_window import note_open_ends
from alkanode.impedance.relaxation.inversion import Inversion, InversionOptions, Part, Weights, invert
from alkanode.impedance.relaxation.lambda_choice import Method
from alkanode.impedance.relaxation.options import read_options, usable_grids
from alkanode.impedance.relaxation.presets import RELAXATION_PRESETS
from alkanode.impedance.relaxation.regularisation_curve import Choice, choose_lambda
from alkanode.impedance.relaxation.window import inside_window, log_tau_grid, nodes_of, window_of
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates, spectrum_masks
from alkanode.impedance.validity.findings import Findings, name_spectra

FloatArray = npt.NDArray[np.float64]

_POOR = 0.1  # rms residual over |Z| above which the model does not describe the spectrum


@source("Wan2015", "KimPark2011")
def relaxation_times(
    record: RecordLike,
    *,
    regularisation: float | Method = 1e-3,
    pooled: bool = True,
    penalty_order: int = 1,
    points_per_decade: int = 10,
    extend_decades: float = 0.5,
    weights: Weights | None = None,
    inductance: bool = True,
    part: Part = "both",
    basis: BasisName = "tent",
    basis_width: float = 0.5,
    capacitance: bool = False,
    blocking: bool | Sequence[float] = False,
    free_sign: tuple[float, float] | None = None,
    preset: str | None = None,
) -> xr.Dataset:
    """Distribution of relaxation times of every spectrum of a series, on one grid of relaxation times.

    Parameters
    ----------
    record
        Impedance record with ``frequency`` (Hz) and ``impedance`` (ohm) over (spectrum, point), in any order of points;
        with ``masked`` from :func:`alkanode.impedance.check_spectra` masked spectra are skipped.
    regularisation
        lambda of the objective in the notes, or how to choose it: ``"gcv"``, ``"l-curve"``, ``"re-im"`` (see
        :func:`alkanode.impedance.regularisation_curve`). Default 1e-3, the value printed for the RelaxIS analysis of Na-K
        cells; RelaxIS does not publish how it normalises lambda, so equal values need not mean equal smoothing.
    pooled
        Whether a chosen lambda is one for the series (default: per spectrum it jitters by two decades).
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
        lambda scale-free: c Z gives c gamma. Default: unit; modulus with a blocking tail or capacitance, beside which unit
        weights would neglect every arc.
    inductance
        Fit a series inductance (not negative). Without it 1e-7 H costs 13 % of an arc at 1e-7 s in a 7 MHz sweep.
    part
        ``"both"`` (default), or only the ``"real"`` or ``"imaginary"`` part of the impedance. The real part holds no
        inductance (NaN); the series resistance then found from the imaginary part is the mean real misfit.
    basis
        ``"tent"`` (default: piecewise linear, follows sharp arcs best) or ``"gaussian"`` (smooth; not negative in its
        coefficients, hence in gamma).
    basis_width
        FWHM coefficient of the Gaussians: node spacing over full width at half maximum. Default 0.5, two spacings.
    capacitance
        Fit a series capacitance 1/(j omega C), for ideally blocking electrodes.
    blocking
        Fit blocking tails of constant phase: ``True`` for exponents 0.6 to 1, or the exponents. Real blocking
        electrodes have -75 to -85 degrees, which one capacitance does not describe.
    free_sign
        Relaxation times (s) between which gamma may be negative, for inductive loops at low frequency.
    preset
        A published recipe of :data:`alkanode.impedance.RELAXATION_PRESETS`, for example ``"wu2025"``; its options then hold.

    Returns
    -------
    Dataset
        Kind ``relaxation_times``: ``relaxation_time`` (s); ``distribution`` (ohm per unit ln tau) over
        (spectrum, relaxation_time), NaN for masked spectra and beyond ``extend_decades`` of a spectrum's own window;
        ``in_window``, true between 1/(2 pi f_max) and 1/(2 pi f_min) of that spectrum; over spectrum
        ``series_resistance`` (ohm), ``inductance`` (H), ``polarisation_in_window`` and ``polarisation_out_of_window``
        (ohm, integrals over ln tau), ``rms_residual`` (over |Z|, both parts), ``chosen_regularisation``, ``masked``,
        ``mask_reason``. A chosen lambda adds its curve (``candidate_regularisation``, ``smoothing_criterion``). Blocking
        terms add ``blocking_capacitance`` (F), ``tail_magnitude`` (ohm, per ``tail_exponent``), ``tail_phase`` (rad) and
        ``resistance_before_tail`` (ohm: series resistance and what relaxes before the tails reach a tenth of it; with
        ``_low`` and ``_high`` up to 3 and 30 %).
        ``attrs["checks"]`` names the spectra whose distribution goes on beyond an end of the window.

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
        When the rms residual of a spectrum exceeds 10 % of |Z|, or a chosen lambda is the first or last candidate.

    Notes
    -----
    Minimises ``sum_i w_i^2 |Z_model(f_i) - Z_i|^2 + lambda integral (d^n gamma / d(ln tau)^n)^2 d ln tau``, the sum over
    real and imaginary parts. With unit weights the result scales with Z, whatever lambda is. The convention of the
    relaxation time is tau = 1/(2 pi f). ``series_resistance`` is not negative, as in any passive two-electrode cell: an
    arc cut off at the highest frequency would otherwise be answered by a negative resistance and polarisation of the
    same size outside the window. Only in a spectrum whose real part is itself negative somewhere, as three-electrode
    cells show at high frequency, is it free in sign; a limit at zero would push that artefact into the distribution.
    A blocking tail is no distribution of relaxation times: without ``blocking`` the residual says so, and with it the
    distribution at relaxation times where the tail dominates says little. Grids whose ln(f) agree within 1e-3 count as one.

    References
    ----------
    :cite:`Wan2015`, :cite:`Portugal1994`, :cite:`KimPark2011`
    """
    record = check(record, "impedance")
    options, method = read_options(
        regularisation=regularisation,
        penalty_order=penalty_order,
        points_per_decade=points_per_decade,
        extend_decades=extend_decades,
        weights=weights,
        inductance=inductance,
        part=part,
        basis=basis,
        basis_width=basis_width,
        capacitance=capacitance,
        blocking=blocking,
        free_sign=free_sign,
        preset=preset,
    )
    grids = usable_grids(record)
    log_tau = log_tau_grid(grids, points_per_decade, extend_decades)
    n = record.sizes["spectrum"]
    choice = Choice.fixed(options.regularisation, n)
    if method is not None:
        choice = choose_lambda(grids, n, log_tau, options, extend_decades, method, pooled=pooled)
    fields = {
        name: np.full(n, np.nan)
        for name in (
            *("series_resistance", "inductance", "polarisation_in_window", "polarisation_out_of_window"),
            *("rms_residual", "chosen_regularisation"),
        )
    }
    distribution = np.full((n, log_tau.size), np.nan)
    in_window = np.zeros((n, log_tau.size), dtype=bool)
    solved: list[tuple[FrequencyGrid, FloatArray, Inversion]] = []
    findings = Findings()
    for grid in grids:
        nodes = nodes_of(grid.frequency, log_tau, extend_decades)
        rows, place = grid.spectra, log_tau[nodes]
        lam = choice.each[rows]
        found = invert(grid.frequency, grid.impedance, place, options, regularisation=lam)
        on = basis_on(place, options.basis, options.basis_width)
        inside = found.coefficients @ on.integrals(*window_of(grid.frequency))
        everything = found.coefficients @ on.integrals(-np.inf, np.inf)
        distribution[np.ix_(rows, nodes)] = found.distribution
        in_window[rows] = inside_window(grid.frequency, log_tau)
        for name, values in (
            ("series_resistance", found.series_resistance),
            ("inductance", found.inductance),
            ("polarisation_in_window", inside),
            ("polarisation_out_of_window", everything - inside),
            ("rms_residual", found.rms_residual),
            ("chosen_regularisation", lam),
        ):
            fields[name][rows] = values
        note_open_ends(findings, rows, grid.frequency, place, found.distribution)
        solved.append((grid, place, found))
    _warn_of_poor(fields["rms_residual"], options)
    result = xr.Dataset(
        {
            "distribution": (("spectrum", "relaxation_time"), distribution),
            "in_window": (("spectrum", "relaxation_time"), in_window),
            **{name: ("spectrum", values) for name, values in fields.items()},
            **blocking_fields(solved, n, options),
            **choice.fields(),
            **spectrum_masks(record),
        },
        coords={"relaxation_time": np.exp(log_tau), **spectrum_coordinates(record)},
        attrs={
            "regularisation": choice.typical,
            "regularisation_method": method or "fixed",
            **options.as_attributes(),
            "points_per_decade": points_per_decade,
            "extend_decades": extend_decades,
            **_window_attributes(grids),
            "convention": "tau = 1/(2 pi f); unit or rms-normalised weights, so that lambda is scale-free",
            "checks": "\n".join(filter(None, (record.attrs.get("checks", ""), *findings.lines()))),
        },
    )
    if preset is not None:
        result.attrs |= {"preset": preset, "preset_remark": RELAXATION_PRESETS[preset].remark}
        add_sources(result, (RELAXATION_PRESETS[preset].source,))
    return label(result, "relaxation_times")


def _warn_of_poor(residual: FloatArray, options: InversionOptions) -> None:
    """Name the spectra that relaxation times do not describe."""
    poor = np.flatnonzero(residual > _POOR)
    if poor.size == 0:
        return
    remedy = [] if options.tail_exponents else ["a blocking tail (blocking=True fits it)"]
    remedy += ["an artefact, which relaxation times do not describe"]
    if options.weights == "unit":
        remedy += ["small impedances that unit weights neglect (weights='modulus' shows which)"]
    message = (
        f"{name_spectra(poor.tolist())} of {residual.size}: the rms residual is above {_POOR:.0%} of |Z| (largest "
        f"{residual[poor].max():.0%}): {', or '.join(remedy)}"
    )
    warnings.warn(message, DataQualityWarning, stacklevel=4)


def _window_attributes(grids: list[FrequencyGrid]) -> dict[str, float]:
    """The ends of all windows together, s."""
    windows = np.exp([window_of(grid.frequency) for grid in grids])
    return {"window_shortest": float(windows[:, 0].min()), "window_longest": float(windows[:, 1].max())}
