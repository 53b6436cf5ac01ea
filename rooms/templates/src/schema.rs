//! The tables of the room.

use kept_store::{Migration, Schema};

/// The tables of templates and their migrations.
pub const SCHEMA: Schema = Schema {
    owner: "templates",
    migrations: &[Migration {
        number: 1,
        name: "templates",
        text: "
            -- What it is for, how it goes and in which language stays as it is; its text has versions. What is offered is the version
            -- that was approved last. Shipped is the name of a text of ours that it came from.
            CREATE TABLE templates (
                id $ID NOT NULL PRIMARY KEY,
                name $TEXT NOT NULL,
                occasion $TEXT NOT NULL,
                channel $TEXT NOT NULL,
                language $TEXT NOT NULL,
                shipped $TEXT UNIQUE,
                version $INT NOT NULL,
                approved_version $INT,
                revision $INT NOT NULL,
                made_at $INT NOT NULL,
                retired_at $INT
            ) $STRICT;
            CREATE INDEX templates_in_order ON templates (occasion, language, name, id);
            CREATE INDEX templates_offered ON templates (occasion, channel, language, id)
                WHERE retired_at IS NULL AND approved_version IS NOT NULL;

            -- A text is written, asked for, and approved by somebody else or returned with a word why.
            CREATE TABLE template_versions (
                template $ID NOT NULL REFERENCES templates (id),
                version $INT NOT NULL,
                subject $TEXT NOT NULL,
                body $TEXT NOT NULL,
                written_at $INT NOT NULL,
                written_by $ID REFERENCES people (id),
                asked_at $INT,
                asked_by $ID REFERENCES people (id),
                approved_at $INT,
                approved_by $ID REFERENCES people (id),
                returned_at $INT,
                returned_by $ID REFERENCES people (id),
                why $TEXT,
                PRIMARY KEY (template, version)
            ) $STRICT;
            CREATE INDEX template_versions_of_writer ON template_versions (written_by) WHERE written_by IS NOT NULL;
        ",
    }],
};
