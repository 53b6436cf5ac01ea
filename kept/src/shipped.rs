//! The five SOPs and the vocabulary, as they ship.

use kept_sops::Text;

/// A file that is compiled into the program.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// Its name in `sops/`.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

impl Shipped {
    /// Its text, to be read.
    pub fn text(&self) -> Text {
        Text {
            name: self.name.to_owned(),
            text: self.text.to_owned(),
        }
    }
}

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));
