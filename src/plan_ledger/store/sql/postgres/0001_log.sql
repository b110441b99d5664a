-- The numbers of the migrations that were made.
CREATE TABLE plan_ledger_format (number bigint PRIMARY KEY, made_at timestamptz NOT NULL DEFAULT now());

-- The log: what was recorded. Append-only; the database itself refuses everything else.
CREATE TABLE ledger (
    id bigint PRIMARY KEY CHECK (id = 1),
    uuid bytea NOT NULL,
    format bigint NOT NULL,
    created_at bigint NOT NULL
);

-- Interned names: a stream's UUID and an event type's name are stored once.
CREATE TABLE streams (no bigint PRIMARY KEY, uuid bytea NOT NULL UNIQUE);
CREATE TABLE event_types (no bigint PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE);

-- Who, for whom, why, from which document: the same words of many batches are stored once.
-- An ordinary index takes no value of more than some 2,700 bytes; by hash, a header is unique however long it is.
CREATE TABLE headers (no bigint PRIMARY KEY, content bytea NOT NULL, EXCLUDE USING hash (content WITH =));

-- A stream's events are found through the index: as acts, or as facts of an item. Their versions count 1, 2, 3.
-- batch: the position of the batch's first event. Its recorded_at (microseconds since 1970 UTC, never decreasing),
-- header and idempotency key stand at each of its events.
CREATE TABLE events (
    position bigint PRIMARY KEY,
    stream bigint NOT NULL,
    version bigint NOT NULL,
    type bigint NOT NULL,
    batch bigint NOT NULL,
    recorded_at bigint NOT NULL,
    header bigint NOT NULL,
    command text COLLATE "C",
    payload bytea NOT NULL,
    hash bytea NOT NULL
);

-- The text of the event at a position, committed to in its payload by SHA-256 over salt and text.
CREATE TABLE texts (position bigint PRIMARY KEY, salt bytea NOT NULL, body text COLLATE "C" NOT NULL);

-- Positions whose text was destroyed on purpose; the only ones whose text may be deleted.
CREATE TABLE redactions (position bigint PRIMARY KEY, redacted_by bigint NOT NULL);

-- Who an actor is. Erasable (a person's right), therefore outside the log; the log holds a commitment.
CREATE TABLE profiles (
    actor bytea NOT NULL,
    revision bigint NOT NULL,
    salt bytea NOT NULL,
    body text COLLATE "C" NOT NULL,
    PRIMARY KEY (actor, revision)
);
CREATE TABLE erasures (actor bytea PRIMARY KEY, erased_by bigint NOT NULL);

-- Idempotency keys: the same key and request gives the first result again.
CREATE TABLE commands (
    id text COLLATE "C" NOT NULL,
    request bytea NOT NULL,
    result bytea NOT NULL,
    EXCLUDE USING hash (id WITH =)
);

-- Nothing of it is changed, removed or emptied, whoever asks. Who owns the tables could take the triggers away again:
-- the role of an application should own nothing (see roles.sql).
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append-only' USING ERRCODE = 'PL001';
END $$;

-- Texts may go whose destruction is on record, and profiles of persons who were erased.
CREATE FUNCTION append_only_but_texts() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM redactions WHERE position = OLD.position) THEN
        RAISE EXCEPTION 'append-only' USING ERRCODE = 'PL001';
    END IF;
    RETURN OLD;
END $$;
CREATE FUNCTION append_only_but_profiles() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM erasures WHERE actor = OLD.actor) THEN
        RAISE EXCEPTION 'append-only' USING ERRCODE = 'PL001';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger EXECUTE FUNCTION append_only();
CREATE TRIGGER streams_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON streams EXECUTE FUNCTION append_only();
CREATE TRIGGER event_types_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_types EXECUTE FUNCTION append_only();
CREATE TRIGGER headers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON headers EXECUTE FUNCTION append_only();
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events EXECUTE FUNCTION append_only();
CREATE TRIGGER texts_no_update BEFORE UPDATE OR TRUNCATE ON texts EXECUTE FUNCTION append_only();
CREATE TRIGGER texts_no_delete BEFORE DELETE ON texts FOR EACH ROW EXECUTE FUNCTION append_only_but_texts();
CREATE TRIGGER redactions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON redactions EXECUTE FUNCTION append_only();
CREATE TRIGGER profiles_no_update BEFORE UPDATE OR TRUNCATE ON profiles EXECUTE FUNCTION append_only();
CREATE TRIGGER profiles_no_delete BEFORE DELETE ON profiles FOR EACH ROW EXECUTE FUNCTION append_only_but_profiles();
CREATE TRIGGER erasures_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON erasures EXECUTE FUNCTION append_only();
CREATE TRIGGER commands_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON commands EXECUTE FUNCTION append_only();
