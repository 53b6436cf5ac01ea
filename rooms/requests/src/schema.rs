//! The tables of the room.

use kept_store::{Migration, Schema};

/// The tables of requests and their migrations.
pub const SCHEMA: Schema = Schema {
    owner: "requests",
    migrations: &[
        Migration {
            number: 1,
            name: "requests",
            text: REQUESTS,
        },
        Migration {
            number: 2,
            name: "numbers",
            text: NUMBERS,
        },
        Migration {
            number: 3,
            name: "skills",
            text: SKILLS,
        },
        Migration {
            number: 4,
            name: "mails",
            text: MAILS,
        },
        Migration {
            number: 5,
            name: "narrowed by index",
            text: NARROWED,
        },
        Migration {
            number: 6,
            name: "answers by mail",
            text: ANSWERS,
        },
        Migration {
            number: 7,
            name: "wording",
            text: WORDING,
        },
        Migration {
            number: 9,
            name: "selections and macros",
            text: SELECTED,
        },
        Migration {
            number: 10,
            name: "who sent a mail",
            text: SENT_BY,
        },
        Migration {
            number: 11,
            name: "tasks of people",
            text: TASKS,
        },
        Migration {
            number: 12,
            name: "from which mailbox",
            text: WRITES_FROM,
        },
        Migration {
            number: 13,
            name: "why many did not take it",
            text: LEFT_OUT,
        },
        Migration {
            number: 14,
            name: "sites that show the form",
            text: WEB_FORM,
        },
    ],
};

const WEB_FORM: &str = "
    -- The sites that may show the web form within their pages, in a line with blanks between them; no row, or none named: any site.
    CREATE TABLE request_web_form (
        id $INT NOT NULL PRIMARY KEY,
        sites $TEXT NOT NULL
    ) $STRICT;
";

const WRITES_FROM: &str = "
    -- The mailbox that we write from on a request which we have opened, until a mail comes in to one; empty: the house's address.
    ALTER TABLE requests ADD COLUMN writes_from $TEXT NOT NULL DEFAULT '';
";

const LEFT_OUT: &str = "
    -- Why a request did not take what was done to many, or keeps it although that was taken back; empty: it took it.
    ALTER TABLE request_bulk_rows ADD COLUMN why $TEXT NOT NULL DEFAULT '';
";

const SENT_BY: &str = "
    -- The address that a mail was sent from, where it asks for answers to another.
    ALTER TABLE request_mails ADD COLUMN sent_by $TEXT;
    -- It is the client's, and nobody has answered it yet nor said that it needs no answer.
    ALTER TABLE request_mails ADD COLUMN needs_answer $BOOL NOT NULL DEFAULT FALSE;
";

const TASKS: &str = "
    -- Who is to do it, and until the end of which day: `2026-02-03`.
    ALTER TABLE request_tasks ADD COLUMN assignee $ID REFERENCES people (id);
    ALTER TABLE request_tasks ADD COLUMN due_on $TEXT;
    CREATE INDEX request_tasks_of_assignee ON request_tasks (assignee, due_on) WHERE assignee IS NOT NULL;
";

const SKILLS: &str = "
    -- Those of the team get it who know this; empty: any of them.
    ALTER TABLE request_routes ADD COLUMN skill $TEXT NOT NULL DEFAULT '';
";

const NUMBERS: &str = "
    -- It counts, and holds nothing.
    CREATE TABLE request_numbers (
        number $SERIAL
    ) $STRICT;
    INSERT INTO request_numbers (number) SELECT coalesce(max(value), 1000) FROM request_counters WHERE name = 'number';
    --postgres SELECT setval('request_numbers_number_seq', (SELECT max(number) FROM request_numbers));
    DELETE FROM request_numbers;
    DELETE FROM request_counters WHERE name = 'number';
";

const REQUESTS: &str = "
    -- The next number that people call a request by.
    CREATE TABLE request_counters (
        name $TEXT NOT NULL PRIMARY KEY,
        value $INT NOT NULL
    ) $STRICT;

    -- A request. What happened to it is an instant. Choices are words of the vocabulary. The state says what the instants say
    -- together: new, acknowledged, in progress, waiting for the client, waiting for a third party, resolved, closed. The next
    -- deadline is that of the journal, kept beside so that lists can be cut by it; without one it is the largest instant.
    CREATE TABLE requests (
        id $ID NOT NULL PRIMARY KEY,
        number $INT NOT NULL UNIQUE,
        client $ID NOT NULL REFERENCES clients (id),
        -- Whose it was before its client became part of another.
        came_from $ID REFERENCES clients (id),
        contact $ID REFERENCES contacts (id),
        channel $TEXT NOT NULL,
        subject $TEXT NOT NULL,
        category $TEXT,
        urgency $TEXT,
        impact $TEXT,
        priority $TEXT,
        department $TEXT,
        state $TEXT NOT NULL,
        ending $TEXT,
        resolution $TEXT,
        reason $TEXT,
        assignee $ID REFERENCES people (id),
        team $ID REFERENCES teams (id),
        expected_at $INT,
        update_at $INT,
        contacted_at $INT NOT NULL,
        received_at $INT NOT NULL,
        acknowledged_at $INT,
        answered_at $INT,
        prioritised_at $INT,
        escalated_at $INT,
        agreed_at $INT,
        waiting_since $INT,
        resolved_at $INT,
        notice_at $INT,
        confirmed_at $INT,
        closed_at $INT,
        reopened_at $INT,
        complex_at $INT,
        snoozed_until $INT NOT NULL,
        due_at $INT NOT NULL,
        due_opened_at $INT,
        due_rule $TEXT,
        messages $INT NOT NULL,
        last_at $INT NOT NULL,
        last_voice $TEXT NOT NULL,
        merged_into $ID REFERENCES requests (id),
        revision $INT NOT NULL
    ) $STRICT;
    CREATE INDEX requests_by_due ON requests (due_at, id) WHERE closed_at IS NULL;
    CREATE INDEX requests_of_assignee ON requests (assignee, due_at, id) WHERE closed_at IS NULL AND assignee IS NOT NULL;
    CREATE INDEX requests_without_assignee ON requests (due_at, id) WHERE closed_at IS NULL AND assignee IS NULL;
    CREATE INDEX requests_waiting ON requests (due_at, id) WHERE closed_at IS NULL AND waiting_since IS NOT NULL;
    CREATE INDEX requests_in_order ON requests (received_at, id);
    CREATE INDEX requests_of_client ON requests (client, received_at, id);
    CREATE INDEX requests_came_from ON requests (came_from) WHERE came_from IS NOT NULL;
    CREATE INDEX requests_of_contact ON requests (contact, received_at, id) WHERE contact IS NOT NULL;
    CREATE INDEX requests_asked_of ON requests (assignee, received_at, id) WHERE assignee IS NOT NULL;
    CREATE INDEX requests_of_team ON requests (team, due_at, id) WHERE closed_at IS NULL AND team IS NOT NULL;

    -- What was said, in order: by the client, by us, among us (note), by the procedure (machine). Never changed.
    CREATE TABLE request_messages (
        request $ID NOT NULL REFERENCES requests (id),
        place $INT NOT NULL,
        id $ID NOT NULL UNIQUE,
        voice $TEXT NOT NULL,
        channel $TEXT NOT NULL,
        author $ID REFERENCES people (id),
        contact $ID REFERENCES contacts (id),
        text $TEXT NOT NULL,
        clause $TEXT,
        at $INT NOT NULL,
        PRIMARY KEY (request, place)
    ) $STRICT;
    CREATE INDEX request_messages_of_author ON request_messages (author, at) WHERE author IS NOT NULL;
    CREATE INDEX request_messages_of_contact ON request_messages (contact, at) WHERE contact IS NOT NULL;

    -- Files that came with a message. They lie in the database, which is encrypted as a whole.
    CREATE TABLE request_files (
        id $ID NOT NULL PRIMARY KEY,
        request $ID NOT NULL REFERENCES requests (id),
        place $INT NOT NULL,
        name $TEXT NOT NULL,
        size $INT NOT NULL,
        content $BYTES NOT NULL,
        added_at $INT NOT NULL,
        added_by $ID REFERENCES people (id)
    ) $STRICT;
    CREATE INDEX request_files_of_request ON request_files (request, place, id);

    CREATE TABLE request_tags (
        request $ID NOT NULL REFERENCES requests (id),
        tag $TEXT NOT NULL,
        PRIMARY KEY (request, tag)
    ) $STRICT;
    CREATE INDEX request_tags_by_tag ON request_tags (tag, request);

    -- The kind says what the first is of the other: duplicate, follow-up, related, split.
    CREATE TABLE request_links (
        request $ID NOT NULL REFERENCES requests (id),
        other $ID NOT NULL REFERENCES requests (id),
        kind $TEXT NOT NULL,
        made_at $INT NOT NULL,
        PRIMARY KEY (request, other, kind)
    ) $STRICT;
    CREATE INDEX request_links_back ON request_links (other, request);

    CREATE TABLE request_tasks (
        id $ID NOT NULL PRIMARY KEY,
        request $ID NOT NULL REFERENCES requests (id),
        title $TEXT NOT NULL,
        made_at $INT NOT NULL,
        made_by $ID REFERENCES people (id),
        done_at $INT,
        done_by $ID REFERENCES people (id)
    ) $STRICT;
    CREATE INDEX request_tasks_of_request ON request_tasks (request, made_at, id);

    -- How far a person has read.
    CREATE TABLE request_seen (
        person $ID NOT NULL REFERENCES people (id),
        request $ID NOT NULL REFERENCES requests (id),
        messages $INT NOT NULL,
        seen_at $INT NOT NULL,
        PRIMARY KEY (person, request)
    ) $STRICT;

    -- Views of the queue that people keep: what follows the question mark.
    CREATE TABLE request_views (
        id $ID NOT NULL PRIMARY KEY,
        person $ID NOT NULL REFERENCES people (id),
        name $TEXT NOT NULL,
        query $TEXT NOT NULL,
        shared_at $INT,
        made_at $INT NOT NULL
    ) $STRICT;
    CREATE INDEX request_views_of_person ON request_views (person, made_at, id);
    CREATE INDEX request_views_shared ON request_views (made_at, id) WHERE shared_at IS NOT NULL;

    -- Who gets what comes in: the first of these that fits, in order. What is empty fits everything. The way is team,
    -- person, round robin or least load.
    CREATE TABLE request_routes (
        id $ID NOT NULL PRIMARY KEY,
        place $INT NOT NULL,
        channel $TEXT NOT NULL,
        category $TEXT NOT NULL,
        tier $TEXT NOT NULL,
        words $TEXT NOT NULL,
        way $TEXT NOT NULL,
        team $ID REFERENCES teams (id),
        person $ID REFERENCES people (id),
        last_person $ID REFERENCES people (id),
        made_at $INT NOT NULL,
        retired_at $INT
    ) $STRICT;
    CREATE INDEX request_routes_in_order ON request_routes (place, id) WHERE retired_at IS NULL;

    -- Answers that people keep, to begin one with.
    CREATE TABLE request_macros (
        id $ID NOT NULL PRIMARY KEY,
        person $ID REFERENCES people (id),
        name $TEXT NOT NULL,
        text $TEXT NOT NULL,
        then_do $TEXT NOT NULL,
        made_at $INT NOT NULL,
        retired_at $INT
    ) $STRICT;
    CREATE INDEX request_macros_in_order ON request_macros (name, id) WHERE retired_at IS NULL;

    -- What was done to many at once, and how each stood before, so that it can be taken back.
    CREATE TABLE request_bulks (
        id $ID NOT NULL PRIMARY KEY,
        person $ID NOT NULL REFERENCES people (id),
        what $TEXT NOT NULL,
        made_at $INT NOT NULL,
        undone_at $INT
    ) $STRICT;
    CREATE INDEX request_bulks_of_person ON request_bulks (person, made_at);
    CREATE TABLE request_bulk_rows (
        bulk $ID NOT NULL REFERENCES request_bulks (id),
        request $ID NOT NULL REFERENCES requests (id),
        before $TEXT NOT NULL,
        PRIMARY KEY (bulk, request)
    ) $STRICT;
    CREATE INDEX request_bulk_rows_of_request ON request_bulk_rows (request);

    -- Forms that visitors have sent, by the token of the page: sending one again finds what it opened.
    CREATE TABLE request_forms (
        token $BYTES NOT NULL PRIMARY KEY,
        request $ID NOT NULL REFERENCES requests (id),
        made_at $INT NOT NULL
    ) $STRICT;
    CREATE INDEX request_forms_by_age ON request_forms (made_at);
";

const MAILS: &str = "
    -- What a message was as a mail: which one, who says to have written it, and what that is worth.
    CREATE TABLE request_mails (
        request $ID NOT NULL REFERENCES requests (id),
        place $INT NOT NULL,
        mail $ID NOT NULL,
        message_id $TEXT,
        name $TEXT NOT NULL,
        email $TEXT NOT NULL,
        subject $TEXT NOT NULL,
        verdict $TEXT NOT NULL,
        has_html $BOOL NOT NULL,
        PRIMARY KEY (request, place)
    ) $STRICT;

    -- Who takes part beside the contact, by address.
    CREATE TABLE request_people (
        request $ID NOT NULL REFERENCES requests (id),
        email $TEXT NOT NULL,
        name $TEXT NOT NULL,
        since_at $INT NOT NULL,
        PRIMARY KEY (request, email)
    ) $STRICT;

    -- What came by mail is kept once on a request.
    ALTER TABLE request_files ADD COLUMN sha256 $BYTES;
";

const ANSWERS: &str = "
    -- Our address that a mail came to: answers go from there.
    ALTER TABLE request_mails ADD COLUMN came_to $TEXT NOT NULL DEFAULT '';

    -- Whoever a later mail brings along is asked for first: admitted_at says since when they are written to, and left_out_at
    -- that they are not to be. Who came with the first mail, or was there before, takes part.
    ALTER TABLE request_people ADD COLUMN admitted_at $INT;
    ALTER TABLE request_people ADD COLUMN left_out_at $INT;
    UPDATE request_people SET admitted_at = since_at;

    -- Answers that are written and have not left: for as long as they can be taken back, or until a time that somebody chose. The
    -- draft is the answer as JSON. stopped says why one stays here and does not leave by itself.
    CREATE TABLE request_leaving (
        id $ID NOT NULL PRIMARY KEY,
        request $ID NOT NULL REFERENCES requests (id),
        person $ID NOT NULL REFERENCES people (id),
        draft $TEXT NOT NULL,
        made_at $INT NOT NULL,
        leaves_at $INT NOT NULL,
        stopped $TEXT
    ) $STRICT;
    CREATE INDEX request_leaving_in_order ON request_leaving (leaves_at, id) WHERE stopped IS NULL;
    CREATE INDEX request_leaving_of_request ON request_leaving (request, made_at, id);
    CREATE INDEX request_leaving_of_person ON request_leaving (person, made_at);
";

const WORDING: &str = "
    -- How the house speaks: what is not said, and what is said in its place.
    CREATE TABLE request_house_words (
        id $ID NOT NULL PRIMARY KEY,
        person $ID REFERENCES people (id),
        avoid $TEXT NOT NULL,
        say $TEXT NOT NULL,
        why $TEXT NOT NULL,
        made_at $INT NOT NULL,
        retired_at $INT
    ) $STRICT;
    CREATE INDEX request_house_words_in_order ON request_house_words (avoid, id) WHERE retired_at IS NULL;

    -- What was remarked on an answer that was sent all the same: of which kind, and how often.
    CREATE TABLE request_remarks (
        message $ID NOT NULL REFERENCES request_messages (id),
        kind $TEXT NOT NULL,
        number $INT NOT NULL,
        PRIMARY KEY (message, kind)
    ) $STRICT;

    -- What was promised to the client in a message, and until when.
    CREATE TABLE request_promises (
        id $ID NOT NULL PRIMARY KEY,
        request $ID NOT NULL REFERENCES requests (id),
        message $ID NOT NULL REFERENCES request_messages (id),
        person $ID REFERENCES people (id),
        words $TEXT NOT NULL,
        due_at $INT NOT NULL,
        made_at $INT NOT NULL,
        kept_at $INT,
        withdrawn_at $INT,
        reason $TEXT
    ) $STRICT;
    CREATE INDEX request_promises_of_request ON request_promises (request, due_at, id);
    CREATE INDEX request_promises_of_person ON request_promises (person, made_at) WHERE person IS NOT NULL;
    CREATE INDEX request_promises_of_message ON request_promises (message);

    -- The template that a message was begun with: which version, its text with the values of then, and whether it was changed.
    CREATE TABLE request_written (
        message $ID NOT NULL PRIMARY KEY REFERENCES request_messages (id),
        request $ID NOT NULL REFERENCES requests (id),
        template $ID NOT NULL,
        version $INT NOT NULL,
        name $TEXT NOT NULL,
        text $TEXT NOT NULL,
        edited $BOOL NOT NULL
    ) $STRICT;
    CREATE INDEX request_written_of_request ON request_written (request, message);
    CREATE INDEX request_written_of_template ON request_written (template, version, message);

    -- Everything that was said between clients and us, the newest first.
    CREATE INDEX request_messages_in_order ON request_messages (at, id) WHERE voice IN ('client', 'us');

    -- What somebody has begun to write and not sent: on a request (its id is the place), or to open one (new). The draft is JSON.
    CREATE TABLE request_drafts (
        person $ID NOT NULL REFERENCES people (id),
        place $TEXT NOT NULL,
        draft $TEXT NOT NULL,
        kept_at $INT NOT NULL,
        PRIMARY KEY (person, place)
    ) $STRICT;
    CREATE INDEX request_drafts_by_place ON request_drafts (place);
    CREATE INDEX request_drafts_by_age ON request_drafts (kept_at);
";

const SELECTED: &str = "
    -- What is done to many, as JSON: it goes on in slices, and after a stop. A row of it is empty as long as the request waits.
    ALTER TABLE request_bulks ADD COLUMN changes $TEXT NOT NULL DEFAULT '[]';
    -- Steps of a macro are changes as JSON from now on.
    UPDATE request_macros SET then_do = '[]';
";

const NARROWED: &str = "
    -- What is open, with all that a view is narrowed by: what does not belong to it is passed over in the index alone. It takes the
    -- column of the condition too, which SQLite looks at again. In the order of deadlines, of everybody, of a person, of a team and
    -- of a client.
    DROP INDEX requests_by_due;
    DROP INDEX requests_of_assignee;
    DROP INDEX requests_without_assignee;
    DROP INDEX requests_waiting;
    DROP INDEX requests_of_team;
    DROP INDEX requests_in_order;
    CREATE INDEX requests_by_due ON requests
        (due_at, id, closed_at, snoozed_until, state, assignee, team, client, waiting_since, category, priority, channel)
        WHERE closed_at IS NULL;
    CREATE INDEX requests_of_assignee ON requests
        (assignee, due_at, id, closed_at, snoozed_until, state, waiting_since, client, team, category, priority, channel)
        WHERE closed_at IS NULL AND assignee IS NOT NULL;
    CREATE INDEX requests_without_assignee ON requests (due_at, id, closed_at, snoozed_until, assignee, team, client)
        WHERE closed_at IS NULL AND assignee IS NULL;
    CREATE INDEX requests_waiting ON requests (due_at, id, closed_at, snoozed_until, assignee, team, client, waiting_since)
        WHERE closed_at IS NULL AND waiting_since IS NOT NULL;
    CREATE INDEX requests_of_team ON requests
        (team, due_at, id, closed_at, snoozed_until, state, assignee, waiting_since, client, category, priority, channel)
        WHERE closed_at IS NULL AND team IS NOT NULL;
    CREATE INDEX requests_open_of_client ON requests
        (client, due_at, id, closed_at, snoozed_until, state, assignee, team, waiting_since, category, priority, channel)
        WHERE closed_at IS NULL;
    -- And the newest first, of everybody and of a team.
    CREATE INDEX requests_in_order ON requests
        (received_at, id, closed_at, state, assignee, team, client, category, priority, channel);
    CREATE INDEX requests_that_came_to_team ON requests (team, received_at, id) WHERE team IS NOT NULL;
    ANALYZE requests;
";
