"""Frozen results by the thousand: filled while open, then closed.

A frozen attrs class sets each attribute through ``object.__setattr__``, which makes up two thirds of the time that it
takes to make an instance. An open twin, a class with the same slots and nothing else, takes plain assignments; what was
filled so is then made an instance of the frozen class, and like any other from there on::

    twin = open_twin(Result)
    made = twin()
    made.name, made.value = name, value  # every attribute
    made.__class__ = Result
"""

from __future__ import annotations

from typing import Any


class Weak:
    """Base of such classes. The slot for weak references has to come before theirs, or no class has a twin."""

    __slots__ = ("__weakref__",)


def open_twin(closed: type[Any]) -> type[Any]:
    """A class with the slots of a frozen one, whose instances can be filled and then made that one's."""
    slots: tuple[str, ...] = closed.__slots__
    return type(f"Open{closed.__name__}", closed.__bases__, {"__slots__": slots})
