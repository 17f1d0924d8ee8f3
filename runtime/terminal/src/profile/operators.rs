//! `[[operator]]`: who signs in at this terminal.

use super::risk::Wrong;
use caisson_core::desk::{OPERATOR_CHARS_MAX, OPERATORS_MAX, Operator, Role};
use caisson_core::document::is_forbidden_character;
use caisson_vault::PasscodeHash;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Somebody who can sign in, and the hash of their code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorProfile {
    /// Who.
    pub operator: Operator,
    /// The hash of their code.
    pub code: PasscodeHash,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOperator {
    name: String,
    role: Role,
    code: String,
}

/// Checks the tables; an error is the key in the profile and the remedy.
pub(super) fn operators(raw: Vec<RawOperator>) -> Result<Vec<OperatorProfile>, Wrong> {
    if raw.len() > OPERATORS_MAX {
        let remedy = format!("{} operators; at most {OPERATORS_MAX}", raw.len());
        return Err(("operator".to_owned(), remedy));
    }
    let mut names = BTreeSet::new();
    let mut operators = Vec::new();
    for (number, RawOperator { name, role, code }) in (1..).zip(raw) {
        let at = |key: &str| format!("operator[{number}].{key}");
        if !is_operators_name(&name) {
            let remedy = format!("write 1 to {OPERATOR_CHARS_MAX} plain characters");
            return Err((at("name"), remedy));
        }
        if !names.insert(name.clone()) {
            return Err((at("name"), format!("\"{name}\" is there twice; write another name")));
        }
        let code = code.parse::<PasscodeHash>().map_err(|error| (at("code"), error.to_string()))?;
        operators.push(OperatorProfile { operator: Operator { name, role }, code });
    }
    Ok(operators)
}

/// True where screen, journal and paper can carry `name`: 1 to [`OPERATOR_CHARS_MAX`] characters
/// without blanks at its ends.
#[must_use]
pub fn is_operators_name(name: &str) -> bool {
    let chars = name.chars().count();
    (1..=OPERATOR_CHARS_MAX).contains(&chars)
        && name.trim() == name
        && !name.chars().any(is_forbidden_character)
}
