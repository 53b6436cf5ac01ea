//! What the TOML reader says, in words for people who do not know TOML.

use crate::place::quoted;

/// What is wrong and what to do, for an error of the TOML reader at these words.
pub(crate) fn said(message: &str, words: &str) -> (String, &'static str) {
    let message = message.lines().next().unwrap_or_default();
    if message.starts_with("duplicate key") {
        let wrong = format!("{} stands here for the second time.", quoted(words));
        return (wrong, "Keep one of the two.");
    }
    if message.starts_with("string values must be quoted") {
        let wrong = format!("{} is not in quotes.", quoted(words));
        return (wrong, "Put texts in quotes, as in \"Europe/Berlin\".");
    }
    if message.starts_with("invalid date,") {
        let wrong = format!("There is no day {}.", quoted(words));
        return (wrong, "Write year, month and day, as in 2026-12-25.");
    }
    if message.starts_with("invalid datetime") {
        let wrong = format!("{} is neither a date nor a text in quotes.", quoted(words));
        return (
            wrong,
            "Put windows in quotes, as in \"09:00-17:00\", and write dates as in 2026-12-25.",
        );
    }
    (
        format!("This cannot be read: {message}."),
        "Look at the brackets, quotes and commas of this line and the one before.",
    )
}
