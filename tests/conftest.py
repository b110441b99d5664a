"""For every test: messages in Japanese, the Hypothesis profiles, shared folders, golden files, the nightly marker."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from plan_ledger.testing.servers import PostgresServer

# At import, before any test module or child process: messages must not depend on the machine's locale.
os.environ["PLAN_LEDGER_LANG"] = "ja"

# Times vary too much on shared machines to be judged example by example; the suites that measure time do so themselves.
_COMMON = settings(
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
# The same examples in every run of CI: a commit is judged by what it changed. Chance is for the nightly run.
settings.register_profile("ci", _COMMON, max_examples=50, derandomize=True)
settings.register_profile("nightly", _COMMON, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder ``shared`` beside the project, with material that is not part of it; skips where it is absent."""
    folder = (Path(__file__).resolve().parents[1] / ".." / "shared").resolve()
    if not folder.is_dir():
        pytest.skip("the folder ../shared is not here")
    return folder


@pytest.fixture(scope="session")
def example_data() -> Path:
    """``examples/data``: the invented plan's three sheets and the sections' returns (see its README.md)."""
    return Path(__file__).resolve().parents[1] / "examples" / "data"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A real PostgreSQL, one a worker, started for the first test that asks (see ``plan_ledger.testing.servers``)."""
    with PostgresServer.for_tests() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty place for a ledger on it, of this test's own."""
    with postgres_server.schema() as url:
        yield url


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str | bytes], None]:
    """``golden(name, produced)``: what was produced equals the file ``tests/golden/<name>``, to the byte.

    With ``--regenerate`` the file is written instead, for its author to read before committing.
    """
    folder = Path(__file__).resolve().parent / "golden"

    def check(name: str, produced: str | bytes) -> None:
        path = folder / name
        new = produced.encode() if isinstance(produced, str) else produced
        if request.config.getoption("regenerate"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(new)
            return
        assert path.is_file(), f"{name}: no golden file yet; pytest tests/golden --regenerate writes it"
        kept = path.read_bytes()
        # Compared as text where both are, so that the report shows the lines that differ.
        if kept != new and isinstance(produced, str):
            assert produced.splitlines() == kept.decode().splitlines(), f"{name} differs"
        assert new == kept, f"{name} differs"

    return check


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true", help="write the golden files anew instead of comparing")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked ``nightly``, unless ``-m`` says what is wanted."""
    if config.getoption("markexpr"):
        return
    nightly = [item for item in items if item.get_closest_marker("nightly")]
    if nightly:
        config.hook.pytest_deselected(items=nightly)
        items[:] = [item for item in items if not item.get_closest_marker("nightly")]
