//! Where the mailboxes of well-known providers lie, so that nobody has to look that up. All of them begin with TLS at port 993.

use kept_mail::Protection;

/// A provider of mailboxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Provider {
    /// By which it is chosen.
    pub(crate) word: &'static str,
    /// What it is called.
    pub(crate) name: &'static str,
    /// Where its mail is fetched from.
    pub(crate) host: &'static str,
}

pub(crate) const PORT: u16 = 993;
pub(crate) const PROTECTION: Protection = Protection::Tls;

/// Those that are known by name, in the order in which they are offered.
pub(crate) const PROVIDERS: [Provider; 13] = [
    of("google", "Gmail and Google Workspace", "imap.gmail.com"),
    of(
        "microsoft",
        "Microsoft 365 and Outlook.com",
        "outlook.office365.com",
    ),
    of("fastmail", "Fastmail", "imap.fastmail.com"),
    of("gmx", "GMX", "imap.gmx.net"),
    of("icloud", "iCloud", "imap.mail.me.com"),
    of("infomaniak", "Infomaniak", "mail.infomaniak.com"),
    of("ionos", "IONOS", "imap.ionos.com"),
    of("ionos-de", "IONOS (Germany)", "imap.ionos.de"),
    of("mailbox-org", "mailbox.org", "imap.mailbox.org"),
    of("posteo", "Posteo", "posteo.de"),
    of("strato", "STRATO", "imap.strato.de"),
    of("yahoo", "Yahoo", "imap.mail.yahoo.com"),
    of("zoho", "Zoho Mail", "imap.zoho.com"),
];

const fn of(word: &'static str, name: &'static str, host: &'static str) -> Provider {
    Provider { word, name, host }
}
