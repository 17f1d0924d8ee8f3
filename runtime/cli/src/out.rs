//! Standard output. A reader that has gone away (`caisson … | head`) ends the command quietly.

use crate::error::{CliError, Kind};
use std::io::{self, BufWriter, ErrorKind, StdoutLock, Write};

/// Writes one line.
pub(crate) fn line(text: &str) -> Result<(), CliError> {
    let mut to = io::stdout().lock();
    writeln!(to, "{text}").and_then(|()| to.flush()).map_err(|error| refused(&error))
}

/// What an error of standard output means.
pub(crate) fn refused(error: &io::Error) -> CliError {
    match error.kind() {
        ErrorKind::BrokenPipe => CliError::new(Kind::Closed, ""),
        _ => CliError::environment(format!("standard output: {error}")),
    }
}

/// Standard output for a long text, in large pieces; remembers what it was refused for.
pub(crate) struct Pipe {
    to: BufWriter<StdoutLock<'static>>,
    refused: Option<io::Error>,
}

impl Default for Pipe {
    fn default() -> Self {
        Self { to: BufWriter::new(io::stdout().lock()), refused: None }
    }
}

impl Pipe {
    /// Why the text did not arrive.
    pub(crate) const fn refused(&self) -> Option<&io::Error> {
        self.refused.as_ref()
    }

    fn keep<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        done.map_err(|error| {
            let same = io::Error::from(error.kind());
            self.refused.get_or_insert(error);
            same
        })
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let done = self.to.write(bytes);
        self.keep(done)
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = self.to.flush();
        self.keep(done)
    }
}

/// Rows as columns: as wide as their widest cell, two blanks apart, the last one ragged.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| width(cell)).max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, column) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(column.saturating_sub(width(cell)) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Columns on a terminal: what is written in Chinese takes two a character.
fn width(cell: &str) -> usize {
    cell.chars().map(|c| if matches!(c, '\u{1100}'..='\u{ffdc}') { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_lines_end_without_blanks() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [row(["key", "金额", "why"]), row(["K1", "1200.00", "代码过期。"])];
        assert_eq!(table(&rows), "key  金额     why\nK1   1200.00  代码过期。\n");
        assert_eq!(table(&[row(["a", "", ""])]), "a\n");
        assert_eq!(table(&[]), "");
    }
}
