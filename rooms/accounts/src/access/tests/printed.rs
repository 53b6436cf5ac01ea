//! The table of rights as it is printed.

use super::super::{RULES, SHIPPED_ROLES, document};

#[test]
fn the_documentation_has_the_table_as_it_is() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/access.md");
    if std::env::var_os("KEPT_BLESS").is_some() {
        std::fs::write(path, document()).unwrap();
    }
    let printed = std::fs::read_to_string(path).unwrap();
    assert_eq!(
        printed,
        document(),
        "run the test with KEPT_BLESS=1 to print the table anew"
    );
}

#[test]
fn every_role_of_the_table_is_one_that_ships() {
    for (role, _) in RULES {
        assert!(SHIPPED_ROLES.contains(role), "{role}");
    }
    assert_eq!(RULES.len(), SHIPPED_ROLES.len());
}
