use std::collections::HashMap;

use super::*;

/// A DNS of paper. What begins with `!` under a name is not answered.
#[derive(Default)]
pub(crate) struct Paper(HashMap<String, Vec<String>>);

impl Paper {
    pub(crate) fn with(mut self, name: &str, text: &str) -> Self {
        self.0
            .entry(name.to_owned())
            .or_default()
            .push(text.to_owned());
        self
    }

    fn found(&self, kind: &str, name: &str) -> Result<Vec<String>, Unanswered> {
        let place = format!("{kind}{name}");
        let found = self.0.get(&place).cloned().ok_or(Unanswered::Nothing)?;
        if found.iter().any(|text| text == "!") {
            return Err(Unanswered::Silent);
        }
        Ok(found)
    }
}

impl Resolver for Paper {
    fn texts(&self, name: &str) -> Result<Vec<String>, Unanswered> {
        self.found("", name)
    }

    fn addresses(&self, name: &str, of_six: bool) -> Result<Vec<IpAddr>, Unanswered> {
        let found = self.found(if of_six { "six " } else { "four " }, name)?;
        Ok(found.iter().map(|text| text.parse().unwrap()).collect())
    }

    fn exchangers(&self, name: &str) -> Result<Vec<String>, Unanswered> {
        self.found("mx ", name)
    }
}

/// The signed mail of RFC 8463, A.3: one signature with Ed25519, one with RSA.
const SIGNED: &str = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n subject : date : message-id : from : subject : date;\r\n bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\nDKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n date : message-id : from : subject : date;\r\n bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\nFrom: Joe SixPack <joe@football.example.com>\r\nTo: Suzie Q <suzie@shopping.example.net>\r\nSubject: Is dinner ready?\r\nDate: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\nMessage-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\r\nHi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
const ED: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const RSA: &str = "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";
const ED_NAME: &str = "brisbane._domainkey.football.example.com";
const RSA_NAME: &str = "test._domainkey.football.example.com";
const POLICY: &str = "_dmarc.football.example.com";

fn keys() -> Paper {
    Paper::default().with(ED_NAME, ED).with(RSA_NAME, RSA)
}

fn at() -> Instant {
    Instant::from_seconds(1_769_790_600)
}

fn outcomes(raw: &str, dns: &Paper) -> Vec<Outcome> {
    let checked = check(raw.as_bytes(), &Bounded::new(dns), at());
    checked.into_iter().map(|one| one.outcome).collect()
}

fn found(raw: &str, client: Option<&Client>, dns: &Paper) -> Finding {
    let mail = Incoming::read(raw.as_bytes());
    finding((raw.as_bytes(), &mail), client, dns, at())
}

fn client(address: &str, from: &str) -> Client {
    Client {
        address: address.parse().unwrap(),
        helo: "mx.football.example.com".to_owned(),
        from: from.to_owned(),
    }
}

#[test]
fn the_signatures_of_the_standard_hold_and_no_changed_word_does() {
    assert_eq!(outcomes(SIGNED, &keys()), [Outcome::Good, Outcome::Good]);
    // A pipe hands it over with other ends of lines, and servers on the way put fields before it.
    let piped = format!("Received: from x\n{}", SIGNED.replace("\r\n", "\n"));
    assert_eq!(found(&piped, None, &keys()).verdict, Verdict::Verified);
    for (from, to) in [
        ("hungry", "angry"),
        ("dinner", "lunch"),
        ("Joe SixPack", "Jo SixPack"),
        ("t=1528637909", "t=1528637908"),
        ("To: Suzie", "To: All"),
    ] {
        let bad = outcomes(&SIGNED.replace(from, to), &keys());
        assert!(
            bad.iter().all(|one| matches!(one, Outcome::Bad(_))),
            "{from}: {bad:?}"
        );
    }
    // A second sender above the signed one is no part of what was signed, and readers see it.
    let two = SIGNED.replacen(
        "From: Joe",
        "From: boss@football.example.com\r\nFrom: Joe",
        1,
    );
    assert_ne!(found(&two, None, &keys()).verdict, Verdict::Verified);
}

#[test]
fn a_signature_says_why_it_does_not_hold() {
    let bad = |raw: &str, dns: &Paper| match outcomes(raw, dns).first() {
        Some(Outcome::Bad(why)) => *why,
        other => panic!("{other:?}"),
    };
    let with = |from: &str, to: &str| bad(&SIGNED.replacen(from, to, 1), &keys());
    assert!(with("v=1", "v=2").contains("version"));
    assert!(with("ed25519-sha256", "rsa-sha1").contains("SHA-1"));
    assert!(with("i=@football", "i=@other").contains("who signed"));
    assert!(bad(&SIGNED.replace("from", "other"), &keys()).contains("who wrote"));
    assert!(with("t=1528637909;", "t=1528637909; x=1528637910;").contains("expired"));
    assert!(with("q=dns/txt", "q=carrier/pigeon").contains("DNS"));
    let dns = |text: &str| Paper::default().with(ED_NAME, text);
    assert!(bad(SIGNED, &Paper::default()).contains("no such key"));
    assert!(bad(SIGNED, &dns("v=DKIM1; k=ed25519; p=")).contains("withdrawn"));
    assert!(bad(SIGNED, &dns(RSA)).contains("something else"));
    assert!(bad(SIGNED, &dns(&ED.replace("k=", "s=tlsrpt; k="))).contains("something else"));
    assert!(bad(SIGNED, &dns("v=DKIM2; p=AA==")).contains("read"));
    let testing = dns(&ED.replace("k=", "t=y; k="));
    assert_eq!(outcomes(SIGNED, &testing)[0], Outcome::Testing);
    assert_eq!(outcomes(SIGNED, &dns("!"))[0], Outcome::Unanswered);
    assert!(outcomes("DKIM-Signature: nonsense\r\n\r\n", &keys())[0] != Outcome::Good);
}

#[test]
fn what_we_sign_is_found_to_be_signed() {
    use crate::DkimKey;
    let secret = DkimKey::make().unwrap();
    let key = DkimKey::new("harrowmere.example", "kept1", &secret).unwrap();
    let (name, text) = key.record();
    let dns = Paper::default().with(&name, &text);
    let mail = b"From: Desk <desk@harrowmere.example>\r\nSubject: Pump\r\n\r\nIt leaks.\r\n";
    let signed = String::from_utf8(key.signed(mail.to_vec(), at())).unwrap();
    assert_eq!(outcomes(&signed, &dns), [Outcome::Good]);
    assert_eq!(found(&signed, None, &dns).verdict, Verdict::Verified);
}

#[test]
fn a_domain_speaks_for_its_organisation_and_for_nobody_else() {
    let dns = |text: &str| keys().with("_dmarc.example.com", text);
    let relaxed = dns("v=DMARC1; p=reject");
    let from = |domain: &str| SIGNED.replace("joe@football.example.com", domain);
    let verdict = |raw: &str, dns: &Paper| found(raw, None, dns).verdict;
    assert_eq!(verdict(SIGNED, &relaxed), Verdict::Verified);
    // What is signed is not changed by whom it is aligned with: the seen domain alone counts.
    let bounded = Bounded::new(&relaxed);
    let mut organisations = Organisations::new(&bounded);
    for (seen, speaks, strict, aligned) in [
        ("example.com", "football.example.com", false, true),
        ("football.example.com", "example.com", false, true),
        ("news.example.com", "football.example.com", false, true),
        ("news.example.com", "football.example.com", true, false),
        ("football.example.com", "football.example.com", true, true),
        ("example.net", "example.com", false, false),
        ("notexample.com", "example.com", false, false),
    ] {
        assert_eq!(
            organisations.align(seen, speaks, strict),
            aligned,
            "{seen} {speaks} {strict}"
        );
    }
    // Without a record a domain speaks for those below it, and none for those beside or above it.
    let nothing = Paper::default();
    let bounded = Bounded::new(&nothing);
    let mut alone = Organisations::new(&bounded);
    assert!(alone.align("football.example.com", "example.com", false));
    assert!(!alone.align("example.com", "football.example.com", false));
    assert!(!alone.align("example.com", "com", false));
    // Below a suffix that many share each is its own.
    let shared = Paper::default().with("_dmarc.pages.example", "v=DMARC1; p=none; psd=y");
    let bounded = Bounded::new(&shared);
    let mut each = Organisations::new(&bounded);
    assert!(!each.align("a.pages.example", "b.pages.example", false));
    assert!(each.align("x.a.pages.example", "y.a.pages.example", false));
    assert_eq!(
        verdict(&from("joe@other.example"), &relaxed),
        Verdict::Unverified
    );
}

#[test]
fn what_a_domain_asks_to_refuse_is_forged_only_where_everything_was_heard() {
    let unsigned = SIGNED.split_once("From: ").unwrap().1;
    let unsigned = format!("From: {unsigned}");
    let reject = || keys().with(POLICY, "v=DMARC1; p=reject");
    let listed = || reject().with("football.example.com", "v=spf1 ip4:192.0.2.0/24 -all");
    let joe = "joe@football.example.com";
    let (good, bad) = (client("192.0.2.7", joe), client("198.51.100.9", joe));
    let verdict = |client: Option<&Client>, dns: &Paper| found(&unsigned, client, dns).verdict;
    assert_eq!(verdict(Some(&good), &listed()), Verdict::Verified);
    assert_eq!(verdict(Some(&bad), &listed()), Verdict::Forged);
    assert_eq!(verdict(None, &listed()), Verdict::Unverified);
    // Who only tries it out, or asks for nothing, refuses nothing.
    for text in ["v=DMARC1; p=none", "v=DMARC1; p=reject; t=y", "nonsense"] {
        let dns = keys().with(POLICY, text);
        assert_eq!(verdict(Some(&bad), &dns), Verdict::Unverified, "{text}");
    }
    // A machine that may send for another domain says nothing about this one.
    let other = listed().with("other.example", "v=spf1 +all");
    let elsewhere = client("198.51.100.9", "x@other.example");
    assert_eq!(verdict(Some(&elsewhere), &other), Verdict::Forged);
    // A DNS that does not answer forges nothing, and the reasons say so.
    let silent = Paper::default().with(POLICY, "!");
    let found = found(&unsigned, Some(&bad), &silent);
    assert_eq!(found.verdict, Verdict::Unverified);
    let last = found.reasons.last().unwrap();
    assert!(last.contains("did not answer"), "{last}");
    let sub = keys().with("_dmarc.example.com", "v=DMARC1; p=none; sp=quarantine");
    assert_eq!(verdict(Some(&bad), &sub), Verdict::Forged);
}

#[test]
fn a_machine_is_judged_as_the_standard_has_it() {
    let dns = Paper::default()
        .with("example.com", "some other text")
        .with(
            "example.com",
            "v=spf1 a mx/28 include:provider.example ?exists:%{ir}.list.example ~all",
        )
        .with("four example.com", "192.0.2.1")
        .with("six example.com", "2001:db8::1")
        .with("mx example.com", "mx.example.com")
        .with("four mx.example.com", "192.0.2.33")
        .with(
            "provider.example",
            "v=spf1 ip6:2001:db8:1::/48 redirect=more.example",
        )
        .with("more.example", "v=spf1 ip4:198.51.100.0/24 -all")
        .with("four 9.113.0.203.list.example", "127.0.0.2");
    let spf = |address: &str| judged(address, "ruth@example.com", &dns);
    assert_eq!(spf("192.0.2.1"), Spf::Pass);
    assert_eq!(spf("192.0.2.47"), Spf::Pass);
    assert_eq!(spf("192.0.2.48"), Spf::SoftFail);
    assert_eq!(spf("198.51.100.77"), Spf::Pass);
    assert_eq!(spf("2001:db8:1:2::3"), Spf::Pass);
    assert_eq!(spf("2001:db8::1"), Spf::Pass);
    assert_eq!(spf("::ffff:192.0.2.1"), Spf::Pass);
    assert_eq!(spf("203.0.113.9"), Spf::Neutral);
    assert_eq!(spf("203.0.113.8"), Spf::SoftFail);
}

#[test]
fn what_cannot_be_judged_is_told_from_what_fails() {
    let one = |text: &str| Paper::default().with("example.com", text);
    let spf = |dns: &Paper| judged("192.0.2.1", "ruth@example.com", dns);
    assert_eq!(spf(&Paper::default()), Spf::None);
    assert_eq!(spf(&one("v=spf10 -all")), Spf::None);
    assert_eq!(spf(&one("v=spf1")), Spf::Neutral);
    assert_eq!(
        spf(&one("v=spf1 -all").with("example.com", "v=spf1 +all")),
        Spf::Faulty
    );
    assert_eq!(spf(&one("v=spf1 +all nonsense")), Spf::Faulty);
    assert_eq!(spf(&one("!")), Spf::Unanswered);
    assert_eq!(spf(&one("v=spf1 include:gone.example -all")), Spf::Faulty);
    assert_eq!(spf(&one("v=spf1 redirect=gone.example")), Spf::Faulty);
    // A record that asks for itself ends, as do too many that find nothing.
    assert_eq!(spf(&one("v=spf1 include:example.com -all")), Spf::Faulty);
    let void = "v=spf1 a:a.example a:b.example a:c.example +all";
    assert_eq!(spf(&one(void)), Spf::Faulty);
    // A mail from nobody is judged by the machine's own name.
    let dns = Paper::default().with("mx.football.example.com", "v=spf1 ip4:192.0.2.1 -all");
    assert_eq!(judged("192.0.2.1", "", &dns), Spf::Pass);
}

fn judged(address: &str, from: &str, dns: &Paper) -> Spf {
    spf::judge(&client(address, from), &Bounded::new(dns))
}
