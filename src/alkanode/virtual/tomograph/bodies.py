"""Bodies with exact line integrals: what quadrics bound together.

A body is the set of points inside **all** of a few quadrics, (p - c)^T A (p - c) <= 1 with A positive semidefinite. A
ball, an ellipsoid, an endless cylinder and a slab are one quadric each; a disc is a cylinder and a slab, a cap a ball
and a slab, a box three slabs, a fibre that ends at the wall of a cell two cylinders. Each quadric is convex, so a ray
crosses it in one interval, and the length inside the body is the overlap of these intervals, without any approximation.

Bodies add up: each carries the **difference** of its attenuation to what surrounds it. A fibre of carbon in a film of
alloy is a cylinder of alloy that holds a thinner one of (carbon less alloy). Bodies may nest or stay apart; where two of
them overlap only partly, both differences count, so an object with a meaning avoids that by construction.

Points are (z, y, x) in m. The rotation axis of the tomograph is y = x = 0, and z = 0 is the middle of detector row 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError
from alkanode.numerics.rigid import rotation_matrix

Floats = npt.NDArray[np.float64]

Z_AXIS = (1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """What a few quadrics bound together, with what it adds to its surroundings.

    Attributes
    ----------
    attenuation
        Linear attenuation coefficient less that of what surrounds the body, 1/m.
    forms
        (quadric, 3, 3) matrices A, 1/m2, symmetric and positive semidefinite, components (z, y, x).
    centres
        (quadric, 3) points c, m.
    material
        Name of what fills the body, for :func:`alkanode.virtual.tomograph.voxel_materials`.
    decrement
        Refractive index decrement (delta in n = 1 - delta + i beta) less that of the surroundings, 1; only phase
        fringes look at it.
    """

    attenuation: float
    forms: Floats
    centres: Floats
    material: str = ""
    decrement: float = 0.0

    def inside(self, points: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Whether points (..., 3), in m, lie inside."""
        offset = np.asarray(points, dtype=np.float64)[..., None, :] - self.centres
        return np.asarray((np.einsum("...ki,kij,...kj->...k", offset, self.forms, offset) <= 1.0).all(axis=-1))

    def box(self) -> Floats:
        """Corners (2, 3) of a box, in m, that holds the body; not the smallest one.

        Raises
        ------
        PhysicsError
            For a body without end, such as a cylinder that nothing cuts.
        """
        count = len(self.forms)
        total = self.forms.sum(axis=0)
        scale = np.trace(total)
        if not np.isfinite(total).all() or np.linalg.eigvalsh(total)[0] <= 1e-14 * scale:
            raise PhysicsError("a body must end in every direction", found=self.material or "one that does not")
        # the sum of the quadrics holds the intersection: an ellipsoid around it
        middle = np.linalg.solve(total, np.einsum("kij,kj->i", self.forms, self.centres))
        rest = sum(float((c - middle) @ a @ (c - middle)) for a, c in zip(self.forms, self.centres, strict=True))
        reach = np.sqrt(max(count - rest, 0.0) * np.diag(np.linalg.inv(total)))
        low, high = middle - reach, middle + reach
        for form, centre in zip(self.forms, self.centres, strict=True):
            own = np.linalg.eigvalsh(form)
            if own[0] > 1e-12 * own[-1]:
                reach = np.sqrt(np.diag(np.linalg.inv(form)))
                low, high = np.maximum(low, centre - reach), np.minimum(high, centre + reach)
                continue
            for axis in range(3):
                others = [i for i in range(3) if i != axis]
                if not form[others].any():  # a slab across this axis
                    reach_here = 1.0 / np.sqrt(form[axis, axis])
                    low[axis] = max(low[axis], centre[axis] - reach_here)
                    high[axis] = min(high[axis], centre[axis] + reach_here)
        return np.stack([low, np.maximum(low, high)])

    def moved(
        self,
        shift: npt.ArrayLike = (0.0, 0.0, 0.0),
        rotation: npt.ArrayLike = (0.0, 0.0, 0.0),
        centre: npt.ArrayLike = (0.0, 0.0, 0.0),
    ) -> Body:
        """The body after a rigid motion p' = R(rotation)(p - centre) + centre + shift.

        Parameters
        ----------
        shift
            (z, y, x) in m.
        rotation
            Rotation vector (z, y, x) in rad; see :mod:`alkanode.numerics.rigid`.
        centre
            Point (z, y, x) in m that only the shift moves.
        """
        turn, middle = rotation_matrix(rotation), np.asarray(centre, dtype=np.float64)
        if not np.any(rotation):  # keeps slabs across an axis exact
            return replace(self, centres=self.centres + np.asarray(shift))
        return replace(
            self,
            forms=np.einsum("ij,kjl,ml->kim", turn, self.forms, turn),
            centres=(self.centres - middle) @ turn.T + middle + np.asarray(shift),
        )

    def cut(self, *others: Body) -> Body:
        """What of the body lies inside other bodies too; it keeps its own material."""
        return replace(
            self,
            forms=np.concatenate([self.forms, *(other.forms for other in others)]),
            centres=np.concatenate([self.centres, *(other.centres for other in others)]),
        )


def _one(attenuation: float, form: Floats, centre: npt.ArrayLike, material: str, decrement: float) -> Body:
    if not np.isfinite(form).all() or not np.isfinite(attenuation):
        raise PhysicsError("sizes above 0 and finite numbers are needed", found=material or "a body without size")
    return Body(attenuation, form[None], np.array([centre], dtype=np.float64), material, decrement)


def _positive(**sizes: float) -> None:
    for name, size in sizes.items():
        if not (np.isfinite(size) and size > 0):
            raise PhysicsError(f"{name} must be above 0", found=repr(size))


def _unit(direction: npt.ArrayLike) -> Floats:
    vector = np.asarray(direction, dtype=np.float64)
    length = float(np.linalg.norm(vector))
    _positive(**{"length of a direction": length})
    return vector / length


def sphere(
    centre: npt.ArrayLike, radius: float, attenuation: float, *, material: str = "", decrement: float = 0.0
) -> Body:
    """Ball around ``centre`` (z, y, x) of a radius in m; ``attenuation`` (1/m) less that of the surroundings."""
    _positive(radius=radius)
    return _one(attenuation, np.eye(3) / radius**2, centre, material, decrement)


def ellipsoid(
    centre: npt.ArrayLike,
    semi_axes: npt.ArrayLike,
    attenuation: float,
    *,
    rotation: npt.ArrayLike = (0.0, 0.0, 0.0),
    material: str = "",
    decrement: float = 0.0,
) -> Body:
    """Ellipsoid with semi-axes (z, y, x) in m, turned about its centre by a rotation vector in rad; see :func:`sphere`."""
    axes = np.asarray(semi_axes, dtype=np.float64)
    for size in axes:
        _positive(semi_axis=float(size))
    turn = rotation_matrix(rotation)
    return _one(attenuation, turn @ np.diag(axes**-2.0) @ turn.T, centre, material, decrement)


def slab(
    centre: npt.ArrayLike,
    thickness: float,
    attenuation: float = 0.0,
    *,
    normal: npt.ArrayLike = Z_AXIS,
    material: str = "",
    decrement: float = 0.0,
) -> Body:
    """Slab without end between two planes, ``thickness`` (m) apart, around ``centre``; to be cut by others."""
    _positive(thickness=thickness)
    n = _unit(normal)
    return _one(attenuation, np.outer(n, n) * (2.0 / thickness) ** 2, centre, material, decrement)


def endless_cylinder(
    point: npt.ArrayLike,
    direction: npt.ArrayLike,
    radius: float,
    attenuation: float = 0.0,
    *,
    material: str = "",
    decrement: float = 0.0,
) -> Body:
    """Round cylinder without ends through ``point`` along ``direction``, ``radius`` in m; to be cut by others."""
    _positive(radius=radius)
    d = _unit(direction)
    return _one(attenuation, (np.eye(3) - np.outer(d, d)) / radius**2, point, material, decrement)


def cylinder(
    centre: npt.ArrayLike,
    direction: npt.ArrayLike,
    radius: float,
    length: float,
    attenuation: float,
    *,
    material: str = "",
    decrement: float = 0.0,
) -> Body:
    """Round cylinder with flat ends: a fibre of any direction, or a disc along z; sizes in m, see :func:`sphere`."""
    body = endless_cylinder(centre, direction, radius, attenuation, material=material, decrement=decrement)
    return body.cut(slab(centre, length, normal=direction))


def box(
    centre: npt.ArrayLike, sides: npt.ArrayLike, attenuation: float, *, material: str = "", decrement: float = 0.0
) -> Body:
    """Box with sides (z, y, x) in m along the axes; see :func:`sphere`."""
    lengths = np.asarray(sides, dtype=np.float64)
    first, *others = (
        slab(centre, float(length), attenuation, normal=axis, material=material, decrement=decrement)
        for length, axis in zip(lengths, np.eye(3), strict=True)
    )
    return first.cut(*others)


def moved(
    bodies: Iterable[Body],
    shift: npt.ArrayLike = (0.0, 0.0, 0.0),
    rotation: npt.ArrayLike = (0.0, 0.0, 0.0),
    centre: npt.ArrayLike = (0.0, 0.0, 0.0),
) -> tuple[Body, ...]:
    """All bodies after one rigid motion; see :meth:`Body.moved` (m and rad)."""
    return tuple(body.moved(shift, rotation, centre) for body in bodies)


class Packed(NamedTuple):
    """Bodies as arrays for the kernels.

    Attributes
    ----------
    forms, centres
        Quadrics of all bodies, one behind another, 1/m2 and m.
    first
        (body + 1,) number of the first quadric of each.
    attenuation, decrement
        (body,) 1/m and 1.
    boxes
        (body, 2, 3) m.
    """

    forms: Floats
    centres: Floats
    first: npt.NDArray[np.int64]
    attenuation: Floats
    decrement: Floats
    boxes: Floats


def packed(bodies: Iterable[Body]) -> Packed:
    """Bodies as arrays; raises PhysicsError for none, and for one without end."""
    all_bodies = tuple(bodies)
    if not all_bodies:
        raise PhysicsError("an object of at least one body is needed", found="none")
    return Packed(
        forms=np.ascontiguousarray(np.concatenate([body.forms for body in all_bodies])),
        centres=np.ascontiguousarray(np.concatenate([body.centres for body in all_bodies])),
        first=np.cumsum([0, *(len(body.forms) for body in all_bodies)]).astype(np.int64),
        attenuation=np.array([body.attenuation for body in all_bodies], dtype=np.float64),
        decrement=np.array([body.decrement for body in all_bodies], dtype=np.float64),
        boxes=np.ascontiguousarray(np.stack([body.box() for body in all_bodies])),
    )
