//! The five SOPs and the vocabulary, as they ship.

/// A file that is compiled into the program.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// Its name in `sops/`.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));
