"""``alkanode simulate`` and ``compare``: cell models from the command line."""

from alkanode.cli.model.calibrate import calibrate
from alkanode.cli.model.compare import compare
from alkanode.cli.model.design import design
from alkanode.cli.model.simulate import simulate

__all__ = ["calibrate", "compare", "design", "simulate"]
