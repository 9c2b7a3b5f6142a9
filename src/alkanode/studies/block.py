"""What every block of a study file is: settings that refuse unknown keys, texts that are quantities, faults in words."""

from __future__ import annotations

import difflib
import re
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from alkanode.foundation.errors import StudyError
from alkanode.foundation.units import to_si

_KIND = re.compile(r"^(?:constrained-|function-|literal\[|tuple\[|list\[|(?:str|int|float|bool)$)")
"""How pydantic names one of several kinds that a value may have."""


class Block(BaseModel):
    """Settings of one analysis; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def of(cls, **values: Any) -> Self:
        """The block with these values; a :class:`StudyError` names what is wrong with them."""
        try:
            return cls(**values)
        except ValidationError as cause:
            name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cls.__name__).lower()
            raise StudyError(f"{name} needs valid settings", found=explain(cause, cls)) from None


def positive(name: str) -> AfterValidator:
    """A text that is a positive quantity of the vocabulary; the text itself is kept."""

    def check(text: str) -> str:
        if to_si(text, name) <= 0:
            raise ValueError(f"must be positive, not {text!r}")
        return text

    return AfterValidator(check)


def _frequency(text: str) -> str:
    if text != "inf" and to_si(text, "frequency") < 0:
        raise ValueError(f"must not be negative, not {text!r}")
    return text


def _potential(text: str) -> str:
    to_si(text, "voltage")
    return text


def _time(text: str) -> str:
    to_si(text, "time")
    return text


TemperatureText = Annotated[str, positive("temperature")]
VoltageText = Annotated[str, positive("voltage")]
ResistanceText = Annotated[str, positive("resistance")]
FrequencyText = Annotated[str, AfterValidator(_frequency)]
PotentialText = Annotated[str, AfterValidator(_potential)]
LengthText = Annotated[str, positive("contact_spacing")]
ResistivityText = Annotated[str, positive("resistivity")]
TimeText = Annotated[str, AfterValidator(_time)]
DurationText = Annotated[str, positive("time")]
RampRateText = Annotated[str, positive("ramp_rate")]


class Truth(Block):
    """A value that is known, for example of a simulated cell."""

    value: str | float = Field(description="Number in SI, or text with a unit")
    quantity: str = Field(description="Field name in the vocabulary")


def explain(error: ValidationError, model: type[BaseModel]) -> str:
    """Each fault of a study with its key, and the nearest known key for an unknown one."""
    lines: dict[str, list[str]] = {}
    for fault in error.errors():
        where = ".".join(_key_of(fault["loc"]))
        if fault["type"] == "extra_forbidden":
            where = ".".join(str(part) for part in fault["loc"])
            known = _known_keys(fault["loc"][:-1], model)
            near = difflib.get_close_matches(str(fault["loc"][-1]), known, n=1)
            lines[f"unknown key {where!r}"] = [
                f"(did you mean {near[0]!r}?)" if near else f"(known: {', '.join(known)})"
            ]
        else:
            head = f"{where!r}:" if where else "as a whole:"
            lines.setdefault(head, []).append(fault["msg"].removeprefix("Value error, "))
    return "; ".join(f"{key} {', or '.join(found)}" for key, found in lines.items())


def _key_of(location: tuple[int | str, ...]) -> list[str]:
    """The place of a fault as the file names it; pydantic adds the kinds of a value that may be of several kinds."""
    return [str(part) for part in location if not (isinstance(part, str) and _KIND.search(part))]


def _known_keys(location: tuple[int | str, ...], model: type[BaseModel]) -> list[str]:
    """Keys of the block at a place in the study."""
    for part in location:
        if part not in model.model_fields:
            return list(Truth.model_fields) if "truth" in model.model_fields else list(model.model_fields)
        inner = model.model_fields[str(part)].annotation
        options = getattr(inner, "__args__", (inner,))
        blocks = [option for option in options if isinstance(option, type) and issubclass(option, BaseModel)]
        model = blocks[0] if blocks else model
    return list(model.model_fields)
