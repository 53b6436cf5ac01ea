//! A rule in one line.

use crate::ast::{Beat, Duty, Opening, Procedure, Rhythm, Sentence, Task, Trigger};
use crate::document::{Rule, Slot};

use super::capital;
use super::say::{Say, third_person, with_article};

/// The longest line for a rule that is shown as it is written.
const LONGEST: usize = 240;

pub(super) fn short(say: &Say<'_>, rule: &Rule) -> String {
    let line = match &rule.sentence {
        Some(Sentence::Duty(duty)) => of_duty(say, rule, duty),
        Some(Sentence::Rhythm(rhythm)) => of_rhythm(say, rule, rhythm),
        Some(Sentence::Procedure(procedure)) => of_procedure(say, procedure),
        Some(Sentence::Term(word, meaning)) => format!("“{word}” means {meaning}"),
        Some(Sentence::Gate(_) | Sentence::Definition(_)) => as_written(say, rule),
        _ => as_written(&say.as_written(), rule),
    };
    let line = line.trim().trim_end_matches(['.', ',', ';', ':']);
    format!("{}.", capital(line))
}

/// Who does what until when, without how it started: for the steps of a procedure.
pub(super) fn of_task(say: &Say<'_>, rule: &Rule, task: &Task) -> String {
    let mut line = format!("{} {}", say.who(&task.who), does(say, task));
    if let Some(deadline) = &task.deadline {
        line = format!("{line} {}", say.words(deadline.range));
    } else if let Some(deadline) = say.slot(rule, Slot::Deadline) {
        line = format!("{line} {deadline}");
    }
    line
}

/// `personally signs the version`
fn does(say: &Say<'_>, task: &Task) -> String {
    let personally = if task.personally { "personally " } else { "" };
    let through = say
        .through(task)
        .map_or_else(String::new, |through| format!(" {through}"));
    format!(
        "{personally}{}{through}",
        third_person(&say.words(task.act.range))
    )
}

fn of_duty(say: &Say<'_>, rule: &Rule, duty: &Duty) -> String {
    let Opening::When {
        triggers,
        condition,
    } = &duty.opening
    else {
        return of_task(say, rule, &duty.task);
    };
    let condition = condition.as_ref().map_or_else(String::new, |condition| {
        format!(", if {}", say.condition(condition))
    });
    // What a request needs when it begins needs no *when*: *acknowledges a request*.
    if let Some(line) = of_beginning(say, rule, duty, triggers) {
        return format!("{line}{condition}");
    }
    let head = say.slot(rule, Slot::Head).unwrap_or_default();
    format!("{head}{condition}, {}", of_task(say, rule, &duty.task))
}

/// The line of a duty that the beginning of its case opens, where the act names the case.
fn of_beginning(say: &Say<'_>, rule: &Rule, duty: &Duty, triggers: &[Trigger]) -> Option<String> {
    let [Trigger::Act(act)] = triggers else {
        return None;
    };
    let first = say.register[say.case?].begins.first()?;
    if !act.path.is_empty() || !duty.task.act.path.is_empty() || act.act != *first {
        return None;
    }
    let noun = say.noun();
    let indefinite = if say.words(act.range).starts_with(noun) {
        noun.to_owned()
    } else {
        with_article(noun)
    };
    let the = say.the_case();
    let done = does(say, &duty.task);
    let at = done.find(&the)?;
    let after = done.get(at + the.len()..)?;
    if after.starts_with(|c: char| c.is_alphanumeric() || c == '-') {
        return None;
    }
    let before = done.get(..at)?;
    let deadline = say
        .slot(rule, Slot::Deadline)
        .map_or_else(String::new, |deadline| {
            format!(" {}", deadline.replace(&format!("{the}'s"), "its"))
        });
    Some(format!(
        "{} {before}{indefinite}{after}{deadline}",
        say.who(&duty.task.who)
    ))
}

fn of_rhythm(say: &Say<'_>, rule: &Rule, rhythm: &Rhythm) -> String {
    let head = say.slot(rule, Slot::Head).unwrap_or_default();
    let task = of_task(say, rule, &rhythm.task);
    match &rhythm.beat {
        Beat::Since { condition, .. } => {
            let each = say
                .slot(rule, Slot::Each)
                .map_or_else(String::new, |each| format!(", {each}"));
            let condition = condition.as_ref().map_or_else(String::new, |condition| {
                format!(", while {}", say.condition(condition))
            });
            format!("{head}{each}{condition}, {task}")
        }
        Beat::Calendar(_) => format!("{head}, {task}"),
    }
}

fn of_procedure(say: &Say<'_>, procedure: &Procedure) -> String {
    let starts: Vec<String> = procedure
        .starts
        .iter()
        .map(|act| say.words(act.range))
        .collect();
    let condition = procedure
        .condition
        .as_ref()
        .map_or_else(String::new, |condition| {
            format!(", if {}", say.condition(condition))
        });
    let steps = procedure.items.len();
    let plural = if steps == 1 { "step" } else { "steps" };
    format!(
        "“{}”: {steps} {plural}, starting when {}{condition}",
        procedure.name,
        starts.join(" or ")
    )
}

fn as_written(say: &Say<'_>, rule: &Rule) -> String {
    let text = say.words(rule.range);
    if text.chars().count() <= LONGEST {
        return text;
    }
    let begun: String = text.chars().take(LONGEST).collect();
    let whole = begun
        .rsplit_once(' ')
        .map_or(begun.as_str(), |(whole, _)| whole);
    format!("{} …", whole.trim_end_matches([',', ';']))
}
