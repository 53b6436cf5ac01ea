//! The tables of the room.

use kept_store::{Migration, Schema};

/// The tables of the portal and their migrations.
pub const SCHEMA: Schema = Schema {
    owner: "portal",
    migrations: &[
        Migration {
            number: 1,
            name: "portal",
            text: PORTAL,
        },
        Migration {
            number: 2,
            name: "addresses",
            text: ADDRESSES,
        },
    ],
};

const PORTAL: &str = "
            -- One row: whether clients come in, and how it looks to them. Without a name the company's own stands there.
            CREATE TABLE portal_settings (
                id $INT NOT NULL PRIMARY KEY,
                opened_at $INT,
                name $TEXT NOT NULL,
                colour $TEXT NOT NULL,
                greeting_en $TEXT NOT NULL,
                greeting_de $TEXT NOT NULL,
                revision $INT NOT NULL,
                changed_at $INT NOT NULL,
                changed_by $ID REFERENCES people (id)
            ) $STRICT;
            INSERT INTO portal_settings (id, name, colour, greeting_en, greeting_de, revision, changed_at) VALUES (1, '', '', '', '', 1, 0);

            -- What staff said of a contact: that they speak for the company here, or that they are not let in.
            CREATE TABLE portal_contacts (
                contact $ID NOT NULL PRIMARY KEY REFERENCES contacts (id),
                speaks_since $INT,
                shut_at $INT
            ) $STRICT;

            -- A link by mail: good once, for one contact. Only the hash of its token.
            CREATE TABLE portal_links (
                token $BYTES NOT NULL PRIMARY KEY,
                contact $ID NOT NULL REFERENCES contacts (id),
                next $TEXT NOT NULL,
                made_at $INT NOT NULL,
                expires_at $INT NOT NULL,
                used_at $INT
            ) $STRICT;
            CREATE INDEX portal_links_of_contact ON portal_links (contact, made_at);
            CREATE INDEX portal_links_by_end ON portal_links (expires_at);

            -- A session reads; until acts_until it may also do things.
            CREATE TABLE portal_sessions (
                id $ID NOT NULL PRIMARY KEY,
                token $BYTES NOT NULL UNIQUE,
                contact $ID NOT NULL REFERENCES contacts (id),
                made_at $INT NOT NULL,
                seen_at $INT NOT NULL,
                acts_until $INT NOT NULL,
                ended_at $INT
            ) $STRICT;
            CREATE INDEX portal_sessions_of_contact ON portal_sessions (contact, made_at);
            CREATE INDEX portal_sessions_by_age ON portal_sessions (made_at);

            -- The code that was last sent to a session, sealed.
            CREATE TABLE portal_codes (
                session $ID NOT NULL PRIMARY KEY REFERENCES portal_sessions (id),
                code $BYTES NOT NULL,
                made_at $INT NOT NULL,
                expires_at $INT NOT NULL,
                tries $INT NOT NULL
            ) $STRICT;

            -- When a letter of the portal went to a contact: nobody's mailbox is filled by somebody who knows their address.
            CREATE TABLE portal_letters (
                id $ID NOT NULL PRIMARY KEY,
                contact $ID NOT NULL REFERENCES contacts (id),
                kind $TEXT NOT NULL,
                at $INT NOT NULL
            ) $STRICT;
            CREATE INDEX portal_letters_of_contact ON portal_letters (contact, at);
            CREATE INDEX portal_letters_by_age ON portal_letters (at);

            -- Files that a client may read: all its contacts, or one of them.
            CREATE TABLE portal_documents (
                id $ID NOT NULL PRIMARY KEY,
                client $ID NOT NULL REFERENCES clients (id),
                contact $ID REFERENCES contacts (id),
                title $TEXT NOT NULL,
                name $TEXT NOT NULL,
                size $INT NOT NULL,
                content $BYTES NOT NULL,
                added_at $INT NOT NULL,
                added_by $ID REFERENCES people (id),
                removed_at $INT
            ) $STRICT;
            CREATE INDEX portal_documents_of_client ON portal_documents (client, added_at, id) WHERE removed_at IS NULL;

            -- What a contact allowed, with the words that they read. Withdrawn is an instant; given anew is another row.
            CREATE TABLE portal_consents (
                id $ID NOT NULL PRIMARY KEY,
                client $ID NOT NULL REFERENCES clients (id),
                contact $ID NOT NULL REFERENCES contacts (id),
                purpose $TEXT NOT NULL,
                wording $TEXT NOT NULL,
                language $TEXT NOT NULL,
                source $TEXT NOT NULL,
                given_at $INT NOT NULL,
                withdrawn_at $INT,
                withdrawn_by $TEXT
            ) $STRICT;
            CREATE INDEX portal_consents_of_contact ON portal_consents (contact, purpose, given_at);
            CREATE INDEX portal_consents_of_client ON portal_consents (client, given_at);

            -- What a client said of its details, with each fact before and after as JSON; seen when somebody of ours has looked.
            CREATE TABLE portal_changes (
                id $ID NOT NULL PRIMARY KEY,
                client $ID NOT NULL REFERENCES clients (id),
                contact $ID NOT NULL REFERENCES contacts (id),
                at $INT NOT NULL,
                verified $BOOL NOT NULL,
                changes $TEXT NOT NULL,
                seen_at $INT,
                seen_by $ID REFERENCES people (id)
            ) $STRICT;
            CREATE INDEX portal_changes_of_client ON portal_changes (client, at, id);
            CREATE INDEX portal_changes_unseen ON portal_changes (at, id) WHERE seen_at IS NULL;
        ";

const ADDRESSES: &str = "
    -- A contact's own address that is to be another one: a code goes to the new one, sealed here; once it is changed, the old one can take
    -- it back for a while by a link, of which the hash is here.
    CREATE TABLE portal_addresses (
        id $ID NOT NULL PRIMARY KEY,
        contact $ID NOT NULL REFERENCES contacts (id),
        session $ID NOT NULL,
        email $TEXT NOT NULL,
        code $BYTES NOT NULL,
        tries $INT NOT NULL,
        asked_at $INT NOT NULL,
        expires_at $INT NOT NULL,
        email_before $TEXT,
        changed_at $INT,
        undo $BYTES UNIQUE,
        undo_until $INT,
        taken_back_at $INT
    ) $STRICT;
    CREATE INDEX portal_addresses_of_contact ON portal_addresses (contact, asked_at);
    CREATE INDEX portal_addresses_by_age ON portal_addresses (asked_at);
";
