//! Bytes that a person hands to a tool: hex on the command line, or a file of hex or of bytes.

use crate::error::CliError;
use std::fs::File;
use std::io::{Read, stdin};
use std::path::Path;

/// Most bytes that a tool reads, in a file and as hex: a message has at most 64 KiB.
pub(crate) const BYTES_MAX: usize = 256 * 1024;

/// The bytes that `text` writes in hex. Blanks, line ends, colons and `0x` before a byte do not
/// count.
///
/// # Errors
/// The place of the first character that is no hex digit, or that a digit is missing.
pub(crate) fn of_hex(text: &str) -> Result<Vec<u8>, String> {
    let text = text.replace("0x", "").replace("0X", "");
    let digits: Vec<(usize, char)> = (1..)
        .zip(text.chars())
        .filter(|(_, c)| !c.is_whitespace() && !matches!(c, ':' | '-' | ','))
        .collect();
    let values = digits.iter().map(|(place, c)| {
        let value = c.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        value.ok_or_else(|| format!("character {place} is no hex digit"))
    });
    let values: Vec<u8> = values.collect::<Result<_, _>>()?;
    let pairs = values.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return Err("an odd number of hex digits: one is missing".to_owned());
    }
    Ok(pairs.map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

/// The bytes of the file at `path`, or of standard input for `-`: as they are, or in hex where
/// every character fits that.
///
/// # Errors
/// What is wrong with the file.
pub(crate) fn of_file(path: &Path) -> Result<Vec<u8>, CliError> {
    let bytes = whole_file(path)?;
    let text = std::str::from_utf8(&bytes).ok().filter(|text| text.trim().len() > 1);
    match text.map(of_hex) {
        Some(Ok(read)) => Ok(read),
        // Text that is no hex, or bytes that are no text: a message as it was on the line.
        Some(Err(_)) | None => Ok(bytes),
    }
}

/// All of the file at `path`, or of standard input for `-`, at most [`BYTES_MAX`].
///
/// # Errors
/// What is wrong with the file.
pub(crate) fn whole_file(path: &Path) -> Result<Vec<u8>, CliError> {
    let failed = |error: std::io::Error| {
        CliError::environment(format!("{}: {error}", path.display())).hinted("check the path")
    };
    let limit = u64::try_from(BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        stdin().take(limit).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        File::open(path).map_err(failed)?.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    }
    if bytes.len() > BYTES_MAX {
        let text = format!("{}: more than {BYTES_MAX} bytes; no sale has as many", path.display());
        return Err(CliError::failed(text));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let read = match of_hex(text) {
            Ok(bytes) => format!("{bytes:?}"),
            Err(error) => error,
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn hex_is_read_as_people_write_it() {
        check("9F2701 40", "[159, 39, 1, 64]");
        check("9f:27\n01-40", "[159, 39, 1, 64]");
        check("0x9F, 0x27", "[159, 39]");
        check("", "[]");
        check("9F2", "an odd number of hex digits: one is missing");
        check("9G", "character 2 is no hex digit");
    }
}
