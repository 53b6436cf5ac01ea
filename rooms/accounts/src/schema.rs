//! The tables of the room.

use kept_store::{Migration, Schema};

/// The tables of accounts and their migrations.
pub const SCHEMA: Schema = Schema {
    owner: "accounts",
    migrations: &[
        Migration {
            number: 1,
            name: "accounts",
            text: ACCOUNTS,
        },
        Migration {
            number: 2,
            name: "passkeys",
            text: PASSKEYS,
        },
        Migration {
            number: 3,
            name: "reads",
            text: READS,
        },
        Migration {
            number: 4,
            name: "skills",
            text: SKILLS,
        },
        Migration {
            number: 5,
            name: "read anew",
            text: READ_ANEW,
        },
    ],
};

const SKILLS: &str = "
    -- What people know, in small letters.
    CREATE TABLE person_skills (
        person $ID NOT NULL REFERENCES people (id),
        skill $TEXT NOT NULL,
        PRIMARY KEY (person, skill)
    ) $STRICT;
    CREATE INDEX people_of_skill ON person_skills (skill, person);
";

const ACCOUNTS: &str = "
    CREATE TABLE teams (
        id $ID NOT NULL PRIMARY KEY,
        name $TEXT NOT NULL,
        folded_name $TEXT NOT NULL UNIQUE,
        made_at $INT NOT NULL
    ) $STRICT;

    CREATE TABLE departments (
        id $ID NOT NULL PRIMARY KEY,
        name $TEXT NOT NULL,
        folded_name $TEXT NOT NULL UNIQUE,
        made_at $INT NOT NULL
    ) $STRICT;

    -- The state is invited, active or disabled; beside it since when, and by whom.
    CREATE TABLE people (
        id $ID NOT NULL PRIMARY KEY,
        name $TEXT NOT NULL,
        folded_name $TEXT NOT NULL,
        email $TEXT NOT NULL,
        folded_email $TEXT NOT NULL UNIQUE,
        state $TEXT NOT NULL,
        state_at $INT NOT NULL,
        state_by $TEXT NOT NULL,
        password $TEXT,
        password_at $INT,
        team $ID REFERENCES teams (id),
        department $ID REFERENCES departments (id),
        zone $TEXT NOT NULL,
        language $TEXT NOT NULL,
        made_at $INT NOT NULL
    ) $STRICT;
    CREATE INDEX people_in_order ON people (folded_name, id);
    CREATE INDEX people_of_team ON people (team) WHERE team IS NOT NULL;

    CREATE TABLE person_roles (
        person $ID NOT NULL REFERENCES people (id),
        role $TEXT NOT NULL,
        PRIMARY KEY (person, role)
    ) $STRICT;
    CREATE INDEX people_of_role ON person_roles (role, person);

    -- Minutes after midnight in the person's zone; Monday is 1.
    CREATE TABLE working_hours (
        person $ID NOT NULL REFERENCES people (id),
        weekday $INT NOT NULL,
        starts $INT NOT NULL,
        ends $INT NOT NULL,
        PRIMARY KEY (person, weekday, starts)
    ) $STRICT;

    -- Local days, the last one included.
    CREATE TABLE absences (
        id $ID NOT NULL PRIMARY KEY,
        person $ID NOT NULL REFERENCES people (id),
        from_on $TEXT NOT NULL,
        until_on $TEXT NOT NULL,
        deputy $ID REFERENCES people (id),
        made_at $INT NOT NULL,
        cancelled_at $INT
    ) $STRICT;
    CREATE INDEX absences_of_person ON absences (person, from_on);

    CREATE TABLE sessions (
        id $ID NOT NULL PRIMARY KEY,
        token $BYTES NOT NULL UNIQUE,
        person $ID NOT NULL REFERENCES people (id),
        made_at $INT NOT NULL,
        last_seen_at $INT NOT NULL,
        agent $TEXT NOT NULL,
        address $TEXT NOT NULL,
        ended_at $INT,
        ended_because $TEXT
    ) $STRICT;
    CREATE INDEX sessions_of_person ON sessions (person, last_seen_at) WHERE ended_at IS NULL;

    -- A right password whose code is still missing.
    CREATE TABLE second_steps (
        token $BYTES NOT NULL PRIMARY KEY,
        person $ID NOT NULL REFERENCES people (id),
        made_at $INT NOT NULL,
        expires_at $INT NOT NULL,
        tries $INT NOT NULL
    ) $STRICT;

    -- Browsers that have signed in before: guessing elsewhere does not slow them down.
    CREATE TABLE known_browsers (
        token $BYTES NOT NULL PRIMARY KEY,
        person $ID NOT NULL REFERENCES people (id),
        made_at $INT NOT NULL,
        last_used_at $INT NOT NULL
    ) $STRICT;
    CREATE INDEX known_browsers_of_person ON known_browsers (person);

    -- What a link in a mail is good for, once: first, invitation or reset.
    CREATE TABLE links (
        token $BYTES NOT NULL PRIMARY KEY,
        purpose $TEXT NOT NULL,
        person $ID REFERENCES people (id),
        made_at $INT NOT NULL,
        expires_at $INT NOT NULL,
        used_at $INT
    ) $STRICT;
    CREATE INDEX links_of_person ON links (person, purpose, made_at) WHERE person IS NOT NULL;

    -- Secrets of one-time codes. Unconfirmed until a first code was right; a code counts once.
    CREATE TABLE code_secrets (
        person $ID NOT NULL PRIMARY KEY REFERENCES people (id),
        sealed $BYTES NOT NULL,
        made_at $INT NOT NULL,
        confirmed_at $INT,
        last_step $INT NOT NULL
    ) $STRICT;

    CREATE TABLE recovery_codes (
        person $ID NOT NULL REFERENCES people (id),
        hash $BYTES NOT NULL,
        used_at $INT,
        PRIMARY KEY (person, hash)
    ) $STRICT;

    -- Scopes are names of actions, apart by spaces. Without a person it is a program of the company's own.
    CREATE TABLE api_tokens (
        id $ID NOT NULL PRIMARY KEY,
        token $BYTES NOT NULL UNIQUE,
        name $TEXT NOT NULL,
        person $ID REFERENCES people (id),
        scopes $TEXT NOT NULL,
        made_at $INT NOT NULL,
        expires_at $INT,
        last_used_at $INT,
        revoked_at $INT
    ) $STRICT;
    CREATE INDEX api_tokens_of_person ON api_tokens (person, made_at) WHERE person IS NOT NULL;

    -- Wrong tries in a row, by what they were counted against: account, browser, address, code, reset.
    CREATE TABLE sign_in_failures (
        kind $TEXT NOT NULL,
        about $TEXT NOT NULL,
        failures $INT NOT NULL,
        last_at $INT NOT NULL,
        PRIMARY KEY (kind, about)
    ) $STRICT;
    CREATE INDEX sign_in_failures_old ON sign_in_failures (last_at);

    -- Access that was taken in an emergency.
    CREATE TABLE emergencies (
        id $ID NOT NULL PRIMARY KEY,
        person $ID NOT NULL REFERENCES people (id),
        object $TEXT NOT NULL,
        record $ID NOT NULL,
        reason $TEXT NOT NULL,
        opened_at $INT NOT NULL,
        until $INT NOT NULL,
        ended_at $INT
    ) $STRICT;
    CREATE INDEX emergencies_of_person ON emergencies (person, until);
    CREATE INDEX emergencies_in_order ON emergencies (opened_at, id);

    -- Who has read which record of a client, and when.
    CREATE TABLE record_reads (
        id $ID NOT NULL PRIMARY KEY,
        at $INT NOT NULL,
        person $ID NOT NULL REFERENCES people (id),
        object $TEXT NOT NULL,
        record $ID NOT NULL
    ) $STRICT;
    CREATE INDEX record_reads_of_person ON record_reads (person, at, id);
    CREATE INDEX record_reads_of_record ON record_reads (object, record, at, id);
";

const PASSKEYS: &str = "
    -- The key is a COSE_Key; a sign count of nought says that the authenticator does not count. Warned is when a count went
    -- back: somebody may have a copy.
    CREATE TABLE passkeys (
        id $ID NOT NULL PRIMARY KEY,
        person $ID NOT NULL REFERENCES people (id),
        credential $BYTES NOT NULL UNIQUE,
        public_key $BYTES NOT NULL,
        sign_count $INT NOT NULL,
        transports $TEXT NOT NULL,
        synced $BOOL NOT NULL,
        name $TEXT NOT NULL,
        made_at $INT NOT NULL,
        last_used_at $INT,
        warned_at $INT
    ) $STRICT;
    CREATE INDEX passkeys_of_person ON passkeys (person, made_at);

    -- Hashes of challenges that were answered, until they would be too old anyway: an answer counts once.
    CREATE TABLE used_challenges (
        hash $BYTES NOT NULL PRIMARY KEY,
        expires_at $INT NOT NULL
    ) $STRICT;
    CREATE INDEX used_challenges_old ON used_challenges (expires_at);
";

const READS: &str = "
    -- Records are named as the journal names them: an imported one has no id of ours. Nothing was written here before.
    DROP TABLE record_reads;
    CREATE TABLE record_reads (
        id $ID NOT NULL PRIMARY KEY,
        at $INT NOT NULL,
        person $ID NOT NULL REFERENCES people (id),
        object $TEXT NOT NULL,
        record $TEXT NOT NULL,
        client $TEXT
    ) $STRICT;
    CREATE INDEX record_reads_of_person ON record_reads (person, at, id);
    CREATE INDEX record_reads_of_record ON record_reads (object, record, at, id);
    CREATE INDEX record_reads_of_client ON record_reads (client, at, id);
";

const READ_ANEW: &str = "
    -- Whether the person had not read that record within the hour before: what an alarm counts.
    ALTER TABLE record_reads ADD COLUMN anew $BOOL NOT NULL DEFAULT FALSE;
    CREATE INDEX record_reads_anew ON record_reads (person, at) WHERE anew;
";
