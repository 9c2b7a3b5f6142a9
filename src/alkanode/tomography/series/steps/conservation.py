"""Step: the summed change of attenuation of each pair against the charge that passed between its scans."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import xarray as xr

from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.task import Rows, Task, Workplace

Balance = Callable[[xr.Dataset, float, Mapping[str, Any]], xr.Dataset]


def balance_of(difference: xr.Dataset, areal_capacity: float, options: Mapping[str, Any]) -> xr.Dataset:
    """The balance: :func:`alkanode.tomography.grains.attenuation_conservation`."""
    from alkanode.tomography.grains import attenuation_conservation

    return attenuation_conservation(difference, areal_capacity=areal_capacity, **options)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckConservation:
    """Compare attenuation with charge, for the pairs whose charge is known.

    Attributes
    ----------
    areal_capacities
        Scan -> charge per area that had passed at its middle (C/m2), positive where metal was stripped.
    options
        Further keyword options of :func:`~alkanode.tomography.grains.attenuation_conservation`.
    balance
        Gives a record of kind ``attenuation_balance`` from a difference, the charge per area (C/m2) and the options.
    """

    areal_capacities: Mapping[str, float]
    options: Mapping[str, Any] = field(default_factory=dict)
    balance: Balance = balance_of
    name: ClassVar[str] = "conservation"

    def draft(self, draft: Draft) -> None:
        """One record per pair whose scans both have a charge."""
        for before, after, pair in draft.pairs:
            if not {before, after} <= set(self.areal_capacities):
                continue
            passed = float(self.areal_capacities[after]) - float(self.areal_capacities[before])
            if draft.ready(self.name, pair, [("difference", pair)]):
                draft.add(
                    self.name,
                    pair,
                    f"pairs/{pair}/conservation.h5",
                    work=partial(balance_of_pair, balance=self.balance, passed=passed, options=self.options),
                    configuration={"passed": passed, "options": self.options, "balance": self.balance},
                    needs=[("difference", pair)],
                    weight=0.5,
                )


def balance_of_pair(
    place: Workplace, task: Task, rows: Rows, *, balance: Balance, passed: float, options: Mapping[str, Any]
) -> xr.Dataset:
    """Balance of one pair."""
    return balance(place.result("difference", task.subject), passed, options)
