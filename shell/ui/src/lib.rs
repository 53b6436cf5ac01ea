//! How every page of Kept looks and behaves: the frame around it, its parts, its forms, what protects it, how it stays fresh.
//!
//! It knows no room and no database. A room fills plain structs and extends `layout.html`; the program says who is asking
//! and what their menu is. A whole page and a whole form stand below.
//!
//! - [`Routes`] are written by the rooms, and can be listed.
//! - [`Ui`] is made once; [`Ui::dress`] and [`Ui::protect`] wrap the routes.
//! - [`Frame`] is what a page stands in; a handler takes it as an argument.
//! - [`page`], [`unprocessable`], [`see_other`], [`download`](fn@download) and [`Failure`] are the answers.
//! - [`Form`] reads what was filled in, keeps it, and carries the errors back to the fields.
//! - [`parts`] has the pieces of a page; each writes itself into a template with `{{ part }}`.
//! - [`Live`] tells open pages that what they show has changed.
//!
//! INVARIANT: no page works only with a script, and no page carries a style attribute or an inline script.
//!

#![doc = include_str!("../README.md")]

extern crate self as kept_ui;

mod assets;
mod cookie;
mod csrf;
mod download;
mod dress;
mod failure;
mod flash;
pub mod form;
mod frame;
mod headers;
mod html;
mod icon;
mod keys;
mod live;
pub mod parts;
pub mod prose;
mod respond;
pub mod routes;
mod ui;
pub mod words;

pub use assets::{ALL as ASSETS, Asset, FILLING_SCRIPT};
pub use cookie::Jar;
pub use csrf::Csrf;
pub use download::{download, file_name, picture};
pub use failure::Failure;
pub use flash::Flash;
pub use form::{Filled, Form};
pub use frame::{Binding, Count, Frame, Menu, Place, Theme, Viewer};
pub use html::Html;
pub use icon::Icon;
pub use live::{Listening, Live, LiveLimits};
pub use respond::{SeeOther, page, see_other, unprocessable};
pub use routes::Routes;
pub use ui::{Settings, Ui};
pub use words::{Texts, Tongue, Words};
