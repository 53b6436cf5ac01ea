//! The whole program: its commands, and the house and the site behind `kept serve`, for tests that hold the whole of it
//! against what must be true. It is no library for others; [`main`] is all that the program itself takes from it.

mod adherence;
mod ask;
mod clock;
mod demo;
mod files;
mod house;
mod import;
mod incoming;
mod keeping;
mod people;
mod replay;
mod serve;
mod shipped;
mod sop;
mod staff;
mod tell;
mod whatif;

use std::process::ExitCode;

use clap::Parser;

use ask::{
    ClockCommand, Command, ImportCommand, Kept, MailCommand, SopCommand, TokenCommand, UserCommand,
};
use tell::Outcome;

pub use ask::{HouseAsked, ServeAsked};
pub use house::{House, Means};
pub use serve::{Site, site};
pub use tell::Failure;

/// Does what the command line asks for. Exit status: 0 all is well, 1 something was found that needs a look, 2 the command
/// or its input cannot be used.
pub fn main() -> ExitCode {
    let asked = Kept::parse();
    match run(&asked.command) {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Ok(Outcome::TryAgain) => ExitCode::from(75),
        Ok(Outcome::Never) => ExitCode::from(65),
        Err(failure) => {
            failure.tell();
            ExitCode::from(2)
        }
    }
}

fn run(command: &Command) -> Result<Outcome, Failure> {
    match command {
        Command::Sop { command } => match command {
            SopCommand::Check(asked) => sop::check(asked),
            SopCommand::Fmt(asked) => sop::fmt(asked),
            SopCommand::Explain(asked) => sop::explain(asked),
            SopCommand::Diff(asked) => sop::diff(asked),
            SopCommand::Vocabulary(asked) => sop::vocabulary(asked),
        },
        Command::Replay(asked) => replay::replay(asked),
        Command::Whatif(asked) => whatif::whatif(asked),
        Command::Demo(asked) => demo::demo(asked),
        Command::Vocabulary(asked) => sop::vocabulary(asked),
        Command::User {
            command: UserCommand::Add(asked),
        } => people::add_user(asked),
        Command::Token {
            command: TokenCommand::Create(asked),
        } => people::create_token(asked),
        Command::Mail { command } => match command {
            MailCommand::Receive(asked) => Ok(incoming::receive(asked)),
            MailCommand::Mailbox(asked) => incoming::mailbox(asked),
        },
        Command::Serve(asked) => serve::serve(asked),
        Command::Import { command } => match command {
            ImportCommand::History(asked) => import::history(asked),
            ImportCommand::Sop(asked) => import::sop(asked),
            ImportCommand::Calendar(asked) => import::calendar(asked),
            ImportCommand::Undo(asked) => import::undo(asked),
            ImportCommand::List(asked) => import::list(asked),
        },
        Command::Keeping(command) => keeping::run(command),
        Command::Clock { command } => match command {
            ClockCommand::Add(asked) => clock::add(asked),
            ClockCommand::Between(asked) => clock::between(asked),
            ClockCommand::Batch(asked) => clock::batch(asked),
        },
    }
}
