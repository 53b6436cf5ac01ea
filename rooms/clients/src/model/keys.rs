//! What a client is recognised by, whoever wrote it and however: names, addresses and numbers in one spelling.

use kept_search::words;

/// Stands behind the name of a company and says nothing about which one it is.
const LEGAL_FORMS: [&str; 34] = [
    "ab",
    "ag",
    "as",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "doo",
    "gmbh",
    "inc",
    "incorporated",
    "kft",
    "kg",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "ltda",
    "mbh",
    "nv",
    "oy",
    "oyj",
    "plc",
    "pte",
    "pty",
    "sa",
    "sarl",
    "sas",
    "spa",
    "srl",
    "sro",
    "ug",
];

/// Anybody has an address there: the domain says nothing about the company.
const OPEN_DOMAINS: [&str; 54] = [
    "163.com",
    "aol.com",
    "aol.de",
    "arcor.de",
    "bluewin.ch",
    "fastmail.com",
    "free.fr",
    "freenet.de",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.fr",
    "gmx.net",
    "googlemail.com",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.de",
    "hotmail.fr",
    "icloud.com",
    "laposte.net",
    "libero.it",
    "live.com",
    "live.de",
    "mac.com",
    "mail.com",
    "mail.de",
    "mail.ru",
    "mailbox.org",
    "me.com",
    "msn.com",
    "orange.fr",
    "outlook.com",
    "outlook.de",
    "outlook.fr",
    "pm.me",
    "posteo.de",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "rocketmail.com",
    "t-online.de",
    "tutanota.com",
    "wanadoo.fr",
    "web.de",
    "yahoo.co.uk",
    "yahoo.com",
    "yahoo.de",
    "yahoo.fr",
    "yahoo.it",
    "yandex.com",
    "ymail.com",
    "zoho.com",
];

/// The fewest figures of a number that two can be told apart by.
const SHORTEST_PHONE: usize = 6;
/// So many figures at the end of a number stay the same, whether it is written with its country or without.
const COMPARED_FIGURES: usize = 9;

/// As names are put in order and searched by their beginning.
pub fn folded(text: &str) -> String {
    let all: Vec<String> = words(text).into_iter().map(|word| word.folded).collect();
    all.join(" ")
}

/// A name as it is compared: without accents, signs and the form of the company.
pub fn folded_name(name: &str) -> String {
    let all: Vec<String> = words(name).into_iter().map(|word| word.folded).collect();
    let mut kept: &[String] = &all;
    while let [rest @ .., last] = kept {
        if rest.is_empty() || !LEGAL_FORMS.contains(&last.as_str()) {
            break;
        }
        kept = rest;
    }
    match kept {
        [first, rest @ ..] if first == "the" && !rest.is_empty() => rest.join(" "),
        all => all.join(" "),
    }
}

/// An address as it is compared; none: it is none.
pub fn folded_email(email: &str) -> Option<String> {
    let email = email.trim().to_lowercase();
    let (name, domain) = email.split_once('@')?;
    let fits = !name.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && email.len() <= 254
        && !email.contains(char::is_whitespace)
        && !domain.contains(['@', ',', ';', '<', '>']);
    fits.then_some(email)
}

/// A number as it is compared: its last figures; none: too few.
pub fn folded_phone(phone: &str) -> Option<String> {
    let figures: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    let from = figures.len().saturating_sub(COMPARED_FIGURES);
    (figures.len() >= SHORTEST_PHONE).then(|| figures.iter().skip(from).collect())
}

/// The domain of an address or a web site, where it is one's own.
pub fn domain_of(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let text = text
        .split_once("://")
        .map_or(text.as_str(), |(_, rest)| rest);
    let text = text.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let domain = text.rsplit('@').next().unwrap_or_default();
    let domain = domain.strip_prefix("www.").unwrap_or(domain);
    let fits = domain.contains('.')
        && domain.len() <= 190
        && domain
            .chars()
            .all(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '-'));
    (fits && !OPEN_DOMAINS.contains(&domain)).then(|| domain.to_owned())
}

/// All that a client is recognised by, each kind with its word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Keys(pub Vec<(&'static str, String)>);

impl Keys {
    /// By its name.
    pub(crate) fn name(&mut self, name: &str) {
        let name = folded_name(name);
        self.add("name", (!name.is_empty()).then_some(name));
    }

    /// By its web site.
    pub(crate) fn website(&mut self, website: &str) {
        self.add("domain", domain_of(website));
    }

    /// By an address, which also says the domain.
    pub(crate) fn email(&mut self, email: &str) {
        self.add("email", folded_email(email));
        self.add(
            "domain",
            folded_email(email).and_then(|email| domain_of(&email)),
        );
    }

    /// By a number.
    pub(crate) fn phone(&mut self, phone: &str) {
        self.add("phone", folded_phone(phone));
    }

    fn add(&mut self, kind: &'static str, word: Option<String>) {
        if let Some(word) = word {
            let key = (kind, word);
            if !self.0.contains(&key) {
                self.0.push(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{domain_of, folded_email, folded_name, folded_phone};

    #[test]
    fn names_are_one_however_they_are_written() {
        for (name, folded) in [
            ("Aalto Dairy Oy", "aalto dairy"),
            ("AALTO-DAIRY  Ltd.", "aalto dairy"),
            ("The Äalto Dairy Co., Inc.", "aalto dairy"),
            ("Müller & Söhne GmbH & Co. KG", "muller sohne"),
            ("SAP", "sap"),
            ("AB", "ab"),
            ("Plan B", "plan b"),
        ] {
            assert_eq!(folded_name(name), folded, "{name}");
        }
    }

    #[test]
    fn numbers_are_one_with_their_country_and_without() {
        assert_eq!(
            folded_phone("+358 40 123 4567"),
            folded_phone("040 1234567".trim_start_matches('0'))
        );
        assert_eq!(folded_phone("(202) 224-3121"), Some("022243121".into()));
        assert_eq!(folded_phone("ext. 12"), None);
    }

    #[test]
    fn an_address_says_the_domain_where_it_is_ones_own() {
        assert_eq!(
            folded_email(" Sanna@Aalto.example "),
            Some("sanna@aalto.example".into())
        );
        assert_eq!(folded_email("nobody"), None);
        assert_eq!(
            domain_of("https://www.aalto.example/contact"),
            Some("aalto.example".into())
        );
        assert_eq!(
            domain_of("sanna@aalto.example"),
            Some("aalto.example".into())
        );
        assert_eq!(domain_of("sanna@gmail.com"), None);
        assert_eq!(domain_of("sanna@t-online.de"), None);
    }
}
