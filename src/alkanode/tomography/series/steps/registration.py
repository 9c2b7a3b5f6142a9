"""Step: how each scan lies upon the reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.steps.comparable import check_comparable
from alkanode.tomography.series.task import Rows, Task, Workplace


def register_of(moving: xr.Dataset, fixed: xr.Dataset, scan: str, options: Mapping[str, Any]) -> xr.Dataset:
    """Shift and rotation of one scan: :func:`alkanode.tomography.registration.register`."""
    from alkanode.tomography.registration import register

    return register(moving, fixed, scan=scan, **options)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterScans:
    """Find the motion of each scan against the reference.

    Attributes
    ----------
    options
        Keyword options of :func:`~alkanode.tomography.registration.register`: ``mask`` (as a rule, ``FixedMaterial``),
        ``start``, ``options``.
    register
        Gives a record of kind ``registration`` with one scan.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    register: Callable[[xr.Dataset, xr.Dataset, str, Mapping[str, Any]], xr.Dataset] = register_of
    name: ClassVar[str] = "registration"

    def draft(self, draft: Draft) -> None:
        """One record per scan other than the reference."""
        reference = draft.reference
        for scan in draft.scans:
            needs = [(step, name) for step in ("volume", "axis") for name in (scan, reference)]
            if scan == reference or not draft.ready(self.name, scan, needs):
                continue
            draft.add(
                self.name,
                scan,
                f"scans/{scan}/registration.h5",
                work=partial(registration_of_scan, register=self.register, options=self.options, reference=reference),
                configuration={"options": self.options, "register": self.register},
                needs=needs,
                scans=(scan,),
                weight=5.0,
            )


def registration_of_scan(
    place: Workplace,
    task: Task,
    rows: Rows,
    *,
    register: Callable[[xr.Dataset, xr.Dataset, str, Mapping[str, Any]], xr.Dataset],
    options: Mapping[str, Any],
    reference: str,
) -> xr.Dataset:
    """Motion of one scan against the reference; refused where a shift could not be observed.

    ``axis_displacement_error`` (m) is added: by how much the errors of both rotation axes displace the slices against each
    other. The slices are laid upon one another all the same; only where the sample stood is uncertain by it.

    Raises
    ------
    PhysicsError
        When a shift cannot be told: the sample left the view, or what does not change has no edges. A rotation that
        cannot be told is held at zero, with a warning.
    """
    moving, fixed = place.result("volume", task.subject), place.result("volume", reference)
    check_comparable(moving, fixed, (task.subject, reference))
    found = register(moving, fixed, task.subject, options)
    blind = [axis for axis, error in zip("zyx", found["shift_error"].to_numpy()[0], strict=True) if np.isposinf(error)]
    if blind:
        raise PhysicsError(
            f"{task.subject} must show edges of the material by which it is laid upon {reference}",
            found=f"none by which its shift along {', '.join(blind)} can be told",
            todo="Did the sample leave the view? Else widen the range of material that does not change (mask of "
            "RegisterScans, fixed in a study) to one with edges, such as fibres",
        )
    error = axis_displacement_error(place, task.subject, reference)
    return label(found.assign(axis_displacement_error=("scan", [error])), "registration")


def axis_displacement_error(place: Workplace, scan: str, reference: str) -> float:
    """Standard error (m) of the place of a scan by those of its axis and of the reference's; NaN for axes that were given.

    An axis is taken to lie within its interval like within two standard errors.
    """
    from alkanode.tomography.rotation_axis import displacement_per_column

    opened = place.scan(scan)
    turned = opened["rotation_angle"].to_numpy()[opened["image_key"].to_numpy() == 0]
    ends = [place.result("axis", name).attrs for name in (scan, reference)]
    own, other = (0.25 * (float(one["consensus_upper"]) - float(one["consensus_lower"])) for one in ends)
    return displacement_per_column(turned) * float(opened["pixel_size"]) * float(np.hypot(own, other))
