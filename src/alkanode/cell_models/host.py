"""The host of the cell models, PyBaMM, loaded when it is first needed.

PyBaMM reports its use to its makers unless told otherwise; alkanode tells it otherwise. Who wants to report sets the
variable ``PYBAMM_DISABLE_TELEMETRY`` to ``false`` before.
"""

from __future__ import annotations

import os
from typing import Any

from alkanode.foundation.runtime import require

_OPT_OUT = "PYBAMM_DISABLE_TELEMETRY"


def quiet() -> None:
    """Turn PyBaMM's reports of use off, unless the user has said something about them. Loads nothing."""
    os.environ.setdefault(_OPT_OUT, "true")


def pybamm() -> Any:
    """The module ``pybamm``.

    Raises
    ------
    MissingExtraError
        When PyBaMM is not installed; the message holds the install line.
    """
    quiet()
    return require("pybamm", extra="models")


def casadi() -> Any:
    """The module ``casadi``, which PyBaMM brings.

    Raises
    ------
    MissingExtraError
        When it is not installed.
    """
    quiet()
    return require("casadi", extra="models")
