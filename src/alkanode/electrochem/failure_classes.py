"""What a class of failure means for the rows and levels around it."""

from __future__ import annotations

import xarray as xr

LASTING = (
    "hard_short",
    "suspected_short",
    "contact_loss",
    "suspected_contact_loss",
    "depletion",
    "suspected_depletion",
)
"""Failures from which on a half cycle no longer shows the electrode as it was."""

BY_CURRENT = ("hard_short", "suspected_short", "contact_loss", "suspected_contact_loss", "soft_short_transient")
"""Failures that a smaller current might have avoided; a suspected soft short is a sign, no failure."""

BY_CHARGE = ("depletion", "suspected_depletion")
"""Failures that end a staircase and say nothing of the current: the metal was used up."""


def of_classes(failures: xr.Dataset, classes: tuple[str, ...]) -> xr.Dataset:
    """The events of some classes, in their order."""
    return failures.isel(event=failures["failure"].isin(list(classes)).to_numpy())
