//! Bounded fuzzing: one target, so many runs, and then a line that says what came of it.
//!
//! libFuzzer is used through cargo-fuzz. The code under test forbids `unsafe`, so no sanitizer is asked for; that is
//! what lets it work with a stable toolchain. Overflow and debug assertions are checked.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use crate::material;
use crate::repository::Repository;

const CARGO_FUZZ: &str = "0.13.2";

/// Longer inputs are slow and find nothing that shorter ones do not.
const LONGEST_INPUT: &str = "-max_len=4096";

/// No input may take longer than this many seconds.
const TIME_LIMIT: &str = "-timeout=10";

/// Targets that start from the repository's own texts. Recording each comparison makes them five times slower, and
/// the words that it would find are in those texts.
const FROM_TEXTS: [&str; 2] = ["sop_document", "sop_sentence"];

/// What a campaign came to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    runs: u64,
    /// Edges of the program that some input reached.
    coverage: u64,
    seconds: u64,
}

/// Runs a target until it has been tried that often or an input fails.
///
/// # Errors
/// When the target is unknown, or cargo-fuzz can neither be run nor installed.
pub fn run(repository: &Repository, target: &str, runs: u64) -> Result<ExitCode, String> {
    let known = targets(repository)?;
    if !known.iter().any(|name| name == target) {
        return Err(format!(
            "`{target}` is no fuzz target; there are {}",
            known.join(", ")
        ));
    }
    install(repository)?;
    let folder = repository.root.join("fuzz");
    let words = prepare(repository, target)?;
    let before = findings(&folder, target);
    let outcome = campaign(repository, target, &words, runs)?;
    let found: Vec<String> = findings(&folder, target)
        .into_iter()
        .filter(|finding| !before.contains(finding))
        .collect();

    let Outcome {
        runs: done,
        coverage,
        seconds,
    } = outcome;
    println!(
        "{target}: {done} runs in {seconds} s, {coverage} edges covered, {} findings",
        found.len()
    );
    for finding in &found {
        println!(
            "fuzz/artifacts/{target}/{finding}: mend it, and keep it as fuzz/seeds/{target}/WHAT_IT_SHOWS"
        );
    }
    if !found.is_empty() {
        return Ok(ExitCode::from(1));
    }
    if done < runs {
        return Err(format!(
            "it stopped before {runs} runs; see {}",
            log(repository, target)
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Lays the material that the repository has into the corpus, and writes its words down. Gives the name of the file
/// with the words.
fn prepare(repository: &Repository, target: &str) -> Result<String, String> {
    let fuzz = repository.root.join("fuzz");
    let corpus = fuzz.join("corpus").join(target);
    let problem = |error| format!("{}: {error}", corpus.display());
    fs::create_dir_all(&corpus).map_err(problem)?;
    let mut texts = material::of(repository, target)?;
    for (index, text) in texts.iter().enumerate() {
        fs::write(corpus.join(format!("material-{index}")), text).map_err(problem)?;
    }
    let seeds = fuzz.join("seeds").join(target);
    for seed in names(&seeds) {
        let bytes = fs::read(seeds.join(seed)).map_err(problem)?;
        texts.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    let words = repository.target().join(format!("fuzz-{target}.dict"));
    fs::write(&words, material::dictionary(&texts)).map_err(problem)?;
    Ok(words.to_string_lossy().into_owned())
}

fn campaign(
    repository: &Repository,
    target: &str,
    words: &str,
    runs: u64,
) -> Result<Outcome, String> {
    let corpus = format!("fuzz/corpus/{target}");
    let seeds = format!("fuzz/seeds/{target}");
    let runs = format!("-runs={runs}");
    let words = format!("-dict={words}");
    let mut child = Command::new("cargo")
        .args([
            "fuzz",
            "run",
            "--sanitizer",
            "none",
            "--debug-assertions",
            "--features",
            "libfuzzer",
        ])
        .args(
            FROM_TEXTS
                .contains(&target)
                .then_some("--no-trace-compares"),
        )
        .args([target, &corpus, &seeds, "--"])
        .args([
            &runs,
            &words,
            LONGEST_INPUT,
            TIME_LIMIT,
            "-print_final_stats=1",
        ])
        // Its flags differ from those of an ordinary build: apart, neither undoes the other's work.
        .env("CARGO_TARGET_DIR", repository.target().join("fuzz"))
        .current_dir(&repository.root)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cargo fuzz cannot be run: {error}"))?;
    let outcome = child
        .stderr
        .take()
        .map(|said| follow(repository, target, BufReader::new(said)));
    child
        .wait()
        .map_err(|error| format!("cargo fuzz: {error}"))?;
    outcome.unwrap_or_else(|| Ok(Outcome::default()))
}

/// Keeps all that libFuzzer says in a file, shows its pulse, and reads the figures.
fn follow(repository: &Repository, target: &str, said: impl BufRead) -> Result<Outcome, String> {
    let name = log(repository, target);
    let mut file = fs::File::create(&name).map_err(|error| format!("{name}: {error}"))?;
    let mut outcome = Outcome::default();
    for line in said.split(b'\n') {
        let line = line.map_err(|error| format!("cargo fuzz: {error}"))?;
        let line = String::from_utf8_lossy(&line).into_owned();
        writeln!(file, "{line}").map_err(|error| format!("{name}: {error}"))?;
        if line.contains("\tpulse ") || line.starts_with("error") {
            eprintln!("{line}");
        }
        outcome.read(&line);
    }
    Ok(outcome)
}

impl Outcome {
    fn read(&mut self, line: &str) {
        let after = |mark: &str| {
            let rest = line.split_once(mark)?.1.trim_start();
            rest.split(|c: char| !c.is_ascii_digit())
                .next()?
                .parse()
                .ok()
        };
        self.runs = after("stat::number_of_executed_units:").unwrap_or(self.runs);
        self.coverage = after(" cov: ").unwrap_or(self.coverage);
        self.seconds = after(" runs in ").unwrap_or(self.seconds);
    }
}

fn log(repository: &Repository, target: &str) -> String {
    repository
        .target()
        .join(format!("fuzz-{target}.log"))
        .to_string_lossy()
        .into_owned()
}

fn targets(repository: &Repository) -> Result<Vec<String>, String> {
    let names = names(&repository.root.join("fuzz/fuzz_targets"));
    let mut targets: Vec<String> = names
        .iter()
        .filter_map(|name| name.strip_suffix(".rs"))
        .map(String::from)
        .collect();
    targets.sort();
    if targets.is_empty() {
        Err("fuzz/fuzz_targets is empty".into())
    } else {
        Ok(targets)
    }
}

fn findings(folder: &Path, target: &str) -> Vec<String> {
    names(&folder.join("artifacts").join(target))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

fn install(repository: &Repository) -> Result<(), String> {
    if repository.output("cargo", &["fuzz", "--version"]).is_ok() {
        return Ok(());
    }
    eprintln!("installing cargo-fuzz {CARGO_FUZZ} (once; about a minute)");
    repository
        .output(
            "cargo",
            &["install", "--locked", "cargo-fuzz", "--version", CARGO_FUZZ],
        )
        .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::Outcome;

    #[test]
    fn the_figures_are_read_from_what_libfuzzer_says() {
        let mut outcome = Outcome::default();
        for line in [
            "#8192\tpulse  cov: 1204 ft: 3804 corp: 512/20Kb lim: 80 exec/s: 4096 rss: 52Mb",
            "#20000\tDONE   cov: 1310 ft: 4111 corp: 600/24Kb lim: 128 exec/s: 20000 rss: 60Mb",
            "Done 20000 runs in 12 second(s)",
            "stat::number_of_executed_units: 20000",
            "stat::average_exec_per_sec:     1666",
        ] {
            outcome.read(line);
        }
        assert_eq!(
            outcome,
            Outcome {
                runs: 20_000,
                coverage: 1_310,
                seconds: 12
            }
        );
    }
}
