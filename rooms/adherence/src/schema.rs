//! The tables of the room.

use kept_store::{Migration, Schema};

/// The tables of the room and their migrations. The journal's come before them.
pub const SCHEMA: Schema = Schema {
    owner: "adherence",
    migrations: &[
        Migration {
        number: 1,
        name: "judgements",
        text: "
            -- Judgements of the whole journal. The latest that is in force is the one that pages show; it replaces the one
            -- before at its end, in one transaction with its obligations.
            CREATE TABLE adherence_judgements (
                number $SERIAL,
                begun_at $INT NOT NULL,
                in_force_at $INT,
                until $INT,
                frame $JSON
            ) $STRICT;

            -- All figures of a rule, as a replay writes them.
            CREATE TABLE adherence_figures (
                judgement $INT NOT NULL REFERENCES adherence_judgements (number),
                code $TEXT NOT NULL,
                rule $TEXT NOT NULL,
                place $INT NOT NULL,
                body $JSON NOT NULL,
                PRIMARY KEY (judgement, code, rule)
            ) $STRICT;

            -- How many duties stand how. Month 0 holds all months together. `judged` is met, met late and missed.
            CREATE TABLE adherence_counts (
                judgement $INT NOT NULL REFERENCES adherence_judgements (number),
                code $TEXT NOT NULL,
                rule $TEXT NOT NULL,
                dimension $TEXT NOT NULL,
                value $TEXT NOT NULL,
                month $INT NOT NULL,
                met $INT NOT NULL,
                met_late $INT NOT NULL,
                missed $INT NOT NULL,
                overdue $INT NOT NULL,
                pending $INT NOT NULL,
                excused $INT NOT NULL,
                cancelled $INT NOT NULL,
                cannot_be_judged $INT NOT NULL,
                judged $INT NOT NULL,
                PRIMARY KEY (judgement, code, rule, dimension, value, month)
            ) $STRICT;
            CREATE INDEX adherence_counts_most
                ON adherence_counts (judgement, code, rule, dimension, month, judged DESC, value);
            CREATE INDEX adherence_counts_together ON adherence_counts (judgement, dimension, month, code, rule);
        ",
    },
        Migration {
            number: 2,
            name: "figures of one",
            text: "
                -- Whoever asks for the figures of one person or team has them of all rules at once.
                CREATE INDEX adherence_counts_of_one
                    ON adherence_counts (judgement, dimension, value, month) WHERE dimension IN ('person', 'team');
            ",
        },
    ],
};
