//! The tables of the journal.

use kept_store::{Migration, Schema};

/// The tables of the journal and their migrations.
pub const SCHEMA: Schema = Schema {
    owner: "journal",
    migrations: &[
        Migration {
            number: 1,
            name: "journal",
            text: JOURNAL,
        },
        Migration {
            number: 2,
            name: "live",
            text: LIVE,
        },
        Migration {
            number: 3,
            name: "owed",
            text: OWED,
        },
        Migration {
            number: 4,
            name: "obligations without references",
            text: UNREFERRED,
        },
        Migration {
            number: 5,
            name: "alarms",
            text: ALARMS,
        },
        Migration {
            number: 6,
            name: "what became of parcels",
            text: FATES,
        },
        Migration {
            number: 7,
            name: "families are counted",
            text: COUNTED,
        },
        Migration {
            number: 8,
            name: "the records of a client by index",
            text: BELONGING,
        },
    ],
};

const JOURNAL: &str = "
    -- Whatever events speak of: a request, a client, a person. Rules and obligations refer to it by its number.
    CREATE TABLE records (
        number $SERIAL,
        noun $TEXT NOT NULL,
        id $TEXT NOT NULL,
        UNIQUE (noun, id)
    ) $STRICT;

    CREATE TABLE imports (
        number $SERIAL,
        id $ID NOT NULL UNIQUE,
        name $TEXT NOT NULL,
        started_at $INT NOT NULL,
        ended_at $INT,
        undone_at $INT,
        events $INT NOT NULL,
        bad_lines $INT NOT NULL
    ) $STRICT;

    -- What happened, once. Events at one instant are in the order of their ids, which is the order of recording.
    CREATE TABLE events (
        place $PLACE,
        id $ID NOT NULL,
        at $INT NOT NULL,
        recorded_at $INT NOT NULL,
        record $INT NOT NULL REFERENCES records (number),
        client $INT REFERENCES records (number),
        what $TEXT NOT NULL,
        body $JSON NOT NULL,
        import $INT REFERENCES imports (number)
    ) $STRICT;
    --postgres ALTER TABLE events ADD PRIMARY KEY (id);
    --postgres CREATE INDEX events_unplaced ON events (id) WHERE place IS NULL;
    CREATE INDEX events_in_time ON events (at, id);
    CREATE INDEX events_of_record ON events (record, at, id);
    CREATE INDEX events_of_client ON events (client, at, id) WHERE client IS NOT NULL;
    CREATE INDEX events_of_import ON events (import) WHERE import IS NOT NULL;

    -- The judgements of the whole journal. Each writes its obligations beside those of the one before; the latest that is
    -- in force is the one that counts.
    CREATE TABLE obligation_runs (
        number $SERIAL,
        begun_at $INT NOT NULL,
        in_force_at $INT
    ) $STRICT;

    CREATE TABLE obligations (
        number $SERIAL,
        run $INT NOT NULL REFERENCES obligation_runs (number),
        record $INT NOT NULL REFERENCES records (number),
        client $INT REFERENCES records (number),
        code $TEXT NOT NULL,
        rule $TEXT NOT NULL,
        version $TEXT NOT NULL,
        cycle $INT NOT NULL,
        level $INT NOT NULL,
        learner $TEXT NOT NULL,
        opened_at $INT NOT NULL,
        due_at $INT NOT NULL,
        discharged_at $INT,
        settled_at $INT,
        verdict $TEXT NOT NULL,
        owner_role $TEXT NOT NULL,
        owner $TEXT,
        tier $TEXT,
        body $JSON NOT NULL,
        import $INT REFERENCES imports (number)
    ) $STRICT;
    CREATE INDEX obligations_of_record ON obligations (record, opened_at);
    CREATE INDEX obligations_owed ON obligations (run, due_at, number) WHERE settled_at IS NULL AND import IS NULL;
    CREATE INDEX obligations_owed_under ON obligations (run, code, rule, due_at, number) WHERE settled_at IS NULL;
    CREATE INDEX obligations_of_rule ON obligations (run, code, rule, verdict, opened_at, number);
    CREATE INDEX obligations_of_owner ON obligations (run, owner, code, rule, verdict, opened_at, number)
        WHERE owner IS NOT NULL;
    CREATE INDEX obligations_of_client ON obligations (run, client, code, rule, verdict, opened_at, number)
        WHERE client IS NOT NULL;
    CREATE INDEX obligations_of_import ON obligations (import) WHERE import IS NOT NULL;

    -- When a record must be looked at next. One row a record: firing it twice finds nothing to do the second time.
    CREATE TABLE timers (
        record $INT NOT NULL PRIMARY KEY REFERENCES records (number),
        wake_at $INT NOT NULL
    ) $STRICT;
    CREATE INDEX timers_due ON timers (wake_at, record);

    -- What time brought about, once each: a warning, a breach, a rung of a ladder.
    CREATE TABLE firings (
        record $INT NOT NULL REFERENCES records (number),
        mark $TEXT NOT NULL,
        at $INT NOT NULL,
        fired_at $INT NOT NULL,
        PRIMARY KEY (record, mark)
    ) $STRICT;

    -- What must leave the house. Sent at least once; the id stays the same at every try.
    CREATE TABLE outbox (
        id $ID NOT NULL PRIMARY KEY,
        topic $TEXT NOT NULL,
        body $JSON NOT NULL,
        made_at $INT NOT NULL,
        next_try_at $INT NOT NULL,
        tries $INT NOT NULL,
        leased_until $INT NOT NULL,
        leased_by $ID,
        sent_at $INT,
        given_up_at $INT,
        last_error $TEXT
    ) $STRICT;
    CREATE INDEX outbox_waiting ON outbox (next_try_at, id) WHERE sent_at IS NULL AND given_up_at IS NULL;

    CREATE TABLE audit (
        place $PLACE,
        id $ID NOT NULL,
        at $INT NOT NULL,
        who $TEXT NOT NULL,
        act $TEXT NOT NULL,
        object $TEXT NOT NULL,
        object_id $TEXT NOT NULL,
        detail $TEXT NOT NULL,
        leaf $BYTES NOT NULL
    ) $STRICT;
    --postgres ALTER TABLE audit ADD PRIMARY KEY (id);
    --postgres CREATE INDEX audit_unplaced ON audit (id) WHERE place IS NULL;
    CREATE INDEX audit_of_object ON audit (object, object_id, place);

    CREATE TABLE audit_checkpoints (
        size $INT NOT NULL PRIMARY KEY,
        frontier $BYTES NOT NULL,
        note $TEXT NOT NULL,
        at $INT NOT NULL
    ) $STRICT;
";

const LIVE: &str = "
    -- What time brought about before this is told to nobody: the rules have changed since.
    ALTER TABLE obligation_runs ADD COLUMN quiet_until $INT NOT NULL DEFAULT 0;
    -- When a later run took its place.
    ALTER TABLE obligation_runs ADD COLUMN replaced_at $INT;

    -- Cases that are judged together, by the client or record that leads them: into which run they were judged last, and
    -- when. Only those that something has happened to in this house itself.
    CREATE TABLE families (
        record $INT NOT NULL PRIMARY KEY REFERENCES records (number),
        run $INT NOT NULL,
        judged_at $INT NOT NULL
    ) $STRICT;
    CREATE INDEX families_judged ON families (judged_at, record);

    -- What people were told, and who has seen it.
    CREATE TABLE alerts (
        number $SERIAL,
        record $INT NOT NULL REFERENCES records (number),
        client $INT REFERENCES records (number),
        code $TEXT NOT NULL,
        rule $TEXT NOT NULL,
        cycle $INT NOT NULL,
        level $INT NOT NULL,
        kind $TEXT NOT NULL,
        role $TEXT NOT NULL,
        person $TEXT,
        due_at $INT,
        at $INT NOT NULL,
        made_at $INT NOT NULL,
        seen_at $INT,
        seen_by $TEXT
    ) $STRICT;
    CREATE INDEX alerts_of_record ON alerts (record, number);
    CREATE INDEX alerts_open ON alerts (person, number) WHERE seen_at IS NULL;
";

const OWED: &str = "
    -- What each person, each role and each client is owed or owes now, by deadline; and what a person did lately.
    CREATE INDEX obligations_owed_by ON obligations (run, owner, due_at, number)
        WHERE settled_at IS NULL AND owner IS NOT NULL;
    CREATE INDEX obligations_owed_by_role ON obligations (run, owner_role, due_at, number)
        WHERE settled_at IS NULL AND owner IS NULL;
    CREATE INDEX obligations_owed_to ON obligations (run, client, due_at, number)
        WHERE settled_at IS NULL AND client IS NOT NULL;
    CREATE INDEX obligations_done_by ON obligations (run, owner, settled_at, verdict)
        WHERE settled_at IS NOT NULL AND owner IS NOT NULL;

    -- When an alert was given to the outbox as a mail. What was told before there were mails is mailed to nobody.
    ALTER TABLE alerts ADD COLUMN mailed_at $INT;
    UPDATE alerts SET mailed_at = made_at;
    CREATE INDEX alerts_unmailed ON alerts (number) WHERE mailed_at IS NULL;
    CREATE INDEX alerts_open_of_role ON alerts (role, number) WHERE seen_at IS NULL AND person IS NULL;
    CREATE INDEX alerts_seen ON alerts (seen_by, seen_at) WHERE seen_at IS NOT NULL;

    -- Each kind of parcel has a sender of its own, and is looked through by it.
    CREATE INDEX outbox_of_topic ON outbox (topic, next_try_at, id) WHERE sent_at IS NULL AND given_up_at IS NULL;
    CREATE INDEX outbox_made ON outbox (topic, made_at, id);
    CREATE INDEX outbox_given_up ON outbox (topic, given_up_at, id) WHERE given_up_at IS NOT NULL;
    DROP INDEX outbox_waiting;
";

const UNREFERRED: &str = "
    -- Obligations are reckoned from events, which refer to the same records, and written by a judgement under its own run. On
    -- PostgreSQL a reference is looked up and its row locked, row by row: a quarter of what a judgement costs; and all who judge at
    -- once refer to one run, so that each would write the list of those who hold its row.
    --postgres ALTER TABLE obligations DROP CONSTRAINT obligations_run_fkey;
    --postgres ALTER TABLE obligations DROP CONSTRAINT obligations_record_fkey;
    --postgres ALTER TABLE obligations DROP CONSTRAINT obligations_client_fkey;
    --postgres ALTER TABLE obligations DROP CONSTRAINT obligations_import_fkey;
";

const FATES: &str = "
    -- What became of a parcel: taken by a server, delivered as a server told, failed for good. Kept when the parcel itself is
    -- forgotten. said is the other side's word.
    CREATE TABLE outbox_fates (
        parcel $ID NOT NULL PRIMARY KEY,
        state $TEXT NOT NULL,
        said $TEXT NOT NULL,
        at $INT NOT NULL
    ) $STRICT;
";

const ALARMS: &str = "
    CREATE INDEX audit_alarms ON audit (place) WHERE act >= 'Alarm' AND act < 'Alarn';
";

const COUNTED: &str = "
    -- How often a family was judged: who has read it before tells by this whether it still stands so.
    ALTER TABLE families ADD COLUMN revision $INT NOT NULL DEFAULT 0;
";

const BELONGING: &str = "
    -- Which records belong to a client is read in the index alone.
    DROP INDEX events_of_client;
    CREATE INDEX events_of_client ON events (client, at, id, record) WHERE client IS NOT NULL;
";
