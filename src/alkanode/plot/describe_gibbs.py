"""Figure of the Gibbs energies of the phases of a binary system, with the tangents that join coexisting phases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alkanode.data.schema import check
from alkanode.plot.alloy_axis import diagram_elements
from alkanode.plot.describe_phase_diagram import label_notes
from alkanode.plot.description import Figure, FloatArray, Panel, Series
from alkanode.plot.display import axis_of, padded, shown, shown_number
from alkanode.plot.phase_words import field_name, phase_name, phase_role
from alkanode.plot.style import CYCLE, number
from alkanode.plot.twin_scales import BASIS_UNIT, Basis, composition_axis, composition_twin, other_basis

if TYPE_CHECKING:
    import xarray as xr

_HIGH = 3.0
"""Curves are shown up to this many times the depth of the lowest point, or the phases near equilibrium would be a line."""

_SHALLOW = 0.01
"""Share of the whole range below which that depth is nothing to scale by: metals that do not mix."""


def gibbs_curves(curves: xr.Dataset, *, basis: Basis = "mole") -> Figure:
    """Gibbs energy of every phase over composition, with common tangents.

    Parameters
    ----------
    curves
        A ``gibbs_curves`` record; energies are relative to the stable pure elements.
    basis
        Composition at the bottom; the other one stands at the top. Common tangents are straight over mole fraction only;
        by mass they are drawn as the curves that they become.

    Returns
    -------
    Figure
        A compound is a point. Dashed lines are common tangents, their ends the compositions that coexist.

    Raises
    ------
    SchemaError
        When the record is of another kind.
    """
    curves = check(curves, "gibbs_curves")
    element, second = diagram_elements(curves)
    field = f"{basis}_fraction"
    x = shown(curves[field].to_numpy(), field)
    energies = shown(curves["gibbs_energy"].to_numpy(), "gibbs_energy")
    tangents = _tangents(curves, basis)
    series = (*_phases(curves, x, energies), *tangents)
    at = (
        shown_number(float(curves.attrs["temperature"]), "temperature")
        if "temperature" in curves.attrs
        else "one temperature"
    )
    return Figure(
        title=f"Gibbs energies of {curves.attrs['system']} at {at}",
        caption=f"Gibbs energy of each phase of {curves.attrs['system']} at {at} per mole of atoms, relative to the stable "
        f"pure elements. The lower scale is {BASIS_UNIT[basis]}, the upper {BASIS_UNIT[other_basis(basis)]}. Dashed: common "
        "tangents; the phases at their ends coexist. What lies over a tangent decomposes.",
        panels=(
            Panel(
                x=composition_axis(element, basis),
                y=axis_of("gibbs_energy", label="Gibbs energy vs pure metals", limits=_limits(energies)),
                series=series,
                twins=(composition_twin(element, second, basis),),
                height=1.1,
            ),
        ),
        notes=label_notes(curves),
    )


def _phases(curves: xr.Dataset, x: FloatArray, energies: FloatArray) -> list[Series]:
    series: list[Series] = []
    names = [str(name) for name in curves["phase"].to_numpy()]
    taken: set[str] = set()
    for name, energy in zip(names, energies, strict=True):
        known = np.isfinite(energy)
        if not known.any():
            continue
        role = phase_role(name)
        if role in taken:
            role = next((one for one in CYCLE if one not in taken), role)
        taken.add(role)
        shown_as = _curve_name(name)
        series.append(
            Series(
                name=shown_as,
                x=x if known.sum() > 1 else x[known],
                y=energy if known.sum() > 1 else energy[known],
                style="line" if known.sum() > 1 else "points",
                role=role,
                hover=(shown_as,) * (x.size if known.sum() > 1 else 1),
            )
        )
    return series


def _curve_name(phase: str) -> str:
    """One curve may carry two phases: the bcc solution is both solids."""
    return "bcc solution" if phase.lower() in {"bcc", "bcc_a2"} else phase_name(phase)


def _tangents(curves: xr.Dataset, basis: Basis) -> list[Series]:
    """Each tangent in pieces: over mass fraction it is no straight line."""
    ends = {name: curves[f"tangent_{name}_fraction"].to_numpy() for name in ("mole", "mass")}
    energy = curves["tangent_gibbs_energy"].to_numpy()
    series: list[Series] = []
    for place, names in enumerate(curves["tangent_phase"].to_numpy()):
        phases = [str(name) for name in names]
        mole = np.linspace(ends["mole"][place, 0], ends["mole"][place, 1], 41)
        part = np.linspace(0.0, 1.0, 41)
        along = mole if basis == "mole" else np.interp(mole, *_scale(curves))
        words = (
            field_name(phases)
            + ": "
            + " and ".join(
                f"{phase_name(phase)} with {number(100 * float(ends[basis][place, end]))} {BASIS_UNIT[basis]}"
                for end, phase in enumerate(phases)
            )
        )
        height = energy[place, 0] + part * (energy[place, 1] - energy[place, 0])
        x, y = shown(along, f"{basis}_fraction"), shown(height, "gibbs_energy")
        series.append(
            Series(
                name="common tangent",
                x=x,
                y=y,
                style="dashed",
                role="model",
                hover=(words,) * x.size,
                in_legend=place == 0,
            )
        )
        series.append(
            Series(
                name="phases that coexist",
                x=x[[0, -1]],
                y=y[[0, -1]],
                style="squares",
                role="model",
                hover=(words,) * 2,
                in_legend=place == 0,
            )
        )
    return series


def _scale(curves: xr.Dataset) -> tuple[FloatArray, FloatArray]:
    mole, mass = (curves[f"{name}_fraction"].to_numpy() for name in ("mole", "mass"))
    order = np.argsort(mole)
    return mole[order], mass[order]


def _limits(energies: FloatArray) -> tuple[float, float]:
    """From under the lowest curve to a few times its depth over zero."""
    known = energies[np.isfinite(energies)]
    depth = -float(known.min())
    if depth < _SHALLOW * float(np.ptp(known)):
        return padded(known)
    return padded(np.clip(known, None, _HIGH * depth))
