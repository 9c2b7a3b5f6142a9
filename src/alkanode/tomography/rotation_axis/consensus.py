"""One number from several methods, or a refusal."""

from __future__ import annotations

import numpy as np

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate, Trust
from alkanode.tomography.rotation_axis.find_axis import summary


def axis_estimate(record: RecordLike) -> Estimate:
    """Detector column of the rotation axis on which the methods agree.

    Parameters
    ----------
    record
        Kind ``rotation_axis`` from :func:`find_axis`.

    Returns
    -------
    Estimate
        The median of the usable methods, in columns. The interval holds all of them and twice the smallest standard
        error on either side; the label says how many agree and how closely.

    Raises
    ------
    PhysicsError
        When fewer than two methods are usable, or they differ by more than the tolerance of the record. The message
        names every value.
    """
    found = check(record, "rotation_axis")
    usable = found["usable"].to_numpy()
    columns = found["axis_column"].to_numpy()[usable]
    tolerance = float(found.attrs.get("tolerance_pixels", 1.0))
    if columns.size < 2 or float(np.ptp(columns)) > tolerance:
        raise PhysicsError(
            f"at least two methods have to agree on the rotation axis within {tolerance:g} pixels",
            found=summary(found),
            todo="Look at the curves, then give the column by hand, a wider search, or a larger tolerance_pixels",
        )
    middle = float(np.median(columns))
    errors = found["standard_error"].to_numpy()[usable]
    noise = 2 * float(np.nanmin(errors)) if np.isfinite(errors).any() else 0.0
    low, high = float(columns.min()) - noise, float(columns.max()) + noise
    return Estimate(
        value=middle,
        unit="1",
        quantity="axis_column",
        interval=(low, high),
        label=f"{Trust.COMPUTED}; {columns.size} of {usable.size} methods usable, "
        f"within {float(np.ptp(columns)):.2f} pixels; interval spans methods and twice a standard error",
    )
