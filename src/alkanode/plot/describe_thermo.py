"""Figure of a binary phase diagram, with the paths of alloys from which a metal is stripped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from alkanode.data.schema import check
from alkanode.foundation.errors import SchemaError
from alkanode.materials.composition import Composition
from alkanode.plot.description import Axis, Figure, FloatArray, Note, Panel, Role, Series, Twin
from alkanode.plot.display import axis_of, shown, shown_number
from alkanode.plot.style import CYCLE, number, with_unit

if TYPE_CHECKING:
    import xarray as xr

_ROLES: dict[str, Role] = {"liquidus": "primary", "solidus": "second", "solvus": "third", "compound": "muted"}
_WORDS = {"mass": "wt%", "mole": "at%"}
_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_NARROWEST, _LOWEST = 0.14, 0.05
"""Share of the width and of the height that a field must have to hold its name."""


def phase_diagram(
    diagram: xr.Dataset, *, paths: Sequence[xr.Dataset] = (), basis: Literal["mass", "mole"] = "mass"
) -> Figure:
    """Boundaries and names of the fields of a binary system over composition and temperature.

    Parameters
    ----------
    diagram
        What :func:`alkanode.thermo.binary.phase_diagram` returns: lines over (line, point), named by ``phase``,
        ``other_phase`` and ``boundary``, and invariants.
    paths
        ``stripping_path`` records; each becomes an arrow at its temperature, from the alloy to where it ends, with a
        point where it leaves the liquid field.
    basis
        Composition at the bottom by mass or by mole; the other basis stands at the top.

    Returns
    -------
    Figure
        Temperature in degC at the left and in K at the right.

    Raises
    ------
    SchemaError
        When the record is no phase diagram, or a path no stripping path.
    """
    diagram = check(diagram, "phase_diagram")
    field = f"{basis}_fraction"
    temperature = shown(diagram["temperature"].to_numpy(), "temperature")
    composition = shown(diagram[field].to_numpy(), field)
    element = str(diagram[field].attrs.get("element", "")) or _first_element(diagram)
    t_limits = (float(np.nanmin(temperature)), float(np.nanmax(temperature)))
    t_limits = (t_limits[0], t_limits[1] + 0.03 * (t_limits[1] - t_limits[0]))
    x_limits = (0.0, 100.0)
    boundaries = _boundaries(diagram, composition, temperature)
    invariant_series, invariant_notes = _invariants(diagram, field)
    path_series, path_notes = _paths(paths, field)
    names = _field_names(diagram, composition, temperature, t_limits)
    other: Literal["mass", "mole"] = "mole" if basis == "mass" else "mass"
    return Figure(
        title=f"Phase diagram {diagram.attrs.get('system', '')}".strip(),
        caption=f"Phase boundaries of the system {diagram.attrs.get('system', '')}, computed. The lower scale is "
        f"{_WORDS[basis]}, the upper {_WORDS[other]}. Dotted: three phases meet."
        + (
            " Arrows: overall composition while the metal is stripped; points: the alloy, and where it leaves the "
            "liquid field."
            if paths
            else ""
        ),
        panels=(
            Panel(
                x=Axis(label=f"{element} content", unit=_WORDS[basis], quantity=field, limits=x_limits),
                y=axis_of("temperature", limits=t_limits),
                series=(*boundaries, *invariant_series, *path_series),
                notes=(*names, *invariant_notes, *path_notes),
                twins=(_other_basis(diagram, element, basis, other), _kelvin(t_limits)),
                height=1.25,
            ),
        ),
        notes=_notes(diagram, paths),
    )


def _first_element(diagram: xr.Dataset) -> str:
    return _elements(diagram)[0]


def _elements(diagram: xr.Dataset) -> tuple[str, str]:
    parts = str(diagram.attrs.get("system", "")).split("-")
    if len(parts) != 2:
        raise SchemaError("a phase diagram needs attrs['system'] such as 'Na-K'", found=repr("-".join(parts)))
    return parts[1], parts[0]


def _boundaries(diagram: xr.Dataset, composition: FloatArray, temperature: FloatArray) -> tuple[Series, ...]:
    """One series per kind of boundary: its lines one after another, with gaps between them."""
    kinds = [str(kind) for kind in diagram["boundary"].to_numpy()]
    phases = [phase_name(str(phase)) for phase in diagram["phase"].to_numpy()]
    others = [phase_name(str(phase)) for phase in diagram["other_phase"].to_numpy()]
    series = []
    for kind in sorted(
        set(kinds), key=lambda kind: (list(_ROLES).index(kind) if kind in _ROLES else len(_ROLES), kind)
    ):
        rows = [row for row, here in enumerate(kinds) if here == kind]
        gap = np.array([np.nan])
        hover: list[str] = []
        for row in rows:
            hover += [f"{kind}: {phases[row]} beside {others[row]}"] * composition.shape[1] + [""]
        series.append(
            Series(
                name=kind,
                x=np.concatenate([np.concatenate((composition[row], gap)) for row in rows]),
                y=np.concatenate([np.concatenate((temperature[row], gap)) for row in rows]),
                role=_ROLES.get(kind, "fourth"),
                hover=tuple(hover),
            )
        )
    return tuple(series)


def phase_name(phase: str) -> str:
    """Phase as it is written in a figure: ``bcc_K`` and ``Na2K`` become ``K(s)`` and ``Na₂K(s)``."""
    if phase.lower() == "liquid":
        return "liquid"
    return f"{phase.rsplit('_', 1)[-1].translate(_SUBSCRIPT)}(s)"


def _field_names(
    diagram: xr.Dataset, composition: FloatArray, temperature: FloatArray, t_limits: tuple[float, float]
) -> tuple[Note, ...]:
    """Name of each two-phase field in the middle of its tallest part, and of the liquid above its lowest point."""
    phases = [str(phase) for phase in diagram["phase"].to_numpy()]
    others = [str(phase) for phase in diagram["other_phase"].to_numpy()]
    span = t_limits[1] - t_limits[0]
    best: dict[frozenset[str], tuple[float, Note]] = {}
    for row in range(0, len(phases) - 1, 2):
        tall = float(np.ptp(temperature[row])) / span
        wide = np.abs(composition[row + 1] - composition[row]) / 100
        roomy = np.flatnonzero(wide >= max(_NARROWEST, 0.75 * float(wide.max())))
        if tall < _LOWEST or roomy.size == 0:
            continue
        at = int(roomy[roomy.size // 2]) if roomy.size < wide.size else wide.size // 2
        pair = sorted((phase_name(phases[row]), phase_name(others[row])), key=lambda name: (name != "liquid", name))
        middle = 0.5 * float(composition[row, at] + composition[row + 1, at])
        note = Note(text=" + ".join(pair), x=middle, y=float(temperature[row, at]), role="muted")
        area = tall * float(wide.mean())
        if area > best.get(frozenset(pair), (0.0, note))[0]:
            best[frozenset(pair)] = (area, note)
    notes = [note for _, note in best.values()]
    liquid = np.array([phase == "liquid" for phase in phases])
    if liquid.any():
        lowest = np.unravel_index(np.argmin(np.where(liquid[:, None], temperature, np.inf)), temperature.shape)
        height = 0.45 * float(temperature[lowest]) + 0.55 * t_limits[1]
        notes.append(Note(text="liquid", x=float(composition[lowest]), y=height, role="primary"))
    return tuple(notes)


def _invariants(diagram: xr.Dataset, field: str) -> tuple[tuple[Series, ...], tuple[Note, ...]]:
    if f"invariant_{field}" not in diagram:
        return (), ()
    at = shown(diagram[f"invariant_{field}"].to_numpy(), field)
    temperature = shown(diagram["invariant_temperature"].to_numpy(), "temperature")
    kinds = [str(kind) for kind in diagram["invariant_kind"].to_numpy()]
    series, notes = [], []
    for row, (kind, height) in enumerate(zip(kinds, temperature, strict=True)):
        low, high = float(at[row].min()), float(at[row].max())
        text = f"{kind} {with_unit(round(float(height), 1), 'degC')}"
        if low == high:
            series.append(_mark(low, float(height), text, "muted"))
            continue
        series.append(
            Series(
                name=text,
                x=np.array([low, high]),
                y=np.array([height, height]),
                style="dotted",
                role="model",
                hover=(text, text),
                in_legend=False,
            )
        )
        notes.append(
            Note(text=text, x=low + 0.02 * (high - low), y=float(height), anchor="left", level="below", role="model")
        )
    return tuple(series), tuple(notes)


def _mark(x: float, y: float, text: str, role: Role) -> Series:
    return Series(
        name=text, x=np.array([x]), y=np.array([y]), style="points", role=role, hover=(text,), in_legend=False
    )


def _paths(paths: Sequence[xr.Dataset], field: str) -> tuple[tuple[Series, ...], tuple[Note, ...]]:
    series: list[Series] = []
    notes: list[Note] = []
    for position, path in enumerate(paths):
        check(path, "stripping_path")
        role = CYCLE[(position + 3) % len(CYCLE)]
        name = str(path.attrs.get("alloy", f"alloy {position + 1}"))
        if "temperature" not in path.attrs:
            raise SchemaError("a path in a phase diagram needs attrs['temperature'] in K", found=f"{name} without it")
        height = float(shown(float(path.attrs["temperature"]), "temperature"))
        along = shown(path[field].to_numpy(), field)
        text = f"{name} at {with_unit(round(height, 1), 'degC')}"
        series.append(
            Series(
                name=f"{name} while stripped",
                x=np.array([along[0], along[-1]]),
                y=np.array([height, height]),
                style="arrow",
                role=role,
                hover=(text, f"{text}: all stripped"),
                in_legend=False,
            )
        )
        series.append(_mark(float(along[0]), height, text, role))
        notes.append(Note(text=name, x=float(along[0]), y=height, level="above", role=role))
        leaving = _leaving(path)
        if leaving is not None:
            charge = shown_number(float(path["specific_capacity"].to_numpy()[leaving]), "specific_capacity")
            words = f"{name} leaves the liquid field after {charge}"
            series.append(_mark(float(along[leaving]), height, words, role))
    return tuple(series), tuple(notes)


def _leaving(path: xr.Dataset) -> int | None:
    """The point of a path that lies nearest to the end of the liquid field, or ``None`` where it never lies in it."""
    if "capacity_to_liquidus" not in path:
        return None
    end = float(path["capacity_to_liquidus"])
    if not np.isfinite(end) or end <= 0:
        return None
    return int(np.argmin(np.abs(path["specific_capacity"].to_numpy() - end)))


def _other_basis(
    diagram: xr.Dataset, element: str, basis: Literal["mass", "mole"], other: Literal["mass", "mole"]
) -> Twin:
    second = next(symbol for symbol in _elements(diagram) if symbol != element)
    values = np.arange(0, 101, 10)
    return Twin(
        axis=Axis(label=f"{element} content", unit=_WORDS[other], quantity=f"{other}_fraction"),
        side="top",
        positions=tuple(_converted(value / 100, element, second, basis) * 100 for value in values),
        labels=tuple(str(value) for value in values),
    )


def _converted(fraction: np.float64, element: str, second: str, basis: Literal["mass", "mole"]) -> float:
    """A fraction of the other basis in this one."""
    parts = {element: float(fraction), second: 1 - float(fraction)}
    if basis == "mass":
        return Composition.from_mole_fractions(**parts).mass_fraction(element)
    return Composition.from_mass_fractions(**parts).mole_fraction(element)


def _kelvin(t_limits: tuple[float, float]) -> Twin:
    zero = float(shown(0.0, "temperature"))
    kelvin: npt.NDArray[np.float64] = np.arange(
        20 * np.ceil((t_limits[0] - zero) / 20), t_limits[1] - zero + 1e-9, 20.0
    )
    return Twin(
        axis=Axis(label="temperature", unit="K", quantity="temperature"),
        side="right",
        positions=tuple((kelvin + zero).tolist()),
        labels=tuple(number(float(value)) for value in kelvin),
    )


def _notes(diagram: xr.Dataset, paths: Sequence[xr.Dataset]) -> tuple[str, ...]:
    said = [str(record.attrs.get("label", "")) for record in (diagram, *paths)]
    return tuple(f"Phases: {text}." for text in dict.fromkeys(said) if text)
