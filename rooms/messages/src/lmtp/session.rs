//! A conversation with a mail server, without its line: bytes in, replies out. Whoever holds the line says whether an address is
//! known, and whether a mail is kept.

use std::net::IpAddr;

/// The most bytes of a command.
const LONGEST_LINE: usize = 2_048;
/// The most bytes of a line of a mail: far more than the thousand that the standard allows.
const LONGEST_OF_MAIL: usize = 1024 * 1024;
/// The most addresses of a mail.
const RECIPIENTS: usize = 100;
/// The most bytes that are remembered of a mail that is too large: enough for its header.
const HEAD: usize = 64 * 1024;
const TOO_LARGE: &str =
    "552 5.3.4 The mail is larger than 25 MB. Send large files another way, and write again";
/// So many faults, and the line is closed.
const FAULTS: u32 = 10;

/// How browsers begin. One that is led to this door by a page must not have the rest of what it sends taken for mail.
const WEB: [&str; 8] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT",
];

/// A line of the other side, or what it makes of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// It names an address: say whether it is a mailbox here, by [`Session::recipient`].
    Recipient(String),
    /// A mail has come whole: say for each address whether it is kept, by [`Session::kept`].
    Mail {
        /// From whom, as the server says; empty for nobody.
        from: String,
        /// To which mailboxes.
        to: Vec<String>,
        /// The bytes, without the dots of the line.
        bytes: Vec<u8>,
        /// Which machine handed it to the server, and what that called itself.
        client: Option<(IpAddr, String)>,
    },
    /// A mail has come whole that is too large, and was refused.
    TooLarge {
        /// From whom, as the server says; empty for nobody.
        from: String,
        /// To which mailboxes.
        to: Vec<String>,
        /// How many bytes it had.
        size: u64,
        /// The first of them.
        head: Vec<u8>,
    },
    /// Nothing for the outside.
    Nothing,
}

/// What is said to the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The bytes.
    pub text: String,
    /// Whether the line is closed after them.
    pub close: bool,
}

/// Where a conversation stands.
#[derive(Clone, Debug)]
pub struct Session {
    host: String,
    largest: usize,
    greeted: bool,
    /// With LMTP each address gets an answer of its own.
    is_lmtp: bool,
    from: Option<String>,
    /// How many bytes the next mail is to have, where they are too many.
    announced: Option<u64>,
    to: Vec<String>,
    data: Option<Data>,
    buffer: Vec<u8>,
    replies: String,
    faults: u32,
    close: bool,
    /// Waits for a word of whoever holds the line.
    asked: Option<String>,
    mailed: Option<Vec<String>>,
    /// Whether the other side is believed when it tells who handed a mail to it.
    is_trusted: bool,
    /// What it has told of the next mail.
    forwarded: Forwarded,
}

/// What a server tells of the machine that handed a mail to it.
#[derive(Clone, Debug, Default)]
struct Forwarded {
    address: Option<IpAddr>,
    helo: String,
}

#[derive(Clone, Debug, Default)]
struct Data {
    bytes: Vec<u8>,
    /// How many bytes have come, of which those that are too many were let go.
    size: u64,
    too_large: bool,
    bare: bool,
}

impl Session {
    /// A conversation that begins. `host` is what this side calls itself.
    pub fn new(host: &str, largest: usize) -> (Self, Reply) {
        let session = Self {
            host: host.to_owned(),
            largest,
            greeted: false,
            is_lmtp: false,
            from: None,
            announced: None,
            to: Vec::new(),
            data: None,
            buffer: Vec::new(),
            replies: String::new(),
            faults: 0,
            close: false,
            asked: None,
            mailed: None,
            is_trusted: false,
            forwarded: Forwarded::default(),
        };
        let text = format!("220 {host} Kept takes mail\r\n");
        (session, Reply { text, close: false })
    }

    /// With a server of our own, which is believed when it tells who handed a mail to it.
    #[must_use]
    pub fn trusted(self) -> Self {
        Self {
            is_trusted: true,
            ..self
        }
    }

    /// Bytes of the other side.
    pub fn take(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// How many bytes of a mail have come that is not whole yet; none: no mail is on its way.
    pub fn mail_so_far(&self) -> Option<usize> {
        let data = self.data.as_ref()?;
        let whole = usize::try_from(data.size).unwrap_or(usize::MAX);
        Some(whole.saturating_add(self.buffer.len()))
    }

    /// Whether more bytes are kept waiting than any command has.
    pub fn is_flooded(&self) -> bool {
        self.data.is_none() && self.buffer.len() > 64 * 1024
    }

    /// The next line of what was taken; none: more bytes are needed, or a word of whoever holds the line is.
    pub fn next_line(&mut self) -> Option<Line> {
        if self.asked.is_some() || self.mailed.is_some() || self.close {
            return None;
        }
        let end = memchr_crlf(&self.buffer);
        let Some(end) = end else {
            return self.overlong();
        };
        let line: Vec<u8> = self.buffer.drain(..end + 2).take(end).collect();
        if self.data.is_some() {
            return Some(self.data_line(&line));
        }
        Some(self.command(&line))
    }

    /// What is to be said now.
    pub fn reply(&mut self) -> Option<Reply> {
        if self.replies.is_empty() {
            return None;
        }
        Some(Reply {
            text: std::mem::take(&mut self.replies),
            close: self.close,
        })
    }

    /// From whom a mail is to come that was announced as too large, and how large that is.
    pub fn too_large(&self) -> Option<(&str, u64)> {
        Some((self.from.as_deref().unwrap_or_default(), self.announced?))
    }

    /// Whether the address that was named is a mailbox here; none: that cannot be said now.
    pub fn recipient(&mut self, known: Option<bool>) {
        let Some(address) = self.asked.take() else {
            return;
        };
        match known {
            // It is said here and not before, so that it is known for which mailbox the mail was.
            Some(true) if self.announced.is_some() => self.say(TOO_LARGE),
            Some(true) => {
                self.to.push(address);
                self.say("250 2.1.5 It is a mailbox here");
            }
            Some(false) => self.fault("550 5.1.1 There is no such mailbox here"),
            None => self.say("451 4.3.0 Try again later"),
        }
    }

    /// Whether the mail is kept, for each of its addresses; none: that cannot be said now.
    pub fn kept(&mut self, kept: &[Option<bool>]) {
        let Some(to) = self.mailed.take() else {
            return;
        };
        let words = |kept: Option<bool>| match kept {
            Some(true) => "250 2.0.0 It is kept",
            Some(false) => "554 5.6.0 It cannot be taken",
            None => "451 4.3.0 Try again later",
        };
        if self.is_lmtp {
            for place in 0..to.len() {
                self.say(words(kept.get(place).copied().flatten()));
            }
            return;
        }
        // With SMTP one answer stands for all: what is kept twice is one mail.
        let worst = kept.iter().copied().min_by_key(|kept| match kept {
            None => 0,
            Some(false) => 1,
            Some(true) => 2,
        });
        self.say(words(worst.flatten()));
    }

    fn overlong(&mut self) -> Option<Line> {
        let most = if self.data.is_some() {
            LONGEST_OF_MAIL
        } else {
            LONGEST_LINE
        };
        if self.buffer.len() > most {
            self.buffer.clear();
            self.close = true;
            self.say("500 5.5.2 The line is too long");
            return Some(Line::Nothing);
        }
        None
    }

    /// A line of a mail.
    fn data_line(&mut self, line: &[u8]) -> Line {
        if line == b"." {
            return self.ended();
        }
        let largest = self.largest;
        if let Some(data) = &mut self.data {
            data.bare |= line.contains(&b'\r') || line.contains(&b'\n');
            let plain = line.strip_prefix(b".").unwrap_or(line);
            data.size += plain.len() as u64 + 2;
            if data.bytes.len() + plain.len() > largest && !data.too_large {
                data.too_large = true;
                data.bytes.truncate(HEAD);
                data.bytes.shrink_to_fit();
            }
            if !data.too_large {
                data.bytes.extend_from_slice(plain);
                data.bytes.extend_from_slice(b"\r\n");
            }
        }
        Line::Nothing
    }

    fn ended(&mut self) -> Line {
        let data = self.data.take().unwrap_or_default();
        let (from, to) = (
            self.from.take().unwrap_or_default(),
            std::mem::take(&mut self.to),
        );
        let told = std::mem::take(&mut self.forwarded);
        self.announced = None;
        if data.bare {
            // Somebody may have counted on two servers seeing two ends: whatever follows on this line is not listened to.
            self.close = true;
        }
        let refused = match (data.bare, data.too_large) {
            (true, _) => Some("550 5.6.0 Lines end with CR and LF, and neither stands alone"),
            (false, true) => Some(TOO_LARGE),
            (false, false) => None,
        };
        if let Some(words) = refused {
            let times = if self.is_lmtp { to.len() } else { 1 };
            for _ in 0..times {
                self.say(words);
            }
            if data.bare {
                return Line::Nothing;
            }
            return Line::TooLarge {
                from,
                to,
                size: data.size,
                head: data.bytes,
            };
        }
        self.mailed = Some(to.clone());
        Line::Mail {
            from,
            to,
            bytes: data.bytes,
            client: told.address.map(|address| (address, told.helo)),
        }
    }

    fn command(&mut self, line: &[u8]) -> Line {
        let bare = line.contains(&b'\r') || line.contains(&b'\n') || line.contains(&0);
        let text = std::str::from_utf8(line)
            .ok()
            .filter(|_| !bare && line.len() <= LONGEST_LINE);
        let Some(text) = text else {
            self.fault("500 5.5.2 That is no command");
            return Line::Nothing;
        };
        let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
        match verb.to_ascii_uppercase().as_str() {
            "LHLO" | "EHLO" => self.greet(verb.eq_ignore_ascii_case("LHLO")),
            "HELO" => {
                self.reset();
                self.greeted = true;
                self.is_lmtp = false;
                let host = self.host.clone();
                self.say(&format!("250 {host}"));
            }
            "MAIL" => self.mail(rest),
            "RCPT" => return self.rcpt(rest),
            "DATA" => self.begin_data(),
            "XFORWARD" if self.is_trusted => self.forwarded(rest),
            "RSET" => {
                self.reset();
                self.say("250 2.0.0 Begin again");
            }
            "NOOP" => self.say("250 2.0.0 Still here"),
            "VRFY" => self.say("252 2.1.5 Send it, and see"),
            "QUIT" => {
                self.close = true;
                self.say("221 2.0.0 Goodbye");
            }
            other if WEB.contains(&other) => {
                self.close = true;
                self.say("521 5.7.0 This is no web server");
            }
            _ => self.fault("502 5.5.1 That is not spoken here"),
        }
        Line::Nothing
    }

    fn greet(&mut self, is_lmtp: bool) {
        self.reset();
        self.greeted = true;
        self.is_lmtp = is_lmtp;
        let (host, largest) = (self.host.clone(), self.largest);
        self.say(&format!("250-{host}"));
        self.say("250-PIPELINING");
        self.say("250-8BITMIME");
        self.say("250-SMTPUTF8");
        self.say("250-ENHANCEDSTATUSCODES");
        if self.is_trusted {
            self.say("250-XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE");
        }
        self.say(&format!("250 SIZE {largest}"));
    }

    fn mail(&mut self, rest: &str) {
        if !self.greeted || self.from.is_some() {
            return self.fault("503 5.5.1 Not now");
        }
        let Some((from, options)) = path(rest, "FROM:") else {
            return self.fault("501 5.5.4 Write MAIL FROM:<address>");
        };
        // The size is asked before the mail is sent.
        let size = options.split(' ').find_map(|option| {
            let (name, value) = option.split_once('=')?;
            name.eq_ignore_ascii_case("SIZE")
                .then(|| value.parse::<u64>().unwrap_or(0))
        });
        self.announced = size.filter(|size| *size > self.largest as u64);
        self.from = Some(from);
        self.say("250 2.1.0 Go on");
    }

    /// `XFORWARD ADDR=192.0.2.1 HELO=mx.example`, as Postfix tells before it hands a mail over.
    fn forwarded(&mut self, rest: &str) {
        if !self.greeted || self.from.is_some() {
            return self.fault("503 5.5.1 Not now");
        }
        for (name, value) in rest.split(' ').filter_map(|one| one.split_once('=')) {
            let value = unescaped(value);
            match name.to_ascii_uppercase().as_str() {
                "ADDR" => {
                    let bare = value
                        .get(..5)
                        .filter(|six| six.eq_ignore_ascii_case("IPV6:"));
                    let bare = bare.and_then(|six| value.get(six.len()..));
                    self.forwarded.address = bare.unwrap_or(&value).parse().ok();
                }
                "HELO" if value.len() <= 255 && !value.starts_with('[') => {
                    self.forwarded.helo = value;
                }
                _ => {}
            }
        }
        self.say("250 2.0.0 Go on");
    }

    fn rcpt(&mut self, rest: &str) -> Line {
        if self.from.is_none() {
            self.fault("503 5.5.1 Say first from whom");
            return Line::Nothing;
        }
        if self.to.len() >= RECIPIENTS {
            self.say("452 4.5.3 These are enough addresses for one mail");
            return Line::Nothing;
        }
        let Some((to, _)) = path(rest, "TO:").filter(|(to, _)| to.contains('@')) else {
            self.fault("501 5.5.4 Write RCPT TO:<address>");
            return Line::Nothing;
        };
        self.asked = Some(to.clone());
        Line::Recipient(to)
    }

    fn begin_data(&mut self) {
        if self.to.is_empty() {
            return self.fault("503 5.5.1 Nobody is to get it");
        }
        self.data = Some(Data::default());
        self.say("354 Send it, and end it with a dot alone");
    }

    fn reset(&mut self) {
        self.from = None;
        self.announced = None;
        self.to.clear();
        self.data = None;
        self.forwarded = Forwarded::default();
    }

    fn fault(&mut self, words: &str) {
        self.faults += 1;
        self.say(words);
        if self.faults >= FAULTS {
            self.close = true;
            self.say("421 4.7.0 Too many mistakes");
        }
    }

    fn say(&mut self, words: &str) {
        self.replies.push_str(words);
        self.replies.push_str("\r\n");
    }
}

/// `FROM:<a@b> SIZE=10`: the address, and what follows it.
fn path(rest: &str, name: &str) -> Option<(String, String)> {
    let begin = rest.get(..name.len())?;
    let rest = rest.get(name.len()..)?.trim_start();
    let (address, options) = rest.strip_prefix('<')?.split_once('>')?;
    let good = begin.eq_ignore_ascii_case(name)
        && address.len() <= 320
        && !address.contains(|letter: char| {
            letter.is_control() || letter.is_whitespace() || letter == '<'
        });
    good.then(|| (address.to_owned(), options.trim().to_owned()))
}

/// `+3D` stands for a letter that cannot stand there (RFC 3461, 4). What is no text is left out.
fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('+') {
        plain.push_str(before);
        let code = after
            .get(..2)
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        let letter = code.filter(u8::is_ascii_graphic);
        plain.extend(letter.map(char::from));
        rest = after.get(2..).unwrap_or_default();
    }
    plain.push_str(rest);
    plain
}

/// Where a line ends: at its first return and line feed together.
fn memchr_crlf(bytes: &[u8]) -> Option<usize> {
    bytes.windows(2).position(|two| two == b"\r\n")
}

#[cfg(test)]
mod tests;
