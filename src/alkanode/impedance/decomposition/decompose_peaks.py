"""A series of spectra as sums of arcs started from the peaks of its distributions of relaxation times.

The area between valleys of a distribution is no resistance of a process where peaks overlap, and it jumps when a valley
moves. Arcs fitted to the spectra share the overlap by their shapes. Between two breaks the number of arcs is the same in
every spectrum: a process that fades keeps a small resistance with its error instead of handing its area to its neighbour.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.impedance.decomposition.fit_run import Run, WalkRules
from alkanode.impedance.decomposition.process_set import ArcRules, Strand, fit_processes
from alkanode.impedance.decomposition.run_arcs import RunArcs, run_arcs
from alkanode.impedance.frequency_grids import frequency_grids
from alkanode.impedance.operando.linking import TrackingRules, link
from alkanode.impedance.operando.peak_rows import peak_rows
from alkanode.impedance.relaxation.peaks import peaks
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates, spectrum_masks

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecompositionRules:
    """When a sum of arcs is taken for what a spectrum is made of.

    Attributes
    ----------
    evidence
        Which arcs, and which shapes of them, are taken.
    walk
        How places and shapes move along a run.
    most_misfit
        Root mean square residual over |Z| up to which arcs describe a spectrum. Default 0.02: areas between valleys are
        then worse.
    misfit_factor
        A larger residual is allowed up to this multiple of that of the distribution itself, which any sum of relaxations
        can reach: noise is no misfit. Default 1.5.
    detection
        A process is there from R over its standard deviation on. Default 3.
    unclear_share, unclear_error
        A process of more than this share of the polarisation, whose R has a relative error above this, is not told apart
        from its neighbours. Defaults 0.2 and 0.5.
    """

    evidence: ArcRules = field(default_factory=ArcRules)
    walk: WalkRules = field(default_factory=WalkRules)
    most_misfit: float = 0.02
    misfit_factor: float = 1.5
    detection: float = 3.0
    unclear_share: float = 0.2
    unclear_error: float = 0.5

    def __post_init__(self) -> None:
        for name in ("most_misfit", "misfit_factor", "detection", "unclear_share", "unclear_error"):
            if not getattr(self, name) > 0:
                raise SchemaError(
                    f"{name} of the rules of decomposition must be positive", found=repr(getattr(self, name))
                )


@dataclass(frozen=True, slots=True, eq=False)
class Decomposition:
    """Runs of a series and their arcs.

    Attributes
    ----------
    runs
        In the order of their first spectra.
    reasons
        Why a spectrum is not described by arcs, empty where it is, shape (spectrum,).
    """

    runs: tuple[RunArcs, ...]
    reasons: tuple[str, ...]

    @property
    def described(self) -> BoolArray:
        """Which spectra are described by arcs, shape (spectrum,)."""
        return np.array([not reason for reason in self.reasons], dtype=bool)


def decompose_peaks(
    record: RecordLike,
    times: RecordLike,
    *,
    prominence: float = 0.05,
    rules: DecompositionRules | None = None,
) -> xr.Dataset:
    """Resistance, relaxation time and width of every process of a series, from arcs fitted to its spectra.

    Parameters
    ----------
    record
        Impedance record (checked), spectra in the order in which they were measured.
    times
        Its distributions, kind ``relaxation_times``. Runs end at the breaks that
        :func:`alkanode.impedance.joint_relaxation_times` wrote into ``segment``; without it the series is one run.
    prominence
        Of a peak from which an arc starts, as in :func:`alkanode.impedance.peaks`.
    rules
        Which arcs are taken, how they may change, and when they describe a spectrum.

    Returns
    -------
    Dataset
        Kind ``peak_decomposition``. Over (spectrum, process): ``resistance`` (ohm), ``relaxation_time`` (s, at the largest
        loss), ``capacitance`` (F, tau/R, NaN where not detected), ``peak_width`` (decades), their standard deviations
        ``resistance_deviation``, ``relaxation_time_deviation``, ``capacitance_deviation``, and ``detected``; NaN in the spectra
        of other runs. Over process: ``arc_shape``. Over spectrum: ``series_resistance``, ``series_deviation``, ``inductance``
        (H), ``rms_residual`` (over |Z|), ``segment``, ``described`` and ``area_reason``: why a spectrum is not described by
        arcs. ``attrs["arcs"]`` names the arcs of each run, ``attrs["rival_shapes"]`` the shapes that share the result.

    Raises
    ------
    SchemaError
        For a record of another kind, or when ``times`` holds other spectra than ``record``.

    Notes
    -----
    A spectrum is ``j omega L + R0 + sum of arcs (+ tail)``; an arc is depressed, log-normal or skewed, by evidence. In each run
    resistances are free; ln(tau) and shapes take a random walk whose step is learnt from the run. Residuals count relative
    to |Z|. Standard deviations are those of the whole run together, with residuals that are alike along the frequency
    counted as fewer numbers, and with the disagreement of rival shapes. They do not know of shapes nobody thought of.
    """
    record, times = check(record, "impedance"), check(times, "relaxation_times")
    rules = rules or DecompositionRules()
    found = decompose(record, times, prominence=prominence, rules=rules)
    count, total = record.sizes["spectrum"], sum(run.count for run in found.runs)
    table = {name: np.full((count, total), np.nan) for name in ("R", "sd_R", "u", "sd_u", "shared", "width")}
    single = {name: np.full(count, np.nan) for name in ("R0", "sd_R0", "L", "rms")}
    first = 0
    for run in found.runs:
        there = np.ix_(run.spectra, np.arange(first, first + run.count))
        values = (run.resistance, run.resistance_deviation, run.log_time, run.log_time_deviation, run.shared, run.width)
        for name, value in zip(table, values, strict=True):
            table[name][there] = value
        own = (run.series_resistance, run.series_deviation, run.inductance, run.rms)
        for name, value in zip(single, own, strict=True):
            single[name][run.spectra] = value
        first += run.count
    detected = table["R"] > rules.detection * table["sd_R"]
    tau = np.exp(table["u"])
    capacitance, deviation = capacitances(
        table["R"], table["sd_R"], table["u"], table["sd_u"], table["shared"], detected
    )
    both = ("spectrum", "process")
    result = xr.Dataset(
        {
            "resistance": (both, table["R"]),
            "resistance_deviation": (both, table["sd_R"]),
            "relaxation_time": (both, tau),
            "relaxation_time_deviation": (both, tau * table["sd_u"]),
            "capacitance": (both, capacitance),
            "capacitance_deviation": (both, deviation),
            "peak_width": (both, table["width"]),
            "detected": (both, detected),
            "arc_shape": ("process", np.array([shape for run in found.runs for shape in run.shapes], dtype=np.str_)),
            "series_resistance": ("spectrum", single["R0"]),
            "series_deviation": ("spectrum", single["sd_R0"]),
            "inductance": ("spectrum", single["L"]),
            "rms_residual": ("spectrum", single["rms"]),
            "segment": ("spectrum", segments_of_times(times)),
            "described": ("spectrum", found.described),
            "area_reason": ("spectrum", np.array(found.reasons, dtype=np.str_)),
        },
        coords=spectrum_coordinates(record),
        attrs=told(found),
    ).assign(spectrum_masks(record))
    return label(result, "peak_decomposition")


def told(found: Decomposition) -> dict[str, str]:
    """What a table says of its decomposition: the arcs of each run, and the shapes that share the result."""
    arcs, rivals = [], []
    for run in found.runs:
        where = f"{run.spectra[0]}-{run.spectra[-1]}"
        arcs.append(
            f"{where}: "
            + ", ".join(f"{np.exp(np.median(run.log_time[:, k])):.2g} s {shape}" for k, shape in enumerate(run.shapes))
            + (", tail" if run.fits[0].model.tail else "")
        )
        rivals += [
            f"{where}: {weight:.2f} {', '.join(fit.model.shapes)}"
            for fit, weight in zip(run.fits, run.weights, strict=True)
        ]
    return {"arcs": "\n".join(arcs), "rival_shapes": "\n".join(rivals)}


def capacitances(
    resistance: FloatArray,
    resistance_deviation: FloatArray,
    log_time: FloatArray,
    log_time_deviation: FloatArray,
    shared: FloatArray,
    detected: BoolArray,
) -> tuple[FloatArray, FloatArray]:
    """tau/R (F) and its standard deviation; NaN where R is not told from zero. ``shared`` is cov(R, ln tau)."""
    R = np.where(detected, resistance, np.nan)
    capacitance = np.exp(log_time) / R
    variance = log_time_deviation**2 + (resistance_deviation / R) ** 2 - 2 * shared / R
    return capacitance, capacitance * np.sqrt(np.maximum(variance, 0.0))


def segments_of_times(times: xr.Dataset) -> npt.NDArray[np.int64]:
    """Number of the segment of each spectrum; 0 without breaks."""
    if "segment" in times.variables:
        return np.asarray(times["segment"].to_numpy(), dtype=np.int64)
    return np.zeros(times.sizes["spectrum"], dtype=np.int64)


def decompose(record: xr.Dataset, times: xr.Dataset, *, prominence: float, rules: DecompositionRules) -> Decomposition:
    """The runs of a series as arcs; see :func:`decompose_peaks`."""
    count = times.sizes["spectrum"]
    if record.sizes["spectrum"] != count:
        raise SchemaError(
            "the record must hold the spectra of the distributions",
            found=f"{record.sizes['spectrum']} for {count} distributions",
            todo="Give the record from which the distributions were computed",
        )
    segments = segments_of_times(times)
    known = np.isfinite(times["distribution"].to_numpy()).any(axis=1)
    whole = _series(record)
    usable = known & (whole.weight > 0).any(axis=1)
    found = peaks(times, prominence=prominence, shoulders=True)
    rows = peak_rows(times, prominence=prominence, least_share=0.02)
    beyond = np.zeros(count, dtype=bool)
    beyond[rows.spectrum[rows.beyond]] = True
    reasons = np.full(count, "no distribution", dtype=object)
    runs = []
    for segment in np.unique(segments[usable]):
        spectra = np.flatnonzero(usable & (segments == segment))
        run = whole.part(spectra)
        chosen = fit_processes(
            run,
            _strands(found, spectra),
            tail=bool(beyond[spectra].any()),
            evidence=rules.evidence,
            walk=rules.walk,
        )
        reasons[spectra] = "no peak from which an arc could start"
        if chosen is not None:
            fits, weights, _ = chosen
            arcs = run_arcs(run, spectra, fits, weights)
            runs.append(arcs)
            reasons[spectra] = _reasons(arcs, _residuals(times)[spectra], rules)
    return Decomposition(tuple(runs), tuple(str(reason) for reason in reasons))


def _residuals(times: xr.Dataset) -> FloatArray:
    if "rms_residual" in times.variables:
        return np.asarray(np.nan_to_num(times["rms_residual"].to_numpy()))
    return np.zeros(times.sizes["spectrum"])


def _series(record: xr.Dataset) -> Run:
    """All spectra, shorter ones padded with weight zero."""
    grids = frequency_grids(record)
    count, points = record.sizes["spectrum"], max((grid.frequency.size for grid in grids), default=1)
    frequency, weight = np.ones((count, points)), np.zeros((count, points))
    impedance = np.ones((count, points), dtype=np.complex128)
    for grid in grids:
        n = grid.frequency.size
        frequency[grid.spectra, :n] = grid.frequency
        frequency[grid.spectra, n:] = grid.frequency[-1]
        impedance[grid.spectra, :n] = grid.impedance
        size = np.abs(grid.impedance)
        weight[grid.spectra, :n] = np.where(size > 0, 1 / np.where(size > 0, size, 1.0), 0.0)
    return Run(frequency, impedance, weight)


def _strands(found: xr.Dataset, spectra: IntArray) -> list[Strand]:
    """Peaks and shoulders inside the window, linked along a run."""
    rows = np.flatnonzero(np.isin(found["spectrum_index"].to_numpy(), spectra) & found["in_window"].to_numpy())
    place = np.searchsorted(spectra, found["spectrum_index"].to_numpy()[rows])
    log_tau = np.log(found["relaxation_time"].to_numpy()[rows])
    resistance = np.maximum(found["resistance"].to_numpy()[rows], 1e-300)
    shoulder = found["shoulder"].to_numpy()[rows]
    linked = link(place, log_tau, np.log(resistance), np.zeros(rows.size, dtype=np.int64), TrackingRules())
    return [
        Strand(
            place[one.rows].astype(np.intp),
            log_tau[one.rows],
            float(np.median(resistance[one.rows])),
            bool(shoulder[one.rows].mean() > 0.5),
        )
        for one in linked
    ]


def _reasons(arcs: RunArcs, residual: FloatArray, rules: DecompositionRules) -> list[str]:
    """Why a spectrum of a run is not described by its arcs; empty where it is."""
    told = []
    total = arcs.resistance.sum(axis=1, keepdims=True)
    unclear = (arcs.resistance_deviation > rules.unclear_error * arcs.resistance) & (
        np.maximum(arcs.resistance, arcs.resistance_deviation) > rules.unclear_share * total
    )
    for k, (rms, own) in enumerate(zip(arcs.rms, residual, strict=True)):
        if not arcs.fits[0].converged:
            told.append("the fit of arcs did not converge")
        elif not rms <= max(rules.most_misfit, rules.misfit_factor * own):
            told.append(f"arcs miss the spectrum by {rms:.1%} of |Z|")
        elif unclear[k].any():
            taus = ", ".join(f"{np.exp(u):.2g} s" for u in arcs.log_time[k, unclear[k]])
            told.append(f"R of the process at {taus} is not told from that of its neighbours")
        else:
            told.append("")
    return told
