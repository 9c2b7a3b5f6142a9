"""Critical stripping as a part of a study."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.control import by_voltage
from alkanode.data.steps import current_sign
from alkanode.electrochem import critical_stripping, stripping_estimates
from alkanode.foundation.errors import StudyError
from alkanode.foundation.sources import Estimate
from alkanode.plot.describe_cycling import stripping as describe_stripping
from alkanode.studies.blocks import Stripping
from alkanode.studies.part import Part
from alkanode.studies.wording import shown, worded


def stripping_part(record: xr.Dataset, cell: Cell | None, settings: Stripping, path: xr.Dataset | None) -> Part:
    """Capacity stripped at each cut-off, in the light of the phase diagram where the alloy has one.

    Parameters
    ----------
    record
        Cycling record.
    cell
        The cell, or ``None`` for a bare file: the anode is then the working electrode.
    settings
        Block of the study.
    path
        Stripping path of the alloy, or ``None``.

    Raises
    ------
    StudyError
        When no controlled current flows in the record.
    """
    flowing = current_sign(record) != 0
    if not (flowing & ~by_voltage(record)).any():
        raise StudyError(
            "critical stripping needs a record in which a controlled current flows",
            found="no current" if not flowing.any() else "voltage control only, as in a voltammogram",
        )
    mass = None if cell is None else cell.anode.mass
    limit = critical_stripping(
        record,
        cell,
        cutoff=settings.cutoffs,
        path=path if mass is not None else None,
        half_cycle=settings.half_cycle,
        series_resistance=settings.series_resistance,
    )
    estimates = stripping_estimates(limit, cell)
    if mass is not None and path is not None:
        estimates |= _shares(limit, cell, path)
    figure = describe_stripping(
        record,
        area=None if cell is None else cell.effective_area,
        mass=mass,
        path=path if mass is not None else None,
        limit=limit,
        stripped="working" if cell is None else cell.anode_role,
    )
    levels = limit["cutoff"].to_numpy()
    return Part(
        name="stripping",
        title="Critical stripping",
        estimates=estimates,
        details={
            "half_cycle": int(limit.attrs["half_cycle"]),
            "not_reached_V": [float(level) for level in levels[~limit["reached"].to_numpy()]],
            "largest_voltage_V": float(limit.attrs["largest_voltage"]),
            "charge_from": str(limit.attrs["charge_from"]),
            "convention": str(limit.attrs["convention"]),
        },
        records={"critical_stripping": limit},
        figures={"stripping": figure},
        findings=tuple(_findings(limit, estimates, path)),
    )


def _shares(limit: xr.Dataset, cell: Cell | None, path: xr.Dataset) -> dict[str, Estimate]:
    """Shares of theory and of the capacity to the liquidus, with the interval of the liquidus."""
    shares: dict[str, Estimate] = {}
    low, high = (float(bound) for bound in path["capacity_to_liquidus_interval"].to_numpy())
    for index, level in enumerate(limit["cutoff"].to_numpy()):
        if not bool(limit["reached"][index]):
            continue
        capacity = stripping_estimates(limit, cell)[f"specific_capacity_at_{level:g}_V"].interval
        if capacity is None:
            continue
        theory = float(path["theoretical_capacity"])
        shares[f"share_of_theory_at_{level:g}_V"] = Estimate(
            value=float(limit["share_of_theory"][index]),
            unit="1",
            quantity="fraction",
            interval=(capacity[0] / theory, capacity[1] / theory),
            label="measured over theory (F x / M); interval: that of the capacity",
        )
        if low > 0:
            shares[f"share_of_liquidus_at_{level:g}_V"] = Estimate(
                value=float(limit["share_of_liquidus"][index]),
                unit="1",
                quantity="fraction",
                interval=(capacity[0] / high, capacity[1] / low),
                label=f"measured over {path.attrs.get('label', 'the capacity to the liquidus')}; interval: that of the "
                "capacity over that of the liquidus",
            )
    return shares


def _findings(limit: xr.Dataset, estimates: dict[str, Estimate], path: xr.Dataset | None) -> list[str]:
    reached = [float(level) for level in limit["cutoff"].to_numpy()[limit["reached"].to_numpy()]]
    if not reached:
        stripped = f"{shown(float(limit.attrs['charge_stripped']), 'charge')} was stripped. [measured]"
        if limit["above_from_start"].to_numpy().any():
            return [
                "No critical stripping capacity can be read: the voltage stood at or above a cut-off before the half cycle "
                f"began; {stripped}"
            ]
        if not np.isfinite(limit.attrs["largest_voltage"]):
            return [f"No cut-off can be judged: the voltage is unknown while stripping; {stripped}"]
        largest = shown(float(limit.attrs["largest_voltage"]), "voltage")
        return [f"The voltage never reached a cut-off while stripping: it stayed at or below {largest}, and {stripped}"]
    best = "specific_capacity" if f"specific_capacity_at_{reached[0]:g}_V" in estimates else "areal_capacity"
    best = best if f"{best}_at_{reached[0]:g}_V" in estimates else "charge"
    parts = [f"{worded(estimates[f'{best}_at_{level:g}_V'])} at {level:g} V" for level in reached]
    values = np.array([estimates[f"{best}_at_{level:g}_V"].value for level in reached], dtype=float)
    sentence = f"The anode gave {', '.join(parts)}."
    if len(reached) > 1 and values.max() > 0:
        spread = 100 * (values.max() - values.min()) / values.max()
        sentence += f" The choice of the cut-off moves the capacity by {spread:.2g} %."
    findings = [sentence + " [measured]"]
    share = estimates.get(f"share_of_liquidus_at_{reached[-1]:g}_V")
    if share is not None and share.value is not None and share.interval is not None and path is not None:
        low, high = share.interval
        where = (
            "still inside the liquid field"
            if high < 1
            else "beyond the liquid field"
            if low > 1
            else "at the edge of the liquid field, within its uncertainty"
        )
        findings.append(
            f"At {reached[-1]:g} V it had given {worded(share)} of the capacity to the liquidus, so the voltage ran away "
            f"{where}. [measured over computed]"
        )
    return findings
