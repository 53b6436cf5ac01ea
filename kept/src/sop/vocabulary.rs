//! The words that SOPs may use, as a list for people or for machines.

use std::fmt::Write as _;

use kept_language::{ActId, FactKind, NounId, Register};
use serde_json::{Value, json};

use crate::ask::VocabularyAsked;
use crate::files;
use crate::tell::{CYAN, Failure, Outcome, answer, answer_json};

/// Prints the vocabulary: the shipped one and the company's own.
pub fn vocabulary(asked: &VocabularyAsked) -> Result<Outcome, Failure> {
    let register = files::register(&asked.own.vocabularies)?;
    if asked.json {
        answer_json(&as_json(&register))?;
    } else {
        answer(&as_text(&register))?;
    }
    Ok(Outcome::Fine)
}

fn as_text(register: &Register) -> String {
    let mut text = String::new();
    let roles: Vec<_> = register
        .roles()
        .map(|(_, role)| role.says.as_str())
        .collect();
    let _ = writeln!(text, "{CYAN}roles{CYAN:#}\n  {}\n", roles.join(", "));
    let proofs: Vec<_> = register
        .proofs()
        .map(|(_, proof)| proof.says.as_str())
        .collect();
    let _ = writeln!(text, "{CYAN}proofs{CYAN:#}\n  {}\n", proofs.join(", "));
    for (id, noun) in register.nouns() {
        let _ = writeln!(text, "{CYAN}{}{CYAN:#}", noun.says);
        let reached: Vec<_> = noun
            .reaches
            .iter()
            .map(|id| register[*id].says.as_str())
            .collect();
        line(&mut text, "reaches", &reached);
        let parts: Vec<_> = noun.parts.iter().map(String::as_str).collect();
        line(&mut text, "parts", &parts);
        for (_, act) in register
            .acts()
            .filter(|(_, act)| act.case == id && !act.built_in)
        {
            let happens = act.happens.first().map_or("", String::as_str);
            let _ = writeln!(
                text,
                "  {:<44} {}",
                filled(register, &act.phrase),
                filled(register, happens)
            );
        }
        for (_, state) in register.states().filter(|(_, state)| state.noun == id) {
            let _ = writeln!(text, "  state  {}", filled(register, &state.says));
        }
        for (_, fact) in register.facts().filter(|(_, fact)| fact.noun == id) {
            let values = match fact.kind {
                FactKind::Choice => format!(
                    ": {}",
                    fact.values.join(if fact.ordered { " < " } else { ", " })
                ),
                kind => format!(": {}", word_of(kind)),
            };
            let _ = writeln!(text, "  fact   {}{values}", fact.name);
        }
        text.push('\n');
    }
    let measures: Vec<_> = register
        .measures()
        .map(|(_, measure)| measure.says.as_str())
        .collect();
    let _ = writeln!(text, "{CYAN}measures{CYAN:#}\n  {}", measures.join(", "));
    text
}

fn line(text: &mut String, name: &str, words: &[&str]) {
    if !words.is_empty() {
        let _ = writeln!(text, "  {name}: {}", words.join(", "));
    }
}

/// A phrase with its nouns as words: `acknowledge the request`.
fn filled(register: &Register, phrase: &str) -> String {
    let mut text = phrase.to_owned();
    for (_, noun) in register.nouns() {
        text = text.replace(&format!("{{{}}}", noun.id), &format!("the {}", noun.says));
    }
    text
}

const fn word_of(kind: FactKind) -> &'static str {
    match kind {
        FactKind::YesNo => "yes or no",
        FactKind::Choice => "choice",
        FactKind::Number => "number",
        FactKind::Percent => "percent",
        FactKind::Money => "money",
        FactKind::Duration => "duration",
        FactKind::Date => "date",
        FactKind::Instant => "instant",
        FactKind::Text => "text",
        FactKind::Person => "person",
        FactKind::List => "list",
    }
}

fn as_json(register: &Register) -> Value {
    let nouns: Vec<_> = register
        .nouns()
        .map(|(id, _)| noun_json(register, id))
        .collect();
    let roles: Vec<_> = register
        .roles()
        .map(|(_, role)| json!({"id": role.id, "says": role.says, "also": role.also}))
        .collect();
    let proofs: Vec<_> = register
        .proofs()
        .map(|(_, proof)| json!({"id": proof.id, "says": proof.says, "also": proof.also}))
        .collect();
    let measures: Vec<_> = register
        .measures()
        .map(|(_, measure)| json!({"id": measure.id, "says": measure.says, "population": measure.population}))
        .collect();
    json!({"roles": roles, "proofs": proofs, "nouns": nouns, "measures": measures})
}

fn noun_json(register: &Register, id: NounId) -> Value {
    let noun = &register[id];
    let acts: Vec<_> = register
        .acts()
        .filter(|(_, act)| act.case == id)
        .map(|(act, _)| act_json(register, act))
        .collect();
    let ids = |acts: &[ActId]| {
        acts.iter()
            .map(|act| register[*act].id.clone())
            .collect::<Vec<_>>()
    };
    let states: Vec<_> = register
        .states()
        .filter(|(_, state)| state.noun == id)
        .map(|(_, state)| json!({"id": state.id, "says": state.says, "from": ids(&state.from), "to": ids(&state.to)}))
        .collect();
    let facts: Vec<_> = register
        .facts()
        .filter(|(_, fact)| fact.noun == id)
        .map(|(_, fact)| {
            json!({"name": fact.name, "type": word_of(fact.kind), "values": fact.values, "ordered": fact.ordered,
                "live": fact.live, "personal": fact.personal})
        })
        .collect();
    let reaches: Vec<_> = noun
        .reaches
        .iter()
        .map(|id| register[*id].id.clone())
        .collect();
    json!({"id": noun.id, "says": noun.says, "plural": noun.plural, "reaches": reaches, "parts": noun.parts,
        "begins": ids(&noun.begins), "ends": ids(&noun.ends), "voids": ids(&noun.voids),
        "reopens": ids(&noun.reopens), "acts": acts, "states": states, "facts": facts})
}

fn act_json(register: &Register, id: ActId) -> Value {
    let act = &register[id];
    json!({"id": act.id, "do": act.phrase, "happens": act.happens, "noun": act.noun, "automatic": act.automatic,
        "proof": act.proof.map(|proof| register[proof].id.clone())})
}
