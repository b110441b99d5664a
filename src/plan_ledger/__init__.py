"""plan_ledger: an event-sourced progress ledger for action plans."""
