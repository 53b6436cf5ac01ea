//! A page that shows a secret, once.
//!
//! It is the answer to the POST itself: a redirect would have to carry the secret in a cookie or an address. The forms that
//! lead here say `data-turbo="false"`, since Turbo asks for a redirect.

use askama::Template;
use kept_ui::Frame;

#[derive(Template)]
#[template(path = "accounts/once.html")]
pub(super) struct OncePage {
    pub frame: Frame,
    pub heading: &'static str,
    pub words: String,
    pub secrets: Vec<String>,
    pub back: &'static str,
}
