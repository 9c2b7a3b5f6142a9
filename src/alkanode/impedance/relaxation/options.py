"""Options of an inversion: read, checked, completed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import xarray as xr

from alkanode.foundation.errors import SchemaError
from alkanode.impedance.frequency_grids import FrequencyGrid, all_masked, frequency_grids
from alkanode.impedance.relaxation.basis import BasisName
from alkanode.impedance.relaxation.columns import TAIL_EXPONENTS
from alkanode.impedance.relaxation.inversion import InversionOptions, Part, Weights
from alkanode.impedance.relaxation.lambda_choice import METHODS, Method
from alkanode.impedance.relaxation.presets import apply_preset
from alkanode.impedance.relaxation.window import check_grid_options

DEFAULTS: dict[str, object] = {
    "regularisation": 1e-3,
    "penalty_order": 1,
    "weights": None,
    "inductance": True,
    "part": "both",
}
"""What :func:`alkanode.impedance.relaxation_times` takes where nothing is said, as far as a preset may fix it."""


def read_options(
    *,
    regularisation: float | str,
    penalty_order: int,
    points_per_decade: int,
    extend_decades: float,
    weights: Weights | None,
    inductance: bool,
    part: Part,
    basis: BasisName,
    basis_width: float,
    capacitance: bool,
    blocking: bool | Sequence[float],
    free_sign: tuple[float, float] | None,
    preset: str | None,
) -> tuple[InversionOptions, Method | None]:
    """Checked options, and how lambda is to be chosen (``None``: it is given).

    Raises
    ------
    SchemaError
        For an option out of range.
    """
    chosen: dict[str, object] = {
        "regularisation": regularisation,
        "penalty_order": penalty_order,
        "weights": weights,
        "inductance": inductance,
        "part": part,
    }
    chosen = apply_preset(preset, chosen, DEFAULTS)
    exponents = _tail_exponents(blocking)
    if chosen["weights"] is None:
        chosen["weights"] = "modulus" if exponents or capacitance else "unit"
    lam = chosen.pop("regularisation")
    method = cast(Method, lam) if isinstance(lam, str) else None
    demands = (
        (method is None or method in METHODS, f"regularisation must be positive or one of {METHODS}", lam),
        (method is not None or _positive(lam), "regularisation must be positive", lam),
        (chosen["penalty_order"] in {0, 1, 2}, "penalty_order must be 0, 1 or 2", penalty_order),
        (chosen["weights"] in {"unit", "modulus"}, "weights must be 'unit' or 'modulus'", weights),
        (chosen["part"] in {"both", "real", "imaginary"}, "part must be 'both', 'real' or 'imaginary'", part),
        (method != "re-im" or chosen["part"] == "both", "re-im cross-validation needs part='both'", part),
        (basis in {"tent", "gaussian"}, "basis must be 'tent' or 'gaussian'", basis),
        (0.2 <= basis_width <= 1, "basis_width must lie between 0.2 and 1", basis_width),
        (free_sign is None or _interval(free_sign), "free_sign must be two increasing relaxation times (s)", free_sign),
    )
    for good, needed, found in demands:
        if not good:
            raise SchemaError(needed, found=repr(found))
    check_grid_options(points_per_decade, extend_decades)
    options = InversionOptions(
        regularisation=np.nan if method is not None else float(cast(float, lam)),
        basis=basis,
        basis_width=basis_width,
        capacitance=capacitance,
        tail_exponents=exponents,
        free_sign=free_sign,
        penalty_order=cast(int, chosen["penalty_order"]),
        weights=cast(Weights, chosen["weights"]),
        inductance=cast(bool, chosen["inductance"]),
        part=cast(Part, chosen["part"]),
    )
    return options, method


def usable_grids(record: xr.Dataset) -> list[FrequencyGrid]:
    """Frequency grids of an impedance record that has at least one unmasked spectrum."""
    grids = frequency_grids(record)
    if not grids:
        raise all_masked(record)
    return grids


def _positive(value: object) -> bool:
    return isinstance(value, int | float | np.number) and bool(np.isfinite(value)) and float(value) > 0


def _interval(ends: Sequence[float]) -> bool:
    return len(ends) == 2 and all(_positive(end) for end in ends) and ends[0] < ends[1]


def _tail_exponents(blocking: bool | Sequence[float]) -> tuple[float, ...]:
    if isinstance(blocking, bool):
        return TAIL_EXPONENTS if blocking else ()
    exponents = tuple(sorted({float(exponent) for exponent in blocking}))
    if not exponents or not all(0 < exponent <= 1 for exponent in exponents):
        raise SchemaError("the exponents of blocking tails must lie above 0 and up to 1", found=repr(blocking))
    return exponents
