//! A page of documentation as steps: its blocks in order, and how an output is compared with one.

/// What is done with a block.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `sh`, `sh status=N`: is run, and ends with that status.
    Run { status: i32 },
    /// `text`: what the step before it said.
    Output,
    /// `toml title="FILE"`: is written into that file.
    File(String),
    /// `diff title="FILE"`: lines of that file to take away and to put in their place.
    Change(String),
    /// `rust title="FILE"`: stands in that file.
    Quote(String),
}

/// A fenced block.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// The line of its fence, from 1.
    pub(crate) line: usize,
    pub(crate) kind: Kind,
    pub(crate) text: String,
}

/// The blocks of `page`.
///
/// # Panics
/// On one that would be left unchecked.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = (1..).zip(page.lines());
    while let Some((line, text)) = lines.next() {
        let Some(info) = text.strip_prefix("```") else { continue };
        let kind = kind(info).unwrap_or_else(|| panic!("line {line}: nobody checks ```{info}"));
        let inside = lines.by_ref().map(|(_, text)| text).take_while(|text| *text != "```");
        let text = inside.map(|text| format!("{text}\n")).collect();
        blocks.push(Block { line, kind, text });
    }
    blocks
}

fn kind(info: &str) -> Option<Kind> {
    let (language, rest) = info.split_once(' ').unwrap_or((info, ""));
    let title = || Some(rest.strip_prefix("title=\"")?.strip_suffix('"')?.to_owned());
    match language {
        "sh" if rest.is_empty() => Some(Kind::Run { status: 0 }),
        "sh" => Some(Kind::Run { status: rest.strip_prefix("status=")?.parse().ok()? }),
        "text" if rest.is_empty() => Some(Kind::Output),
        "toml" => title().map(Kind::File),
        "diff" => title().map(Kind::Change),
        "rust" => title().map(Kind::Quote),
        _ => None,
    }
}

/// Whether `found` is what the page says. In a line `…` stands for anything; alone on a line for
/// any number of lines.
pub(crate) fn fits(expected: &str, found: &str) -> bool {
    let lines = |text: &str| text.trim_end().lines().map(str::to_owned).collect::<Vec<_>>();
    lines_fit(&lines(expected), &lines(found))
}

fn lines_fit(expected: &[String], found: &[String]) -> bool {
    match expected.split_first() {
        None => found.is_empty(),
        Some((mark, rest)) if mark == "…" => {
            let mut tails = (0..=found.len()).filter_map(|from| found.get(from..));
            tails.any(|found| lines_fit(rest, found))
        }
        Some((line, rest)) => {
            let Some((first, others)) = found.split_first() else { return false };
            line_fits(line, first) && lines_fit(rest, others)
        }
    }
}

fn line_fits(expected: &str, found: &str) -> bool {
    let Some((head, rest)) = expected.split_once('…') else {
        return expected.trim_end() == found.trim_end();
    };
    let Some(found) = found.strip_prefix(head) else { return false };
    let mut tails = (0..=found.len()).filter_map(|at| found.get(at..));
    tails.any(|found| line_fits(rest, found))
}

/// `text` after the change of a `diff` block: its lines with `-` taken away, those with `+` in
/// their place. `None` where the lines to take away do not stand there, once.
pub(crate) fn changed(text: &str, diff: &str) -> Option<String> {
    let of = |sign: char| -> String {
        diff.lines().filter_map(|line| line.strip_prefix(sign)).map(|l| format!("{l}\n")).collect()
    };
    let (old, new) = (of('-'), of('+'));
    (text.matches(&old).count() == 1).then(|| text.replacen(&old, &new, 1))
}

#[test]
fn a_mark_stands_for_what_changes_and_nothing_else_does() {
    let check = |expected: &str, found: &str, holds: bool| {
        assert_eq!(fits(expected, found), holds, "{expected:?} {found:?}");
    };
    check("paid\n", "paid", true);
    check("paid", "paid \n\n", true);
    check("paid", "unpaid", false);
    check("paid", "paid\ntwice", false);
    check("…  paid", "10:00:01  paid", true);
    check("key … is …, once", "key K1 is paid, once", true);
    check("key … is …, once", "key K1 is paid, twice", false);
    check("first\n…\nlast", "first\nlast", true);
    check("first\n…\nlast", "first\na\nb\nlast", true);
    check("first\n…\nlast", "first\na\nb", false);
    check("…", "", true);
}

#[test]
fn a_page_is_read_block_by_block_and_no_block_is_left_out() {
    let page =
        "# A\n```sh status=1\nls\n```\n\n```text\n…\n```\n```diff title=\"a b\"\n-1\n+2\n```\n";
    let block = |line, kind, text: &str| Block { line, kind, text: text.to_owned() };
    assert_eq!(
        blocks(page),
        [
            block(2, Kind::Run { status: 1 }, "ls\n"),
            block(6, Kind::Output, "…\n"),
            block(9, Kind::Change("a b".to_owned()), "-1\n+2\n"),
        ]
    );
    assert!(std::panic::catch_unwind(|| blocks("```python\nprint()\n```")).is_err());
}

#[test]
fn a_change_is_made_where_it_fits_and_nowhere_else() {
    assert_eq!(changed("a\nb\nc\n", "-b\n+x\n+y\n").as_deref(), Some("a\nx\ny\nc\n"));
    assert_eq!(changed("a\nb\nb\n", "-b\n+x\n"), None);
    assert_eq!(changed("a\n", "-b\n+x\n"), None);
}
