//! Under which other ids a mail of ours is known: providers that take our mail for others to deliver may give it an id of their own, and
//! whoever answers then names that one.

/// The ids that a server names when it takes a mail, without brackets: `250 2.0.0 OK <a@b.example>`, and those that a large provider
/// makes of the number it answers with. What it says is a claim: whoever uses them asks who shows them.
pub fn other_ids(host: &str, said: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut rest = said;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((inner, behind)) = after.split_once('>') else {
            break;
        };
        if is_id(inner) {
            ids.push(inner.to_owned());
        }
        rest = behind;
    }
    ids.extend(of_amazon(host, said));
    ids.truncate(4);
    ids
}

fn is_id(text: &str) -> bool {
    let two = text.split_once('@');
    let good = two.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    // What is short could be guessed.
    good && (16..=998).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Amazon's service answers `250 Ok NUMBER` and writes `NUMBER@REGION.amazonses.com` into the mail; of its first region, `email.`
fn of_amazon(host: &str, said: &str) -> Vec<String> {
    let host = host.to_ascii_lowercase();
    let Some(region) = host
        .strip_prefix("email-smtp.")
        .and_then(|rest| rest.strip_suffix(".amazonaws.com"))
    else {
        return Vec::new();
    };
    let number = said.split_whitespace().last().unwrap_or_default();
    let plain = number
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !plain || number.len() < 32 {
        return Vec::new();
    }
    ["email", region]
        .map(|place| format!("{number}@{place}.amazonses.com"))
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::other_ids;

    #[test]
    fn the_id_that_a_server_names_is_read_from_its_answer() {
        let said = "250 2.0.0 OK <0f2a77e6@mail.provider.example> [Hostname=mx1]";
        assert_eq!(
            other_ids("smtp.provider.example", said),
            ["0f2a77e6@mail.provider.example"]
        );
        for said in [
            "250 2.0.0 Ok: queued as 4F1A",
            "250 <ruth@brennan.example> ok <@x> <a b@c>",
            "250 <",
        ] {
            let found = other_ids("smtp.provider.example", said);
            assert!(
                found.iter().all(|id| id == "ruth@brennan.example"),
                "{found:?}"
            );
        }
    }

    #[test]
    fn the_number_of_amazons_service_is_its_id_in_its_region() {
        let number = "0102018f3c2a9b7e-1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901-000000";
        let said = format!("250 Ok {number}");
        assert_eq!(
            other_ids("email-smtp.eu-west-1.amazonaws.com", &said),
            [
                format!("{number}@email.amazonses.com"),
                format!("{number}@eu-west-1.amazonses.com")
            ]
        );
        assert!(other_ids("smtp.provider.example", &said).is_empty());
        assert!(other_ids("email-smtp.eu-west-1.amazonaws.com", "250 Ok").is_empty());
    }
}
