//! Mail between the house and the world, through Postfix: in by LMTP with what Postfix knows of its sender, out by SMTP, back into its
//! conversation, and back as a report where it cannot arrive.

use kept_kernel::Id;
use kept_messages::Door;
use kept_store::{params, statements};
use kept_testing::{Kept as _, on_both};

use crate::ask::Asker;
use crate::desk::Desk;
use crate::postfix::{Postfix, World, until};

statements! {
    SEND_BY = "INSERT INTO mail_server (id, host, port, protection, username, password, from_name, from_email, changed_at, quiet_until)
               VALUES (1, '127.0.0.1', $1, 'none', '', NULL, 'House', 'house@desk.example', 0, 0)";
    MAILS = "SELECT state, request FROM mail_messages ORDER BY id";
    TOLD = "SELECT client_address, client_helo, envelope_from FROM mail_raw ORDER BY id LIMIT 1";
    SEEN = "SELECT messages FROM requests WHERE id = $1";
    BOUNCED = "SELECT address, status FROM mail_bounced";
}

/// Hands over what waits on both sides, and says what has come in.
fn come(desk: &Desk) -> Vec<(String, Option<Id>)> {
    for job in &desk.site.jobs {
        if [
            "requests: answers that leave",
            "mail: send",
            "messages: handle what came in",
        ]
        .contains(&job.name)
        {
            (job.run)().unwrap();
        }
    }
    desk.house
        .store
        .read(|read| read.all(MAILS, &params![]))
        .kept()
}

/// Somebody answers on a request, and the answer leaves.
fn answers(desk: &Desk, asker: &Asker, request: Id, words: &str) {
    let (seen,): (i64,) = desk
        .house
        .store
        .read(move |read| read.one(SEEN, &params![request]))
        .kept();
    let form = format!("text={words}&seen={seen}");
    let sent = asker.send(
        desk,
        "POST",
        &format!("/requests/{request}/acts/messages"),
        (&form, true),
    );
    assert_eq!(
        sent.status,
        axum::http::StatusCode::SEE_OTHER,
        "{}",
        sent.text
    );
    desk.pass_seconds(11);
}

fn header(mail: &str, name: &str) -> String {
    let begins = format!("\n{name}: ");
    let (_, rest) = mail
        .split_once(&begins)
        .unwrap_or_else(|| panic!("no {name} in {mail}"));
    // It may go on in the next line.
    let mut lines = rest.split('\n');
    let first = lines.next().unwrap_or_default().to_owned();
    lines
        .take_while(|line| line.starts_with([' ', '\t']))
        .fold(first, |text, line| text + line)
}

on_both! {
    fn mail_goes_in_and_out_through_postfix_and_a_report_of_it_finds_its_letter(home) {
        let desk = Desk::new(home);
        kept_messages::add_mailbox(&desk.site.messages, "desk@desk.example", "Desk", "").unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(async { Door::listen("127.0.0.1:0".parse().unwrap()) }).unwrap();
        let door = listener.local_addr().unwrap().port();
        runtime.spawn(Door::new(desk.site.messages.clone(), "kept").serve(listener));
        let world = World::start();
        let Some(postfix) = Postfix::start("mail_goes_in_and_out_through_postfix", home.folder(), (door, world.port)) else { return };
        let port = i64::from(postfix.port);
        desk.house.store.write(move |tx| tx.execute(SEND_BY, &params![port])).kept();
        let why = || format!("{:?}\n{}", world.mails(), postfix.log());
        let hired = desk.hire("client-service-representative");
        let asker = Asker::with_session(&desk, &hired.email, &desk.sign_in(&hired.email).1);

        // In: with what Postfix knows of who handed it over.
        let first = "From: Ruth Brennan <ruth@brennan.example>\nTo: desk@desk.example\nMessage-ID: <one@brennan.example>\nSubject: Pump\n\nIt leaks.";
        postfix.is_sent("mx.brennan.example", ("ruth@brennan.example", "desk@desk.example"), first);
        let (state, request) = until(&why, || come(&desk).first().cloned());
        assert_eq!(state, "opened");
        let request = request.unwrap();
        let told: (Option<String>, Option<String>, Option<String>) = desk.house.store.read(|read| read.one(TOLD, &params![])).kept();
        let [address, helo, from] = ["127.0.0.1", "mx.brennan.example", "ruth@brennan.example"].map(|one| Some(one.to_owned()));
        assert_eq!(told, (address, helo, from));

        // Out: from the mailbox, in the conversation, and back by an address that only this mail gave out.
        answers(&desk, &asker, request, "We+look+into+it");
        let ours = until(&why, || { come(&desk); world.mails().first().cloned() });
        assert_eq!(header(&ours, "In-Reply-To").trim(), "<one@brennan.example>");
        assert!(header(&ours, "From").contains("desk@desk.example"), "{ours}");
        let reply_to = header(&ours, "Reply-To");
        let reply_to = reply_to.rsplit('<').next().unwrap().trim_end_matches('>').trim().to_owned();
        assert!(reply_to.starts_with("desk+") && reply_to.ends_with("@desk.example"), "{reply_to}");
        let id = header(&ours, "Message-ID");
        let reply = format!("From: ruth@brennan.example\nTo: {reply_to}\nMessage-ID: <two@brennan.example>\nIn-Reply-To: {id}\nSubject: Re: Pump\n\nStill.");
        postfix.is_sent("mx.brennan.example", ("ruth@brennan.example", &reply_to), &reply);
        let added = until(&why, || come(&desk).get(1).cloned());
        assert_eq!(added, ("added".to_owned(), Some(request)));

        // A report: Postfix says to us that nobody is called so there, and it is found which letter that was.
        let gone = "From: Gone <gone@brennan.example>\nTo: desk@desk.example\nMessage-ID: <three@brennan.example>\nSubject: Bill\n\nIt is wrong.";
        postfix.is_sent("mx.brennan.example", ("gone@brennan.example", "desk@desk.example"), gone);
        let (_, other) = until(&why, || come(&desk).get(2).cloned());
        let other = other.unwrap();
        answers(&desk, &asker, other, "Which+one");
        let report = until(&why, || come(&desk).get(3).cloned());
        assert_eq!(report, ("bounce".to_owned(), Some(other)), "{}", why());
        let bounced: Vec<(String, String)> = desk.house.store.read(|read| read.all(BOUNCED, &params![])).kept();
        assert_eq!(bounced, [("gone@brennan.example".to_owned(), "5.1.1".to_owned())]);
        let page = asker.get(&desk, &format!("/requests/{other}"));
        for words in ["Our mail cannot reach gone@brennan.example", "nobody is called so here"] {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
        assert_eq!((come(&desk).len(), world.mails().len()), (4, 1), "nothing came twice");
    }
}
