//! A line to a machine that speaks something else than HTTP: the name is resolved once, judged, and that address is connected to.
//! It waits for the network: not to be used inside an async runtime.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

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
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
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
        let wire = Self {
            host: host.to_owned(),
            inner: Inner::Plain(stream),
        };
        wire.patience(CONNECT).map_err(unreachable)?;
        Ok(wire)
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

    /// How long a word of the other side may take.
    ///
    /// # Errors
    ///
    /// As the machine says.
    pub fn patience(&self, time: Duration) -> io::Result<()> {
        let stream = match &self.inner {
            Inner::Plain(stream) => stream,
            Inner::Tls(stream) => &stream.sock,
        };
        stream.set_read_timeout(Some(time))?;
        stream.set_write_timeout(Some(time))
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
            Inner::Plain(stream) => stream.peer_addr(),
            Inner::Tls(stream) => stream.sock.peer_addr(),
        };
        peer.is_ok_and(|peer| peer.ip().is_loopback())
    }
}

impl Read for Wire {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match &mut self.inner {
            Inner::Plain(stream) => stream.read(bytes),
            Inner::Tls(stream) => stream.read(bytes),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.inner {
            Inner::Plain(stream) => stream.write(bytes),
            Inner::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.inner {
            Inner::Plain(stream) => stream.flush(),
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
