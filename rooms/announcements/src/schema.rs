//! The tables of the room.

use kept_store::{Migration, Schema};

/// The tables of announcements and their migrations.
pub const SCHEMA: Schema = Schema {
    owner: "announcements",
    migrations: &[Migration {
        number: 1,
        name: "announcements",
        text: "
            -- The audience is company, department or team. Without an end, until_at is the largest instant, so that lists can
            -- be cut by key. What happened to it stands as an instant: begun, ended, withdrawn.
            CREATE TABLE announcements (
                id $ID NOT NULL PRIMARY KEY,
                author $ID REFERENCES people (id),
                audience $TEXT NOT NULL,
                team $ID REFERENCES teams (id),
                department $ID REFERENCES departments (id),
                from_at $INT NOT NULL,
                until_at $INT NOT NULL,
                must_confirm $BOOL NOT NULL,
                version $INT NOT NULL,
                revision $INT NOT NULL,
                posted_at $INT NOT NULL,
                begun_at $INT,
                ended_at $INT,
                withdrawn_at $INT,
                withdrawn_by $ID REFERENCES people (id)
            ) $STRICT;
            CREATE INDEX announcements_in_order ON announcements (from_at, id);
            CREATE INDEX announcements_by_end ON announcements (until_at, from_at, id) WHERE withdrawn_at IS NULL;
            CREATE INDEX announcements_of_author ON announcements (author) WHERE author IS NOT NULL;

            CREATE TABLE announcement_versions (
                announcement $ID NOT NULL REFERENCES announcements (id),
                version $INT NOT NULL,
                title $TEXT NOT NULL,
                text $TEXT NOT NULL,
                clause $TEXT,
                written_at $INT NOT NULL,
                written_by $ID REFERENCES people (id),
                PRIMARY KEY (announcement, version)
            ) $STRICT;

            CREATE TABLE announcement_readings (
                announcement $ID NOT NULL,
                version $INT NOT NULL,
                person $ID NOT NULL REFERENCES people (id),
                read_at $INT NOT NULL,
                PRIMARY KEY (announcement, version, person),
                FOREIGN KEY (announcement, version) REFERENCES announcement_versions (announcement, version)
            ) $STRICT;
            CREATE INDEX announcement_readings_of_person ON announcement_readings (person, read_at);

            CREATE TABLE announcement_reminders (
                announcement $ID NOT NULL REFERENCES announcements (id),
                person $ID NOT NULL REFERENCES people (id),
                reminded_at $INT NOT NULL,
                PRIMARY KEY (announcement, person)
            ) $STRICT;
        ",
    }],
};
