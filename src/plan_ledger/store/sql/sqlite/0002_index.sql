-- The index: derived from the log alone, updated in the same transaction, rebuilt to the same rows.
CREATE TABLE plans (
    no integer PRIMARY KEY,            -- the plan's stream
    position integer NOT NULL,
    title text NOT NULL,
    fiscal_year integer NOT NULL,
    zone text NOT NULL
);

CREATE TABLE schemas (
    plan integer NOT NULL,
    revision integer NOT NULL,
    position integer NOT NULL,
    definition text NOT NULL,
    PRIMARY KEY (plan, revision)
) WITHOUT ROWID;

-- Permanent numbers of a plan's fields. register = item << 10 | number; 0 is existence, 1 is place.
CREATE TABLE fields (
    plan integer NOT NULL,
    level text NOT NULL,
    key text NOT NULL,
    number integer NOT NULL,
    PRIMARY KEY (plan, level, key)
) WITHOUT ROWID;

-- One row an item; alive, parent and rank are as at the head of the log.
CREATE TABLE items (
    no integer PRIMARY KEY,            -- the item's stream
    plan integer NOT NULL,
    level text NOT NULL,
    position integer NOT NULL,
    alive integer NOT NULL,
    parent integer,
    rank text
);
CREATE INDEX items_plan ON items (plan, parent);

-- One row a register: which fact holds at the head of the log.
CREATE TABLE registers (no integer PRIMARY KEY, head integer NOT NULL);

-- One row a fact. state: 1 a value or presence, 0 emptied or withdrawn.
CREATE TABLE facts (
    position integer PRIMARY KEY,
    register integer NOT NULL,
    effective integer NOT NULL,
    state integer NOT NULL
);
-- An index ends in the position anyway.
CREATE INDEX facts_register ON facts (register, effective);
-- Only facts that count at another point than the one at which they were recorded.
CREATE INDEX facts_late ON facts (effective) WHERE effective <> position * 1048576;

CREATE TABLE places (position integer PRIMARY KEY, parent integer, rank text NOT NULL);

CREATE TABLE corrections (position integer PRIMARY KEY, meeting blob NOT NULL);

-- Events that are no fact of an item: those of plans and of the ledger itself.
CREATE TABLE acts (stream integer NOT NULL, position integer NOT NULL, PRIMARY KEY (stream, position)) WITHOUT ROWID;

-- Which items of earlier plans an item continues, by their ids.
CREATE TABLE continuations (item integer NOT NULL, earlier blob NOT NULL, PRIMARY KEY (item, earlier)) WITHOUT ROWID;
CREATE INDEX continuations_earlier ON continuations (earlier, item);

-- Whose batches: role 0 recorded it, 1 on whose behalf, 2 approved it. Who a batch is by stands in its header.
-- last: its last event.
CREATE TABLE authorship (
    actor integer NOT NULL,
    batch integer NOT NULL,
    role integer NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (actor, batch, role)
) WITHOUT ROWID;

-- Actor revisions, numbered in the order in which they were first recorded.
CREATE TABLE actors (
    no integer PRIMARY KEY,
    uuid blob NOT NULL,
    revision integer NOT NULL,
    position integer NOT NULL,
    UNIQUE (uuid, revision)
);

CREATE TABLE meetings (
    no integer PRIMARY KEY,            -- position of the event that held it
    plan integer NOT NULL,
    uuid blob NOT NULL UNIQUE,
    name text NOT NULL,
    body text,
    number integer,
    scope integer,
    held_on text,
    as_of_on text,
    annulled integer NOT NULL
);
CREATE INDEX meetings_plan ON meetings (plan, no);

CREATE TABLE editions (
    meeting integer NOT NULL,
    edition integer NOT NULL,
    position integer NOT NULL,
    effective integer NOT NULL,
    known integer NOT NULL,
    red_meeting integer,
    red_edition integer,
    schema_revision integer NOT NULL,
    digest text NOT NULL,
    marks_version integer NOT NULL,
    PRIMARY KEY (meeting, edition)
) WITHOUT ROWID;
