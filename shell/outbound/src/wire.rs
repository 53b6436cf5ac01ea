//! A line to a machine that speaks something else than HTTP: the name is resolved once, judged, and that address is connected to.
//! It waits for the network: not to be used inside an async runtime.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::address::is_global;
use crate::client::{Guard, OutboundError};

/// How long it may take to be connected.
const CONNECT: Duration = Duration::from_secs(10);

/// Whose certificates are good.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Beside those of the machine: in PEM.
    pub also: Option<Arc<[u8]>>,
}

/// An open line, encrypted or not.
pub struct Wire {
    host: String,
    inner: Inner,
}

enum Inner {
    Plain(Paced),
    Tls(Box<StreamOwned<ClientConnection, Paced>>),
}

/// A stream whose other side is waited for so long for each word, and no longer than until a deadline: one that gives a byte now and
/// then is never silent. It lies below the encryption, which reads many times before it has a word.
struct Paced {
    stream: TcpStream,
    patience: Duration,
    until: Option<Instant>,
}

/// The other side has not come to an end in time, though it may never have been silent.
#[derive(Debug, thiserror::Error)]
#[error("it is too slow")]
pub struct TooSlow;

impl TooSlow {
    /// Whether this is why a line broke.
    pub fn is(error: &io::Error) -> bool {
        matches!(error.get_ref(), Some(inner) if inner.is::<Self>())
    }
}

impl Paced {
    /// How long the next word may take.
    fn left(&self) -> io::Result<Duration> {
        let Some(until) = self.until else {
            return Ok(self.patience);
        };
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::Error::new(io::ErrorKind::TimedOut, TooSlow));
        }
        Ok(left.min(self.patience))
    }

    /// An end that is the deadline's says so.
    fn said(&self, error: io::Error) -> io::Error {
        use io::ErrorKind::{TimedOut, WouldBlock};
        let late = matches!(error.kind(), TimedOut | WouldBlock);
        match self.left() {
            Err(too_slow) if late => too_slow,
            _ => error,
        }
    }
}

impl Read for Paced {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        let read = self.stream.read(bytes);
        read.map_err(|error| self.said(error))
    }
}

impl Write for Paced {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        let written = self.stream.write(bytes);
        written.map_err(|error| self.said(error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Wire({})", self.host)
    }
}

/// Resolves a name once. Every address it has must be allowed: a name that leads both out and in is refused.
pub(crate) fn resolve(host: &str, port: u16, guard: Guard) -> Result<SocketAddr, OutboundError> {
    let nobody = || OutboundError::NoSuchHost(host.to_owned());
    let found: Vec<SocketAddr> = (host, port)
        .to_socket_addrs()
        .map_err(|_| nobody())?
        .collect();
    if guard == Guard::World
        && let Some(inside) = found.iter().find(|address| !is_global(address.ip()))
    {
        return Err(OutboundError::Private(host.to_owned(), inside.ip()));
    }
    found.first().copied().ok_or_else(nobody)
}

impl Wire {
    /// Finds the machine and connects to it, not encrypted yet.
    ///
    /// # Errors
    ///
    /// [`OutboundError`]
    pub fn dial(host: &str, port: u16, guard: Guard) -> Result<Self, OutboundError> {
        let address = resolve(host, port, guard)?;
        let unreachable =
            |error: io::Error| OutboundError::Unreachable(host.to_owned(), error.to_string());
        let stream = TcpStream::connect_timeout(&address, CONNECT).map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        let paced = Paced {
            stream,
            patience: CONNECT,
            until: None,
        };
        Ok(Self {
            host: host.to_owned(),
            inner: Inner::Plain(paced),
        })
    }

    /// Encrypts it, with the certificate that its name asks for.
    ///
    /// # Errors
    ///
    /// [`OutboundError::Tls`]
    pub fn encrypted(self, trust: &Trust) -> Result<Self, OutboundError> {
        let host = self.host.clone();
        let tls = |why: &dyn fmt::Display| OutboundError::Tls(host.clone(), why.to_string());
        let Inner::Plain(mut stream) = self.inner else {
            return Err(tls(&"it is encrypted already"));
        };
        let name = ServerName::try_from(host.clone()).map_err(|error| tls(&error))?;
        let config = config(trust).map_err(|error| tls(&error))?;
        let mut connection =
            ClientConnection::new(Arc::new(config), name).map_err(|error| tls(&error))?;
        while connection.is_handshaking() {
            connection
                .complete_io(&mut stream)
                .map_err(|error| tls(&error))?;
        }
        Ok(Self {
            inner: Inner::Tls(Box::new(StreamOwned::new(connection, stream))),
            host,
        })
    }

    /// How long the other side may be silent.
    pub fn patience(&mut self, time: Duration) {
        self.paced().patience = time;
    }

    /// Until when it is waited for, silent or not; none: for ever. Beyond it every read and write is [`TooSlow`].
    pub fn until(&mut self, deadline: Option<Instant>) {
        self.paced().until = deadline;
    }

    fn paced(&mut self) -> &mut Paced {
        match &mut self.inner {
            Inner::Plain(paced) => paced,
            Inner::Tls(stream) => &mut stream.sock,
        }
    }

    /// The machine's name.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether nobody on the way can read it.
    pub fn is_encrypted(&self) -> bool {
        matches!(self.inner, Inner::Tls(_))
    }

    /// Whether the other side is this machine, so that nobody can listen on the way.
    pub fn is_here(&self) -> bool {
        let peer = match &self.inner {
            Inner::Plain(paced) => paced.stream.peer_addr(),
            Inner::Tls(stream) => stream.sock.stream.peer_addr(),
        };
        peer.is_ok_and(|peer| peer.ip().is_loopback())
    }
}

impl Read for Wire {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match &mut self.inner {
            Inner::Plain(paced) => paced.read(bytes),
            Inner::Tls(stream) => stream.read(bytes),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.inner {
            Inner::Plain(paced) => paced.write(bytes),
            Inner::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.inner {
            Inner::Plain(paced) => paced.flush(),
            Inner::Tls(stream) => stream.flush(),
        }
    }
}

/// What the machine trusts, with the one crypto provider.
pub(crate) fn config(trust: &Trust) -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(pem) = &trust.also {
        let also = CertificateDer::pem_slice_iter(pem);
        roots.add_parsable_certificates(also.filter_map(Result::ok));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}
