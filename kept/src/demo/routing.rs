//! How the made-up company gives out what comes in: some rules to look at, the first that fits counts.

use std::sync::Arc;

use kept_accounts::access::{Action, for_kept};
use kept_accounts::model::TeamId;
use kept_journal::Rules;
use kept_journal::audit::Who;
use kept_requests::Doer;
use kept_requests::commands::{NewRoute, RequestError, add_route};
use kept_ui::{Live, LiveLimits};

use crate::house::House;
use crate::serve;
use crate::tell::Failure;

/// By the client's tier in turn, by words to whoever has least to do, by the kind of request to the team.
pub fn set_up(house: &House, team: TeamId) -> Result<(), Failure> {
    let rules = Rules::new(house.rules()?);
    let live = Live::new(LiveLimits::default(), house.world.now().micros() as u64);
    let requests = serve::requests(house, &rules, &live);
    let all = |way: &str| NewRoute {
        way: way.to_owned(),
        team: Some(team),
        ..NewRoute::default()
    };
    let routes = [
        NewRoute {
            tier: "Platinum".to_owned(),
            ..all("round robin")
        },
        NewRoute {
            words: "urgent, down, stopped".to_owned(),
            ..all("least load")
        },
        NewRoute {
            category: "billing".to_owned(),
            ..all("team")
        },
    ];
    let scope = for_kept(Action::AssignWork);
    let steps = routes
        .each_ref()
        .map(|_| requests.step(Who::Kept, Doer::System));
    let steps = Arc::new(steps);
    let put = house.store.write(move |tx| {
        for (step, route) in steps.iter().zip(&routes) {
            add_route(tx, step, &scope, route)?;
        }
        Ok::<_, RequestError>(())
    });
    put.wait()
        .map_err(|error| Failure::new(format!("The rules of routing could not be made: {error}.")))
}
