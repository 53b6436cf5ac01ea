//! The table of rights as a page of the documentation.

use std::fmt::Write as _;

use super::rules::{Action, RULES, SHIPPED_ROLES, reach};

/// `docs/access.md`: every action, every role, how far it reaches.
pub fn document() -> String {
    let mut text = String::from(HEAD);
    for action in Action::ALL {
        let _ = write!(text, "\n## {}\n\n`{}`\n\n", action.says(), action.name());
        let mut nobody = true;
        for role in SHIPPED_ROLES {
            if !RULES.iter().any(|(of, grants)| {
                of == &role && grants.iter().any(|(granted, _)| granted == action)
            }) {
                continue;
            }
            nobody = false;
            let _ = writeln!(
                text,
                "- {}: {}",
                role.replace('-', " "),
                reach(*action, &[role.to_owned()])
            );
        }
        if nobody {
            text.push_str("Nobody.\n");
        }
    }
    text
}

const HEAD: &str = "# Who may do what

Written by a test from the table in `rooms/accounts/src/access/rules.rs`; change it there.

A person may do what one of their roles grants, over the records that they reach:

| word | records |
| --- | --- |
| own | those that name the person as responsible |
| assigned | those that the person is assigned to: clients of their account team, announcements addressed to them |
| team | those of the person's team |
| all | every record |

What is not granted is denied, and a record out of reach looks like one that does not exist. Everyone who works here is an
employee beside their other roles; a role of the company's own reaches what an employee does. Whoever may open a record
in an emergency gives a reason, reads that one record for an hour, and is seen by every administrator and data auditor. A
token for programs reaches what its scopes and the roles of its person both grant; one of the company's own has no
person and reaches all records within its scopes.
";
