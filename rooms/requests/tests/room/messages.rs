//! All messages in one list, and writing to a client first.

use axum::http::StatusCode;
use kept_journal::outbox;
use kept_kernel::{Id, Instant};
use kept_mail::Letter;
use kept_store::{params, statements};
use kept_testing::{Kept as _, on_both};

use crate::desk::Desk;

statements! {
    RUTH = "SELECT id FROM contacts WHERE name = 'Ruth Brennan'";
    READERS = "SELECT email FROM request_people ORDER BY email";
}

fn ruth(desk: &Desk) -> String {
    let (id,): (Id,) = desk.store.read(|read| read.one(RUTH, &params![])).kept();
    id.to_string()
}

fn letters(desk: &Desk) -> Vec<Letter> {
    let start = (Instant::MAX, Id::from_bytes([0xff; 16]));
    let all = desk
        .store
        .read(move |read| outbox::lately(read, kept_mail::TOPIC, start, 100));
    all.kept()
        .iter()
        .map(|one| Letter::read(&one.body).unwrap())
        .collect()
}

on_both! {
    fn all_messages_stand_in_one_list_for_whoever_reads_their_requests(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice");
        desk.pass(60);
        maya.did(&id, "messages", &[("voice", "us"), ("text", "We look into it.")]);
        maya.did(&id, "messages", &[("voice", "note"), ("text", "Ask the accounts.")]);
        let all = maya.get("/messages");
        assert!(all.has("We look into it.") && all.has("We were billed for twelve.") && all.has("waiting to leave"), "{}", all.text);
        assert!(!all.has("Ask the accounts."), "notes are not messages");
        let sees = |way: &str, words: &str| maya.get(&format!("/messages?{way}")).has(words);
        assert!(sees("view=in", "billed for twelve") && !sees("view=in", "We look into it."));
        assert!(sees("view=mine", "We look into it.") && !sees("view=mine", "billed for twelve"));
        assert!(sees("channel=phone", "billed for twelve") && !sees("channel=phone", "We look into it."));
        assert!(sees("state=waiting+to+leave", "We look into it.") && !sees("state=delivered", "We look into it."));
        assert!(sees("q=Invoice", "We look into it.") && !sees("q=nothing", "We look into it."));
        let dora = desk.browser("dora").get("/messages");
        assert_eq!(dora.status, StatusCode::OK);
        assert!(!dora.has("We look into it."), "it is out of her reach");
    }

    fn the_list_goes_on_where_the_page_ends(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        let id = maya.note("Invoice");
        for number in 0..51 {
            desk.pass(60);
            maya.did(&id, "messages", &[("voice", "us"), ("text", &format!("Word {number}."))]);
        }
        let first = maya.get("/messages?view=out");
        assert!(first.has("Word 50.") && !first.has("Word 0."), "{}", first.text);
        let (_, rest) = first.text.split_once("/messages?view=out&#38;after=").unwrap();
        let after = rest.split('"').next().unwrap().replace("&#38;", "&");
        let next = maya.get(&format!("/messages?view=out&after={after}"));
        assert!(next.has("Word 0.") && !next.has("Word 50."), "{}", next.text);
    }

    fn writing_first_opens_a_request_of_its_own(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        maya.note("Invoice");
        let (page, to) = ("/messages/new", ruth(&desk));
        assert!(maya.get(&format!("{page}?who=Ruth")).has("ruth@brennan.example"));
        let chosen = format!("{page}?contact={to}");
        assert!(maya.get(&chosen).has("Ruth Brennan &#60;ruth@brennan.example&#62;") || maya.get(&chosen).has("Ruth Brennan &lt;ruth@brennan.example&gt;"));
        let fields = [("contact", to.as_str()), ("cc_to", "Li <li@brennan.example>, boss@brennan.example"), ("subject", "Your new scales"),
            ("text", "Hello Ruth, we will send them by Tuesday noon."), ("promised", "2026-02-03T12:00 by Tuesday noon")];
        let sent = maya.post(page, page, &fields);
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        let request = maya.get(&sent.header("location"));
        assert!(request.has("Your new scales") && request.has("by Tuesday noon") && request.has("with maya"), "{}", request.text);
        let letter = letters(&desk).into_iter().next().unwrap();
        assert_eq!(letter.cc.len(), 2);
        assert!(letter.subject.ends_with("Your new scales"), "{}", letter.subject);
        let readers: Vec<(String,)> = desk.store.read(|read| read.all(READERS, &params![])).kept();
        assert_eq!(readers.len(), 2, "they read what follows too");
        let events = desk.events();
        assert!(events.ends_with(&["open-request-for-client".into(), "make-promise".into(), "answer-request".into()]), "{events:?}");
    }

    fn looking_for_whom_to_write_to_keeps_what_was_written(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        maya.note("Invoice");
        let (page, look, to) = ("/messages/new", "/messages/answers/whom", ruth(&desk));
        let written = [("cc_to", "li@brennan.example"), ("subject", "Your new scales"), ("text", "Hello, half a")];
        let keeps = |fields: &[(&str, &str)]| {
            let shown = maya.post(page, look, &[&written[..], fields].concat());
            assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", shown.text);
            let kept = ["li@brennan.example", "Your new scales", "Hello, half a</textarea>"];
            assert!(kept.iter().all(|words| shown.has(words)), "{}", shown.text);
            shown
        };
        let chosen = format!("name=\"contact\" value=\"{to}\"");
        let found = keeps(&[("who", "Ruth")]);
        assert!(found.has(&format!("name=\"whom\" value=\"{to}\"")) && !found.has(&chosen), "{}", found.text);
        assert!(keeps(&[("who", "Ruth"), ("whom", &to)]).has(&chosen));
        let another = keeps(&[("contact", &to), ("who", "Ruth")]);
        assert!(!another.has(&chosen) && another.has("name=\"whom\""), "{}", another.text);
        assert!(keeps(&[("who", "Nobody at all")]).has("Nobody is known by that."));
    }

    fn what_is_written_first_can_be_taken_back_and_sent_again(home) {
        let desk = Desk::holding(home, 10);
        let (maya, page) = (desk.browser("maya"), "/messages/new");
        let fields = [("email", "Eve <eve@new.example>"), ("subject", "Hello"), ("text", "Words that are sent to soon.")];
        let sent = maya.post(page, page, &fields);
        let place = sent.header("location");
        let request = maya.get(&place);
        assert!(request.has("leaves in a moment") && letters(&desk).is_empty(), "{}", request.text);
        let id = place.rsplit('/').next().unwrap();
        maya.did(id, "recall", &[]);
        desk.pass(11);
        desk.round();
        assert!(letters(&desk).is_empty());
        assert!(maya.get(&place).has("Words that are sent to soon."), "they are there to go on with");
        maya.did(id, "messages", &[("voice", "us"), ("text", "Words.")]);
        desk.pass(11);
        desk.round();
        assert_eq!(letters(&desk).len(), 1);
    }

    fn files_are_attached_on_the_request_that_the_message_will_stand_on(home) {
        let desk = Desk::new(home);
        let (maya, page) = (desk.browser("maya"), "/messages/new");
        let files = "/messages/answers/files";
        let nobody = maya.post(page, files, &[("email", ""), ("subject", "Hello"), ("text", "Half a")]);
        assert!(nobody.status == StatusCode::UNPROCESSABLE_ENTITY && nobody.has("Half a"), "{}", nobody.text);
        let fields = [("email", "eve@new.example"), ("cc_to", "li@new.example"), ("subject", "Hello"), ("text", "Half a")];
        let opened = maya.post(page, files, &fields);
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
        let place = opened.header("location");
        let request = maya.get(&place);
        assert!(request.has("Half a</textarea>") && request.has("li@new.example"), "{}", request.text);
        assert!(letters(&desk).is_empty());
        assert!(!maya.get(page).has("Half a"), "it is begun there now");
    }

    fn a_stranger_is_written_to_by_address_and_faults_keep_what_was_typed(home) {
        let desk = Desk::new(home);
        let (maya, page) = (desk.browser("maya"), "/messages/new");
        let send = |email: &str, cc: &str, text: &str| {
            maya.post(page, page, &[("email", email), ("cc_to", cc), ("subject", "Hello"), ("text", text)])
        };
        for (email, cc, text, says) in [
            ("nobody", "", "Words.", "address"),
            ("eve@new.example\r\nBcc: x@y.example", "", "Words.", "address"),
            ("eve@new.example", "one, two", "Words.", "Write up to 20 addresses"),
            ("eve@new.example", "", "Dear [[first name]].", "Fill in [[first name]] first."),
        ] {
            let refused = send(email, cc, text);
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{email} {cc}");
            assert!(refused.has(says) && refused.has(text), "{says}: {}", refused.text);
        }
        assert_eq!(desk.events(), Vec::<String>::new());
        assert_eq!(send("Eve <eve@new.example>", "", "Words.").status, StatusCode::SEE_OTHER);
        assert_eq!(desk.browser("helen").get(page).status, StatusCode::NOT_FOUND, "she handles no requests");
    }

    fn what_was_begun_to_somebody_is_there_again(home) {
        let desk = Desk::new(home);
        let maya = desk.browser("maya");
        maya.note("Invoice");
        let to = ruth(&desk);
        let page = format!("/messages/new?contact={to}");
        let shown = maya.get(&page);
        let (_, rest) = shown.text.split_once("name=\"opened\" value=\"").unwrap();
        let opened = rest.split('"').next().unwrap().to_owned();
        let begun = [("contact", to.as_str()), ("subject", "Your scales"), ("text", "Hello Ruth, half a"), ("opened", opened.as_str())];
        let checked = maya.post(&page, "/messages/answers/check", &begun);
        assert!(checked.has("No day named.") || checked.has("Next step") || checked.has("Nothing to remark"), "{}", checked.text);
        let again = maya.get("/messages/new");
        assert!(again.has("half a") && again.has("Your scales") && again.has("Ruth Brennan"), "{}", again.text);
    }
}
