"""Arbin: result files, which are databases."""

from alkanode.io.arbin.reader import ArbinReader

__all__ = ["ArbinReader"]
