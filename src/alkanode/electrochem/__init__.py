"""Cycling: critical stripping, shorts, contact loss."""

from alkanode.electrochem.contact_loss import ContactRule
from alkanode.electrochem.critical_stripping import critical_stripping, stripping_estimates
from alkanode.electrochem.failures import electrolyte_resistance, find_failures
from alkanode.electrochem.shorts import ShortRule

__all__ = [
    "ContactRule",
    "ShortRule",
    "critical_stripping",
    "electrolyte_resistance",
    "find_failures",
    "stripping_estimates",
]
