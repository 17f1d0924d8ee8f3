//! `caisson operator`.

use crate::error::CliError;
use crate::out;
use crate::passcode::keyed;
use caisson_core::desk::{OPERATOR_CHARS_MAX, Role};
use caisson_terminal::is_operators_name;
use caisson_vault::PasscodeHash;
use clap::{Args, ValueEnum};

/// Print the table of a profile for somebody who signs in.
///
/// The code is read from standard input, never from the command line, where others would see it. At
/// a keyboard it is asked for twice and not shown. What is printed holds a hash (Argon2id) and goes
/// to the end of the profile. A terminal without such a table asks nobody to sign in.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLE)]
pub(crate) struct Operator {
    /// As the shop calls them: 1 to 20 characters.
    name: String,
    /// What they may do; each may do what those before may.
    #[arg(long, value_name = "ROLE")]
    role: Rank,
}

const EXAMPLE: &str = "\
Example:
  caisson operator Li --role cashier >> till/profile.toml";

/// A role, as the command line writes it.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Rank {
    /// Takes money, prints copies, looks things up.
    Cashier,
    /// Gives money back, and sees the day's totals.
    Supervisor,
    /// Settles what is parked.
    Owner,
}

impl Operator {
    pub(super) fn run(self) -> Result<(), CliError> {
        if !is_operators_name(&self.name) {
            return Err(CliError::failed("that is no name for a screen").hinted(format!(
                "write 1 to {OPERATOR_CHARS_MAX} plain characters without blanks at the ends"
            )));
        }
        let example = "printf 482913 | caisson operator NAME --role cashier";
        let code = keyed("the operator's code: ", example)?;
        let hash = PasscodeHash::of(&code).map_err(CliError::environment)?;
        let role = match self.role {
            Rank::Cashier => Role::Cashier,
            Rank::Supervisor => Role::Supervisor,
            Rank::Owner => Role::Owner,
        };
        out::line(&table(&self.name, role, &hash.to_string()))
    }
}

/// An empty line first, so that it can be put at the end of any profile.
fn table(name: &str, role: Role, hash: &str) -> String {
    let role = role.word().en.to_lowercase();
    let name: String = name
        .chars()
        .flat_map(|c| matches!(c, '"' | '\\').then_some('\\').into_iter().chain([c]))
        .collect();
    format!("\n[[operator]]\nname = \"{name}\"\nrole = \"{role}\"\ncode = \"{hash}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_can_be_put_at_the_end_of_a_profile() {
        let expected = "\n[[operator]]\nname = \"L\\\"i\"\nrole = \"owner\"\ncode = \"$a$b\"";
        assert_eq!(table("L\"i", Role::Owner, "$a$b"), expected);
    }
}
