//! The tables of the room.

use kept_store::{Migration, Schema};

/// The tables of mail that comes in and their migrations.
pub const SCHEMA: Schema = Schema {
    owner: "messages",
    migrations: &[
        Migration {
            number: 1,
            name: "mail that comes in",
            text: MAIL,
        },
        Migration {
            number: 2,
            name: "mailboxes that are fetched",
            text: FETCHED,
        },
        Migration {
            number: 3,
            name: "who wrote a mail",
            text: WRITERS,
        },
        Migration {
            number: 4,
            name: "ids that others gave",
            text: OTHER_IDS,
        },
        Migration {
            number: 5,
            name: "pictures from elsewhere",
            text: PICTURES,
        },
        Migration {
            number: 6,
            name: "mailboxes that are allowed at their provider",
            text: ALLOWED,
        },
        Migration {
            number: 7,
            name: "whose copies came back",
            text: RETURNED,
        },
        Migration {
            number: 8,
            name: "ids that our mails left under",
            text: OWN_IDS,
        },
    ],
};

const OWN_IDS: &str = "
    -- The id that a mail of ours left under, without brackets. It could be made again from the parcel only while neither the keys of
    -- the house nor the address that it left from have changed.
    CREATE TABLE mail_own_ids (
        parcel $ID NOT NULL PRIMARY KEY,
        message_id $TEXT NOT NULL,
        at $INT NOT NULL
    ) $STRICT;
";

const RETURNED: &str = "
    -- Whose copies of a mail of ours did not arrive, as a server reported: the mail, the address in small letters, and the request
    -- that it stands on.
    CREATE TABLE mail_returned (
        parcel $ID NOT NULL,
        address $TEXT NOT NULL,
        request $ID NOT NULL,
        at $INT NOT NULL,
        PRIMARY KEY (parcel, address)
    ) $STRICT;
    CREATE INDEX mail_returned_of_request ON mail_returned (request, parcel);
";

const ALLOWED: &str = "
    -- Mailboxes that somebody has allowed at their provider (OAuth 2.0). Secrets and tokens are sealed. granted_at: since when;
    -- refused: what the provider said when it gave no token any longer.
    CREATE TABLE mailbox_grants (
        mailbox $ID NOT NULL PRIMARY KEY REFERENCES mailboxes (id),
        preset $TEXT NOT NULL,
        authorize_url $TEXT NOT NULL,
        token_url $TEXT NOT NULL,
        scope $TEXT NOT NULL,
        client_id $TEXT NOT NULL,
        client_secret $BYTES,
        refresh_token $BYTES,
        access_token $BYTES,
        expires_at $INT NOT NULL,
        granted_at $INT,
        refused $TEXT,
        refused_at $INT
    ) $STRICT;

    -- People on the way to a provider and back: what they must bring along (its SHA-256), and the sealed proof that they are the
    -- ones who went.
    CREATE TABLE mailbox_consents (
        state $BYTES NOT NULL PRIMARY KEY,
        mailbox $ID NOT NULL REFERENCES mailboxes (id),
        person $ID NOT NULL REFERENCES people (id),
        verifier $BYTES NOT NULL,
        made_at $INT NOT NULL
    ) $STRICT;

    -- Whether its server lets us in by that, and not with the secret.
    ALTER TABLE mailbox_sources ADD COLUMN by_consent $BOOL NOT NULL DEFAULT FALSE;
";

const PICTURES: &str = "
    -- Pictures of a mail that lay elsewhere and were fetched when somebody asked for them. The place is the SHA-256 of the address; no
    -- bytes: there was no picture.
    CREATE TABLE mail_pictures (
        mail $ID NOT NULL REFERENCES mail_messages (id),
        place $BYTES NOT NULL,
        content $BYTES NOT NULL,
        fetched_at $INT NOT NULL,
        PRIMARY KEY (mail, place)
    ) $STRICT;
";

const OTHER_IDS: &str = "
    -- Under which other ids our mails are known: those that a provider gave them on the way. Whoever names one must take part.
    CREATE TABLE mail_other_ids (
        message_id $TEXT NOT NULL PRIMARY KEY,
        parcel $ID NOT NULL,
        at $INT NOT NULL
    ) $STRICT;

    -- The folder in which the provider keeps what was sent from the mailbox; empty: nobody looks. Up to sent_uid of sent_validity all
    -- was looked at.
    ALTER TABLE mailbox_sources ADD COLUMN sent_folder $TEXT NOT NULL DEFAULT '';
    ALTER TABLE mailbox_sources ADD COLUMN sent_validity $INT;
    ALTER TABLE mailbox_sources ADD COLUMN sent_uid $INT NOT NULL DEFAULT 0;
";

const WRITERS: &str = "
    -- Which machine handed the mail to our own server, what it called itself, and from whom it said the mail was: where a server
    -- that we trust has told.
    ALTER TABLE mail_raw ADD COLUMN client_address $TEXT;
    ALTER TABLE mail_raw ADD COLUMN client_helo $TEXT;
    ALTER TABLE mail_raw ADD COLUMN envelope_from $TEXT;

    -- Why the sender is worth what the verdict says, in lines.
    ALTER TABLE mail_messages ADD COLUMN verdict_why $TEXT NOT NULL DEFAULT '';
";

const FETCHED: &str = "
    -- What stands below letters that go from a mailbox, and whether it gets what goes to its address with a plus. New requests go to
    -- the team and have the category, where nothing else says more.
    ALTER TABLE mailboxes ADD COLUMN signature $TEXT NOT NULL DEFAULT '';
    ALTER TABLE mailboxes ADD COLUMN plus $BOOL NOT NULL DEFAULT TRUE;
    ALTER TABLE mailboxes ADD COLUMN team $ID REFERENCES teams (id);
    ALTER TABLE mailboxes ADD COLUMN category $TEXT NOT NULL DEFAULT '';
    -- When the administrators were last told that nothing comes, or that it cannot be reached.
    ALTER TABLE mailboxes ADD COLUMN told_at $INT;

    -- Where the mail of a mailbox is fetched from, by IMAP. The secret is sealed. Up to last_uid of uid_validity all is kept. While
    -- the server cannot be reached nothing is tried until quiet_until, and what it said stands in trouble. What was taken is moved to
    -- the folder move_to; where that is empty it is marked as read and stays.
    CREATE TABLE mailbox_sources (
        mailbox $ID NOT NULL PRIMARY KEY REFERENCES mailboxes (id),
        host $TEXT NOT NULL,
        port $INT NOT NULL,
        protection $TEXT NOT NULL,
        username $TEXT NOT NULL,
        secret $BYTES NOT NULL,
        folder $TEXT NOT NULL,
        move_to $TEXT NOT NULL,
        uid_validity $INT,
        last_uid $INT NOT NULL,
        changed_at $INT NOT NULL,
        reached_at $INT,
        trouble $TEXT,
        advice $TEXT,
        trouble_at $INT,
        tries $INT NOT NULL,
        quiet_until $INT NOT NULL
    ) $STRICT;

    -- Mail that was too large to be taken, or that its server did not hand over: that it came, from whom, and how large it was.
    CREATE TABLE mail_too_large (
        id $ID NOT NULL PRIMARY KEY,
        mailbox $ID NOT NULL REFERENCES mailboxes (id),
        at $INT NOT NULL,
        size $INT NOT NULL,
        sender $TEXT NOT NULL,
        subject $TEXT NOT NULL
    ) $STRICT;
    CREATE INDEX mail_too_large_in_order ON mail_too_large (at, id);

    CREATE INDEX mail_raw_of_mailbox ON mail_raw (mailbox, received_at, id);

    -- Mail that was set aside and seen to goes after a while.
    CREATE INDEX mail_messages_settled ON mail_messages (settled_at, id) WHERE settled_at IS NOT NULL AND request IS NULL;
";

const MAIL: &str = "
    -- Addresses at which clients reach the house. The address is in small letters. The server is the name that our own mail
    -- server gives itself where it says what a sender is worth; empty: none is believed. The receipt says whether each new
    -- request is confirmed by a machine.
    CREATE TABLE mailboxes (
        id $ID NOT NULL PRIMARY KEY,
        address $TEXT NOT NULL UNIQUE,
        name $TEXT NOT NULL,
        server $TEXT NOT NULL,
        receipt $BOOL NOT NULL,
        made_at $INT NOT NULL,
        made_by $ID REFERENCES people (id),
        last_mail_at $INT,
        retired_at $INT
    ) $STRICT;

    -- What came in, byte for byte. waiting: nobody has looked at it yet; handled: it has its row among the messages; aside: it
    -- could not be handled, and the reason says why. The same bytes are kept once for each mailbox.
    CREATE TABLE mail_raw (
        id $ID NOT NULL PRIMARY KEY,
        mailbox $ID NOT NULL REFERENCES mailboxes (id),
        sha256 $BYTES NOT NULL,
        size $INT NOT NULL,
        content $BYTES NOT NULL,
        received_at $INT NOT NULL,
        state $TEXT NOT NULL,
        reason $TEXT,
        tries $INT NOT NULL,
        next_try_at $INT NOT NULL,
        handled_at $INT,
        UNIQUE (mailbox, sha256)
    ) $STRICT;
    CREATE INDEX mail_raw_waiting ON mail_raw (next_try_at, id) WHERE state = 'waiting';

    -- What a mail was read as, and what became of it: opened, added, noted, told, bounce, copy, aside. Its ids are without
    -- brackets. The digest is that of its words and its sender.
    CREATE TABLE mail_messages (
        id $ID NOT NULL PRIMARY KEY,
        raw $ID NOT NULL UNIQUE REFERENCES mail_raw (id),
        mailbox $ID NOT NULL REFERENCES mailboxes (id),
        message_id $TEXT,
        in_reply_to $TEXT,
        subject $TEXT NOT NULL,
        from_name $TEXT NOT NULL,
        from_email $TEXT NOT NULL,
        reply_to $TEXT NOT NULL,
        recipients $TEXT NOT NULL,
        written_at $INT,
        received_at $INT NOT NULL,
        verdict $TEXT NOT NULL,
        automatic $TEXT,
        flaws $TEXT NOT NULL,
        digest $BYTES NOT NULL,
        state $TEXT NOT NULL,
        reason $TEXT,
        request $ID,
        message $ID,
        settled_at $INT,
        settled_by $ID REFERENCES people (id)
    ) $STRICT;
    CREATE INDEX mail_messages_by_id ON mail_messages (message_id, id) WHERE message_id IS NOT NULL;
    CREATE INDEX mail_messages_of_request ON mail_messages (request, id) WHERE request IS NOT NULL;
    CREATE INDEX mail_messages_in_order ON mail_messages (received_at, id);
    CREATE INDEX mail_messages_of_sender ON mail_messages (from_email, received_at, id);
    CREATE INDEX mail_messages_aside ON mail_messages (received_at, id) WHERE state = 'aside' AND settled_at IS NULL;

    -- Addresses that no mail reaches any more, as a server said.
    CREATE TABLE mail_bounced (
        address $TEXT NOT NULL PRIMARY KEY,
        status $TEXT NOT NULL,
        said $TEXT NOT NULL,
        since_at $INT NOT NULL,
        request $ID,
        mail $ID NOT NULL REFERENCES mail_messages (id)
    ) $STRICT;
    CREATE INDEX mail_bounced_in_order ON mail_bounced (since_at, address);

    -- What the house answered by itself, so that it stops.
    CREATE TABLE mail_answers (
        id $ID NOT NULL PRIMARY KEY,
        address $TEXT NOT NULL,
        at $INT NOT NULL
    ) $STRICT;
    CREATE INDEX mail_answers_to ON mail_answers (address, at);
    CREATE INDEX mail_answers_in_order ON mail_answers (at);
";
