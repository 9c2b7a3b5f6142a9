"""Parameters of a cell model from data, with their uncertainty and what it does not cover."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.cell_models.alloy_anode.options import AlloyAnodeOptions
from alkanode.cell_models.parameters import ParameterSet, load_parameters
from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning, StudyError
from alkanode.foundation.runtime import Progress
from alkanode.numerics.gaussian_fit import GaussianFit
from alkanode.studies.calibration.confounding import confounding, widened
from alkanode.studies.calibration.data import read_data
from alkanode.studies.calibration.evidence import evidence_record, evidence_row
from alkanode.studies.calibration.predictive import predictive
from alkanode.studies.calibration.predictor import Predictor
from alkanode.studies.calibration.priors import Prior, value_at
from alkanode.studies.calibration.problem import Problem
from alkanode.studies.calibration.profiles import profiles
from alkanode.studies.calibration.sampling import Draws, draw

Floats = npt.NDArray[np.float64]

SAMPLES = 2000
PREDICTIVE_DRAWS = 100
R_HAT = 1.1
FEWEST_EFFECTIVE = 100


def calibrate(
    model: Any,
    data: Sequence[Any],
    fit: Mapping[str, Prior],
    *,
    parameters: str | ParameterSet = "Wu2025",
    options: AlloyAnodeOptions | None = None,
    held_out: Sequence[Any] = (),
    samples: int = SAMPLES,
    profile_points: int = 8,
    confounders: Sequence[str] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> xr.DataTree:
    """Calibrate a cell model.

    Parameters
    ----------
    model
        ``"alloy-anode"``, or an :class:`~alkanode.cell_models.AlloyAnode` whose options are then used.
    data
        :class:`~alkanode.studies.calibration.Datum` objects, or tuples (cell, protocol, observable, value, standard error). Every
        one needs a standard error; where cells scatter more than an instrument, that of cells.
    fit
        Name of a parameter -> prior: ``Uniform``, ``LogUniform``, ``Normal``, ``LogNormal``. A number of the protocol that is not
        known, as the half-cycle time of a ramp, is fitted like any other, and counts.
    parameters
        The set that gives all other numbers.
    options
        Physics and mesh.
    held_out
        Data that are predicted and not fitted.
    samples
        Draws of the posterior; 0 leaves the draws out and takes the Gaussian at the best place.
    profile_points
        Points of each profile; 0 leaves them out.
    confounders
        Parameters that are not fitted and whose intervals are looked at; by default all of the set that have one.
    seed
        Of all random numbers.
    progress
        Told of the steps of the sampler.

    Returns
    -------
    DataTree
        ``posterior``: draws, best values, 95 % ``interval``, ``honest_interval`` (with the intervals of numbers that were not
        fitted), autocorrelation time, effective number of draws, split R-hat, correlations, and ``prior_share``: width of the
        posterior over that of the prior; near 1 the data say nothing. ``profile``, ``predictive``, ``confounding``, ``evidence``.
        ``attrs["calibrated"]`` is the name of the set with the fitted values; :func:`calibrated_parameters` makes that set.

    Raises
    ------
    StudyError
        For data without errors, an unknown parameter or model, or no value of the parameters with which the model runs.
    MissingExtraError
        Without PyBaMM or emcee.

    Warns
    -----
    DataQualityWarning
        When walkers disagree or are too correlated, when the data do not bound a parameter, and when as many numbers are fitted as there
        are data.

    References
    ----------
    :cite:`GoodmanWeare2010`, :cite:`ForemanMackey2013`
    """
    given = load_parameters(parameters)
    physics = _physics(model, options)
    if not fit:
        raise StudyError("a calibration fits at least one parameter", found="none")
    if samples < 0 or profile_points < 0:
        raise StudyError("numbers of draws and of points are 0 or more", found=f"{samples} and {profile_points}")
    measured = read_data(data)
    problem = Problem(Predictor(measured, given, physics), fit)
    count = sum(one.si.size for one in measured)
    if count <= len(problem.names):
        warnings.warn(
            f"{len(problem.names)} numbers are fitted to {count} data: that they agree says nothing for the model",
            DataQualityWarning,
            stacklevel=2,
        )
    best = problem.fit()
    if not np.isfinite(problem.log_posterior(best.best)):
        raise StudyError("the model runs with some value of the fitted parameters", found="none that was tried")
    drawn = draw(problem, best, samples, seed=seed, progress=progress) if samples else None
    others = confounding(problem, best, confounders)
    posterior = _posterior(problem, best, drawn, others, seed)
    _warn(posterior, drawn)
    hidden = Predictor(read_data(held_out), given, physics) if held_out else None
    flat = _flat(problem, best, drawn, seed)
    few = flat[np.linspace(0, flat.shape[0] - 1, min(PREDICTIVE_DRAWS, flat.shape[0])).astype(int)]
    nodes = {
        "/posterior": posterior,
        "/confounding": others,
        "/predictive": predictive(problem, best.best, few, hidden, seed=seed),
        "/evidence": evidence_record([evidence_row("calibrated", problem, best)]),
    }
    if profile_points:
        nodes["/profile"] = profiles(problem, best, profile_points)
    tree = xr.DataTree.from_dict(nodes)
    tree.attrs.update(
        parameter_set=given.name,
        calibrated=f"{given.name}, calibrated",
        tuned=len(problem.names),
        data=count,
        seed=seed,
        runs=problem.predictor.runs,
        acceptance=float("nan") if drawn is None else drawn.acceptance,
        sources=" ".join(["GoodmanWeare2010", "ForemanMackey2013"] if samples else []),
    )
    return tree


def calibrated_parameters(calibration: xr.DataTree, parameters: str | ParameterSet = "Wu2025") -> ParameterSet:
    """The set with the best values of a calibration, marked as fitted and to what."""
    posterior = calibration["posterior"].to_dataset()
    predicted = calibration["predictive"].to_dataset()
    seen = predicted["datum"].to_numpy()[predicted["role"].to_numpy() == "fitted"]
    values = dict(
        zip(map(str, posterior["parameter"].to_numpy()), map(float, posterior["best"].to_numpy()), strict=True)
    )
    return load_parameters(parameters).replace(values, role="fitted", fitted_to=", ".join(map(str, seen[:6])))


def _physics(model: Any, options: AlloyAnodeOptions | None) -> AlloyAnodeOptions | None:
    if isinstance(model, str):
        if model != "alloy-anode":
            raise StudyError("a model is 'alloy-anode' or an AlloyAnode", found=repr(model))
        return options
    found = getattr(model, "physics", None)
    if not isinstance(found, AlloyAnodeOptions):
        raise StudyError("a model is 'alloy-anode' or an AlloyAnode", found=type(model).__name__)
    return options or found


def _flat(problem: Problem, best: GaussianFit, drawn: Draws | None, seed: int) -> Floats:
    """(sample, coordinate) draws; of the Gaussian at the best place where none were drawn."""
    if drawn is not None:
        return drawn.place.reshape(-1, best.best.size)
    random = np.random.default_rng(seed)
    places = random.multivariate_normal(best.best, best.covariance, size=400, method="eigh")
    return np.asarray(np.clip(places, problem.lower, problem.upper))


def _posterior(problem: Problem, best: GaussianFit, drawn: Draws | None, others: xr.Dataset, seed: int) -> xr.Dataset:
    flat = _flat(problem, best, drawn, seed)
    low, high = np.quantile(flat, (0.025, 0.975), axis=0)
    wide = widened(others, problem, low, high, best.best)
    n = best.best.size
    nothing = np.full(n, np.nan)
    to_values = [
        (lambda places, prior=prior: np.exp(places) if prior.logarithmic else np.asarray(places))
        for prior in problem.priors
    ]
    samples = np.stack([to_values[k](flat[:, k]) for k in range(n)], axis=1)
    correlation = np.corrcoef(flat, rowvar=False).reshape(n, n) if n > 1 else np.ones((1, 1))
    widths = np.array([one.width for one in problem.priors])
    log_posterior = np.full(flat.shape[0], np.nan) if drawn is None else drawn.log_posterior.ravel()
    parameters = problem.predictor.parameters
    record = xr.Dataset(
        {
            "value": (("sample", "parameter"), samples),
            "log_posterior": ("sample", log_posterior),
            "best": (
                "parameter",
                np.array([value_at(p, float(x)) for p, x in zip(problem.priors, best.best, strict=True)]),
            ),
            "interval": (
                ("parameter", "bound"),
                np.array([[to_values[k](low[k]), to_values[k](high[k])] for k in range(n)]),
            ),
            "honest_interval": (
                ("parameter", "bound"),
                np.array([[to_values[k](wide[k, 0]), to_values[k](wide[k, 1])] for k in range(n)]),
            ),
            "autocorrelation_time": ("parameter", nothing if drawn is None else drawn.autocorrelation_time),
            "effective_samples": ("parameter", nothing if drawn is None else drawn.effective),
            "split_r_hat": ("parameter", nothing if drawn is None else drawn.split_r_hat),
            "prior_share": ("parameter", flat.std(axis=0) / widths),
            "correlation": (("parameter", "other_parameter"), correlation),
            "unit": ("parameter", np.array([parameters[name].unit for name in problem.names])),
            "prior": ("parameter", np.array([str(prior) for prior in problem.priors])),
        },
        coords={
            "parameter": np.array(problem.names, dtype=np.str_),
            "other_parameter": np.array(problem.names, dtype=np.str_),
            "bound": ["lower", "upper"],
        },
        attrs={
            "level": 0.95,
            "honest_interval_covers": "the posterior, and the intervals of numbers that were not fitted, one at a time, in quadrature",
            "method": "Gaussian at the best place" if drawn is None else "ensemble of walkers",
        },
    )
    return label(record, "posterior")


def _warn(posterior: xr.Dataset, drawn: Draws | None) -> None:
    said = []
    for k, name in enumerate(map(str, posterior["parameter"].to_numpy())):
        if drawn is not None and (drawn.split_r_hat[k] > R_HAT or drawn.effective[k] < FEWEST_EFFECTIVE):
            said.append(
                f"walkers of {name!r} have not settled: split R-hat {drawn.split_r_hat[k]:.2f}, {drawn.effective[k]:.0f} "
                "effective draws; take more samples"
            )
        share = float(posterior["prior_share"][k])
        if share > 0.8:
            said.append(f"the data hardly bound {name!r}: its posterior is {share:.2f} times as wide as its prior")
    for text in said:
        warnings.warn(text, DataQualityWarning, stacklevel=3)
