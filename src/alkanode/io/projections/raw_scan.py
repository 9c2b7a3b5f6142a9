"""What a source of scans hands over before it is checked, and how another source is added.

A source is a class with ``name`` and ``arrays(findings) -> RawScan | None``. It says where the frames lie, what they
are and what stands beside them; it notes defects and never raises for them. Units, angles, gaps and checks are not its
business: :func:`alkanode.io.projections.assembly.assemble` does them for all sources alike. ``open_projections`` and
``inspect_scan`` take such an object in place of a path.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from alkanode.io.projections.defects import Findings
from alkanode.io.projections.frames import FrameSource

Floats: TypeAlias = npt.NDArray[np.float64]

PROJECTION, FLAT, DARK, INVALID = 0, 1, 2, 3


@dataclass(frozen=True, kw_only=True)
class Part:
    """Frames of one dataset or folder.

    Attributes
    ----------
    frames
        Where they lie.
    keys
        (frame,) 0 projection, 1 flat, 2 dark, 3 invalid.
    where
        Name for messages.
    numbers
        (frame,) Number in the name of each file, where files are numbered.
    started
        When their scan began (ISO 8601), for frames of another scan.
    """

    frames: FrameSource
    keys: npt.NDArray[np.int64]
    where: str
    numbers: npt.NDArray[np.int64] | None = None
    started: str = ""


@dataclass(frozen=True, kw_only=True)
class RawAngles:
    """Angles as they are stored.

    Attributes
    ----------
    values
        One per projection, or one per frame.
    unit
        As written beside them, or empty.
    where
        Name for messages.
    """

    values: Floats
    unit: str
    where: str


@dataclass(kw_only=True)
class RawScan:
    """What a source hands over.

    Attributes
    ----------
    source, layout
        As in :class:`~alkanode.io.projections.ScanReport`.
    parts
        In the order taken, as far as known.
    angles
        ``None`` where the source has none.
    per_frame
        ``time`` (s since ``started``) and ``beam_monitor``: one value per frame, or per projection.
    facts
        ``pixel_size`` (m), ``photon_energy`` (J), ``exposure_time`` (s), ``detector_distance`` (m), where known.
    attrs
        ``started``, ``ended`` (ISO 8601), ``title`` and the like.
    """

    source: str
    layout: str
    parts: list[Part]
    angles: RawAngles | None = None
    per_frame: dict[str, Floats] = field(default_factory=dict)
    facts: dict[str, float] = field(default_factory=dict)
    attrs: dict[str, Any] = field(default_factory=dict)


@runtime_checkable
class ScanSource(Protocol):
    """What a source of scans offers."""

    @property
    def name(self) -> str:
        """Name for messages."""
        ...

    def arrays(self, findings: Findings) -> RawScan | None:
        """Say where everything lies; note what is wrong; ``None`` where there is nothing to go on."""
        ...


def keyed(count: int, key: int) -> npt.NDArray[np.int64]:
    """(frame,) the same key for every frame."""
    return np.full(count, key, np.int64)
