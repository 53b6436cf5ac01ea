//! Cedar judges the same rights, written down a second time.

use cedar_policy::{Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request};
use serde_json::{Value, json};

use super::{Company, Dice};
use crate::access::{Action, Asker};
use crate::model::TeamId;

const RULES: &str = include_str!("rules.cedar");
const COMPANIES: u64 = 50;
const DECISIONS_EACH: usize = 2_000;

fn rules() -> PolicySet {
    let text = RULES
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
        .replace("OWN", "(resource has owner && resource.owner == principal)")
        .replace("ASSIGNED", "resource.assigned.contains(principal)")
        .replace(
            "TEAM",
            "(resource has team && principal has team && resource.team == principal.team)",
        );
    text.parse().unwrap()
}

fn entity(kind: &str, id: &impl ToString) -> Value {
    json!({ "__entity": { "type": kind, "id": id.to_string() } })
}

fn team(team: Option<TeamId>) -> Option<Value> {
    team.map(|team| entity("Team", &team))
}

fn person(asker: &Asker) -> Value {
    let mut attrs = json!({
        "roles": asker.roles,
        "opened": asker.opened.iter().map(|id| entity("Thing", id)).collect::<Vec<_>>(),
    });
    if let Some(team) = team(asker.team) {
        attrs["team"] = team;
    }
    if let Some(only) = &asker.only {
        let names = only.iter().map(|action| entity("Action", &action.name()));
        attrs["only"] = names.collect();
    }
    let id = asker.person.unwrap().to_string();
    json!({ "uid": { "type": "Person", "id": id }, "attrs": attrs, "parents": [] })
}

fn entities(company: &Company) -> Entities {
    let things = company.things.iter().map(|thing| {
        let mut attrs = json!({
            "assigned": thing.assigned.iter().map(|id| entity("Person", id)).collect::<Vec<_>>(),
        });
        if let Some(owner) = thing.owner {
            attrs["owner"] = entity("Person", &owner);
        }
        if let Some(team) = team(thing.team) {
            attrs["team"] = team;
        }
        json!({ "uid": { "type": "Thing", "id": thing.id.to_string() }, "attrs": attrs, "parents": [] })
    });
    let all: Vec<_> = company.askers.iter().map(person).chain(things).collect();
    Entities::from_json_value(Value::Array(all), None).unwrap()
}

fn uid(kind: &str, id: &impl ToString) -> EntityUid {
    EntityUid::from_type_name_and_id(
        kind.parse().unwrap(),
        cedar_policy::EntityId::new(id.to_string()),
    )
}

#[test]
fn an_independent_judge_agrees_on_a_hundred_thousand_decisions() {
    let (rules, judge) = (rules(), Authorizer::new());
    let (mut allowed, mut denied) = (0, 0);
    for seed in 0..COMPANIES {
        let company = Company::random(seed, 25, 40);
        let entities = entities(&company);
        let dice = Dice::new(seed + 1000);
        for _ in 0..DECISIONS_EACH {
            let asker = dice.pick(&company.askers);
            let (action, thing) = (*dice.pick(Action::ALL), dice.pick(&company.things));
            let request = Request::new(
                uid("Person", &asker.person.unwrap()),
                uid("Action", &action.name()),
                uid("Thing", &thing.id),
                Context::empty(),
                None,
            )
            .unwrap();
            let answer = judge.is_authorized(&request, &rules, &entities);
            assert_eq!(answer.diagnostics().errors().count(), 0);
            let theirs = answer.decision() == Decision::Allow;
            let ours = asker.scope(action).allows(&thing.subject());
            assert_eq!(ours, theirs, "{asker:?} {action:?} {:?}", thing.subject());
            if ours {
                allowed += 1;
            } else {
                denied += 1;
            }
        }
    }
    assert!(allowed > 5_000 && denied > 5_000, "{allowed} {denied}");
}
