//! What stands on every answer of the site, whoever asked for what: pages, files, refusals, redirects.

use axum::http::{StatusCode, header};
use kept_store::Dialect;
use kept_testing::Home;

use crate::ask::{Answer, Asker};
use crate::desk::{Desk, ORIGIN, root, run};

/// Names and values that no answer is without.
const FIXED: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-permitted-cross-domain-policies", "none"),
];

/// Holds one answer against all that must stand on it.
pub fn check(what: &str, answer: &Answer, desk: &Desk) {
    let said = |name: &str| {
        let value = answer.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    };
    for (name, value) in FIXED {
        assert_eq!(said(name), value, "{what}: {name}");
    }
    for name in ["camera=()", "microphone=()", "geolocation=()"] {
        assert!(said("permissions-policy").contains(name), "{what}: {name}");
    }
    // Refusals of the router have the policy of all other pages.
    let for_visitors =
        what.contains(" /ask") || what.contains(" /confirm/") || what.contains(" /f/");
    let page_of_visitors = for_visitors && !said("content-security-policy").contains("script-src");
    let download = said("content-disposition").starts_with("attachment");
    let picture = what.contains("/picture by") && answer.kind().starts_with("image/");
    let framed = what.contains("/html") && said("content-security-policy").contains("sandbox");
    let previewed = what.contains("/preview by")
        && said("content-security-policy").contains("form-action 'none'");
    if previewed {
        preview(what, said("content-security-policy"));
    } else if framed {
        mail_frame(what, said("content-security-policy"));
    } else if page_of_visitors && answer.kind().starts_with("text/html") {
        visitors(what, said("content-security-policy"));
    } else if (download || picture) && said("content-security-policy").contains("sandbox") {
        let policy = said("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{what}: {policy}");
    } else {
        policy(what, said("content-security-policy"));
    }
    for name in ["server", "x-powered-by", "access-control-allow-origin"] {
        assert_eq!(said(name), "", "{what}: {name}");
    }
    let https = desk.https();
    let long = said("strict-transport-security").starts_with("max-age=63072000");
    assert_eq!(long, https, "{what}: strict-transport-security");
    let file = what.contains("GET /assets/") || what.contains("GET /favicon.ico");
    if !(file && answer.status.is_success()) {
        assert_eq!(said("cache-control"), "no-store", "{what}: cache-control");
    }
    let kind = answer.kind();
    assert!(
        answer.text.is_empty() || !kind.is_empty(),
        "{what}: of no kind"
    );
    if kind.starts_with("text/") && kind != "text/event-stream" {
        assert!(kind.contains("charset=utf-8"), "{what}: {kind}");
    }
    if kind.starts_with("text/html") && !page_of_visitors && !framed && !previewed {
        nonces(what, answer);
    }
    assert!(!answer.status.is_server_error(), "{what}: {}", answer.text);
    cookies(what, answer, https);
    let location = answer.location();
    let local = location.starts_with('/') && !location.starts_with("//");
    assert!(location.is_empty() || local, "{what}: leads to {location}");
}

/// Nothing but the site's own, scripts by nonce alone, no frames around it.
fn policy(what: &str, policy: &str) {
    let rules: Vec<_> = policy.split(';').map(str::trim).collect();
    for rule in [
        "default-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "connect-src 'self'",
    ] {
        assert!(rules.contains(&rule), "{what}: {rule} is not in {policy}");
    }
    let script = rules.iter().find(|rule| rule.starts_with("script-src "));
    let nonce = script.and_then(|rule| rule.strip_prefix("script-src 'nonce-"));
    assert!(
        nonce.is_some_and(|nonce| nonce.len() >= 33),
        "{what}: {policy}"
    );
    for loose in ["unsafe", "*", "http:", "https:", "strict-dynamic"] {
        assert!(!policy.contains(loose), "{what}: {loose} is in {policy}");
    }
}

/// What a stranger wrote runs nothing, sends nothing, loads nothing, and is nobody to this site.
fn mail_frame(what: &str, policy: &str) {
    for rule in [
        "default-src 'none'",
        "img-src data:;",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "base-uri 'none'",
    ] {
        assert!(policy.contains(rule), "{what}: {rule} is not in {policy}");
    }
    for loose in ["script", "allow-same-origin", "allow-forms", "connect-src"] {
        assert!(!policy.contains(loose), "{what}: {loose} is in {policy}");
    }
}

/// A page that is only looked at sends nothing.
fn preview(what: &str, policy: &str) {
    for rule in [
        "default-src 'none'",
        "form-action 'none'",
        "base-uri 'none'",
    ] {
        assert!(policy.contains(rule), "{what}: {rule} is not in {policy}");
    }
    for loose in ["unsafe", "*", "http:", "https:"] {
        assert!(!policy.contains(loose), "{what}: {loose} is in {policy}");
    }
}

/// A page for visitors runs nothing at all. The web form alone may stand inside of another site's page.
fn visitors(what: &str, policy: &str) {
    for rule in [
        "default-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
    ] {
        assert!(policy.contains(rule), "{what}: {rule} is not in {policy}");
    }
    for loose in ["script", "unsafe", "http:", "https:", "connect-src"] {
        assert!(!policy.contains(loose), "{what}: {loose} is in {policy}");
    }
    let framed = policy.contains("frame-ancestors *");
    assert_eq!(framed, what.contains(" /ask"), "{what}: {policy}");
}

/// The scripts of a page carry the nonce of its policy, and nothing on it runs without one.
fn nonces(what: &str, answer: &Answer) {
    let policy = answer.headers.get("content-security-policy").unwrap();
    let policy = policy.to_str().unwrap();
    let (_, rest) = policy.split_once("'nonce-").unwrap();
    let nonce = rest.split_once('\'').unwrap().0;
    for script in answer.text.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap();
        assert!(
            tag.contains(nonce),
            "{what}: a script without the nonce: {tag}"
        );
    }
    for inline in [" style=\"", " onclick=", " onload=", "javascript:"] {
        assert!(
            !answer.text.contains(inline),
            "{what}: {inline} on the page"
        );
    }
}

fn cookies(what: &str, answer: &Answer, https: bool) {
    for cookie in answer.headers.get_all(header::SET_COOKIE) {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.contains("; SameSite=Lax"), "{what}: {cookie}");
        assert!(cookie.contains("; Path=/"), "{what}: {cookie}");
        assert_eq!(cookie.contains("; Secure"), https, "{what}: {cookie}");
        assert!(!cookie.contains("; Domain"), "{what}: {cookie}");
        // The page's own script sets the colours too, so that one cookie is open to it and says nothing else.
        if !cookie
            .trim_start_matches("__Host-")
            .starts_with("kept-theme=")
        {
            assert!(cookie.contains("; HttpOnly"), "{what}: {cookie}");
        }
        assert_eq!(cookie.starts_with("__Host-"), https, "{what}: {cookie}");
    }
}

impl Desk {
    fn https(&self) -> bool {
        self.origin.as_deref() == Some(ORIGIN)
    }
}

#[test]
fn nothing_is_answered_without_the_headers_also_where_there_is_no_route() {
    let Some(home) = Home::new(Dialect::Sqlite, "headers") else {
        return;
    };
    let desk = Desk::new(&home);
    let visitor = Asker::visitor(&desk);
    for path in [
        "/nothing/here",
        "/assets/nothing.css",
        "/assets/..%2f..%2fetc%2fpasswd",
        "/favicon.ico",
        "/healthz",
        "/sops/%ff",
        "/live",
        "/me/sessions/%00/end",
    ] {
        let answer = visitor.get(&desk, path);
        assert!(!answer.text.contains("panicked"), "{path}");
    }
    for asset in kept_ui::ASSETS {
        let answer = visitor.get(&desk, asset.path);
        assert_eq!(answer.status, StatusCode::OK, "{}", asset.path);
        assert!(!answer.kind().is_empty() && !answer.kind().starts_with("text/html"));
    }
    // Longer than any form may be, and of a kind that is no form.
    let long = "a=".to_owned() + &"b".repeat(3 << 20);
    let refused = visitor.send(&desk, "POST", "/sign-in", (&long, true));
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    for method in ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"] {
        let refused = visitor.send(&desk, method, "/sign-in", ("", true));
        assert!(
            refused.status.is_client_error(),
            "{method}: {}",
            refused.status
        );
    }
}

#[test]
fn over_plain_http_no_cookie_claims_to_be_secure_and_no_answer_asks_for_https() {
    let Some(home) = Home::new(Dialect::Sqlite, "plain_headers") else {
        return;
    };
    let desk = Desk::with(&home, None);
    let asker = Asker::default();
    let page = asker.get(&desk, "/sign-in");
    assert!(!page.cookie("kept-visit").is_empty());
    assert_eq!(asker.get(&desk, "/nothing").status, StatusCode::NOT_FOUND);
}

#[test]
fn pages_before_signing_in_name_the_company_as_its_sops_do() {
    let Some(home) = Home::new(Dialect::Sqlite, "named") else {
        return;
    };
    let files = ["ce", "cm", "fu", "on", "sr"].map(|code| {
        let name = format!("{code}.sop.md");
        let mut own = std::fs::read_to_string(root().join("sops").join(&name)).unwrap();
        for shipped in ["\"Our company\"", "\"Example Company\""] {
            own = own.replace(shipped, "\"Lindqvist Instruments\"");
        }
        let file = home.folder().join(name);
        std::fs::write(&file, own).unwrap();
        file.display().to_string()
    });
    run(&home, &["migrate"]);
    let put = ["import", "sop", "--alone"].into_iter();
    let put: Vec<&str> = put.chain(files.iter().map(String::as_str)).collect();
    run(&home, &put);
    let page = Asker::default().get(&Desk::new(&home), "/sign-in");
    assert!(
        page.text.contains("signin-foot") && page.text.contains("Lindqvist Instruments. Every"),
        "{}",
        page.text
    );
}

#[test]
fn no_two_answers_share_a_nonce_or_a_token() {
    let Some(home) = Home::new(Dialect::Sqlite, "nonces") else {
        return;
    };
    let desk = Desk::new(&home);
    let visitor = Asker::visitor(&desk);
    let seen: std::collections::BTreeSet<_> = (0..50)
        .map(|_| {
            let page = visitor.get(&desk, "/sign-in");
            let policy = page.headers.get("content-security-policy").unwrap();
            (policy.to_str().unwrap().to_owned(), page.csrf())
        })
        .collect();
    let (nonces, tokens): (std::collections::BTreeSet<_>, std::collections::BTreeSet<_>) =
        seen.into_iter().unzip();
    assert_eq!((nonces.len(), tokens.len()), (50, 50));
}
