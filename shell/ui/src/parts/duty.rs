//! A duty as a row: which clause, what to do, for whom, until when, and the button that does it.

use askama::Template;

use super::{Button, ClauseMark, Clock, Tier};
use crate::html::Html;

/// A row of a list of duties: `<ol class="duties" data-rows>{% for duty in duties %}{{ duty }}{% endfor %}</ol>`. Its button
/// is filled while the row is the current one.
#[derive(Template, Clone, PartialEq, Debug)]
#[template(path = "parts/duty.html")]
pub struct Duty {
    /// The clause that asks for it.
    pub mark: ClauseMark,
    /// What to do, as a verb: `Acknowledge`.
    pub verb: String,
    /// What it is about: `Invoice 1182 is wrong`.
    pub subject: String,
    /// Where that is.
    pub href: String,
    /// The client and where they are.
    pub client: Option<(String, String)>,
    /// The client's tier.
    pub tier: Option<Tier>,
    /// `with Tomás Rivera`.
    pub with: Option<String>,
    /// The deadline as a line, from `kept_charts::deadline`.
    pub line: Option<Html>,
    /// The clock.
    pub clock: Clock,
    /// The button that does it.
    pub act: Option<Button>,
    /// Whether the row is the current one when the page opens.
    pub current: bool,
}
