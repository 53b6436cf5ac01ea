//! The line of the door: who may come in at once, how long and how much, and what becomes of what they bring.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use kept_mail::checking::Client;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::session::{Line, Session};
use crate::receive::{LARGEST, ReceiveError};
use crate::room::Room;

/// So many come in at once.
const AT_ONCE: usize = 50;
/// Who says nothing for so long is gone.
const IDLE: Duration = Duration::from_mins(5);
/// A conversation lasts so long at most.
const LONGEST: Duration = Duration::from_mins(30);

/// The door for mail servers.
#[derive(Clone, Debug)]
pub struct Door {
    room: Room,
    host: Arc<str>,
    places: Arc<Semaphore>,
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
            trusted: Arc::default(),
        }
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

    /// Lets servers in until the task is ended. Who comes when it is full waits.
    pub async fn serve(self, listener: TcpListener) {
        loop {
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
                return;
            };
            let Ok((line, from)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let door = self.clone();
            tokio::spawn(async move {
                // What breaks here was promised nothing: the other side tries again.
                let _ = timeout(LONGEST, door.talk(line, from.ip())).await;
                drop(place);
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
        loop {
            let read = match timeout(IDLE, line.read(&mut bytes)).await {
                Ok(read) => read?,
                Err(_) => {
                    return line
                        .write_all(b"421 4.4.2 Nothing was said for long\r\n")
                        .await;
                }
            };
            if read == 0 {
                return Ok(());
            }
            session.take(bytes.get(..read).unwrap_or_default());
            if session.is_flooded() {
                return Ok(());
            }
            while let Some(next) = session.next_line() {
                self.answer(&mut session, next).await;
            }
            if let Some(reply) = session.reply() {
                timeout(IDLE, line.write_all(reply.text.as_bytes())).await??;
                if reply.close {
                    return line.shutdown().await;
                }
            }
        }
    }

    async fn answer(&self, session: &mut Session, line: Line) {
        match line {
            Line::Nothing => {}
            Line::Recipient(address) => {
                let room = self.room.clone();
                let known = tokio::task::spawn_blocking(move || room.knows(&address)).await;
                session.recipient(known.ok().and_then(Result::ok));
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
