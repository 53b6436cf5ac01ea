//! Captioned tables with their columns one below the other.

/// The table with padded cells; none where its rows have different lengths. The caption and the lines between stay.
pub(super) fn aligned(table: &str) -> Option<String> {
    let newline = if table.contains("\r\n") { "\r\n" } else { "\n" };
    let lines: Vec<&str> = table.lines().collect();
    let first = lines
        .iter()
        .position(|line| line.trim_start().starts_with('|'))?;
    let (before, rows) = lines.split_at(first);
    let rows: Vec<Vec<&str>> = rows.iter().map(|line| cells(line)).collect();
    let columns = rows.first()?.len();
    if columns == 0 || rows.iter().any(|row| row.len() != columns) {
        return None;
    }
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let cells = rows.iter().enumerate().filter(|(row, _)| *row != 1);
            let widest =
                cells.filter_map(|(_, row)| row.get(column).map(|cell| cell.chars().count()));
            widest.max().unwrap_or(0).max(3)
        })
        .collect();
    let padded = rows.iter().enumerate().map(|(index, row)| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| {
            if index == 1 {
                rule(cell, *width)
            } else {
                format!(
                    "{cell}{}",
                    " ".repeat(width - cell.chars().count().min(*width))
                )
            }
        });
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    });
    let before = before.iter().map(|line| (*line).to_owned());
    Some(before.chain(padded).collect::<Vec<_>>().join(newline))
}

/// The line below the headings, with the colons that say how a column is aligned.
fn rule(cell: &str, width: usize) -> String {
    let left = if cell.starts_with(':') { ":" } else { "-" };
    let right = if cell.ends_with(':') && cell.len() > 1 {
        ":"
    } else {
        "-"
    };
    format!("{left}{}{right}", "-".repeat(width.saturating_sub(2)))
}

/// The cells of a line, trimmed. `\|` does not end a cell.
fn cells(line: &str) -> Vec<&str> {
    let line = line.trim();
    let mut bounds = Vec::new();
    let mut escaped = false;
    for (at, letter) in line.char_indices() {
        if letter == '|' && !escaped {
            bounds.push(at);
        }
        escaped = letter == '\\' && !escaped;
    }
    if !line.ends_with('|') {
        bounds.push(line.len());
    }
    bounds
        .windows(2)
        .filter_map(|pair| line.get(pair.first()? + 1..*pair.last()?).map(str::trim))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_a_table_stand_one_below_the_other() {
        let table = "Table 2: Time to resolve\n\n| priority | **resolution time** |\n| --- | :-: |\n|urgent|4 business hours|\n| otherwise | [x: 3 days] |";
        let expected = "Table 2: Time to resolve\n\n| priority  | **resolution time** |\n| --------- | :-----------------: |\n| urgent    | 4 business hours    |\n| otherwise | [x: 3 days]         |";
        assert_eq!(aligned(table).unwrap(), expected);
        assert_eq!(aligned(expected).unwrap(), expected);
    }

    #[test]
    fn a_table_whose_rows_differ_in_length_is_left_alone() {
        assert_eq!(aligned("Table 2: T\n| a | b |\n| - | - |\n| c |"), None);
    }
}
