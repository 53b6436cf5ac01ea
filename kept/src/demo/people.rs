//! The people of the made-up company as people of the house: one for each role.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use kept_journal::InForce;
use kept_sample::SampleCompany;

use crate::house::House;
use crate::tell::Failure;

/// The password of all of them. It opens nothing but a house that is gone with the program.
pub const PASSWORD: &str = "promises kept every day";

/// Adds people until each role has somebody who can sign in; says who, a line each.
pub fn move_in(house: &House, rules: &InForce, company: &SampleCompany) -> Result<String, Failure> {
    let accounts = house.accounts(House::account_settings(rules))?;
    let mut covered: BTreeSet<&str> = BTreeSet::new();
    let mut lines = String::new();
    for member in &company.people {
        let fresh =
            member.left_at.is_none() && member.roles.iter().any(|role| !covered.contains(*role));
        if !fresh {
            continue;
        }
        covered.extend(member.roles.iter().copied());
        let roles = member.roles.iter().filter_map(|role| {
            let id = rules.register.role(role)?;
            Some(rules.register[id].id.clone())
        });
        let email = email(&member.name);
        accounts
            .add_person((&member.name, &email), roles.collect(), PASSWORD)
            .map_err(|error| Failure::new(format!("{}: {error}.", member.name)))?;
        let _ = writeln!(
            lines,
            "{:<19} {:<41} {}",
            member.name,
            email,
            member.roles.join(", ")
        );
    }
    Ok(lines)
}

/// `maya.okonkwo@harrowmere.example`.
fn email(name: &str) -> String {
    let words: Vec<String> = name
        .split_whitespace()
        .map(|word| {
            word.chars()
                .filter(char::is_ascii_alphabetic)
                .collect::<String>()
                .to_ascii_lowercase()
        })
        .filter(|word| !word.is_empty())
        .collect();
    format!("{}@harrowmere.example", words.join("."))
}
