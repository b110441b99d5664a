"""For tests of hosts and of this library: strategies, deterministic ledgers, the store contract, the ledger machine.

Needs the extra ``testing`` (Hypothesis and pytest); nothing here is imported by the rest of the package.
"""
