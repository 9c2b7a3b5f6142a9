"""Pictures and bodies of a figure: slices of a volume as pixels, grains as meshes.

They stand in a panel beside its series and maps (:mod:`alkanode.plot.description`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import SchemaError
from alkanode.plot.roles import Role

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Pixels in a panel; of several frames the report shows one at a time, chosen with a slider.

    Attributes
    ----------
    name
        What is seen.
    frames
        One array (row, column, 3) of red, green and blue per frame, all of one shape; row 0 is at ``y[0]``.
    labels
        One text per frame, for example ``"z = 130 um"``; ``("",)`` for a single frame.
    x, y
        Outer ends of the first and the last column and row, in numbers of the axes.
    shown
        Frame that is drawn where only one can be.
    """

    name: str
    frames: tuple[Pixels, ...]
    labels: tuple[str, ...]
    x: tuple[float, float]
    y: tuple[float, float]
    shown: int = 0

    def __post_init__(self) -> None:
        shapes = {frame.shape for frame in self.frames}
        if len(shapes) != 1 or any(len(shape) != 3 or shape[2] != 3 for shape in shapes):
            raise SchemaError(
                f"picture {self.name!r} needs frames of one shape (row, column, 3)", found=str(sorted(shapes))
            )
        if len(self.labels) != len(self.frames) or not 0 <= self.shown < len(self.frames):
            raise SchemaError(
                f"picture {self.name!r} needs one label per frame and a frame to show",
                found=f"{len(self.frames)} frames, {len(self.labels)} labels, shown {self.shown}",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mesh:
    """The surface of a body.

    Attributes
    ----------
    name
        Text in the legend.
    vertices
        Shape (vertex, 3): x, y, z in numbers of the axes.
    faces
        Shape (face, 3): numbers of vertices.
    role
        What the colour stands for (:data:`alkanode.plot.roles.Role`).
    opacity
        0 (not seen) to 1 (solid).
    """

    name: str
    vertices: npt.NDArray[np.float32]
    faces: npt.NDArray[np.int32]
    role: Role = "primary"
    opacity: float = 1.0

    def __post_init__(self) -> None:
        if self.vertices.ndim != 2 or self.vertices.shape[1] != 3 or self.faces.ndim != 2 or self.faces.shape[1] != 3:
            raise SchemaError(
                f"mesh {self.name!r} needs vertices (vertex, 3) and faces (face, 3)",
                found=f"{self.vertices.shape} and {self.faces.shape}",
            )
        if self.faces.size and int(self.faces.max()) >= len(self.vertices):
            raise SchemaError(
                f"the faces of mesh {self.name!r} name a vertex that is not there",
                found=f"{int(self.faces.max())} of {len(self.vertices)}",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Bodies in three dimensions; the panel's axes are x and y, and a third runs upwards.

    Attributes
    ----------
    meshes
        The bodies.
    z_label, z_unit
        The third axis.
    z_reversed
        Whether its numbers run downwards.
    limits
        Ends of x, y and z.
    """

    meshes: tuple[Mesh, ...]
    limits: tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
    z_label: str = "z"
    z_unit: str = "um"
    z_reversed: bool = False
