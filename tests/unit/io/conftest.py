"""A maker of small .mpr files, so that layouts no measured file has can be tested."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest


def _module(name: bytes, version: int, body: bytes, *, new: bool) -> bytes:
    head = b"MODULE" + name.ljust(10) + name.ljust(25)
    size = struct.pack("<III", 0xFFFFFFFF, len(body), 0) if new else struct.pack("<I", len(body))
    return head + size + struct.pack("<I", version) + b"05.15.25" + body


@pytest.fixture
def make_mpr(tmp_path: Path) -> Callable[..., Path]:
    """Write an .mpr file from column numbers and a structured array."""

    def make(
        ids: Sequence[int], rows: np.ndarray, *, version: int = 11, technique: int = 0x76, days: float = 45792.5
    ) -> Path:
        wide = version >= 10
        head = struct.pack("<I", rows.size) + struct.pack("<H" if wide else "<B", len(ids))
        head += struct.pack(f"<{len(ids)}H", *ids)
        start = {2: 405, 3: 406, 10: 1007, 11: 1007}.get(version, 1007)
        log = bytearray(1100)
        struct.pack_into("<d", log, 585, days)
        content = b"BIO-LOGIC MODULAR FILE\x1a".ljust(48) + bytes(4)
        content += _module(b"VMP Set", 10, bytes([technique]).ljust(0x300, b"\0"), new=wide)
        content += _module(b"VMP data", version, head.ljust(start, b"\0") + rows.tobytes(), new=wide)
        content += _module(b"VMP LOG", 10, bytes(log), new=wide)
        path = tmp_path / "made.mpr"
        path.write_bytes(content)
        return path

    return make
