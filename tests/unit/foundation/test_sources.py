"""Citations and estimates."""

from __future__ import annotations

import pytest
import xarray as xr

from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import Estimate, bibliography, cite, source


def test_every_entry_is_whole_bibtex() -> None:
    entries = bibliography()
    assert {"Wu2025", "Koh2024", "Park2021", "Dinsdale1991"} <= set(entries)
    for key, text in entries.items():
        assert text.startswith("@")
        assert text.count("{") == text.count("}")
        assert key in text.splitlines()[0]


def test_sources_gather_on_the_result() -> None:
    @source("Wu2025")
    def inner() -> xr.Dataset:
        return xr.Dataset(attrs={"sources": "Koh2024"})

    result = inner()
    assert result.attrs["sources"] == "Koh2024 Wu2025"
    text = cite(result, "Park2021")
    assert text.index("Koh2024") < text.index("Wu2025") < text.index("Park2021")


def test_an_unknown_source_is_refused() -> None:
    with pytest.raises(SchemaError, match=r"references\.bib"):
        source("Nobody1900")
    with pytest.raises(SchemaError, match="Nobody1900"):
        cite("Nobody1900")


def test_an_estimate_is_machine_readable() -> None:
    estimate = Estimate(value=1.0, unit="C", quantity="charge", label="measured", interval=(0.9, 1.1))
    assert estimate.to_json() == {"value": 1.0, "unit": "C", "interval": [0.9, 1.1], "label": "measured"}
