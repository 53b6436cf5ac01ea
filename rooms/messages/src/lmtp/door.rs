//! The line of the door: who may come in at once, how long and how much, and what becomes of what they bring.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kept_mail::checking::Client;
use kept_store::StoreError;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::session::{Line, Session};
use crate::receive::{LARGEST, ReceiveError};
use crate::room::Room;

/// So many are spoken with at once.
const AT_ONCE: usize = 50;
/// So many more wait in line; who comes beyond them is asked to come again. Each holds a file of the program.
const IN_LINE: usize = 250;
/// How long somebody waits in line: less than any mail server waits to be greeted.
const IN_LINE_FOR: Duration = Duration::from_mins(1);
const SLOW: &[u8] = b"421 4.4.2 It takes too long. Try again later\r\n";
const FULL: &[u8] = b"421 4.3.2 Too many at once. Try again in a moment\r\n";

/// So many may knock at the same moment: the system forgets those beyond them without a word, and they would wait for minutes.
const KNOCKING: u32 = 1_024;

/// How long the other side of the door may take. Bytes alone are no progress: whoever sends one now and then would hold a place for
/// as long as they like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// For its next whole command, or to hear an answer.
    pub word: Duration,
    /// The same while somebody waits in line for a place.
    pub busy: Duration,
    /// A mail may take as much longer as it needs at this pace, in bytes a second.
    pub bytes: u32,
    /// For all that it says.
    pub longest: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            word: Duration::from_mins(5),
            // Less than anybody waits in line.
            busy: Duration::from_secs(20),
            bytes: 10_000,
            longest: Duration::from_mins(30),
        }
    }
}

/// The door for mail servers.
#[derive(Clone, Debug)]
pub struct Door {
    room: Room,
    host: Arc<str>,
    places: Arc<Semaphore>,
    line: Arc<Semaphore>,
    pace: Pace,
    /// Servers of our own, beside those on this machine.
    trusted: Arc<[IpAddr]>,
}

impl Door {
    /// A door of this room; `host` is what it calls itself.
    pub fn new(room: Room, host: &str) -> Self {
        Self {
            room,
            host: host.into(),
            places: Arc::new(Semaphore::new(AT_ONCE)),
            line: Arc::new(Semaphore::new(AT_ONCE + IN_LINE)),
            pace: Pace::default(),
            trusted: Arc::default(),
        }
    }

    /// With another pace.
    #[must_use]
    pub fn at_pace(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// Listens at this address.
    ///
    /// # Errors
    ///
    /// As the machine says.
    pub fn listen(at: SocketAddr) -> std::io::Result<TcpListener> {
        let socket = if at.is_ipv4() {
            TcpSocket::new_v4()?
        } else {
            TcpSocket::new_v6()?
        };
        socket.set_reuseaddr(true)?;
        socket.bind(at)?;
        socket.listen(KNOCKING)
    }

    /// With servers of our own at these addresses: what they tell of who handed a mail to them is believed, as it is of those on this
    /// machine.
    #[must_use]
    pub fn trusting(self, servers: &[IpAddr]) -> Self {
        Self {
            trusted: servers.into(),
            ..self
        }
    }

    /// Lets servers in until the task is ended. Who comes when it is full waits for a while, and is then asked to come again.
    pub async fn serve(self, listener: TcpListener) {
        loop {
            let Ok((mut line, from)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let Ok(in_line) = Arc::clone(&self.line).try_acquire_owned() else {
                // A few bytes on a fresh line wait for nobody.
                let _ = line.try_write(FULL);
                let _ = line.shutdown().await;
                continue;
            };
            let door = self.clone();
            tokio::spawn(async move {
                match timeout(IN_LINE_FOR, Arc::clone(&door.places).acquire_owned()).await {
                    Ok(Ok(place)) => {
                        // What breaks here was promised nothing: the other side tries again.
                        let _ = timeout(door.pace.longest, door.talk(line, from.ip())).await;
                        drop(place);
                    }
                    _ => {
                        let _ = line.write_all(FULL).await;
                        let _ = line.shutdown().await;
                    }
                }
                drop(in_line);
            });
        }
    }

    async fn talk(&self, mut line: TcpStream, from: IpAddr) -> std::io::Result<()> {
        let (mut session, hello) = Session::new(&self.host, LARGEST);
        let from = from.to_canonical();
        if from.is_loopback() || self.trusted.contains(&from) {
            session = session.trusted();
        }
        line.write_all(hello.text.as_bytes()).await?;
        let mut bytes = vec![0; 16 * 1024];
        let mut since = Instant::now();
        loop {
            let Some(read) = self.heard((&mut line, &mut bytes), (&session, since)).await else {
                return line.write_all(SLOW).await;
            };
            let read = read?;
            if read == 0 {
                return Ok(());
            }
            session.take(bytes.get(..read).unwrap_or_default());
            if session.is_flooded() {
                return Ok(());
            }
            while let Some(next) = session.next_line() {
                // The lines of a mail are no commands: it is the mail that must come to an end.
                if session.mail_so_far().is_none_or(|bytes| bytes == 0) {
                    since = Instant::now();
                }
                self.answer(&mut session, next).await;
            }
            if let Some(reply) = session.reply() {
                timeout(self.pace.word, line.write_all(reply.text.as_bytes())).await??;
                if reply.close {
                    return line.shutdown().await;
                }
            }
        }
    }

    /// What the other side says next; none: it has taken too long since its last whole word.
    async fn heard(
        &self,
        (line, bytes): (&mut TcpStream, &mut [u8]),
        (session, since): (&Session, Instant),
    ) -> Option<std::io::Result<usize>> {
        let mail = session.mail_so_far().unwrap_or_default() as u64;
        let longer = Duration::from_secs(mail / u64::from(self.pace.bytes.max(1)));
        loop {
            // Who has a place holds one in line too.
            let somebody_waits = self.line.available_permits() < IN_LINE;
            let most = if somebody_waits {
                self.pace.busy
            } else {
                self.pace.word
            };
            let left = (most + longer).checked_sub(since.elapsed())?;
            // Somebody may come meanwhile who waits for this place.
            if let Ok(read) = timeout(left.min(self.pace.busy), line.read(bytes)).await {
                return Some(read);
            }
        }
    }

    async fn answer(&self, session: &mut Session, line: Line) {
        match line {
            Line::Nothing => {}
            Line::Recipient(address) => {
                let room = self.room.clone();
                let too_large = session
                    .too_large()
                    .map(|(from, size)| (from.to_owned(), size));
                let known = tokio::task::spawn_blocking(move || {
                    let known = room.knows(&address)?;
                    if let Some((from, size)) = too_large.filter(|_| known) {
                        noted(&room, &address, (&from, size), b"")?;
                    }
                    Ok::<_, StoreError>(known)
                });
                session.recipient(known.await.ok().and_then(Result::ok));
            }
            Line::TooLarge {
                from,
                to,
                size,
                head,
            } => {
                let room = self.room.clone();
                // It was refused: what cannot be written down changes nothing of that.
                let _ = tokio::task::spawn_blocking(move || {
                    to.iter()
                        .try_for_each(|address| noted(&room, address, (&from, size), &head))
                })
                .await;
            }
            Line::Mail {
                from,
                to,
                bytes,
                client,
            } => {
                let room = self.room.clone();
                let client = client.map(|(address, helo)| Client {
                    address,
                    helo,
                    from: from.clone(),
                });
                let kept = tokio::task::spawn_blocking(move || {
                    kept(&room, (&from, &to), &bytes, client.as_ref())
                });
                session.kept(&kept.await.unwrap_or_default());
            }
        }
    }
}

/// Writes down that a mail was too large.
fn noted(
    room: &Room,
    address: &str,
    (from, size): (&str, u64),
    head: &[u8],
) -> Result<(), StoreError> {
    match room.note_too_large(Some(address), (from, size), head) {
        Err(ReceiveError::Store(error)) => Err(error),
        // Its mailbox has gone meanwhile.
        _ => Ok(()),
    }
}

/// Keeps a mail for each of its addresses, with what the line knew and the mail does not say. The bytes are durable when this
/// returns; what is made of them is done after the answer.
fn kept(
    room: &Room,
    (from, to): (&str, &[String]),
    bytes: &[u8],
    client: Option<&Client>,
) -> Vec<Option<bool>> {
    let each = to.iter().map(|address| {
        let head = format!("Return-Path: <{from}>\r\nDelivered-To: {address}\r\n");
        let whole = [head.as_bytes(), bytes].concat();
        match room.receive_from(Some(address), &whole, client.cloned()) {
            Ok(_) => Some(true),
            Err(ReceiveError::Store(_)) => None,
            Err(_) => Some(false),
        }
    });
    each.collect()
}
