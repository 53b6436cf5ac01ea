//! What could be said better in a message before it is sent: clear and short, kind and to the point, in the words of the house.
//!
//! [`look`] reads a message and gives [`Remark`]s, each with its place in the text, the reason in plain words and, where there are
//! some, other ways to say it; and each [`Promise`] with the instant by which it is due. Nothing is ever changed or refused here:
//! whoever writes decides. Quoted lines, code, addresses and what follows a signature's line are passed over.
//!
//! English is known, and told from other languages by its words. Of a message in another one only its length, shouting and the house
//! words are looked at, and whether it is the language of whoever reads it.
//!
//! [`merge`] puts what is known into the fields of a text, and [`redline()`] says what somebody has changed in one.
//!
//! A dictionary is not part of this crate: [`Usual`] knows common slips by heart and is right where it speaks, and a whole
//! dictionary can be put in its place as a [`Speller`].

mod about;
mod dates;
mod greeting;
mod house;
mod language;
mod length;
mod listed;
mod marks;
mod mask;
pub mod merge;
mod next_step;
mod phrases;
mod promise;
mod redline;
mod remark;
mod shouting;
mod spelling;
mod text;

use kept_kernel::Instant;

pub use about::{About, HouseWord, Limits};
pub use promise::Promise;
pub use redline::{Change, redline};
pub use remark::{Kind, Remark};
pub use spelling::{Slip, Speller, Usual};

use promise::Wrong;
use text::Text;

/// What was found in a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// What could be said better, in the order of the text.
    pub remarks: Vec<Remark>,
    /// What is promised, in the order of the text.
    pub promises: Vec<Promise>,
}

/// What could be said better in a message, in the order of the text.
pub fn check(text: &str, about: &About<'_>) -> Vec<Remark> {
    look(text, about).remarks
}

/// What is promised in a message, in the order of the text.
pub fn promises(text: &str, about: &About<'_>) -> Vec<Promise> {
    look(text, about).promises
}

/// What could be said better in a message, and what is promised in it. All ranges are bytes of `text` and lie between its letters.
pub fn look(text: &str, about: &About<'_>) -> Looked {
    let read = Text::read(text);
    let mut remarks = length::remarks(&read, &about.limits);
    remarks.extend(shouting::remarks(&read));
    remarks.extend(house::remarks(&read, about.house));
    remarks.extend(language::remark(&read, about));
    if !language::is_english(&read, about) {
        remark::in_order(&mut remarks, text);
        return Looked {
            remarks,
            promises: Vec::new(),
        };
    }
    let found = promise::found(&read, about);
    remarks.extend(listed::remarks(&read, about));
    remarks.extend(greeting::remark(&read, about));
    remarks.extend(next_step::remark(&read, about, &found));
    remarks.extend(dates::remarks(&found, about));
    remarks.extend(spelling::remarks(&read, about));
    remark::in_order(&mut remarks, text);
    Looked {
        remarks,
        promises: found
            .into_iter()
            .filter(|one| one.wrong != Some(Wrong::Past))
            .map(|one| one.promise)
            .collect(),
    }
}

/// A word of a text: where it stands, in bytes, and whether it is the first of its sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// From its first letter to its last, without the marks around it.
    pub range: std::ops::Range<usize>,
    /// Whether a sentence begins with it.
    pub begins: bool,
}

/// The words of a text in their order, as the remarks see them: quoted lines, code, addresses and what follows a signature's line are
/// passed over.
pub fn words(text: &str) -> Vec<Said> {
    let read = Text::read(text);
    let sentences = read.sentences.iter();
    sentences
        .flat_map(|sentence| {
            let words = read.words(sentence).iter().enumerate();
            words.map(|(place, word)| Said {
                range: word.range.clone(),
                begins: place == 0,
            })
        })
        .collect()
}

/// When to write again, where nothing else is known: at the closing of the second working day from now.
pub fn next_word(about: &About<'_>) -> Instant {
    let later = about.calendar.add_working_days(about.now, 2);
    about.calendar.closing_of_day(later)
}
