"""A map of relaxation times and its tracked peaks as a part of a study."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import xarray as xr

from alkanode.foundation.errors import AlkanodeWarning, SchemaError
from alkanode.impedance import joint_relaxation_times, operando_map, track_peaks
from alkanode.impedance.operando.operando_map import Against
from alkanode.plot.describe_map import relaxation_map
from alkanode.plot.describe_tracks import peak_tracks
from alkanode.plot.display import spread
from alkanode.studies.blocks import Impedance
from alkanode.studies.impedance.rest_maps import rest_map, rests_of, without_rests
from alkanode.studies.impedance.spectra import masked_spectra
from alkanode.studies.part import Part, Table
from alkanode.studies.wording import number

LEAST_ROWS = 3
"""Spectra of a track that is listed and drawn; shorter ones are in the record."""

_MOST_PARTS = 6
_LISTED_SPECTRA = 10
_JOINT_SHARE = 0.1
"""Regularisation of the joint inversion over that of single spectra: neighbours hold the noise down."""

_MOST_MISFIT_GROWTH = 5.0
"""Misfit of the joint inversion over that of single spectra beyond which the series is no smooth one. A smooth series stays
near 1; spectra under current and at rest in turns reach 30."""


def map_part(
    checked: xr.Dataset, single: xr.Dataset, settings: Impedance, *, area: float | None, validity: xr.Dataset
) -> Part:
    """Map of the distributions along the run, and its peaks followed through it.

    Parameters
    ----------
    checked
        Checked impedance record.
    single
        Distributions of its spectra, one by one.
    settings
        Of the study.
    area
        Electrode area, m2.
    validity
        Kramers-Kronig test of the spectra.
    """
    times, why_single = _distributions(checked, single, settings)
    against = settings.against or _best_coordinate(times)
    mapped = operando_map(times, against=against, spectra=checked, validity=validity)
    tracks = track_peaks(times, record=checked, single=None if times is single else _on_times_of(times, single))
    rests = rests_of(times) if against == "charge" else []
    moving = mapped.isel(spectrum=np.isin(mapped["spectrum_index"].to_numpy(), without_rests(times, rests)))
    figures = {"map": relaxation_map(moving, against=against, area=area, tracks=tracks)}
    rest_records: dict[str, xr.Dataset] = {}
    for place, rest in enumerate(rests, start=1):
        name = "rest_map" if len(rests) == 1 else f"rest_map_{place}"
        rest_records[name], figures[name] = rest_map(times, rest, area=area)
    if tracks.sizes["row"]:
        figures["tracks"] = peak_tracks(tracks, against=against, area=area)
    long_ones = np.flatnonzero(tracks["row_count"].to_numpy() >= LEAST_ROWS)
    tables = {}
    if long_ones.size:
        tables = {"tracks": _track_table(tracks, long_ones, area), "peaks": _row_table(tracks, area)}
    joint = "jointly" in times.variables
    return Part(
        name="map",
        title="Operando map",
        details={
            "against": against,
            "masked_spectra": masked_spectra(times),
            "joint": joint,
            "joint_regularisation": times.attrs["regularisation"] if joint else None,
            "time_smoothing": times.attrs["time_smoothing"] if joint else None,
            "smooth_along": times.attrs["smooth_along"] if joint else None,
            "breaks": str(times.attrs.get("breaks", "")).splitlines(),
            "tracks": _track_list(tracks, long_ones),
            "arcs": str(tracks.attrs["arcs"]).splitlines(),
            "area_reasons": str(tracks.attrs["area_reasons"]).splitlines(),
            "short_tracks": int(tracks.sizes["peak_track"] - long_ones.size),
        },
        records={"operando_map": mapped, "peak_tracks": tracks}
        | rest_records
        | ({"joint_relaxation_times": times} if joint else {}),
        figures=figures,
        tables=tables,
        findings=(*_how(times, why_single, joint=joint), *_resistances(tracks), *_slopes(tracks, long_ones)),
    )


def _distributions(checked: xr.Dataset, single: xr.Dataset, settings: Impedance) -> tuple[xr.Dataset, str]:
    """Joint distributions, or the single ones and why."""
    other = {
        "preset": settings.preset is not None,
        "blocking": settings.blocking,
        "free_sign": settings.free_sign is not None,
        "basis": settings.basis != "tent",
    }
    if not settings.joint:
        return single, "asked for"
    if any(other.values()):
        return single, f"{', '.join(name for name, used in other.items() if used)} works on single spectra only"
    lam = settings.regularisation
    options: dict[str, Any] = {
        "regularisation": lam if isinstance(lam, str) else lam * _JOINT_SHARE,
        "penalty_order": settings.penalty_order,
        "weights": settings.weights or "unit",
        "time_smoothing": settings.time_smoothing,
    }
    if not isinstance(lam, str):
        options["single_regularisation"] = lam
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        joint = joint_relaxation_times(checked, **options)
    for warning in caught:  # those of the single inversions were told with them
        if "joint inversion" in str(warning.message) or not issubclass(warning.category, AlkanodeWarning):
            warnings.warn(warning.message, warning.category, stacklevel=2)
    worse = _misfit_growth(joint, single)
    if worse > _MOST_MISFIT_GROWTH:
        return single, (
            f"together they miss the spectra {number(worse, 2)} times as far as one by one: neighbours are not alike"
        )
    return joint, ""


def _on_times_of(joint: xr.Dataset, single: xr.Dataset) -> xr.Dataset:
    """Single distributions on the relaxation times of the joint ones; a posterior chooses times of its own."""
    wanted, own = (np.log(times["relaxation_time"].to_numpy()) for times in (joint, single))
    if own.shape == wanted.shape and np.allclose(own, wanted):
        return single
    moved = [np.interp(wanted, own, one, left=0.0, right=0.0) for one in single["distribution"].to_numpy()]
    return joint.assign(distribution=(joint["distribution"].dims, np.array(moved), joint["distribution"].attrs))


def _misfit_growth(joint: xr.Dataset, single: xr.Dataset) -> float:
    """Rms misfit of the joint inversion over that of single spectra, over all spectra that both describe."""
    both = [times["rms_residual"].to_numpy().astype(float) for times in (joint, single)]
    known = np.isfinite(both[0]) & np.isfinite(both[1])
    if not known.any():
        return 0.0
    together, alone = (float(np.sqrt(np.mean(values[known] ** 2))) for values in both)
    return together / alone if alone > 0 else 0.0


def _best_coordinate(times: xr.Dataset) -> Against:
    """Charge where it moves and turns a few times at most, else time, else the number of the spectrum."""
    try:
        mapped = operando_map(times, against="charge")
    except SchemaError:
        pass
    else:
        charge = times["charge"].to_numpy()
        if np.ptp(charge[np.isfinite(charge)]) > 0 and np.unique(mapped["part"].to_numpy()).size <= _MOST_PARTS:
            return "charge"
    return "time" if "time" in times.variables and np.isfinite(times["time"].to_numpy()).any() else "spectrum"


def _how(times: xr.Dataset, why_single: str, *, joint: bool) -> list[str]:
    if not joint:
        return [f"The map shows spectra inverted one by one ({why_single})."]
    together = times["jointly"].to_numpy()
    breaks = str(times.attrs["breaks"]).splitlines()
    told = (
        f"{int(together.sum())} spectra were inverted jointly, smooth along the {times.attrs['smooth_along']} "
        f"(lambda = {number(times.attrs['regularisation'], 2)}, mu = {number(times.attrs['time_smoothing'], 2)}"
        + (", which predicts left-out spectra best" if times.attrs["prediction_errors"] else "")
        + ")"
    )
    if breaks:
        told += f", with {len(breaks)} break{'s' if len(breaks) > 1 else ''} (before spectrum {'; '.join(breaks[:4])}"
        told += f"; and {len(breaks) - 4} more)" if len(breaks) > 4 else ")"
    return [told + ". [computed]"]


def _resistances(tracks: xr.Dataset) -> list[str]:
    """Where the resistances of the tracks come from."""
    from_arcs = tracks["resistance_from"].to_numpy() == "arcs"
    spectrum = tracks["spectrum_index"].to_numpy()
    fitted, every = np.unique(spectrum[from_arcs]).size, np.unique(spectrum).size
    if not fitted:
        return []
    told = f"Resistances and relaxation times of {fitted} of {every} spectra are those of arcs fitted to them"
    if fitted < every:
        reasons = {line.partition(": ")[2] for line in str(tracks.attrs["area_reasons"]).splitlines()}
        reasons.discard("no distribution")
        told += f", the others areas between valleys ({'; '.join(sorted(reasons)[:3])})"
    return [f"{told}. [fitted]"]


def _slopes(tracks: xr.Dataset, chosen: np.ndarray[Any, np.dtype[np.intp]]) -> list[str]:
    """What the slopes of ln tau over ln R say, and what lies beyond the window."""
    told = []
    for track in chosen:
        verdict = str(tracks["verdict"].to_numpy()[track])
        value = float(tracks["slope"][track])
        rows = np.flatnonzero(tracks["track"].to_numpy() == track)
        if bool(tracks["beyond_window"].to_numpy()[rows[0]]):
            tau = number(float(tracks["relaxation_time"].to_numpy()[rows[0]]), 2)
            told.append(
                f"Track {track} is polarisation beyond the window (tau > {tau} s): only its capacitance is in the data, its "
                "resistance is a lower bound. [computed]"
            )
        elif np.isfinite(value):
            low, high = float(tracks["slope_low"][track]), float(tracks["slope_high"][track])
            meaning = {
                "area loss": "tau stays while R moves, as when contact area is lost",
                "fixed capacitance": "tau follows R, as over a fixed capacitance",
                "neither": "neither lost area alone (0) nor a fixed capacitance (1)",
                "cannot say": "lost area (0) and a fixed capacitance (1) are both possible",
            }[verdict]
            told.append(
                f"Track {track}: d ln tau / d ln R = {value:.2f} ({low:.2f} to {high:.2f}): {meaning}. [computed]"
            )
    return told


def _unit_factors(area: float | None) -> tuple[str, str, float, float]:
    """Units and factors of resistance and capacitance on paper."""
    if area is None:
        return "ohm", "uF", 1.0, 1e6
    return "ohm cm2", "uF cm-2", area * 1e4, 1e6 / (area * 1e4)


def _track_table(tracks: xr.Dataset, chosen: np.ndarray[Any, np.dtype[np.intp]], area: float | None) -> Table:
    resistance_unit, capacitance_unit, per_ohm, per_farad = _unit_factors(area)
    owner = tracks["track"].to_numpy()
    rows = []
    for track in chosen:
        here = np.flatnonzero(owner == track)
        ends = here[[0, -1]]
        beyond = bool(tracks["beyond_window"].to_numpy()[here[0]])
        bound = ">= " if beyond else ""
        tau, R, C = (tracks[name].to_numpy()[ends] for name in ("relaxation_time", "resistance", "capacitance"))
        width = tracks["peak_width"].to_numpy()[here]
        slope = float(tracks["slope"][track])
        span = f"{slope:.2f} ({float(tracks['slope_low'][track]):.2f} to {float(tracks['slope_high'][track]):.2f})"
        rows.append(
            (
                f"{track}{' (beyond the window)' if beyond else ''}",
                f"{int(tracks['first_spectrum'][track])}-{int(tracks['last_spectrum'][track])} ({here.size})",
                bound + _span(tau, 1.0),
                bound + _span(R, per_ohm),
                _span(C, per_farad),
                float(np.nanmedian(width)) if np.isfinite(width).any() else None,
                span if np.isfinite(slope) else None,
                str(tracks["verdict"].to_numpy()[track]),
                f"{tracks['birth'].to_numpy()[track]}; {tracks['death'].to_numpy()[track]}",
            )
        )
    return Table(
        title="Tracks, from their first to their last spectrum",
        columns=(
            *("track", "spectra (rows)", "tau / s", f"R / {resistance_unit}", f"C / {capacitance_unit}"),
            *("width / decades", "d ln tau / d ln R", "says", "begins; ends"),
        ),
        rows=tuple(rows),
    )


def _span(ends: np.ndarray[Any, np.dtype[np.float64]], factor: float) -> str:
    return " -> ".join(number(factor * float(end), 3) for end in ends)


def _row_table(tracks: xr.Dataset, area: float | None) -> Table:
    """Peaks of some spectra row by row, evenly spread."""
    resistance_unit, capacitance_unit, per_ohm, per_farad = _unit_factors(area)
    spectra = np.unique(tracks["spectrum_index"].to_numpy())
    listed = spectra[spread(spectra.size, _LISTED_SPECTRA)]
    rows = []
    for row in np.flatnonzero(np.isin(tracks["spectrum_index"].to_numpy(), listed)):
        one = {name: tracks[name].to_numpy()[row] for name in tracks.data_vars if tracks[name].dims == ("row",)}
        beyond = bool(one["beyond_window"])
        rows.append(
            (
                int(one["spectrum_index"]),
                int(one["track"]),
                float(one["relaxation_time"]),
                float(one["relaxation_time_deviation"]),
                per_ohm * float(one["resistance"]),
                per_ohm * float(one["resistance_deviation"]),
                per_farad * float(one["capacitance"]),
                per_farad * float(one["capacitance_deviation"]),
                float(one["peak_width"]),
                str(one["resistance_from"]) if bool(one["detected"]) else "arcs, not told from 0",
                "beyond: tau, R lower bounds" if beyond else "yes" if bool(one["in_window"]) else "no",
            )
        )
    some = "" if listed.size == spectra.size else f" of {listed.size} of {spectra.size} spectra, all in the record"
    return Table(
        title=f"Peaks{some}; sd: of the fit for arcs, else from the scatter along the track",
        columns=(
            *("spectrum", "track", "tau / s", "sd", f"R / {resistance_unit}", "sd"),
            *(f"C / {capacitance_unit}", "sd", "width / decades", "R from", "in window"),
        ),
        rows=tuple(rows),
    )


def _track_list(tracks: xr.Dataset, chosen: np.ndarray[Any, np.dtype[np.intp]]) -> list[dict[str, Any]]:
    """Tracks for the machine-readable results, in SI."""
    owner = tracks["track"].to_numpy()
    listed = []
    for track in chosen:
        here = np.flatnonzero(owner == track)
        slope = [float(tracks[name][track]) for name in ("slope", "slope_low", "slope_high")]
        listed.append(
            {
                "track": int(track),
                "first_spectrum": int(tracks["first_spectrum"][track]),
                "last_spectrum": int(tracks["last_spectrum"][track]),
                "rows": int(here.size),
                "beyond_window": bool(tracks["beyond_window"].to_numpy()[here[0]]),
                **{
                    name: [float(value) for value in tracks[name].to_numpy()[here[[0, -1]]]]
                    for name in ("relaxation_time", "resistance", "capacitance")
                },
                "slope": slope[0] if np.isfinite(slope[0]) else None,
                "slope_interval": slope[1:] if np.isfinite(slope[0]) else None,
                "verdict": str(tracks["verdict"].to_numpy()[track]),
                "birth": str(tracks["birth"].to_numpy()[track]),
                "death": str(tracks["death"].to_numpy()[track]),
            }
        )
    return listed
