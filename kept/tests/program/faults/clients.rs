//! Clients who send requests and, where no answer came, send them again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use crate::served::{Answer, ask, receive, send};

/// How a client reaches the desk.
#[derive(Clone, Debug)]
pub enum Way {
    /// With a token and an idempotency key for each request.
    Api { token: String },
    /// By the web form, with the token of each form.
    Form,
}

/// A client, and all that it has sent.
#[derive(Clone, Debug)]
pub struct Client {
    pub name: String,
    pub way: Way,
    pub sent: Vec<Sent>,
}

/// A request that was sent, maybe more than once.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The idempotency key, or the token of the form.
    key: String,
    pub subject: String,
    /// What it was answered when it was taken in: the body of the API, the number on the page.
    pub taken: Option<String>,
    /// The status and type of the last refusal.
    pub refused: Option<(u16, String)>,
}

/// So many forms one address may send in ten minutes; the server begins to count anew when it starts.
const FORMS: usize = 5;

impl Client {
    pub fn new(name: &str, way: Way) -> Self {
        Self {
            name: name.to_owned(),
            way,
            sent: Vec::new(),
        }
    }

    /// Works until the server no longer answers, or it is over: first what was never answered is sent again, then new requests.
    /// Each one that was taken in is told.
    pub fn work(&mut self, port: u16, told: &Sender<()>, over: &AtomicBool) {
        let waiting = self.sent.iter_mut().filter(|sent| sent.taken.is_none());
        for sent in waiting {
            if !sent.send(&self.name, &self.way, port) {
                return;
            }
            let _ = told.send(());
        }
        let most = match self.way {
            Way::Api { .. } => usize::MAX,
            Way::Form => FORMS,
        };
        for _ in 0..most {
            if over.load(Ordering::Relaxed) {
                return;
            }
            let Some(mut next) = self.next(port) else {
                return;
            };
            let taken = next.send(&self.name, &self.way, port);
            self.sent.push(next);
            if !taken {
                return;
            }
            let _ = told.send(());
        }
    }

    /// A request that was not sent yet; none when the server does not answer.
    pub fn next(&self, port: u16) -> Option<Sent> {
        let number = self.sent.len();
        let key = match self.way {
            Way::Api { .. } => format!("key-{number}"),
            Way::Form => ask(port, "GET /ask", "", "")?.between("name=\"token\" value=\"", "\""),
        };
        Some(Sent {
            key,
            subject: format!("{}-{number}", self.name),
            taken: None,
            refused: None,
        })
    }

    /// Sends all of it once more: what was taken in must be answered as it was.
    pub fn repeat(&mut self, port: u16) {
        for sent in &mut self.sent {
            assert!(sent.send(&self.name, &self.way, port), "{sent:?}");
        }
    }
}

impl Sent {
    /// Sends it. Whether it was taken in; if not, nobody knows, or it was refused.
    pub fn send(&mut self, name: &str, way: &Way, port: u16) -> bool {
        let answers = match way {
            Way::Api { token } => self.by_api(token, name, port),
            Way::Form => vec![self.by_form(name, port)],
        };
        let mut taken = false;
        for answer in answers.into_iter().flatten() {
            let said = match (way, answer.status) {
                (Way::Api { .. }, 201) => answer.body.clone(),
                (Way::Form, 200) => answer.between("Its number is <b>", "</b>"),
                (_, status) => {
                    assert!(status >= 500, "{self:?}: {answer:?}");
                    let kind = answer.header("content-type").to_owned();
                    self.refused = Some((status, kind));
                    continue;
                }
            };
            let before = self.taken.get_or_insert_with(|| said.clone());
            assert_eq!(*before, said, "the same key, another answer");
            taken = true;
        }
        taken
    }

    /// Every third is sent on two lines at once, as by a client that was too impatient.
    fn by_api(&self, token: &str, name: &str, port: u16) -> Vec<Option<Answer>> {
        let (key, subject) = (&self.key, &self.subject);
        let headers = format!(
            "Authorization: Bearer {token}\r\nContent-Type: application/json\r\nIdempotency-Key: {key}\r\n"
        );
        let body = format!(
            r#"{{"name":"{name}","email":"{subject}@client.example","subject":"{subject}","body":"Words"}}"#
        );
        let line = "POST /api/v1/requests";
        let times = if key.ends_with('3') { 2 } else { 1 };
        let lines: Vec<_> = (0..times)
            .map(|_| send(port, line, &headers, &body))
            .collect();
        let answer = |mut line: Option<_>| receive(line.as_mut()?);
        lines.into_iter().map(answer).collect()
    }

    /// A form that comes back faster than anybody writes is to be sent once more: so long it is.
    fn by_form(&self, name: &str, port: u16) -> Option<Answer> {
        let (token, subject) = (&self.key, &self.subject);
        let form = format!(
            "token={token}&name={name}&email={subject}%40client.example&subject={subject}&body=Words&website="
        );
        let headers = "Content-Type: application/x-www-form-urlencoded\r\n";
        loop {
            let answer = ask(port, "POST /ask", headers, &form)?;
            if answer.status != 422 || !answer.body.contains("very fast") {
                return Some(answer);
            }
        }
    }
}
