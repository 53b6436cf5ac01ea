//! Who may see which figures and cases.

use kept_ui::{Failure, Frame};

/// What a person may see here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Everything.
    Whole,
}

/// What the person who asks for this page may see. Every handler of the room asks here, and nowhere else.
///
/// # Errors
///
/// Nobody has signed in.
pub fn scope(frame: &Frame) -> Result<Scope, Failure> {
    if frame.viewer.is_none() {
        return Err(Failure::forbidden(
            "Sign in first",
            "Adherence is shown to people of the company.",
        ));
    }
    Ok(Scope::Whole)
}
