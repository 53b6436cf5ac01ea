//! What stands around every page: who is looking, where they are, where they can go, what was just done.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::assets;
use crate::csrf::Csrf;
use crate::failure::Failure;
use crate::flash::Flash;
use crate::headers::Nonce;
use crate::icon::Icon;

/// The person at the desk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Viewer {
    /// `Maya Okonkwo`.
    pub name: String,
    /// Their role in the SOPs' words: `Client service representative`.
    pub role: String,
    /// Their address, which is also how they sign in.
    pub email: String,
}

impl Viewer {
    /// `MO`: the first letters of the first and the last word of the name.
    pub fn initials(&self) -> String {
        initials(&self.name)
    }
}

/// The first letters of the first and the last word.
pub(crate) fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let letter = |word: &str| word.chars().next().map(|c| c.to_uppercase().to_string());
    let first = words.next().and_then(letter);
    let last = words.next_back().and_then(letter);
    [first, last].into_iter().flatten().collect()
}

/// What ties forms and flashes to one session: its id, as the server keeps it. Without one a visitor is known by a cookie.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Binding(pub Arc<[u8]>);

impl Binding {
    /// Of a session's id.
    pub fn session(id: impl AsRef<[u8]>) -> Self {
        Self([b"session ", id.as_ref()].concat().into())
    }

    pub(crate) fn visitor(id: &str) -> Self {
        Self([b"visitor ", id.as_bytes()].concat().into())
    }
}

/// The places of the rail, in groups; the first four of them stand in the bar of a phone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Menu {
    /// The groups, from the top.
    pub groups: Vec<Vec<Place>>,
    /// Where searching works without a script: `/search`. None hides search and the palette.
    pub search: Option<String>,
    /// Where the viewer's own settings are.
    pub me: Option<String>,
    /// Where a form ends the session: `/sign-out`.
    pub sign_out: Option<String>,
}

impl Menu {
    /// How many places the bar of a phone has beside search and more.
    const ON_PHONE: usize = 3;

    fn place(&self, key: &str) -> Option<&Place> {
        self.groups.iter().flatten().find(|place| place.key == key)
    }
}

/// A place of the menu.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// By which a page says where it is: `requests`.
    pub key: &'static str,
    /// Its name: `Requests`.
    pub title: String,
    /// `/requests`.
    pub href: String,
    /// Its icon.
    pub icon: Icon,
    /// The keys that lead there, `g r`.
    pub keys: Option<&'static str>,
    /// What there asks for action.
    pub count: Option<Count>,
}

/// A number that asks for action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Count {
    /// How many.
    pub number: u64,
    /// What they are: `overdue`, `waiting`.
    pub word: String,
    /// The state of the most urgent one, as in [`ClockState::name`](crate::parts::ClockState::name); empty: none.
    pub state: &'static str,
}

/// Which colours a person chose.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    pub(crate) fn read(word: Option<&str>) -> Self {
        match word {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    /// The value of `data-theme`; empty: as the system says.
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// What a page stands in. A handler takes it as an argument, names the page and puts it into its template as `frame`.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The page's name, for the window and history.
    pub title: String,
    /// The company.
    pub company: Arc<str>,
    /// Who is looking; none before signing in.
    pub viewer: Option<Viewer>,
    /// Where they can go.
    pub menu: Arc<Menu>,
    /// The hidden field of every form: `{{ frame.csrf }}`.
    pub csrf: Csrf,
    /// What was just done.
    pub flash: Option<Flash>,
    /// The colours.
    pub theme: Theme,
    /// Whether the rail is folded.
    pub folded: bool,
    /// What to fetch again when it changes.
    pub topics: Vec<String>,
    /// How far the hub of live pages had come when this request came in.
    pub(crate) mark: String,
    pub(crate) place: &'static str,
    pub(crate) nonce: Nonce,
}

impl Frame {
    /// Names the page.
    #[must_use]
    pub fn titled(self, title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..self
        }
    }

    /// Says at which place of the menu the page is.
    #[must_use]
    pub fn at(self, place: &'static str) -> Self {
        Self { place, ..self }
    }

    /// The page shows this: when it changes, it is fetched again and morphed in place.
    #[must_use]
    pub fn showing(mut self, topic: impl Into<String>) -> Self {
        self.topics.push(topic.into());
        self
    }

    /// The name of the window.
    pub fn window(&self) -> String {
        if self.title.is_empty() {
            return "Kept".to_owned();
        }
        format!("{} · Kept", self.title)
    }

    /// Whether that is the place where the page is.
    pub fn is_at(&self, place: &Place) -> bool {
        self.place == place.key
    }

    /// The places in the bar of a phone.
    pub fn phone(&self) -> Vec<&Place> {
        let all = self.menu.groups.iter().flatten();
        all.take(Menu::ON_PHONE).collect()
    }

    /// The places behind "More" on a phone.
    pub fn behind_more(&self) -> Vec<&Place> {
        let all = self.menu.groups.iter().flatten();
        all.skip(Menu::ON_PHONE).collect()
    }

    /// Whether the page is at a place that a phone shows only behind "More".
    pub fn is_behind_more(&self) -> bool {
        let place = self.menu.place(self.place);
        place.is_some_and(|place| !self.phone().contains(&place))
    }

    /// The nonce, for the page's own script element.
    pub fn nonce(&self) -> &str {
        &self.nonce.0
    }

    /// What the page shows, in one line.
    pub fn live(&self) -> String {
        self.topics.join(" ")
    }

    /// How far the hub had come.
    pub fn mark(&self) -> &str {
        &self.mark
    }

    /// Where the stylesheet is.
    pub fn style(&self) -> &'static str {
        assets::STYLE.path
    }

    /// Where the stylesheet of documents is: SOPs, their set-up, the reference of the API; and of the pages of clients.
    pub fn document_style(&self) -> &'static str {
        assets::DOCUMENT_STYLE.path
    }

    /// Where the script is.
    pub fn script(&self) -> &'static str {
        assets::SCRIPT.path
    }

    /// Where the script of pages is in which something is written for a client.
    pub fn writing_script(&self) -> &'static str {
        assets::WRITING_SCRIPT.path
    }

    /// Where the script of pages is on which somebody signs in, or makes a passkey.
    pub fn signing_script(&self) -> &'static str {
        assets::SIGNING_SCRIPT.path
    }

    /// Where the icon of the window is.
    pub fn mark_icon(&self) -> &'static str {
        assets::MARK.path
    }

    /// The fonts that the first paint needs.
    pub fn fonts(&self) -> [&'static str; 2] {
        [assets::SANS.path, assets::SERIF.path]
    }
}

impl<S: Sync> FromRequestParts<S> for Frame {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        let frame = parts.extensions.get::<Self>().cloned();
        frame.ok_or_else(|| Failure::internal("a page was asked for outside of `Ui::dress`"))
    }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_those_of_the_first_and_the_last_name() {
        for (name, letters) in [
            ("Maya Okonkwo", "MO"),
            ("Ana María de la Cruz", "AC"),
            ("Prince", "P"),
            ("  ", ""),
            ("ß x", "SSX"),
        ] {
            assert_eq!(initials(name), letters);
        }
    }
}
