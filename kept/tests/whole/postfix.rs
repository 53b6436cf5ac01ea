//! A real mail server between the house and the world: Postfix, as the system's packages bring it. It takes what we send and what the
//! world sends, hands to the house by LMTP what is for it, and reports what cannot arrive.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const POSTFIX: &str = "/usr/sbin/postfix";

/// The server, on two ports of this machine.
pub struct Postfix {
    pub port: u16,
    settings: PathBuf,
    folder: PathBuf,
}

impl Postfix {
    /// Starts one which hands mail for `desk.example` to the door at `lmtp`, and what is for `brennan.example` to the server at `world`;
    /// none where the machine has none, or does not let us: then a line says so.
    pub fn start(name: &str, folder: &Path, (lmtp, world): (u16, u16)) -> Option<Self> {
        let is_root = fs::metadata("/proc/self").is_ok_and(|own| {
            use std::os::unix::fs::MetadataExt as _;
            own.uid() == 0
        });
        if !is_root || !Path::new(POSTFIX).exists() {
            println!(
                "skipped: {name}: Postfix needs root and the package postfix; run ./test as root"
            );
            return None;
        }
        let folder = folder.join("postfix");
        let settings = folder.join("etc");
        for part in ["etc", "queue", "data", "log"] {
            fs::create_dir_all(folder.join(part)).unwrap();
        }
        open_way(&folder);
        let owned = Command::new("chown")
            .arg("postfix")
            .arg(folder.join("data"))
            .status();
        assert!(owned.unwrap().success());
        let port = free_port();
        fs::write(settings.join("main.cf"), main_cf(&folder, lmtp, world)).unwrap();
        fs::write(settings.join("master.cf"), master_cf(port)).unwrap();
        let started = Self {
            port,
            settings,
            folder,
        };
        assert!(started.told("start"), "{}", started.log());
        started.wait();
        Some(started)
    }

    fn told(&self, what: &str) -> bool {
        let told = Command::new(POSTFIX)
            .arg("-c")
            .arg(&self.settings)
            .arg(what)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        told.is_ok_and(|status| status.success())
    }

    /// Until it greets.
    fn wait(&self) {
        until(&|| self.log(), || {
            let stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
            let mut line = String::new();
            BufReader::new(stream).read_line(&mut line).ok()?;
            line.starts_with("220").then_some(())
        });
    }

    /// What it has written down.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log/mail")).unwrap_or_default()
    }

    /// Somebody in the world sends a mail through it, from a machine that calls itself so.
    pub fn is_sent(&self, helo: &str, (from, to): (&str, &str), raw: &str) {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let (mut out, mut lines) = (stream.try_clone().unwrap(), BufReader::new(stream).lines());
        let raw = raw.replace('\n', "\r\n");
        let says = [
            String::new(),
            format!("EHLO {helo}\r\n"),
            format!("MAIL FROM:<{from}>\r\n"),
            format!("RCPT TO:<{to}>\r\n"),
            "DATA\r\n".to_owned(),
            format!("{raw}\r\n.\r\n"),
            "QUIT\r\n".to_owned(),
        ];
        for command in says {
            out.write_all(command.as_bytes()).unwrap();
            let answer = loop {
                let line = lines.next().unwrap().unwrap();
                if line.get(3..4) != Some("-") {
                    break line;
                }
            };
            assert!(answer.starts_with(['2', '3']), "{command}: {answer}");
        }
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.told("stop");
    }
}

/// Asks again and again, for a minute at most.
pub fn until<T>(why: &dyn Fn() -> String, mut found: impl FnMut() -> Option<T>) -> T {
    for _ in 0..1_200 {
        if let Some(found) = found() {
            return found;
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    panic!("it does not come: {}", why());
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Its programs do not run as root, and must be let through to the folder.
fn open_way(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mut way = Some(folder);
    while let Some(part) =
        way.filter(|part| part.starts_with(std::env::temp_dir()) && *part != std::env::temp_dir())
    {
        fs::set_permissions(part, fs::Permissions::from_mode(0o755)).unwrap();
        way = part.parent();
    }
}

fn main_cf(folder: &Path, lmtp: u16, world: u16) -> String {
    let at = folder.display();
    format!(
        "compatibility_level = 3.6\nqueue_directory = {at}/queue\ndata_directory = {at}/data\ncommand_directory = /usr/sbin\n\
         daemon_directory = /usr/lib/postfix/sbin\nmail_owner = postfix\nsetgid_group = postdrop\n\
         maillog_file = {at}/log/mail\nmaillog_file_prefixes = {at}\n\
         myhostname = mx.desk.example\nmyorigin = desk.example\nmydestination =\nalias_maps =\nalias_database =\n\
         inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmynetworks = 127.0.0.0/8\n\
         relay_domains = desk.example\nrelay_transport = lmtp:inet:127.0.0.1:{lmtp}\n\
         transport_maps = inline:{{ {{brennan.example = smtp:[127.0.0.1]:{world}}} }}\n\
         smtp_host_lookup = native\nsmtp_dns_support_level = disabled\n\
         lmtp_send_xforward_command = yes\nminimal_backoff_time = 1s\nmaximal_backoff_time = 1s\nqueue_run_delay = 1s\n"
    )
}

fn master_cf(port: u16) -> String {
    format!(
        "127.0.0.1:{port} inet n - n - - smtpd\npickup unix n - n 60 1 pickup\ncleanup unix n - n - 0 cleanup\n\
         qmgr unix n - n 300 1 qmgr\nrewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\n\
         defer unix - - n - 0 bounce\ntrace unix - - n - 0 bounce\nverify unix - - n - 1 verify\nflush unix n - n 1000? 0 flush\n\
         proxymap unix - - n - - proxymap\nsmtp unix - - n - - smtp\nlmtp unix - - n - - lmtp\nerror unix - - n - - error\n\
         retry unix - - n - - error\nanvil unix - - n - 1 anvil\nscache unix - - n - 1 scache\npostlog unix-dgram n - n - 1 postlogd\n\
         tlsmgr unix - - n 1000? 1 tlsmgr\nlocal unix - n n - - local\n"
    )
}

/// The mail server of a client: it takes all mail but that to `gone`.
pub struct World {
    pub port: u16,
    mails: Arc<Mutex<Vec<String>>>,
}

impl World {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&mails);
        std::thread::spawn(move || {
            for line in listener.incoming() {
                let (line, mails) = (line.unwrap(), Arc::clone(&shared));
                // Whoever hangs up has ended the talk.
                std::thread::spawn(move || _ = taken(&line, &mails));
            }
        });
        Self { port, mails }
    }

    /// What has come, with what was said of from and to before.
    pub fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }
}

fn taken(line: &TcpStream, mails: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut out = line;
    out.write_all(b"220 mx.brennan.example\r\n")?;
    let (mut lines, mut envelope, mut mail) =
        (BufReader::new(line).lines(), String::new(), None::<String>);
    while let Some(Ok(said)) = lines.next() {
        if let Some(mut text) = mail.take() {
            if said == "." {
                mails.lock().unwrap().push(text);
                out.write_all(b"250 2.0.0 taken\r\n")?;
                continue;
            }
            text += said.strip_prefix('.').unwrap_or(&said);
            text += "\n";
            mail = Some(text);
        } else if said == "DATA" {
            mail = Some(std::mem::take(&mut envelope));
            out.write_all(b"354 go on\r\n")?;
        } else if said.starts_with("RCPT TO:<gone@") {
            out.write_all(b"550 5.1.1 nobody is called so here\r\n")?;
        } else {
            if said.starts_with("MAIL FROM:") {
                envelope = format!("{said}\n");
            }
            out.write_all(b"250 2.0.0 fine\r\n")?;
        }
    }
    Ok(())
}
