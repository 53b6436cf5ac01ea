//! What reading costs: the SOPs that ship, and documents made longer and longer, sound and full of slips.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant as Stopwatch};

use kept_language::{Context, Register, Source, check, format, read};

use crate::place;

/// Each figure is the quickest of the tries that fit into this time.
const EACH: Duration = Duration::from_millis(400);

const HEADER: &str = "+++\ncode = \"X\"\ntitle = \"Tried\"\nowner = \"SOP supervisor\"\nreview = \"every 12 months\"\n\
                      distribution = \"everyone\"\n+++\n\n## 1 First\n\n";

/// Makes a document of a size.
type Make = fn(usize) -> String;

/// Measures, and prints two tables.
pub fn reading(register: &Register) -> Result<(), String> {
    shipped(register)?;
    println!("\n| made | size | kB | read, ms | checked, ms | formatted, ms | messages |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let kinds: [(&str, Make); 5] = [
        ("tests in one `or`", condition),
        ("rules", rules),
        ("rules with slips", slips),
        ("rows of a table", table),
        ("steps of a procedure", procedure),
    ];
    for (name, make) in kinds {
        for size in [100, 300, 1_000] {
            let text = format!("{HEADER}{}", make(size));
            let found = times(register, &[("made.sop.md", &text)]);
            println!("| {name} | {size} | {found}");
        }
    }
    Ok(())
}

fn shipped(register: &Register) -> Result<(), String> {
    println!("| document | rules | kB | read, ms | checked, ms | formatted, ms | messages |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let files = place::with_ending("sops", ".sop.md")?;
    let all: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    for one in &all {
        let rules = one.1.matches("```sop ").count();
        println!("| {} | {rules} | {}", one.0, times(register, &[*one]));
    }
    let rules: usize = all
        .iter()
        .map(|(_, text)| text.matches("```sop ").count())
        .sum();
    println!("| all together | {rules} | {}", times(register, &all));
    Ok(())
}

/// The row's figures: the size, the three times, and how many messages there are.
fn times(register: &Register, texts: &[(&str, &str)]) -> String {
    let sources: Vec<Source<'_>> = texts
        .iter()
        .map(|(path, text)| Source { path, text })
        .collect();
    let library = read(register, &sources);
    let context = Context::default();
    let messages = library.diagnostics.len() + check(register, &library, &context).len();
    let reading = quickest(|| read(register, &sources).documents.len());
    let checking = quickest(|| check(register, &library, &context).len());
    let formatting = quickest(|| format(register, &library, 0).len());
    let bytes: usize = texts.iter().map(|(_, text)| text.len()).sum();
    format!(
        "{:.1} | {reading:.2} | {checking:.2} | {formatting:.2} | {messages} |",
        bytes as f64 / 1_000.0
    )
}

/// The shortest time in milliseconds.
fn quickest(work: impl Fn() -> usize) -> f64 {
    let whole = Stopwatch::now();
    let mut best = f64::INFINITY;
    loop {
        let watch = Stopwatch::now();
        black_box(work());
        best = best.min(watch.elapsed().as_secs_f64() * 1_000.0);
        if whole.elapsed() > EACH {
            return best;
        }
    }
}

fn condition(size: usize) -> String {
    let tests = [
        "its urgency is high",
        "the client is Platinum",
        "it waits for the client",
        "the client has been contacted in the last 7 days",
    ];
    let tests: Vec<&str> = tests.into_iter().cycle().take(size).collect();
    format!(
        "```sop long\nWhen a request is received, if {},\nthe assignee must acknowledge it within 1 business hour.\n```\n",
        tests.join(" or ")
    )
}

fn rules(size: usize) -> String {
    let mut text = String::new();
    for index in 0..size {
        let _ = write!(
            text,
            "```sop rule-{index}\nWhen a request is received, if its urgency is high, the assignee must acknowledge it \
             within {} minutes, pausing while it waits for the client; otherwise it escalates to management.\n```\n\n",
            index + 1
        );
    }
    text
}

fn slips(size: usize) -> String {
    rules(size)
        .replace("received", "recieved")
        .replace("urgency", "urgencie")
        .replace("management", "managment")
}

fn table(size: usize) -> String {
    let mut text = "Table 1: Tiers\n\n| annual revenue | **tier** |\n| --- | --- |\n".to_owned();
    for index in 0..size {
        let tier = ["Platinum", "Gold", "Silver", "Bronze"]
            .get(index % 4)
            .unwrap_or(&"Gold");
        let _ = match index {
            0 => writeln!(text, "| below 1000 | {tier} |"),
            last if last + 1 == size => writeln!(text, "| at least {last}000 | {tier} |"),
            _ => writeln!(text, "| {index}000 up to {}000 | {tier} |", index + 1),
        };
    }
    text + "\n```sop tier\nA client's tier is given by table 1.\n```\n"
}

fn procedure(size: usize) -> String {
    let mut text =
        "```sop whole\nProcedure \"Whole\" starts when a request is received:\n".to_owned();
    for index in 0..size {
        let _ = writeln!(text, "{}. `step-{index}`", index + 1);
    }
    text.push_str("```\n\n");
    for index in 0..size {
        let _ = write!(
            text,
            "```sop step-{index}\nAs a step, the assignee must acknowledge it within 1 business hour.\n```\n\n"
        );
    }
    text
}
