//! Small pieces of SVG text.

use std::fmt::{self, Write as _};

/// A text with the letters that mean something in SVG and HTML written out.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A position, in hundredths at most.
#[derive(Clone, Copy)]
pub(crate) struct At(pub f64);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = (self.0 * 100.0).round() / 100.0;
        // Minus nought is nought.
        write!(f, "{}", rounded + 0.0)
    }
}

/// An SVG that is being written.
pub(crate) struct Svg {
    text: String,
}

impl Svg {
    /// Opens a drawing; `label` is what a reader hears.
    pub fn open(class: &str, view: Option<(f64, f64)>, label: &str) -> Self {
        let mut text = format!("<svg class=\"{class}\"");
        if let Some((width, height)) = view {
            let _ = write!(text, " viewBox=\"0 0 {} {}\"", At(width), At(height));
        }
        let _ = write!(text, " role=\"img\" aria-label=\"{}\">", escape(label));
        Self { text }
    }

    /// Adds a piece. INVARIANT: writing into a string cannot fail.
    pub fn add(&mut self, piece: fmt::Arguments<'_>) {
        let _ = self.text.write_fmt(piece);
    }

    /// A straight line.
    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.add(format_args!(
            "<line class=\"{class}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>",
            At(from.0),
            At(from.1),
            At(to.0),
            At(to.1)
        ));
    }

    /// A word at a place.
    pub fn word(&mut self, class: &str, anchor: &str, at: (f64, f64), word: &str) {
        let class = match class {
            "" => String::new(),
            class => format!(" class=\"{class}\""),
        };
        self.add(format_args!(
            "<text{class} x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>",
            At(at.0),
            At(at.1),
            escape(word)
        ));
    }

    /// The whole drawing.
    pub fn close(mut self) -> String {
        self.text.push_str("</svg>");
        self.text
    }
}

/// `93.9`, `100`, `0.4`: one place, none where it is nought.
pub(crate) fn percent(share: f64) -> String {
    let tenths = (share * 1000.0).round() / 10.0;
    format!("{tenths}")
}

/// `93.9 %`, `100.0 %`: always one place, for figures that stand under each other.
pub(crate) fn percent_sign(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A whole number with commas.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
