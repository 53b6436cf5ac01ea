//! Managing people through the pages, and who may not; emergencies and the log of reads.

use axum::http::StatusCode;
use kept_accounts::access::{
    Action, MANY_READS, RecordNamed, SHIPPED_ROLES, Subject, reads_of_record,
};
use kept_accounts::model::PersonState;
use kept_store::{params, statements};
use kept_testing::{Kept as _, on_both};

use crate::desk::{ADMIN, Browser, Desk, MAYA, OTHER_PASSWORD, PASSWORD};

statements! {
    AUDITED_NAMES = "SELECT object_id FROM audit WHERE act = 'RecordRead'";
}

fn helen(desk: &Desk) -> Browser<'_> {
    let browser = desk.browser();
    browser.sign_in(ADMIN, PASSWORD);
    browser
}

fn signed(desk: &Desk, email: &str) -> kept_accounts::Signed {
    let session = desk.session(email);
    desk.run(desk.accounts.signed(session.hash()))
        .unwrap()
        .unwrap()
}

on_both! {
    fn an_invitation_goes_out_by_mail_and_is_accepted_once(home) {
        let desk = Desk::staffed(home);
        let browser = helen(&desk);
        let fields = [("name", "Ed Falk"), ("email", "ed@desk.example"), ("roles", "salesperson"), ("roles", "approver")];
        let answer = browser.post("/settings/people/new", "/settings/people", &fields);
        assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, "/settings/people"));
        assert!(browser.get("/settings/people").has("An invitation is on its way to ed@desk.example."));
        let again = browser.post("/settings/people/new", "/settings/people", &fields);
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.has("Somebody has this email already") && again.has("value=\"Ed Falk\""));
        let (to, link) = desk.mails.lock().unwrap()[0].clone();
        assert_eq!(to, "ed@desk.example");
        let path = link.strip_prefix("https://desk.example").unwrap();
        let guest = desk.browser();
        assert!(guest.get(path).has("Ed Falk, choose a password to begin."));
        let token = path.split_once("token=").unwrap().1;
        let fields = [("token", token), ("password", OTHER_PASSWORD), ("again", OTHER_PASSWORD)];
        assert_eq!(guest.post(path, "/invitation", &fields).location, "/sign-in");
        assert_eq!(guest.post("/sign-in", "/invitation", &fields).status, StatusCode::NOT_FOUND);
        assert_eq!(guest.sign_in("ed@desk.example", OTHER_PASSWORD).location, "/");
        assert_eq!(desk.find("ed@desk.example").unwrap().roles, ["approver", "salesperson"]);
    }

    fn a_link_is_good_for_its_own_purpose_and_its_own_time(home) {
        let desk = Desk::staffed(home);
        let browser = helen(&desk);
        let fields = [("name", "Ed Falk"), ("email", "ed@desk.example")];
        browser.post("/settings/people/new", "/settings/people", &fields);
        let link = desk.mails.lock().unwrap()[0].1.clone();
        let token = link.split_once("token=").unwrap().1;
        for path in ["/reset", "/welcome"] {
            assert_eq!(browser.get(&format!("{path}?token={token}")).status, StatusCode::NOT_FOUND);
        }
        for token in ["", "x", &token[1..], "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(browser.get(&format!("/invitation?token={token}")).status, StatusCode::NOT_FOUND);
        }
        desk.pass_seconds(7 * 86_400 - 1);
        assert_eq!(browser.get(&format!("/invitation?token={token}")).status, StatusCode::OK);
        desk.pass_seconds(1);
        assert_eq!(browser.get(&format!("/invitation?token={token}")).status, StatusCode::NOT_FOUND);
    }

    fn without_mail_the_link_is_shown_once_to_the_administrator(home) {
        let desk = Desk::with(home, |settings| kept_accounts::Settings { post: None, ..settings });
        desk.add("Helen Strand", ADMIN, &["administrator"]);
        let browser = helen(&desk);
        let fields = [("name", "Ed Falk"), ("email", "ed@desk.example")];
        let shown = browser.post("/settings/people/new", "/settings/people", &fields);
        assert_eq!(shown.status, StatusCode::OK);
        assert!(shown.between("<li><code>", "<").starts_with("https://desk.example/invitation?token="));
        let path = format!("/settings/people/{}/link", desk.person("ed@desk.example"));
        let second = browser.post("/me", &path, &[]).between("<li><code>", "<");
        let guest = desk.browser();
        let of = |link: &str| guest.get(link.strip_prefix("https://desk.example").unwrap()).status;
        assert_eq!(of(&shown.between("<li><code>", "<")), StatusCode::NOT_FOUND, "a new link withdraws the old one");
        assert_eq!(of(&second), StatusCode::OK);
        assert!(guest.get("/forgotten").has("Ask an administrator"));
    }

    fn roles_and_state_are_changed_on_the_persons_page(home) {
        let desk = Desk::staffed(home);
        let (browser, maya) = (helen(&desk), desk.person(MAYA));
        let page = format!("/settings/people/{maya}");
        assert!(browser.get(&page).has("value=\"account-manager\" checked"));
        let answer = browser.post(&page, &format!("{page}/roles"), &[("roles", "approver"), ("roles", "salesperson")]);
        assert_eq!(answer.location, page);
        assert_eq!(desk.find(MAYA).unwrap().roles, ["approver", "salesperson"]);
        let wrong = browser.post(&page, &format!("{page}/roles"), &[("roles", "emperor")]);
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        browser.post(&page, &format!("{page}/disablement"), &[]);
        assert_eq!(desk.find(MAYA).unwrap().state, PersonState::Disabled);
        assert!(!browser.get("/settings/people").has(MAYA));
        assert!(browser.get("/settings/people?all=on").has(MAYA));
        browser.post(&page, &format!("{page}/enablement"), &[]);
        assert_eq!(desk.find(MAYA).unwrap().state, PersonState::Active);
        let own = format!("/settings/people/{}", desk.person(ADMIN));
        let last = browser.post(&own, &format!("{own}/disablement"), &[]);
        assert_eq!(last.status, StatusCode::CONFLICT);
        assert!(last.has("the only administrator"));
    }

    fn teams_are_added_once_and_people_are_put_into_them(home) {
        let desk = Desk::staffed(home);
        let browser = helen(&desk);
        assert_eq!(browser.post("/settings/teams", "/settings/teams", &[("name", "North")]).location, "/settings/teams");
        let taken = browser.post("/settings/teams", "/settings/teams", &[("name", " north ")]);
        assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
        browser.post("/settings/teams", "/settings/departments", &[("name", "Sales")]);
        let page = format!("/settings/people/{}", desk.person(MAYA));
        let of = |name: &str| {
            let options = browser.get(&page).text;
            let (before, _) = options.split_once(&format!(">{name}</option>")).unwrap();
            before.rsplit_once("value=\"").unwrap().1.split_once('"').unwrap().0.to_owned()
        };
        let fields = [("team", of("North")), ("department", of("Sales"))];
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(browser.post(&page, &format!("{page}/place"), &fields).location, page);
        let maya = desk.find(MAYA).unwrap();
        assert_eq!((maya.team_name.as_deref(), maya.department_name.as_deref()), (Some("North"), Some("Sales")));
        let swapped = [("team", of("Sales")), ("department", String::new())];
        let swapped: Vec<_> = swapped.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(browser.post(&page, &format!("{page}/place"), &swapped).status, StatusCode::CONFLICT);
    }

    fn what_somebody_knows_is_written_on_their_page(home) {
        let desk = Desk::staffed(home);
        let browser = helen(&desk);
        let page = format!("/settings/people/{}", desk.person(MAYA));
        let set = |skills: &str| browser.post(&page, &format!("{page}/skills"), &[("skills", skills)]);
        assert_eq!(set("Italian, network  cabling, italian").location, page);
        assert!(browser.get(&page).has("value=\"italian, network cabling\""));
        let long = "x".repeat(61);
        let refused = set(&long);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.has(&long) && refused.has("apart by commas"));
        assert_eq!(set("").location, page);
        assert!(!browser.get(&page).has("network cabling,"));
    }

    fn every_page_of_the_administration_is_nothing_to_every_other_role(home) {
        let desk = Desk::staffed(home);
        let other = desk.person(ADMIN);
        let missing = "0192d3c4-5e6f-7a8b-9c0d-1e2f3a4b5c6d";
        let one = |what: &str| [format!("/settings/people/{other}{what}"), format!("/settings/people/{missing}{what}")];
        let reads = [vec!["/settings/people".into(), "/settings/people/new".into(), "/settings/teams".into()], one("").to_vec()].concat();
        let writes = [
            vec!["/settings/people".into(), "/settings/teams".into(), "/settings/departments".into()],
            one("/roles").to_vec(), one("/place").to_vec(), one("/skills").to_vec(), one("/disablement").to_vec(), one("/enablement").to_vec(), one("/link").to_vec(),
        ]
        .concat();
        for role in SHIPPED_ROLES {
            if matches!(role, "employee" | "administrator") {
                continue;
            }
            let email = format!("{role}@desk.example");
            desk.add("Somebody", &email, &[role]);
            let browser = desk.browser();
            browser.sign_in(&email, PASSWORD);
            let csrf = browser.get("/me").csrf();
            let told: Vec<_> = reads
                .iter()
                .map(|path| browser.get(path))
                .chain(writes.iter().map(|path| browser.post_token(path, &csrf, &[])))
                .collect();
            for answer in &told {
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{role}");
                assert!(answer.has("There is no such page"));
            }
            let watches = browser.get("/settings/emergencies").status == StatusCode::OK;
            assert_eq!(watches, role == "data-auditor", "{role}");
        }
        let admin = helen(&desk);
        for path in &reads {
            let expected = if path.contains(missing) { StatusCode::NOT_FOUND } else { StatusCode::OK };
            assert_eq!(admin.get(path).status, expected, "{path}");
        }
        for path in writes.iter().filter(|path| path.contains(missing)) {
            assert_eq!(admin.post("/me", path, &[]).status, StatusCode::NOT_FOUND, "{path}");
        }
        assert!(!desk.audited().iter().any(|act| act.contains("Roles") || act.contains("Disabled") || act.contains("Link")));
    }

    fn an_emergency_opens_one_record_for_an_hour_in_sight_of_those_who_watch(home) {
        let desk = Desk::staffed(home);
        let browser = desk.browser();
        browser.sign_in(MAYA, PASSWORD);
        let record = desk.world.id();
        let text = record.to_string();
        let page = format!("/emergencies/new?object=client&record={text}&next=/clients/{text}");
        let next = format!("/clients/{text}");
        let fields = |reason| [("object", "client"), ("record", text.as_str()), ("reason", reason), ("next", next.as_str())];
        let short = browser.post(&page, "/emergencies", &fields("why not"));
        assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
        let subject = Subject { id: record, owner: None, team: None, assigned: &[] };
        assert!(!signed(&desk, MAYA).scope(Action::ReadClients).allows(&subject));
        let opened = browser.post(&page, "/emergencies", &fields("Their plant stands still, and Ed is away."));
        assert_eq!(opened.location, next);
        let scope = |action| signed(&desk, MAYA).scope(action);
        assert!(scope(Action::ReadClients).allows(&subject));
        assert!(!scope(Action::EditClients).allows(&subject), "reading only");
        assert!(!scope(Action::ReadClients).allows(&Subject { id: desk.world.id(), ..subject }), "this one only");
        assert!(helen(&desk).get("/settings/emergencies").has("Their plant stands still"));
        assert!(desk.audited().iter().any(|act| act == "AlarmEmergencyAccessOpened"));
        kept_journal::place(&desk.store).unwrap();
        let alarms = helen(&desk).get("/settings/alarms");
        assert!(alarms.has("Opened a record in an emergency") && alarms.has("Maya"), "{}", alarms.text);
        assert_eq!(browser.get("/settings/alarms").status, StatusCode::NOT_FOUND);
        desk.pass_seconds(3600);
        assert!(!scope(Action::ReadClients).allows(&subject));
    }

    fn an_emergency_can_be_ended_before_its_hour_by_whoever_took_it(home) {
        let desk = Desk::staffed(home);
        desk.add("Rosa Lindqvist", "rosa@desk.example", &["administrator", "account-manager"]);
        let browser = desk.browser();
        browser.sign_in("rosa@desk.example", PASSWORD);
        let record = desk.world.id().to_string();
        let fields = [("object", "client"), ("record", record.as_str()), ("reason", "Their plant stands still."), ("next", "/")];
        browser.post("/me", "/emergencies", &fields);
        let id = browser.get("/settings/emergencies").between("action=\"/emergencies/", "\"");
        let path = format!("/emergencies/{id}");
        assert_eq!(helen(&desk).post("/me", &path, &[]).status, StatusCode::NOT_FOUND);
        assert_eq!(browser.post("/me", &path, &[]).status, StatusCode::SEE_OTHER);
        assert_eq!(browser.post("/me", &path, &[]).status, StatusCode::NOT_FOUND);
    }

    fn whoever_may_not_open_in_an_emergency_finds_no_such_page(home) {
        let desk = Desk::staffed(home);
        let record = desk.world.id().to_string();
        let fields = [("object", "client"), ("record", record.as_str()), ("reason", "Their plant stands still."), ("next", "/")];
        assert_eq!(helen(&desk).post("/me", "/emergencies", &fields).status, StatusCode::NOT_FOUND);
        assert_eq!(helen(&desk).get("/emergencies/new").status, StatusCode::NOT_FOUND);
    }

    fn reads_are_logged_and_harvesting_raises_an_alarm(home) {
        let desk = Desk::staffed(home);
        let maya = signed(&desk, MAYA);
        let first = desk.world.id();
        for number in 0..205 {
            let record = if number < 2 { first } else { desk.world.id() };
            desk.run(desk.accounts.log_read(&maya, "client", record)).unwrap();
        }
        let reads = desk.store.read(move |read| reads_of_record(read, ("client", &first.to_string()), 10)).kept();
        assert_eq!(reads.len(), 2);
        assert!(reads.iter().all(|read| read.name == "Maya Okonkwo"));
        let audited = desk.audited();
        let count = |what: &str| audited.iter().filter(|act| *act == what).count();
        assert_eq!((count("RecordRead"), count("AlarmManyRecordsRead")), (204, 1));
    }

    fn what_is_read_again_within_the_hour_is_counted_once_and_later_anew(home) {
        let desk = Desk::staffed(home);
        let maya = signed(&desk, MAYA);
        let records: Vec<_> = (0..MANY_READS - 1).map(|_| desk.world.id()).collect();
        let read_all = || {
            for record in &records {
                desk.run(desk.accounts.log_read(&maya, "client", *record)).unwrap();
            }
        };
        let alarms = || desk.audited().iter().filter(|act| *act == "AlarmManyRecordsRead").count();
        read_all();
        desk.pass_seconds(1_800);
        read_all();
        assert_eq!(alarms(), 0);
        desk.pass_seconds(3_601);
        read_all();
        assert_eq!(alarms(), 0);
        desk.run(desk.accounts.log_read(&maya, "client", desk.world.id())).unwrap();
        assert_eq!(alarms(), 1);
    }

    fn what_was_read_is_written_by_the_next_round_and_told_of_its_client(home) {
        let desk = Desk::staffed(home);
        let maya = signed(&desk, MAYA);
        let named = |object: &str, record: &str, client: Option<&str>| RecordNamed {
            object: object.into(),
            record: record.into(),
            client: client.map(str::to_owned),
        };
        desk.accounts.note_read(maya.person, named("client", "Anna Berg", None));
        desk.accounts.note_read(maya.person, named("request", "SR-7", Some("Anna Berg")));
        let reads = || desk.store.read(|read| reads_of_record(read, ("client", "Anna Berg"), 10)).kept();
        assert_eq!(reads(), []);
        desk.accounts.write_reads().unwrap();
        desk.accounts.write_reads().unwrap();
        let objects: Vec<_> = reads().into_iter().map(|read| read.object).collect();
        assert_eq!(objects.len(), 2);
        assert!(objects.contains(&"request".to_owned()));
        let of_case = desk.store.read(|read| reads_of_record(read, ("request", "SR-7"), 10)).kept();
        assert_eq!(of_case.len(), 1);
        assert_eq!(desk.audited().iter().filter(|act| *act == "RecordRead").count(), 2);
        let told: Vec<(String,)> = desk.store.read(|read| read.all(AUDITED_NAMES, &params![])).kept();
        assert!(told.iter().all(|(name,)| name.is_empty()), "no name of a person is in the audit: {told:?}");
    }

    fn what_is_over_is_forgotten(home) {
        let desk = Desk::staffed(home);
        let link = desk.browser();
        link.post("/forgotten", "/forgotten", &[("email", MAYA)]);
        let session = desk.session(MAYA);
        desk.pass_seconds(3 * 86_400);
        desk.run(desk.accounts.sweep()).unwrap();
        assert!(!desk.stands(&session));
        desk.pass_seconds(400 * 86_400);
        desk.run(desk.accounts.sweep()).unwrap();
        desk.session(MAYA);
    }
}
