"""Gibbs energies of all phases over composition at one temperature, with the common tangents of the stable ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.binary.branches import phase_of
from alkanode.thermo.binary.lever_rule import ABSENT, TieLines
from alkanode.thermo.binary.phase_map import PhaseMap, phase_map
from alkanode.thermo.binary.suspension import phase_names
from alkanode.thermo.binary.tangents import Terms
from alkanode.thermo.conditions import Array, TemperatureLike, first_mass_fraction, temperatures
from alkanode.thermo.gibbs.binary_solution import SolutionTerms
from alkanode.thermo.provenance import mark, rest_on

Names = npt.NDArray[np.str_]


def gibbs_curves(
    temperature: TemperatureLike = "25 degC",
    system: str | Assessment = "Na-K",
    *,
    points: int = 401,
    suspend: tuple[str, ...] = (),
) -> xr.Dataset:
    """Gibbs energy of every phase over composition, and the common tangents that are the tie lines.

    Parameters
    ----------
    temperature
        One temperature: K, or text such as ``"25 degC"``.
    system
        Shipped system or an assessment.
    points
        Evenly spaced compositions from one pure element to the other, at least 3. The ends of the tangents and the
        compounds are added. The default makes a curve smooth on a page.
    suspend
        Phases left out of the figure and of equilibrium, as for :func:`liquid_fraction`.

    Returns
    -------
    Dataset
        Kind ``gibbs_curves``: ``gibbs_energy`` (phase, composition), J mol-1 of atoms against the stable pure elements, of
        every solution and compound; that of a compound is NaN but at its composition. ``mole_fraction`` and
        ``mass_fraction`` (composition) of the first element, decreasing. ``tangent_mole_fraction``,
        ``tangent_mass_fraction``, ``tangent_gibbs_energy`` and ``tangent_phase`` over (tangent, end), from rich to poor in
        the first element; no tangent where one phase spans all compositions.

    Raises
    ------
    PhysicsError
        For several temperatures, fewer than 3 points, or as :func:`liquid_fraction`.

    Warns
    -----
    ExtrapolationWarning
        Outside the temperatures for which the assessment was made.

    Examples
    --------
    >>> curves = gibbs_curves("25 degC")
    >>> [" + ".join(pair) for pair in curves.tangent_phase.values.tolist()]
    ['bcc_K + liquid', 'liquid + bcc_Na']
    """
    assessment = load_assessment(system)
    t = temperatures(temperature, assessment)
    if t.size != 1 or points < 3:
        raise PhysicsError(
            "one temperature and at least 3 points are needed", found=f"{t.size} temperatures, {points} points"
        )
    chart = phase_map(assessment, phase_names(suspend))
    terms = chart.model.terms(t.reshape(1))
    lines = chart.tie_lines(t.reshape(1))
    used = lines.left[:, 0] != ABSENT[0]
    ends = np.stack([lines.left[used, 0], lines.right[used, 0]], axis=-1)
    fixed = {name: x for name, x in chart.model.compounds.items() if name not in chart.suspended}
    x = np.unique(np.concatenate([np.linspace(0, 1, points), ends.ravel(), list(fixed.values())]))
    curves = {name: _curve(terms, name, x, fixed) for name in terms if name not in chart.suspended}
    names = _end_names(lines, used)
    record = xr.Dataset(
        {
            "mole_fraction": ("composition", 1 - x),
            "mass_fraction": ("composition", first_mass_fraction(x, assessment)),
            "gibbs_energy": (("phase", "composition"), np.stack(list(curves.values()))),
            "tangent_mole_fraction": (("tangent", "end"), 1 - ends),
            "tangent_mass_fraction": (("tangent", "end"), first_mass_fraction(ends, assessment)),
            "tangent_gibbs_energy": (("tangent", "end"), _end_energies(chart, terms, names, ends)),
            "tangent_phase": (("tangent", "end"), names),
        },
        coords={"phase": list(curves), "end": [f"{symbol}-rich" for symbol in assessment.elements]},
        attrs={"system": assessment.system, "temperature": float(t.item())},
    )
    first = assessment.elements[0]
    for prefix in ("", "tangent_"):
        for name, what in (("mole_fraction", "Atoms"), ("mass_fraction", "Mass")):
            mark(record, prefix + name, name, f"{what} of {first} over the whole", element=first)
    mark(record, "tangent_gibbs_energy", "gibbs_energy", "Gibbs energy of the phase where a common tangent touches it")
    rest_on(record, assessment, chart.suspended)
    labelled = label(record, "gibbs_curves")
    for name in ("mole_fraction", "mass_fraction"):
        labelled[name].attrs["element"] = first
    return labelled


def _curve(terms: Terms, phase: str, x: Array, compounds: dict[str, float]) -> Array:
    entry = terms[phase]
    if isinstance(entry, SolutionTerms):
        return entry.energy(x)
    return np.where(x == compounds[phase], entry, np.nan)


def _end_names(lines: TieLines, used: npt.NDArray[np.bool_]) -> Names:
    numbers = np.stack([lines.left_branch[used, 0], lines.right_branch[used, 0]], axis=-1)
    return np.asarray(np.array(lines.branches, dtype=np.str_)[numbers])


def _end_energies(chart: PhaseMap, terms: Terms, names: Names, ends: Array) -> Array:
    energies = np.empty(ends.shape)
    for place in np.ndindex(ends.shape):
        phase = phase_of(str(names[place]))
        here = np.array([ends[place]])
        energies[place] = _curve(terms, phase, here, {**chart.model.compounds, phase: float(here[0])})[0]
    return energies
