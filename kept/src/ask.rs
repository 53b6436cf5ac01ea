//! The command line: commands, options, their help.

mod keeping;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use keeping::{
    AuditCommand, BackupAsked, ChangeAsked, DoctorAsked, Keeping, KeyCommand, RestoreAsked,
    RotateAsked, VerifyAsked,
};

/// Runs a company's SOPs: checks them, replays real requests under them, shows what a change would have changed.
#[derive(Parser, Debug)]
#[command(
    name = "kept",
    version,
    about,
    max_term_width = 100,
    arg_required_else_help = true
)]
#[command(
    after_help = "Exit status: 0 all is well, 1 something was found, 2 the command or its input cannot be used."
)]
pub struct Kept {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Check, format, explain and compare SOP documents
    Sop {
        #[command(subcommand)]
        command: SopCommand,
    },
    /// Ask a calendar about working time
    Clock {
        #[command(subcommand)]
        command: ClockCommand,
    },
    /// Run a log of real requests under the SOPs
    ///
    /// Writes into a folder: obligations.csv (a line for every duty), adherence.json and adherence.html (the figures),
    /// and bad-lines.csv (lines of the log that could not be used; then the exit status is 1).
    #[command(
        after_help = "Example: kept replay --sop desk.sop.md --calendar berlin.toml --mapping mapping.toml --events tickets.csv.gz --out result"
    )]
    Replay(ReplayAsked),
    /// Show what changed SOPs, or a changed calendar, would have changed
    ///
    /// Runs the log twice and compares the duties: verdicts that flip, duties that are new or dropped, deadlines that
    /// move, work by role and week. People's behaviour is held fixed. Writes whatif.json and whatif.html into a folder.
    #[command(
        after_help = "Example: kept whatif --sop desk.sop.md --with draft.sop.md --calendar berlin.toml --mapping mapping.toml --events tickets.csv.gz --out draft\n         kept whatif --sop desk.sop.md --calendar berlin.toml --with-calendar no-lunch.toml --mapping mapping.toml --events tickets.csv.gz --out lunch"
    )]
    Whatif(WhatIfAsked),
    /// Try Kept with a made-up company in it
    ///
    /// Makes a house in a throw-away folder: a company of thirty people and four hundred clients, the five SOPs in force, and
    /// two years of work, judged. It prints who can sign in, serves the pages to this machine alone, and removes the folder when
    /// it ends.
    #[command(after_help = "Example: kept demo\n         kept demo --port 8080 --no-open")]
    Demo(DemoAsked),
    /// Print the words that SOPs may use (the same as `kept sop vocabulary`)
    Vocabulary(VocabularyAsked),
    /// Serve the company's pages
    ///
    /// The first time it makes the data folder and its key. One line says when it is ready.
    #[command(
        after_help = "Example: kept serve\n         kept serve --data /var/lib/kept --listen 0.0.0.0:8080 --base-url https://desk.example"
    )]
    Serve(ServeAsked),
    /// Add people from the command line of the server
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Make tokens for programs
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Put documents, a calendar or foreign history into the company's own data
    Import {
        #[command(subcommand)]
        command: ImportCommand,
    },
    /// Take mail in
    Mail {
        #[command(subcommand)]
        command: MailCommand,
    },
    #[command(flatten)]
    Keeping(Keeping),
}

/// Where a company's own data are.
#[derive(Args, Debug)]
pub struct HouseAsked {
    /// The data folder; it is made when it is not there
    #[arg(
        long,
        value_name = "FOLDER",
        env = "KEPT_DATA",
        default_value = "kept-data"
    )]
    pub data: PathBuf,
    /// A PostgreSQL server instead of the encrypted file, as in `postgres://kept@db/kept`
    #[arg(
        long,
        value_name = "URL",
        env = "KEPT_DATABASE_URL",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// The file with the master key, where it is not in its usual place
    #[arg(long, value_name = "FILE", env = "KEPT_KEY_FILE")]
    pub key_file: Option<PathBuf>,
    /// Take the time from this file instead of the machine, to rehearse; it is written anew to let time pass
    #[arg(long, value_name = "FILE", env = "KEPT_CLOCK")]
    pub clock: Option<PathBuf>,
}

#[derive(Subcommand, Debug)]
pub enum UserCommand {
    /// Add a person who can sign in at once; the password is read from standard input
    #[command(
        after_help = "Example: kept user add --email maya@desk.example --name \"Maya Okonkwo\" --role sop-supervisor <password.txt"
    )]
    Add(AddUserAsked),
}

#[derive(Args, Debug)]
pub struct AddUserAsked {
    /// The work address, by which the person signs in
    #[arg(long)]
    pub email: String,
    /// The person's name
    #[arg(long)]
    pub name: String,
    /// A role, as in administrator or sop-supervisor; may be given several times
    #[arg(long = "role", required = true)]
    pub roles: Vec<String>,
    #[command(flatten)]
    pub house: HouseAsked,
}

#[derive(Subcommand, Debug)]
pub enum TokenCommand {
    /// Make a token; it is printed alone, once
    #[command(
        after_help = "Examples:\n  kept token create --name \"Web shop\" --scope read-requests --scope handle-requests\n  kept token create --email maya@desk.example --name \"Maya's script\""
    )]
    Create(CreateTokenAsked),
}

#[derive(Args, Debug)]
pub struct CreateTokenAsked {
    /// What the token is for
    #[arg(long)]
    pub name: String,
    /// The work address of the person for whom it acts; without it, it is the company's own
    #[arg(long)]
    pub email: Option<String>,
    /// What it may do; may be given several times. Without it, a person's token may do all that the person may
    #[arg(long = "scope", required_unless_present = "email")]
    pub scopes: Vec<String>,
    #[command(flatten)]
    pub house: HouseAsked,
}

#[derive(Subcommand, Debug)]
pub enum MailCommand {
    /// Take in one mail from standard input, as the pipe of a mail server hands it over
    ///
    /// It ends with status 0 after the mail is kept, with 75 when the mail server is to try again, and with 65 when the mail can
    /// never be taken: it is empty, or larger than 25 MB.
    #[command(
        after_help = "Example: kept mail receive --data /var/lib/kept --mailbox desk@company.example <mail.eml"
    )]
    Receive(ReceiveAsked),
    /// Add a mailbox, or say anew who checks its senders
    #[command(
        after_help = "Example: kept mail mailbox desk@company.example --server mx.company.example"
    )]
    Mailbox(MailboxAsked),
}

#[derive(Args, Debug)]
pub struct ReceiveAsked {
    /// The mailbox to which it came; may be left out where there is only one
    #[arg(long, value_name = "ADDRESS")]
    pub mailbox: Option<String>,
    #[command(flatten)]
    pub house: HouseAsked,
}

#[derive(Args, Debug)]
pub struct MailboxAsked {
    /// The address at which clients write
    #[arg(value_name = "ADDRESS")]
    pub address: String,
    /// What it is called
    #[arg(long, default_value = "")]
    pub name: String,
    /// The name that the own mail server gives itself in Authentication-Results; without it, senders count as unverified
    #[arg(long, value_name = "NAME", default_value = "")]
    pub server: String,
    #[command(flatten)]
    pub house: HouseAsked,
}

/// How the site is served.
#[derive(Args, Debug)]
pub struct ServeAsked {
    /// Whose.
    #[command(flatten)]
    pub house: HouseAsked,
    /// Where to listen
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "KEPT_LISTEN",
        default_value = "127.0.0.1:8080"
    )]
    pub listen: SocketAddr,
    /// How browsers reach the site, as in `https://desk.example`; links in mails begin with it
    #[arg(long, value_name = "URL", env = "KEPT_BASE_URL")]
    pub base_url: Option<String>,
    /// Let webhooks go to this machine and its network, and without encryption
    #[arg(long, env = "KEPT_ALLOW_PRIVATE_WEBHOOKS")]
    pub allow_private_webhooks: bool,
    /// Take mail from the own mail server by LMTP or SMTP at this address, as in 127.0.0.1:2003
    #[arg(long, value_name = "ADDRESS", env = "KEPT_LMTP")]
    pub lmtp: Option<SocketAddr>,
    /// Own mail servers on other machines, which are believed when they tell who handed a mail to them
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "KEPT_MAIL_PEER",
        value_delimiter = ','
    )]
    pub mail_peer: Vec<IpAddr>,
}

impl ServeAsked {
    /// The beginning of every address of the site. Where only this machine hears it, it is called `localhost`: browsers make
    /// no passkeys for a bare number.
    pub fn origin(&self, at: SocketAddr) -> String {
        let heard = match at.ip() {
            IpAddr::V4(ip) => ip == Ipv4Addr::LOCALHOST,
            IpAddr::V6(ip) => ip == Ipv6Addr::LOCALHOST,
        };
        match &self.base_url {
            Some(url) => url.clone(),
            None if heard => format!("http://localhost:{}", at.port()),
            None => format!("http://{at}"),
        }
    }
}

#[derive(Subcommand, Debug)]
pub enum ImportCommand {
    /// Put a foreign log into the journal, as events marked imported
    ///
    /// The log is read through a mapping, as by `kept replay`. Adherence, what each clause owes and what-if then work on
    /// it. An import can be taken out again with `kept import undo`.
    #[command(
        after_help = "Example: kept import history --mapping mapping.toml --events tickets.csv.gz\n         kept import history --dry-run --mapping mapping.toml --events tickets.csv.gz"
    )]
    History(HistoryAsked),
    /// Put SOP documents in force
    #[command(
        after_help = "Example: kept import sop desk.sop.md\n         kept import sop --alone *.sop.md"
    )]
    Sop(PutSopAsked),
    /// Put a calendar in force: working hours and holidays
    #[command(after_help = "Example: kept import calendar berlin.toml --feed holidays.ics")]
    Calendar(PutCalendarAsked),
    /// Take an import out again
    #[command(after_help = "Example: kept import undo 0192d3c4-5e6f-7a8b-9c0d-1e2f3a4b5c6d")]
    Undo(UndoAsked),
    /// List the imports
    List(ListAsked),
}

#[derive(Args, Debug)]
pub struct HistoryAsked {
    #[command(flatten)]
    pub log: LogFiles,
    #[command(flatten)]
    pub house: HouseAsked,
    /// Read and count everything, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Where lines that cannot be used are written, as in --bad-lines bad.csv
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct PutSopAsked {
    /// The documents
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// In the place of all documents that were in force, the shipped ones too
    #[arg(long)]
    pub alone: bool,
    #[command(flatten)]
    pub house: HouseAsked,
}

#[derive(Args, Debug)]
pub struct PutCalendarAsked {
    /// The calendar
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// A holiday feed that the calendar names
    #[arg(long = "feed", value_name = "FILE")]
    pub feeds: Vec<PathBuf>,
    #[command(flatten)]
    pub house: HouseAsked,
}

#[derive(Args, Debug)]
pub struct UndoAsked {
    /// The import's id, from `kept import list`
    #[arg(value_name = "ID")]
    pub id: String,
    #[command(flatten)]
    pub house: HouseAsked,
}

#[derive(Args, Debug)]
pub struct ListAsked {
    #[command(flatten)]
    pub house: HouseAsked,
}

#[derive(Subcommand, Debug)]
pub enum SopCommand {
    /// Say what is wrong with SOP documents
    ///
    /// The documents are checked together as one set, so that references between them are checked too.
    #[command(
        after_help = "Example: kept sop check sops/*.sop.md\n         kept sop check --json --vocabulary ours.toml desk.sop.md"
    )]
    Check(CheckAsked),
    /// Write SOP documents in their canonical form
    ///
    /// Only the words of rules are touched, never the prose around them.
    #[command(
        after_help = "Example: kept sop fmt sops/*.sop.md\n         kept sop fmt --check desk.sop.md"
    )]
    Fmt(FormatAsked),
    /// Say in plain words what rules mean
    #[command(
        after_help = "Example: kept sop explain desk.sop.md acknowledge\n         kept sop explain desk.sop.md"
    )]
    Explain(ExplainAsked),
    /// Say rule by rule what differs between two versions
    #[command(after_help = "Example: kept sop diff desk-1.0.sop.md desk-1.1.sop.md")]
    Diff(DiffAsked),
    /// Print the words that SOPs may use
    #[command(
        after_help = "Example: kept sop vocabulary\n         kept sop vocabulary --json --vocabulary ours.toml"
    )]
    Vocabulary(VocabularyAsked),
}

#[derive(Args, Debug)]
pub struct CheckAsked {
    /// The documents, as in desk.sop.md; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The company's working time, for the checks that need it, as in berlin.toml
    #[arg(long, value_name = "FILE")]
    pub calendar: Option<PathBuf>,
    /// The versions in force, for what a new version may not change, as in --in-force desk-1.0.sop.md
    #[arg(long, value_name = "FILE")]
    pub in_force: Vec<PathBuf>,
    #[command(flatten)]
    pub own: VocabularyFiles,
    /// Write the findings as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct VocabularyAsked {
    #[command(flatten)]
    pub own: VocabularyFiles,
    /// Write the words as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct VocabularyFiles {
    /// A vocabulary of your own, added to the one that ships; may be given several times, as in --vocabulary ours.toml
    #[arg(long = "vocabulary", value_name = "FILE")]
    pub vocabularies: Vec<PathBuf>,
}

#[derive(Subcommand, Debug)]
pub enum ClockCommand {
    /// Say when a duration is up
    #[command(
        after_help = "Example: kept clock add --calendar berlin.toml --from \"2026-01-30 16:30\" --duration \"1 business hour\" --explain"
    )]
    Add(AddAsked),
    /// Say how much working time lies between two instants, in seconds
    #[command(
        after_help = "Example: kept clock between --calendar berlin.toml --from 2026-01-30T16:30:00+01:00 --to 2026-02-02T09:30:00+01:00"
    )]
    Between(BetweenAsked),
    /// Answer many questions: CSV lines in, the same lines with their result out
    ///
    /// Reads lines `add,FROM,DURATION` and `between,FROM,TO` from standard input and writes each with its result
    /// appended: an instant with its offset, or seconds of working time. A line that cannot be read gets an empty
    /// result and is reported with its number; then the exit status is 1.
    #[command(
        after_help = "Example: kept clock batch --calendar berlin.toml <questions.csv >answers.csv"
    )]
    Batch(BatchAsked),
}

#[derive(Args, Debug)]
pub struct CalendarFile {
    /// The calendar, as in berlin.toml
    #[arg(long, value_name = "FILE")]
    pub calendar: PathBuf,
}

#[derive(Args, Debug)]
pub struct AddAsked {
    #[command(flatten)]
    pub calendar: CalendarFile,
    /// The start, as in 2026-01-30T16:30:00+01:00; without an offset the calendar's zone is meant
    #[arg(long, value_name = "INSTANT")]
    pub from: String,
    /// How long, as in "1 business hour" or "3 days"
    #[arg(long, value_name = "DURATION")]
    pub duration: String,
    /// Say step by step how the result came about
    #[arg(long)]
    pub explain: bool,
    /// Write the result as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct BetweenAsked {
    #[command(flatten)]
    pub calendar: CalendarFile,
    /// The start, as in 2026-01-30T16:30:00+01:00; without an offset the calendar's zone is meant
    #[arg(long, value_name = "INSTANT")]
    pub from: String,
    /// The end, written like the start
    #[arg(long, value_name = "INSTANT")]
    pub to: String,
    /// Say step by step how the result came about
    #[arg(long)]
    pub explain: bool,
    /// Write the result as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct BatchAsked {
    #[command(flatten)]
    pub calendar: CalendarFile,
}

#[derive(Args, Debug)]
pub struct LogFiles {
    /// The mapping: which column of the log is what, as in mapping.toml
    #[arg(long, value_name = "FILE")]
    pub mapping: PathBuf,
    /// The log: CSV or JSON lines, plain or gzip, as in tickets.csv.gz; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub events: PathBuf,
}

/// What every run of a log needs.
#[derive(Args, Debug)]
pub struct RunAsked {
    /// The documents in force, as in --sop desk.sop.md
    #[arg(long = "sop", value_name = "FILE", required = true, num_args = 1..)]
    pub sops: Vec<PathBuf>,
    #[command(flatten)]
    pub calendar: CalendarFile,
    #[command(flatten)]
    pub log: LogFiles,
    /// The folder to write into, as in result
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Judge duties up to here, as in 2026-06-30T17:00; without it, up to the last event
    #[arg(long, value_name = "INSTANT")]
    pub until: Option<String>,
    /// The number from which samples for quality control are drawn, as in 7
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    #[command(flatten)]
    pub own: VocabularyFiles,
}

#[derive(Args, Debug)]
pub struct ReplayAsked {
    #[command(flatten)]
    pub run: RunAsked,
    /// The share of duties that should be met in time, in percent, as in 95
    #[arg(long, value_name = "PERCENT", default_value_t = 95, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub target: u8,
}

#[derive(Args, Debug)]
pub struct WhatIfAsked {
    #[command(flatten)]
    pub run: RunAsked,
    /// The changed documents, each in the place of the one with its code, as in --with draft.sop.md
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub with: Vec<PathBuf>,
    /// The changed calendar, as in --with-calendar no-lunch.toml
    #[arg(long, value_name = "FILE")]
    pub with_calendar: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct FormatAsked {
    /// The documents, as in desk.sop.md; `-` reads standard input and writes standard output
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Write nothing; name the documents that are not in their canonical form, with exit status 1
    #[arg(long)]
    pub check: bool,
    #[command(flatten)]
    pub own: VocabularyFiles,
}

#[derive(Args, Debug)]
pub struct DemoAsked {
    /// The port to serve at, as in 8080; when it is taken, the next one that is free
    #[arg(long, value_name = "N", default_value_t = 7407)]
    pub port: u16,
    /// Only print the address
    #[arg(long)]
    pub no_open: bool,
    /// How many times as fast as on the wall time runs in the house, to watch deadlines pass: 60 makes an hour of a minute
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub speed: u32,
    /// How many months of history the company has; fewer are there sooner
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub months: u32,
}

#[derive(Args, Debug)]
pub struct ExplainAsked {
    /// The document, as in desk.sop.md; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The identity of a rule, as in acknowledge; without it all rules, a line each
    #[arg(value_name = "RULE")]
    pub rule: Option<String>,
    /// Documents that it refers to, as in --among sops/cm.sop.md
    #[arg(long, value_name = "FILE")]
    pub among: Vec<PathBuf>,
    #[command(flatten)]
    pub own: VocabularyFiles,
    /// Write the explanation as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct DiffAsked {
    /// The version before, as in desk-1.0.sop.md
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The version after, as in desk-1.1.sop.md
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// Documents that both refer to, as in --among sops/cm.sop.md
    #[arg(long, value_name = "FILE")]
    pub among: Vec<PathBuf>,
    #[command(flatten)]
    pub own: VocabularyFiles,
    /// Write the differences as JSON
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use super::{HouseAsked, ServeAsked};

    #[test]
    fn what_only_this_machine_hears_is_called_localhost() {
        let origin = |at: &str, base_url: Option<&str>| {
            let asked = ServeAsked {
                allow_private_webhooks: false,
                lmtp: None,
                mail_peer: Vec::new(),
                house: HouseAsked {
                    clock: None,
                    data: "data".into(),
                    database_url: None,
                    key_file: None,
                },
                listen: at.parse().unwrap(),
                base_url: base_url.map(str::to_owned),
            };
            asked.origin(asked.listen)
        };
        assert_eq!(origin("127.0.0.1:8080", None), "http://localhost:8080");
        assert_eq!(origin("[::1]:80", None), "http://localhost:80");
        assert_eq!(origin("192.0.2.7:8080", None), "http://192.0.2.7:8080");
        let named = origin("127.0.0.1:8080", Some("https://desk.example"));
        assert_eq!(named, "https://desk.example");
    }
}
