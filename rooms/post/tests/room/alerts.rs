//! Alerts reach people by mail, once, without a word of a client's.

use kept_mail::Recipient;
use kept_testing::on_both;

use crate::desk::Desk;

on_both! {
    fn each_alert_is_mailed_once_to_each_to_whom_it_was_told(home) {
        let desk = Desk::new(home);
        desk.tell("R-1", Some("maya"));
        desk.tell("R-2", None);
        desk.round();
        desk.round();
        let letters = desk.letters();
        let to = |name: &str| {
            let person = Recipient::Person(desk.id(name).to_string());
            let own = letters.iter().filter(|letter| letter.to == person);
            let mut subjects: Vec<_> = own.map(|letter| letter.subject.clone()).collect();
            subjects.sort();
            subjects
        };
        assert_eq!(to("maya"), ["Overdue: SR 4.3, request R-1", "Overdue: SR 4.3, request R-2"]);
        assert_eq!(to("ben"), ["Overdue: SR 4.3, request R-2"]);
        let text = &letters.first().unwrap().text;
        assert!(text.contains("Due: Friday 30 January 2026, 11:30 Europe/Berlin."), "{text}");
    }

    fn many_alerts_are_one_letter(home) {
        let desk = Desk::new(home);
        for request in ["R-1", "R-2", "R-3", "R-4"] {
            desk.tell(request, Some("ben"));
        }
        desk.round();
        let letters = desk.letters();
        assert_eq!(letters.len(), 1);
        let letter = letters.first().unwrap();
        assert_eq!(letter.subject, "4 alerts");
        assert_eq!(letter.text.lines().count(), 4);
    }
}
