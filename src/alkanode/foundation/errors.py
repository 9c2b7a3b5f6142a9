"""One hierarchy of errors and warnings.

An error says three things: what was needed, what was found, and what to do next.
"""

from __future__ import annotations


class AlkanodeError(Exception):
    """Base of every error that alkanode raises on purpose.

    Parameters
    ----------
    needed
        What the operation needed, as a sentence without a full stop.
    found
        What was there instead.
    todo
        What the user can do next.
    """

    def __init__(self, needed: str, *, found: str = "", todo: str = "") -> None:
        self.needed = needed
        self.found = found
        self.todo = todo
        parts = [needed.rstrip(".")]
        if found:
            parts[0] += f"; found {found.rstrip('.')}"
        if todo:
            parts.append(todo.rstrip("."))
        super().__init__(" ".join(part if part.endswith(("?", "!")) else f"{part}." for part in parts))

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.needed, self.found, self.todo))


def _rebuild(kind: type[AlkanodeError], needed: str, found: str, todo: str) -> AlkanodeError:
    """Make an error again from its three parts (so that it survives a process boundary)."""
    return kind(needed, found=found, todo=todo)


class SchemaError(AlkanodeError, ValueError):
    """A record, a cell or a table lacks something, or holds it in the wrong shape."""


class UnitsError(AlkanodeError, ValueError):
    """A text is not a quantity, or a quantity has the wrong dimension."""


class StudyError(AlkanodeError, ValueError):
    """A study or cell file asks for something that does not exist."""


class ReaderError(AlkanodeError, OSError):
    """A file cannot be read as what it claims to be."""

    def __str__(self) -> str:
        return str(self.args[0])


class PhysicsError(AlkanodeError, ValueError):
    """A request contradicts physics or leaves the range where a model holds."""


class ConvergenceError(AlkanodeError, RuntimeError):
    """A solver did not reach its tolerance."""


class MissingExtraError(AlkanodeError, ImportError):
    """An optional package is needed and absent."""


class AlkanodeWarning(UserWarning):
    """Base of every warning that alkanode gives."""


class ExtrapolationWarning(AlkanodeWarning):
    """A result lies outside the range of the data or model behind it."""


class DataQualityWarning(AlkanodeWarning):
    """Data were repaired, masked or doubted; the message says which and why."""
