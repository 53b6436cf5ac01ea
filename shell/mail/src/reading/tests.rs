use super::*;
use std::collections::HashMap;

fn mail(head: &str, body: &str) -> Incoming {
    Incoming::read(format!("{}\r\n\r\n{body}", head.replace('\n', "\r\n")).as_bytes())
}

fn kind(head: &str) -> Option<Automatic> {
    mail(&format!("From: a@b.example\n{head}"), "Hello").automatic
}

#[test]
fn automatic_mail_is_recognised_and_what_says_no_is_human() {
    for (head, is) in [
        ("Auto-Submitted: auto-replied", Some(Automatic::Reply)),
        (
            "Auto-Submitted: auto-generated (rejected)",
            Some(Automatic::Generated),
        ),
        (
            "auto-submitted: AUTO-REPLIED; owner=x",
            Some(Automatic::Reply),
        ),
        ("Auto-Submitted: no", None),
        ("Auto-Submitted: no\nPrecedence: bulk", None),
        ("X-Auto-Response-Suppress: All", Some(Automatic::Generated)),
        ("X-Auto-Response-Suppress: None", None),
        ("Precedence: bulk", Some(Automatic::Many)),
        ("Precedence: Junk", Some(Automatic::Many)),
        ("Precedence: list", Some(Automatic::Many)),
        ("Precedence: auto_reply", Some(Automatic::Reply)),
        ("Precedence: first-class", None),
        ("List-Id: <a.b.example>", Some(Automatic::Many)),
        (
            "List-Unsubscribe: <mailto:a@b.example>",
            Some(Automatic::Many),
        ),
        ("Return-Path: <>", Some(Automatic::Report)),
        ("Return-Path: <a@b.example>", None),
        ("Subject: Out of office? No, we are in", None),
    ] {
        assert_eq!(kind(head), is, "{head}");
    }
}

#[test]
fn ids_are_read_whatever_a_program_did_to_them() {
    let read = mail(
        "From: a@b.example\nMessage-ID: <one@b.example>\nIn-Reply-To: Your message of Monday <two@b.example>\nReferences:\n <three@b.example>\n\t<four@b.\n example> five@b.example",
        "",
    );
    assert_eq!(read.message_id.as_deref(), Some("one@b.example"));
    assert_eq!(read.in_reply_to, ["two@b.example"]);
    assert_eq!(read.references, ["three@b.example", "four@b.example"]);
    let nearest: Vec<&str> = read.answers().collect();
    assert_eq!(
        nearest,
        ["four@b.example", "three@b.example", "two@b.example"]
    );
    let bare = mail("From: a@b.example\nMessage-ID: bare@b.example", "");
    assert_eq!(bare.message_id.as_deref(), Some("bare@b.example"));
}

#[test]
fn a_subject_counts_as_decoded_and_is_one_line() {
    let read = mail(
        "Subject: =?utf-8?q?Rechnung_f=C3=BCr?=\n =?utf-8?q?_M=C3=A4rz?=\tund  mehr",
        "",
    );
    assert_eq!(read.subject, "Rechnung für März und mehr");
    let raw = Incoming::read(b"Subject: caf\xe9 \x00 x\r\nFrom: a@b.example\r\n\r\nna\xefve");
    assert!(raw.subject.starts_with("caf"), "{:?}", raw.subject);
    assert!(!raw.subject.contains('\0') && !raw.text.contains('\0'));
    assert!(raw.has(Flaw::Nul) && raw.has(Flaw::NoMessageId) && raw.has(Flaw::NoDate));
}

#[test]
fn what_is_in_no_charset_that_anybody_knows_is_read_as_it_was_meant() {
    let read = |head: &str, body: &[u8]| {
        let head = format!("From: a@b.example\r\n{head}\r\n\r\n");
        Incoming::read(&[head.as_bytes(), body].concat())
    };
    let (utf8, cut) = (
        "Caf\u{e9} \u{20ac}5".as_bytes(),
        &b"Caf\xc3\xa9 \xe2\x82"[..],
    );
    for (head, body, is) in [
        (
            "Content-Type: text/plain; charset=x-unknown",
            &b"Caf\xe9 \x805"[..],
            "Caf\u{e9} \u{20ac}5",
        ),
        (
            "Content-Type: text/plain; charset=x-unknown",
            utf8,
            "Caf\u{e9} \u{20ac}5",
        ),
        (
            "Content-Type: text/plain; charset=x-unknown\r\nContent-Transfer-Encoding: quoted-printable",
            b"Caf=E9 =805",
            "Caf\u{e9} \u{20ac}5",
        ),
        (
            "Content-Type: text/plain; charset=x-unknown\r\nContent-Transfer-Encoding: base64",
            b"Q2Fm6SCANQ==",
            "Caf\u{e9} \u{20ac}5",
        ),
        (
            "Content-Type: text/html; charset=x-unknown",
            b"<p>Caf\xe9</p>",
            "Caf\u{e9}",
        ),
        ("X: y", b"Caf\xe9", "Caf\u{e9}"),
        // What says what it is, and is broken, is not guessed at.
        (
            "Content-Type: text/plain; charset=UTF-8",
            cut,
            "Caf\u{e9} \u{fffd}",
        ),
    ] {
        let mail = read(head, body);
        assert_eq!(mail.text.trim(), is, "{head}");
        assert_eq!(
            mail.has(Flaw::Charset),
            body != utf8,
            "{head}: {:?}",
            mail.flaws
        );
    }
}

#[test]
fn what_has_no_header_is_read_as_words() {
    let garbage = b"garbage \xff bytes no header at all";
    let delivered = [
        &b"Return-Path: <a@b.example>\r\nDelivered-To: desk@desk.example\r\n"[..],
        garbage,
    ]
    .concat();
    for raw in [&garbage[..], &[&garbage[..], b"\r\n"].concat(), &delivered] {
        let read = Incoming::read(raw);
        assert_eq!(read.text, "garbage \u{ff} bytes no header at all");
        assert!(read.has(Flaw::Unreadable), "{:?}", read.flaws);
    }
    let lines = Incoming::read(b"Good morning\nthe pump: it leaks\nRuth\n");
    assert_eq!(lines.text, "Good morning\nthe pump: it leaks\nRuth");
    let empty = Incoming::read(b"From: a@b.example\r\nSubject: Empty\r\n\r\n");
    assert!(empty.text.is_empty() && !empty.has(Flaw::Unreadable));
}

#[test]
fn a_mail_that_is_only_html_has_its_lines() {
    let read = mail(
        "From: a@b.example\nContent-Type: text/html; charset=utf-8",
        "<html><body><p>Hello,</p><p>the scale drifts by 3 g.</p><table><tr><td>a</td><td>b</td></tr></table><p>Kind regards<br>Astrid</p></body></html>",
    );
    assert_eq!(
        read.text,
        "Hello,\n\nthe scale drifts by 3 g.\n\na | b\n\nKind regards\nAstrid"
    );
    assert!(read.html.is_some());
}

#[test]
fn any_bytes_are_a_mail() {
    for bytes in [
        &b""[..],
        b"\0",
        b"\r\n\r\n",
        b"From",
        b"Content-Type: multipart/mixed; boundary=\"",
        b"\xff\xfe\xfd",
    ] {
        let read = Incoming::read(bytes);
        assert!(read.has(Flaw::NoSender), "{bytes:?}");
    }
}

#[test]
fn a_mail_with_thousands_of_parts_is_read_without_them() {
    let mut raw =
        String::from("From: a@b.example\r\nSubject: Deep\r\nContent-Type: message/rfc822\r\n\r\n");
    for _ in 0..50_000 {
        raw.push_str("Content-Type: message/rfc822\r\n\r\n");
    }
    let read = Incoming::read(raw.as_bytes());
    assert!(read.has(Flaw::TooManyParts));
    assert_eq!(read.subject, "Deep");
    assert!(read.text.contains("message/rfc822"));
}

#[test]
fn only_our_own_server_says_whether_a_sender_is_who_it_says() {
    let of = |results: &str| {
        let read = mail(&format!("{results}\nFrom: Ruth <ruth@brennan.example>"), "");
        verdict(&read, "mx.desk.example")
    };
    for (results, is) in [
        ("X: y", Verdict::Unverified),
        (
            "Authentication-Results: mx.desk.example; dmarc=pass header.from=brennan.example",
            Verdict::Verified,
        ),
        (
            "Authentication-Results: mx.desk.example 1; dkim=pass (2048-bit key; ok) header.d=brennan.example",
            Verdict::Verified,
        ),
        (
            "Authentication-Results: mx.desk.example; dkim=pass header.i=@mail.brennan.example",
            Verdict::Unverified,
        ),
        (
            "Authentication-Results: mx.desk.example; dkim=pass header.d=evil.example",
            Verdict::Unverified,
        ),
        (
            "Authentication-Results: mx.desk.example; dkim=pass header.d=nan.example",
            Verdict::Unverified,
        ),
        (
            "Authentication-Results: mx.desk.example; dkim=pass header.d=example",
            Verdict::Unverified,
        ),
        (
            "Authentication-Results: mx.desk.example; spf=pass smtp.mailfrom=bounce@brennan.example",
            Verdict::Verified,
        ),
        (
            "Authentication-Results: mx.desk.example; spf=pass smtp.mailfrom=brennan.example; dmarc=fail header.from=brennan.example",
            Verdict::Forged,
        ),
        (
            "Authentication-Results: mx.evil.example; dmarc=pass header.from=brennan.example",
            Verdict::Unverified,
        ),
        (
            "Authentication-Results: mx.evil.example; none\nAuthentication-Results: mx.desk.example; dmarc=pass header.from=brennan.example",
            Verdict::Unverified,
        ),
        (
            "Authentication-Results: mx.desk.example (dmarc=pass header.from=brennan.example); none",
            Verdict::Unverified,
        ),
    ] {
        assert_eq!(of(results), is, "{results}");
    }
    let two = mail(
        "Authentication-Results: mx.desk.example; dmarc=pass header.from=a.example\nFrom: a@a.example, b@b.example",
        "",
    );
    assert_eq!(verdict(&two, "mx.desk.example"), Verdict::Unverified);
    assert_eq!(verdict(&two, ""), Verdict::Unverified);
}

#[test]
fn quotes_and_signatures_are_folded_and_never_left_out() {
    let texts = [
        (
            "Yes, please.\n\nOn Mon, 2 Mar 2026 at 10:20, Desk <d@desk.example> wrote:\n> Shall we?\n> Maya\n",
            "Yes, please.",
        ),
        (
            "Ja.\n\nAm 02.03.2026 um 10:20 schrieb Desk:\n\n> Sollen wir?\n",
            "Ja.",
        ),
        ("Yes\n-- \nRuth Brennan\n+49 30 1234\n", "Yes"),
        ("Top\n> one\nMiddle\n> two\nEnd\n", "Top|Middle|End"),
        (
            "Fine\n\n-----Original Message-----\nFrom: a\nSent: b\nShall we?\n",
            "Fine",
        ),
        (
            "Fine\n\nFrom: Maya\nSent: Monday\nTo: Ruth\nSubject: Shall we\n\nShall we?\n",
            "Fine",
        ),
        (
            "Please see to it.\n\n---------- Forwarded message ----------\nFrom: Li\nDate: Monday\nTo: Ruth\n\nIt is broken.\n",
            "Please see to it.\n\n---------- Forwarded message ----------\nFrom: Li\nDate: Monday\nTo: Ruth\n\nIt is broken.",
        ),
        ("> only a quotation\n", "> only a quotation"),
        ("No quotes at all", "No quotes at all"),
        ("", ""),
    ];
    for (text, new) in texts {
        let cut = pieces(text);
        let whole: String = cut.iter().map(|piece| piece.text).collect();
        assert_eq!(whole, text);
        let shown: Vec<&str> = cut
            .iter()
            .filter(|piece| piece.kind == PieceKind::New)
            .map(|piece| piece.text.trim())
            .filter(|text| !text.is_empty())
            .collect();
        assert_eq!(shown.join("|"), new, "{text}");
    }
}

fn safe(html: &str) -> SafeHtml {
    let parts = HashMap::from([("logo".to_owned(), "/messages/1/parts/0".to_owned())]);
    safe_html(
        html,
        &Pictures {
            fetched: HashMap::new(),
            parts,
        },
    )
}

#[test]
fn html_runs_nothing_loads_nothing_and_sends_nothing() {
    for (html, made) in [
        ("<script>alert(1)</script>Hi", "Hi"),
        ("<p onclick=\"x()\">Hi</p>", "<p>Hi</p>"),
        ("<style>@import url(https://t.example)</style>Hi", "Hi"),
        (
            "<p style=\"color: red; background: url(https://t.example)\">Hi</p>",
            "<p style=\"color: red\">Hi</p>",
        ),
        ("<p style=\"position: fixed\">Hi</p>", "<p>Hi</p>"),
        ("<p style=\"color: \\75rl(x)\">Hi</p>", "<p>Hi</p>"),
        (
            "<form action=\"https://t.example\"><input name=a></form>Hi",
            "Hi",
        ),
        ("<iframe src=\"https://t.example\"></iframe>Hi", "Hi"),
        ("<svg><script>x</script></svg>Hi", "Hi"),
        ("<object data=x></object><embed src=x>Hi", "Hi"),
        (
            "<base href=\"https://t.example\"><link rel=stylesheet href=x>Hi",
            "Hi",
        ),
        ("<!-- <p>secret</p> -->Hi", "Hi"),
        (
            "<img src=\"cid:logo\">",
            "<img src=\"/messages/1/parts/0\">",
        ),
        ("<img src=\"/me\">", "<img>"),
        (
            "<html><body>One</body></html><html><body>Two</body></html>",
            "OneTwo",
        ),
    ] {
        assert_eq!(safe(html).html, made, "{html}");
    }
    let link = safe("<a href=\"javascript:x()\">a</a><a href=\"https://a.example\">b</a>").html;
    assert!(!link.contains("javascript"), "{link}");
    assert!(
        link.contains("rel=\"noopener noreferrer nofollow\""),
        "{link}"
    );
}

#[test]
fn pictures_from_elsewhere_are_left_out_until_they_are_asked_for() {
    let html = "<img src=\"https://t.example/pixel.gif\"><img src=\"data:image/svg+xml,x\">";
    let without = safe(html);
    assert!(!without.html.contains("t.example"));
    assert_eq!(without.left_out, 2);
    let pixel = "https://t.example/pixel.gif".to_owned();
    assert_eq!(without.remote, std::slice::from_ref(&pixel));
    // What was fetched is written into the page: nobody asks there.
    let asked = Pictures {
        fetched: HashMap::from([(pixel, "data:image/gif;base64,AA==".to_owned())]),
        parts: HashMap::new(),
    };
    let with = safe_html(html, &asked);
    assert!(with.html.contains("data:image/gif;base64,AA=="));
    assert!(!with.html.contains("t.example") && with.left_out == 1);
}

#[test]
fn a_report_says_for_whom_what_became_of_which_mail() {
    let body = "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; ruth@brennan.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such\r\n user\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <ours@desk.example>\r\nSubject: x\r\n\r\n--b--\r\n";
    let read = mail(
        "From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nMessage-ID: <report@mx.example>\nContent-Type: multipart/report; report-type=delivery-status; boundary=b",
        body,
    );
    let report = read.report.unwrap();
    assert_eq!(report.original.as_deref(), Some("ours@desk.example"));
    assert_eq!(report.worst(), Some(Delivery::Failed));
    let [one] = report.recipients.as_slice() else {
        panic!("{report:?}")
    };
    assert_eq!(
        (one.email.as_str(), one.status.as_str(), one.said.as_str()),
        ("ruth@brennan.example", "5.1.1", "550 no such user")
    );
    assert_eq!(read.automatic, Some(Automatic::Report));
}

#[test]
fn the_same_picture_many_times_has_one_hash_and_is_known_by_its_bytes() {
    let mut body = String::new();
    for _ in 0..43 {
        body.push_str("--b\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\nContent-Disposition: inline\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n");
    }
    body.push_str("--b--\r\n");
    let read = mail(
        "From: a@b.example\nContent-Type: multipart/related; boundary=b",
        &body,
    );
    assert_eq!(read.parts.len(), 43);
    let hashes: std::collections::BTreeSet<_> = read.parts.iter().map(|part| part.sha256).collect();
    assert_eq!(hashes.len(), 1);
    assert_eq!(picture_kind(&read.parts[0].content), Some("image/png"));
    assert_eq!(
        picture_kind(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        None
    );
}
