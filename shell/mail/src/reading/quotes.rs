//! What of a mail is new, and what it only carries along: quoted mails and signatures, so that a page can fold them. Nothing is ever
//! left out: the pieces together are the text.

/// What a piece of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// What was written now.
    New,
    /// What somebody wrote before.
    Quote,
    /// Who wrote it, as their program adds it.
    Signature,
}

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'t> {
    /// What it is.
    pub kind: PieceKind,
    /// Its lines, with the line breaks between them.
    pub text: &'t str,
}

/// Cuts a text into pieces. Joined, they are the text, byte for byte. Where nothing in it is new, all of it is shown as new: a mail
/// that is only a quotation was sent for the sake of it.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut kinds: Vec<PieceKind> = lines.iter().map(|line| of_line(line)).collect();
    mark_openings(&lines, &mut kinds);
    mark_tails(&lines, &mut kinds);
    join_gaps(&lines, &mut kinds);
    let is_new =
        |(line, kind): (&&str, &PieceKind)| *kind == PieceKind::New && !line.trim().is_empty();
    if !lines.iter().zip(&kinds).any(is_new) {
        kinds.fill(PieceKind::New);
    }
    joined(text, &lines, &kinds)
}

fn of_line(line: &str) -> PieceKind {
    let line = line.trim_start();
    if line.starts_with('>') || line.starts_with("|>") {
        PieceKind::Quote
    } else {
        PieceKind::New
    }
}

/// The words before a quotation, `On … wrote:`, belong to it; so does everything below them where the quotation has no marks.
fn mark_openings(lines: &[&str], kinds: &mut [PieceKind]) {
    for at in 0..lines.len() {
        let Some(length) = opening(lines, at) else {
            continue;
        };
        let below = at + length;
        let mut rest = lines.iter().zip(kinds.iter()).skip(below);
        let next = rest.find(|(line, _)| !line.trim().is_empty());
        let marked = next.is_some_and(|(_, kind)| *kind == PieceKind::Quote);
        let end = if marked || next.is_none() {
            below
        } else {
            lines.len()
        };
        if let Some(kinds) = kinds.get_mut(at..end) {
            kinds.fill(PieceKind::Quote);
        }
    }
}

/// How many lines the opening of a quotation has that begins here.
fn opening(lines: &[&str], at: usize) -> Option<usize> {
    let mut words = String::new();
    for length in 1..=3 {
        let line = lines.get(at + length - 1)?.trim();
        if line.is_empty() || line.starts_with('>') {
            return None;
        }
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(line);
        if words.len() > 300 {
            return None;
        }
        if is_opening(&words) {
            return Some(length);
        }
    }
    None
}

/// `On Mon, 2 Mar 2026, Ruth Brennan wrote:` in the languages in which programs say it.
fn is_opening(words: &str) -> bool {
    const FORMS: &[(&str, &str)] = &[
        ("on ", "wrote:"),
        ("am ", "schrieb"),
        ("le ", "écrit :"),
        ("le ", "écrit:"),
        ("el ", "escribió:"),
        ("il ", "scritto:"),
        ("op ", "schreef"),
        ("em ", "escreveu:"),
        ("den ", "skrev"),
        ("dnia ", "napisał"),
    ];
    let words = words.trim_end_matches(['_', '-', ' ']).to_lowercase();
    if !words.ends_with(':') || !words.contains(|letter: char| letter.is_ascii_digit()) {
        return false;
    }
    let formed = FORMS
        .iter()
        .any(|(begin, end)| words.starts_with(begin) && words.contains(end));
    formed || words.contains('@') && words.ends_with("wrote:")
}

/// What everything below belongs to: the mail before it, as programs that do not mark quotations set it, or a signature.
fn mark_tails(lines: &[&str], kinds: &mut [PieceKind]) {
    for at in 0..lines.len() {
        let kind = match kinds.get(at) {
            Some(PieceKind::New) if is_divider(lines, at) => PieceKind::Quote,
            Some(PieceKind::New) if is_signature(lines, at) => PieceKind::Signature,
            _ => continue,
        };
        let rest = kinds.iter_mut().skip(at);
        for one in rest {
            if *one == PieceKind::New {
                *one = kind;
            }
        }
    }
}

/// `-----Original Message-----`, or the header lines that stand for it.
fn is_divider(lines: &[&str], at: usize) -> bool {
    let Some(line) = lines.get(at).map(|line| line.trim()) else {
        return false;
    };
    let bare = line.trim_matches(['-', '_', ' ']);
    let original = [
        "original message",
        "ursprüngliche nachricht",
        "originalnachricht",
        "message d'origine",
        "messaggio originale",
        "mensaje original",
        "oorspronkelijk bericht",
    ];
    let lower = bare.to_lowercase();
    if line.starts_with("--") && original.contains(&lower.as_str()) {
        return true;
    }
    has_head(lines, at)
}

/// `From:`, `Sent:`, `To:`, `Subject:` below each other, in some language.
fn has_head(lines: &[&str], at: usize) -> bool {
    const FROM: &[&str] = &["from:", "von:", "de :", "de:", "da:", "van:"];
    const OTHERS: &[&str] = &[
        "sent:",
        "date:",
        "to:",
        "subject:",
        "cc:",
        "gesendet:",
        "an:",
        "betreff:",
        "datum:",
        "envoyé :",
        "envoyé:",
        "à :",
        "objet :",
        "enviado:",
        "para:",
        "asunto:",
        "inviato:",
        "a:",
        "oggetto:",
        "verzonden:",
        "aan:",
        "onderwerp:",
    ];
    let says = |line: &&str, words: &[&str]| {
        let line = line
            .trim()
            .trim_start_matches('*')
            .to_lowercase()
            .replace('*', "");
        words.iter().any(|word| line.starts_with(word))
    };
    let begins = lines.get(at).is_some_and(|line| says(line, FROM));
    // A mail that is passed on is no quotation: what follows is what it was sent for.
    let mut before = lines.iter().take(at).rev().map(|line| line.trim());
    let before = before.find(|line| !line.is_empty()).unwrap_or_default();
    let passed_on = before.to_lowercase().contains("forward")
        || before.to_lowercase().contains("weitergeleitet");
    let others = lines.iter().skip(at + 1).take(5);
    begins && !passed_on && others.filter(|line| says(line, OTHERS)).count() >= 2
}

/// `-- ` on a line of its own with few lines below, or what telephones add.
fn is_signature(lines: &[&str], at: usize) -> bool {
    let Some(line) = lines
        .get(at)
        .map(|line| line.trim_end_matches(['\r', '\n']))
    else {
        return false;
    };
    let below = lines.iter().skip(at + 1);
    let few = below.filter(|line| !line.trim().is_empty()).count();
    if line == "-- " || line == "--" {
        return few <= 30;
    }
    let lower = line.trim().to_lowercase();
    let telephone = [
        "sent from my ",
        "von meinem ",
        "envoyé de mon ",
        "inviato da ",
        "get outlook for ",
    ];
    few <= 2 && lower.len() < 80 && telephone.iter().any(|words| lower.starts_with(words))
}

/// Empty lines between two pieces of a kind belong to them, and those before a quotation to it.
fn join_gaps(lines: &[&str], kinds: &mut [PieceKind]) {
    let mut next = PieceKind::New;
    for (line, kind) in lines.iter().zip(kinds.iter_mut()).rev() {
        if line.trim().is_empty() {
            *kind = next;
        } else {
            next = *kind;
        }
    }
}

fn joined<'t>(text: &'t str, lines: &[&str], kinds: &[PieceKind]) -> Vec<Piece<'t>> {
    let mut pieces: Vec<Piece<'t>> = Vec::new();
    let (mut begin, mut at) = (0, 0);
    for (place, (line, kind)) in lines.iter().zip(kinds).enumerate() {
        at += line.len();
        if kinds.get(place + 1) != Some(kind) {
            let text = text.get(begin..at).unwrap_or_default();
            pieces.push(Piece { kind: *kind, text });
            begin = at;
        }
    }
    pieces
}
