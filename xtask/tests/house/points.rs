//! No commit, send or receive without its points: what cannot be taken back when the power fails
//! happens in one place each, and a test can cut the power before and after it.

use crate::tree::{files_ending, nothing_wrong, text};

/// A deed by the words that do it, where it may be done, and how many points stand beside it there.
const DEEDS: [(&str, &str, &str, usize); 8] = [
    ("runtime/journal/src", "prepare_cached(\"COMMIT\")", "commit.rs", 2),
    // Making a journal, or one from a damaged one: no payment is under way.
    ("runtime/journal/src", ".commit()", "commit.rs create.rs adopt.rs", 2),
    ("runtime/journal/src", "wal_checkpoint", "checkpoint.rs", 2),
    // A DUKPT counter, the keys of a sign-on.
    ("runtime/vault/src", "file.replace(", "sealed_file/cards.rs", 2),
    // Every request is written to a `Wire`, in whichever language, and heard with its own point.
    ("runtime/network/src", "(&mut self.stream).poll_write(", "exchange/wire.rs", 3),
    ("runtime/network/src", ".send_request(", "wallet/http.rs", 0),
    ("runtime/network/src", "wire.write_all(", "bank/wire.rs", 0),
    ("runtime/network/src", "read.answer(", "wallet/exchange.rs bank/exchange.rs", 1),
];

#[test]
fn a_commit_a_send_and_a_receive_happen_only_between_their_points() {
    let mut wrong = Vec::new();
    for (folder, words, places, points) in DEEDS {
        let mut found = false;
        for file in files_ending(folder, &[".rs"]) {
            let text = text(&file);
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            if !code.contains(words) {
                continue;
            }
            found = true;
            if !places.split(' ').any(|place| file.ends_with(place)) {
                wrong.push(format!("{file}: `{words}` away from its points; use {places}"));
            }
            let passed = ["::before(", "::after("]
                .map(|pass| code.matches(pass).count())
                .iter()
                .sum::<usize>();
            if passed < points
                && !["create.rs", "adopt.rs"].iter().any(|alone| file.ends_with(alone))
            {
                wrong.push(format!(
                    "{file}: `{words}` stands between {passed} points, not {points}"
                ));
            }
        }
        if !found {
            wrong.push(format!("{folder}: nothing says `{words}`; name here what does it now"));
        }
    }
    nothing_wrong(&wrong);
}
