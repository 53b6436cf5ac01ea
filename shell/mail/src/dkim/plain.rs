//! A message made plain, as signatures see it (RFC 6376, 3.4): what servers on the way may change counts for nothing.

/// A field of a header, as it stands there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'a> {
    /// With the spaces before its colon, where somebody wrote some.
    pub(crate) name: &'a [u8],
    /// With its line breaks, without the last one.
    pub(crate) value: &'a [u8],
}

impl Field<'_> {
    pub(crate) fn is(&self, name: &str) -> bool {
        let bare = self.name.trim_ascii_end();
        bare.eq_ignore_ascii_case(name.as_bytes())
    }

    /// Its name in small letters.
    pub(crate) fn name(&self) -> String {
        String::from_utf8_lossy(self.name.trim_ascii_end()).to_ascii_lowercase()
    }
}

/// The fields of a message in order, and its body. Lines end with CRLF.
pub(crate) fn fields_and_body(bytes: &[u8]) -> (Vec<Field<'_>>, &[u8]) {
    let mut fields = Vec::new();
    let mut rest = bytes;
    loop {
        if let Some(body) = rest.strip_prefix(b"\r\n") {
            return (fields, body);
        }
        let end = end_of_field(rest);
        let (raw, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        if raw.is_empty() {
            return (fields, &[]);
        }
        if let Some(colon) = raw.iter().position(|byte| *byte == b':') {
            let (name, value) = raw.split_at(colon);
            let value = value.get(1..).unwrap_or_default();
            fields.push(Field {
                name,
                value: value.strip_suffix(b"\r\n").unwrap_or(value),
            });
        }
        rest = after;
    }
}

/// Where the next field begins: after a line that none follows which begins with a space.
fn end_of_field(bytes: &[u8]) -> usize {
    let mut from = 0;
    loop {
        let rest = bytes.get(from..).unwrap_or_default();
        let Some(line) = memchr::memmem::find(rest, b"\r\n") else {
            return bytes.len();
        };
        from += line + 2;
        if !matches!(bytes.get(from), Some(b' ' | b'\t')) {
            return from;
        }
    }
}

/// `subject:Pump leaks` and a line break, whatever it looked like.
pub(crate) fn plain_field(field: &Field<'_>) -> Vec<u8> {
    let mut plain = field.name.trim_ascii_end().to_ascii_lowercase();
    plain.push(b':');
    let spaced: Vec<u8> = field
        .value
        .iter()
        .map(|byte| {
            if b"\r\n\t".contains(byte) {
                b' '
            } else {
                *byte
            }
        })
        .collect();
    plain.extend(single_spaced(spaced.trim_ascii()));
    plain.extend(b"\r\n");
    plain
}

/// The same for those who want nothing changed: a field as it stands there.
pub(crate) fn bare_field(field: &Field<'_>) -> Vec<u8> {
    [field.name, b":", field.value, b"\r\n"].concat()
}

/// The same for a body: only empty lines at its end are left out.
pub(crate) fn bare_body(body: &[u8]) -> Vec<u8> {
    let mut rest = body;
    while let Some(before) = rest.strip_suffix(b"\r\n") {
        rest = before;
    }
    [rest, b"\r\n"].concat()
}

/// A body without spaces at ends of lines and without empty lines at its end.
pub(crate) fn plain_body(body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(body.len());
    let mut end = 0;
    for line in lines(body) {
        let line = single_spaced(line);
        let line = line.strip_suffix(b" ").unwrap_or(&line);
        plain.extend(line);
        plain.extend(b"\r\n");
        if !line.is_empty() {
            end = plain.len();
        }
    }
    plain.truncate(end);
    plain
}

fn lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(body);
    std::iter::from_fn(move || {
        let now = rest?;
        match memchr::memmem::find(now, b"\r\n") {
            Some(at) => {
                rest = now.get(at + 2..);
                now.get(..at)
            }
            None => {
                rest = None;
                Some(now)
            }
        }
    })
}

fn single_spaced(line: &[u8]) -> Vec<u8> {
    let mut single = Vec::with_capacity(line.len());
    for byte in line {
        let byte = if *byte == b'\t' { b' ' } else { *byte };
        if byte != b' ' || single.last() != Some(&b' ') {
            single.push(byte);
        }
    }
    single
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_is_made_plain_as_it_says() {
        let mail = b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";
        let (fields, body) = fields_and_body(mail);
        let plain: Vec<u8> = fields.iter().flat_map(plain_field).collect();
        assert_eq!(plain, b"a:X\r\nb:Y Z\r\n");
        assert_eq!(plain_body(body), b" C\r\nD E\r\n");
        let bare: Vec<u8> = fields.iter().flat_map(bare_field).collect();
        assert_eq!(bare, b"A: X\r\nB : Y\t\r\n\tZ  \r\n");
        assert_eq!(bare_body(body), b" C \r\nD \t E\r\n");
    }

    #[test]
    fn an_empty_body_is_nothing() {
        assert_eq!(plain_body(b""), b"");
        assert_eq!(plain_body(b"\r\n\r\n"), b"");
        assert_eq!(bare_body(b""), b"\r\n");
        assert_eq!(bare_body(b"\r\n\r\n"), b"\r\n");
        assert_eq!(fields_and_body(b"").0.len(), 0);
    }
}
