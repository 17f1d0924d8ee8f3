//! The command line: words in, a verb out.

use crate::error::Error;

/// What `cargo xtask --help` prints.
pub(crate) const HELP: &str = "\
Everything that one does with this repository.

  cargo xtask demo     Take two QR payments, one read from the customer's phone and one shown to
                       it, and three cards: a chip with its PIN, a tap without one, and a chip whose
                       answer is lost, so that it is taken back; then settle the batch. All against
                       a simulated acquirer and bank. Where there is a display, they are taken in
                       the emulator's window, which stays open; else what happened is printed, and
                       the receipts are in ./demo-out afterwards. The exit status is 0 only if each
                       ended as it must and the books of both agree with the terminal's journal.
  cargo xtask test     Check everything: format, lints, tests, scenarios, the demo, the device build,
                       documentation, licences. A table at the end says what passed.
  cargo xtask check    The quick part of it: format, lints, documentation, licences.
  cargo xtask build    Build the binary, the one for devices, and the apps for release, and say
                       where they are.

Every verb first looks for what it needs: a C compiler, the kernel's headers, libclang (for the
camera), and Rust's target wasm32-wasip2 (for the apps). On Debian and its family it offers to
install what is missing; elsewhere it says what that is.

Options
  --yes                Install what is missing without asking. CI=true in the environment says so
                       too.
  --headless           demo: never open a window.
  --once               demo: close the window when all of it is done.
  --language zh|en     demo: the language of screen and receipts; else that of the environment.
  --help               This text.

Environment
  CARGO_TARGET_DIR     Where everything is built; else ~/.cache/caisson/target, so that every clone
                       shares what was built before.

When you write a payment app, these are the next things to look at:
  apps/qr              an app as it should read
  apps/sdk             what an app is made of
  caisson --help       the binary: scenarios, scanning, the journal, the simulated acquirer
";

/// Whether something may be installed without a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    /// Ask first.
    Ask,
    /// `--yes`, or CI.
    Given,
}

/// The language of screen and receipts, as the binary spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl Language {
    /// The word for the binary's command line.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }
}

/// How to show the demo.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DemoOptions {
    /// Whether something may be installed without a question.
    pub(crate) consent: Consent,
    /// `None`: that of the environment.
    pub(crate) language: Option<Language>,
    /// Where it is shown.
    pub(crate) shown: Shown,
}

/// Where the demo is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// In a window that stays open, where there is a display and no CI.
    Window,
    /// In a window that is closed at the end.
    Once,
    /// In none.
    Headless,
}

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Explain.
    Help,
    /// Take payments by code and by card.
    Demo(DemoOptions),
    /// Check everything.
    Test(Consent),
    /// Check the quick part.
    Check(Consent),
    /// Build for release.
    Build(Consent),
}

/// Reads the command line, without the program's name.
pub(crate) fn parse(words: &[String]) -> Result<Verb, Error> {
    let Some((verb, options)) = words.split_first() else { return Ok(Verb::Help) };
    if words.iter().any(|word| word == "--help" || word == "-h") || verb == "help" {
        return Ok(Verb::Help);
    }
    let mut seen = Seen { consent: consent_of_environment(), language: None, shown: Shown::Window };
    seen.read(options)?;
    if verb != "demo" && (seen.language.is_some() || seen.shown != Shown::Window) {
        return Err(Error::Usage(format!("`{verb}` takes no option but --yes")));
    }
    match verb.as_str() {
        "demo" => Ok(Verb::Demo(DemoOptions {
            consent: seen.consent,
            language: seen.language,
            shown: seen.shown,
        })),
        "test" => Ok(Verb::Test(seen.consent)),
        "check" => Ok(Verb::Check(seen.consent)),
        "build" => Ok(Verb::Build(seen.consent)),
        other => Err(Error::Usage(format!("there is no verb `{other}`"))),
    }
}

struct Seen {
    consent: Consent,
    language: Option<Language>,
    shown: Shown,
}

impl Seen {
    fn read(&mut self, options: &[String]) -> Result<(), Error> {
        let mut words = options.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--yes" => self.consent = Consent::Given,
                "--headless" => self.shown = Shown::Headless,
                "--once" => self.shown = Shown::Once,
                "--language" => self.language = Some(language(words.next())?),
                other => return Err(Error::Usage(format!("there is no option `{other}`"))),
            }
        }
        Ok(())
    }
}

fn language(word: Option<&String>) -> Result<Language, Error> {
    match word.map(String::as_str) {
        Some("zh") => Ok(Language::Zh),
        Some("en") => Ok(Language::En),
        Some(other) => Err(Error::Usage(format!("--language {other}: there are zh and en"))),
        None => Err(Error::Usage("--language needs zh or en".to_owned())),
    }
}

fn consent_of_environment() -> Consent {
    if is_ci() { Consent::Given } else { Consent::Ask }
}

/// True where no person is there.
pub(crate) fn is_ci() -> bool {
    !matches!(std::env::var("CI").as_deref(), Ok("" | "0" | "false") | Err(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Verb, Error> {
        parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[track_caller]
    fn check_refused(line: &str, expected: &str) {
        let error = read(line).expect_err("this line is wrong");
        assert_eq!(error.to_string(), format!("{expected}\nSee `cargo xtask --help`."));
        assert_eq!(error.status(), 2);
    }

    #[test]
    fn every_verb_of_the_help_is_understood() {
        let verbs = HELP.lines().filter_map(|line| line.strip_prefix("  cargo xtask "));
        let verbs: Vec<&str> = verbs.filter_map(|rest| rest.split(' ').next()).collect();
        assert_eq!(verbs, ["demo", "test", "check", "build"]);
        for verb in verbs {
            assert_ne!(read(&format!("{verb} --yes")).expect(verb), Verb::Help);
        }
    }

    #[test]
    fn the_demo_takes_its_options_in_any_order() {
        let expected = |shown| {
            let (consent, language) = (Consent::Given, Some(Language::Zh));
            Verb::Demo(DemoOptions { consent, language, shown })
        };
        let check = |line, shown| assert_eq!(read(line).expect("right"), expected(shown));
        check("demo --headless --yes --language zh", Shown::Headless);
        check("demo --language zh --yes", Shown::Window);
        check("demo --language zh --once --yes", Shown::Once);
    }

    #[test]
    fn help_is_given_wherever_it_is_asked_for() {
        for line in ["", "--help", "help", "demo --help", "nonsense -h"] {
            assert_eq!(read(line).expect(line), Verb::Help);
        }
    }

    #[test]
    fn a_wrong_line_is_told_what_is_wrong_with_it() {
        check_refused("sell", "there is no verb `sell`");
        check_refused("demo --quickly", "there is no option `--quickly`");
        check_refused("demo --language de", "--language de: there are zh and en");
        check_refused("demo --language", "--language needs zh or en");
        check_refused("test --headless", "`test` takes no option but --yes");
    }
}
