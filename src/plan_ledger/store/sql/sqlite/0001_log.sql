-- The log: what was recorded. Append-only; the database itself refuses everything else.
CREATE TABLE ledger (
    id integer PRIMARY KEY CHECK (id = 1),
    uuid blob NOT NULL,
    format integer NOT NULL,
    created_at integer NOT NULL
);

-- Interned names: a stream's UUID and an event type's name are stored once.
CREATE TABLE streams (no integer PRIMARY KEY, uuid blob NOT NULL UNIQUE);
CREATE TABLE event_types (no integer PRIMARY KEY, name text NOT NULL UNIQUE);

-- Who, for whom, why, from which document: the same words of many batches are stored once.
CREATE TABLE headers (no integer PRIMARY KEY, content blob NOT NULL UNIQUE);

-- A stream's events are found through the index: as acts, or as facts of an item. Their versions count 1, 2, 3.
-- batch: the position of the batch's first event. Its recorded_at (microseconds since 1970 UTC, never decreasing),
-- header and idempotency key stand at each of its events.
CREATE TABLE events (
    position integer PRIMARY KEY,
    stream integer NOT NULL,
    version integer NOT NULL,
    type integer NOT NULL,
    batch integer NOT NULL,
    recorded_at integer NOT NULL,
    header integer NOT NULL,
    command text,
    payload blob NOT NULL,
    hash blob NOT NULL
);

-- The text of the event at a position, committed to in its payload by SHA-256 over salt and text.
CREATE TABLE texts (position integer PRIMARY KEY, salt blob NOT NULL, body text NOT NULL);

-- Positions whose text was destroyed on purpose; the only ones whose text may be deleted.
CREATE TABLE redactions (position integer PRIMARY KEY, redacted_by integer NOT NULL);

-- Who an actor is. Erasable (a person's right), therefore outside the log; the log holds a commitment.
CREATE TABLE profiles (
    actor blob NOT NULL,
    revision integer NOT NULL,
    salt blob NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (actor, revision)
) WITHOUT ROWID;
CREATE TABLE erasures (actor blob PRIMARY KEY, erased_by integer NOT NULL) WITHOUT ROWID;

-- Idempotency keys: the same key and request gives the first result again.
CREATE TABLE commands (
    id text PRIMARY KEY,
    request blob NOT NULL,
    result blob NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER ledger_no_replace BEFORE INSERT ON ledger WHEN EXISTS (SELECT 1 FROM ledger)
BEGIN SELECT raise(ABORT, 'append-only'); END;

CREATE TRIGGER streams_no_update BEFORE UPDATE ON streams BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER streams_no_delete BEFORE DELETE ON streams BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER streams_no_replace BEFORE INSERT ON streams
WHEN NEW.no IS NOT (SELECT coalesce(max(no), 0) + 1 FROM streams)
    OR EXISTS (SELECT 1 FROM streams WHERE uuid = NEW.uuid)
BEGIN SELECT raise(ABORT, 'append-only'); END;

CREATE TRIGGER event_types_no_update BEFORE UPDATE ON event_types BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER event_types_no_delete BEFORE DELETE ON event_types BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER event_types_no_replace BEFORE INSERT ON event_types
WHEN NEW.no IS NOT (SELECT coalesce(max(no), 0) + 1 FROM event_types)
    OR EXISTS (SELECT 1 FROM event_types WHERE name = NEW.name)
BEGIN SELECT raise(ABORT, 'append-only'); END;

CREATE TRIGGER headers_no_update BEFORE UPDATE ON headers BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER headers_no_delete BEFORE DELETE ON headers BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER headers_no_replace BEFORE INSERT ON headers
WHEN NEW.no IS NOT (SELECT coalesce(max(no), 0) + 1 FROM headers)
    OR EXISTS (SELECT 1 FROM headers WHERE content = NEW.content)
BEGIN SELECT raise(ABORT, 'append-only'); END;

-- Positions are gapless; this also stops INSERT OR REPLACE, which goes round the other two triggers.
CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER events_no_replace BEFORE INSERT ON events
WHEN NEW.position IS NOT (SELECT coalesce(max(position), 0) + 1 FROM events)
BEGIN SELECT raise(ABORT, 'append-only'); END;

CREATE TRIGGER texts_no_update BEFORE UPDATE ON texts BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER texts_no_delete BEFORE DELETE ON texts
WHEN NOT EXISTS (SELECT 1 FROM redactions WHERE position = OLD.position)
BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER texts_no_replace BEFORE INSERT ON texts
WHEN EXISTS (SELECT 1 FROM texts WHERE position = NEW.position)
BEGIN SELECT raise(ABORT, 'append-only'); END;

CREATE TRIGGER redactions_no_update BEFORE UPDATE ON redactions BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER redactions_no_delete BEFORE DELETE ON redactions BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER redactions_no_replace BEFORE INSERT ON redactions
WHEN EXISTS (SELECT 1 FROM redactions WHERE position = NEW.position)
BEGIN SELECT raise(ABORT, 'append-only'); END;

CREATE TRIGGER profiles_no_update BEFORE UPDATE ON profiles BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER profiles_no_delete BEFORE DELETE ON profiles
WHEN NOT EXISTS (SELECT 1 FROM erasures WHERE actor = OLD.actor)
BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER profiles_no_replace BEFORE INSERT ON profiles
WHEN EXISTS (SELECT 1 FROM profiles WHERE actor = NEW.actor AND revision = NEW.revision)
BEGIN SELECT raise(ABORT, 'append-only'); END;

CREATE TRIGGER erasures_no_update BEFORE UPDATE ON erasures BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER erasures_no_delete BEFORE DELETE ON erasures BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER erasures_no_replace BEFORE INSERT ON erasures
WHEN EXISTS (SELECT 1 FROM erasures WHERE actor = NEW.actor)
BEGIN SELECT raise(ABORT, 'append-only'); END;

CREATE TRIGGER commands_no_update BEFORE UPDATE ON commands BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER commands_no_delete BEFORE DELETE ON commands BEGIN SELECT raise(ABORT, 'append-only'); END;
CREATE TRIGGER commands_no_replace BEFORE INSERT ON commands
WHEN EXISTS (SELECT 1 FROM commands WHERE id = NEW.id)
BEGIN SELECT raise(ABORT, 'append-only'); END;
