//! The tables of the room.

use kept_store::{Migration, Schema};

/// The tables of forms and their migrations.
pub const SCHEMA: Schema = Schema {
    owner: "forms",
    migrations: &[
        Migration {
            number: 1,
            name: "forms",
            text: FORMS,
        },
        Migration {
            number: 2,
            name: "drafts, reminders, files",
            text: GOING_ON,
        },
    ],
};

const FORMS: &str = "
            -- The design is JSON: title, words, fields in order. It is what is being written; what is filled in is a version.
            -- The sites that may show a public form within their pages stand in a line, with blanks between them.
            CREATE TABLE forms (
                id $ID NOT NULL PRIMARY KEY,
                kind $TEXT NOT NULL,
                language $TEXT NOT NULL,
                design $TEXT NOT NULL,
                version $INT NOT NULL,
                revision $INT NOT NULL,
                public_at $INT,
                sites $TEXT NOT NULL,
                made_at $INT NOT NULL,
                made_by $ID REFERENCES people (id),
                retired_at $INT
            ) $STRICT;
            CREATE INDEX forms_in_order ON forms (made_at, id) WHERE retired_at IS NULL;

            CREATE TABLE form_versions (
                form $ID NOT NULL REFERENCES forms (id),
                version $INT NOT NULL,
                design $TEXT NOT NULL,
                published_at $INT NOT NULL,
                published_by $ID REFERENCES people (id),
                PRIMARY KEY (form, version)
            ) $STRICT;

            -- A link for one contact, good once. Only the hash of its token.
            CREATE TABLE form_links (
                id $ID NOT NULL PRIMARY KEY,
                token $BYTES NOT NULL UNIQUE,
                form $ID NOT NULL REFERENCES forms (id),
                client $ID NOT NULL REFERENCES clients (id),
                contact $ID NOT NULL REFERENCES contacts (id),
                project $TEXT NOT NULL,
                sealed $BYTES NOT NULL,
                made_at $INT NOT NULL,
                made_by $ID REFERENCES people (id),
                expires_at $INT NOT NULL,
                used_at $INT
            ) $STRICT;
            CREATE INDEX form_links_of_client ON form_links (client, made_at, id);
            CREATE INDEX form_links_of_contact ON form_links (contact, made_at, id);

            -- What was filled in: values and what changed in the record as JSON. The seal is the token of the page of a public form:
            -- sending it again finds the answer.
            CREATE TABLE form_answers (
                id $ID NOT NULL PRIMARY KEY,
                form $ID NOT NULL,
                version $INT NOT NULL,
                client $ID REFERENCES clients (id),
                contact $ID REFERENCES contacts (id),
                given_at $INT NOT NULL,
                given $TEXT NOT NULL,
                changes $TEXT NOT NULL,
                seal $BYTES UNIQUE,
                held $TEXT,
                taken_at $INT,
                seen_at $INT,
                seen_by $ID REFERENCES people (id),
                FOREIGN KEY (form, version) REFERENCES form_versions (form, version)
            ) $STRICT;
            CREATE INDEX form_answers_of_form ON form_answers (form, given_at, id);
            CREATE INDEX form_answers_of_client ON form_answers (client, given_at, id) WHERE client IS NOT NULL;
            CREATE INDEX form_answers_of_contact ON form_answers (contact) WHERE contact IS NOT NULL;
        ";

const GOING_ON: &str = "
    -- After so many working days a personal form is asked for again, at most so many times.
    ALTER TABLE forms ADD COLUMN remind_days $INT NOT NULL DEFAULT 3;
    ALTER TABLE forms ADD COLUMN remind_times $INT NOT NULL DEFAULT 1;

    -- When somebody must look at a link that has not come back: to ask again, or to tell whoever sent it.
    ALTER TABLE form_links ADD COLUMN look_at $INT;
    ALTER TABLE form_links ADD COLUMN reminded $INT NOT NULL DEFAULT 0;
    ALTER TABLE form_links ADD COLUMN told_at $INT;
    CREATE INDEX form_links_to_look_at ON form_links (look_at, id) WHERE look_at IS NOT NULL;

    -- What was put aside of a personal form, as JSON, and of which version it is.
    CREATE TABLE form_drafts (
        link $ID NOT NULL PRIMARY KEY REFERENCES form_links (id),
        version $INT NOT NULL,
        filled $TEXT NOT NULL,
        begun_at $INT NOT NULL,
        saved_at $INT NOT NULL
    ) $STRICT;

    -- Files that came in: beside an answer, or with what was put aside.
    CREATE TABLE form_files (
        id $ID NOT NULL PRIMARY KEY,
        answer $ID REFERENCES form_answers (id),
        link $ID REFERENCES form_links (id),
        field $TEXT NOT NULL,
        name $TEXT NOT NULL,
        size $INT NOT NULL,
        sha256 $BYTES NOT NULL,
        content $BYTES NOT NULL,
        added_at $INT NOT NULL
    ) $STRICT;
    CREATE INDEX form_files_of_answer ON form_files (answer, id) WHERE answer IS NOT NULL;
    CREATE INDEX form_files_of_link ON form_files (link, id) WHERE link IS NOT NULL;
";
