//! Sending a message to an address of the web.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper::http::request::Builder;
use hyper::{Method, Request, Uri, header};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::address::is_global;
use crate::wire::{Trust, config, resolve};

/// How long it may take to be connected, encrypted included.
const CONNECT: Duration = Duration::from_secs(10);
/// How long the other side may take to answer.
const ANSWER: Duration = Duration::from_secs(20);

/// Where messages may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Guard {
    /// Only out into the world, and only encrypted.
    #[default]
    World,
    /// Also to this machine and its network, and without encryption: whoever runs the house has allowed it.
    Anywhere,
}

/// An address of the web.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    secure: bool,
    host: String,
    port: u16,
    path: String,
    authority: String,
}

/// Why a text is no address that a message can go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No address at all.
    #[error("Write a whole address, as in https://crm.example/hooks/kept.")]
    Malformed,
    /// It begins with http.
    #[error(
        "The address must begin with https, so that nobody on the way reads or changes what is sent."
    )]
    Unencrypted,
    /// It carries a name and password.
    #[error(
        "Leave name and password out of the address: they would stand in every log on the way."
    )]
    Credentials,
    /// It is within the own network.
    #[error(
        "This address is within the own network. Whoever runs Kept can allow that with --allow-private-webhooks."
    )]
    Private,
}

/// Why a message was not sent, or was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// Nobody is called so.
    #[error("there is no machine called {0}")]
    NoSuchHost(String),
    /// It leads into the own network.
    #[error("{0} leads to {1}, which is within the own network")]
    Private(String, IpAddr),
    /// Nobody listens, or not in time.
    #[error("{0} cannot be reached: {1}")]
    Unreachable(String, String),
    /// The line cannot be encrypted.
    #[error("the line to {0} cannot be encrypted: {1}")]
    Tls(String, String),
    /// No answer in time, or none of HTTP.
    #[error("{0} gave no answer: {1}")]
    NoAnswer(String, String),
    /// The machine of the house cannot do it.
    #[error("nothing can be sent from here: {0}")]
    Here(String),
}

impl Target {
    /// Understands an address.
    ///
    /// # Errors
    ///
    /// [`TargetError`]
    pub fn parse(text: &str, guard: Guard) -> Result<Self, TargetError> {
        let target = Self::parse_open(text, guard)?;
        if !target.secure && guard == Guard::World {
            return Err(TargetError::Unencrypted);
        }
        Ok(target)
    }

    /// The same for what may also come unencrypted: nothing of ours goes there.
    ///
    /// # Errors
    ///
    /// [`TargetError`], never [`TargetError::Unencrypted`]
    pub fn parse_open(text: &str, guard: Guard) -> Result<Self, TargetError> {
        let uri: Uri = text.trim().parse().map_err(|_| TargetError::Malformed)?;
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(TargetError::Malformed),
        };
        let authority = uri.authority().ok_or(TargetError::Malformed)?;
        if authority.as_str().contains('@') {
            return Err(TargetError::Credentials);
        }
        let host = authority
            .host()
            .trim_start_matches('[')
            .trim_end_matches(']');
        if host.is_empty() {
            return Err(TargetError::Malformed);
        }
        let inside = host
            .parse::<IpAddr>()
            .is_ok_and(|address| !is_global(address))
            || host.eq_ignore_ascii_case("localhost");
        if inside && guard == Guard::World {
            return Err(TargetError::Private);
        }
        Ok(Self {
            secure,
            host: host.to_owned(),
            port: authority
                .port_u16()
                .unwrap_or(if secure { 443 } else { 80 }),
            path: uri
                .path_and_query()
                .map_or_else(|| "/".to_owned(), ToString::to_string),
            authority: authority.to_string(),
        })
    }

    /// The machine's name.
    pub fn host(&self) -> &str {
        &self.host
    }
}

/// What an address answered, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// `200`
    pub status: u16,
    /// The bytes of the answer, as many as were wanted at most.
    pub bytes: Vec<u8>,
}

/// Sends a JSON body with these headers, and gives the status of the answer, whatever it is. Waits for the network: not to be called
/// inside an async runtime.
///
/// # Errors
///
/// [`OutboundError`]
pub fn post(
    target: &Target,
    headers: &[(&str, String)],
    body: String,
    guard: Guard,
) -> Result<u16, OutboundError> {
    let mut request =
        request(target, Method::POST).header(header::CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    // What the answer says is not read: it could be without end.
    let answer = send(target, request, body, (guard, &Trust::default()), 0)?;
    Ok(answer.status)
}

/// Sends the fields of a form and reads the answer, so many bytes at most. Waits for the network.
///
/// # Errors
///
/// [`OutboundError`]
pub fn post_form(
    target: &Target,
    fields: String,
    (guard, trust): (Guard, &Trust),
    most: usize,
) -> Result<Answer, OutboundError> {
    let request = request(target, Method::POST)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json");
    send(target, request, fields, (guard, trust), most)
}

/// Asks for what lies at an address, so many bytes at most. It takes no cookies and sends none, and nothing that says who asks. Waits
/// for the network.
///
/// # Errors
///
/// [`OutboundError`]
pub fn get(
    target: &Target,
    accept: &str,
    (guard, trust): (Guard, &Trust),
    most: usize,
) -> Result<Answer, OutboundError> {
    let request = request(target, Method::GET).header(header::ACCEPT, accept);
    send(target, request, String::new(), (guard, trust), most)
}

fn request(target: &Target, method: Method) -> Builder {
    Request::builder()
        .method(method)
        .uri(&target.path)
        .header(header::HOST, &target.authority)
        .header(
            header::USER_AGENT,
            concat!("Kept/", env!("CARGO_PKG_VERSION")),
        )
}

fn send(
    target: &Target,
    request: Builder,
    body: String,
    (guard, trust): (Guard, &Trust),
    most: usize,
) -> Result<Answer, OutboundError> {
    let address = resolve(&target.host, target.port, guard)?;
    let here = |error: &dyn std::fmt::Display| OutboundError::Here(error.to_string());
    let request = request
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| here(&error))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| here(&error))?;
    runtime.block_on(async {
        let unreachable = |why: String| OutboundError::Unreachable(target.host.clone(), why);
        let stream = tokio::time::timeout(CONNECT, TcpStream::connect(address))
            .await
            .map_err(|_| unreachable("it does not answer".to_owned()))?
            .map_err(|error| unreachable(error.to_string()))?;
        if !target.secure {
            return exchange(target, stream, request, most).await;
        }
        let tls = |why: String| OutboundError::Tls(target.host.clone(), why);
        let name =
            ServerName::try_from(target.host.clone()).map_err(|error| tls(error.to_string()))?;
        let connector = TlsConnector::from(Arc::new(
            config(trust).map_err(|error| tls(error.to_string()))?,
        ));
        let stream = tokio::time::timeout(CONNECT, connector.connect(name, stream))
            .await
            .map_err(|_| tls("it takes too long".to_owned()))?
            .map_err(|error| tls(error.to_string()))?;
        exchange(target, stream, request, most).await
    })
}

/// One request, one answer, of which so many bytes are read.
async fn exchange(
    target: &Target,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: Request<Full<Bytes>>,
    most: usize,
) -> Result<Answer, OutboundError> {
    let silent = |why: String| OutboundError::NoAnswer(target.host.clone(), why);
    let work = async {
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let line = tokio::spawn(connection);
        let read = async {
            let mut answer = sender.send_request(request).await?;
            let mut bytes = Vec::new();
            while most > 0
                && bytes.len() <= most
                && let Some(frame) = answer.body_mut().frame().await
            {
                if let Some(data) = frame?.data_ref() {
                    bytes.extend_from_slice(data);
                }
            }
            let status = answer.status().as_u16();
            Ok::<_, hyper::Error>(
                (bytes.len() <= most || most == 0).then_some(Answer { status, bytes }),
            )
        }
        .await;
        line.abort();
        read
    };
    tokio::time::timeout(ANSWER, work)
        .await
        .map_err(|_| silent("it takes too long".to_owned()))?
        .map_err(|error: hyper::Error| silent(error.to_string()))?
        .ok_or_else(|| silent("its answer is longer than anything that is taken".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    #[test]
    fn an_address_within_the_own_network_is_refused_however_it_is_written() {
        let refused = |text| Target::parse(text, Guard::World).err();
        for text in [
            "https://127.0.0.1/x",
            "https://[::1]/",
            "https://LOCALHOST:8080/",
            "https://169.254.169.254/latest",
            "https://10.0.0.1",
        ] {
            assert_eq!(refused(text), Some(TargetError::Private), "{text}");
            assert!(Target::parse(text, Guard::Anywhere).is_ok(), "{text}");
        }
        assert_eq!(
            refused("http://crm.example/"),
            Some(TargetError::Unencrypted)
        );
        assert_eq!(
            refused("https://user:word@crm.example/"),
            Some(TargetError::Credentials)
        );
        for text in [
            "",
            "crm.example",
            "/hooks",
            "ftp://crm.example/",
            "https://",
            "file:///etc/passwd",
            "https:///x",
        ] {
            assert_eq!(refused(text), Some(TargetError::Malformed), "{text}");
        }
        let target = Target::parse("https://crm.example:8443/hooks?x=1", Guard::World).unwrap();
        assert_eq!(
            (target.host(), target.port, &*target.path),
            ("crm.example", 8443, "/hooks?x=1")
        );
    }

    #[test]
    fn a_name_that_leads_into_the_own_network_is_refused_when_it_is_resolved() {
        // As a name that was public when it was typed and is not any longer.
        let mut target = Target::parse("https://crm.example/", Guard::World).unwrap();
        target.host = "localhost".to_owned();
        let sent = post(&target, &[], "{}".to_owned(), Guard::World);
        assert!(matches!(sent, Err(OutboundError::Private(..))), "{sent:?}");
    }

    #[test]
    fn what_lies_at_an_address_is_read_up_to_a_bound() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            for length in [10, 11] {
                let (mut stream, _) = listener.accept().unwrap();
                let mut asked = [0; 4096];
                let read = stream.read(&mut asked).unwrap();
                let text = String::from_utf8_lossy(&asked[..read]).to_lowercase();
                assert!(text.starts_with("get /a.png http/1.1"), "{text}");
                assert!(
                    !text.contains("cookie") && !text.contains("referer"),
                    "{text}"
                );
                let body = "x".repeat(length);
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: {length}\r\n\r\n{body}"
                );
            }
        });
        let text = format!("http://127.0.0.1:{port}/a.png");
        assert_eq!(
            Target::parse_open(&text, Guard::World),
            Err(TargetError::Private)
        );
        let open = Target::parse_open("http://pictures.example/a.png", Guard::World);
        assert_eq!(open.unwrap().host(), "pictures.example");
        let target = Target::parse_open(&text, Guard::Anywhere).unwrap();
        let within = (Guard::Anywhere, &Trust::default());
        let got = get(&target, "image/*", within, 10).unwrap();
        assert_eq!((got.status, got.bytes.len()), (200, 10));
        let got = get(&target, "image/*", within, 10);
        assert!(matches!(got, Err(OutboundError::NoAnswer(..))), "{got:?}");
        server.join().unwrap();
    }

    #[test]
    fn an_answer_is_its_status_and_a_redirect_is_not_followed() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            for answer in [
                "204 No Content",
                "302 Found\r\nLocation: http://127.0.0.1:1/",
            ] {
                let (mut stream, _) = listener.accept().unwrap();
                let mut asked = [0; 4096];
                let read = stream.read(&mut asked).unwrap();
                let text = String::from_utf8_lossy(&asked[..read]).into_owned();
                assert!(
                    text.starts_with("POST /hooks HTTP/1.1\r\n") && text.contains("webhook-id: a"),
                    "{text}"
                );
                write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n").unwrap();
            }
        });
        let target =
            Target::parse(&format!("http://127.0.0.1:{port}/hooks"), Guard::Anywhere).unwrap();
        for status in [204, 302] {
            let sent = post(
                &target,
                &[("webhook-id", "a".to_owned())],
                "{}".to_owned(),
                Guard::Anywhere,
            );
            assert_eq!(sent, Ok(status));
        }
        server.join().unwrap();
        let gone = post(&target, &[], "{}".to_owned(), Guard::Anywhere);
        assert!(
            matches!(gone, Err(OutboundError::Unreachable(..))),
            "{gone:?}"
        );
    }
}
