"""Errors say what was needed, what was found and what to do; they survive a process boundary."""

from __future__ import annotations

import pickle

import pytest

from alkanode.foundation import errors
from alkanode.foundation.runtime import require


def test_three_parts_make_one_sentence_each() -> None:
    error = errors.SchemaError("a record needs 'current'", found="'time', 'voltage'", todo="List the readers")
    assert str(error) == "a record needs 'current'; found 'time', 'voltage'. List the readers."
    assert isinstance(error, ValueError)
    assert isinstance(error, errors.AlkanodeError)


@pytest.mark.parametrize("kind", errors.AlkanodeError.__subclasses__())
def test_every_error_survives_pickling(kind: type[errors.AlkanodeError]) -> None:
    error = kind("needed", found="found", todo="todo")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert str(again) == str(error)


def test_a_missing_extra_names_its_install_line() -> None:
    with pytest.raises(errors.MissingExtraError, match=r'pip install "alkanode\[calphad\]"'):
        require("no_such_package_anywhere", extra="calphad")
