//! Tokens: unguessable texts for sessions, invitations, links and API access, of which only a hash is stored.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use crate::crypto;
use crate::random::{NoRandomness, Random};

/// Random bytes in a token: 192 bits, 32 letters.
const BYTES: usize = 24;

/// An unguessable text of 32 letters, digits, `-` and `_`. Who shows it is let in, so it is never stored or printed.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

/// The SHA-256 of a token, which is what is stored.
///
/// A plain hash is enough here: nobody can try 2^192 texts, as they could with passwords.
#[derive(Clone, Copy)]
pub struct TokenHash([u8; 32]);

impl Token {
    /// A new token.
    ///
    /// # Errors
    /// [`NoRandomness`]
    pub fn new(random: &mut dyn Random) -> Result<Self, NoRandomness> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        random.fill(bytes.as_mut_slice())?;
        Ok(Self(Zeroizing::new(Base64UrlUnpadded::encode_string(
            bytes.as_slice(),
        ))))
    }

    /// A token that somebody shows; `None` when the text cannot be one, so that nothing need be looked up.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        let decoded = Base64UrlUnpadded::decode(text, bytes.as_mut_slice()).ok()?;
        (decoded.len() == BYTES).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The text to hand out: in a link, a cookie, once on a page.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What to store, and what to look it up by.
    pub fn hash(&self) -> TokenHash {
        TokenHash(crypto::sha256(&[self.0.as_bytes()]))
    }
}

impl TokenHash {
    /// From the 32 bytes that were stored.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes to store.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether this is the hash of `token`, in constant time.
    pub fn is_of(&self, token: &Token) -> bool {
        *self == token.hash()
    }
}

impl PartialEq for TokenHash {
    fn eq(&self, other: &Self) -> bool {
        crypto::same(&self.0, &other.0)
    }
}

impl Eq for TokenHash {}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::{Token, TokenHash};
    use crate::random::seeded;

    #[test]
    fn a_token_is_known_again_by_its_stored_hash_alone() {
        let token = Token::new(&mut seeded(1)).unwrap();
        let stored = *token.hash().bytes();
        let shown = Token::parse(token.text()).unwrap();
        assert!(TokenHash::from_bytes(stored).is_of(&shown));
        let other = Token::new(&mut seeded(2)).unwrap();
        assert!(!TokenHash::from_bytes(stored).is_of(&other));
    }

    #[test]
    fn a_token_is_32_letters_that_need_no_escaping_in_a_link() {
        for seed in 0..50 {
            let token = Token::new(&mut seeded(seed)).unwrap();
            assert_eq!(token.text().len(), 32);
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            assert!(token.text().chars().all(plain), "{}", token.text());
        }
    }

    #[test]
    fn what_cannot_be_a_token_is_refused() {
        let text = Token::new(&mut seeded(1)).unwrap().text().to_owned();
        for wrong in [
            "",
            &text[1..],
            &format!("{text}A"),
            &format!("{}=", &text[1..]),
        ] {
            assert!(Token::parse(wrong).is_none(), "{wrong}");
        }
        assert!(Token::parse(&format!("{}+", &text[1..])).is_none());
    }

    #[test]
    fn tokens_and_their_hashes_are_never_printed() {
        let token = Token::new(&mut seeded(1)).unwrap();
        assert_eq!(
            format!("{token:?} {:?}", token.hash()),
            "Token(…) TokenHash(…)"
        );
    }
}
