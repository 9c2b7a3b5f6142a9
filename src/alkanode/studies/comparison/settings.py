"""The block ``model`` of a study: a cell model beside what was measured."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from alkanode.studies.block import Block, VoltageText


class CellModel(Block):
    """A cell model of the study's own cell, run through the protocol of its files; off unless named."""

    model: Literal["alloy-anode"] = Field("alloy-anode", description="Cell model by name")
    parameters: str = Field("Wu2025", description="Parameter set by name, or a YAML file of one, relative to the study")
    changes: dict[str, float] = Field({}, description="Other values for parameters, in the SI unit of their names")
    options: dict[str, str | bool | int] = Field(
        {}, description="Physics of the model, for example {'transport': 'film drainage', 'islands': false}"
    )
    protocol: list[str | dict[str, Any]] | None = Field(
        None, description="Steps in words; default the half cycles, rests and spectra of the measured files"
    )
    cutoffs: list[VoltageText] | None = Field(
        None,
        min_length=1,
        description="Voltages at which capacities are compared; default those of the stripping block",
    )
    intervals: bool = Field(
        True, description="Whether the stated intervals of the parameters are carried into the predictions"
    )
    spectra: Annotated[int, Field(ge=0)] = Field(
        2, description="Spectra of both, at equal charges, that the circuit block's circuit is fitted to; 0 for none"
    )
