//! Made-up messages and what is remarked on them: by kind and words, in the order of the text.

use kept_wording::{About, HouseWord, Kind, Limits, Remark, check, look};

use crate::{calendar, now};

/// The remarks on a message to Sanna Aalto.
fn remarked(text: &str) -> Vec<Remark> {
    let calendar = calendar();
    let about = About {
        contact: Some("Sanna Aalto"),
        ..About::new(now(), &calendar)
    };
    check(text, &about)
}

fn words(text: &str, remarks: &[Remark]) -> Vec<(Kind, String)> {
    let remarks = remarks.iter();
    remarks
        .map(|one| (one.kind, text.get(one.range.clone()).unwrap().to_owned()))
        .collect()
}

/// What is remarked on a sentence that stands in an otherwise good message.
fn within(sentence: &str) -> Vec<(Kind, String)> {
    let text = format!("Hello Sanna,\n\n{sentence}\n\nYou hear from us by Friday.\n\nMaya");
    words(&text, &remarked(&text))
}

#[test]
fn good_messages_go_without_a_word() {
    for text in [
        "Hello Sanna,\n\nYour log made it clear. The sensor is fine: at 4 °C the table in the old version adds about 0.4. \
         Version 3.2 corrects it.\n\nUntil then, subtract 0.4 below 8 °C. I will tell you by Thursday noon when we can update hall 3.\n\nMaya Okonkwo",
        "Thank you, Sanna, we have it. Tomás Rivera looks at it now; you hear from him by 12:20.",
        "Good morning Sanna. The readings are right above 8 °C; below that I would check by hand. Could you send me the log of hall 3 \
         from Monday to today? I will write again by Thursday afternoon.",
        "Dear Ms Aalto,\n\nyour new invoice is attached. The old one is cancelled, and nothing is left for you to do.\n\nKind regards\nJonas",
        "Hi Sanna, here is the key you asked for. Is there anything else?",
        "Hello Sanna,\n\nwe cannot deliver on Thursday, but we can on Friday morning. Would that help?\n\nMaya",
        "Sanna, the parcel left our house this morning. It will be with you on Friday at noon.\n\n> I want it as soon as possible!!\n> ASAP",
        "Hello Sanna,\n\n- the pump is replaced\n- the filter is clean\n- the report is attached\n\nPlease tell us whether all is well now.",
        "Hello Sanna,\n\nas soon as we have the log we look at it. You hear from us by Tuesday.\n\nMaya",
    ] {
        let remarks = remarked(text);
        assert!(remarks.is_empty(), "{text}\n{remarks:#?}");
        let sent_by_a_form = remarked(&text.replace('\n', "\r\n"));
        assert_eq!(sent_by_a_form, [], "{text}");
    }
}

/// Whether a capital stands in the middle: a line that begins with one begins a sentence.
fn has_large(sentence: &str) -> bool {
    sentence.chars().skip(1).any(char::is_uppercase)
}

#[test]
fn what_could_be_said_better_is_found_in_its_place() {
    use Kind::{Grammar, Jargon, Negative, Shouting, Spelling, Stiff, Vague};
    let mut wrong = Vec::new();
    for (sentence, kind, said) in [
        (
            "Unfortunately, we cannot change it.",
            Negative,
            "Unfortunately, we cannot",
        ),
        ("We are unable to change it.", Negative, "We are unable to"),
        (
            "There is nothing we can do.",
            Negative,
            "There is nothing we can do",
        ),
        ("You failed to attach the form.", Negative, "You failed to"),
        ("You forgot to attach the form.", Negative, "You forgot to"),
        ("You should have told us.", Negative, "You should have"),
        ("You claim that it broke.", Negative, "You claim that"),
        (
            "As I already said, it is new.",
            Negative,
            "As I already said",
        ),
        ("You must sign it.", Negative, "You must"),
        ("It is against our policy.", Negative, "our policy"),
        ("That is not my department.", Negative, "not my department"),
        ("I don’t know why.", Negative, "I don’t know"),
        ("Obviously it broke.", Negative, "Obviously"),
        ("Let us touch base.", Jargon, "touch base"),
        ("The SLA is met.", Jargon, "SLA"),
        ("We found a workaround.", Jargon, "workaround"),
        ("We found the root-cause.", Jargon, "root-cause"),
        ("Your ticket is open.", Jargon, "ticket"),
        ("We did it in order to help.", Stiff, "in order to"),
        (
            "Please do not hesitate to contact us.",
            Stiff,
            "Please do not hesitate to contact us",
        ),
        ("Prior to that it was red.", Stiff, "Prior to"),
        (
            "Please find attached the form.",
            Stiff,
            "Please find attached",
        ),
        ("We utilised the form.", Stiff, "utilised"),
        (
            "We apologise for any inconvenience this may have caused.",
            Stiff,
            "We apologise for any inconvenience this may have caused",
        ),
        (
            "It was red due to the fact that it was old.",
            Stiff,
            "due to the fact that",
        ),
        (
            "We will reply as soon as possible.",
            Vague,
            "as soon as possible",
        ),
        ("We will reply ASAP.", Vague, "ASAP"),
        ("We will reply soon.", Vague, "soon"),
        ("We will reply shortly.", Vague, "shortly"),
        ("We will look into it.", Vague, "We will look into it"),
        ("We will keep you posted.", Vague, "We will keep you posted"),
        ("We will do our best.", Vague, "We will do our best"),
        ("Do NOT open it.", Shouting, "NOT"),
        ("OPEN THE BOX slowly.", Shouting, "OPEN THE BOX"),
        ("It is open!!", Shouting, "!!"),
        ("Really?!", Shouting, "?!"),
        ("We recieved the form.", Spelling, "recieved"),
        ("It is definately open.", Spelling, "definately"),
        ("It dont work.", Spelling, "dont"),
        ("We should of told you.", Grammar, "should of"),
        ("This is the the form.", Grammar, "the the"),
        ("This is a error.", Grammar, "a error"),
        ("It took an minute.", Grammar, "an minute"),
        ("It took a hour.", Grammar, "a hour"),
        ("Then i saw it.", Grammar, "i"),
        ("It is more then that.", Grammar, "more then"),
    ] {
        let found = within(sentence);
        if found != [(kind, said.to_owned())] {
            wrong.push((sentence, found));
        }
        let wrapped = within(&sentence.replace(' ', "\r\n"));
        if wrapped != [(kind, said.replace(' ', "\r\n"))] && !has_large(sentence) {
            wrong.push((sentence, wrapped));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn words_that_are_mixed_up_are_found_by_those_around_them() {
    let mut wrong = Vec::new();
    for (sentence, kind, said) in [
        ("Its to late for that.", Kind::Grammar, "Its to late"),
        ("Its too late for that.", Kind::Grammar, "Its too"),
        ("I think its broken.", Kind::Grammar, "its broken"),
        ("Their is a problem.", Kind::Grammar, "Their is"),
        ("Your wrong.", Kind::Grammar, "Your wrong"),
        ("Please advice.", Kind::Grammar, "Please advice"),
        ("We is looking at it.", Kind::Grammar, "We is"),
        ("It is better then before.", Kind::Grammar, "better then"),
        (
            "It is easy to loose your place.",
            Kind::Grammar,
            "to loose your",
        ),
        ("We didn’t received it.", Kind::Grammar, "didn’t received"),
        ("We could of told you.", Kind::Grammar, "could of"),
        ("There is alot of it.", Kind::Spelling, "alot"),
        ("We have it,, thanks.", Kind::Grammar, ",,"),
        ("It comes by on Monday.", Kind::Grammar, "by on Monday"),
    ] {
        let found = within(sentence);
        if found != [(kind, said.to_owned())] {
            wrong.push((sentence, found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_right_is_left_alone() {
    for sentence in [
        "The PDF for HALL 3 lies in the USB stick.",
        "It was a useful hour with a European team and an honest one.",
        "An SMS was sent, and a unit is on its way.",
        "The work that had had to wait is done.",
        "If you need to see it, it is here.",
        "The code is `utilise` and `ASAP`.",
        "It lies at https://a.example/in-order-to/asap for you.",
        "It took an hour.",
        "Hall A is open, and so is LOG_ALL.",
        "The File file is there.",
        "For instance the red one.",
        "Its cable is too long to lose.",
        "They went to London, and their luggage is there.",
        "Of its parts the cover is red.",
        "Your wrong order and your correct address are here.",
        "They welcome your advice.",
        "We could of course help.",
        "If it gets better then we close it.",
        "It is better, then worse.",
        "It was better then.",
        "It is down to loose screws, and one came loose.",
        "It leads from early to late autumn.",
        "The switch on your right is red.",
        "Its working hours are those of the house.",
        "There are more than ten of their devices.",
        "It is in System.Text and in java.util.List.",
        "The plan is to close it, and to slow the pump.",
        "It amounts to much the same.",
    ] {
        assert_eq!(within(sentence), [], "{sentence}");
    }
}

#[test]
fn a_space_that_is_missing_between_two_sentences_is_remarked() {
    let text = "Hello Sanna,\n\nit is done.We write by Friday.\n\nMaya";
    let remarks = remarked(text);
    let found = words(text, &remarks);
    assert_eq!(found, [(Kind::Grammar, "done.We".to_owned())]);
    assert_eq!(remarks.first().unwrap().instead, ["done. We"]);
    assert_eq!(within("See keptd.conf, and kept.Store(1)."), []);
}

#[test]
fn a_plain_way_stands_beside_the_stiff_one_as_large_as_it() {
    for (text, instead) in [
        ("Hello Sanna, in order to help we write by Friday.", "to"),
        ("Hello Sanna. In order to help we write by Friday.", "To"),
        ("Hello Sanna. Prior to that we write by Friday.", "Before"),
        (
            "Hello Sanna. Unfortunatly, it broke. We write by Friday.",
            "Unfortunately",
        ),
        (
            "Hello Sanna. The tickets are open. We write by Friday.",
            "requests",
        ),
        (
            "Hello Sanna. Regrettably it broke. We write by Friday.",
            "What we can do is …",
        ),
        (
            "Hello Sanna. I’m afraid it broke. We write by Friday.",
            "What I can do is …",
        ),
    ] {
        let remarks = remarked(text);
        assert_eq!(remarks.first().unwrap().instead, [instead], "{text}");
    }
}

#[test]
fn a_refusal_is_none_where_something_is_offered() {
    assert_eq!(
        within("We cannot come on Monday, but you can bring it."),
        []
    );
    assert_eq!(within("We cannot come on Monday. Instead, Tom comes."), []);
    let refused = within("We cannot come on Monday. We can not come at all.");
    assert_eq!(refused.len(), 2, "{refused:?}");
}

#[test]
fn somebody_is_greeted_and_it_is_the_right_one() {
    let greeting = |text: &str| -> Option<(String, Vec<String>)> {
        let found = remarked(text)
            .into_iter()
            .find(|one| one.kind == Kind::Greeting);
        found.map(|one| (one.why, one.instead))
    };
    let missing = Some((
        "Nobody is greeted.".to_owned(),
        vec!["Hello Sanna,".to_owned()],
    ));
    assert_eq!(greeting("The parcel left."), missing);
    let wrong = "You greet Mikko, and write to Sanna Aalto.".to_owned();
    let wrong = Some((wrong, vec!["Sanna".to_owned()]));
    assert_eq!(greeting("Hello Mikko, the parcel left."), wrong);
    for text in [
        "Hello Sanna, the parcel left.",
        "Dear Dr Aalto,\nthe parcel left.",
        "Hi all,\nthe parcel left.",
        "Good afternoon,\nthe parcel left.",
        "The parcel left, Sanna.",
        "Dear colleagues, the parcel left.",
    ] {
        assert_eq!(greeting(text), None, "{text}");
    }
}

#[test]
fn a_message_says_what_comes_next_and_when() {
    let calendar = calendar();
    let next = |text: &str, next_at| -> Option<(String, Vec<String>)> {
        let about = About {
            next_at,
            ..About::new(now(), &calendar)
        };
        let found = check(text, &about)
            .into_iter()
            .find(|one| one.kind == Kind::NextStep);
        found.map(|one| (one.why, one.instead))
    };
    let nothing = "The reader does not learn what happens next, and when.".to_owned();
    let instead = "We write to you again by Friday 27 November, 17:00.".to_owned();
    let text = "Hello. The sensor reads high at night.";
    assert_eq!(next(text, None), Some((nothing, vec![instead])));
    let day = "It says what comes, and no day. Name one.".to_owned();
    let instead = "… by Friday 27 November, 17:00".to_owned();
    let text = "Hello. We will replace the sensor.";
    assert_eq!(next(text, None), Some((day, vec![instead])));
    assert_eq!(next(text, Some(now())), None, "it is told beside the text");
    for text in [
        "Hello. We will replace the sensor on Friday.",
        "Hello. Which hall is it?",
        "Hello. Please send us the log.",
        "Hello. If that suits you, reply by Friday.",
        "Hello. The sensor is replaced, and the fault is solved.",
    ] {
        assert_eq!(next(text, None), None, "{text}");
    }
}

#[test]
fn what_is_long_is_said_with_its_length() {
    let long = |words: usize| format!("Hello {} by Friday.", "word and more ".repeat(words / 3));
    let text = long(36);
    let remarks = remarked(&text);
    let lengths: Vec<&Remark> = remarks
        .iter()
        .filter(|one| one.kind == Kind::Length)
        .collect();
    assert_eq!(lengths.len(), 1);
    assert_eq!(
        lengths.first().unwrap().why,
        "39 words in one sentence. Make two of it."
    );
    let text = "Hello Sanna. One more word. ".repeat(120);
    let remarks = remarked(&text);
    let lengths: Vec<&Remark> = remarks
        .iter()
        .filter(|one| one.kind == Kind::Length)
        .collect();
    assert_eq!(lengths.len(), 2, "the message and its paragraph");
    let calendar = calendar();
    let about = About {
        limits: Limits {
            message: 4,
            ..Limits::default()
        },
        ..About::new(now(), &calendar)
    };
    let remarks = check("Hello. Is it in hall three?", &about);
    assert_eq!(remarks.len(), 1, "{remarks:?}");
}

#[test]
fn the_house_says_it_otherwise() {
    let house = |avoid: &str, say: &str| HouseWord {
        avoid: avoid.into(),
        say: say.into(),
        why: String::new(),
    };
    let house = [
        house("hubspot", "HubSpot"),
        house("cheap", "good value"),
        house("client", "client area"),
        house("user account", ""),
    ];
    let calendar = calendar();
    let about = About {
        house: &house,
        ..About::new(now(), &calendar)
    };
    let text =
        "Hello. Is Hubspot, not HubSpot, cheap in the client area of a Client’s User Account?";
    let remarks = check(text, &about);
    let found = words(text, &remarks);
    let kinds = found.iter().all(|(kind, _)| *kind == Kind::House);
    assert!(kinds, "{remarks:?}");
    let said: Vec<&str> = found.iter().map(|(_, said)| said.as_str()).collect();
    assert_eq!(said, ["Hubspot", "cheap", "User Account"]);
    let instead: Vec<_> = remarks
        .iter()
        .map(|one| one.instead.first().map(String::as_str))
        .collect();
    assert_eq!(instead, [Some("HubSpot"), Some("good value"), None]);
}

#[test]
fn in_another_language_only_what_needs_none_is_looked_at() {
    let calendar = calendar();
    let house = [HouseWord {
        avoid: "kunde".into(),
        say: "Kundin".into(),
        why: "Wir schreiben an Menschen.".into(),
    }];
    let about = About {
        language: "de-DE",
        house: &house,
        ..About::new(now(), &calendar)
    };
    let text = "Der Kunde, die die Ware hat in order to, ASAP!! DAS IST ALLES.";
    let found = words(text, &check(text, &about));
    let expected = [
        (Kind::House, "Kunde"),
        (Kind::Shouting, "!!"),
        (Kind::Shouting, "DAS IST ALLES"),
    ];
    assert_eq!(found, expected.map(|(kind, said)| (kind, said.to_owned())));
}

#[test]
fn english_is_known_by_its_words_whatever_its_reader_reads() {
    let calendar = calendar();
    let reads = |language| About {
        language,
        contact: Some("Ruth Brennan"),
        greeted: true,
        ..About::new(now(), &calendar)
    };
    let kinds = |text: &str, language| {
        let looked = look(text, &reads(language));
        let kinds: Vec<Kind> = looked.remarks.iter().map(|one| one.kind).collect();
        (kinds, looked.promises.len())
    };
    let english = "Unfortunately we cannot do this. We will send you the report by Friday.";
    let (found, promised) = kinds(english, "fr");
    assert!(
        found.contains(&Kind::Language) && found.contains(&Kind::Negative),
        "{found:?}"
    );
    assert_eq!(promised, 1);
    assert!(!kinds(english, "en-GB").0.contains(&Kind::Language));
    let why = look(english, &reads("de")).remarks.remove(0).why;
    assert_eq!(why, "Ruth Brennan reads German, and this is English.");
    for (text, language) in [
        (
            "Wir schicken Ihnen den Bericht bis Freitag, und am Montag rufen wir Sie noch einmal an.",
            "de",
        ),
        (
            "Nous vous envoyons le rapport vendredi, et lundi nous vous appelons encore une fois au bureau.",
            "fr",
        ),
        (
            "We sturen u het rapport op vrijdag toe, en op maandag bellen wij u nog een keer op kantoor.",
            "nl",
        ),
        (
            "Vi sender rapporten på fredag, og på mandag ringer vi igen til kontoret for at tale om det.",
            "da",
        ),
    ] {
        assert_eq!(kinds(text, language), (Vec::new(), 0), "{text}");
        assert_eq!(kinds(text, "en").0, [Kind::Language], "{text}");
    }
    // Too little to tell: it is what its reader reads.
    assert_eq!(kinds("Danke!", "de"), (Vec::new(), 0));
}

#[test]
fn jargon_is_left_to_those_who_speak_it() {
    let calendar = calendar();
    let about = About {
        fluent: true,
        ..About::new(now(), &calendar)
    };
    assert_eq!(check("Hello. Is the API cached?", &about), []);
}

#[test]
fn an_empty_message_lacks_nothing_but_words() {
    assert_eq!(remarked(""), []);
    assert_eq!(remarked(" \n\n> quoted\n"), []);
}

#[test]
fn every_kind_is_known_by_its_name() {
    for kind in Kind::ALL {
        assert_eq!(Kind::named(kind.name()), Some(kind));
        assert!(!kind.heading().is_empty());
    }
    assert_eq!(Kind::named("other"), None);
}
