//! The look at an answer before it is sent: what could be said better in it, and what it promises. Nothing is refused here: who
//! sends it all the same does so, and what was remarked is kept with the answer, by kind and number alone.

use std::collections::BTreeMap;

use kept_accounts::access::Scope;
use kept_accounts::model::PersonId;
use kept_clients::read::{self, ContactCard};
use kept_journal::InForce;
use kept_kernel::Instant;
use kept_spelling::Spelling;
use kept_store::{Read, StoreError};
use kept_wording::{About, HouseWord, Looked, look};

use crate::model::RequestId;
use crate::queries;

/// Who was written to within a day is not greeted anew.
const GREETED_FOR: i64 = 86_400_000_000;

/// What is known around an answer.
#[derive(Clone, Debug)]
pub(crate) struct Around {
    pub(crate) contact: Option<ContactCard>,
    greeted: bool,
    house: Vec<HouseWord>,
    spelling: Spelling,
}

/// What was remarked, by the name of its kind, and how often.
pub(crate) type Remarked = BTreeMap<String, u32>;

/// What is known around an answer on a request within reach; none: there is no such request.
pub(crate) fn around(
    read: &Read<'_>,
    scope: &Scope,
    (id, me): (RequestId, PersonId),
    now: Instant,
) -> Result<Option<Around>, StoreError> {
    let Some(request) = queries::one(read, scope, id)? else {
        return Ok(None);
    };
    let contact = match request.contact {
        Some(contact) => read::contact(read, contact)?,
        None => None,
    };
    let mut around = towards(read, contact)?;
    around.greeted = queries::wrote_since(read, id, (me, now.plus_micros(-GREETED_FOR)))?;
    // What the client calls a thing is its name here.
    let mut said = queries::said_by_client(read, id)?;
    said.push(request.subject);
    for text in &said {
        around.spelling = around.spelling.knowing(text);
    }
    Ok(Some(around))
}

/// What is known around a message to a contact that begins a conversation; or to somebody who is not known.
pub(crate) fn towards(read: &Read<'_>, contact: Option<ContactCard>) -> Result<Around, StoreError> {
    let house = queries::house_words(read)?.into_iter();
    let house: Vec<HouseWord> = house.map(|(_, word)| word).collect();
    let language = contact.as_ref().map_or("en", |one| &one.language);
    let names = contact.as_ref().map_or("", |one| &one.name);
    let mut spelling = Spelling::of(language).knowing(names);
    for word in &house {
        spelling = spelling.knowing(&word.say);
    }
    Ok(Around {
        contact,
        greeted: false,
        house,
        spelling,
    })
}

impl Around {
    /// Looks at an answer. `next_at` is when the client is told, beside the words, that we write again.
    pub(crate) fn look(
        &self,
        rules: &InForce,
        (text, next_at): (&str, Option<Instant>),
        now: Instant,
    ) -> Looked {
        look(text, &self.about(rules, next_at, now))
    }

    /// When to write again, where nothing else is known.
    pub(crate) fn next_word(&self, rules: &InForce, now: Instant) -> Instant {
        kept_wording::next_word(&self.about(rules, None, now))
    }

    fn about<'a>(
        &'a self,
        rules: &'a InForce,
        next_at: Option<Instant>,
        now: Instant,
    ) -> About<'a> {
        let mut about = About::new(now, rules.program.company_calendar());
        if let Some(contact) = &self.contact {
            about.contact = Some(&contact.name);
            about.language = &contact.language;
            about.fluent = contact.style.as_deref().is_some_and(is_fluent);
        }
        about.greeted = self.greeted;
        about.house = &self.house;
        about.speller = Some(&self.spelling);
        about.next_at = next_at;
        about
    }
}

/// Whether a style says that somebody is at home in the words of the trade.
fn is_fluent(style: &str) -> bool {
    const SAYS: [&str; 4] = ["technical", "fluent", "expert", "jargon"];
    let style = style.to_lowercase();
    let not = style.contains("no jargon")
        || style.contains("not technical")
        || style.contains("non-technical");
    !not && SAYS.iter().any(|word| style.contains(word))
}

/// How often each kind was remarked.
pub(crate) fn counted(looked: &Looked) -> Remarked {
    let mut remarked = Remarked::new();
    for remark in &looked.remarks {
        *remarked.entry(remark.kind.name().to_owned()).or_default() += 1;
    }
    remarked
}
