"""What a reader says of its format: one line of the table of formats in the documentation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatInfo:
    """One line of the table of formats.

    Attributes
    ----------
    title
        Maker and kind of file, for example ``"BioLogic EC-Lab, binary"``.
    reads
        What comes out of the file.
    verified
        The real files it was checked on; empty where there was none, and the table then says "unverified".
    extra
        Name of the optional extra of alkanode that it needs, or none.
    """

    title: str
    reads: str
    verified: str = ""
    extra: str = ""
