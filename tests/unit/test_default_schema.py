"""The built-in schema: its headers name the plan's fiscal year in the era of that year."""

from __future__ import annotations

import pytest

from plan_ledger import default_schema


@pytest.mark.parametrize(
    ("fiscal_year", "era"),
    [
        (2030, "R12"),
        (2023, "R5"),
        (2019, "R1"),
        (2018, "H30"),
        (1989, "H1"),
        (1988, "S63"),
        (1926, "S1"),
        (1900, "M33"),
    ],
)
def test_the_header_of_the_measures_names_the_year_by_its_era(fiscal_year: int, era: str) -> None:
    measure = default_schema(fiscal_year).level("measure")
    assert measure is not None
    assert f"(={era}アクションプランに" in measure.title_field.header
