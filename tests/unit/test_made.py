"""Results made open and then closed are like those that their class makes."""

from __future__ import annotations

import copy
import pickle
import weakref
from typing import Any

import pytest
from attrs import evolve, fields
from attrs.exceptions import FrozenInstanceError

from plan_ledger.queries.results import AuditRow, Cause, ChangeEntry, SnapshotItem
from plan_ledger.values.made import open_twin

CLASSES: list[type[Any]] = [AuditRow, Cause, ChangeEntry, SnapshotItem]


def _values(of: type[Any]) -> dict[str, Any]:
    return {each.name: f"{each.name}!" for each in fields(of)}


def _made(of: type[Any]) -> Any:
    made = open_twin(of)()
    for name, value in _values(of).items():
        setattr(made, name, value)
    made.__class__ = of
    return made


@pytest.mark.parametrize("of", CLASSES)
def test_it_is_an_instance_like_any_other(of: type[Any]) -> None:
    made, usual = _made(of), of(**_values(of))
    assert type(made) is of
    assert repr(made) == repr(usual)
    assert (made == usual) is (usual == of(**_values(of)))
    assert made == made
    assert weakref.ref(made)() is made
    assert not hasattr(made, "__dict__")
    other = evolve(made, **{fields(of)[0].name: "other"})
    assert getattr(other, fields(of)[0].name) == "other"
    assert repr(copy.copy(made)) == repr(pickle.loads(pickle.dumps(made))) == repr(made)


@pytest.mark.parametrize("of", CLASSES)
def test_it_is_frozen(of: type[Any]) -> None:
    made = _made(of)
    for name in _values(of):
        with pytest.raises(FrozenInstanceError):
            setattr(made, name, "")
        with pytest.raises(FrozenInstanceError):
            delattr(made, name)


def test_what_is_worked_out_once_is_there() -> None:
    made = evolve(_made(ChangeEntry), old="概要", new="概要 ", kind="changed")
    assert made.layout_only is True
    assert made.segments is made.segments


def test_every_attribute_is_filled() -> None:
    with pytest.raises(AttributeError):
        open_twin(Cause)().position  # noqa: B018
