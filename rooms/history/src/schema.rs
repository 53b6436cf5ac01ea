//! The table of the room.

use kept_store::{Migration, Schema};

/// The table of the room and its migrations.
pub const SCHEMA: Schema = Schema {
    owner: "history",
    migrations: &[Migration {
        number: 1,
        name: "logs",
        text: "
            -- A log that was sent. `import` names the latest import of it; while `undo_begun_at` is set, part of that one may
            -- be gone, so it can only be undone. `removed_at`: the files are thrown away.
            CREATE TABLE history_logs (
                id $ID NOT NULL PRIMARY KEY,
                name $TEXT NOT NULL,
                bytes $INT NOT NULL,
                mapping_name $TEXT NOT NULL,
                mapping $TEXT NOT NULL,
                reading $JSON NOT NULL,
                taken_at $INT NOT NULL,
                taken_by $TEXT NOT NULL,
                import $ID,
                undo_begun_at $INT,
                removed_at $INT
            ) $STRICT;
            CREATE INDEX history_logs_of_import ON history_logs (import) WHERE import IS NOT NULL;
        ",
    }],
};
