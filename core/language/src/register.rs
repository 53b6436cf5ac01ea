//! The register: every word that a runnable sentence may use, with its type.
//!
//! The rooms of the product fill it from TOML files, a company adds its own; nothing in the language knows a noun,
//! an act or a role by name. Entries refer to each other by small ids, which are positions in the register's lists.

mod load;
mod names;
mod nearest;
mod phrases;
mod shown;

use crate::ast::Path;

pub use load::{RegisterFile, RegisterProblem};
pub(crate) use names::Called;
pub(crate) use nearest::closest;
pub(crate) use phrases::{FormIndex, Pattern, Piece, number_of};
pub use phrases::{PhraseForm, PhraseMeaning};
pub(crate) use shown::{of_it, shown_phrase};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u16);

        impl $name {
            /// Its position in the register's list.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A noun: `request`, `client`.
    NounId;
    /// An act and its event: `acknowledge a request`, `a request is acknowledged`.
    ActId;
    /// A state: `it waits for the client`.
    StateId;
    /// A fact: `its urgency`.
    FactId;
    /// A role: `account manager`.
    RoleId;
    /// A kind of proof: `a message to the client`.
    ProofId;
    /// A figure: `client satisfaction`.
    MeasureId;
    /// A right that can end: `access to client data`.
    RightId;
}

/// Every word that a runnable sentence may use. Made by [`Register::load`].
#[derive(Clone, Debug, Default)]
pub struct Register {
    pub(crate) nouns: Vec<Noun>,
    pub(crate) acts: Vec<Act>,
    pub(crate) states: Vec<State>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) roles: Vec<Role>,
    pub(crate) proofs: Vec<Named>,
    pub(crate) measures: Vec<Measure>,
    pub(crate) rights: Vec<Named>,
    pub(crate) index: phrases::PhraseIndex,
    pub(crate) names: names::Names,
    pub(crate) shown: shown::Shown,
    pub(crate) ways: names::Ways,
}

/// A kind of record.
#[derive(Clone, Debug)]
pub struct Noun {
    /// Its id: `request`.
    pub id: String,
    /// The word for one.
    pub says: String,
    /// The word for many.
    pub plural: String,
    /// Other words for one.
    pub also: Vec<String>,
    /// The nouns of which it has one, in order of the register.
    pub reaches: Vec<NounId>,
    /// The nouns of which it has many.
    pub has: Vec<NounId>,
    /// The persons whom it names: `assignee`.
    pub parts: Vec<String>,
    /// The acts that begin it.
    pub begins: Vec<ActId>,
    /// The acts that end it; a noun without is a moment.
    pub ends: Vec<ActId>,
    /// The acts that void it.
    pub voids: Vec<ActId>,
    /// The acts that reopen it.
    pub reopens: Vec<ActId>,
    /// Nouns with the same record are kinds of one record, whose kind may grow. The noun's own id where none is shared.
    pub record: String,
}

/// An act and its event.
#[derive(Clone, Debug)]
pub struct Act {
    /// Its id: `acknowledge-request`.
    pub id: String,
    /// What an owner must do: `acknowledge {request}`. Empty where nobody can be asked to do it.
    pub phrase: String,
    /// What is said when it happened: `{request} is acknowledged`; the first is shown.
    pub happens: Vec<String>,
    /// `{request} has been acknowledged`, where it cannot be made from `happens`.
    pub perfect: Option<String>,
    /// The noun it is about.
    pub case: NounId,
    /// The event noun: `acknowledgement`.
    pub noun: Option<String>,
    /// It counts as these acts too.
    pub counts_as: Vec<ActId>,
    /// Who may do it; empty: any member of staff.
    pub by: Vec<Doer>,
    /// Whether an automatic event counts.
    pub automatic: bool,
    /// The facts that its event carries.
    pub facts: Vec<FactId>,
    /// What shows that it was done, unless a rule asks for more.
    pub proof: Option<ProofId>,
    /// Whether it is one of the acts that every noun has: erase, put on legal hold, record.
    pub built_in: bool,
}

/// Who may do an act.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Doer {
    /// Who holds the role.
    Role(RoleId),
    /// The person whom the case names so.
    Part(String),
    /// The program.
    System,
    /// The client.
    Client,
    /// Anyone.
    Anyone,
}

/// A span between events.
#[derive(Clone, Debug)]
pub struct State {
    /// Its id: `waits-for-client`.
    pub id: String,
    /// How it is said: `{request} waits for the client`.
    pub says: String,
    /// Whose state it is.
    pub noun: NounId,
    /// The acts that start it.
    pub from: Vec<ActId>,
    /// The acts that end it.
    pub to: Vec<ActId>,
}

/// A typed value of a noun.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Its name: `urgency`.
    pub name: String,
    /// Whose fact it is.
    pub noun: NounId,
    /// Its type.
    pub kind: FactKind,
    /// The values of a choice, in order.
    pub values: Vec<String>,
    /// Whether the values have an order.
    pub ordered: bool,
    /// Whether a later value is judged again.
    pub live: bool,
    /// Whether it is personal data.
    pub personal: bool,
    /// How a yes-no fact is said: `{meeting} is the initial meeting`.
    pub says: Option<String>,
    /// Other names.
    pub also: Vec<String>,
}

/// The type of a fact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FactKind {
    /// True or false.
    YesNo,
    /// One of a list.
    Choice,
    /// A number.
    Number,
    /// A percentage.
    Percent,
    /// An amount of money.
    Money,
    /// A length of time.
    Duration,
    /// A day.
    Date,
    /// A point in time.
    Instant,
    /// Words: only whether they are known.
    Text,
    /// A person.
    Person,
    /// Several values: only whether they are known.
    List,
}

/// A role.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its id: `account-manager`.
    pub id: String,
    /// Its name.
    pub says: String,
    /// Its name for many.
    pub plural: String,
    /// Other names.
    pub also: Vec<String>,
    /// Whether it is the client, who is no member of staff.
    pub is_client: bool,
}

/// A figure.
#[derive(Clone, Debug)]
pub struct Measure {
    /// Its id.
    pub id: String,
    /// Its name.
    pub says: String,
    /// Its type.
    pub kind: FactKind,
    /// The records it is taken over, in words; none: not yet said.
    pub population: Option<String>,
    /// `share`, `mean`, `median` or `score`; none: the target must say it.
    pub statistic: Option<String>,
    /// Over how long, unless the target says otherwise.
    pub window: Option<String>,
}

/// A word with an id: a proof, a right.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// How it is said.
    pub says: String,
    /// Other words.
    pub also: Vec<String>,
}

macro_rules! lists {
    ($($id:ident, $entry:ident, $list:ident;)*) => {$(
        impl std::ops::Index<$id> for Register {
            type Output = $entry;

            #[expect(clippy::indexing_slicing, reason = "an id is made by its register alone, so the position exists")]
            fn index(&self, id: $id) -> &$entry {
                &self.$list[id.index()]
            }
        }

        impl Register {
            #[doc = concat!("The `", stringify!($list), "` with their ids, in the register's order.")]
            pub fn $list(&self) -> impl Iterator<Item = ($id, &$entry)> {
                self.$list.iter().enumerate().map(|(index, entry)| ($id(index as u16), entry))
            }
        }
    )*};
}

lists! {
    NounId, Noun, nouns;
    ActId, Act, acts;
    StateId, State, states;
    FactId, Fact, facts;
    RoleId, Role, roles;
    ProofId, Named, proofs;
    MeasureId, Measure, measures;
    RightId, Named, rights;
}

impl Register {
    /// The noun with this id text.
    pub fn noun(&self, id: &str) -> Option<NounId> {
        self.nouns()
            .find(|(_, noun)| noun.id == id)
            .map(|(id, _)| id)
    }

    /// The act with this id text.
    pub fn act(&self, id: &str) -> Option<ActId> {
        self.acts().find(|(_, act)| act.id == id).map(|(id, _)| id)
    }

    /// The state with this id text.
    pub fn state(&self, id: &str) -> Option<StateId> {
        self.states()
            .find(|(_, state)| state.id == id)
            .map(|(id, _)| id)
    }

    /// The fact of this noun with this name, or with this other name.
    pub fn fact(&self, noun: NounId, name: &str) -> Option<FactId> {
        self.facts()
            .find(|(_, fact)| {
                fact.noun == noun && (fact.name == name || fact.also.iter().any(|a| a == name))
            })
            .map(|(id, _)| id)
    }

    /// The role with this name, or with this other name.
    pub fn role(&self, name: &str) -> Option<RoleId> {
        self.roles()
            .find(|(_, role)| role.says == name || role.also.iter().any(|a| a == name))
            .map(|(id, _)| id)
    }

    /// A phrase with the noun in its hole: `the request is received` from `{request} is received`.
    pub fn with_the_noun(&self, phrase: &str) -> String {
        let Some((before, rest)) = phrase.split_once('{') else {
            return phrase.to_owned();
        };
        let (id, after) = rest.split_once('}').unwrap_or((rest, ""));
        let says = self.noun(id).map_or(id, |noun| self[noun].says.as_str());
        format!("{before}the {says}{after}")
    }

    /// All patterns of a form.
    pub(crate) fn patterns(&self, form: PhraseForm) -> Option<&FormIndex> {
        self.index.of(form)
    }

    /// The names of a noun, each as its words.
    pub(crate) fn names_of_noun(&self, noun: NounId) -> &[Box<[String]>] {
        self.names.of_noun(noun)
    }

    /// The nouns that have a name which begins with this word, with that name; in the register's order.
    pub(crate) fn nouns_called(&self, first: &str) -> &[Called<NounId>] {
        self.names.nouns_called(first)
    }

    /// The names of a fact, each as its words.
    pub(crate) fn names_of_fact(&self, fact: FactId) -> &[Box<[String]>] {
        self.names.of_fact(fact)
    }

    /// The facts that have a name which begins with this word, with that name; in the register's order.
    pub(crate) fn facts_called(&self, first: &str) -> &[Called<FactId>] {
        self.names.facts_called(first)
    }

    /// The facts of a noun.
    pub(crate) fn facts_of(&self, noun: NounId) -> &[FactId] {
        self.names.facts_of(noun)
    }

    /// The values of a choice, each as its words.
    pub(crate) fn values_of(&self, fact: FactId) -> &[Box<[String]>] {
        self.names.values_of(fact)
    }

    /// The way from one noun to another, where there is one.
    pub(crate) fn way(&self, from: NounId, to: NounId) -> Option<Path> {
        if from == to || self.same_record(from, to) {
            return Some(Vec::new());
        }
        self.ways.between(self, from, to)
    }

    /// The phrase nearest to the words said, and its act; `to_case` tells the acts on the case.
    pub(crate) fn nearest_act(
        &self,
        form: PhraseForm,
        said: &str,
        to_case: &dyn Fn(ActId) -> bool,
    ) -> Option<(&str, ActId)> {
        self.shown.nearest(form, said, to_case)
    }

    /// The noun of the one record that stands for the whole company.
    pub fn company(&self) -> NounId {
        self.noun("company").unwrap_or(NounId(0))
    }

    /// Whether two nouns are kinds of one record.
    pub fn same_record(&self, one: NounId, other: NounId) -> bool {
        self[one].record == self[other].record
    }
}
