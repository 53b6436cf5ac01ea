//! The company's colour over the pages of its clients: its hue, with the lightness that keeps every text readable in light and dark.

use std::fmt;

/// A colour as people write it, `#0b6e6e`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colour([u8; 3]);

/// More colour than this is loud, and beyond what screens show at these lightnesses.
const MOST_CHROMA: f64 = 0.115;

impl Colour {
    /// From six hexadecimal digits, with or without the mark before them.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.trim();
        let digits = digits.strip_prefix('#').unwrap_or(digits);
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let whole = u32::from_str_radix(digits, 16).ok()?;
        let [_, red, green, blue] = whole.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// Its chroma and hue in OKLCH (Ottosson, "A perceptual color space for image processing").
    fn chroma_and_hue(self) -> (f64, f64) {
        let linear = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        let [red, green, blue] = linear;
        let cone = |of: [f64; 3]| {
            let [r, g, b] = of;
            (r * red + g * green + b * blue).cbrt()
        };
        let long = cone([0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9]);
        let middle = cone([0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6]);
        let short = cone([0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5]);
        let a = 1.977_998_495_1 * long - 2.428_592_205 * middle + 0.450_593_709_9 * short;
        let b = 0.025_904_037_1 * long + 0.782_771_766_2 * middle - 0.808_675_766 * short;
        (a.hypot(b), b.atan2(a).to_degrees().rem_euclid(360.0))
    }

    /// The stylesheet that puts it in place of our own accent.
    pub(crate) fn stylesheet(self) -> String {
        let (chroma, hue) = self.chroma_and_hue();
        let chroma = chroma.min(MOST_CHROMA);
        let tone =
            |light: f64, share: f64| format!("oklch({light} {:.4} {hue:.1})", chroma * share);
        let both = |name: &str, (day, day_share): (f64, f64), (night, night_share): (f64, f64)| {
            let (day, night) = (tone(day, day_share), tone(night, night_share));
            format!("--{name}:light-dark({day},{night});")
        };
        let tones = [
            both("accent", (0.425, 1.0), (0.795, 0.9)),
            both("accent-deep", (0.355, 0.9), (0.86, 0.8)),
            both("accent-tint", (0.956, 0.16), (0.278, 0.3)),
            both("accent-line", (0.76, 0.7), (0.48, 0.7)),
            both("on-accent", (0.99, 0.05), (0.185, 0.3)),
        ];
        format!(":root{{{}}}\n", tones.concat())
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(out, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::Colour;

    #[test]
    fn a_colour_is_six_digits_and_nothing_else() {
        for wrong in ["", "#12", "red", "#12345g", "#0b6e6e;}", "##00ff00"] {
            assert!(Colour::parse(wrong).is_none(), "{wrong}");
        }
        assert_eq!(Colour::parse(" 0B6E6E ").unwrap().to_string(), "#0b6e6e");
    }

    #[test]
    fn the_hue_is_kept_and_grey_has_none() {
        let (chroma, hue) = Colour::parse("#ff0000").unwrap().chroma_and_hue();
        assert!((hue - 29.2).abs() < 0.5 && chroma > 0.25, "{chroma} {hue}");
        let (grey, _) = Colour::parse("#808080").unwrap().chroma_and_hue();
        assert!(grey < 0.001);
        let sheet = Colour::parse("#ff0000").unwrap().stylesheet();
        assert!(
            sheet.contains("--accent:light-dark(oklch(0.425 0.1150 29."),
            "{sheet}"
        );
    }
}
