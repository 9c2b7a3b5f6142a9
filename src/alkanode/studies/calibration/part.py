"""A calibration as a part: fitted numbers with both intervals, what moves them, data beside predictions."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.studies.part import Part, Table
from alkanode.studies.wording import number

_MOVES = 1.1
"""Factor from which a confounder is told in a sentence."""


def calibration_part(found: xr.DataTree) -> Part:
    """What :func:`~alkanode.studies.calibration.calibrate` found.

    Parameters
    ----------
    found
        Its tree.

    Returns
    -------
    Part
        ``details["parameters"]`` and ``details["data"]`` in SI.
    """
    records = {name: found[name].to_dataset() for name in found.children}
    parameters = _parameters(records["posterior"])
    data = _data(records["predictive"])
    return Part(
        name="calibration",
        title=f"Calibration of {found.attrs['parameter_set']}: numbers tuned: {found.attrs['tuned']}, data: {found.attrs['data']}",
        details={"parameters": parameters, "data": data, "tuned": int(found.attrs["tuned"])},
        records=records,
        tables={"parameters": _parameter_table(parameters), "data": _data_table(data)},
        findings=tuple(_sentences(records, data)),
    )


def _parameters(posterior: xr.Dataset) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for k, name in enumerate(map(str, posterior["parameter"].to_numpy())):
        rows.append(
            {
                "parameter": name,
                "unit": str(posterior["unit"].to_numpy()[k]),
                "prior": str(posterior["prior"].to_numpy()[k]),
                "best": float(posterior["best"][k]),
                "interval": [float(end) for end in posterior["interval"].to_numpy()[k]],
                "honest_interval": [float(end) for end in posterior["honest_interval"].to_numpy()[k]],
                **{
                    key: float(posterior[key][k])
                    for key in ("effective_samples", "split_r_hat", "autocorrelation_time", "prior_share")
                },
            }
        )
    return rows


def _data(predictive: xr.Dataset) -> list[dict[str, object]]:
    return [
        {
            "datum": str(at["datum"].item()),
            "role": str(at["role"].item()),
            "measured": float(at["measured"]),
            "model": float(at["best"]),
            "interval": [float(end) for end in at["interval"]],
            "standardised_residual": float(at["standardised_residual"]),
        }
        for at in (predictive.isel(datum=k) for k in range(predictive.sizes["datum"]))
    ]


def _range(ends: object) -> str:
    low, high = ends if isinstance(ends, list) else (np.nan, np.nan)
    return f"{number(low)} to {number(high)}"


def _parameter_table(rows: list[dict[str, object]]) -> Table:
    return Table(
        title="Fitted numbers, 95 %",
        columns=("parameter", "best", "posterior alone", "with what was not fitted", "effective draws", "split R-hat"),
        rows=tuple(
            (
                str(row["parameter"]),
                _float(row["best"]),
                _range(row["interval"]),
                _range(row["honest_interval"]),
                _float(row["effective_samples"]),
                _float(row["split_r_hat"]),
            )
            for row in rows
        ),
    )


def _data_table(rows: list[dict[str, object]]) -> Table:
    return Table(
        title="Data beside the calibrated model, SI",
        columns=("datum", "role", "measured", "model", "new measurements, 95 %", "residual / standard errors"),
        rows=tuple(
            (
                str(row["datum"]),
                str(row["role"]),
                _float(row["measured"]),
                _float(row["model"]),
                _range(row["interval"]),
                _float(row["standardised_residual"]),
            )
            for row in rows
        ),
    )


def _float(value: object) -> float:
    return float(value) if isinstance(value, int | float) else np.nan


def _sentences(records: dict[str, xr.Dataset], data: list[dict[str, object]]) -> list[str]:
    said = []
    others = records["confounding"]
    for k, name in enumerate(map(str, others["parameter"].to_numpy())):
        factors = others["factor"].to_numpy()[:, :, k]
        for row, confounder in enumerate(map(str, others["confounder"].to_numpy())):
            low, high = others["end"].to_numpy()[row]
            if (
                np.nanmax(np.abs(np.log(np.clip(factors[row], 1e-12, None)))) > np.log(_MOVES)
                and (factors[row] > 0).all()
            ):
                said.append(
                    f"{name} moves by factors of {number(factors[row, 0])} and {number(factors[row, 1])} when {confounder}, which was not "
                    f"fitted, is {number(low)} or {number(high)}."
                )
    hidden = [row for row in data if row["role"] == "predicted"]
    for one in hidden:
        error = _float(one["model"]) / _float(one["measured"]) - 1
        said.append(f"Not fitted, predicted: {one['datum']}, {100 * error:+.0f} %.")
    return said
