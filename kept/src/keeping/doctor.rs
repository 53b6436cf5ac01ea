//! `kept doctor`: what is wrong, and how to mend it. It changes nothing.

mod database;
mod ground;

use serde::Serialize;

use crate::ask::DoctorAsked;
use crate::tell::{CYAN, Failure, Outcome, RED, YELLOW, answer, answer_json};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Good,
    Warning,
    Fault,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    /// What was looked at.
    about: &'static str,
    state: State,
    /// What was found.
    found: String,
    /// What to do; empty where there is nothing to do.
    #[serde(skip_serializing_if = "String::is_empty")]
    mend: String,
}

impl Finding {
    fn good(about: &'static str, found: impl Into<String>) -> Self {
        Self::new(about, State::Good, found, "")
    }

    fn warning(about: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::new(about, State::Warning, found, mend)
    }

    fn fault(about: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::new(about, State::Fault, found, mend)
    }

    fn new(
        about: &'static str,
        state: State,
        found: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self {
            about,
            state,
            found: found.into(),
            mend: mend.into(),
        }
    }
}

/// `kept doctor`.
pub fn doctor(asked: &DoctorAsked) -> Result<Outcome, Failure> {
    let mut findings = ground::folder(&asked.house.data);
    let keys = ground::keys(&asked.house, &mut findings);
    database::look(&asked.house, keys.as_ref(), &mut findings);
    ground::room(&asked.house.data, &mut findings);
    let wrong = findings
        .iter()
        .filter(|finding| finding.state != State::Good)
        .count();
    if asked.json {
        answer_json(&findings)?;
    } else {
        for finding in &findings {
            tell(finding)?;
        }
        let end = match wrong {
            0 => "Nothing is wrong.".to_owned(),
            1 => "1 thing needs a look.".to_owned(),
            many => format!("{many} things need a look."),
        };
        answer(&format!("{end}\n"))?;
    }
    Ok(if wrong == 0 {
        Outcome::Fine
    } else {
        Outcome::Findings
    })
}

fn tell(finding: &Finding) -> Result<(), Failure> {
    let (style, word) = match finding.state {
        State::Good => (CYAN, "good   "),
        State::Warning => (YELLOW, "warning"),
        State::Fault => (RED, "fault  "),
    };
    let (about, found) = (finding.about, &finding.found);
    answer(&format!("{style}{word}{style:#}  {about}: {found}\n"))?;
    for line in finding.mend.lines() {
        answer(&format!("         {line}\n"))?;
    }
    Ok(())
}
