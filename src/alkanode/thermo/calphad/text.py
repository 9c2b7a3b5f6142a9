"""The text of a user's TDB file, whatever program has written it."""

from __future__ import annotations

import codecs
from pathlib import Path

from alkanode.foundation.errors import ReaderError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def database_text(path: Path) -> str:
    """Text of a TDB file: UTF-8, UTF-16 with its mark, or one byte per letter.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    ReaderError
        When there is no such file, or none that holds the text of a database.
    """
    try:
        raw = path.read_bytes()
    except (OSError, ValueError) as cause:
        raise ReaderError("a TDB file is needed", found=f"no file {path}") from cause
    encoding = next((name for mark, name in _MARKS if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    if "\x00" in text:
        raise ReaderError("a TDB file of text is needed", found=f"bytes of another kind in {path.name}")
    if not text.strip():
        raise ReaderError("a TDB file with phases is needed", found=f"an empty file {path.name}")
    return text.replace("\r\n", "\n").replace("\r", "\n")
