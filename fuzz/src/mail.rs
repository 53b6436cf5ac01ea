//! Mail that comes in: whatever the bytes are, they are a mail that can be kept, shown and threaded.

use std::collections::HashMap;

use kept_mail::reading::{Incoming, Pictures, Verdict, pieces, safe_html, verdict};

/// A mail as it came.
pub fn mail(bytes: &[u8]) {
    let mail = Incoming::read(bytes);
    for line in [&mail.subject]
        .into_iter()
        .chain(mail.from.iter().map(|one| &one.email))
        .chain(mail.recipients().map(|one| &one.email))
    {
        assert!(
            !line.contains(['\r', '\n', '\0']),
            "{line:?} is not one line"
        );
    }
    assert!(!mail.text.contains('\0'), "no database takes this text");
    let ids = mail.answers().chain(mail.message_id.as_deref());
    for id in ids {
        assert!(!id.contains(char::is_whitespace), "{id:?} is no id");
    }
    // Trimming hides, and never deletes.
    let whole: String = pieces(&mail.text).iter().map(|piece| piece.text).collect();
    assert_eq!(whole, mail.text);
    // Without the name of our own server nobody's word is believed.
    assert_eq!(verdict(&mail, ""), Verdict::Unverified);
    if let Some(html) = &mail.html {
        let none = Pictures {
            fetched: HashMap::new(),
            parts: HashMap::new(),
        };
        let safe = safe_html(html, &none).html.to_lowercase();
        for tag in ["<script", "<iframe", "<form", "<svg", "<style"] {
            assert!(!safe.contains(tag), "{tag} has come through");
        }
    }
    assert_eq!(
        Incoming::read(bytes),
        mail,
        "the same bytes are the same mail"
    );
}
