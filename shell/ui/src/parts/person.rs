//! Who someone is at a glance: initials, tier.

use askama::Template;

use crate::frame::initials;

/// A face as initials: round for us, square for clients. The name stands beside it.
#[derive(Template, Clone, PartialEq, Eq, Debug)]
#[template(
    source = r#"<span class="avatar{% if client %} is-client{% endif %}" aria-hidden="true">{{ letters }}</span>"#,
    ext = "html"
)]
pub struct Avatar {
    letters: String,
    client: bool,
}

impl Avatar {
    /// One of us.
    pub fn of_us(name: &str) -> Self {
        Self {
            letters: initials(name),
            client: false,
        }
    }

    /// A client.
    pub fn of_client(name: &str) -> Self {
        Self {
            letters: initials(name),
            client: true,
        }
    }
}

/// A client's tier: four rising steps and the word.
#[derive(Template, Clone, PartialEq, Eq, Debug)]
#[template(path = "parts/tier.html")]
pub struct Tier {
    name: String,
    /// 1 to 4.
    steps: u8,
    bare: bool,
}

impl Tier {
    /// A tier of that name and so many of four steps.
    pub fn new(name: impl Into<String>, steps: u8) -> Self {
        Self {
            name: name.into(),
            steps: steps.min(4),
            bare: false,
        }
    }

    /// The steps alone, the word for readers: for tables.
    #[must_use]
    pub fn bare(self) -> Self {
        Self { bare: true, ..self }
    }

    fn bars(&self) -> [(u8, u8, u8, bool); 4] {
        [1, 2, 3, 4].map(|step: u8| {
            (
                4 * (step - 1),
                9 - 2 * step,
                1 + 2 * step,
                step <= self.steps,
            )
        })
    }
}
