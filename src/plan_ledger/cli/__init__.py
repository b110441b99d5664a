"""The command line, thin: every command asks the ledger and shows the answer. Needs the extra ``cli``."""

from __future__ import annotations

import sys


def main() -> None:
    """The entry point ``plan-ledger``. Ends the process with the exit status (see ``app``)."""
    try:
        from plan_ledger.cli.app import run
    except ModuleNotFoundError as error:
        if error.name not in ("click", "rich"):
            raise
        sys.stderr.write(
            f"{error.name} が入っていないため、コマンドを使えません。"
            "pip install 'plan-ledger[cli]' を実行してください。\n"
        )
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    run()
