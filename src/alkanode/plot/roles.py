"""What colours, grounds and strokes stand for; :mod:`alkanode.plot.style` holds the colours themselves."""

from __future__ import annotations

from typing import Literal

Role = Literal["primary", "second", "third", "fourth", "fifth", "model", "muted", "faint", "warning", "gain", "loss"]
"""What a colour stands for."""

BandRole = Literal["liquid", "two-phase", "three-phase", "solid", "outside", "masked"]
"""What a background region stands for; ``outside`` and ``masked`` are hatched."""

SeriesStyle = Literal[
    "line", "thin", "dashed", "dotted", "points", "crosses", "squares", "line+points", "steps", "arrow"
]
"""``squares`` are open, so that what they mark stays in sight; ``thin`` lines are many, for example tie lines."""
