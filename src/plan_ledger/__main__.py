"""``python -m plan_ledger``: the same as the command ``plan-ledger``."""

from plan_ledger.cli import main

if __name__ == "__main__":
    main()
