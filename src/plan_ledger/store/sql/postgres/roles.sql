-- Who may do what, once for each database schema with a ledger in it (here plan_ledger). Run by the owner of the tables,
-- or an administrator, after the ledger was made. Running it again does no harm.
--
--   plan_ledger_writer   the application: reads and records. It can't change, remove or empty what is recorded.
--   plan_ledger_reader   queries, verify and follow; nothing else.
--   plan_ledger_keeper   rebuild and redact, on top of what the writer may. Not for everyday use.
--
-- They are groups: GRANT plan_ledger_writer TO the login role that the application uses. Making and upgrading the tables
-- stays with their owner.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['plan_ledger_reader', 'plan_ledger_writer', 'plan_ledger_keeper'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
    END LOOP;
END $$;

REVOKE ALL ON SCHEMA plan_ledger FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA plan_ledger FROM PUBLIC, plan_ledger_reader, plan_ledger_writer, plan_ledger_keeper;

GRANT USAGE ON SCHEMA plan_ledger TO plan_ledger_reader, plan_ledger_writer, plan_ledger_keeper;
GRANT SELECT ON ALL TABLES IN SCHEMA plan_ledger TO plan_ledger_reader, plan_ledger_writer, plan_ledger_keeper;

-- What is recorded: added to, never more.
GRANT INSERT ON
    plan_ledger.streams, plan_ledger.event_types, plan_ledger.headers, plan_ledger.events, plan_ledger.texts,
    plan_ledger.profiles, plan_ledger.commands
    TO plan_ledger_writer, plan_ledger_keeper;

-- The index follows from the log and can be made anew from it; some of its rows say what is so now.
GRANT INSERT ON
    plan_ledger.plans, plan_ledger.schemas, plan_ledger.fields, plan_ledger.items, plan_ledger.registers,
    plan_ledger.facts, plan_ledger.places, plan_ledger.corrections, plan_ledger.acts, plan_ledger.continuations,
    plan_ledger.authorship, plan_ledger.actors, plan_ledger.meetings, plan_ledger.editions
    TO plan_ledger_writer, plan_ledger_keeper;
GRANT UPDATE ON plan_ledger.items, plan_ledger.registers, plan_ledger.meetings
    TO plan_ledger_writer, plan_ledger_keeper;

-- The keeper: texts and persons are destroyed under the rules of the triggers, the index is emptied to be made anew.
GRANT INSERT ON plan_ledger.redactions, plan_ledger.erasures TO plan_ledger_keeper;
GRANT DELETE ON
    plan_ledger.texts, plan_ledger.profiles,
    plan_ledger.plans, plan_ledger.schemas, plan_ledger.fields, plan_ledger.items, plan_ledger.registers,
    plan_ledger.facts, plan_ledger.places, plan_ledger.corrections, plan_ledger.acts, plan_ledger.continuations,
    plan_ledger.authorship, plan_ledger.actors, plan_ledger.meetings, plan_ledger.editions
    TO plan_ledger_keeper;
