"""Gather what can be made of a series; what cannot is named with its reason and leaves the rest alone."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from alkanode.foundation.errors import AlkanodeError

if TYPE_CHECKING:
    from alkanode.tomography.series import SeriesResult

T = TypeVar("T")

_DAMAGE = "Run the study again: what was damaged is made again"


@dataclass(frozen=True, slots=True)
class Gather:
    """Takes what a function makes, or why it cannot.

    Attributes
    ----------
    result
        The series.
    missing
        What could not be made -> why.
    """

    result: SeriesResult
    missing: MutableMapping[str, str]

    def __call__(self, into: MutableMapping[str, T], name: str, make: Callable[[], T]) -> None:
        """Add to ``into`` what ``make`` gives, or to ``missing`` what it says."""
        try:
            into[name] = make()
        except AlkanodeError as reason:
            self.missing[name] = str(reason)
        except Exception as error:  # damage on the disk raises errors of many kinds
            damaged = self._damaged()
            if not damaged:
                raise
            self.missing[name] = f"damage on the disk in {damaged} ({error}). {_DAMAGE}."

    def _damaged(self) -> str:
        """Volumes with slices that cannot be read; their marks are taken, so that the next run makes them again."""
        from alkanode.data.volumes import forget_damaged

        found = []
        for key, state in self.result.tasks.items():
            path = self.result.path(*key.split("/", 1))
            if state == "done" and path.suffix == ".zarr" and forget_damaged(path):
                found.append(key)
        return ", ".join(found)
