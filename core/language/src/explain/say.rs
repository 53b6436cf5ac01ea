//! The words of a sentence as a reader elsewhere understands them: `it` is named, blanks have their values.

use crate::ast::{
    ActUse, Condition, Evidence, FactRef, Party, Path, RuleKey, Sentence, Task, TestKind,
    TextRange, Through, Value, Who, WhoKind, Whom,
};
use crate::document::{Document, Rule, Slot};
use crate::format::tokens::{Kind, Token, split};
use crate::read::Library;
use crate::register::{ActId, Doer, FactId, FactKind, NounId, Register, RoleId};

/// Speaks about the rules of one document, on one kind of case.
#[derive(Clone, Copy)]
pub(crate) struct Say<'a> {
    pub register: &'a Register,
    pub library: &'a Library,
    pub document: &'a Document,
    /// What `it` means.
    pub case: Option<NounId>,
}

impl<'a> Say<'a> {
    /// Speaks about this rule. A rule of no document of the library is spoken of without its text.
    pub fn of(register: &'a Register, library: &'a Library, rule: &Rule) -> Self {
        static NONE: std::sync::LazyLock<Document> = std::sync::LazyLock::new(Document::empty);
        let same = |document: &&Document| document.header.code == rule.key.code;
        Self {
            register,
            library,
            document: library.documents.iter().find(same).unwrap_or(&NONE),
            case: case_of(library, rule),
        }
    }

    /// The noun of the case: `request`.
    pub fn noun(&self) -> &'a str {
        self.case
            .map_or("case", |case| self.register[case].says.as_str())
    }

    /// `the request`
    pub fn the_case(&self) -> String {
        format!("the {}", self.noun())
    }

    /// Leaves `it` as it is written: for whole sentences, in which it may also mean the duty.
    pub fn as_written(self) -> Self {
        Self { case: None, ..self }
    }

    /// `through the client's preferred channel`
    pub fn through(&self, task: &Task) -> Option<String> {
        Some(match task.through.as_ref()? {
            Through::Channel(fact, value) => format!("through {}", self.value(*fact, *value)),
            Through::Fact(fact) => format!("through {}", self.words(fact.range)),
        })
    }

    /// Whether it is about the company as a whole.
    pub fn is_company(&self) -> bool {
        self.case == Some(self.register.company())
    }

    /// The words of a range in one line, `it` named and blanks filled.
    pub fn words(&self, range: TextRange) -> String {
        self.plain(self.document.words(self.document.with_whole_blanks(range)))
    }

    /// The words of the slots of this kind.
    pub fn slot(&self, rule: &Rule, slot: Slot) -> Option<String> {
        let found = rule.slots.iter().find(|found| found.slot == slot)?;
        Some(self.words(found.range))
    }

    /// A text in one line, `it` named and blanks filled.
    pub fn plain(&self, text: &str) -> String {
        let tokens = split(text);
        let mut said = String::new();
        for (index, token) in tokens.iter().enumerate() {
            let code = index
                .checked_sub(1)
                .and_then(|before| tokens.get(before))
                .filter(|before| token.kind == Kind::Code && self.is_code(before));
            if let Some(code) = code {
                said.truncate(said.len().saturating_sub(code.text.len() + 1));
            }
            if !(said.is_empty() || token.tight) {
                said.push(' ');
            }
            said.push_str(&self.token(token, code.map(|code| code.text.as_str())));
        }
        said
    }

    fn is_code(&self, token: &Token) -> bool {
        let mut documents = self.library.documents.iter();
        documents.any(|document| document.header.code == token.text)
    }

    fn token(&self, token: &Token, code: Option<&str>) -> String {
        match token.kind {
            Kind::Blank => self.blank(&token.text),
            Kind::Code => {
                let key = RuleKey {
                    code: code.unwrap_or(&self.document.header.code).to_owned(),
                    id: token.text.trim_matches('`').to_owned(),
                };
                self.rule_name(&key)
            }
            _ if self.case.is_none() => token.text.clone(),
            _ if token.is("it") || token.is("them") || token.is("they") => self.the_case(),
            _ if token.is("its") || token.is("their") => format!("the {}'s", self.noun()),
            _ => token.text.clone(),
        }
    }

    /// The value of a blank, or its name in brackets while it is empty.
    fn blank(&self, written: &str) -> String {
        let inside = written.trim_matches(['[', ']']);
        let value = inside
            .split_once(':')
            .map(|(_, value)| value.trim().to_owned());
        let given = || {
            let blank = self.document.blanks.get(inside.trim())?;
            blank
                .value
                .as_ref()
                .map(|value| value.split_whitespace().collect::<Vec<_>>().join(" "))
        };
        value.or_else(given).unwrap_or_else(|| written.to_owned())
    }

    /// `“resolve” (SR 4.5)`
    pub fn rule_name(&self, key: &RuleKey) -> String {
        match self.library.rule(key) {
            Some((document, rule)) => format!("“{}” ({})", key.id, document.clause_of(rule)),
            None => format!("“{}” ({})", key.id, key.code),
        }
    }

    /// A rule of another document, or of this one, with who speaks about it.
    pub fn rule(&self, key: &RuleKey) -> Option<(Say<'a>, &'a Rule)> {
        let (_, rule) = self.library.rule(key)?;
        Some((Self::of(self.register, self.library, rule), rule))
    }

    /// `the account manager`, `management`
    pub fn role(&self, role: RoleId) -> String {
        let entry = &self.register[role];
        // What has no plural is a group or a body: it stands without an article.
        if entry.plural == entry.says {
            entry.says.clone()
        } else {
            format!("the {}", entry.says)
        }
    }

    pub fn party(&self, party: &Party) -> String {
        match party {
            Party::Role(role) => self.role(*role),
            Party::Part(part) => format!("the {part}"),
        }
    }

    pub fn whom(&self, whom: &Whom) -> String {
        match whom {
            Whom::Owner => "the owner".to_owned(),
            Whom::Party(party) => self.party(party),
        }
    }

    /// Who owes it, as the subject of a sentence in the singular.
    pub fn who(&self, who: &Who) -> String {
        match &who.kind {
            WhoKind::OneOf(parties) => or(&parties
                .iter()
                .map(|party| self.party(party))
                .collect::<Vec<_>>()),
            WhoKind::Each(role) => format!("each {}", self.register[*role].says),
            WhoKind::Everyone { on_distribution } => {
                let list = if *on_distribution {
                    " on the distribution list"
                } else {
                    ""
                };
                format!("everyone{list}")
            }
            WhoKind::Client => "the client".to_owned(),
        }
    }

    pub fn doer(&self, doer: &Doer) -> String {
        match doer {
            Doer::Role(role) => self.role(*role),
            Doer::Part(part) => format!("the {part}"),
            Doer::System => "the system".to_owned(),
            Doer::Client => "the client".to_owned(),
            Doer::Anyone => "anyone".to_owned(),
        }
    }

    /// What the act is called when it happened: `the request is acknowledged`.
    pub fn event(&self, act: &ActUse) -> String {
        if let Some(fact) = act.fact {
            return format!("{} is recorded", self.fact_of(&act.path, fact));
        }
        self.act_event(act.act, &act.path)
    }

    /// The event of an act on the record that a path leads to.
    pub fn act_event(&self, act: ActId, path: &Path) -> String {
        let entry = &self.register[act];
        let phrase = entry.happens.first().unwrap_or(&entry.phrase);
        self.filled(phrase, path)
    }

    /// A phrase of the register with its hole filled: `the request waits for the client`.
    pub fn filled(&self, phrase: &str, path: &Path) -> String {
        let Some((before, rest)) = phrase.split_once('{') else {
            return phrase.to_owned();
        };
        let (name, after) = rest.split_once('}').unwrap_or((rest, ""));
        let hole = self
            .register
            .noun(name)
            .or_else(|| self.register.noun(&name.replace(' ', "-")));
        let record = path.last().copied().or(self.case);
        let noun = match (hole, record) {
            (Some(hole), Some(record)) if self.register.same_record(hole, record) => record,
            (Some(hole), _) => hole,
            (None, _) => return phrase.replace(['{', '}'], ""),
        };
        format!("{before}the {}{after}", self.register[noun].says)
    }

    /// `the request's priority`, `the client's tier`
    pub fn fact(&self, fact: &FactRef) -> String {
        self.fact_of(&fact.path, fact.fact)
    }

    pub fn fact_of(&self, path: &Path, fact: FactId) -> String {
        let entry = &self.register[fact];
        if let Some(says) = &entry.says {
            return format!("whether {}", self.filled(says, path));
        }
        if entry.kind == FactKind::YesNo {
            let noun = self.register[entry.noun].says.as_str();
            return format!("whether the {noun} is {}", entry.name);
        }
        let owner = path.last().copied().or(self.case).unwrap_or(entry.noun);
        if owner == self.register.company() {
            return format!("the {}", entry.name);
        }
        let noun = if self.register.same_record(owner, entry.noun) {
            owner
        } else {
            entry.noun
        };
        format!("the {}'s {}", self.register[noun].says, entry.name)
    }

    /// A condition without its `if`, `unless` or `while`.
    pub fn condition(&self, condition: &Condition) -> String {
        let (tests, word) = match condition {
            Condition::All(tests) => (tests, " and "),
            Condition::Any(tests) => (tests, " or "),
        };
        let words: Vec<String> = tests.iter().map(|test| self.words(test.range)).collect();
        words.join(word)
    }

    /// What must be shown, each item as written.
    pub fn evidence(&self, evidence: &[Evidence]) -> String {
        let words: Vec<String> = evidence.iter().map(|item| self.words(item.range)).collect();
        and(&words)
    }

    /// A value of a fact.
    pub fn value(&self, fact: FactId, value: Value) -> String {
        match value {
            Value::Choice(index) => {
                let values = &self.register[fact].values;
                values.get(usize::from(index)).cloned().unwrap_or_default()
            }
            Value::YesNo(yes) => if yes { "yes" } else { "no" }.to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Duration(duration) => duration.to_string(),
            Value::Date(date) => date.to_string(),
            Value::Instant(_) | Value::Text(_) => "this".to_owned(),
        }
    }
}

/// The noun that a rule is about.
fn case_of(library: &Library, rule: &Rule) -> Option<NounId> {
    match rule.sentence.as_ref()? {
        Sentence::Duty(duty) => Some(duty.case),
        Sentence::Rhythm(rhythm) => Some(rhythm.case),
        Sentence::Gate(gate) => Some(gate.case),
        Sentence::Stages(stages) => Some(stages.noun),
        Sentence::Procedure(procedure) => Some(procedure.case),
        Sentence::Sample(sample) => Some(sample.noun),
        _ => library.cases.get(&rule.key).copied(),
    }
}

/// The facts that a condition asks about, with whether each may be unknown to it.
pub(crate) fn facts_in(condition: &Condition) -> Vec<(FactRef, bool)> {
    let (Condition::All(tests) | Condition::Any(tests)) = condition;
    let mut facts = Vec::new();
    for test in tests {
        match &test.kind {
            TestKind::Is(fact, _) | TestKind::Compare(fact, ..) | TestKind::Between(fact, ..) => {
                facts.push((fact.clone(), true));
            }
            TestKind::Known(known) => facts.extend(known.iter().cloned().map(|fact| (fact, false))),
            TestKind::State(_) | TestKind::Event(..) => {}
        }
    }
    facts
}

/// `a`, `a or b`, `a, b or c`
pub(crate) fn or(words: &[String]) -> String {
    joined(words, "or")
}

/// `a`, `a and b`, `a, b and c`
pub(crate) fn and(words: &[String]) -> String {
    joined(words, "and")
}

fn joined(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., end] => format!("{} {last} {end}", most.join(", ")),
    }
}

/// A verb phrase in the third person: `acknowledges the request`.
pub(crate) fn third_person(act: &str) -> String {
    let (verb, rest) = act.split_once(' ').unwrap_or((act, ""));
    let third = match verb {
        "have" => "has".to_owned(),
        "be" => "is".to_owned(),
        _ if verb.ends_with(['s', 'x', 'z', 'o'])
            || verb.ends_with("ch")
            || verb.ends_with("sh") =>
        {
            format!("{verb}es")
        }
        _ => match verb.strip_suffix('y') {
            Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
            _ => format!("{verb}s"),
        },
    };
    if rest.is_empty() {
        third
    } else {
        format!("{third} {rest}")
    }
}

/// `a request`, `an email`
pub(crate) fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {noun}")
}

/// `(a) one; (b) another`
pub(crate) fn lettered(items: &[String]) -> String {
    let lettered = items
        .iter()
        .zip('a'..='z')
        .map(|(item, letter)| format!("({letter}) {item}"));
    lettered.collect::<Vec<_>>().join("; ")
}

/// Sentences that begin with the same subject and verb, with those said once: `the request is merged, withdrawn or
/// marked as spam`.
pub(crate) fn or_events(events: &[String]) -> String {
    let subject = |event: &String| {
        let end = event.find(" is ")? + 4;
        event.get(..end).map(str::to_owned)
    };
    let first = events.first().and_then(subject);
    let rest: Option<Vec<String>> = first.as_ref().and_then(|first| {
        let rest = events
            .iter()
            .map(|event| event.strip_prefix(first.as_str()).map(str::to_owned));
        rest.collect()
    });
    match (first, rest) {
        (Some(first), Some(rest)) => format!("{first}{}", or(&rest)),
        _ => or(events),
    }
}
