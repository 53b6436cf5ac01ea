//! The files that commands read: SOPs, vocabularies, calendars. Every failure names the file.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use kept_calendar::Calendar;
use kept_language::Register;
pub use kept_sops::Text;
pub use kept_sops::set::library;

use crate::shipped;
use crate::tell::Failure;

/// The largest text that is read as an SOP, a vocabulary, a calendar or a mapping.
const LARGEST_TEXT: u64 = 64 << 20;

/// Reads a text file; `-` is standard input. A byte order mark is left out.
pub fn text(path: &Path) -> Result<Text, Failure> {
    let standard = path == Path::new("-");
    let name = if standard {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    };
    let mut bytes = Vec::new();
    let read = if standard {
        std::io::stdin()
            .lock()
            .take(LARGEST_TEXT + 1)
            .read_to_end(&mut bytes)
    } else {
        fs::File::open(path).and_then(|file| file.take(LARGEST_TEXT + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| Failure::new(format!("{name} could not be read: {}.", plain(&error))))?;
    if bytes.len() as u64 > LARGEST_TEXT {
        return Err(Failure::new(format!(
            "{name} is larger than 64 MB, so it is not what was meant."
        )));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::new(format!(
            "{name} is no UTF-8 text: byte {at} belongs to no letter. Save it as UTF-8."
        ))
    })?;
    let text = text
        .strip_prefix('\u{feff}')
        .map_or(text.clone(), str::to_owned);
    Ok(Text { name, text })
}

/// Why a file cannot be used, in plain words.
pub fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "you may not read it".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    }
}

/// Reads texts.
pub fn texts(paths: &[PathBuf]) -> Result<Vec<Text>, Failure> {
    paths.iter().map(|path| text(path)).collect()
}

/// The shipped vocabulary with the company's own files added.
pub fn register(own: &[PathBuf]) -> Result<Register, Failure> {
    let shipped = shipped::VOCABULARY.iter().map(shipped::Shipped::text);
    let files: Vec<Text> = shipped.chain(texts(own)?).collect();
    Ok(kept_sops::set::register(&files)?)
}

/// Reads a calendar; its feeds lie beside it.
pub fn calendar(path: &Path) -> Result<Calendar, Failure> {
    let file = text(path)?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let mut feed = |name: &str| match text(&folder.join(name)) {
        Ok(feed) => Ok(feed.text),
        Err(failure) => Err(failure.to_string()),
    };
    Calendar::parse(&file.text, &mut feed).map_err(|problems| {
        let lines: Vec<_> = problems
            .0
            .iter()
            .map(|problem| {
                let place = problem.feed.as_deref().unwrap_or(&file.name);
                let (wrong, advice) = (&problem.wrong, &problem.advice);
                format!(
                    "{place}:{}:{}  {wrong} {advice}",
                    problem.line, problem.column
                )
            })
            .collect();
        Failure::new(format!(
            "The calendar cannot be used.\n{}",
            lines.join("\n")
        ))
    })
}
