//! A real server of mailboxes, with a certificate of the test's own: Dovecot, as the system's packages bring it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use kept_outbound::Trust;

/// Whoever owns the mail there.
const NOBODY: u32 = 65_534;
pub const PASSWORD: &str = "moss-and-stone";

pub struct Dovecot {
    pub tls: u16,
    pub plain: u16,
    folder: PathBuf,
    child: Child,
}

impl Dovecot {
    /// Starts one; none where the machine has none, or does not let us: then a line says so.
    pub fn start(name: &str, folder: &Path) -> Option<Self> {
        Self::start_with(name, folder, None)
    }

    /// The same, where tokens are good that are good at this address.
    pub fn start_with(name: &str, folder: &Path, introspect: Option<&str>) -> Option<Self> {
        let is_root = fs::metadata("/proc/self").is_ok_and(|own| {
            use std::os::unix::fs::MetadataExt as _;
            own.uid() == 0
        });
        let there =
            Path::new("/usr/sbin/dovecot").exists() && Path::new("/usr/bin/openssl").exists();
        if !is_root || !there {
            println!(
                "skipped: {name}: Dovecot needs root, dovecot-imapd and openssl; run ./test as root"
            );
            return None;
        }
        let folder = folder.join("dovecot");
        fs::create_dir_all(folder.join("home/desk/Maildir/new")).unwrap();
        for part in ["cur", "tmp"] {
            fs::create_dir_all(folder.join("home/desk/Maildir").join(part)).unwrap();
        }
        open_way(&folder);
        own(&folder.join("home"));
        certificate(&folder);
        let (plain, tls) = (free_port(), free_port());
        let mut settings = conf(&folder, plain, tls);
        if let Some(url) = introspect {
            settings += &by_token(&folder, url);
        }
        fs::write(folder.join("dovecot.conf"), settings).unwrap();
        let child = Command::new("/usr/sbin/dovecot")
            .args(["-F", "-c"])
            .arg(folder.join("dovecot.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let started = Self {
            tls,
            plain,
            folder,
            child,
        };
        started.wait();
        Some(started)
    }

    /// Until it greets.
    fn wait(&self) {
        for _ in 0..600 {
            if let Ok(stream) = TcpStream::connect(("127.0.0.1", self.plain)) {
                let mut line = String::new();
                let _ = BufReader::new(stream).read_line(&mut line);
                if line.starts_with("* OK") {
                    return;
                }
            }
            std::thread::park_timeout(std::time::Duration::from_millis(50));
        }
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        panic!("Dovecot does not start: {log}");
    }

    /// Its certificate, as what is trusted beside those of the machine.
    pub fn trust(&self) -> Trust {
        let pem = fs::read(self.folder.join("cert.pem")).unwrap();
        Trust {
            also: Some(Arc::from(pem)),
        }
    }

    fn maildir(&self) -> PathBuf {
        self.folder.join("home/desk/Maildir")
    }

    /// A mail comes to the mailbox there.
    pub fn gets(&self, name: &str, raw: &str) {
        self.gets_in("", name, raw);
    }

    /// A mail comes to a folder there, named with a dot before it.
    pub fn gets_in(&self, folder: &str, name: &str, raw: &str) {
        let raw = raw.replace('\n', "\r\n");
        let place = self.maildir().join(folder);
        let tmp = place.join("tmp").join(name);
        fs::write(&tmp, raw).unwrap();
        chown(&tmp, Some(NOBODY), Some(NOBODY)).unwrap();
        fs::rename(&tmp, place.join("new").join(name)).unwrap();
    }

    /// There is another folder.
    pub fn has_folder(&self, name: &str) {
        for part in ["new", "cur", "tmp"] {
            fs::create_dir_all(self.maildir().join(format!(".{name}")).join(part)).unwrap();
        }
        own(&self.folder.join("home"));
    }

    /// How many mails lie there, and how many of them are marked as read.
    pub fn holds(&self) -> (usize, usize) {
        let names = |part: &str| -> Vec<String> {
            let found = fs::read_dir(self.maildir().join(part)).unwrap();
            found
                .map(|one| one.unwrap().file_name().to_string_lossy().into_owned())
                .collect()
        };
        let all = [names("new"), names("cur")].concat();
        let seen = all.iter().filter(|name| {
            name.split_once(":2,")
                .is_some_and(|(_, flags)| flags.contains('S'))
        });
        (all.len(), seen.count())
    }

    /// The server forgets how it numbered its mails.
    pub fn numbers_anew(&self) {
        for entry in fs::read_dir(self.maildir()).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with("dovecot") {
                fs::remove_file(path).unwrap();
            }
        }
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        let stop = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let _ = stop;
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// The server does not run as root, and must be let through to the folder.
fn open_way(folder: &Path) {
    let mut way = Some(folder);
    while let Some(part) =
        way.filter(|part| part.starts_with(std::env::temp_dir()) && *part != std::env::temp_dir())
    {
        fs::set_permissions(part, fs::Permissions::from_mode(0o755)).unwrap();
        way = part.parent();
    }
}

fn own(folder: &Path) {
    chown(folder, Some(NOBODY), Some(NOBODY)).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            own(&path);
        }
    }
}

fn certificate(folder: &Path) {
    let made = Command::new("openssl")
        .args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650",
        ])
        .args([
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
        ])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(folder.join("key.pem"))
        .arg("-out")
        .arg(folder.join("cert.pem"))
        .stderr(Stdio::null())
        .status();
    assert!(made.unwrap().success());
}

fn conf(folder: &Path, plain: u16, tls: u16) -> String {
    let at = folder.display();
    format!(
        "base_dir = {at}/run\nstate_dir = {at}/state\nlog_path = {at}/log\nprotocols = imap\nlisten = 127.0.0.1\n\
         ssl = yes\nssl_cert = <{at}/cert.pem\nssl_key = <{at}/key.pem\ndisable_plaintext_auth = no\n\
         mail_location = maildir:{at}/home/%u/Maildir\nfirst_valid_uid = 1\n\
         passdb {{\n driver = static\n args = password={PASSWORD}\n}}\n\
         userdb {{\n driver = static\n args = uid={NOBODY} gid={NOBODY} home={at}/home/%u\n}}\n\
         service imap-login {{\n inet_listener imap {{\n port = {plain}\n }}\n inet_listener imaps {{\n port = {tls}\n ssl = yes\n }}\n}}\n"
    )
}

/// Lets in by tokens too, and asks there whether they are good.
fn by_token(folder: &Path, url: &str) -> String {
    let file = folder.join("oauth2.conf");
    let asks = format!(
        "introspection_mode = get\nintrospection_url = {url}?token=\nusername_attribute = username\n\
         active_attribute = active\nactive_value = true\ntimeout_msecs = 5000\n"
    );
    fs::write(&file, asks).unwrap();
    format!(
        "auth_mechanisms = plain login oauthbearer xoauth2\n\
         passdb {{\n driver = oauth2\n mechanisms = oauthbearer xoauth2\n args = {}\n}}\n",
        file.display()
    )
}
