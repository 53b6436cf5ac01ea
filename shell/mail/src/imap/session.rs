//! A conversation with a server: sign in, open a folder, see what is there, fetch it, wait for more.

use std::io::Write as _;
use std::time::{Duration, Instant};

use kept_outbound::{Guard, Trust, Wire};
use zeroize::Zeroizing;

use super::line::{Answer, LineError, Reader};
use super::sign_in::{Credentials, folder_name, quoted};
use super::trouble::{is_late, of_answer, of_line, refused, token_refused};
use crate::patience::Patience;
use crate::server::Protection;
use crate::shown::Shown;
use crate::trouble::{Stage, Trouble};

/// So many answers may come before the one to a command.
const MOST_ANSWERS: usize = 200_000;
/// The most counted bytes of anything but a mail.
const SMALL: usize = 64 * 1024;

/// A line to a server, as far as the conversation has got.
#[derive(Debug)]
pub struct Imap {
    pub(super) wire: Wire,
    patience: Patience,
    reader: Reader,
    commands: u32,
    capabilities: Vec<String>,
}

/// A folder that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Folder {
    /// When it turns, all numbers of mails mean something else.
    pub uid_validity: u32,
    /// How many mails lie there.
    pub exists: u32,
}

/// A mail in a folder and its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sized {
    /// Its number.
    pub uid: u32,
    /// Its bytes.
    pub size: u64,
}

/// Why a wait has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    /// Something has come.
    Mail,
    /// Nothing, for as long as was waited.
    Nothing,
}

impl Imap {
    /// Finds the server, connects, hears its greeting and encrypts the line.
    ///
    /// # Errors
    ///
    /// Where it got stuck, and what to change.
    pub fn open(
        (host, port): (&str, u16),
        protection: Protection,
        (guard, trust): (Guard, &Trust),
        patience: Patience,
    ) -> Result<Self, Trouble> {
        let mut wire = Wire::dial(host, port, guard).map_err(|error| of_line(&error, port))?;
        wire.patience(patience.silence);
        wire.until(Some(Instant::now() + patience.answer));
        if protection == Protection::Tls {
            wire = wire
                .encrypted(trust)
                .map_err(|error| of_line(&error, port))?;
        }
        let mut line = Self {
            wire,
            patience,
            reader: Reader::default(),
            commands: 0,
            capabilities: Vec::new(),
        };
        line.greeted()?;
        if protection == Protection::StartTls {
            line = line.start_tls(trust, port)?;
        }
        line.ask_capabilities()?;
        Ok(line)
    }

    /// What comes next may take as long as an answer with so many bytes.
    fn allow(&mut self, bytes: usize) {
        let until = Instant::now() + self.patience.for_bytes(bytes);
        self.wire.until(Some(until));
    }

    fn greeted(&mut self) -> Result<(), Trouble> {
        let answer = self.next(Stage::Connect, SMALL)?;
        let said = answer.untagged().unwrap_or(&answer.text);
        if said.starts_with("OK") {
            return Ok(());
        }
        let trouble = refused(Stage::Connect, said);
        Err(Trouble {
            advice: "What answers there is no IMAP server, or takes no more lines just now. Check host and port.".to_owned(),
            ..trouble
        })
    }

    fn start_tls(mut self, trust: &Trust, port: u16) -> Result<Self, Trouble> {
        self.command("STARTTLS", Stage::Encrypt, SMALL)?;
        // Whatever was said before the line is encrypted may be another's word.
        if self.reader.holds_something() {
            return Err(refused(Stage::Encrypt, "more than was asked for"));
        }
        self.wire = self
            .wire
            .encrypted(trust)
            .map_err(|error| of_line(&error, port))?;
        Ok(self)
    }

    fn ask_capabilities(&mut self) -> Result<(), Trouble> {
        let answers = self.command("CAPABILITY", Stage::Connect, SMALL)?;
        let listed = answers
            .iter()
            .filter_map(|answer| answer.untagged()?.strip_prefix("CAPABILITY "));
        self.capabilities = listed
            .flat_map(str::split_whitespace)
            .map(str::to_ascii_uppercase)
            .collect();
        Ok(())
    }

    /// Whether the server can do something.
    pub fn can(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|one| one == capability)
    }

    /// Signs in.
    ///
    /// # Errors
    ///
    /// Why the server does not let us in.
    pub fn sign_in(&mut self, who: &Credentials) -> Result<(), Trouble> {
        if !self.wire.is_encrypted() && !self.wire.is_here() {
            return Err(Trouble::new(
                Stage::SignIn,
                "the line is not encrypted",
                "A password is not sent over an open line. Choose TLS or STARTTLS.",
            ));
        }
        let (mechanism, response, last) = who.spoken(|capability| self.can(capability));
        match &who.shown {
            Shown::Password(password) if !self.can("AUTH=PLAIN") => {
                let words = quoted(&who.user).zip(quoted(password));
                let (user, password) =
                    words.ok_or_else(|| refused(Stage::SignIn, "no such letters in a password"))?;
                self.command(&format!("LOGIN {user} {password}"), Stage::SignIn, SMALL)?;
            }
            Shown::Password(_) => self.authenticate(mechanism, &response, last)?,
            Shown::Token(_) => {
                let shown = self.authenticate(mechanism, &response, last);
                shown.map_err(token_refused)?;
            }
        }
        self.ask_capabilities()
    }

    /// `last` is said where the server tells why it refuses, before it does.
    fn authenticate(
        &mut self,
        mechanism: &str,
        response: &Zeroizing<String>,
        last: &str,
    ) -> Result<(), Trouble> {
        let tag = self.send(&format!("AUTHENTICATE {mechanism}"), Stage::SignIn)?;
        let mut shown = false;
        for _ in 0..MOST_ANSWERS {
            let answer = self.next(Stage::SignIn, SMALL)?;
            if answer.text.starts_with('+') {
                let line = if shown { last } else { response.as_str() };
                shown = true;
                self.write(&format!("{line}\r\n"), Stage::SignIn)?;
            } else if let Some(end) = ended(&answer, &tag) {
                return end.map_err(|said| refused(Stage::SignIn, said));
            }
        }
        Err(of_answer(&LineError::TooLong, Stage::SignIn))
    }

    /// Opens a folder.
    ///
    /// # Errors
    ///
    /// There is none, or it cannot be opened.
    pub fn select(&mut self, folder: &str) -> Result<Folder, Trouble> {
        let name = folder_name(folder).ok_or_else(|| refused(Stage::Folder, "no such name"))?;
        let answers = self.command(&format!("SELECT {name}"), Stage::Folder, SMALL)?;
        let validity = answers
            .iter()
            .find_map(|answer| answer.number_after("UIDVALIDITY"));
        let exists = answers.iter().find_map(|answer| {
            let (number, rest) = answer.untagged()?.split_once(' ')?;
            rest.eq_ignore_ascii_case("EXISTS")
                .then(|| number.parse().ok())?
        });
        Ok(Folder {
            uid_validity: small(validity.unwrap_or_default()),
            exists: exists.unwrap_or_default(),
        })
    }

    /// The mails after a number, in order.
    ///
    /// # Errors
    ///
    /// The server refused, or the line broke.
    pub fn after(&mut self, uid: u32) -> Result<Vec<u32>, Trouble> {
        let from = u64::from(uid) + 1;
        self.search(&format!("UID {from}:*"), uid)
    }

    fn search(&mut self, what: &str, uid: u32) -> Result<Vec<u32>, Trouble> {
        let answers = self.command(&format!("UID SEARCH {what}"), Stage::Folder, SMALL)?;
        let listed = answers.iter().filter_map(|answer| {
            let said = answer.untagged()?;
            let head = said.get(..6)?;
            head.eq_ignore_ascii_case("SEARCH").then(|| said.get(6..))?
        });
        let mut found: Vec<u32> = listed
            .flat_map(str::split_whitespace)
            .filter_map(|number| number.parse().ok())
            // `N:*` always has the last one, also where it lies before N.
            .filter(|found| *found > uid)
            .collect();
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// The mails that came to the folder on this day or later, in order. The day is as in `30-Jan-2026`.
    ///
    /// # Errors
    ///
    /// The server refused, or the line broke.
    pub fn since(&mut self, day: &str) -> Result<Vec<u32>, Trouble> {
        self.search(&format!("SINCE {day}"), 0)
    }

    /// How large these mails are. What has gone meanwhile is left out.
    ///
    /// # Errors
    ///
    /// The server refused, or the line broke.
    pub fn sizes(&mut self, uids: &[u32]) -> Result<Vec<Sized>, Trouble> {
        let (Some(first), Some(last)) = (uids.first(), uids.last()) else {
            return Ok(Vec::new());
        };
        let command = format!("UID FETCH {first}:{last} (UID RFC822.SIZE)");
        let answers = self.command(&command, Stage::Fetch, SMALL)?;
        let mut sizes: Vec<Sized> = answers
            .iter()
            .filter_map(|answer| {
                Some(Sized {
                    uid: u32::try_from(answer.number_after("UID")?).ok()?,
                    size: answer.number_after("RFC822.SIZE")?,
                })
            })
            .filter(|one| uids.binary_search(&one.uid).is_ok())
            .collect();
        sizes.sort_unstable_by_key(|one| one.uid);
        sizes.dedup_by_key(|one| one.uid);
        Ok(sizes)
    }

    /// A mail, whole; none where it has gone meanwhile. It stays unread.
    ///
    /// # Errors
    ///
    /// The server refused, the line broke, or it is larger than `most`.
    pub fn mail(&mut self, uid: u32, most: usize) -> Result<Option<Vec<u8>>, Trouble> {
        let command = format!("UID FETCH {uid} (UID BODY.PEEK[])");
        self.fetched(&command, uid, most)
    }

    /// Its header, for a note about it.
    ///
    /// # Errors
    ///
    /// As [`mail`](Self::mail)
    pub fn head(&mut self, uid: u32) -> Result<Option<Vec<u8>>, Trouble> {
        let command = format!("UID FETCH {uid} (UID BODY.PEEK[HEADER])");
        self.fetched(&command, uid, 1024 * 1024)
    }

    fn fetched(
        &mut self,
        command: &str,
        uid: u32,
        most: usize,
    ) -> Result<Option<Vec<u8>>, Trouble> {
        let answers = self.command(command, Stage::Fetch, most)?;
        let mut found = answers.into_iter().filter(|answer| {
            answer.number_after("UID") == Some(u64::from(uid)) && !answer.counted.is_empty()
        });
        Ok(found
            .next()
            .and_then(|answer| answer.counted.into_iter().next()))
    }

    /// Marks a mail as read.
    ///
    /// # Errors
    ///
    /// The server refused, or the line broke.
    pub fn mark_seen(&mut self, uid: u32) -> Result<(), Trouble> {
        let command = format!("UID STORE {uid} +FLAGS.SILENT (\\Seen)");
        self.command(&command, Stage::Fetch, SMALL).map(drop)
    }

    /// Moves a mail to a folder, where the server can; else it is copied there, and stays.
    ///
    /// # Errors
    ///
    /// The server refused, or the line broke.
    pub fn move_to(&mut self, uid: u32, folder: &str) -> Result<(), Trouble> {
        let name = folder_name(folder).ok_or_else(|| refused(Stage::Fetch, "no such name"))?;
        let way = if self.can("MOVE") { "MOVE" } else { "COPY" };
        let command = format!("UID {way} {uid} {name}");
        self.command(&command, Stage::Fetch, SMALL).map(drop)
    }

    /// Waits until something comes, so long at most.
    ///
    /// # Errors
    ///
    /// The server refused, or the line broke.
    pub fn wait(&mut self, most: Duration) -> Result<Woken, Trouble> {
        let tag = self.send("IDLE", Stage::Folder)?;
        let mut woken = Woken::Nothing;
        for _ in 0..MOST_ANSWERS {
            let answer = self.next(Stage::Folder, SMALL)?;
            if answer.text.starts_with('+') {
                break;
            }
            if ended(&answer, &tag).is_some() {
                return Err(refused(Stage::Folder, &answer.text));
            }
            // What came since the folder was opened is said first.
            if is_news(&answer) {
                woken = Woken::Mail;
            }
        }
        if woken == Woken::Nothing {
            self.wire.patience(most);
            self.wire.until(Some(Instant::now() + most));
            woken = self.news()?;
            self.wire.patience(self.patience.silence);
        }
        self.allow(0);
        self.write("DONE\r\n", Stage::Folder)?;
        for _ in 0..MOST_ANSWERS {
            let answer = self.next(Stage::Folder, SMALL)?;
            if is_news(&answer) {
                woken = Woken::Mail;
            }
            if let Some(end) = ended(&answer, &tag) {
                end.map_err(|said| refused(Stage::Folder, said))?;
                return Ok(woken);
            }
        }
        Err(of_answer(&LineError::TooLong, Stage::Folder))
    }

    fn news(&mut self) -> Result<Woken, Trouble> {
        for _ in 0..MOST_ANSWERS {
            match self.reader.next(&mut self.wire, SMALL) {
                Ok(answer) if is_news(&answer) => return Ok(Woken::Mail),
                Ok(answer) if answer.text.starts_with("* BYE") => {
                    return Err(refused(Stage::Folder, &answer.text));
                }
                Ok(_) => {}
                Err(LineError::Line(error)) if is_late(&error) => return Ok(Woken::Nothing),
                Err(error) => return Err(of_answer(&error, Stage::Folder)),
            }
        }
        Ok(Woken::Nothing)
    }

    /// Says goodbye. Whether it is heard matters to nobody.
    pub fn close(mut self) {
        let _ = self.send("LOGOUT", Stage::Connect);
    }

    /// Sends a command and gathers what is answered; counted bytes of more than `most` are refused.
    fn command(
        &mut self,
        command: &str,
        stage: Stage,
        most: usize,
    ) -> Result<Vec<Answer>, Trouble> {
        let tag = self.send(command, stage)?;
        if most > SMALL {
            self.allow(most);
        }
        let mut answers = Vec::new();
        for _ in 0..MOST_ANSWERS {
            let answer = self.next(stage, most)?;
            if let Some(end) = ended(&answer, &tag) {
                return match end {
                    Ok(()) => Ok(answers),
                    Err(said) => Err(refused(stage, said)),
                };
            }
            answers.push(answer);
        }
        Err(of_answer(&LineError::TooLong, stage))
    }

    fn send(&mut self, command: &str, stage: Stage) -> Result<String, Trouble> {
        self.commands += 1;
        let tag = format!("k{}", self.commands);
        self.allow(0);
        self.write(&format!("{tag} {command}\r\n"), stage)?;
        Ok(tag)
    }

    fn write(&mut self, line: &str, stage: Stage) -> Result<(), Trouble> {
        let written = self.wire.write_all(line.as_bytes());
        written
            .and_then(|()| self.wire.flush())
            .map_err(|error| of_answer(&LineError::Line(error), stage))
    }

    fn next(&mut self, stage: Stage, most: usize) -> Result<Answer, Trouble> {
        self.reader
            .next(&mut self.wire, most)
            .map_err(|error| of_answer(&error, stage))
    }
}

/// Whether an answer ends the command with this tag, and how; a server that hangs up ends all of them.
fn ended<'a>(answer: &'a Answer, tag: &str) -> Option<Result<(), &'a str>> {
    if let Some(said) = answer.text.strip_prefix("* BYE") {
        return Some(Err(said));
    }
    let said = answer.text.strip_prefix(tag)?.strip_prefix(' ')?;
    let good = said
        .get(..2)
        .is_some_and(|word| word.eq_ignore_ascii_case("OK"));
    Some(if good { Ok(()) } else { Err(said) })
}

/// Whether an answer says that mails have come.
fn is_news(answer: &Answer) -> bool {
    let text = answer.text.to_ascii_uppercase();
    text.starts_with("* ") && (text.ends_with(" EXISTS") || text.ends_with(" RECENT"))
}

fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or_default()
}
