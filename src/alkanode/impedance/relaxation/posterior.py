"""Distributions of relaxation times with 95 % bands, from a posterior whose smoothness and noise are found in the data.

Beside the most probable distribution stand its band, the intervals of the resistances, and the covariance from which
:mod:`alkanode.impedance.relaxation.posterior_resistance` computes the interval of any other area.
"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import source
from alkanode.impedance.frequency_grids import all_masked, frequency_grids, masked_spectra
from alkanode.impedance.relaxation.hierarchical import HierarchicalFit, HierarchicalOptions, infer
from alkanode.impedance.relaxation.hierarchical_noise import NOISE_MODELS, NoiseModel
from alkanode.impedance.relaxation.hierarchical_prior import LogSmoothness
from alkanode.impedance.relaxation.posterior_calibration import AreaCalibration
from alkanode.impedance.relaxation.posterior_interval import Z_95, area_interval, series_interval
from alkanode.impedance.relaxation.tent_basis import integration_weights
from alkanode.impedance.relaxation.window import check_grid_options, inside_window, log_tau_grid, nodes_of, window_of
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates
from alkanode.impedance.validity.findings import Findings

FloatArray = npt.NDArray[np.float64]

_CALIBRATION = AreaCalibration()
_POOR = 0.1  # rms residual over |Z| above which the model does not describe the spectrum
_CORRELATED = 4.0  # standard errors of the correlation of neighbouring residuals
_SETTLED = 0.5  # change of a logarithm in the last step: beyond, the posterior was not found
_SPECTRUM_FIELDS = (
    *("series_resistance", "series_resistance_low", "series_resistance_high", "series_deviation"),
    *("inductance", "inductance_deviation", "rms_residual", "noise_level", "residual_correlation", "outlier_count"),
    *("polarisation_in_window", "polarisation_in_window_low", "polarisation_in_window_high"),
    *("polarisation_out_of_window", "polarisation_out_of_window_low", "polarisation_out_of_window_high"),
)


@source("Huang2023")
def relaxation_posterior(
    record: RecordLike,
    *,
    noise: NoiseModel = "auto",
    robust: bool = True,
    inductance: bool = True,
    points_per_decade: int = 10,
    extend_decades: float = 1.0,
    smoothness: LogSmoothness | None = None,
    iterations: int = 30,
    calibration: AreaCalibration | None = _CALIBRATION,
) -> xr.Dataset:
    """Distribution of relaxation times of every spectrum with 95 % bands; nothing needs to be tuned.

    Parameters
    ----------
    record
        Impedance record with ``frequency`` (Hz) and ``impedance`` (ohm) over (spectrum, point), as for
        :func:`alkanode.impedance.relaxation_times`; masked spectra are skipped.
    noise
        How the standard deviation of the noise grows: ``"part"`` (real and imaginary part each in proportion to itself),
        ``"modulus"`` (both in proportion to |Z|), ``"constant"``, or ``"auto"`` (default): the most likely of the three for
        the spectra of one frequency grid together, since it belongs to the instrument. The level is estimated for each.
    robust
        Let points beyond three standard deviations count less (default).
    inductance
        Fit a series inductance. It may come out slightly negative where there is none.
    points_per_decade
        Nodes per decade of relaxation time. Default 10: below 0.05 % noise the tents themselves are the larger error.
    extend_decades
        Decades beyond the measured window at both ends. Default 1: an arc cut off by the window needs room outside it, or
        what is left of it inside is biased. The prior keeps the extension smooth.
    smoothness
        Scales of the prior on ln(gamma). Default ``LogSmoothness()``, whose fields give their reasons.
    iterations
        Rounds of estimating scales and noise, at most. They end, after five at least, when the noise level changes by less
        than 3 %; default 30, since smooth spectra of very little noise need 20.
    calibration
        How intervals of resistances weigh what smoothness may hide against how sharp arcs may be; the fields of
        ``AreaCalibration()`` (default) give their reasons. ``None`` keeps the plain posterior, whose intervals are too wide
        for broad areas. The band of the distribution is the plain posterior in both cases.

    Returns
    -------
    Dataset
        Kind ``relaxation_times`` with its usual fields (``distribution`` is the most probable one) and
        ``distribution_low``, ``distribution_high``; over spectrum ``series_resistance_low``, ``series_resistance_high``
        (95 %) and ``series_deviation`` (ohm), ``inductance_deviation`` (H), the same pair of limits for
        ``polarisation_in_window`` and ``polarisation_out_of_window``, ``noise_level`` (relative to what ``noise_model`` names;
        of the constant one, to the rms impedance), ``noise_model``, ``outlier_count`` (parts that hardly count),
        ``residual_correlation`` (of neighbouring points). ``log_covariance`` (spectrum, relaxation_time,
        relaxation_time_2; of ln gamma, single precision) is that of the band and of peaks; ``area_covariance`` (the same,
        calibrated) and ``series_covariance`` (ohm, with the series resistance) are what :func:`resistance_between` needs.
        ``attrs["checks"]`` names spectra with doubts.

    Raises
    ------
    SchemaError
        For a record of another kind, an option out of range, or no unmasked spectrum.
    PhysicsError
        For frequencies that are not positive.

    Warns
    -----
    DataQualityWarning
        When residuals of neighbouring points are correlated (the noise is not white, or the spectrum is no sum of
        relaxations): variances are then multiplied by (1 + rho)/(1 - rho), a guess that does not make up for a wrong model.
        When the rms residual exceeds 10 % of |Z|, or the iteration did not settle.

    Notes
    -----
    ``Z = R0 + j omega L + integral gamma / (1 + j omega tau) d ln tau``, noise white and normal between points. With
    g = ln gamma, the prior holds slopes and curvatures of g independent and heavy-tailed, with a scale of its own at
    every node; scales, noise level and outlier weights are re-estimated with the covariance of g (expectation
    maximisation), then the posterior is taken as normal in g and ln R0. Intervals are log-normal, hence positive. The
    idea of local scales and a self-tuned noise model is that of :cite:`Huang2023`; the prior on the logarithm is not.

    The estimand of ``series_resistance`` is the resistance of all that relaxes faster than the first node: a depressed arc
    near the end of the window puts a part of itself there. Intervals of areas are calibrated
    (:class:`alkanode.impedance.AreaCalibration`): what new noise does counts fully, what the smoothness may hide by a share, and each arc
    may be sharper than it was found. The estimates are not moved.
    """
    record = check(record, "impedance")
    check_grid_options(points_per_decade, extend_decades)
    scales = smoothness or LogSmoothness()
    _check_options(noise, iterations, scales, calibration)
    options = HierarchicalOptions(
        smoothness=scales,
        noise=noise,
        robust=robust,
        inductance=inductance,
        iterations=iterations,
        calibration=calibration,
    )
    masked = masked_spectra(record)
    grids = frequency_grids(record)
    if not grids:
        raise all_masked(record)
    log_tau = log_tau_grid(grids, points_per_decade, extend_decades)
    n, t = masked.size, log_tau.size
    fields = {name: np.full(n, np.nan) for name in _SPECTRUM_FIELDS}
    bands = {name: np.full((n, t), np.nan) for name in ("", "_low", "_high")}
    in_window = np.zeros((n, t), dtype=bool)
    models = np.full(n, "", dtype="U8")
    covariance, area_covariance = (np.full((n, t, t), np.nan, dtype=np.float32) for _ in range(2))
    series_covariance = np.full((n, t), np.nan)
    findings = Findings()
    for grid in grids:
        nodes, rows = nodes_of(grid.frequency, log_tau, extend_decades), grid.spectra
        window = window_of(grid.frequency)
        fit = infer(grid.frequency, grid.impedance, log_tau[nodes], window, options)
        for name, values in _resistances(fit, log_tau[nodes], window).items():
            fields[name][rows] = values
        spread = Z_95 * np.sqrt(np.diagonal(fit.log_covariance, axis1=1, axis2=2))
        for name, shift in (("", 0.0), ("_low", -spread), ("_high", spread)):
            bands[name][np.ix_(rows, nodes)] = np.exp(fit.log_distribution + shift)
        in_window[rows] = inside_window(grid.frequency, log_tau)
        models[rows] = np.array(NOISE_MODELS)[fit.noise_model]
        covariance[np.ix_(rows, nodes, nodes)] = fit.log_covariance
        area_covariance[np.ix_(rows, nodes, nodes)] = fit.area_covariance
        series_covariance[np.ix_(rows, nodes)] = fit.series_covariance
        _note_doubts(findings, rows, fit, grid.frequency.size)
    findings.warn(n, stacklevel=4)
    over_tau = ("spectrum", "relaxation_time")
    result = xr.Dataset(
        {
            **{f"distribution{name}": (over_tau, values) for name, values in bands.items()},
            "in_window": (over_tau, in_window),
            **{name: ("spectrum", values) for name, values in fields.items()},
            "noise_model": ("spectrum", models),
            "masked": ("spectrum", masked),
            "log_covariance": ((*over_tau, "relaxation_time_2"), covariance),
            "area_covariance": ((*over_tau, "relaxation_time_2"), area_covariance),
            "series_covariance": (over_tau, series_covariance),
        },
        coords={"relaxation_time": np.exp(log_tau), **spectrum_coordinates(record)},
        attrs={
            "method": "hierarchical Bayes on ln(gamma), 95 % bands",
            "points_per_decade": points_per_decade,
            "extend_decades": extend_decades,
            "noise": noise,
            "robust": int(robust),
            "iterations": iterations,
            **{f"smoothness_{name}": value for name, value in asdict(scales).items()},
            "calibrated": int(calibration is not None),
            **({f"calibration_{name}": value for name, value in asdict(calibration).items()} if calibration else {}),
            "convention": "tau = 1/(2 pi f)",
            "window_shortest": float(np.exp(min(window_of(grid.frequency)[0] for grid in grids))),
            "window_longest": float(np.exp(max(window_of(grid.frequency)[1] for grid in grids))),
            "checks": "\n".join([*filter(None, [record.attrs.get("checks", "")]), *findings.lines()]),
        },
    )
    if "mask_reason" in record.variables:
        result["mask_reason"] = record["mask_reason"].variable
    return label(result, "relaxation_times")


def _resistances(fit: HierarchicalFit, log_tau: FloatArray, window: tuple[float, float]) -> dict[str, FloatArray]:
    """Fields over spectrum of one group of spectra."""
    fields = {
        "series_resistance": fit.series_resistance,
        "series_deviation": fit.series_deviation,
        "inductance": fit.inductance,
        "inductance_deviation": fit.inductance_deviation,
        "rms_residual": fit.rms_residual,
        "noise_level": fit.noise_level,
        "residual_correlation": fit.correlation,
        "outlier_count": fit.outliers.astype(np.float64),
    }
    fields["series_resistance_low"], fields["series_resistance_high"] = series_interval(
        fit.series_resistance, fit.series_deviation, fit.series_curvature
    )
    inside = integration_weights(log_tau, *window)
    outside = integration_weights(log_tau, log_tau[0], log_tau[-1]) - inside
    for name, weights in (("polarisation_in_window", inside), ("polarisation_out_of_window", outside)):
        area, _, low, high = area_interval(weights, np.exp(fit.log_distribution), fit.area_covariance)
        fields[name], fields[f"{name}_low"], fields[f"{name}_high"] = area, low, high
    return fields


def _note_doubts(findings: Findings, rows: npt.NDArray[np.intp], fit: HierarchicalFit, points: int) -> None:
    limit = _CORRELATED / np.sqrt(2 * points)
    for bad, what, details in (
        (fit.rms_residual > _POOR, f"the rms residual is above {_POOR:.0%} of |Z|", fit.rms_residual),
        (
            fit.correlation > limit,
            "residuals of neighbouring points are correlated; the bands were widened by a guess",
            fit.correlation,
        ),
        (fit.last_step > _SETTLED, "the posterior was not found: the last step still changed it", fit.last_step),
    ):
        for k in np.flatnonzero(bad):
            findings.add(int(rows[k]), what, f"{details[k]:.2g}")


def _check_options(noise: str, iterations: int, scales: LogSmoothness, calibration: AreaCalibration | None) -> None:
    if noise not in {"auto", *NOISE_MODELS}:
        raise SchemaError(f"noise must be 'auto' or one of {', '.join(NOISE_MODELS)}", found=repr(noise))
    if iterations < 1:
        raise SchemaError("iterations must be 1 or more", found=repr(iterations))
    for name, value in asdict(scales).items():
        if not (np.isfinite(value) and (value > 0 or name == "outward_decay")):
            raise SchemaError(f"{name} of the smoothness must be a positive number", found=repr(value))
    if calibration is not None:
        share, exponent = calibration.smoothness_share, calibration.exponent
        if not (0 <= share <= 1 and calibration.sharpness >= 0 and 0.5 <= exponent < 1 and calibration.most_arcs >= 0):
            raise SchemaError(
                "a calibration needs a share from 0 to 1, a sharpness and a number of arcs that are not negative, and an "
                "exponent from 0.5 to 1",
                found=repr(calibration),
            )
        if not (1 - exponent) * np.pi < calibration.rounding < np.pi / 2:
            raise SchemaError("rounding must be wider than the spike, and below pi/2", found=repr(calibration))
