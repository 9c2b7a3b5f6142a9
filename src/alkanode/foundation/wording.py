"""Say once what was said many times with other numbers.

Blocks, scans and pairs say the same thing of themselves ("3 readings are at the limit", "5 readings are at the limit").
One sentence says it of all, with the range of each number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.]*\w)")
"""A number that stands alone; digits of a name (``scan_2``) belong to the name."""


def without_numbers(text: str) -> str:
    """A sentence with its numbers blotted out, by which those that differ in numbers only are told to be alike."""
    return _NUMBER.sub("#", text)


def merged(texts: Iterable[str], *, of: str = "blocks") -> list[str]:
    """Sentences of several blocks, those that differ in numbers only as one.

    Parameters
    ----------
    texts
        As the blocks said them, one after the other.
    of
        What said them, for the count; empty to leave it out.

    Returns
    -------
    list of str
        In the order in which they came up first.

    Examples
    --------
    >>> merged(["3 readings are dark", "no darks", "5 readings are dark"])
    ['3 to 5 readings are dark (2 blocks)', 'no darks']
    """
    groups: dict[str, list[str]] = {}
    for text in texts:
        groups.setdefault(without_numbers(text), []).append(text)
    return [_one_sentence(alike, of) for alike in groups.values()]


def _one_sentence(alike: Sequence[str], of: str) -> str:
    if len(alike) == 1:
        return alike[0]
    columns = zip(*(_NUMBER.findall(text) for text in alike), strict=True)
    ranges = iter([_range(column) for column in columns])
    sentence = _NUMBER.sub(lambda _: next(ranges), alike[0])
    return f"{sentence} ({len(alike)} {of})" if of else sentence


def _range(values: Sequence[str]) -> str:
    """``3 to 5``; one number where all are the same."""
    low, high = min(values, key=float), max(values, key=float)
    return low if float(low) == float(high) else f"{low} to {high}"
