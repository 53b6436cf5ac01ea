//! What is asked for: the paths of pages and of the API, with ids and names that the house has.

use kept_kernel::Id;
use kept_store::{Store, StoreError, params, statements};

use super::tale::{Draw, chance};
use crate::serving::Asking;

/// So many records are asked for in turn.
const RECORDS: u64 = 400;

statements! {
    LAST = "SELECT max(number) FROM requests";
    LAST_CLIENT = "SELECT max(number) FROM clients";
    REQUESTS = "SELECT id FROM requests WHERE number IN LIST($1)";
    CLIENTS = "SELECT id FROM clients WHERE number IN LIST($1)";
    OPEN = "SELECT id FROM requests WHERE closed_at IS NULL ORDER BY id DESC LIMIT 400";
    LONG = "SELECT id FROM requests WHERE messages >= 200 ORDER BY id LIMIT 1";
    NAMES = "SELECT name FROM clients WHERE number IN LIST($1)";
    OF_FEW = "SELECT q.id FROM client_team t JOIN requests q ON q.client = t.client WHERE t.part = 'specialist' ORDER BY q.id DESC LIMIT 400";
    FEW_CLIENTS = "SELECT client FROM client_team WHERE part = 'specialist'";
    OF_AGENT = "SELECT q.id FROM requests q JOIN people p ON p.team = q.team WHERE p.name = 'Agent 0' AND q.closed_at IS NULL ORDER BY q.id DESC LIMIT 400";
    DEEP = "SELECT due_at, id FROM requests WHERE closed_at IS NULL ORDER BY due_at, id LIMIT 4000";
    DEEP_CLIENT = "SELECT folded_name, id FROM clients WHERE number IN LIST($1)";
}

/// What is asked for by its id or its name.
pub struct Known {
    pub requests: Vec<String>,
    open: Vec<String>,
    long: Vec<String>,
    pub clients: Vec<String>,
    names: Vec<String>,
    few: Vec<String>,
    few_clients: Vec<String>,
    agents: Vec<String>,
    deep: Vec<String>,
    deep_clients: Vec<String>,
    pub tokens: Vec<String>,
}

type Pages = Vec<(String, Vec<Asking>)>;

impl Known {
    /// Looks for it in the house.
    pub fn found(store: &Store, tokens: Vec<String>) -> Result<Self, StoreError> {
        let read = store.read(move |read| {
            let (last,): (i64,) = read.one(LAST, &[])?;
            let (last_client,): (i64,) = read.one(LAST_CLIENT, &[])?;
            let some = |of: i64, from: i64, draw: Draw| -> Vec<i64> {
                (0..RECORDS)
                    .map(|place| from + (chance(draw, place) % (of - from).max(1) as u64) as i64)
                    .collect()
            };
            let numbers = some(last, 1_001, Draw::Word);
            let clients = some(last_client, 1, Draw::Client);
            let texts = |ids: Vec<(Id,)>| -> Vec<String> {
                ids.into_iter().map(|(id,)| id.to_string()).collect()
            };
            let deep: Vec<(i64, Id)> = read.all(DEEP, &[])?;
            let step = (deep.len() / 40).max(1);
            let deep_clients: Vec<(String, Id)> = read.all(DEEP_CLIENT, &params![&clients[..]])?;
            let names: Vec<(String,)> = read.all(NAMES, &params![&clients[..]])?;
            Ok::<_, StoreError>(Known {
                requests: texts(read.all(REQUESTS, &params![&numbers[..]])?),
                open: texts(read.all(OPEN, &[])?),
                long: texts(read.all(LONG, &[])?),
                clients: texts(read.all(CLIENTS, &params![&clients[..]])?),
                names: names.into_iter().map(|(name,)| name).collect(),
                few: texts(read.all(OF_FEW, &[])?),
                few_clients: texts(read.all(FEW_CLIENTS, &[])?),
                agents: texts(read.all(OF_AGENT, &[])?),
                deep: deep
                    .iter()
                    .step_by(step)
                    .map(|(at, id)| format!("after={at}&id={id}"))
                    .collect(),
                deep_clients: deep_clients
                    .iter()
                    .map(|(name, id)| format!("after={}&id={id}", name.replace(' ', "+")))
                    .collect(),
                tokens: tokens.clone(),
            })
        });
        read.wait()
    }

    /// The pages, for whoever has these cookies: who sees all, one of a team, who reaches few.
    pub fn pages(&self, [supervisor, agent, few]: &[String; 3]) -> Pages {
        let each = |beginning: &str, of: &[String]| -> Vec<String> {
            of.iter().map(|rest| format!("{beginning}{rest}")).collect()
        };
        let one = |path: &str| vec![path.to_owned()];
        let words = |place: usize| -> Vec<String> {
            let word = self.names.iter();
            word.filter_map(|name| name.split(' ').nth(place))
                .map(|word| format!("/palette?q={}", word.to_lowercase()))
                .collect()
        };
        let mut all = Pages::new();
        let mut add = |who: &str, cookie: &str, what: &str, paths: Vec<String>| {
            let askings = paths.iter().map(|path| Asking::page(path, cookie));
            all.push((format!("{who}: {what}"), askings.collect()));
        };
        for (name, path) in [
            ("Today", "/"),
            ("Today, everybody's", "/?view=all"),
            ("queue", "/requests"),
            ("queue as a board", "/requests?board=1"),
            ("queue, urgent", "/requests?priority=urgent"),
            (
                "queue, billing that waits",
                "/requests?category=billing&state=waiting+for+the+client",
            ),
            ("queue, with a tag nobody has", "/requests?tag=nothing"),
            ("queue, overdue", "/requests?view=overdue"),
            ("all requests", "/requests?view=all"),
            ("all requests, urgent", "/requests?view=all&priority=urgent"),
            ("clients", "/clients"),
            ("clients, Gold", "/clients?tier=Gold"),
        ] {
            add("supervisor", supervisor, name, one(path));
        }
        for (name, paths) in [
            ("queue, anywhere", each("/requests?", &self.deep)),
            ("an open request", each("/requests/", &self.open)),
            ("any request", each("/requests/", &self.requests)),
            ("one of 200 messages", each("/requests/", &self.long)),
            (
                "requests of a client",
                each("/requests?view=all&client=", &self.clients),
            ),
            ("any client", each("/clients/", &self.clients)),
            ("clients, anywhere", each("/clients?", &self.deep_clients)),
            ("palette, a name", words(0)),
            ("palette, a common word", one("/palette?q=invoice")),
            (
                "palette, three common words",
                one("/palette?q=please+look+at"),
            ),
            ("palette, two letters", one("/palette?q=in")),
            (
                "palette, two words never together",
                one("/palette?q=pumps+invoice"),
            ),
            ("search page", one("/search?q=invoice")),
        ] {
            add("supervisor", supervisor, name, paths);
        }
        for (who, cookie, requests) in [
            ("one of a team", agent, &self.agents),
            ("who reaches few", few, &self.few),
        ] {
            add(who, cookie, "Today", one("/"));
            add(who, cookie, "queue", one("/requests"));
            add(who, cookie, "queue, mine", one("/requests?view=mine"));
            add(
                who,
                cookie,
                "queue, urgent",
                one("/requests?priority=urgent"),
            );
            add(who, cookie, "all requests", one("/requests?view=all"));
            add(who, cookie, "a request", each("/requests/", requests));
            add(who, cookie, "clients", one("/clients"));
            add(
                who,
                cookie,
                "palette, a common word",
                one("/palette?q=invoice"),
            );
            add(who, cookie, "palette, a name", words(0));
        }
        add(
            "who reaches few",
            few,
            "a client",
            each("/clients/", &self.few_clients),
        );
        all
    }

    /// What programs read.
    pub fn reads(&self) -> Vec<(&'static str, Vec<String>)> {
        let each = |beginning: &str, of: &[String]| -> Vec<String> {
            of.iter().map(|rest| format!("{beginning}{rest}")).collect()
        };
        let one = |path: &str| vec![path.to_owned()];
        vec![
            ("API: requests", one("/api/v1/requests")),
            ("API: open requests", one("/api/v1/requests?view=open")),
            (
                "API: open requests, urgent",
                one("/api/v1/requests?view=open&priority=urgent"),
            ),
            ("API: a request", each("/api/v1/requests/", &self.requests)),
            ("API: clients", one("/api/v1/clients")),
            ("API: a client", each("/api/v1/clients/", &self.clients)),
            ("API: obligations", one("/api/v1/obligations")),
            ("API: all obligations", one("/api/v1/obligations?state=all")),
            (
                "API: obligations of a client",
                each("/api/v1/obligations?client=", &self.clients),
            ),
            (
                "API: obligations of a request",
                each("/api/v1/obligations?record=request/", &self.open),
            ),
            ("API: events", one("/api/v1/events")),
            (
                "API: events of a client",
                each("/api/v1/events?client=", &self.clients),
            ),
        ]
    }
}
