"""What a host's type checker sees of the errors: checked by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_type

from plan_ledger.errors import NotationError, Place, PlanLedgerError, Problems


def every_error_tells_its_place_and_a_remedy(error: PlanLedgerError) -> None:
    assert_type(error.code, str)
    assert_type(error.place, Place | None)
    assert_type(error.message("en"), str)
    assert_type(error.problems(), Sequence[PlanLedgerError])
    assert_type(error.to_dict(), dict[str, Any])


def several_problems_are_errors_themselves(problems: Problems) -> None:
    assert_type(problems.found, tuple[PlanLedgerError, ...])


def a_notation_error_has_typed_attributes(error: NotationError) -> None:
    assert_type(error.reason, str)
    assert_type(error.position, int)
