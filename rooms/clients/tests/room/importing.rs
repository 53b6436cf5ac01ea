//! Lists from elsewhere.

use std::io::Read as _;
use std::path::Path;

use axum::http::StatusCode;
use kept_testing::on_both;

use crate::desk::{Answer, Browser, Desk};

const LIST: &str = "Record ID,First Name,Last Name,Email,Phone Number,Job Title,Company Name,Lifecycle Stage\n\
    1,Sanna,Virta,sanna@aalto.example,040 123 4567,Quality manager,Aalto Dairy,customer\n\
    2,Mikko,Laine,mikko@aalto.example,,Plant 2,AALTO DAIRY Oy,customer\n\
    3,,,nonsense,,,Broken,customer\n\
    4,Ida,Berg,ida@berg.example,,,,lead\n\
    5,Sanna,Virta,SANNA@aalto.example,,,Other name,customer\n";

/// Sends a list and has it tried as its columns were guessed; its address.
fn tried(desk: &Desk, rita: &Browser<'_>, bytes: &[u8]) -> String {
    let sent = rita.send_list("people.csv", bytes);
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let here = sent.header("location");
    let page = rita.get(&here);
    let uses = page.text.split("<select").skip(1).map(|select| {
        let select = select.split("</select>").next().unwrap();
        let chosen = select
            .split("<option")
            .find(|option| option.contains("selected"));
        chosen.map_or("", |option| {
            option
                .split("value=\"")
                .nth(1)
                .unwrap()
                .split('"')
                .next()
                .unwrap()
        })
    });
    let fields: Vec<(&str, &str)> = uses.map(|one| ("uses", one)).collect();
    let mapped = rita.post(&here, &format!("{here}/mapping"), &fields);
    assert_eq!(mapped.status, StatusCode::SEE_OTHER, "{}", mapped.text);
    desk.round();
    here
}

fn counts(page: &Answer) -> Vec<String> {
    let filters = page
        .text
        .split("aria-label=\"Parts of the report\"")
        .nth(1)
        .unwrap()
        .split("</nav>")
        .next()
        .unwrap();
    let words = filters
        .split("</a>")
        .filter_map(|one| one.rsplit('>').next());
    let mut words: Vec<String> = words
        .filter(|one| one.chars().next().is_some_and(|c| c.is_ascii_digit()))
        .map(str::to_owned)
        .collect();
    words.sort();
    words
}

on_both! {
    fn a_column_that_is_called_like_an_own_field_goes_into_it(home) {
        let desk = Desk::new(home);
        let (ada, rita) = (desk.browser("ada"), desk.browser("rita"));
        let define = [("label", "Renewal date"), ("kind", "date"), ("choices", "")];
        assert_eq!(ada.post("/clients/fields", "/clients/fields", &define).status, StatusCode::SEE_OTHER);
        let list = b"Company Name,renewal_date\nAalto Dairy,2026-05-01\nBerg,soon\nCorvo,\n";
        let here = tried(&desk, &rita, list);
        let wrong = rita.get(&format!("{here}?show=wrong"));
        assert!(wrong.has("Renewal date: Write a day like 2026-03-02."), "{}", wrong.text);
        rita.post(&here, &format!("{here}/run"), &[]);
        desk.round();
        let all = rita.get("/clients").text;
        let aalto = all.split("href=\"/clients/").find(|rest| rest.contains("Aalto Dairy")).unwrap();
        let page = rita.get(&format!("/clients/{}", aalto.split('"').next().unwrap()));
        assert!(page.has("2026-05-01"), "{}", page.text);
        assert!(!rita.sees("Berg") && rita.sees("Corvo"));
    }

    fn a_list_is_mapped_tried_taken_in_and_taken_back(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let here = tried(&desk, &rita, LIST.as_bytes());
        let expected = ["1 known already", "1 new contact", "1 to mend", "2 new clients with a contact"];
        let report = rita.get(&here);
        assert!(report.has("It looks like an export of HubSpot."));
        assert!(!rita.sees("Aalto Dairy"), "nothing is taken in yet");
        let of_trial = counts(&report);
        assert_eq!(rita.post(&here, &format!("{here}/run"), &[]).status, StatusCode::SEE_OTHER);
        desk.round();
        let done = rita.get(&here);
        assert_eq!(counts(&done), expected, "{}", done.text);
assert_eq!(of_trial, expected, "the trial says what is done");
        assert!(rita.get(&format!("{here}?show=wrong")).has("Write an address like"));
        let list = rita.get("/clients");
        assert!(list.has("Aalto Dairy") && list.has("Ida Berg") && !list.has("Broken") && !list.has("Other name"), "{}", list.text);
        assert_eq!(rita.post(&here, &format!("{here}/run"), &[]).status, StatusCode::CONFLICT);
        assert_eq!(desk.events().iter().filter(|act| *act == "add-contact").count(), 3);
        assert_eq!(rita.post(&here, &format!("{here}/undo"), &[]).status, StatusCode::SEE_OTHER);
        desk.round();
        let list = rita.get("/clients");
        assert!(!list.has("Aalto Dairy") && !list.has("Ida Berg"), "{}", list.text);
        assert!(rita.get(&here).has("taken back"));
    }

    fn what_somebody_has_worked_on_since_stays_when_a_list_is_taken_back(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let here = tried(&desk, &rita, LIST.as_bytes());
        rita.post(&here, &format!("{here}/run"), &[]);
        desk.round();
        let list = rita.get("/clients");
        let page = list.text.split("client-name\" href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        rita.post(&format!("{page}/edit"), &page, &[("name", "Aalto Dairy Group"), ("kind", "company"), ("revision", "1")]);
        rita.post(&here, &format!("{here}/undo"), &[]);
        desk.round();
        assert!(rita.sees("Aalto Dairy Group") && !rita.sees("Ida Berg"));
    }

    fn a_file_that_is_no_list_and_people_who_know_not_all_clients_are_refused(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        for (bytes, words) in [(&b""[..], "The file is empty"), (b"name\n", "The file is empty"), (b"PK\x03\x04\x00\x00", "Save it as CSV")] {
            let refused = rita.send_list("x.csv", bytes);
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.has(words), "{}", refused.text);
        }
        assert_eq!(desk.browser("jonas").get("/clients/import").status, StatusCode::NOT_FOUND);
        let sent = rita.send_list("x.csv", LIST.as_bytes());
        let here = sent.header("location");
        assert_eq!(desk.browser("jonas").get(&here).status, StatusCode::NOT_FOUND);
        let fields = ["", "", "", "", "", "", "", "industry"].map(|one| ("uses", one));
        let refused = rita.post(&here, &format!("{here}/mapping"), &fields);
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.has("One column must be a name"), "{}", refused.text);
    }

    fn all_clients_are_taken_out_by_who_may_and_no_cell_is_a_formula(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        rita.client(&[("name", "=cmd()"), ("kind", "company")]);
        rita.client(&[("name", "Aalto, Dairy"), ("kind", "company")]);
        assert_eq!(rita.get("/clients/export.csv").status, StatusCode::NOT_FOUND);
        assert_eq!(rita.get("/clients/contacts.csv").status, StatusCode::NOT_FOUND);
        let file = desk.browser("helen").get("/clients/export.csv");
        assert!(file.has("C-1,'=cmd(),company") && file.has("C-2,\"Aalto, Dairy\",company"), "{}", file.text);
        assert!(desk.audited().contains(&"ClientsExported".to_owned()));
    }

    fn lines_of_one_key_are_one_client_whom_a_later_list_fills_in(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let people = b"Id,FirstName,LastName,AccountId,Phone,MobilePhone,Email,OwnerId,Owner\n\
            3,Maria,Cantwell,001S,202-224-3441,202-224-0000,,5,jonas@desk.example\n\
            4,Amy,Klobuchar,001S,,,amy@senate.example,5,Nobody Known\n\
            5,Al,Green,001H,,,,5,\n";
        let here = tried(&desk, &rita, people);
        let trial = rita.get(&here);
        assert!(trial.has("It looks like an export of Salesforce."));
        let expected = ["1 new contact", "2 new clients with a contact"];
        assert_eq!(counts(&trial), expected, "{}", trial.text);
        assert!(trial.has("Amy Klobuchar (line 3)") && trial.has("“Nobody Known”"), "{}", trial.text);
        rita.post(&here, &format!("{here}/run"), &[]);
        desk.round();
        assert_eq!(counts(&rita.get(&here)), expected);
        let accounts = b"Id,Name,Industry,Tier,Zone,OwnerId\n001S,United States Senate,Government,gold,America/New_York,5\n";
        let filling = tried(&desk, &rita, accounts);
        assert_eq!(counts(&rita.get(&filling)), ["1 known, filled in"], "{}", rita.get(&filling).text);
        rita.post(&filling, &format!("{filling}/run"), &[]);
        desk.round();
        let list = rita.get("/clients").text;
        let senate = list.split("href=\"/clients/").find(|rest| rest.contains("United States Senate")).unwrap();
        let page = format!("/clients/{}", senate.split('"').next().unwrap());
        let shown = rita.get(&page);
        for words in ["Maria Cantwell", "Amy Klobuchar", "Government", "America/New_York", "<span>Gold</span>", "001S", "Key in Salesforce"] {
            assert!(shown.has(words), "{words}: {}", shown.text);
        }
        assert!(shown.has("tel:2022243441") && shown.has("mailto:amy@senate.example"));
        for list in [&people[..], &accounts[..]] {
            let again = tried(&desk, &rita, list);
            rita.post(&again, &format!("{again}/run"), &[]);
            desk.round();
            let of_again = counts(&rita.get(&again));
            assert!(of_again.iter().all(|words| words.ends_with("known already")), "{of_again:?}");
        }
        for list in [&filling, &here] {
            rita.post(list, &format!("{list}/undo"), &[]);
            desk.round();
        }
        assert!(!rita.sees("Senate") && !rita.sees("Salesforce 001"), "{}", rita.get("/clients").text);
    }

    fn further_numbers_of_a_list_stand_with_the_contact_and_what_is_none_in_its_note(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        let list = b"First Name,Last Name,Email,Phone,Mobile Phone,Home Phone,Other Phones,Company Name\n\
            Sanna,Virta,sanna@aalto.example,03 123 4567,+358 40 123 4567,ask her,lab: 03 765 4321; 03 123 4567,Aalto Dairy\n";
        let here = tried(&desk, &rita, list);
        rita.post(&here, &format!("{here}/run"), &[]);
        desk.round();
        let all = rita.get("/clients").text;
        let aalto = all.split("href=\"/clients/").find(|rest| rest.contains("Aalto Dairy")).unwrap();
        let page = rita.get(&format!("/clients/{}", aalto.split('"').next().unwrap()));
        assert!(page.has("mobile: +358 40 123 4567") && page.has("lab: 03 765 4321"), "{}", page.text);
        let contacts = desk.browser("helen").get("/clients/contacts.csv");
        assert!(contacts.has("03 123 4567,mobile: +358 40 123 4567; lab: 03 765 4321,"), "{}", contacts.text);
        assert!(contacts.has("Also reached at home: ask her"), "{}", contacts.text);
    }

    fn what_is_taken_out_comes_in_again_and_changes_nothing(home) {
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        for name in ["Springfield Bank", "Springfield Bank", "=cmd()"] {
            let client = rita.client(&[("name", name), ("kind", "company"), ("phone", "+44 20 7946 0958"), ("style", "Short, figures first")]);
            let page = format!("/clients/{client}");
            rita.post(&format!("{page}/contacts/new"), &format!("{page}/contacts"), &[("name", "Sanna Virta"), ("phone", "+44 20 7946 0958")]);
        }
        let helen = desk.browser("helen");
        let (clients, contacts) = (helen.get("/clients/export.csv"), helen.get("/clients/contacts.csv"));
        assert!(clients.has("Springfield Bank") && contacts.has("C-1,Springfield Bank,Sanna Virta,,,+44 20 7946 0958,"), "{}", contacts.text);
        let told = desk.events().len();
        for file in [clients, contacts] {
            let here = tried(&desk, &rita, file.text.as_bytes());
            rita.post(&here, &format!("{here}/run"), &[]);
            desk.round();
            assert_eq!(counts(&rita.get(&here)), ["3 known already"], "{}", rita.get(&here).text);
        }
        assert_eq!(desk.events().len(), told);
    }

    fn real_lists_are_taken_in(home) {
        let folder = std::env::var("KEPT_SHARED").unwrap_or_else(|_| "../../../shared".to_owned());
        let folder = Path::new(&folder).join("data/contacts");
        if !folder.exists() {
            println!("left out: there is no {}", folder.display());
            return;
        }
        let desk = Desk::new(home);
        let rita = desk.browser("rita");
        for name in ["congress_hubspot_contacts", "salesforce_accountData", "congress_salesforce_contacts"] {
            let file = std::fs::File::open(folder.join(format!("{name}.csv.gz"))).unwrap();
            let mut bytes = Vec::new();
            flate2::read::GzDecoder::new(file).read_to_end(&mut bytes).unwrap();
            // The first of them are enough here: the whole takes its time.
            let lines = bytes.split_inclusive(|byte| *byte == b'\n').take(61);
            let here = tried(&desk, &rita, &lines.collect::<Vec<_>>().concat());
            let trial = rita.get(&here);
            assert!(trial.has("60 lines"), "{name}");
            rita.post(&here, &format!("{here}/run"), &[]);
            desk.round();
            let done = rita.get(&here);
            assert_eq!(counts(&done), counts(&trial), "{name} does what the trial said");
        }
        assert!(rita.sees("United States Senate") || rita.get("/clients?q=united").has("United States Senate"));
    }
}
