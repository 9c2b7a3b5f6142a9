"""Which shape an arc of a spectrum has: half circle, depressed arc or finite-length diffusion, by evidence.

Voids of one depth make a half circle: the arc that :func:`alkanode.impedance.constriction` computes from the field differs from
one by 0.5 % of its resistance at most. Voids of many depths make a depressed arc, as most other processes do, so a depressed
arc speaks against nothing; a half circle or the 45-degree flank of diffusion is worth knowing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.impedance.circuits.fit_circuit import fit_circuit
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates

SHAPES: Final[Mapping[str, str]] = MappingProxyType(
    {"half circle (voids of one depth)": "K99", "depressed arc": "Zarc99", "finite-length diffusion": "Ws99"}
)
"""Shape -> the element that has it; numbered so that it cannot meet an element of the background."""

PEAK_OF_DIFFUSION: Final = 2.5403
"""omega tau_D at which -Im of a finite-length diffusion is largest."""


def compare_shapes(
    record: RecordLike,
    *,
    background: str = "R0",
    shapes: Mapping[str, str] = SHAPES,
    decisive: float = 10.0,
    weights: str = "modulus",
) -> xr.Dataset:
    """Fit one arc of several shapes beside a background, and compare them.

    Parameters
    ----------
    record
        Record of kind ``impedance``.
    background
        Circuit of everything else in the spectrum, for example ``"L0-R0-Zarc1"``. Default a resistance. What it leaves
        out the arc in question must explain, and the comparison is then worth nothing: look at ``relative_noise``.
    shapes
        Shape -> element of the circuit grammar. Default :data:`SHAPES`.
    decisive
        Odds over the next shape from which on one is named. Default 10.
    weights
        As in :func:`fit_circuit`.

    Returns
    -------
    Dataset
        Kind ``shape_comparison``: ``bic`` and ``probability`` over (spectrum, shape), ``shape_resistance`` (ohm) and
        ``shape_time`` (s, where -Im of the arc is largest) over the same, ``relative_noise``, and ``best_shape`` (text, ``""``
        where it cannot be said, or nothing was fitted).

    Raises
    ------
    SchemaError
        For a record of another kind, an unknown circuit, or fewer than two shapes.

    Notes
    -----
    A half circle is a depressed arc with exponent 1, so its odds over one are the root of the number of data at best: it is
    rarely named, and one beside noise never. Evidence is exp(-BIC/2): it takes residuals as independent. Misfit of the background makes them dependent and the odds
    too large, so odds are meant to be read only where ``relative_noise`` is that of the instrument.
    """
    record = check(record, "impedance")
    if len(shapes) < 2 or not decisive > 1:
        raise SchemaError("two shapes and odds above 1 are needed", found=f"{len(shapes)} shapes, odds {decisive:g}")
    fits = [fit_circuit(record, f"{background}-{element}", weights=weights) for element in shapes.values()]
    bic = np.stack([fit["bic"].to_numpy() for fit in fits], axis=1)
    usable = np.isfinite(bic).all(axis=1)
    behind = bic - np.where(usable, bic.min(axis=1), 0.0)[:, None]
    weight = np.exp(-0.5 * np.minimum(behind, 1400.0))
    order = np.argsort(bic, axis=1)
    each = np.arange(bic.shape[0])
    odds = np.exp(np.minimum(0.5 * (bic[each, order[:, 1]] - bic[each, order[:, 0]]), 700.0))
    names = np.array(list(shapes))
    values = [
        [fit["value"].sel(parameter=f"{element}_{name}").to_numpy() for name in ("R", "tau")]
        for fit, element in zip(fits, shapes.values(), strict=True)
    ]
    slow = np.array([PEAK_OF_DIFFUSION if element.startswith("Ws") else 1.0 for element in shapes.values()])
    noise = np.stack([fit["relative_noise"].to_numpy() for fit in fits], axis=1)
    result = xr.Dataset(
        {
            "bic": (("spectrum", "shape"), bic),
            "probability": (
                ("spectrum", "shape"),
                np.where(usable[:, None], weight / weight.sum(axis=1, keepdims=True), np.nan),
            ),
            "shape_resistance": (("spectrum", "shape"), np.stack([pair[0] for pair in values], axis=1)),
            "shape_time": (("spectrum", "shape"), np.stack([pair[1] for pair in values], axis=1) / slow),
            "relative_noise": (("spectrum", "shape"), noise),
            "best_shape": ("spectrum", np.where(usable & (odds >= decisive), names[order[:, 0]], "")),
        },
        coords={"shape": names, **spectrum_coordinates(record)},
        attrs={"background": background, "decisive": decisive, "weights": weights},
    )
    return label(result, "shape_comparison")
