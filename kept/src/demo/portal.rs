//! The portal of the made-up company: open, with forms, and with somebody who is let in.

use std::sync::Arc;

use kept_accounts::access::{Action, for_kept};
use kept_clients::ContactId;
use kept_clients::read::own;
use kept_forms::model::{FormId, FormKind};
use kept_journal::Rules;
use kept_journal::audit::Who;
use kept_portal::commands::{NewDocument, NewSettings, add_document, invite, set_settings};
use kept_store::AsStore;
use kept_ui::{Live, LiveLimits};

use crate::house::House;
use crate::serve;
use crate::tell::Failure;

/// Who is let in, and where.
pub struct Guest {
    /// The name of the contact, and of the client.
    pub name: String,
    /// The path of the link, good once.
    pub path: String,
}

fn told(error: &(impl AsStore + std::fmt::Display)) -> Failure {
    Failure::new(format!("The portal could not be opened: {error}."))
}

/// Opens the portal and the forms, and lets a contact in.
pub fn open(house: &House, contact: ContactId) -> Result<Option<Guest>, Failure> {
    let rules = Rules::new(house.rules()?);
    let live = Live::new(LiveLimits::default(), house.world.now().micros() as u64);
    let requests = serve::requests(house, &rules, &live);
    let base_url = "http://localhost";
    let forms = serve::forms(house, (&rules, &live), base_url);
    let portal = serve::portal(house, (&rules, &live), (&requests, &forms), base_url);
    let found = house.store.read(move |read| own(read, contact)).wait()?;
    let Some((card, client)) = found else {
        return Ok(None);
    };
    let (person, company) = (card.card.name, client.card.name);
    let (client, name) = (client.card.id, format!("{person} of {company}"));
    let intake = forms_of_the_house(house, &forms)?;
    let random = |_| Failure::new("The machine gives no randomness.");
    let (token, sending) = (
        portal.token().map_err(random)?,
        forms.sending().map_err(random)?,
    );
    let path = format!("/portal/enter/{}", token.text());
    let (opening, sharing, inviting) = (
        portal.step(Who::Kept),
        portal.step(Who::Kept),
        portal.step(Who::Kept),
    );
    let (sent, document) = (forms.step(Who::Kept), house.world.id());
    let opened = house.store.write(move |tx| {
        let settings = NewSettings {
            revision: 1,
            open: true,
            greeting_en: "Everything that is open between us, and until when.".to_owned(),
            greeting_de: "Alles, was zwischen uns offen ist, und bis wann.".to_owned(),
            ..NewSettings::default()
        };
        set_settings(tx, &opening, &for_kept(Action::Configure), &settings)?;
        let edit = for_kept(Action::EditClients);
        let new = NewDocument {
            id: document,
            contact: None,
            title: "How we work together".to_owned(),
            name: "how-we-work.txt".to_owned(),
            content: b"What you can expect of us stands in our procedures.\n".to_vec(),
        };
        add_document(tx, &sharing, &edit, client, &new)?;
        invite(tx, &inviting, &edit, (client, contact), &token)
    });
    opened.wait().map_err(|error| told(&error))?;
    // They have begun to fill it in, and put it aside.
    let begun = kept_forms::NewDraft {
        filled: [
            ("f1", person.as_str()),
            ("f4", company.as_str()),
            (
                "f9",
                "Fewer stops at the packing line, and one number to call.",
            ),
        ]
        .map(|(field, value)| (field.to_owned(), value.to_owned()))
        .to_vec(),
        ..kept_forms::NewDraft::default()
    };
    let beginning = forms.step(Who::Unknown);
    let asked = house.store.write(move |tx| {
        let edit = for_kept(Action::EditClients);
        kept_forms::send_link(tx, &sent, &edit, (intake, client, contact), &sending)?;
        let link = sending.token.hash();
        kept_forms::put_draft_aside(tx, &beginning, link, &begun).map(drop)
    });
    asked.wait().map_err(|error| told(&error))?;
    Ok(Some(Guest { name, path }))
}

/// A form for intake, and one for feedback that anybody fills in. Returns the first.
fn forms_of_the_house(house: &House, forms: &kept_forms::Room) -> Result<FormId, Failure> {
    let kinds = [FormKind::Intake, FormKind::Feedback];
    let ids = kinds.map(|kind| (kind, FormId(house.world.id())));
    for (kind, id) in ids {
        let steps = Arc::new([0; 3].map(|_| forms.step(Who::Kept)));
        let made = house.store.write(move |tx| {
            let [making, publishing, opening] = &*steps;
            let scope = for_kept(Action::WriteTemplates);
            kept_forms::make_form(tx, making, &scope, (id, kind, "en"), "")?;
            kept_forms::publish(tx, publishing, &scope, id)?;
            if kind == FormKind::Feedback {
                kept_forms::open_door(tx, opening, &scope, (id, true), "")?;
            }
            Ok::<_, kept_forms::FormError>(())
        });
        made.wait().map_err(|error| told(&error))?;
    }
    let [(_, intake), _] = ids;
    Ok(intake)
}
