use super::*;

const SHORT: &str = "LHLO mx.example\r\nMAIL FROM:<ruth@brennan.example> SIZE=100\r\nRCPT TO:<desk@desk.example>\r\nRCPT TO:<no@desk.example>\r\nDATA\r\nSubject: Hi\r\n\r\n..dot\r\n.\r\nQUIT\r\n";

/// Plays a session; says what was said, and what was kept.
fn played(pieces: &[&[u8]]) -> (String, Vec<Vec<u8>>) {
    let (mut session, hello) = Session::new("desk.example", 1_000);
    let (mut said, mut kept) = (hello.text, Vec::new());
    for piece in pieces {
        session.take(piece);
        while let Some(line) = session.next_line() {
            match line {
                Line::Recipient(to) => session.recipient(Some(to == "desk@desk.example")),
                Line::Mail { bytes, to, .. } => {
                    kept.push(bytes);
                    session.kept(&vec![Some(true); to.len()]);
                }
                Line::TooLarge { .. } | Line::Nothing => {}
            }
        }
        said.extend(session.reply().map(|reply| reply.text));
    }
    (said, kept)
}

#[test]
fn a_mail_is_kept_as_it_was_sent_and_only_for_known_mailboxes() {
    let (said, kept) = played(&[SHORT.as_bytes()]);
    assert_eq!(kept, [b"Subject: Hi\r\n\r\n.dot\r\n".to_vec()]);
    assert_eq!(said.matches("250 2.0.0 It is kept").count(), 1, "{said}");
    assert!(
        said.contains("550 5.1.1") && said.ends_with("221 2.0.0 Goodbye\r\n"),
        "{said}"
    );
}

#[test]
fn a_session_says_the_same_wherever_it_is_cut_into_pieces() {
    let whole = played(&[SHORT.as_bytes()]);
    for at in 0..SHORT.len() {
        let (one, other) = SHORT.as_bytes().split_at(at);
        assert_eq!(played(&[one, other]), whole, "cut at {at}");
    }
    let bytes: Vec<&[u8]> = SHORT.as_bytes().chunks(1).collect();
    assert_eq!(played(&bytes), whole);
}

#[test]
fn a_line_that_breaks_before_the_dot_keeps_nothing_and_promises_nothing() {
    let end = SHORT.find("\r\n.\r\n").unwrap() + 5;
    for at in 0..end {
        let (said, kept) = played(&[&SHORT.as_bytes()[..at]]);
        assert!(
            kept.is_empty() && !said.contains("It is kept"),
            "cut at {at}"
        );
    }
}

/// What some program somewhere takes for the end of a line.
const ENDS: [&[u8]; 14] = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\n\r",
    b"\r\r\n",
    b"\r\n\r",
    b"\n\r\n",
    b"\0\r\n",
    b"\r\0\n",
    b"\r\n\0",
    b"\x0b",
    b"\x0c",
    // The next line of ISO 8859, and the separator of lines of Unicode.
    b"\xc2\x85",
    b"\xe2\x80\xa8",
];
/// What some program somewhere takes for the dot alone.
const DOTS: [&[u8]; 8] = [
    b".",
    b"..",
    b". ",
    b" .",
    b".\t",
    b".\0",
    b"\0.",
    b"\xef\xbc\x8e",
];

#[test]
fn no_second_mail_is_smuggled_within_a_first_one() {
    let mut tried = 0;
    for (before, dot, after) in ENDS.iter().flat_map(|before| {
        let dots = DOTS.iter();
        dots.flat_map(move |dot| ENDS.iter().map(move |after| (*before, *dot, *after)))
    }) {
        let end = [before, dot, after].concat();
        let real = end.windows(5).position(|five| five == b"\r\n.\r\n");
        let is_bare = |bytes: &[u8]| bytes.contains(&b'\r') || bytes.contains(&b'\n');
        if real.is_some_and(|at| at + 5 == end.len() && !is_bare(&end[..at])) {
            // There it ends for everybody.
            continue;
        }
        for hello in ["LHLO a", "EHLO a"] {
            let head = format!(
                "{hello}\r\nMAIL FROM:<>\r\nRCPT TO:<desk@desk.example>\r\nDATA\r\nA: b\r\n\r\none"
            );
            let tail = "MAIL FROM:<evil@example.org>\r\nRCPT TO:<desk@desk.example>\r\nDATA\r\nsecond\r\n.\r\n";
            let session = [head.as_bytes(), &end, tail.as_bytes()].concat();
            let (said, kept) = played(&[&session]);
            let begins_anew = kept.iter().any(|mail| mail.starts_with(b"second"));
            assert!(!begins_anew && kept.len() <= 1, "{end:?}: {said}");
            if let [whole] = &kept[..] {
                // It is one mail, in which the rest stands as words, unless its end was a real one.
                assert!(
                    real.is_some() || whole.ends_with(b"DATA\r\nsecond\r\n"),
                    "{end:?}"
                );
                assert_eq!(said.matches("It is kept").count(), 1, "{end:?}");
            } else {
                assert!(said.contains("550 5.6.0"), "{end:?}: {said}");
                assert!(
                    !said.contains("354 Send it, and end it with a dot alone\r\n250"),
                    "{end:?}: {said}"
                );
            }
            tried += 1;
        }
    }
    assert!(tried > 3_000, "{tried}");
}

#[test]
fn no_second_mail_is_smuggled_by_announcing_bytes_or_within_a_command() {
    // Nothing is announced here that would let a mail be counted instead of ended.
    let (said, kept) = played(&[
        b"EHLO a\r\nMAIL FROM:<a@b.example> BODY=BINARYMIME\r\nRCPT TO:<desk@desk.example>\r\nBDAT 86 LAST\r\nA: b\r\n\r\nx\r\n",
    ]);
    assert!(kept.is_empty() && !said.contains("CHUNKING"), "{said}");
    for hidden in ["\r", "\n", "\0"] {
        let session = format!(
            "LHLO a\r\nMAIL FROM:<a@b.example>{hidden}RCPT TO:<desk@desk.example>{hidden}DATA\r\nx\r\n.\r\n"
        );
        let (said, kept) = played(&[session.as_bytes()]);
        assert!(
            kept.is_empty() && !said.contains("354"),
            "{hidden:?}: {said}"
        );
    }
}

#[test]
fn a_browser_that_is_led_here_hands_over_no_mail() {
    let body = "LHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<desk@desk.example>\r\nDATA\r\nA: b\r\n\r\nx\r\n.\r\n";
    for verb in ["POST", "PUT", "get", "OPTIONS"] {
        let asked = format!("{verb} / HTTP/1.1\r\nHost: desk.example:2003\r\n\r\n{body}");
        let (said, kept) = played(&[asked.as_bytes()]);
        assert!(
            kept.is_empty() && said.ends_with("521 5.7.0 This is no web server\r\n"),
            "{said}"
        );
    }
}

#[test]
fn what_is_too_large_is_refused_when_it_is_announced_and_when_it_is_not() {
    let announced = "LHLO a\r\nMAIL FROM:<a@b.example> SIZE=2000\r\nRCPT TO:<desk@desk.example>\r\nRCPT TO:<no@desk.example>\r\nDATA\r\n";
    let (said, kept) = played(&[announced.as_bytes()]);
    assert_eq!(said.matches("552 5.3.4").count(), 1, "{said}");
    assert!(
        kept.is_empty() && said.contains("550 5.1.1") && said.contains("503 5.5.1"),
        "{said}"
    );
    // What was announced is of that mail alone.
    let (said, _) = played(&[format!(
        "{announced}RSET\r\n{}",
        SHORT.trim_start_matches("LHLO mx.example\r\n")
    )
    .as_bytes()]);
    assert!(said.contains("250 2.0.0 It is kept"), "{said}");
    let lines = format!("{}\r\n", "x".repeat(60)).repeat(40);
    let many = format!(
        "EHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<desk@desk.example>\r\nDATA\r\n{lines}.\r\nNOOP\r\n"
    );
    let (said, kept) = played(&[many.as_bytes()]);
    assert!(
        kept.is_empty() && said.contains("552 5.3.4") && said.ends_with("Still here\r\n"),
        "{said}"
    );
}

#[test]
fn of_what_is_too_large_the_beginning_and_the_size_are_known() {
    let (mut session, _) = Session::new("desk.example", 1_000);
    let mail = format!("Subject: Large\r\n\r\n{}", "x\r\n".repeat(1_000));
    let said = format!(
        "LHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<desk@desk.example>\r\nDATA\r\n{mail}.\r\n"
    );
    session.take(said.as_bytes());
    let mut found = None;
    while let Some(line) = session.next_line() {
        match line {
            Line::Recipient(_) => session.recipient(Some(true)),
            Line::TooLarge {
                from,
                to,
                size,
                head,
            } => found = Some((from, to, size, head)),
            Line::Mail { .. } => panic!("it is too large"),
            Line::Nothing => {}
        }
    }
    let (from, to, size, head) = found.unwrap();
    assert_eq!(
        (&*from, &to[..]),
        ("a@b.example", &["desk@desk.example".to_owned()][..])
    );
    assert_eq!(size, mail.len() as u64);
    assert!(head.starts_with(b"Subject: Large\r\n\r\n"));
}

#[test]
fn only_a_server_of_our_own_tells_who_handed_a_mail_to_it() {
    const MAIL: &str =
        "MAIL FROM:<a@b.example>\r\nRCPT TO:<desk@desk.example>\r\nDATA\r\nA: b\r\n\r\nx\r\n.\r\n";
    let told = |session: Session, lines: &str| {
        let mut session = session;
        session.take(format!("LHLO a\r\n{lines}{MAIL}{MAIL}").as_bytes());
        let mut clients = Vec::new();
        while let Some(line) = session.next_line() {
            match line {
                Line::Recipient(_) => session.recipient(Some(true)),
                Line::Mail { client, .. } => {
                    clients.push(client);
                    session.kept(&[Some(true)]);
                }
                Line::TooLarge { .. } | Line::Nothing => {}
            }
        }
        (clients, session.reply().unwrap().text)
    };
    let fresh = || Session::new("desk.example", 1_000).0;
    let lines = "XFORWARD NAME=x ADDR=192.0.2.7\r\nXFORWARD HELO=mx+2Ebrennan.example\r\n";
    let (clients, said) = told(fresh().trusted(), lines);
    let seven = (
        "192.0.2.7".parse().unwrap(),
        "mx.brennan.example".to_owned(),
    );
    // What was told is of the next mail alone.
    assert_eq!(clients, [Some(seven), None]);
    assert!(said.contains("250-XFORWARD"), "{said}");
    let (clients, said) = told(fresh(), lines);
    assert_eq!(clients, [None, None]);
    assert!(
        !said.contains("XFORWARD") && said.matches("502").count() == 2,
        "{said}"
    );
    let (clients, _) = told(fresh().trusted(), "XFORWARD ADDR=IPV6:2001:db8::1\r\n");
    assert!(clients[0].as_ref().unwrap().0.is_ipv6());
    let (clients, _) = told(fresh().trusted(), "XFORWARD ADDR=[UNAVAILABLE]\r\n");
    assert_eq!(clients, [None, None]);
}

#[test]
fn nobody_gets_far_with_noise() {
    let noise: Vec<u8> = (0..200_000_u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let (_, kept) = played(&[&noise]);
    assert!(kept.is_empty());
    let (said, _) = played(&["x\r\n".repeat(50).as_bytes()]);
    assert_eq!(said.matches("502").count(), 10);
    assert!(said.ends_with("421 4.7.0 Too many mistakes\r\n"));
    let (said, _) = played(&[b"MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n"]);
    assert_eq!(said.matches("503").count(), 3);
}
