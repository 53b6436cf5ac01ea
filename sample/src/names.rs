//! Names of people and companies, put together by chance. None of them is meant to be anybody.

use crate::random::Random;

const GIVEN: &str = "Amara|Anselm|Aoife|Bashir|Beatriz|Bogdan|Camille|Chidi|Daria|Dimitri|Elif|Emeka|Farida|Fionn|Gaspard|Greta|Hana|Henrik|Ines|Ishaan|Jadwiga|Jonas|Kaia|Kenji|Leandro|Lucia|Maelle|Marek|Mirela|Nadia|Nils|Odile|Oskar|Paloma|Petra|Quentin|Rafael|Ravi|Rosalind|Sanna|Selim|Sofia|Tadeusz|Tamsin|Tove|Umut|Valeria|Viktor|Wanjiru|Xenia|Yara|Yusuf|Zofia|Zoltan";

const FAMILY: &str = "Abernethy|Adeyemi|Almqvist|Arbenz|Baptista|Belmonte|Bergstrand|Borowski|Castellan|Chowdhury|Cserny|Dalgaard|Delacourt|Demirel|Eichenholz|Eskelin|Fairweather|Ferrando|Galanis|Ghorbani|Haavisto|Hollenstein|Ibarrola|Iyengar|Jankovic|Joubert|Kamara|Kestenberg|Kowalczyk|Lachance|Lindqvist|Maddox|Marchetti|Mbala-Lowe|Nakashima|Nyman|Oduya|Ostrander|Pellegrin|Petrosyan|Quayle|Radulescu|Rasmusson|Sandoval|Sorensdal|Takemori|Thornbury|Ulrichsen|Vandermeer|Voskuijl|Wachira|Westergren|Yilmazer|Zabrowski|Zimmerli";

const HEADS: &str = "Hal|Quill|Tor|Bram|Vel|Ost|Kar|Lun|Mer|Fen|Gran|Ild|Jor|Pell|Rav|Tam|Ull|Wend|Yar|Zel|Ast|Cor|Dov|Erl|Fal|Gaud|Hest|Ing|Kess|Lark|Mav|Nell|Orb|Pruv|Rost|Sev|Thal|Urs|Vint|Wyr";

const TAILS: &str = "vorne|mere|wick|holt|brook|mont|vale|isk|ane|otti|aro|ello|anto|evik|ersby|unda|amar|ova|elin|erra|iden|owan|usk|yra|inga|eto|ava|ombe|ardo|endal";

const TRADES: &str = "Logistics|Bakeries|Dental|Textiles|Optics|Marine|Foods|Timber|Clinics|Print|Farms|Hotels|Freight|Energy|Glass|Schools|Tools|Media|Travel|Paper|Pharmacies|Robotics|Vineyards|Insurance|Cycles|Ceramics|Laboratories|Gardens|Theatres|Couriers";

const COUNTRIES: &str = "Switzerland|Germany|Austria|France|Italy|Netherlands|Ireland|Denmark|Sweden|Poland|Spain|Portugal|Kenya|Canada|Japan|India|Brazil|United Arab Emirates";

/// A person's name that is not yet in the list.
pub(crate) fn person(random: &mut Random, taken: &[String]) -> String {
    let mut name = String::new();
    for _ in 0..200 {
        name = format!("{} {}", random.word(GIVEN), random.word(FAMILY));
        let family = name.split(' ').next_back().unwrap_or_default();
        let given = name.split(' ').next().unwrap_or_default();
        let alike = |other: &String| other.ends_with(family) || other.starts_with(given);
        if !taken.iter().any(alike) {
            return name;
        }
    }
    name
}

/// A person's name, which others may have too.
pub(crate) fn anybody(random: &mut Random) -> String {
    format!("{} {}", random.word(GIVEN), random.word(FAMILY))
}

/// A company's name that is not yet in the list.
pub(crate) fn company(random: &mut Random, taken: &[String]) -> String {
    let mut name = String::new();
    for _ in 0..200 {
        let (head, tail) = (random.word(HEADS), random.word(TAILS));
        name = format!("{head}{tail} {}", random.word(TRADES));
        if !taken.contains(&name) {
            return name;
        }
    }
    name
}

/// A country for a client.
pub(crate) fn country(random: &mut Random) -> &'static str {
    random.word(COUNTRIES)
}
