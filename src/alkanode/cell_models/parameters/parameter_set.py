"""All numbers that a model of one paper rests on."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import xarray as xr

from alkanode.cell_models.parameters.parameter import CompositionTable, Parameter, Role
from alkanode.data.schema import label
from alkanode.foundation.errors import StudyError
from alkanode.foundation.sources import Trust
from alkanode.materials.alloys import Alloy


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterSet:
    """A named set of parameters.

    A name is found with or without its unit in brackets and in any case: ``parameters["stack pressure"]``.

    Attributes
    ----------
    name
        For example ``"Wu2025"``.
    title
        What the set is about, for people.
    system
        The stack of the cell, for example ``"Na-K@carbon cloth | NASICON | Na"``.
    entries
        Full name -> parameter, in the order of the file.

    Examples
    --------
    >>> from alkanode.cell_models.parameters import load_parameters
    >>> parameters = load_parameters("Wu2025")
    >>> parameters["Stack pressure [Pa]"].value
    10000000.0
    >>> parameters.replace({"stack pressure": 2e6})["Stack pressure [Pa]"].trust.value
    'given by the user'
    """

    name: str
    title: str
    system: str
    entries: Mapping[str, Parameter]

    def __post_init__(self) -> None:
        object.__setattr__(self, "entries", MappingProxyType(dict(self.entries)))

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.name, self.title, self.system, dict(self.entries)))

    def __getitem__(self, name: str) -> Parameter:
        """A parameter by its name.

        Raises
        ------
        StudyError
            When the set has no such parameter; the nearest names are given.
        """
        return self.entries[self.full_name(name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        try:
            self.full_name(name)
        except StudyError:
            return False
        return True

    def full_name(self, name: str) -> str:
        """The full name of a parameter, with its unit.

        Parameters
        ----------
        name
            The full name, or the name without its unit, in any case.

        Raises
        ------
        StudyError
            When the set has no such parameter; the nearest names are given.
        """
        if name in self.entries:
            return name
        asked = " ".join(name.split()).casefold()
        for full, one in self.entries.items():
            if asked in (full.casefold(), one.plain_name.casefold()):
                return full
        by_folded = {one.plain_name.casefold(): full for full, one in self.entries.items()}
        near = difflib.get_close_matches(asked.partition("[")[0].strip(), by_folded, n=3, cutoff=0.5)
        known = ", ".join(repr(by_folded[one]) for one in near) if near else ", ".join(map(repr, self.entries))
        raise StudyError(
            f"the parameter set {self.name} has only known parameters",
            found=repr(name),
            todo=f"Did you mean {known}?" if near else f"Known: {known}",
        )

    def values(self, alloy: Alloy | str | None = None) -> dict[str, float]:
        """Numbers of all parameters, full name -> SI.

        Parameters
        ----------
        alloy
            The anode's alloy, needed where a value depends on it.

        Raises
        ------
        StudyError
            When a value depends on the alloy and none was given.
        """
        return {name: one.at(alloy) for name, one in self.entries.items()}

    def replace(
        self, changes: Mapping[str, float | Parameter], *, role: Role | None = None, fitted_to: str = ""
    ) -> ParameterSet:
        """The set with some values changed.

        Parameters
        ----------
        changes
            Name -> number in the unit of the name, or a whole parameter. Parameters that the set lacks may be added only
            as a whole :class:`Parameter`.
        role
            Role of the changed numbers; by default each keeps its own. ``"fitted"`` marks what a calibration found.
        fitted_to
            With the role ``"fitted"``: the data.

        Returns
        -------
        ParameterSet
            Changed numbers carry the trust label "given by the user" (of a fit "fitted") and no interval.

        Raises
        ------
        StudyError
            For a name that the set lacks, with the nearest names, or a value that is no number.
        """
        entries = dict(self.entries)
        for name, change in changes.items():
            if isinstance(change, Parameter):
                entries[change.name] = change
                continue
            full = self.full_name(name)
            if isinstance(change, bool) or not isinstance(change, int | float | np.floating | np.integer):
                raise StudyError(f"{full!r} is a number", found=repr(change))
            if not np.isfinite(change):
                raise StudyError(f"{full!r} is a finite number", found=repr(change))
            old = entries[full]
            new_role = role or old.role
            entries[full] = replace(
                old,
                value=float(change),
                role=new_role,
                trust=Trust.FITTED if role == "fitted" else Trust.GIVEN,
                source="",
                interval=None,
                relative_interval=None,
                fitted_to=(fitted_to or old.fitted_to) if new_role == "fitted" else "",
                note=f"in place of {_shown(old)} of {self.name}",
            )
        return replace(self, entries=entries)

    def rested_on(self, *roles: Role) -> tuple[Parameter, ...]:
        """Parameters of some roles, for example ``rested_on("fitted", "assumed")``."""
        return tuple(one for one in self.entries.values() if one.role in roles)

    def table(self, alloy: Alloy | str | None = None) -> xr.Dataset:
        """The set as a record.

        Parameters
        ----------
        alloy
            The anode's alloy, needed where a value depends on it.

        Returns
        -------
        Dataset
            Kind ``parameter_table``: per ``parameter`` its ``value``, ``lower`` and ``upper`` (NaN where nobody said), ``unit``,
            ``role``, ``trust``, ``source``, ``fitted_to``, ``note``. Sources stand in ``attrs["sources"]``.
        """
        entries = list(self.entries.values())
        bounds = [one.bounds(alloy) or (np.nan, np.nan) for one in entries]
        texts = {
            "parameter": [one.name for one in entries],
            "unit": [one.unit for one in entries],
            "role": [one.role for one in entries],
            "trust": [one.trust.value for one in entries],
            "source": [one.source for one in entries],
            "fitted_to": [one.fitted_to for one in entries],
            "note": [one.note for one in entries],
        }
        numbers = {
            "value": [one.at(alloy) for one in entries],
            "lower": [low for low, _ in bounds],
            "upper": [high for _, high in bounds],
        }
        record = xr.Dataset(
            {name: ("parameter", np.asarray(column, dtype=str)) for name, column in texts.items()}
            | {name: ("parameter", np.asarray(column, dtype=np.float64)) for name, column in numbers.items()},
            attrs={
                "parameter_set": self.name,
                "title": self.title,
                "system": self.system,
                "sources": " ".join(dict.fromkeys(one.source for one in entries if one.source)),
            },
        )
        return label(record, "parameter_table")


def _rebuild(name: str, title: str, system: str, entries: dict[str, Parameter]) -> ParameterSet:
    return ParameterSet(name=name, title=title, system=system, entries=entries)


def _shown(parameter: Parameter) -> str:
    if isinstance(parameter.value, CompositionTable):
        return "values by composition"
    return f"{parameter.value:g}"
