//! Streams of live pages: who hears what, and when a stream ends.

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, HttpBody as _};
use axum::http::{Request, StatusCode, header};
use kept_testing::on_both;
use tower::ServiceExt as _;

use crate::ask::Asker;
use crate::desk::{Desk, Hired, PASSWORD};

/// An open stream.
struct Stream(Body);

impl Stream {
    fn open(desk: &Desk, asker: &Asker, topics: &str) -> Self {
        let mut request = Request::get(format!("/live?topics={topics}&since=0-0"));
        if let Some(cookie) = &asker.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let request = request.body(Body::empty()).unwrap();
        let answer = desk.run(desk.site.app.clone().oneshot(request)).unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        Self(answer.into_body())
    }

    /// What is told next; none: the stream has ended.
    fn next(&mut self, desk: &Desk) -> Option<String> {
        let told = desk.run(poll_fn(|context| Pin::new(&mut self.0).poll_frame(context)))?;
        let told = told.unwrap().into_data().unwrap();
        Some(String::from_utf8_lossy(&told).into_owned())
    }
}

/// What the server does by itself every other second.
fn look(desk: &Desk) {
    let mut jobs = desk.site.jobs.iter();
    let job = jobs.find(|job| job.name == "streams of ended sessions");
    (job.unwrap().run)().unwrap();
}

fn somebody(desk: &Desk, role: &str) -> (Hired, Asker) {
    let hired = desk.hire(role);
    let asker = Asker::with_session(desk, role, &desk.sign_in(&hired.email).1);
    (hired, asker)
}

/// What ends somebody's session: who they are, and with which session they came.
type End<'e> = Box<dyn Fn(&Hired, &Asker) + 'e>;

on_both! {
    fn a_stream_ends_with_its_session_and_leaves_those_of_others_alone(home) {
        let desk = Desk::new(home);
        let (_, admin) = somebody(&desk, "administrator");
        let (_, other) = somebody(&desk, "management");
        let mut others = Stream::open(&desk, &other, "adherence");
        let ends: [(&str, End<'_>); 5] = [
            ("sign-out", Box::new(|_, here| {
                here.send(&desk, "POST", "/sign-out", ("", true));
            })),
            ("ended elsewhere", Box::new(|hired, _| {
                let there = Asker::with_session(&desk, "there", &desk.sign_in(&hired.email).1);
                there.send(&desk, "POST", "/me/sessions/end", ("", true));
            })),
            ("another password", Box::new(|hired, _| {
                let there = Asker::with_session(&desk, "there", &desk.sign_in(&hired.email).1);
                let old = PASSWORD.replace(' ', "+");
                let form = format!("old={old}&password=seven+grey+herons&again=seven+grey+herons");
                there.send(&desk, "POST", "/me/password", (&form, true));
            })),
            ("another role", Box::new(|hired, _| {
                admin.send(&desk, "POST", &format!("/settings/people/{}/roles", hired.person), ("roles=approver", true));
            })),
            ("disablement", Box::new(|hired, _| {
                admin.send(&desk, "POST", &format!("/settings/people/{}/disablement", hired.person), ("", true));
            })),
        ];
        for (what, end) in ends {
            let (hired, here) = somebody(&desk, "management");
            let mut stream = Stream::open(&desk, &here, "adherence");
            assert!(stream.next(&desk).is_some());
            look(&desk);
            assert_eq!(desk.site.live.listeners(), 2, "{what}: nothing has happened yet");
            end(&hired, &here);
            look(&desk);
            assert_eq!(desk.site.live.listeners(), 1, "{what}");
            assert_eq!(stream.next(&desk), None, "{what}");
        }
        assert!(others.next(&desk).is_some());
        // Nor does an open stream keep a session alive past its time.
        desk.pass_seconds(12 * 3600 + 60);
        look(&desk);
        assert_eq!(others.next(&desk), None);
    }

    fn a_topic_is_heard_by_whoever_may_see_its_pages(home) {
        let desk = Desk::new(home);
        let all = "adherence+owed+history+announcements+nonsense";
        for (role, heard) in [
            ("employee", vec!["owed", "announcements"]),
            ("administrator", vec!["owed", "history", "announcements"]),
            ("management", vec!["adherence", "owed", "announcements"]),
            ("sop-supervisor", vec!["adherence", "owed", "history", "announcements"]),
        ] {
            let (_, asker) = somebody(&desk, role);
            let mut stream = Stream::open(&desk, &asker, all);
            // From before this start of the server: then all that may be heard has changed.
            let told = stream.next(&desk).unwrap();
            let names: Vec<_> = heard.iter().map(|name| format!("\"{name}\"")).collect();
            assert!(told.contains(&format!("\"topics\":[{}]", names.join(","))), "{role}: {told}");
        }
    }
}
