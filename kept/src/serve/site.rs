//! The rooms joined to one site.

use std::sync::Arc;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Extension;
use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn, map_request};
use axum::response::{IntoResponse, Response};
use kept_accounts::access::{Action, RecordNamed};
use kept_accounts::{Accounts, RemoteAddress, Signed};
use kept_adherence::{Exporter, Reach, Reader};
use kept_journal::Rules;
use kept_kernel::Instant;
use kept_outbound::{Guard, Trust};
use kept_requests::model::RequestId;
use kept_rooms::{Job, Parts, RecordPage};
use kept_sops::MarginFigure;
use kept_store::{Read, Store, StoreError};
use kept_ui::routes::{Listed, Routes, get};
use kept_ui::{Failure, Icon, Live, LiveLimits, Menu, Place, Settings, Ui};
use kept_vault::{Purpose, Random as _, Sealer, SystemRandom};

use crate::ask::ServeAsked;
use crate::house::{self, House};
use crate::incoming;
use crate::serve::author::author;
use crate::serve::client_pages::{Forms, OfClients, Portal, Records};
use crate::serve::harvest::Harvest;
use crate::serve::mailboxes::Boxes;
use crate::serve::named::named;
use crate::serve::plain::plain_query;
use crate::serve::search::{self, Search};
use crate::serve::setup::{self, Setup};
use crate::serve::texts::Templates;
use crate::serve::{api, counts, hearing};
use crate::shipped;
use crate::tell;

/// So many seconds somebody can take an answer back.
const TAKE_BACK: u32 = 10;

/// A site that is ready to be served.
pub struct Site {
    /// What it answers.
    pub app: Router,
    /// All routes of pages, as the rooms wrote them.
    pub routes: Vec<Listed>,
    /// All routes of programs, which show a token.
    pub api: Vec<Listed>,
    /// The hub of its live pages.
    pub live: Live,
    /// Who may come in.
    pub accounts: Accounts,
    /// What comes round by itself.
    pub jobs: Vec<Job>,
    /// The rules in force.
    pub rules: Rules,
    /// The figures.
    pub adherence: kept_adherence::Room,
    /// The imports that run beside the pages.
    pub history: kept_history::Room,
    /// Mail that comes in.
    pub messages: kept_messages::Room,
}

/// The whole site, and the hub of its live pages.
pub fn site(house: &House, asked: &ServeAsked, base_url: String) -> Result<Site, tell::Failure> {
    let rules = Rules::new(house.rules()?);
    let guard = if asked.allow_private_webhooks {
        Guard::Anywhere
    } else {
        Guard::World
    };
    let own_url = base_url.clone();
    let settings = kept_accounts::Settings {
        https: base_url.starts_with("https://"),
        base_url,
        menu: Arc::new(menu),
        ..House::account_settings(&rules.now())
    };
    let accounts = house.accounts(settings)?;
    let live = Live::new(LiveLimits::default(), house.world.now().micros() as u64);
    let ui = dressing(house, asked, &live);
    let announcements = kept_announcements::Room::new(
        (house.store.clone(), house.world.clone()),
        rules.clone(),
        live.clone(),
    );
    let clients = kept_clients::Room::new(
        (house.store.clone(), house.world.clone()),
        rules.clone(),
        live.clone(),
    );
    let requests = requests(house, &rules, &live);
    let templates = templates(house, &rules, &live)?;
    let (messages, post) = mail(house, (&rules, &own_url), guard, &requests);
    let forms = forms(house, (&rules, &live), &own_url);
    let portal = portal(house, (&rules, &live), (&requests, &forms), &own_url);
    let parts = kept_announcements::parts(&announcements)
        .and(desk_parts(&clients, &requests, &messages))
        .and(kept_portal::parts(&portal))
        .and(kept_forms::parts(&forms));
    let today = today(house, (&rules, &live), parts.pages.clone());
    let description = api::description();
    let adherence = adherence(house, &rules, &live).naming(parts.pages.clone());
    let history = history(house, &rules, &live, &adherence)?;
    let rooms = rooms(house, (&rules, &accounts), &adherence, history.clone())
        .merge(kept_announcements::routes(announcements.clone()))
        .merge(client_pages(&clients, &parts))
        .merge(kept_today::routes(today.clone()))
        .merge(kept_requests::routes(requests.clone()))
        .merge(kept_templates::routes(templates.clone()))
        .merge(kept_post::routes(post.clone()))
        .merge(kept_messages::routes(messages.clone()))
        .merge(kept_portal::routes(portal.clone()))
        .merge(kept_forms::routes(forms.clone()))
        .merge(kept_api::reference(&description))
        .merge(search::routes(Search {
            store: house.store.clone(),
            today: today.clone(),
            world: house.world.clone(),
        }))
        .merge(kept_accounts::routes(accounts.clone()))
        .merge(hearing::routes(&live));
    let mut jobs = jobs(house, &rules, parts);
    jobs.push(hearing::job(live.clone(), accounts.clone()));
    jobs.push(kept_today::job(&today));
    jobs.push(reads(accounts.clone()));
    jobs.extend(kept_post::jobs(&post));
    // Inside of whoever knows the people of ours: at the portal they are nobody.
    let rooms = named(rooms.layer(Extension(live.clone())), &rules);
    let dressed = portal.session_layer(ui.dress(rooms));
    let harvest = Harvest::new(accounts.clone(), house.store.clone());
    let counted = harvest.watch(counts::counted(dressed, house, &rules));
    let signed = accounts.session_layer(counted);
    let store = house.store.clone();
    let programs = kept_announcements::api_routes(announcements.clone())
        .merge(desk_api((clients, templates), &requests, &messages))
        .merge(kept_today::api_routes(today.clone()))
        .merge(kept_forms::api_routes(forms.clone()));
    let api = harvest.watch(api::routes(programs, accounts.clone(), &description));
    let health = Routes::new().route("/healthz", get(move || healthy(store.clone())));
    // Inside of what sets the headers: an answer that came too late has them too.
    let open = kept_requests::public_routes(requests).merge(kept_forms::public_routes(forms));
    let timely = signed
        .merge(health)
        .merge(api)
        .merge(open)
        .layer(from_fn(in_time));
    let all = ui
        .protect(timely)
        .layer(map_request(remote_address))
        .layer(map_request(plain_query));
    let listed = all.listed().iter().cloned();
    let (api, routes) = listed.partition(|route| route.path.starts_with("/api/v1/"));
    Ok(Site {
        routes,
        api,
        app: all.app(),
        live,
        accounts,
        jobs,
        rules,
        adherence,
        history,
        messages,
    })
}

/// What every page is dressed in.
fn dressing(house: &House, asked: &ServeAsked, live: &Live) -> Ui {
    let settings = Settings {
        origin: asked.base_url.clone(),
        https: asked
            .base_url
            .as_deref()
            .is_some_and(|url| url.starts_with("https://")),
        ..Settings::default()
    };
    let secret = house.keys.roots().derive(Purpose::Csrf);
    let random = |bytes: &mut [u8]| {
        // Without randomness a token could be foreseen: such a machine must not serve.
        if SystemRandom.fill(bytes).is_err() {
            std::process::abort();
        }
    };
    Ui::new(settings, secret.bytes(), random, live.clone())
}

/// Mail in and mail out, joined with the requests that it belongs to.
fn mail(
    house: &House,
    (rules, base_url): (&Rules, &str),
    guard: Guard,
    requests: &kept_requests::Room,
) -> (kept_messages::Room, kept_post::Room) {
    let connectors = Sealer::new(house.keys.roots(), Purpose::Connectors);
    let messages = incoming::room(house, requests.clone())
        .fetching(connectors, guard, Trust::default())
        .reached_at(base_url);
    let outside = Arc::new(incoming::Outgoing {
        requests: requests.clone(),
        messages: messages.clone(),
    });
    (messages, house.post(rules, base_url, (guard, outside)))
}

/// The portal, where clients write to the room of requests.
pub fn portal(
    house: &House,
    (rules, live): (&Rules, &Live),
    (requests, forms): (&kept_requests::Room, &kept_forms::Room),
    base_url: &str,
) -> kept_portal::Room {
    let beside = Forms {
        room: forms.clone(),
        world: house.world.clone(),
    };
    kept_portal::Room::new(
        (house.store.clone(), house.world.clone()),
        (rules.clone(), live.clone()),
        requests.clone(),
        Sealer::new(house.keys.roots(), Purpose::Links),
        base_url.starts_with("https://"),
    )
    .with(Arc::new(beside))
}

/// The room of forms.
pub fn forms(house: &House, (rules, live): (&Rules, &Live), base_url: &str) -> kept_forms::Room {
    kept_forms::Room::new(
        (house.store.clone(), house.world.clone()),
        (rules.clone(), live.clone()),
        Sealer::new(house.keys.roots(), Purpose::Links),
        base_url,
    )
    .with(Arc::new(Records))
}

/// What clients, their requests and their mail hand to the program.
fn desk_parts(
    clients: &kept_clients::Room,
    requests: &kept_requests::Room,
    messages: &kept_messages::Room,
) -> Parts {
    kept_clients::parts(clients)
        .and(kept_requests::parts(requests))
        .and(kept_messages::parts(messages))
        .and(kept_templates::parts())
}

/// The pages of clients, which show what other rooms have of them.
fn client_pages(clients: &kept_clients::Room, parts: &Parts) -> Routes {
    let requests = Arc::new(OfClients);
    kept_clients::routes(clients.clone().beside(parts.pages.clone(), requests))
}

/// Their routes for programs.
fn desk_api(
    (clients, templates): (kept_clients::Room, kept_templates::Room),
    requests: &kept_requests::Room,
    messages: &kept_messages::Room,
) -> Routes {
    kept_clients::api_routes(clients)
        .merge(kept_templates::api_routes(templates))
        .merge(kept_requests::api_routes(requests.clone()))
        .merge(kept_messages::api_routes(messages.clone()))
}

/// The room of templates, with the texts that ship.
fn templates(
    house: &House,
    rules: &Rules,
    live: &Live,
) -> Result<kept_templates::Room, tell::Failure> {
    kept_templates::install(&house.store, &house.world)
        .map_err(|error| tell::Failure::new(error.to_string()))?;
    let joined = (house.store.clone(), house.world.clone());
    Ok(kept_templates::Room::new(
        joined,
        rules.clone(),
        live.clone(),
    ))
}

/// The room of requests.
pub fn requests(house: &House, rules: &Rules, live: &Live) -> kept_requests::Room {
    kept_requests::Room::new(
        (house.store.clone(), house.world.clone()),
        rules.clone(),
        live.clone(),
        Sealer::new(house.keys.roots(), Purpose::Links),
    )
    .holding(TAKE_BACK)
    .with_texts(Arc::new(Templates))
    .with_client_pages(Arc::new(Portal))
    .with_mailboxes(Arc::new(Boxes))
}

/// What comes round: the jobs of the rooms, and those of the search over all of them.
fn jobs(house: &House, rules: &Rules, rooms: Parts) -> Vec<Job> {
    let own = Parts {
        searchable: vec![
            Arc::new(kept_sops::ClausesFound(rules.clone())),
            Arc::new(kept_accounts::PeopleFound),
        ],
        ..Parts::default()
    };
    let parts = own.and(rooms);
    let mut jobs = search::jobs(&house.store, parts.searchable);
    jobs.extend(parts.jobs);
    jobs.push(api::job(house.store.clone(), house.world.clone()));
    jobs
}

/// Writes down who has read which record of a client. What waits for it is lost only when the program dies within the second.
fn reads(accounts: Accounts) -> Job {
    Job::new("who has read what", Duration::from_secs(1), move || {
        accounts.write_reads()
    })
}

/// A request takes a minute at most; sending a log takes as long as the line needs.
async fn in_time(request: Request, next: Next) -> Response {
    let sends_log = request.method() == Method::POST && request.uri().path() == "/history/logs";
    let most = if sends_log {
        Duration::from_hours(4)
    } else {
        Duration::from_mins(1)
    };
    match tokio::time::timeout(most, next.run(request)).await {
        Ok(answer) => answer,
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}

fn adherence(house: &House, rules: &Rules, live: &Live) -> kept_adherence::Room {
    let hub = live.clone();
    kept_adherence::Room::new(
        (house.store.clone(), house.world.clone()),
        rules.clone(),
        kept_adherence::Judging::default,
        move || hub.changed(["adherence"], None),
    )
}

fn history(
    house: &House,
    rules: &Rules,
    live: &Live,
    adherence: &kept_adherence::Room,
) -> Result<kept_history::Room, tell::Failure> {
    let (hub, judge, judging) = (live.clone(), adherence.clone(), adherence.clone());
    let outside = kept_history::Outside {
        changed: Box::new(move || hub.changed(["history"], None)),
        judge: Box::new(move || judge.begin_judging()),
        judging: Box::new(move || match judging.state() {
            kept_adherence::State::Judging(done, of) => Some((done, of)),
            kept_adherence::State::Idle(_) => None,
        }),
    };
    Ok(kept_history::Room::new(
        (house.store.clone(), house.world.clone()),
        rules.clone(),
        house.log_shelf(),
        shipped::MAPPINGS.to_vec(),
        outside,
    )?)
}

fn rooms(
    house: &House,
    (rules, accounts): (&Rules, &Accounts),
    adherence: &kept_adherence::Room,
    history: kept_history::Room,
) -> Routes {
    let setup = |adherence: &kept_adherence::Room| Setup {
        adherence: adherence.clone(),
        store: house.store.clone(),
        world: house.world.clone(),
        rules: rules.clone(),
        shipped: Arc::new(house::shipped()),
    };
    let figures = adherence.clone();
    let sops = kept_sops::Room::new(
        (house.store.clone(), house.world.clone()),
        rules.clone(),
        house::shipped(),
        Arc::new(move |codes: &[String]| margins(&figures, codes)),
    );
    Routes::new()
        .merge(reaching(
            (rules.clone(), accounts.clone()),
            kept_adherence::routes(adherence.clone()),
        ))
        .merge(reading(
            Action::ReadSops,
            kept_sops::routes(sops).layer(from_fn(cases_seen)),
        ))
        .merge(importing(kept_history::routes(history)))
        .merge(setup::routes(setup(adherence)))
}

/// How the clauses of each document are kept, for its margin. Without figures the margins stay empty.
fn margins(
    adherence: &kept_adherence::Room,
    codes: &[String],
) -> Vec<HashMap<String, MarginFigure>> {
    let mut margins = vec![HashMap::new(); codes.len()];
    for figure in adherence.margins(codes).unwrap_or_default() {
        let place = codes.iter().position(|code| *code == figure.code);
        let Some(margin) = place.and_then(|place| margins.get_mut(place)) else {
            continue;
        };
        let beside = MarginFigure {
            interval: figure.interval,
            triggered: figure.triggered,
            open: figure.open,
            excused: figure.excused,
        };
        margin.insert(figure.rule, beside);
    }
    margins
}

/// The home of everybody, with what other rooms have waiting for them, and the pages of the records that duties are about.
fn today(
    house: &House,
    (rules, live): (&Rules, &Live),
    pages: Vec<Arc<dyn RecordPage>>,
) -> kept_today::Room {
    let cards = |read: &Read<'_>, signed: &Signed, now: Instant| {
        let scope = signed.scope(Action::ReadAnnouncements);
        let card = kept_announcements::card(read, &scope, now)?;
        Ok::<_, StoreError>(card.to_string())
    };
    kept_today::Room::new(
        (house.store.clone(), house.world.clone()),
        rules.clone(),
        live.clone(),
        pages,
        Arc::new(cards),
    )
}

/// Tells the room of SOPs who may see what runs under them.
async fn cases_seen(signed: Signed, mut request: Request, next: Next) -> Response {
    if signed.scope(Action::ReadAdherence).is_everything() {
        request.extensions_mut().insert(kept_sops::SeesCases);
    }
    next.run(request).await
}

/// Routes for people who may do this to anything at all.
fn reading(action: Action, routes: Routes) -> Routes {
    routes.layer(from_fn(
        move |signed: Signed, request: Request, next: Next| async move {
            match signed.require(action) {
                Ok(_) => next.run(request).await,
                Err(failure) => failure.into_response(),
            }
        },
    ))
}

/// The figures, for people who see any: all of them, their team's, or their own.
fn reaching((rules, accounts): (Rules, Accounts), routes: Routes) -> Routes {
    routes.layer(from_fn(
        move |signed: Signed, mut request: Request, next: Next| {
            let (rules, accounts) = (rules.clone(), accounts.clone());
            async move {
                let scope = signed.scope(Action::ReadAdherence);
                if scope.is_nothing() {
                    return Failure::not_found("There is no such page").into_response();
                }
                let own = signed.person.to_string();
                let team = rules.now().directory.team_of(&own).map(str::to_owned);
                let reach = match team {
                    _ if scope.is_everything() => Reach::Whole,
                    Some(team) if scope.reaches_team() => Reach::Team(team),
                    _ => Reach::Own(own),
                };
                let exporter = match author(&signed, Action::ReadAdherence) {
                    Ok(figures) => Exporter {
                        figures,
                        cases: author(&signed, Action::ExportRecords).ok(),
                    },
                    Err(failure) => return failure.into_response(),
                };
                let person = signed.person;
                let requests = signed.scope(Action::ReadRequests);
                let reader = Reader {
                    author: exporter.figures.clone(),
                    noted: Arc::new(move |object, record, client| {
                        let what = RecordNamed {
                            object: object.to_owned(),
                            record: record.to_owned(),
                            client: client.map(str::to_owned),
                        };
                        accounts.note_read(person, what);
                    }),
                    open: Arc::new(move |read, noun, id| match id.parse() {
                        Ok(id) if matches!(noun, "request" | "email") => {
                            kept_requests::mailed::in_reach(read, &requests, RequestId(id))
                        }
                        _ => Ok(false),
                    }),
                };
                request.extensions_mut().insert(reader);
                request.extensions_mut().insert(exporter);
                request.extensions_mut().insert(reach);
                next.run(request).await
            }
        },
    ))
}

/// Routes for people who may import a history; the room is told who asks.
fn importing(routes: Routes) -> Routes {
    routes.layer(from_fn(
        |signed: Signed, mut request: Request, next: Next| async move {
            match author(&signed, Action::ImportHistory) {
                Ok(author) => {
                    request.extensions_mut().insert(author);
                    next.run(request).await
                }
                Err(failure) => failure.into_response(),
            }
        },
    ))
}

/// The address that a request comes from. Headers that forward another one are believed from nobody yet (T29).
async fn remote_address(mut request: Request) -> Request {
    if let Some(ConnectInfo(from)) = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .copied()
    {
        request.extensions_mut().insert(RemoteAddress(from.ip()));
    }
    request
}

/// The rail: what a person may see.
fn menu(signed: &Signed) -> Menu {
    let place = |(key, title, icon, keys): (&'static str, &str, Icon, &'static str), open: bool| {
        open.then(|| Place {
            key,
            title: title.to_owned(),
            href: format!("/{key}"),
            icon,
            keys: Some(keys),
            count: None,
        })
    };
    let today = Place {
        key: "today",
        title: "Today".to_owned(),
        href: "/".to_owned(),
        icon: Icon::TODAY,
        keys: Some("g t"),
        count: None,
    };
    let places = [
        Some(today),
        place(("alerts", "Alerts", Icon::WARNING, "g l"), true),
        place(
            ("requests", "Requests", Icon::REQUESTS, "g r"),
            signed.may(Action::ReadRequests),
        ),
        place(
            ("messages", "Messages", Icon::MAIL, "g m"),
            signed.may(Action::ReadRequests),
        ),
        place(
            ("clients", "Clients", Icon::CLIENTS, "g c"),
            signed.may(Action::ReadClients),
        ),
        place(
            ("forms", "Forms", Icon::FORM, "g f"),
            signed.may(Action::ReadClients) || signed.may(Action::WriteTemplates),
        ),
        place(
            ("announcements", "Announcements", Icon::BELL, "g n"),
            signed.may(Action::ReadAnnouncements),
        ),
        place(
            ("sops", "SOPs", Icon::SOPS, "g s"),
            signed.may(Action::ReadSops),
        ),
        place(
            ("adherence", "Adherence", Icon::ADHERENCE, "g a"),
            signed.may(Action::ReadAdherence),
        ),
        place(
            ("history", "Imports", Icon::REPLAY, "g i"),
            signed.may(Action::ImportHistory),
        ),
        place(
            ("settings", "Settings", Icon::SETTINGS, "g ,"),
            setup::is_open_to(signed),
        ),
    ];
    Menu {
        groups: vec![places.into_iter().flatten().collect()],
        me: Some("/me".to_owned()),
        sign_out: Some("/sign-out".to_owned()),
        search: Some("/search".to_owned()),
    }
}

/// Whether the server can do its work: for whoever watches it.
async fn healthy(store: Store) -> impl IntoResponse {
    match store.read(|_| Ok::<_, StoreError>(())).await {
        Ok(()) => (StatusCode::OK, "ok\n"),
        Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer\n",
        ),
    }
}
