//! What somebody has changed in a text, word by word.

/// A stretch of two texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It stands in both.
    Same(String),
    /// It was taken out.
    Gone(String),
    /// It was put in.
    New(String),
}

/// More words than this on both sides of what is alike at the ends are not compared one by one.
const MOST: usize = 2_000;

/// What leads from one text to the other. White space belongs to the word before it.
pub fn redline(before: &str, after: &str) -> Vec<Change> {
    let (one, two) = (words(before), words(after));
    let same = |pair: &(&&str, &&str)| pair.0 == pair.1;
    let head = one.iter().zip(&two).take_while(same).count();
    let (left, right) = (
        one.get(head..).unwrap_or_default(),
        two.get(head..).unwrap_or_default(),
    );
    let tail = left
        .iter()
        .rev()
        .zip(right.iter().rev())
        .take_while(same)
        .count();
    let (left, end) = left.split_at(left.len() - tail);
    let right = right.get(..right.len() - tail).unwrap_or_default();
    let mut line = Redline::default();
    for word in one.iter().take(head) {
        line.same(word);
    }
    line.middle(left, right);
    for word in end {
        line.same(word);
    }
    line.0
}

/// Words, each with the white space after it.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let after = rest.get(word..).unwrap_or_default();
        let space = after
            .find(|letter: char| !letter.is_whitespace())
            .unwrap_or(after.len());
        let (word, left) = rest.split_at(word + space);
        words.push(word);
        rest = left;
    }
    words
}

#[derive(Default)]
struct Redline(Vec<Change>);

impl Redline {
    fn same(&mut self, word: &str) {
        match self.0.last_mut() {
            Some(Change::Same(text)) => text.push_str(word),
            _ => self.0.push(Change::Same(word.to_owned())),
        }
    }

    fn gone(&mut self, word: &str) {
        match self.0.last_mut() {
            Some(Change::Gone(text)) => text.push_str(word),
            _ => self.0.push(Change::Gone(word.to_owned())),
        }
    }

    fn new_word(&mut self, word: &str) {
        match self.0.last_mut() {
            Some(Change::New(text)) => text.push_str(word),
            _ => self.0.push(Change::New(word.to_owned())),
        }
    }

    /// By the longest row of words that both have.
    fn middle(&mut self, left: &[&str], right: &[&str]) {
        let mut lengths = vec![vec![0_u32; right.len() + 1]; 1];
        if left.len() <= MOST && right.len() <= MOST {
            lengths = longest(left, right);
        }
        let at = |row: usize, column: usize| {
            let row = lengths.get(row).and_then(|row| row.get(column));
            row.copied().unwrap_or_default()
        };
        let (mut row, mut column) = (0, 0);
        loop {
            match (left.get(row), right.get(column)) {
                (Some(one), Some(two)) if one == two && at(row, column) > 0 => {
                    self.same(two);
                    row += 1;
                    column += 1;
                }
                (Some(one), two) if two.is_none() || at(row + 1, column) >= at(row, column + 1) => {
                    self.gone(one);
                    row += 1;
                }
                (_, Some(two)) => {
                    self.new_word(two);
                    column += 1;
                }
                _ => return,
            }
        }
    }
}

/// How long the longest common row of words is from each place on.
fn longest(left: &[&str], right: &[&str]) -> Vec<Vec<u32>> {
    let mut lengths = vec![vec![0_u32; right.len() + 1]; left.len() + 1];
    for (row, one) in left.iter().enumerate().rev() {
        let below = lengths.get(row + 1).cloned().unwrap_or_default();
        let mut next = 0;
        let mut line = vec![0_u32; right.len() + 1];
        for (column, two) in right.iter().enumerate().rev() {
            let under = |place: usize| below.get(place).copied().unwrap_or_default();
            let length = if one == two {
                under(column + 1) + 1
            } else {
                under(column).max(next)
            };
            if let Some(cell) = line.get_mut(column) {
                *cell = length;
            }
            next = length;
        }
        if let Some(cells) = lengths.get_mut(row) {
            *cells = line;
        }
    }
    lengths
}
