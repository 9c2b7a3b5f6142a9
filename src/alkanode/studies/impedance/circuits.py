"""Fitted circuits as a part of a study."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from alkanode.data import Cell
from alkanode.foundation.errors import AlkanodeError, SchemaError
from alkanode.foundation.sources import Estimate
from alkanode.impedance import (
    choose_arcs,
    circuit_preset,
    fit_series,
    fitted_arcs,
    identifiability,
    parse_circuit,
    process_resistance,
    profile_likelihood,
    time_since_current,
)
from alkanode.plot import Figure
from alkanode.plot.describe_circuit import circuit_fit, circuit_parameters, circuit_residuals
from alkanode.plot.describe_growth import interphase_growth as growth_figure
from alkanode.studies.blocks import Circuit, Impedance
from alkanode.studies.impedance.followed import follow, is_asked
from alkanode.studies.impedance.growth import grown
from alkanode.studies.impedance.spectra import masked_sentence, masked_spectra, usable_spectra
from alkanode.studies.part import Part, Table
from alkanode.studies.wording import number, shown

MISFIT_LIMIT = 0.05
"""Relative misfit of a spectrum above which its circuit is said not to describe it."""


def circuit_part(
    spectra: xr.Dataset,
    cell: Cell | None,
    settings: Circuit,
    cycling: xr.Dataset | None = None,
    controls: Sequence[xr.Dataset] = (),
) -> Part:
    """A circuit fitted to every spectrum, with what the data determine of it.

    ``cycling`` gives the time since the last current, where growth at rest is asked for, and counts the cycles of a resistance
    that is followed. ``controls`` are the spectra of control cells, one record per cell.
    """
    area = None if cell is None else cell.effective_area
    if cycling is not None and cycling.sizes["row"] and "time" in spectra.variables:
        spectra = time_since_current(spectra, cycling)
    checks = Impedance.of(frequency_range=settings.frequency_range, drift_limit=settings.drift_limit)
    checked = usable_spectra(spectra, checks)
    records: dict[str, xr.Dataset] = {}
    findings: list[str] = [checked.attrs["left_out"]] if "left_out" in checked.attrs else []
    circuit = settings.circuit if settings.preset is None else circuit_preset(settings.preset)
    if circuit is None:
        choice = choose_arcs(checked, most=settings.most_arcs, before=settings.before, after=settings.after)
        records["arc_choice"] = choice
        circuit = str(choice.attrs["series_circuit"])
        findings.append(_choice_sentence(choice))
    fit = identifiability(fit_series(checked, circuit, starts=settings.starts))
    arcs = fitted_arcs(fit)
    records |= {"circuit_fit": fit, "fitted_arcs": arcs}
    ends = _ends(fit)
    estimates, opened = _estimates(checked, fit, ends, area)
    findings += _findings(fit, arcs, settings, opened)
    masked = masked_spectra(checked)
    if masked:
        findings.insert(0, masked_sentence(masked, checked.sizes["spectrum"]))
    figures: dict[str, Figure] = {
        "circuit_fit": circuit_fit(checked, fit, area=area),
        "circuit_residuals": circuit_residuals(fit),
    }
    if ends.size > 1:
        figures["circuit_parameters"] = circuit_parameters(fit, area=area)
    missing: dict[str, str] = {}
    details: dict[str, Any] = {
        "circuit": str(fit.attrs["circuit"]),
        "preset": settings.preset,
        "processes": str(fit.attrs.get("processes", "")),
        "masked_spectra": masked,
        "checks": str(fit.attrs.get("checks", "")).splitlines(),
    }
    tables = {"circuit": parameter_table(fit, ends)}
    if is_asked(settings):
        try:
            followed = follow(fit, settings, controls=controls, area=area, cycling=cycling)
        except AlkanodeError as reason:
            missing["resistance"] = str(reason)
        else:
            records["process_resistance"], figures["resistance"] = followed.record, followed.figure
            tables["resistance"] = followed.table
            estimates |= followed.estimates
            details["followed"] = followed.details
            findings[:0] = followed.findings
    if settings.growth is not None:
        try:
            growth = grown(fit, settings)
        except AlkanodeError as reason:
            missing["growth"] = str(reason)
        else:
            records["interphase_growth"] = growth
            figures["growth"] = growth_figure(growth, area=area)
            estimates["stabilisation_time"] = _stabilisation(growth)
            findings.append(_growth_sentence(growth, settings.growth))
    return Part(
        name="circuit",
        title="Circuit",
        estimates=estimates,
        details=details,
        records=records,
        figures=figures,
        tables=tables,
        findings=tuple(findings),
        missing=missing,
    )


def parameter_table(fit: xr.Dataset, spectra: np.ndarray[Any, np.dtype[np.intp]]) -> Table:
    """Parameters with their standard deviations and 95 % intervals, one row per spectrum and parameter."""
    names = [str(name) for name in fit["parameter"].to_numpy()]
    units = str(fit.attrs.get("parameter_units", "")).split()
    rows: list[tuple[str | float | int | None, ...]] = []
    for spectrum in map(int, spectra):
        for place, name in enumerate(names):
            value, deviation, low, high = (
                float(fit[field].to_numpy()[spectrum, place])
                for field in ("value", "standard_deviation", "lower_95", "upper_95")
            )
            note = "" if bool(fit["identified"].to_numpy()[spectrum, place]) else "not determined"
            rows.append((spectrum, name, units[place], value, deviation, low, high, note))
    columns = ("spectrum", "parameter", "unit (SI)", "value", "standard deviation", "lower 95 %", "upper 95 %", "note")
    return Table(title="Parameters", columns=columns, rows=tuple(rows))


def fitted_spectra(fit: xr.Dataset) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Numbers of the spectra that were fitted."""
    return np.flatnonzero(np.isfinite(fit["value"].to_numpy()).all(axis=1))


def _ends(fit: xr.Dataset) -> np.ndarray[Any, np.dtype[np.intp]]:
    """The first and the last fitted spectrum."""
    fitted = fitted_spectra(fit)
    if fitted.size == 0:
        raise SchemaError("at least one usable spectrum is needed", found="none", todo="Read the mask of each spectrum")
    return np.unique(fitted[[0, -1]])


def _estimates(
    checked: xr.Dataset, fit: xr.Dataset, ends: np.ndarray[Any, np.dtype[np.intp]], area: float | None
) -> tuple[dict[str, Estimate], list[str]]:
    """Resistances at both ends of the series; and which of them have an open end."""
    estimates: dict[str, Estimate] = {}
    opened: list[str] = []
    named = str(fit.attrs.get("processes", ""))
    processes = [line.partition(": ")[0] for line in named.split("; ") if line] or _resistances(fit)
    some, parts = checked.isel(spectrum=ends), fit.isel(spectrum=ends)
    for process in processes:
        resistance = process_resistance(parts, process)
        value = resistance["resistance"].to_numpy()
        low, high = (resistance[f"{end}_95"].to_numpy().copy() for end in ("lower", "upper"))
        how = ["95 % of the fit"] * ends.size
        member = str(resistance.attrs["parameters"])
        column = list(map(str, fit["parameter"].to_numpy())).index(member) if " " not in member else None
        if column is not None and not parts["identified"].to_numpy()[:, column].all():
            profile = profile_likelihood(some, parts, member)
            low, high = profile["lower_95"].to_numpy(), profile["upper_95"].to_numpy()
            how = ["95 % of the profile likelihood"] * ends.size
            opened += [
                f"{process} of spectrum {int(ends[k])}"
                for k, bounded in enumerate(profile["bounded"].to_numpy())
                if bounded != "both"
            ]
        for k, (end, spectrum) in enumerate(zip(("first", "last"), ends, strict=False)):
            misfit = float(parts["relative_noise"].to_numpy()[k])
            poor = misfit > MISFIT_LIMIT
            doubt = f", which leaves {number(100 * misfit, 2)} % of |Z|" if poor else ""
            bounds = (float(low[k]), float(high[k]))
            for suffix, unit, quantity, factor in (
                ("", "ohm", "resistance", 1.0),
                ("_area_specific", "ohm m2", "area_specific_resistance", area),
            ):
                if factor is None or not np.isfinite(value[k]):
                    continue
                estimates[f"{end}_{process.replace(' ', '_')}{suffix}"] = Estimate(
                    value=factor * float(value[k]),
                    unit=unit,
                    quantity=quantity,
                    interval=None if np.isnan(bounds).any() else (factor * bounds[0], factor * bounds[1]),
                    label=f"fitted: {fit.attrs['circuit']}, spectrum {int(spectrum)}{doubt}; interval: {how[k]}",
                )
    return estimates, opened


def _resistances(fit: xr.Dataset) -> list[str]:
    return [p.name for p in parse_circuit(str(fit.attrs["circuit"])).parameters if p.unit == "ohm"]


def _findings(fit: xr.Dataset, arcs: xr.Dataset, settings: Circuit, opened: list[str]) -> list[str]:
    """Sentences on the quality of the fits and what they do not determine."""
    fitted = fitted_spectra(fit)
    noise = fit["relative_noise"].to_numpy()[fitted]
    left = f"{number(100 * float(np.median(noise)), 2)} % of |Z|"
    if fitted.size > 1:
        left += f" (median; largest {number(100 * float(noise.max()), 2)} %)"
    many = "1 spectrum" if fitted.size == 1 else f"{fitted.size} spectra"
    said = [f"{fit.attrs['circuit']} was fitted to {many}; it leaves {left}. [fitted]"]
    poor = int((noise > MISFIT_LIMIT).sum())
    if poor:
        said.append(
            f"In {poor} of {fitted.size} spectra more than {100 * MISFIT_LIMIT:g} % of |Z| is left: the circuit does not "
            "describe them, and no interval of theirs means much. A frequency_range may cut an artefact off."
        )
    outside = ~arcs["in_window"].to_numpy()
    if outside.any():
        names = sorted(set(map(str, arcs["parameter"].to_numpy()[outside])))
        said.append(
            f"{int(outside.sum())} of {outside.size} arcs ({', '.join(names)}) lie outside the measured window: of those "
            "beyond its slow end the data fix R/tau = 1/C, not R."
        )
    if opened:
        said.append(f"The data leave the resistance open on one side or both: {', '.join(opened)}.")
    if settings.preset is not None:
        known = circuit_preset(settings.preset)
        said.append(f"Printed: {known.printed} Assumed: {known.assumed} [assumed]")
    return said


def _choice_sentence(choice: xr.Dataset) -> str:
    chosen = choice["chosen"].to_numpy()
    votes = [(int((chosen == n).sum()), n) for n in sorted(set(chosen.tolist())) if n > 0]
    counts = ", ".join(f"{count} {'spectrum supports' if count == 1 else 'spectra support'} {n}" for count, n in votes)
    return (
        f"Number of arcs by evidence: {counts}; together they support {choice.attrs['series_choice']}. Arcs describe the "
        "spectrum; they need not be processes. [fitted]"
    )


def _stabilisation(growth: xr.Dataset) -> Estimate:
    at, low, high = (float(growth[f"stabilisation_{end}"]) for end in ("time", "low", "high"))
    return Estimate(
        value=at if np.isfinite(at) else None,
        unit="s",
        quantity="duration",
        interval=None if np.isnan([low, high]).any() else (low, high),
        label=f"fitted: law {growth.attrs['law']}, within {growth.attrs['tolerance']:.0%} of the final value; interval: 95 %",
    )


def _growth_sentence(growth: xr.Dataset, process: str) -> str:
    final = float(growth["final_resistance"])
    if growth.attrs["law"] == "none":
        misfit = float(growth["rms_misfit"].min())
        return f"No law of growth describes the resistance of {process}: the best misses by {number(misfit, 2)} standard deviations."
    towards = f", towards {shown(final, 'resistance', 3)}" if np.isfinite(final) else ""
    return (
        f"At rest the resistance of {process} follows the law: {growth.attrs['law']}{towards}; {growth.attrs['stabilisation']}. "
        f"Time is counted from {growth.attrs['growth_began']}. [fitted]"
    )
