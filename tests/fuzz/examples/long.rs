//! Tries seeded changes to a corpus for as long as one likes:
//! `cargo run --release -p caisson-fuzz --example long -- TARGET COUNT [SEED]`.
//!
//! Every thousandth input is announced, so that a run that hangs or is killed can be taken up again.

use caisson_fuzz::{Mutator, TARGETS, corpus, folder};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

/// Inputs between two lines.
const ANNOUNCED: u64 = 1_000;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize| words.get(index).map(|word| word.parse::<u64>());
    let target = words.first().and_then(|name| TARGETS.iter().find(|t| t.name == name));
    let (Some(target), Some(Ok(count)), seed @ (None | Some(Ok(_)))) =
        (target, number(1), number(2))
    else {
        let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        eprintln!("long TARGET COUNT [SEED], with TARGET one of {}", names.join(", "));
        return ExitCode::from(2);
    };
    let seed = seed.and_then(Result::ok).unwrap_or(1);
    let inputs = corpus(&folder().join(target.name));
    let mut mutator = Mutator::new(&inputs, seed);
    for number in 0..count {
        let input = mutator.next_input();
        if catch_unwind(AssertUnwindSafe(|| (target.run)(&input))).is_err() {
            eprintln!("input {number} of seed {seed}:\n{}", input.escape_ascii());
            return ExitCode::FAILURE;
        }
        if number % ANNOUNCED == 0 {
            println!("{}: {number} of {count}, seed {seed}", target.name);
        }
    }
    println!("{}: {count} inputs of seed {seed}, nothing found", target.name);
    ExitCode::SUCCESS
}
