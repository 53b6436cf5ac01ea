//! Local days as whole numbers, and the feasts that move.

use jiff::SignedDuration;
use jiff::civil::{Date, date};

/// Microseconds in a second.
pub(crate) const SECOND: i64 = 1_000_000;
/// Microseconds in a minute.
pub(crate) const MINUTE: i64 = 60 * SECOND;
/// Microseconds on the clock of an ordinary day.
pub(crate) const DAY: i64 = 86_400 * SECOND;

const EPOCH: Date = date(1970, 1, 1);

/// Days since 1970-01-01.
pub(crate) fn day_of(date: Date) -> i32 {
    (date.duration_since(EPOCH).as_hours() / 24) as i32
}

/// The date of a day number, while the years have four digits.
pub(crate) fn date_of(day: i32) -> Option<Date> {
    EPOCH
        .checked_add(SignedDuration::from_hours(i64::from(day) * 24))
        .ok()
}

/// The place of a day in its week: Monday is 0.
pub(crate) fn weekday_of(day: i32) -> usize {
    (i64::from(day) + 3).rem_euclid(7) as usize
}

/// Easter Sunday of a year in the Gregorian calendar, as a day number (Meeus, Jones and Butcher).
pub(crate) fn easter_of(year: i16) -> Option<i32> {
    let y = i32::from(year);
    let golden = y.rem_euclid(19);
    let (century, rest) = (y.div_euclid(100), y.rem_euclid(100));
    let moon_shift = (century - (century + 8).div_euclid(25) + 1).div_euclid(3);
    let epact = (19 * golden + century - century.div_euclid(4) - moon_shift + 15).rem_euclid(30);
    let weekday =
        (32 + 2 * century.rem_euclid(4) + 2 * rest.div_euclid(4) - epact - rest.rem_euclid(4))
            .rem_euclid(7);
    let late = (golden + 11 * epact + 22 * weekday).div_euclid(451);
    let march_based = epact + weekday - 7 * late + 114;
    let (month, day) = (march_based.div_euclid(31), march_based.rem_euclid(31) + 1);
    Date::new(year, month as i8, day as i8).ok().map(day_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_sunday_is_found_in_known_years() {
        for (year, month, day) in [
            (1818, 3, 22),
            (1943, 4, 25),
            (2000, 4, 23),
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
            (2038, 4, 25),
            (2100, 3, 28),
        ] {
            assert_eq!(easter_of(year), Some(day_of(date(year, month, day))));
        }
    }

    #[test]
    fn easter_is_a_sunday_between_22_march_and_25_april() {
        for year in 1583..=9999 {
            let day = easter_of(year).unwrap();
            assert_eq!(weekday_of(day), 6);
            let found = date_of(day).unwrap();
            assert!(found >= date(year, 3, 22) && found <= date(year, 4, 25));
        }
    }

    #[test]
    fn a_day_number_goes_to_its_date_and_back() {
        for day in [-719_162, -1, 0, 1, 20_483, 2_932_895] {
            assert_eq!(date_of(day).map(day_of), Some(day));
        }
        assert_eq!(date_of(20_483), Some(date(2026, 1, 30)));
        assert_eq!(weekday_of(20_483), 4);
    }
}
