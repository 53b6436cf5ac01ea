//! `kept user` and `kept token`: people and tokens from the command line of the server.

use std::io::{IsTerminal as _, Read as _};

use kept_accounts::access::Action;

use crate::ask::{AddUserAsked, CreateTokenAsked};
use crate::house::House;
use crate::tell::{Failure, Outcome, answer};

/// Adds a person who can sign in at once; the password comes from standard input.
pub fn add_user(asked: &AddUserAsked) -> Result<Outcome, Failure> {
    let house = House::begun(&asked.house)?;
    if std::io::stdin().is_terminal() {
        crate::tell::remark("type the password and end it with Enter and Ctrl-D");
    }
    let mut password = String::new();
    std::io::stdin()
        .lock()
        .take(4096)
        .read_to_string(&mut password)
        .map_err(|error| Failure::new(format!("The password could not be read: {error}.")))?;
    let accounts = house.accounts(House::account_settings(&house.rules()?))?;
    let password = password.trim_end_matches(['\r', '\n']);
    accounts
        .add_person((&asked.name, &asked.email), asked.roles.clone(), password)
        .map_err(|error| Failure::new(format!("{error}.")))?;
    answer(&format!("{} can sign in as {}.\n", asked.name, asked.email))?;
    Ok(Outcome::Fine)
}

/// Makes a token and prints it alone.
pub fn create_token(asked: &CreateTokenAsked) -> Result<Outcome, Failure> {
    let house = House::begun(&asked.house)?;
    let scopes = asked
        .scopes
        .iter()
        .map(|name| scope(name))
        .collect::<Result<Vec<_>, _>>()?;
    let accounts = house.accounts(House::account_settings(&house.rules()?))?;
    let made = match &asked.email {
        // What a token may is bounded by what its person may.
        Some(email) if scopes.is_empty() => {
            accounts.create_token_of(email, &asked.name, Action::ALL.to_vec())
        }
        Some(email) => accounts.create_token_of(email, &asked.name, scopes),
        None => accounts.create_token(&asked.name, scopes, None),
    };
    let (_, token) = made.map_err(|error| Failure::new(error.to_string()))?;
    answer(&format!("{token}\n"))?;
    Ok(Outcome::Fine)
}

fn scope(name: &str) -> Result<Action, Failure> {
    Action::named(name).ok_or_else(|| {
        let known: Vec<_> = Action::ALL.iter().map(|action| action.name()).collect();
        Failure::new(format!(
            "There is no scope {name}. Scopes are {}.",
            known.join(", ")
        ))
    })
}
