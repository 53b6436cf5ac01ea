//! Somebody asks thousands of times in another's name, by the public form and by mail: whether each is recorded, and what the one
//! whose name it is gets of it.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant as Stopwatch};

use kept_store::{StoreError, params, statements};

use crate::mail_house::{MAILBOX, MailHouse, MailLine, STORED, load};
use crate::serving::{Asking, Client, field};

/// So many forms, and so many mails, are on their way at once.
const AT_ONCE: usize = 32;
/// So many forms come from one address: as many as a form takes from one within ten minutes.
const OF_ONE: usize = 10;
/// Nobody writes a form faster than this.
const WRITING: Duration = Duration::from_millis(2_500);
/// What stands in all that is sent, with a number behind it.
const MARK: &str = "floodmark";
const VICTIM: &str = "harrow.example";

statements! {
    WITH_RECEIPTS = "UPDATE mailboxes SET receipt = TRUE";
    SUBJECTS = "SELECT subject FROM requests ORDER BY number";
    BECAME = "SELECT state, count(*) FROM mail_messages GROUP BY state ORDER BY state";
    LETTERS = "SELECT CAST(body AS TEXT) FROM outbox WHERE topic = 'mail' ORDER BY id";
}

/// What was answered: how often.
type Answers = Mutex<BTreeMap<String, usize>>;

/// `flood KEPT FOLDER [EACH] [--database-url URL]`
pub fn flooding(words: &[&str]) -> Result<(), String> {
    let (desk, rest) = MailHouse::start(words)?;
    let each = rest.first().map_or(Some(1_000), |text| crate::number(text));
    let each = each.ok_or("that is no number")? as usize;
    let told = desk
        .house
        .store
        .write(|tx| tx.execute(WITH_RECEIPTS, &params![]));
    told.wait().map_err(|error: StoreError| error.to_string())?;
    let shown = shown(&desk.server.at, each).map_err(|error| error.to_string())?;
    std::thread::sleep(WRITING);
    let (forms, mails) = (Answers::default(), Answers::default());
    let (begun, processor) = (Stopwatch::now(), desk.server.processor());
    let next = AtomicUsize::new(0);
    let broken = AtomicUsize::new(0);
    let shown = Mutex::new(shown);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(one) = shown.lock().ok().and_then(|mut all| all.pop()) {
                    if send_forms(&desk.server.at, one, &forms).is_err() {
                        broken.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
            scope.spawn(|| {
                if send_mails(&desk.door, each, (&next, &mails)).is_err() {
                    broken.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let sent = begun.elapsed();
    desk.settled()?;
    let all = begun.elapsed();
    println!(
        "{each} forms and {each} mails in one's name, {AT_ONCE} of each at once, on {}\n",
        desk.dialect()
    );
    let accepted = said("forms", &forms, "200") + said("mails", &mails, "250");
    let lost = recorded(&desk, each, accepted)?;
    let good = letters(&desk)?;
    println!(
        "\nsending took {:.1} s, all was handled after {:.1} s; {:.1} ms of a processor for each; resident {:.0} MB; load of the machine {}",
        sent.as_secs_f64(),
        all.as_secs_f64(),
        (desk.server.processor() - processor) * 1e3 / (2 * each).max(1) as f64,
        desk.server.megabytes(),
        load()
    );
    if broken.load(Ordering::Relaxed) > 0 {
        return Err("lines broke".to_owned());
    }
    if lost > 0 || !good {
        return Err("something is lost, or the victim gets what they should not".to_owned());
    }
    Ok(())
}

/// Forms as one address has opened them: each with its number and its token.
struct Shown {
    from: IpAddr,
    forms: Vec<(usize, String)>,
}

/// Opens all forms, as many from each address as it may send.
fn shown(at: &str, each: usize) -> io::Result<Vec<Shown>> {
    let numbers: Vec<usize> = (0..each).collect();
    let networks = numbers.chunks(OF_ONE).zip(1_u16..);
    let all = networks.map(|(numbers, network)| {
        let [high, low] = network.to_be_bytes();
        let from = IpAddr::V4(Ipv4Addr::new(127, 1, high, low));
        let mut line = Client::open_from(from, at)?;
        let forms = numbers.iter().map(|number| {
            let page = line.expected(&Asking::page("/ask", ""))?;
            let token = field(&page.text, "token");
            let token = token.ok_or_else(|| io::Error::other("no form at /ask"))?;
            Ok((*number, token.to_owned()))
        });
        let forms = forms.collect::<io::Result<_>>()?;
        Ok(Shown { from, forms })
    });
    all.collect()
}

/// On a line of its own: on the one that they were opened by nothing was said for so long that the server may have closed it.
fn send_forms(at: &str, shown: Shown, answers: &Answers) -> io::Result<()> {
    let mut line = Client::open_from(shown.from, at)?;
    for (number, token) in shown.forms {
        let words = format!("{MARK}-f{number}-");
        let body = format!(
            "token={token}&name=Vic+{words}&email=vic%40{VICTIM}&subject=Buy+{words}&body=Cheap+{words}"
        );
        let answer = line.ask(&Asking::form("/ask", "", body))?;
        count(answers, &answer.status.to_string());
    }
    Ok(())
}

fn send_mails(
    door: &str,
    each: usize,
    (next, answers): (&AtomicUsize, &Answers),
) -> io::Result<()> {
    let mut line = MailLine::open(door)?;
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= each {
            return Ok(());
        }
        if !line.begin(&format!("a{number}@many.example"))? {
            return Err(io::Error::other("the door takes no mail"));
        }
        let answer = line.say(&mail(number))?;
        count(answers, answer.get(..3).unwrap_or_default());
    }
}

/// A mail that names the victim in one of the ways in which they would get the answer.
fn mail(number: usize) -> String {
    let words = format!("{MARK}-m{number}-");
    let names = match number % 4 {
        0 => format!("From: Vic {words} <vic@{VICTIM}>"),
        1 => format!("From: a{number}@many.example\r\nReply-To: VIC@Harrow.example"),
        2 => format!("From: vic+{number}@{VICTIM}"),
        _ => format!("From: v.i.c@{VICTIM}\r\nReply-To: v.ic@{VICTIM}"),
    };
    format!(
        "{names}\r\nTo: {MAILBOX}\r\nMessage-ID: <{number}@many.example>\r\nSubject: Buy {words}\r\n\r\nCheap {words}\r\n.\r\n"
    )
}

fn count(answers: &Answers, answer: &str) {
    if let Ok(mut answers) = answers.lock() {
        *answers.entry(answer.to_owned()).or_default() += 1;
    }
}

/// Says how all were answered; how many of them as it is good.
fn said(what: &str, answers: &Answers, good: &str) -> usize {
    let answers = answers.lock().map(|all| all.clone()).unwrap_or_default();
    let each: Vec<String> = answers
        .iter()
        .map(|(answer, times)| format!("{times} with {answer}"))
        .collect();
    println!("{what} answered: {}", each.join(", "));
    answers.get(good).copied().unwrap_or_default()
}

/// Says what is recorded; how many of those that were accepted are not.
fn recorded(desk: &MailHouse, each: usize, accepted: usize) -> Result<usize, String> {
    let subjects: Vec<(String,)> = desk.all(SUBJECTS)?;
    let ways = ["f", "m"].into_iter();
    let marks = ways.flat_map(|way| (0..each).map(move |number| format!("{MARK}-{way}{number}-")));
    let mut found: BTreeMap<String, usize> = marks.map(|mark| (mark, 0)).collect();
    for (subject,) in &subjects {
        let mark = subject.rsplit(' ').next().unwrap_or_default();
        if let Some(times) = found.get_mut(mark) {
            *times += 1;
        }
    }
    let once = found.values().filter(|times| **times == 1).count();
    let more = found.values().filter(|times| **times > 1).count();
    let became: Vec<(String, u64)> = desk.all(BECAME)?;
    let became: Vec<String> = became
        .iter()
        .map(|(state, times)| format!("{times} {state}"))
        .collect();
    println!(
        "requests: {}; of what was sent {once} are recorded once, {more} more than once; accepted were {accepted}",
        subjects.len()
    );
    println!(
        "mails kept: {}; what became of them: {}",
        desk.count(STORED)?,
        became.join(", ")
    );
    Ok(accepted.saturating_sub(once) + more)
}

/// Says what leaves or waits to; whether the victim gets one letter at most, and nobody a word of what was sent.
fn letters(desk: &MailHouse) -> Result<bool, String> {
    let all: Vec<(String,)> = desk.all(LETTERS)?;
    let all: Vec<String> = all.into_iter().map(|(body,)| body.to_lowercase()).collect();
    let victims = all.iter().filter(|body| body.contains(VICTIM)).count();
    let repeat = all.iter().filter(|body| body.contains(MARK)).count();
    println!(
        "letters that left or wait: {} in all, {victims} to the victim, {repeat} that repeat a word of what was sent",
        all.len()
    );
    Ok(victims <= 1 && repeat == 0)
}
