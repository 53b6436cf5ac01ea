//! One-time codes by time (RFC 6238): six digits, thirty seconds, HMAC-SHA-1, as every app has them.
//!
//! Written here, in a few lines on the one crypto provider, rather than with a library that brings another.

use std::fmt::Write as _;

use aws_lc_rs::{constant_time, hmac};
use kept_kernel::Instant;
use kept_ui::Html;
use qrcode::{EcLevel, QrCode, types::Color};

/// Bytes of a secret.
pub(crate) const SECRET_BYTES: usize = 20;
const SECONDS: i64 = 30;
/// Codes of so many steps before and after are taken, for clocks that are off.
const DRIFT: i64 = 1;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The step of time at an instant.
pub(crate) fn step_at(now: Instant) -> i64 {
    now.micros().div_euclid(SECONDS * 1_000_000)
}

/// The code of a step.
pub(crate) fn code(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let offset = usize::from(bytes.last().copied().unwrap_or_default() & 0x0f);
    let chosen = bytes.iter().skip(offset).take(4);
    let number = chosen.fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}

/// The step that a typed code is right for, near this instant.
pub(crate) fn right_for(secret: &[u8], typed: &str, now: Instant) -> Option<i64> {
    let typed: String = typed.chars().filter(char::is_ascii_digit).collect();
    let step = step_at(now);
    // All are looked at, so that the time tells nothing.
    let mut right = None;
    for step in step - DRIFT..=step + DRIFT {
        let same =
            constant_time::verify_slices_are_equal(code(secret, step).as_bytes(), typed.as_bytes());
        if same.is_ok() {
            right = Some(step);
        }
    }
    right
}

/// Bytes in base 32, without padding.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            let place = (held >> bits & 31) as usize;
            text.extend(BASE32.get(place).map(|letter| char::from(*letter)));
        }
    }
    if bits > 0 {
        let place = (held << (5 - bits) & 31) as usize;
        text.extend(BASE32.get(place).map(|letter| char::from(*letter)));
    }
    text
}

/// A text in groups of four, to read aloud.
pub(crate) fn grouped(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join(" ")
}

/// What an app reads: the secret, whose it is, and for what.
pub(crate) fn address(secret: &[u8], email: &str, company: &str) -> String {
    let plain = |text: &str| -> String {
        form_urlencoded::byte_serialize(text.as_bytes())
            .collect::<String>()
            .replace('+', "%20")
    };
    let issuer = if company.is_empty() {
        "Kept".to_owned()
    } else {
        format!("Kept {company}")
    };
    format!(
        "otpauth://totp/{}:{}?secret={}&issuer={}",
        plain(&issuer),
        plain(email),
        base32(secret),
        plain(&issuer)
    )
}

/// A drawing of the text to photograph, dark on light in every theme; nothing where it is too long.
pub(crate) fn drawing(text: &str) -> Html {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else {
        return Html::default();
    };
    let width = code.width();
    let side = width + 8;
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let _ = write!(path, "M{} {}h1v1h-1z", at % width + 4, at / width + 4);
        }
    }
    Html::trusted(format!(
        "<svg class=\"photo-code\" viewBox=\"0 0 {side} {side}\" width=\"220\" height=\"220\" role=\"img\" \
         aria-label=\"A code to photograph with your app\" shape-rendering=\"crispEdges\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use kept_kernel::Instant;

    use super::{address, base32, code, drawing, right_for, step_at};

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn the_codes_are_those_of_the_standard() {
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(
                code(SECRET, step_at(Instant::from_seconds(seconds))),
                expected
            );
        }
    }

    #[test]
    fn a_clock_may_be_half_a_minute_off_and_no_more() {
        let now = Instant::from_seconds(1_111_111_109);
        let shown = |offset| code(SECRET, step_at(now) + offset);
        for offset in -1..=1 {
            assert_eq!(
                right_for(SECRET, &shown(offset), now),
                Some(step_at(now) + offset)
            );
        }
        assert_eq!(right_for(SECRET, &shown(2), now), None);
        assert_eq!(right_for(SECRET, &shown(-2), now), None);
        assert_eq!(right_for(SECRET, "", now), None);
        assert_eq!(right_for(SECRET, "081 804", now), Some(step_at(now)));
    }

    #[test]
    fn base_32_is_that_of_the_standard() {
        for (plain, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), text);
        }
    }

    #[test]
    fn the_drawing_holds_what_an_app_reads() {
        let text = address(SECRET, "maya@desk.example", "Lindqvist & Co");
        assert_eq!(
            text,
            "otpauth://totp/Kept%20Lindqvist%20%26%20Co:maya%40desk.example\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Kept%20Lindqvist%20%26%20Co"
        );
        assert!(drawing(&text).to_string().starts_with("<svg"));
    }
}
