//! The tables of the room.

use kept_store::{Migration, Schema};

/// The tables of forms and their migrations.
pub const SCHEMA: Schema = Schema {
    owner: "forms",
    migrations: &[Migration {
        number: 1,
        name: "forms",
        text: "
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
        ",
    }],
};
