"""Contact of metal and electrolyte over the scans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alkanode.data.schema import check
from alkanode.plot.description import Axis, Figure, Panel, Series

if TYPE_CHECKING:
    import xarray as xr


def interface_contact(contact: xr.Dataset) -> Figure:
    """Contact-area fraction and spacing of voids over the scans.

    Parameters
    ----------
    contact
        An ``interface_contact`` record.

    Returns
    -------
    Figure
        Fraction with its interval (top) and spacing (bottom).
    """
    contact = check(contact, "interface_contact")
    names = (
        tuple(str(name) for name in contact["scan"].to_numpy())
        if "scan" in contact.coords
        else tuple(str(k + 1) for k in range(contact.sizes["scan"]))
    )
    places = np.arange(len(names), dtype=float)
    x = Axis(label="scan", categories=names, limits=(-0.5, len(names) - 0.5))
    fraction = Series(
        name="contact-area fraction",
        x=places,
        y=contact["contact_area_fraction"].to_numpy(),
        style="points",
        y_interval=_ends(contact, "contact_area_fraction", 1.0),
        in_legend=False,
    )
    spacing = Series(
        name="spacing of voids",
        x=places,
        y=1e6 * contact["void_spacing"].to_numpy(),
        style="points",
        y_interval=_ends(contact, "void_spacing", 1e6),
        role="second",
        in_legend=False,
    )
    return Figure(
        title="Contact at the electrolyte",
        caption="Share of the interface that touches metal (top), and mean distance between neighbouring voids (bottom). "
        "Values of a layer a few voxels above the electrolyte, intervals of its face.",
        panels=(
            Panel(x=x, y=Axis(label="contact-area fraction", limits=(0.0, 1.05)), series=(fraction,)),
            Panel(x=x, y=Axis(label="void spacing", unit="um"), series=(spacing,)),
        ),
        shared_x=True,
    )


def _ends(contact: xr.Dataset, name: str, scale: float) -> tuple[np.ndarray, np.ndarray] | None:
    """Ends of an interval over the scans, where the record has it; without a length where it is unknown."""
    if f"{name}_interval" not in contact:
        return None
    ends = contact[f"{name}_interval"].to_numpy()
    known = np.where(np.isfinite(ends), ends, contact[name].to_numpy()[:, None])
    return scale * known[:, 0], scale * known[:, 1]
