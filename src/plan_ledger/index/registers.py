"""Registers: what a fact is about, as one number: ``item << 10 | number``; 0 is existence, 1 is place, then fields."""

from __future__ import annotations

BITS = 10
MASK = (1 << BITS) - 1
MAX_FIELDS = MASK - 1


def register(item: int, number: int) -> int:
    return item << BITS | number


def item_of(register_no: int) -> int:
    return register_no >> BITS


def bounds(item: int) -> tuple[int, int]:
    """The lowest and highest register of an item."""
    return item << BITS, item << BITS | MASK
