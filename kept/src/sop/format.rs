//! Documents in their canonical form.

use std::fs;
use std::path::Path;

use crate::ask::FormatAsked;
use crate::files;
use crate::tell::{Failure, Outcome, answer};

/// Writes documents anew, or says which would be written.
pub fn fmt(asked: &FormatAsked) -> Result<Outcome, Failure> {
    let register = files::register(&asked.own.vocabularies)?;
    let texts = files::texts(&asked.files)?;
    let library = files::library(&register, &texts);
    let mut outcome = Outcome::Fine;
    for (place, (path, file)) in asked.files.iter().zip(&texts).enumerate() {
        let formatted = kept_language::format(&register, &library, place);
        let standard = path == Path::new("-");
        let same = formatted == file.text;
        if standard && !asked.check {
            answer(&formatted)?;
        } else if asked.check && !same {
            answer(&format!("{} is not in its canonical form\n", file.name))?;
            outcome = Outcome::Findings;
        } else if !asked.check && !same {
            let written = fs::write(path, &formatted);
            written.map_err(|error| {
                Failure::new(format!("{} could not be written: {error}.", file.name))
            })?;
            answer(&format!("{} written anew\n", file.name))?;
        }
    }
    Ok(outcome)
}
