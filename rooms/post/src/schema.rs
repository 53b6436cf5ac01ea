//! The tables of the room.

use kept_store::{Migration, Schema};

/// The tables of outgoing post and their migrations.
pub const SCHEMA: Schema = Schema {
    owner: "post",
    migrations: &[
        Migration {
            number: 1,
            name: "mail",
            text: MAIL,
        },
        Migration {
            number: 2,
            name: "webhooks",
            text: WEBHOOKS,
        },
        Migration {
            number: 3,
            name: "signing",
            text: SIGNING,
        },
        Migration {
            number: 4,
            name: "servers of mailboxes",
            text: OF_MAILBOXES,
        },
        Migration {
            number: 5,
            name: "servers that let in by consent",
            text: BY_CONSENT,
        },
    ],
};

const MAIL: &str = "
    -- The mail server of the house: one row. The password is sealed. While the server cannot be reached, nothing is tried
    -- until quiet_until, and what it said stands in trouble.
    CREATE TABLE mail_server (
        id $INT NOT NULL PRIMARY KEY,
        host $TEXT NOT NULL,
        port $INT NOT NULL,
        protection $TEXT NOT NULL,
        username $TEXT NOT NULL,
        password $BYTES,
        from_name $TEXT NOT NULL,
        from_email $TEXT NOT NULL,
        changed_at $INT NOT NULL,
        changed_by $ID,
        trouble $TEXT,
        advice $TEXT,
        trouble_at $INT,
        quiet_until $INT NOT NULL
    ) $STRICT;
";

const OF_MAILBOXES: &str = "
    -- The mail server of a single mailbox; letters of a mailbox without one leave through the house's. The password is sealed. What
    -- stands in its way is as with the house's.
    CREATE TABLE mailbox_mail_servers (
        mailbox $ID NOT NULL PRIMARY KEY,
        address $TEXT NOT NULL,
        host $TEXT NOT NULL,
        port $INT NOT NULL,
        protection $TEXT NOT NULL,
        username $TEXT NOT NULL,
        password $BYTES,
        changed_at $INT NOT NULL,
        changed_by $ID,
        trouble $TEXT,
        advice $TEXT,
        trouble_at $INT,
        quiet_until $INT NOT NULL
    ) $STRICT;

    -- The last mail that a mailbox sent to itself, to see whether it comes back.
    CREATE TABLE mailbox_trials (
        mailbox $ID NOT NULL PRIMARY KEY,
        letter $ID NOT NULL,
        begun_at $INT NOT NULL,
        arrived_at $INT
    ) $STRICT;
";

const BY_CONSENT: &str = "
    -- Whether the server of a mailbox lets us in because somebody has allowed the mailbox at its provider, and not with a password.
    ALTER TABLE mailbox_mail_servers ADD COLUMN by_consent $BOOL NOT NULL DEFAULT FALSE;
";

const SIGNING: &str = "
    -- The key that signs what leaves, sealed, under the name that its record in the DNS has. It signs from signing_since on.
    ALTER TABLE mail_server ADD COLUMN dkim_selector $TEXT NOT NULL DEFAULT '';
    ALTER TABLE mail_server ADD COLUMN dkim_key $BYTES;
    ALTER TABLE mail_server ADD COLUMN signing_since $INT;
";

const WEBHOOKS: &str = "
    -- Other systems that are told what happens. The secret is sealed. kinds are words with spaces between them; none: all.
    -- Up to place and alert they have been told: what follows becomes parcels of the outbox.
    CREATE TABLE webhook_endpoints (
        id $ID NOT NULL PRIMARY KEY,
        url $TEXT NOT NULL,
        secret $BYTES NOT NULL,
        kinds $TEXT NOT NULL,
        made_at $INT NOT NULL,
        made_by $ID,
        place $INT NOT NULL,
        alert $INT NOT NULL,
        paused_at $INT,
        paused_because $TEXT
    ) $STRICT;
";
