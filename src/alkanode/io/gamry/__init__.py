"""Gamry Framework: data files."""

from alkanode.io.gamry.reader import GamryReader

__all__ = ["GamryReader"]
