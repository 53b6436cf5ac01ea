//! The sites that may show a page of ours within theirs, as people write them and as a policy says them.

/// How sites are to be written, for whoever wrote them in another way.
pub const SITES_LIKE: &str =
    "Write sites like https://www.company.example, with blanks between them.";

/// No policy names more.
const MOST: usize = 20;
/// No host has more letters.
const LONGEST: usize = 200;

/// Sites as they stand in a policy, with a blank between each two: origins with `https://`. None: one of them is no site, or they are
/// too many. What is given back can stand in a policy as it is.
pub fn sites(text: &str) -> Option<String> {
    let all: Vec<&str> = text.split_whitespace().collect();
    let right = all.len() <= MOST && all.iter().all(|site| is_site(site));
    right.then(|| all.join(" "))
}

fn is_site(site: &str) -> bool {
    let host = site.strip_prefix("https://").unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:".contains(&byte);
    !host.is_empty() && host.len() < LONGEST && host.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::sites;

    #[test]
    fn only_what_can_stand_in_a_policy_is_a_site() {
        let two = "https://www.company.example  https://shop.example:8443\n";
        let written = "https://www.company.example https://shop.example:8443";
        assert_eq!(sites(two).as_deref(), Some(written));
        assert_eq!(sites("  ").as_deref(), Some(""));
        for wrong in [
            "www.company.example",
            "http://www.company.example",
            "https://",
            "https://*",
            "https://*.company.example",
            "https://company.example/page",
            "https://company.example;script-src",
            "https://one.example,https://two.example",
            "'self'",
        ] {
            assert_eq!(sites(wrong), None, "{wrong}");
        }
        assert_eq!(sites(&"https://a.example ".repeat(21)), None);
    }
}
