//! People come, change, and leave.

use kept_accounts::commands::{
    ChangePersonError, assign_roles, disable_person, enable_person, place_person,
};
use kept_accounts::model::PersonState;
use kept_testing::{Kept as _, on_both};

use crate::desk::{ADMIN, Desk, MAYA, PASSWORD, console, roles};

fn some(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

on_both! {
    fn a_change_of_role_or_team_ends_the_sessions_before_it(home) {
        let desk = Desk::staffed(home);
        let maya = desk.person(MAYA);
        let session = desk.session(MAYA);
        let (act, scope, ids) = (desk.act(), console(), some(&["approver", "salesperson"]));
        desk.store.write(move |tx| assign_roles(tx, &act, &scope, maya, (&ids, &roles()))).kept();
        assert!(!desk.stands(&session));
        assert_eq!(desk.find(MAYA).unwrap().roles, ["approver", "salesperson"]);

        let session = desk.session(MAYA);
        let (act, scope) = (desk.act(), console());
        let team = desk.store.write(move |tx| kept_accounts::commands::add_team(tx, &act, &scope, "North")).kept();
        let (act, scope) = (desk.act(), console());
        desk.store.write(move |tx| place_person(tx, &act, &scope, maya, (Some(team), None))).kept();
        assert!(!desk.stands(&session));
        assert_eq!(desk.find(MAYA).unwrap().team_name.as_deref(), Some("North"));
        let audited = desk.audited();
        let since = audited.iter().rposition(|act| act == "RolesAssigned").unwrap();
        assert_eq!(audited[since..], ["RolesAssigned", "SignedIn", "TeamAdded", "PersonPlaced"]);
    }

    fn whoever_leaves_is_shut_out_at_once_and_comes_back_with_the_old_password(home) {
        let desk = Desk::staffed(home);
        let maya = desk.person(MAYA);
        let session = desk.session(MAYA);
        let (act, scope) = (desk.act(), console());
        desk.store.write(move |tx| disable_person(tx, &act, &scope, maya)).kept();
        assert!(!desk.stands(&session));
        assert!(desk.sign_in(MAYA, PASSWORD).is_err());
        assert_eq!(desk.find(MAYA).unwrap().state, PersonState::Disabled);
        let (act, scope) = (desk.act(), console());
        desk.store.write(move |tx| enable_person(tx, &act, &scope, maya)).kept();
        assert!(!desk.stands(&session), "an ended session stays ended");
        desk.session(MAYA);
    }

    fn the_last_administrator_stays_one(home) {
        let desk = Desk::staffed(home);
        let helen = desk.person(ADMIN);
        let (act, scope) = (desk.act(), console());
        let refused = desk.store.write(move |tx| disable_person(tx, &act, &scope, helen)).wait();
        assert!(matches!(refused, Err(ChangePersonError::LastAdministrator)));
        let (act, scope) = (desk.act(), console());
        let refused = desk
            .store
            .write(move |tx| assign_roles(tx, &act, &scope, helen, (&some(&["approver"]), &roles())))
            .wait();
        assert!(matches!(refused, Err(ChangePersonError::LastAdministrator)));
        assert!(!desk.audited().iter().any(|act| act == "PersonDisabled" || act == "RolesAssigned"));
        desk.add("Rosa Lindqvist", "rosa@desk.example", &["administrator"]);
        let (act, scope) = (desk.act(), console());
        desk.store.write(move |tx| disable_person(tx, &act, &scope, helen)).kept();
    }

    fn a_right_that_ended_while_the_request_was_under_way_writes_nothing(home) {
        let desk = Desk::staffed(home);
        let maya = desk.person(MAYA);
        let session = desk.session(ADMIN);
        let signed = desk.run(desk.accounts.signed(session.hash())).unwrap().unwrap();
        let scope = signed.scope(kept_accounts::access::Action::ManageAccounts);
        desk.add("Rosa Lindqvist", "rosa@desk.example", &["administrator"]);
        let (act, console, helen) = (desk.act(), console(), desk.person(ADMIN));
        desk.store.write(move |tx| disable_person(tx, &act, &console, helen)).kept();
        let act = desk.act();
        let refused = desk.store.write(move |tx| disable_person(tx, &act, &scope, maya)).wait();
        assert!(matches!(refused, Err(ChangePersonError::NotAllowed)));
        assert_eq!(desk.find(MAYA).unwrap().state, PersonState::Active);
    }
}
