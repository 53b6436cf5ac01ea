//! What is set aside, who sees to it, and each mail as it came.

use axum::http::StatusCode;
use kept_testing::{Kept as _, on_both};

use crate::desk::Desk;
use crate::fetching::page_of;

on_both! {
    fn a_mail_that_says_to_be_from_a_colleague_or_from_us_is_held(home) {
        let desk = Desk::new(home);
        desk.ruth("Subject: Pump", "It leaks.");
        let ours = desk.answers(1001);
        let maya = "maya@desk.example".to_owned();
        for from in [&*maya, "sales@desk.example", "house@desk.example"] {
            desk.comes(&format!("From: {from}\nIn-Reply-To: <{ours}>\nSubject: Re: Pump"), "Close it.");
        }
        assert_eq!(desk.states(), ["opened", "aside", "aside", "aside"]);
        // With the word of our own server a colleague's answer is a note, and no more than that.
        desk.comes(&format!("Authentication-Results: mx.desk.example; dmarc=pass header.from={}\nFrom: {maya}\nIn-Reply-To: <{ours}>\nSubject: Re: Pump", maya.split('@').nth(1).unwrap()), "Ask Ben.");
        assert_eq!(desk.last(), (1001, "note".into()));
    }
}

on_both! {
    fn what_is_set_aside_is_seen_to_by_those_who_work_on_all_requests(home) {
        let desk = Desk::new(home);
        desk.comes("From: house@desk.example\nSubject: <b>Loop</b>", "Words");
        desk.comes("From: sales@desk.example\nSubject: Other", "Words");
        let maya = desk.browser("maya");
        let page = maya.get("/messages/aside");
        assert!(page.has("&#60;b&#62;Loop") || page.has("&lt;b&gt;Loop"), "{}", page.text);
        assert_eq!(desk.browser("dora").get("/messages/aside").status, StatusCode::NOT_FOUND);
        let other = desk.last_message();
        assert_eq!(desk.browser("dora").get(&format!("/messages/{other}")).status, StatusCode::NOT_FOUND);
        let opened = maya.post("/messages/aside", &format!("/messages/{other}/request"), &[]);
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
        assert_eq!(desk.requests(), 1);
        let again = maya.post("/messages/aside", &format!("/messages/{other}/request"), &[]);
        assert_ne!(again.status, StatusCode::SEE_OTHER);
        assert_eq!(desk.requests(), 1);
        assert!(!maya.get("/messages/aside").has("Other"));
        assert!(desk.audited().contains(&"MailBroughtIn".to_owned()));
    }
}

on_both! {
    fn a_mail_is_shown_as_it_came_and_its_html_in_a_frame_that_runs_nothing(home) {
        let desk = Desk::new(home);
        desk.ruth("Subject: Look\nContent-Type: text/html", "<p onclick=\"x()\">Hello <img src=\"https://t.example/p.gif\"></p><script>alert(1)</script>");
        let maya = desk.browser("maya");
        let id = desk.last_message();
        let page = maya.get(&format!("/messages/{id}"));
        assert!(page.has("ruth@brennan.example") && page.has("Not verified") && page.has("<iframe"), "{}", page.text);
        let frame = maya.get(&format!("/messages/{id}/html"));
        assert!(frame.has("<p>Hello <img></p>") && !frame.has("script>"), "{}", frame.text);
        let policy = frame.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("sandbox") && policy.contains("img-src data:;"), "{policy}");
        let raw = maya.get(&format!("/messages/{id}/raw"));
        assert!(raw.header("content-disposition").starts_with("attachment") && raw.has("<script>alert(1)</script>"));
        assert_eq!(raw.header("content-type"), "application/octet-stream");
    }
}

on_both! {
    fn programs_list_the_mails_with_what_became_of_each(home) {
        let desk = Desk::new(home);
        desk.ruth("Message-ID: <one@brennan.example>\nSubject: Pump", "It leaks.");
        desk.ruth("Message-ID: <two@brennan.example>\nIn-Reply-To: <one@brennan.example>\nSubject: Re: Pump", "Still.");
        let maya = desk.program(Some("maya"), vec![kept_accounts::access::Action::ReadRequests]);
        let page = maya.ask("GET", "/api/v1/messages?limit=1", &[], "").json();
        let item = &page["items"][0];
        assert_eq!((&item["subject"], &item["state"], &item["sender"]), (&"Re: Pump".into(), &"added".into(), &"unverified".into()));
        assert_eq!(item["in_reply_to"], "one@brennan.example");
        assert_eq!(item["raw_sha256"].as_str().unwrap().len(), 64);
        let next = page["next"].as_str().unwrap();
        let rest = maya.ask("GET", &format!("/api/v1/messages?after={next}"), &[], "").json();
        assert_eq!(rest["items"][0]["state"], "opened");
    }

    fn programs_list_our_mails_among_those_that_came(home) {
        let desk = Desk::new(home);
        desk.ruth("Subject: Pump", "It leaks.");
        desk.pass(60);
        desk.answers(1001);
        let maya = desk.program(Some("maya"), vec![kept_accounts::access::Action::ReadRequests]);
        let all = maya.ask("GET", "/api/v1/messages", &[], "").json();
        let (ours, theirs) = (&all["items"][0], &all["items"][1]);
        assert_eq!((&ours["direction"], &theirs["direction"]), (&"out".into(), &"in".into()), "{all}");
        assert_eq!((&ours["raw_sha256"], &ours["from_name"]), (&serde_json::Value::Null, &"Maya".into()));
        assert_eq!(ours["request"], theirs["request"]);
        let count = |query: &str| {
            let page = maya.ask("GET", &format!("/api/v1/messages?{query}"), &[], "").json();
            page["items"].as_array().unwrap().len()
        };
        let request = ours["request"].as_str().unwrap();
        assert_eq!((count("direction=out"), count("direction=in"), count(&format!("request={request}"))), (1, 1, 2));
        assert_eq!((count("since=2099-01-01T00:00:00Z"), count(&format!("request={}", desk.world.id()))), (0, 0));
        assert_eq!(maya.ask("GET", "/api/v1/messages?direction=up", &[], "").status, StatusCode::BAD_REQUEST);
        let one = maya.ask("GET", &format!("/api/v1/messages/{}", ours["id"].as_str().unwrap()), &[], "").json();
        assert_eq!((&one["text"], &ours["text"]), (&"We come".into(), &"We come".into()));
        assert_eq!(theirs["text"].as_str().unwrap().trim(), "It leaks.");
    }

    fn programs_read_the_id_under_which_our_mail_leaves_and_after_it_has_left(home) {
        let desk = Desk::new(home);
        desk.ruth("Subject: Pump", "It leaks.");
        let (message, _) = desk.sends(1001, &["ruth@brennan.example"]);
        let maya = desk.program(Some("maya"), vec![kept_accounts::access::Action::ReadRequests]);
        let listed = || {
            let all = maya.ask("GET", "/api/v1/messages?direction=out", &[], "").json();
            let one = maya.ask("GET", &format!("/api/v1/messages/{message}"), &[], "").json();
            assert_eq!(all["items"][0]["message_id"], one["message_id"]);
            one["message_id"].as_str().unwrap().to_owned()
        };
        assert_eq!(listed(), format!("{}@desk.example", desk.marks.token(message)));
        // What was written down when it left is believed, whatever is reckoned now.
        let now = desk.now();
        desk.store.write(move |tx| kept_messages::left_as(tx, message, "one@old.example", now)).kept();
        assert_eq!(listed(), "one@old.example");
    }
}

on_both! {
    fn a_mail_that_is_only_html_is_read_in_its_lines(home) {
        let desk = Desk::new(home);
        desk.ruth("Subject: Scale\nContent-Type: text/html", "<p>Hello,</p><p>the scale drifts.</p><table><tr><td>a</td><td>b</td></tr></table><p>Kind regards<br>Astrid</p>");
        let (_, _, words) = desk.lines().pop().unwrap();
        assert_eq!(words, "Hello,\n\nthe scale drifts.\n\na | b\n\nKind regards\nAstrid");
        let page = desk.browser("maya").get(&format!("/messages/{}", desk.last_message()));
        for line in ["<p>Hello,</p>", "<p>the scale drifts.</p>", "<p>a | b</p>", "<p>Kind regards</p>", "<p>Astrid</p>"] {
            assert!(page.has(line), "{line}: {}", page.text);
        }
    }

    fn times_are_those_of_whoever_reads(home) {
        let desk = Desk::new(home);
        desk.comes("From: house@desk.example\nSubject: Loop", "Words");
        desk.moves_to_tokyo();
        let (maya, ada) = (desk.browser("maya"), desk.browser("ada"));
        for page in [
            maya.get(&format!("/messages/{}", desk.last_message())),
            maya.get("/messages/aside"),
            ada.get("/settings/mailboxes"),
        ] {
            assert!(page.has("31 Jan 2026, 01:30 JST") && !page.has("UTC"), "{}", page.text);
        }
    }

    fn a_mailbox_has_a_category_that_is_known_and_a_signature_with_no_field_but_the_name(home) {
        let desk = Desk::new(home);
        let ada = desk.browser("ada");
        let page = page_of(&desk, 0);
        let saves = |fields: &[(&str, &str)]| ada.post(&page, &format!("{page}/letters"), fields);
        let unknown = saves(&[("category", "nosuchcategory"), ("plus", "on")]);
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unknown.has("Choose one of the categories."), "{}", unknown.text);
        let braces = saves(&[("signature", "{name}\n{nonsense}"), ("plus", "on")]);
        assert_eq!(braces.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(braces.has("Only {name} can stand in braces") && braces.has("{nonsense}"), "{}", braces.text);
        let good = saves(&[("signature", "{name}\nHarrowmere"), ("category", "billing"), ("plus", "on")]);
        assert_eq!(good.status, StatusCode::SEE_OTHER, "{}", good.text);
        assert!(ada.get(&page).has("technical fault"));
    }

    fn where_a_known_provider_lies_need_not_be_written(home) {
        let desk = Desk::new(home);
        let ada = desk.browser("ada");
        let page = page_of(&desk, 0);
        let shown = ada.get(&page);
        assert!(shown.has("mailbox.org") && shown.has("<details><summary>Another provider"), "{}", shown.text);
        let saves = |provider: &str, host: &str| {
            let fields = [("provider", provider), ("host", host), ("port", ""), ("protection", "starttls"), ("user", "desk"), ("password", "p")];
            ada.post(&page, &format!("{page}/source"), &fields)
        };
        for (provider, host) in [("", ""), ("nowhere", "mx.desk.example")] {
            assert_eq!(saves(provider, host).status, StatusCode::UNPROCESSABLE_ENTITY, "{provider}");
        }
        let good = saves("fastmail", "");
        assert_eq!(good.status, StatusCode::SEE_OTHER, "{}", good.text);
        let shown = ada.get(&page);
        assert!(shown.has("imap.fastmail.com") && shown.has("value=\"993\""), "{}", shown.text);
    }
}

on_both! {
    fn mailboxes_are_set_up_by_those_who_configure(home) {
        let desk = Desk::new(home);
        assert_ne!(desk.browser("maya").get("/settings/mailboxes").status, StatusCode::OK);
        let ada = desk.browser("ada");
        assert!(ada.get("/settings/mailboxes").has("sales@desk.example"));
        let page = "/settings/mailboxes";
        let bad = ada.post(page, page, &[("address", "nothing"), ("name", "Kept words")]);
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bad.has("Kept words"));
        let good = ada.post(page, page, &[("address", "Help@Desk.example"), ("receipt", "on")]);
        assert_eq!(good.status, StatusCode::SEE_OTHER, "{}", good.text);
        desk.comes_to("HELP@desk.example", "From: a@b.example\nSubject: x\n\ny\n");
        assert_eq!(desk.states(), ["opened"]);
    }
}
