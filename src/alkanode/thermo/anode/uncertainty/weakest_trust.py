"""The trust label of a record that rests on more than an assessment."""

from __future__ import annotations

from collections.abc import Iterable

import xarray as xr

from alkanode.foundation.sources import Trust


def lower_trust(record: xr.Dataset, labels: Iterable[Trust]) -> None:
    """Make the trust label of a record no better than the weakest of some labels."""
    weak = {label for label in (*labels, Trust(record.attrs["trust"])) if label.weak}
    if weak:
        record.attrs["trust"] = (Trust.ASSUMED if Trust.ASSUMED in weak else Trust.RECALLED).value
