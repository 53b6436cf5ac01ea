//! Bytes as text where nobody says rightly what they are.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, Message, MessagePart, MimeHeaders as _};

/// Bytes in a charset that nobody knows: UTF-8 where they are that, else windows-1252, which has a letter for nearly every byte and
/// is what programs wrote that say nothing. What has bytes that no text has is no text in it either.
pub(super) fn guessed(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let is_text = |one: &u8| *one >= b' ' || one.is_ascii_whitespace();
    match charset_decoder(b"windows-1252").filter(|_| bytes.iter().all(is_text)) {
        Some(decode) => Cow::Owned(decode(bytes)),
        None => String::from_utf8_lossy(bytes),
    }
}

/// The text of a part whose charset is missing or unknown and whose bytes are no UTF-8; none: it was read as what it is.
pub(super) fn guessed_part(message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
    let charset = part
        .content_type()
        .and_then(|kind| kind.attribute("charset"));
    // The parser has UTF-8 apart from the charsets that it lists. What claims to be that and is cut off in a letter stays so.
    let known = charset.is_some_and(|name| {
        let plain = name.trim().to_ascii_lowercase().replace(['-', '_'], "");
        plain == "utf8" || charset_decoder(name.as_bytes()).is_some()
    });
    if known {
        return None;
    }
    let place = part.offset_body as usize..part.offset_end as usize;
    let raw = message.raw_message.get(place)?;
    let bytes = match part.encoding {
        Encoding::None => None,
        Encoding::QuotedPrintable => quoted_printable_decode(raw),
        Encoding::Base64 => base64_decode(raw),
    };
    let bytes = bytes.map_or(Cow::Borrowed(raw), Cow::Owned);
    Some(guessed(&bytes).into_owned())
}

/// A control letter that nobody writes is the letter that windows-1252 has in its place.
pub(super) fn meant_by(letter: char) -> char {
    let byte = u8::try_from(letter)
        .ok()
        .filter(|byte| (0x80..0xa0).contains(byte));
    let decode = byte.and_then(|byte| Some((byte, charset_decoder(b"windows-1252")?)));
    let meant = decode.and_then(|(byte, decode)| decode(&[byte]).chars().next());
    meant.unwrap_or(letter)
}
