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

/// The mappings of the examples, to begin with.
pub const MAPPINGS: [kept_history::ShippedMapping; 2] = [
    kept_history::ShippedMapping {
        name: "ServiceNow",
        text: include_str!("../../examples/servicenow/mapping.toml"),
    },
    kept_history::ShippedMapping {
        name: "Help desk",
        text: include_str!("../../examples/helpdesk/mapping.toml"),
    },
];

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));
