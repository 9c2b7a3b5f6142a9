"""A prediction beside a measurement as a part, without running the model."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.plot.cell_model.comparison import number_comparison, voltage_comparison
from alkanode.studies.comparison.compare import CUTOFFS, compare
from alkanode.studies.comparison.model_findings import findings_of
from alkanode.studies.comparison.model_tables import comparison_table, event_table, parameter_table, told_numbers
from alkanode.studies.comparison.numbers_told import estimates_of, rows_of
from alkanode.studies.part import Part


def comparison_part(
    prediction: xr.DataTree,
    measurement: xr.DataTree,
    cell: Cell | None = None,
    *,
    cutoffs: Sequence[QuantityLike] | None = None,
    circuit: str | None = None,
) -> Part:
    """Compare a simulated history with a measured one.

    Parameters
    ----------
    prediction, measurement, cell, circuit
        As :func:`~alkanode.studies.comparison.compare.compare` takes them.
    cutoffs
        Default 0.5, 1 and 2 V.

    Returns
    -------
    Part
    """
    wanted = tuple(cutoffs or CUTOFFS)
    record = compare(prediction, measurement, cell, cutoffs=wanted, circuit=circuit)
    told = told_numbers(record)
    reached = float(np.nanmax(np.abs(measurement["cycling"]["voltage"].to_numpy())))
    area, mass = (None, None) if cell is None else (cell.effective_area, cell.anode.mass)
    names = tuple(str(name) for name in record["name"].to_numpy() if str(name).replace(".", "_", 1) in told)
    return Part(
        name="comparison",
        title="The model beside the measurement",
        estimates=estimates_of(record),
        listed=told,
        details={"comparison": rows_of(record), "left_out": json.loads(str(record.attrs.get("left_out", "{}")))},
        records={"comparison": record},
        figures={
            "model_voltage": voltage_comparison(
                prediction,
                measurement,
                area=area,
                mass=mass,
                cutoffs=tuple(level for one in wanted if (level := float(to_si(one, "voltage"))) <= reached),
                repeats=False,
            ),
            "model_numbers": number_comparison(record, names=names),
        },
        tables={
            "comparison": comparison_table(record, told),
            "model_events": event_table(prediction["events"].to_dataset()),
            "model_parameters": parameter_table(prediction["parameters"].to_dataset(), None),
        },
        findings=findings_of(prediction, record, None, told),
    )
