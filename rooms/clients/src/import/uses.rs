//! What the columns of a list are: said by whoever sends it, guessed from their names.

macro_rules! uses {
    ($($(#[$note:meta])* $variant:ident $name:literal $says:literal [$($guess:literal),*];)+) => {
        /// What a column is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Use { $($(#[$note])* $variant),+ }

        impl Use {
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its name in forms.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// As it is chosen.
            pub(crate) const fn says(self) -> &'static str {
                match self { $(Self::$variant => $says),+ }
            }

            /// The names of columns, without signs, that mean it.
            const fn guesses(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($guess),*]),+ }
            }
        }
    };
}

uses! {
    /// The client.
    Company "company" "Client: name" ["companyname", "company", "accountname", "associatedcompany", "organisation", "organization", "client", "clientname", "security"];
    /// What the other system calls it: lines with the same key are one client, whatever else they say.
    ClientKey "client-key" "Client: its key in the other system" [
        "accountid", "companyid", "associatedcompanyid", "associatedcompanyids", "primaryassociatedcompanyid", "mark"
    ];
    /// A company, or somebody for themselves.
    Kind "kind" "Client: company or person" ["kind"];
    /// Its web site.
    Website "website" "Client: web site" ["website", "websiteurl", "companydomainname", "companydomain", "domain"];
    /// Its switchboard.
    CompanyPhone "company-phone" "Client: phone" ["companyphone", "mainphone"];
    /// Its address; several columns are put together.
    Address "address" "Client: address, or a part of it" [
        "address", "streetaddress", "street", "suite", "building", "city", "stateregion", "state", "postalcode", "zip", "zipcode",
        "billingstreet", "billingcity", "billingstate", "billingpostalcode", "mailingstreet", "mailingcity", "mailingstate",
        "mailingpostalcode", "headquarterslocation"
    ];
    /// Its country.
    Country "country" "Client: country" ["country", "countryregion", "billingcountry", "mailingcountry"];
    /// What it does.
    Industry "industry" "Client: industry" ["industry", "gicssector"];
    /// Who of ours answers for it.
    Owner "owner" "Client: account manager, by email or name" [
        "owner", "accountowner", "companyowner", "contactowner", "accountmanager", "owneremail", "ownername", "accountowneremail"
    ];
    /// Who else of ours works for it, each with their part: `Theo Sand (technical); Max Orr`.
    AccountTeam "account-team" "Client: account team" ["accountteam"];
    /// Its tier, set by hand.
    Tier "tier" "Client: tier" ["tier", "accounttier", "customertier"];
    /// Its zone.
    Zone "zone" "Client: zone" ["zone", "timezone"];
    /// Its language.
    ClientLanguage "client-language" "Client: language" [];
    /// How it wants to be reached.
    ClientChannel "client-channel" "Client: how it wants to be reached" [];
    /// How it wants to be spoken to.
    ClientStyle "client-style" "Client: how it wants to be spoken to" [];
    /// How many days may pass between two contacts.
    Rhythm "rhythm" "Client: days between two contacts" ["rhythm", "rhythmdays", "daysbetweencontacts"];
    /// What everybody should know.
    Alert "alert" "Client: warning" ["alert", "warning"];
    /// What it bought.
    Revenue "revenue" "Client: what it buys from us in a year" [];
    /// A note about it.
    Note "note" "Client: a note" [];
    /// The whole name of somebody there.
    FullName "full-name" "Contact: whole name" ["fullname", "contactname", "contact"];
    /// The first name.
    FirstName "first-name" "Contact: first name" ["firstname", "contactfirst", "givenname"];
    /// The last name.
    LastName "last-name" "Contact: last name" ["lastname", "contactlast", "surname", "familyname"];
    /// The address.
    Email "email" "Contact: email" ["email", "emailaddress", "workemail"];
    /// The number.
    Phone "phone" "Contact: phone" ["phone", "phonenumber", "mobile", "mobilephone", "mobilephonenumber"];
    /// Further numbers: of each the column says what it is, or the words before it.
    SecondPhone "second-phone" "Contact: further phone" ["secondphone", "otherphone", "otherphones", "homephone", "phone2"];
    /// What they do.
    Position "position" "Contact: position" ["jobtitle", "title", "position"];
    /// Their language.
    Language "language" "Contact: language" ["language", "preferredlanguage"];
    /// How they want to be reached.
    Channel "channel" "Contact: how they want to be reached" ["channel", "preferredchannel"];
    /// How they want to be spoken to.
    Style "style" "Contact: how they want to be spoken to" ["style"];
    /// What else is good to know of them.
    ContactNote "contact-note" "Contact: a note" [];
}

impl Use {
    /// From its name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.name() == name)
    }
}

/// The system of lists that were taken out here, or in another house.
pub(crate) const OURS: &str = "Kept";

/// From which program a list probably comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// `HubSpot`.
    HubSpot,
    /// Salesforce.
    Salesforce,
    /// What this program takes out itself.
    Kept,
    /// Any other.
    Other,
}

impl Layout {
    /// As it is read.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::HubSpot => "It looks like an export of HubSpot.",
            Self::Salesforce => "It looks like an export of Salesforce.",
            Self::Kept => "It looks like a list of Kept.",
            Self::Other => "The columns were guessed by their names.",
        }
    }

    /// What the system is called whose keys stand in the list.
    pub(crate) const fn system(self) -> &'static str {
        match self {
            Self::HubSpot => "HubSpot",
            Self::Salesforce => "Salesforce",
            Self::Kept => OURS,
            Self::Other => "",
        }
    }
}

/// A name as it is compared: letters and digits alone, in small letters.
pub(super) fn plain(name: &str) -> String {
    let letters = name.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// From which program a list comes, by columns that only this one has.
pub(crate) fn layout(columns: &[String]) -> Layout {
    let has = |name: &str| columns.iter().any(|column| plain(column) == name);
    if has("recordid")
        && (has("lifecyclestage")
            || has("companyowner")
            || has("contactowner")
            || has("companyname"))
    {
        Layout::HubSpot
    } else if has("id") && (has("ownerid") || has("accountid") || has("systemmodstamp")) {
        Layout::Salesforce
    } else if has("mark") && (has("name") || has("client")) {
        Layout::Kept
    } else {
        Layout::Other
    }
}

/// What each column probably is, by its name; empty: nothing. A column `Name` is the client's, unless people have columns of
/// their own; and a phone, a language or the row's own key is the client's where nobody else is in the list.
pub(crate) fn guessed(columns: &[String]) -> Vec<String> {
    let plain: Vec<String> = columns.iter().map(|column| plain(column)).collect();
    let of_people = plain.iter().any(|name| {
        matches!(
            name.as_str(),
            "firstname" | "lastname" | "contactlast" | "fullname" | "email"
        )
    });
    let mut single: Vec<Use> = Vec::new();
    let mut guess = |name: &String| {
        let found = Use::ALL
            .iter()
            .copied()
            .find(|one| one.guesses().contains(&name.as_str()));
        let found = match (found, name.as_str()) {
            (None, "name") if !of_people => Some(Use::Company),
            (None, "id" | "recordid") if !of_people => Some(Use::ClientKey),
            (None, "note") if of_people => Some(Use::ContactNote),
            (Some(Use::Phone), _) if !of_people => Some(Use::CompanyPhone),
            (Some(Use::Language), _) if !of_people => Some(Use::ClientLanguage),
            (Some(Use::Channel), _) if !of_people => Some(Use::ClientChannel),
            (Some(Use::Style), _) if !of_people => Some(Use::ClientStyle),
            (Some(Use::SecondPhone), _) if !of_people => None,
            (Some(Use::Phone), _) if single.contains(&Use::Phone) => Some(Use::SecondPhone),
            (found, _) => found,
        };
        let many = [Use::Address, Use::SecondPhone];
        let found = found.filter(|one| many.contains(one) || !single.contains(one));
        single.extend(found);
        found.map_or_else(String::new, |one| one.name().to_owned())
    };
    plain.iter().map(&mut guess).collect()
}

#[cfg(test)]
mod tests {
    use super::{Layout, guessed, layout};

    fn columns(line: &str) -> Vec<String> {
        line.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn columns_of_known_programs_are_recognised() {
        let hubspot = columns(
            "Record ID,First Name,Last Name,Email,Phone Number,Job Title,Company Name,Lifecycle Stage",
        );
        assert_eq!(layout(&hubspot), Layout::HubSpot);
        assert_eq!(
            guessed(&hubspot),
            [
                "",
                "first-name",
                "last-name",
                "email",
                "phone",
                "position",
                "company",
                ""
            ]
        );
        let salesforce = columns(
            "ID,ISDELETED,NAME,BILLINGSTREET,BILLINGCITY,PHONE,WEBSITE,ANNUALREVENUE,OWNERID",
        );
        assert_eq!(layout(&salesforce), Layout::Salesforce);
        assert_eq!(
            guessed(&salesforce),
            [
                "client-key",
                "",
                "company",
                "address",
                "address",
                "company-phone",
                "website",
                "",
                ""
            ]
        );
        let people = columns("Id,FirstName,LastName,Name,AccountId,Title,Phone,Email,MobilePhone");
        assert_eq!(
            guessed(&people),
            [
                "",
                "first-name",
                "last-name",
                "",
                "client-key",
                "position",
                "phone",
                "email",
                "second-phone"
            ]
        );
        assert_eq!(layout(&columns("who,where")), Layout::Other);
    }
}
