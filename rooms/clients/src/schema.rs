//! The tables of the room.

use kept_store::{Migration, Schema};

/// The tables of clients and their migrations.
pub const SCHEMA: Schema = Schema {
    owner: "clients",
    migrations: &[
        Migration {
            number: 1,
            name: "clients",
            text: CLIENTS,
        },
        Migration {
            number: 2,
            name: "lists",
            text: LISTS,
        },
        Migration {
            number: 3,
            name: "clients to check",
            text: TO_CHECK,
        },
        Migration {
            number: 4,
            name: "keys of other systems",
            text: OUTER_KEYS,
        },
        Migration {
            number: 5,
            name: "further numbers of contacts",
            text: PHONES,
        },
    ],
};

const CLIENTS: &str = "
    -- A company or a person. The owner is the account manager. The state is `to-check` for whoever came in by a form or a mail
    -- and was looked at by nobody yet, else `known`. A client that was merged keeps its row and points to the one that lives
    -- on. Money is in hundredths of the company's currency. Texts without content are empty, not NULL, except where a rule
    -- reads whether they are known.
    CREATE TABLE clients (
        number $SERIAL,
        id $ID NOT NULL UNIQUE,
        kind $TEXT NOT NULL,
        name $TEXT NOT NULL,
        folded_name $TEXT NOT NULL,
        state $TEXT NOT NULL,
        website $TEXT NOT NULL DEFAULT '',
        phone $TEXT NOT NULL DEFAULT '',
        address $TEXT NOT NULL DEFAULT '',
        country $TEXT NOT NULL DEFAULT '',
        industry $TEXT NOT NULL DEFAULT '',
        zone $TEXT NOT NULL,
        language $TEXT NOT NULL,
        channel $TEXT,
        style $TEXT NOT NULL DEFAULT '',
        rhythm_days $INT,
        owner $ID REFERENCES people (id),
        team $ID REFERENCES teams (id),
        tier $TEXT,
        tier_because $TEXT,
        tier_at $INT,
        tier_until $INT,
        revenue $INT,
        engagement $TEXT,
        recency $INT,
        frequency $INT,
        breadth $INT,
        engagement_at $INT NOT NULL,
        alert $TEXT,
        revision $INT NOT NULL,
        made_at $INT NOT NULL,
        changed_at $INT NOT NULL,
        archived_at $INT,
        merged_into $ID REFERENCES clients (id),
        erased_at $INT
    ) $STRICT;
    CREATE INDEX clients_by_name ON clients (folded_name, id) WHERE merged_into IS NULL AND archived_at IS NULL;
    CREATE INDEX clients_of_tier ON clients (tier, folded_name, id) WHERE merged_into IS NULL AND archived_at IS NULL;
    CREATE INDEX clients_of_owner ON clients (owner, folded_name, id) WHERE owner IS NOT NULL;
    CREATE INDEX clients_of_team ON clients (team, folded_name, id) WHERE team IS NOT NULL;
    CREATE INDEX clients_to_check ON clients (made_at, id) WHERE state = 'to-check' AND merged_into IS NULL;
    CREATE INDEX clients_by_age_of_figures ON clients (engagement_at, id) WHERE merged_into IS NULL;
    CREATE INDEX clients_set_by_hand ON clients (tier_until, id) WHERE tier_until IS NOT NULL;
    CREATE INDEX clients_merged ON clients (merged_into) WHERE merged_into IS NOT NULL;

    -- The account team, with the part that each person has in it.
    CREATE TABLE client_team (
        client $ID NOT NULL REFERENCES clients (id),
        person $ID NOT NULL REFERENCES people (id),
        part $TEXT NOT NULL,
        since $INT NOT NULL,
        PRIMARY KEY (client, person)
    ) $STRICT;
    CREATE INDEX client_team_of_person ON client_team (person, client);

    CREATE TABLE contacts (
        id $ID NOT NULL PRIMARY KEY,
        client $ID NOT NULL REFERENCES clients (id),
        name $TEXT NOT NULL,
        folded_name $TEXT NOT NULL,
        position $TEXT NOT NULL DEFAULT '',
        email $TEXT,
        folded_email $TEXT,
        phone $TEXT,
        folded_phone $TEXT,
        channel $TEXT,
        style $TEXT,
        language $TEXT NOT NULL,
        note $TEXT NOT NULL DEFAULT '',
        revision $INT NOT NULL,
        made_at $INT NOT NULL,
        changed_at $INT NOT NULL,
        removed_at $INT,
        erased_at $INT
    ) $STRICT;
    CREATE INDEX contacts_of_client ON contacts (client, folded_name, id);
    CREATE INDEX contacts_by_name ON contacts (folded_name, id) WHERE removed_at IS NULL;
    CREATE INDEX contacts_by_email ON contacts (folded_email, made_at, id) WHERE folded_email IS NOT NULL AND removed_at IS NULL;
    CREATE INDEX contacts_by_phone ON contacts (folded_phone, id) WHERE folded_phone IS NOT NULL AND removed_at IS NULL;

    -- Where a fact comes from and how old it is: the name of a column of clients, or the id of a field of the company's own.
    CREATE TABLE client_sources (
        client $ID NOT NULL REFERENCES clients (id),
        fact $TEXT NOT NULL,
        source $TEXT NOT NULL,
        at $INT NOT NULL,
        person $ID REFERENCES people (id),
        PRIMARY KEY (client, fact)
    ) $STRICT;

    -- Fields of the company's own: text, number, date or choice, the choices one a line.
    CREATE TABLE client_fields (
        id $ID NOT NULL PRIMARY KEY,
        label $TEXT NOT NULL,
        kind $TEXT NOT NULL,
        choices $TEXT NOT NULL,
        place $INT NOT NULL,
        made_at $INT NOT NULL,
        retired_at $INT
    ) $STRICT;
    CREATE TABLE client_values (
        client $ID NOT NULL REFERENCES clients (id),
        field $ID NOT NULL REFERENCES client_fields (id),
        value $TEXT NOT NULL,
        PRIMARY KEY (client, field)
    ) $STRICT;

    -- What a client bought, or gave back: in hundredths of the company's currency, at the rate of the day. What is agreed for the
    -- first year stands for it until there is a sale.
    CREATE TABLE client_revenues (
        id $ID NOT NULL PRIMARY KEY,
        client $ID NOT NULL REFERENCES clients (id),
        kind $TEXT NOT NULL,
        on_day $TEXT NOT NULL,
        amount $INT NOT NULL,
        note $TEXT NOT NULL,
        made_at $INT NOT NULL,
        made_by $ID REFERENCES people (id),
        removed_at $INT
    ) $STRICT;
    CREATE INDEX client_revenues_of_client ON client_revenues (client, on_day, id) WHERE removed_at IS NULL;

    -- Each change of tier, with the figures that led to it.
    CREATE TABLE client_tiers (
        id $ID NOT NULL PRIMARY KEY,
        client $ID NOT NULL REFERENCES clients (id),
        at $INT NOT NULL,
        tier $TEXT,
        because $TEXT NOT NULL,
        revenue $INT,
        reason $TEXT NOT NULL,
        until $INT,
        person $ID REFERENCES people (id)
    ) $STRICT;
    CREATE INDEX client_tiers_of_client ON client_tiers (client, at, id);

    CREATE TABLE client_notes (
        id $ID NOT NULL PRIMARY KEY,
        client $ID NOT NULL REFERENCES clients (id),
        text $TEXT NOT NULL,
        written_at $INT NOT NULL,
        written_by $ID REFERENCES people (id),
        pinned_at $INT,
        removed_at $INT
    ) $STRICT;
    CREATE INDEX client_notes_of_client ON client_notes (client, written_at, id) WHERE removed_at IS NULL;

    -- What a client is recognised by: name, domain, email, phone, each folded.
    CREATE TABLE client_keys (
        client $ID NOT NULL REFERENCES clients (id),
        kind $TEXT NOT NULL,
        word $TEXT NOT NULL,
        PRIMARY KEY (client, kind, word)
    ) $STRICT;
    CREATE INDEX client_keys_by_word ON client_keys (kind, word, client);

    -- Two that may be one, the earlier id first; put aside when somebody has said that they are not.
    CREATE TABLE client_pairs (
        one $ID NOT NULL REFERENCES clients (id),
        other $ID NOT NULL REFERENCES clients (id),
        because $TEXT NOT NULL,
        found_at $INT NOT NULL,
        aside_at $INT,
        aside_by $ID REFERENCES people (id),
        PRIMARY KEY (one, other)
    ) $STRICT;
    CREATE INDEX client_pairs_open ON client_pairs (found_at, one, other) WHERE aside_at IS NULL;
    CREATE INDEX client_pairs_of_other ON client_pairs (other, one);

    -- A merge, and each row that it moved: taking it back moves the same rows back.
    CREATE TABLE client_merges (
        id $ID NOT NULL PRIMARY KEY,
        kept $ID NOT NULL REFERENCES clients (id),
        gone $ID NOT NULL REFERENCES clients (id),
        at $INT NOT NULL,
        person $ID REFERENCES people (id),
        undone_at $INT
    ) $STRICT;
    CREATE INDEX client_merges_of_kept ON client_merges (kept, at, id);
    CREATE INDEX client_merges_of_gone ON client_merges (gone, at, id);
    CREATE TABLE client_moves (
        merge $ID NOT NULL REFERENCES client_merges (id),
        kind $TEXT NOT NULL,
        row_id $ID NOT NULL,
        PRIMARY KEY (merge, kind, row_id)
    ) $STRICT;
";

const LISTS: &str = "
    -- A list that was sent: mapping, checking, checked, running, done, undoing, undone. The columns and their uses are JSON.
    CREATE TABLE client_imports (
        id $ID NOT NULL PRIMARY KEY,
        name $TEXT NOT NULL,
        columns $TEXT NOT NULL,
        uses $TEXT NOT NULL,
        state $TEXT NOT NULL,
        lines $INT NOT NULL,
        at_line $INT NOT NULL,
        taken_at $INT NOT NULL,
        taken_by $ID REFERENCES people (id)
    ) $STRICT;
    CREATE INDEX client_imports_under_way ON client_imports (id) WHERE state IN ('checking', 'running', 'undoing');
    CREATE TABLE client_import_lines (
        import $ID NOT NULL REFERENCES client_imports (id),
        line $INT NOT NULL,
        cells $TEXT NOT NULL,
        outcome $TEXT NOT NULL,
        words $TEXT NOT NULL,
        word $TEXT NOT NULL,
        mail $TEXT NOT NULL,
        client $ID,
        contact $ID,
        PRIMARY KEY (import, line)
    ) $STRICT;
    CREATE INDEX client_import_lines_by_outcome ON client_import_lines (import, outcome, line);
    CREATE INDEX client_import_lines_by_word ON client_import_lines (import, word, line) WHERE word <> '';
    CREATE INDEX client_import_lines_by_mail ON client_import_lines (import, mail, line) WHERE mail <> '';
    CREATE INDEX client_import_lines_of_client ON client_import_lines (client) WHERE client IS NOT NULL;
";

const TO_CHECK: &str = "
    -- With all that the list asks for: whoever came in unknown is counted for every page without a look at their rows.
    DROP INDEX clients_to_check;
    CREATE INDEX clients_to_check ON clients (made_at, id) WHERE state = 'to-check' AND merged_into IS NULL AND archived_at IS NULL;
";

const PHONES: &str = "
    -- The further numbers of a contact, one a line, each after what it is: `mobile: +358 40 123 4567`.
    ALTER TABLE contacts ADD COLUMN phones $TEXT NOT NULL DEFAULT '';
";

const OUTER_KEYS: &str = "
    -- What a client is called in another system, so that lists of that system find it by more than its name. The import is the
    -- list that brought the key, which takes it back with the rest. A client that was merged keeps its keys, and is found as the
    -- one that lives on.
    CREATE TABLE client_outer_keys (
        client $ID NOT NULL REFERENCES clients (id),
        system $TEXT NOT NULL,
        word $TEXT NOT NULL,
        import $ID,
        at $INT NOT NULL,
        PRIMARY KEY (client, system, word)
    ) $STRICT;
    CREATE INDEX client_outer_keys_by_word ON client_outer_keys (system, word, client);

    -- From which system a list comes. What a line has filled in of a client that was known, as JSON: each fact with what stood
    -- there and what stands there now; how often it has changed the client; and what it could not do.
    ALTER TABLE client_imports ADD COLUMN system $TEXT NOT NULL DEFAULT '';
    ALTER TABLE client_import_lines ADD COLUMN filled $TEXT NOT NULL DEFAULT '';
    ALTER TABLE client_import_lines ADD COLUMN changes $INT NOT NULL DEFAULT 0;
    ALTER TABLE client_import_lines ADD COLUMN remark $TEXT NOT NULL DEFAULT '';

    -- A fact that the client which goes has given to the one that stays: what stood there before, with where that came from.
    CREATE TABLE client_merge_facts (
        merge $ID NOT NULL REFERENCES client_merges (id),
        fact $TEXT NOT NULL,
        before $TEXT NOT NULL,
        after $TEXT NOT NULL,
        source $TEXT,
        at $INT,
        person $ID REFERENCES people (id),
        PRIMARY KEY (merge, fact)
    ) $STRICT;
";
