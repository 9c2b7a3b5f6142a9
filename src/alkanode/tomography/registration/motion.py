"""A rigid motion in voxels of the full resolution, and its composition with small steps."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from alkanode.numerics.rigid import rotation_matrix, rotation_vector
from alkanode.tomography.registration.voxel_grid import Floats


@dataclass(frozen=True, slots=True)
class Motion:
    """A point p of the fixed volume lies at ``R (p - c) + c + t`` in the moving one.

    Attributes
    ----------
    rotation
        (3, 3) R.
    shift
        (3,) t, voxels.
    centre
        (3,) c, index of the fixed volume.
    """

    rotation: Floats
    shift: Floats
    centre: Floats

    @classmethod
    def none(cls, centre: Floats) -> Motion:
        """Nothing moves."""
        return cls(rotation=np.eye(3), shift=np.zeros(3), centre=centre)

    @classmethod
    def of(cls, shift: Floats, rotation: Floats, centre: Floats) -> Motion:
        """From a shift (voxels) and a rotation vector (rad)."""
        return cls(rotation=rotation_matrix(rotation), shift=np.asarray(shift, dtype=np.float64), centre=centre)

    @property
    def vector(self) -> Floats:
        """(3,) rotation vector, rad."""
        return rotation_vector(self.rotation)

    @property
    def constant(self) -> Floats:
        """What is added after the rotation about the origin: ``p' = R p + constant``."""
        return np.asarray(self.centre + self.shift - self.rotation @ self.centre)

    def apply(self, points: Floats) -> Floats:
        """(point, 3) where points lie in the moving volume."""
        return np.asarray(points @ self.rotation.T + self.constant)

    def after_inverse_of(self, shift: Floats, rotation: Floats) -> Motion:
        """The motion after the inverse of a small one about the same centre.

        The fixed volume moved by the small motion looks like the moving volume brought back by the motion as it was; both are
        joined so that the fixed volume stays where it is.
        """
        turned = self.rotation @ rotation_matrix(rotation).T
        return replace(self, rotation=turned, shift=self.shift - turned @ shift)

    def displacement(self, points: Floats) -> Floats:
        """(point,) distance that points move, voxels."""
        return np.asarray(np.linalg.norm(self.apply(points) - points, axis=1))


def moved_by(shift: Floats, rotation: Floats, offsets: Floats) -> Floats:
    """(point,) length of the displacement by a small motion, at offsets (point, 3) from its centre."""
    return np.asarray(np.linalg.norm(shift + offsets @ (rotation_matrix(rotation) - np.eye(3)).T, axis=1))
