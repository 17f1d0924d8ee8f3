//! Steps in a row, each with its time, and the table that ends them.

use crate::error::Error;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It did what it should.
    Passed,
    /// It did not, and why; more of its own words stand above.
    Failed(String),
    /// It was not run, and why.
    Left(String),
}

/// The steps so far.
#[derive(Debug, Default)]
pub(crate) struct Steps(Vec<(&'static str, Ending, Duration)>);

impl Steps {
    /// Runs `step` under `name`, and goes on whatever it says. True where it passed.
    pub(crate) fn run(
        &mut self,
        name: &'static str,
        step: impl FnOnce() -> Result<(), Error>,
    ) -> bool {
        eprintln!("\n== {name}");
        let begun = Instant::now();
        let ending = match step() {
            Ok(()) => Ending::Passed,
            Err(error) => {
                eprintln!("xtask: {name}: {error}");
                let quote = error.quote().unwrap_or_default();
                Ending::Failed(format!("{error}\n{quote}").trim_end().to_owned())
            }
        };
        let passed = ending == Ending::Passed;
        self.0.push((name, ending, begun.elapsed()));
        passed
    }

    /// Notes that `name` was not run, and why.
    pub(crate) fn leave(&mut self, name: &'static str, why: &str) {
        eprintln!("\n== {name}: not run, {why}");
        self.0.push((name, Ending::Left(why.to_owned()), Duration::ZERO));
    }

    /// Prints why steps failed, the table, and its closing line; an error where a step failed.
    pub(crate) fn finish(self) -> Result<(), Error> {
        let mut failed = 0;
        for (name, ending, _) in &self.0 {
            if let Ending::Failed(why) = ending {
                failed += 1;
                println!("\n== {name} failed: {why}");
            }
        }
        println!("\n{}", table(&self.0));
        match failed {
            0 => Ok(()),
            failed => Err(Error::Steps(failed)),
        }
    }
}

fn table(steps: &[(&'static str, Ending, Duration)]) -> String {
    let mut text = String::new();
    let width = steps.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
    let (mut passed, mut failed) = (0, 0);
    for (name, ending, time) in steps {
        let word = match ending {
            Ending::Passed => {
                passed += 1;
                format!("passed   {}", seconds(*time))
            }
            Ending::Failed(_) => {
                failed += 1;
                format!("FAILED   {}", seconds(*time))
            }
            Ending::Left(why) => format!("not run  {why}"),
        };
        // Writing into a text cannot fail.
        let _ = writeln!(text, "  {name:width$}  {word}");
    }
    let _ = write!(text, "\n{passed} passed, {failed} failed");
    text
}

fn seconds(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_tells_what_passed_what_failed_and_what_nobody_checked() {
        let steps = [
            ("format", Ending::Passed, Duration::from_millis(1_250)),
            ("tests", Ending::Failed("`cargo` failed".to_owned()), Duration::from_secs(192)),
            ("licences", Ending::Left("cargo-deny is not installed".to_owned()), Duration::ZERO),
        ];
        assert_eq!(
            table(&steps),
            "  format    passed   1.2 s\n  \
               tests     FAILED   3 min 12 s\n  \
               licences  not run  cargo-deny is not installed\n\
             \n1 passed, 1 failed"
        );
    }

    #[test]
    fn a_failed_step_fails_the_whole_and_a_step_left_out_does_not() {
        let mut steps = Steps::default();
        assert!(steps.run("good", || Ok(())));
        steps.leave("absent", "not here");
        assert!(steps.finish().is_ok());

        let mut steps = Steps::default();
        assert!(!steps.run("bad", || Err(Error::Wrong("on purpose".to_owned()))));
        assert_eq!(steps.finish().expect_err("it failed").status(), 1);
    }
}
