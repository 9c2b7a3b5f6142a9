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
    clearance
        Voxels of the anode next to the interface that are left out, where the interface is known: few photons pass the
        electrolyte, and its blurred face is ten times stronger than the signal. Default 3.
    options
        Further keyword options of :func:`~alkanode.tomography.grains.attenuation_conservation`.
    balance
        Gives a record of kind ``attenuation_balance`` from a difference, the charge per area (C/m2) and the options.
    """

    areal_capacities: Mapping[str, float]
    clearance: float = 3.0
    options: Mapping[str, Any] = field(default_factory=dict)
    balance: Balance = balance_of
    name: ClassVar[str] = "conservation"

    def draft(self, draft: Draft) -> None:
        """One record per pair whose scans both have a charge."""
        for before, after, pair in draft.pairs:
            if not {before, after} <= set(self.areal_capacities):
                continue
            passed = float(self.areal_capacities[after]) - float(self.areal_capacities[before])
            plane = [("interface", draft.reference)] if draft.has("interface", draft.reference) else []
            if draft.ready(self.name, pair, [("difference", pair), *plane]):
                draft.add(
                    self.name,
                    pair,
                    f"pairs/{pair}/conservation.h5",
                    work=partial(balance_of_pair, step=self, passed=passed, plane=plane),
                    configuration={"passed": passed, "step": self},
                    needs=[("difference", pair), *plane],
                    weight=0.5,
                )


def balance_of_pair(
    place: Workplace,
    task: Task,
    rows: Rows,
    *,
    step: CheckConservation,
    passed: float,
    plane: list[tuple[str, str]],
) -> xr.Dataset:
    """Balance of one pair, over the anode where its interface is known."""
    difference = place.result("difference", task.subject)
    options = dict(step.options)
    if plane:
        options.setdefault("between", anode_heights(difference, place.result(*plane[0]), step.clearance))
    return step.balance(difference, passed, options)


def anode_heights(difference: xr.Dataset, interface: xr.Dataset, clearance: float) -> tuple[float, float]:
    """Lowest and highest z (m) of the anode, clear of the interface by some voxels."""
    z = difference["z"].to_numpy()
    voxel = abs(float(z[1] - z[0])) if z.size > 1 else 0.0
    side = float(interface["anode_side"])
    start = float(interface["plane_height"]) + side * clearance * voxel
    return (start, float(z.max())) if side > 0 else (float(z.min()), start)
