//! What of the emulator's panel needs no toolkit: sentences, links, and the filtered transcript.

use crate::generated::{PanelLine, PanelLink};
use caisson_devices::screen::{LinkState, TRANSCRIPT_LINES_MAX, TranscriptLine};

/// Longest sentence, in bytes: a path of a picture is the longest that one holds.
const SENTENCE_BYTES_MAX: usize = 1_000;

/// The sentence without what stands around it, or what is wrong with it.
pub(super) fn sentence(said: &str) -> Result<String, &'static str> {
    let said = said.trim();
    if said.is_empty() {
        return Err("nothing was said");
    }
    if said.len() > SENTENCE_BYTES_MAX {
        return Err("that sentence is longer than 1000 bytes");
    }
    if said.chars().any(char::is_control) {
        return Err("that sentence holds a control character");
    }
    Ok(said.to_owned())
}

/// True where the printer is as it should be.
pub(super) fn is_ready(printer: &str) -> bool {
    printer == "ready"
}

/// The links as rows.
pub(super) fn links(links: &[LinkState]) -> Vec<PanelLink> {
    let row = |link: &LinkState| PanelLink {
        name: link.name.as_str().into(),
        state: link.state.as_str().into(),
    };
    links.iter().map(row).collect()
}

/// The newest lines that hold `filter`, the newest first, whatever the case of its letters; all for an empty one.
pub(super) fn filtered(lines: &[TranscriptLine], filter: &str) -> Vec<PanelLine> {
    let wanted = filter.trim().to_lowercase();
    let holds = |line: &&TranscriptLine| {
        [&line.at, &line.who, &line.what].iter().any(|part| part.to_lowercase().contains(&wanted))
    };
    let oldest = lines.len().saturating_sub(TRANSCRIPT_LINES_MAX);
    let row = |line: &TranscriptLine| PanelLine {
        at: line.at.as_str().into(),
        who: line.who.as_str().into(),
        what: line.what.as_str().into(),
    };
    lines.iter().skip(oldest).filter(holds).map(row).rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_trimmed_and_bounded() {
        assert_eq!(sentence("  power cut "), Ok("power cut".to_owned()));
        assert_eq!(sentence(" "), Err("nothing was said"));
        assert_eq!(sentence("a\nb"), Err("that sentence holds a control character"));
        assert!(sentence(&"a".repeat(1_000)).is_ok());
        assert_eq!(sentence(&"a".repeat(1_001)), Err("that sentence is longer than 1000 bytes"));
    }

    #[test]
    fn a_filter_finds_who_and_what_in_any_case_and_only_the_newest_lines_are_kept() {
        let line = |who: &str, what: &str| TranscriptLine {
            at: "00:00:01.000".to_owned(),
            who: who.to_owned(),
            what: what.to_owned(),
        };
        let lines = [line("screen", "Approved 12.50"), line("paper", "out"), line("acquirer", "")];
        let whats = |filter: &str| -> Vec<String> {
            filtered(&lines, filter).iter().map(|line| line.who.to_string()).collect()
        };
        assert_eq!(whats(""), ["acquirer", "paper", "screen"]);
        assert_eq!(whats(" approved"), ["screen"]);
        assert_eq!(whats("PAPER"), ["paper"]);
        assert!(whats("nothing of the kind").is_empty());
        let many = vec![line("screen", "x"); TRANSCRIPT_LINES_MAX + 7];
        assert_eq!(filtered(&many, "").len(), TRANSCRIPT_LINES_MAX);
    }
}
