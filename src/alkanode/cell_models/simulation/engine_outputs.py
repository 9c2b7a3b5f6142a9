"""Variables of a model along many states: one compiled function, fed through its own memory.

CasADi copies every number of a call on its own; with memory of our own that is filled by numpy a row costs microseconds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

CHUNK = 64
"""Rows that are evaluated in one call."""


class RowFunction:
    """A CasADi function of (t, y, p) over rows.

    Parameters
    ----------
    function
        Of a number and two columns; its outputs are dense columns.
    """

    def __init__(self, function: Any) -> None:
        mapped = function.map(CHUNK)
        self._buffer, self._run = mapped.buffer()
        self._arguments = [np.zeros((CHUNK, function.size1_in(place))) for place in range(function.n_in())]
        self._results = [np.zeros((CHUNK, function.size1_out(place))) for place in range(function.n_out())]
        self._function = mapped
        for place, array in enumerate(self._arguments):
            self._buffer.set_arg(place, array.data)
        for place, array in enumerate(self._results):
            self._buffer.set_res(place, array.data)

    def __call__(self, time: Floats, states: Floats, inputs: Floats) -> list[Floats]:
        """Outputs over rows.

        Parameters
        ----------
        time, states, inputs
            (row,), (row, state), and (input,) or (row, input).

        Returns
        -------
        list of ndarray
            (row, size) per output.
        """
        found = [np.empty((time.size, array.shape[1])) for array in self._results]
        clock, state, number = self._arguments
        same = inputs.ndim == 1
        if same:
            number[:] = inputs
        for begin in range(0, time.size, CHUNK):
            rows = slice(begin, min(begin + CHUNK, time.size))
            count = rows.stop - begin
            clock[:count, 0] = time[rows]
            state[:count] = states[rows]
            state[count:] = states[rows.stop - 1]
            if not same:
                number[:count] = inputs[rows]
                number[count:] = inputs[rows.stop - 1]
            self._run()
            for whole, part in zip(found, self._results, strict=True):
                whole[rows] = part[:count]
        return found
