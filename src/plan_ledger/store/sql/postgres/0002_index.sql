-- The index: derived from the log alone, updated in the same transaction, rebuilt to the same rows.
CREATE TABLE plans (
    no bigint PRIMARY KEY,            -- the plan's stream
    position bigint NOT NULL,
    title text COLLATE "C" NOT NULL,
    fiscal_year bigint NOT NULL,
    zone text COLLATE "C" NOT NULL
);

CREATE TABLE schemas (
    plan bigint NOT NULL,
    revision bigint NOT NULL,
    position bigint NOT NULL,
    definition text COLLATE "C" NOT NULL,
    PRIMARY KEY (plan, revision)
);

-- Permanent numbers of a plan's fields. register = item << 10 | number; 0 is existence, 1 is place.
CREATE TABLE fields (
    plan bigint NOT NULL,
    level text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (plan, level, key)
);

-- One row an item; alive, parent and rank are as at the head of the log.
CREATE TABLE items (
    no bigint PRIMARY KEY,            -- the item's stream
    plan bigint NOT NULL,
    level text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    alive bigint NOT NULL,
    parent bigint,
    rank text COLLATE "C"
);
CREATE INDEX items_plan ON items (plan, parent);

-- One row a register: which fact holds at the head of the log.
CREATE TABLE registers (no bigint PRIMARY KEY, head bigint NOT NULL);

-- One row a fact. state: 1 a value or presence, 0 emptied or withdrawn.
CREATE TABLE facts (
    position bigint PRIMARY KEY,
    register bigint NOT NULL,
    effective bigint NOT NULL,
    state bigint NOT NULL
);
CREATE INDEX facts_register ON facts (register, effective, position);
-- Only facts that count at another point than the one at which they were recorded.
CREATE INDEX facts_late ON facts (effective, position) WHERE effective <> position * 1048576;

CREATE TABLE places (position bigint PRIMARY KEY, parent bigint, rank text COLLATE "C" NOT NULL);

CREATE TABLE corrections (position bigint PRIMARY KEY, meeting bytea NOT NULL);

-- Events that are no fact of an item: those of plans and of the ledger itself.
CREATE TABLE acts (stream bigint NOT NULL, position bigint NOT NULL, PRIMARY KEY (stream, position));

-- Which items of earlier plans an item continues, by their ids.
CREATE TABLE continuations (item bigint NOT NULL, earlier bytea NOT NULL, PRIMARY KEY (item, earlier));
CREATE INDEX continuations_earlier ON continuations (earlier, item);

-- Whose batches: role 0 recorded it, 1 on whose behalf, 2 approved it. Who a batch is by stands in its header.
-- last: its last event.
CREATE TABLE authorship (
    actor bigint NOT NULL,
    batch bigint NOT NULL,
    role bigint NOT NULL,
    last bigint NOT NULL,
    PRIMARY KEY (actor, batch, role)
);

-- Actor revisions, numbered in the order in which they were first recorded.
CREATE TABLE actors (
    no bigint PRIMARY KEY,
    uuid bytea NOT NULL,
    revision bigint NOT NULL,
    position bigint NOT NULL,
    UNIQUE (uuid, revision)
);

CREATE TABLE meetings (
    no bigint PRIMARY KEY,            -- position of the event that held it
    plan bigint NOT NULL,
    uuid bytea NOT NULL UNIQUE,
    name text COLLATE "C" NOT NULL,
    body text COLLATE "C",
    number bigint,
    scope bigint,
    held_on text COLLATE "C",
    as_of_on text COLLATE "C",
    annulled bigint NOT NULL
);
CREATE INDEX meetings_plan ON meetings (plan, no);

CREATE TABLE editions (
    meeting bigint NOT NULL,
    edition bigint NOT NULL,
    position bigint NOT NULL,
    effective bigint NOT NULL,
    known bigint NOT NULL,
    red_meeting bigint,
    red_edition bigint,
    schema_revision bigint NOT NULL,
    digest text COLLATE "C" NOT NULL,
    marks_version bigint NOT NULL,
    PRIMARY KEY (meeting, edition)
);
