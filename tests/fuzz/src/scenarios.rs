//! Sales as data.

use caisson_scenarios::{Scenario, ScenarioError, Step};
use std::path::Path;

/// A scenario's file.
///
/// # Panics
/// Where a refusal names no line of the file.
pub fn scenario(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let path = Path::new("qr/sale.toml");
    let lines = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
    match Scenario::parse(path, text) {
        Ok(scenario) => {
            assert!(text.starts_with("# "), "the first line says the cause");
            assert_eq!(scenario.name(), "sale");
            let again = Scenario::parse(path, text).unwrap();
            assert_eq!(format!("{again:?}"), format!("{scenario:?}"));
        }
        Err(error) => {
            if let ScenarioError::Value { line, .. } = &error {
                assert!((1..=lines).contains(line), "line {line} of {lines}");
            }
            assert!(error.to_string().starts_with("qr/sale.toml:"), "{error}");
        }
    }
}

/// One step.
///
/// # Panics
/// Where blanks around a step make another one, or a refusal does not show the sentence.
pub fn step(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match text.parse::<Step>() {
        Ok(step) => assert_eq!(format!(" {text} ").parse(), Ok(step)),
        Err(error) => {
            assert_eq!(error.sentence, text);
            assert!(error.to_string().starts_with(&format!("\"{text}\" is not a step")));
        }
    }
}
