//! The screen's own fonts, laid down for the toolkit to find.
//!
//! The toolkit asks fontconfig for fonts and does not start where it finds none; with a machine's
//! own fonts the same text has other dots. So a program lays down the font of the crate and a
//! `fonts.conf` that names no other folder, and says so by `FONTCONFIG_FILE`. fontconfig reads that
//! variable once, and a program of several threads cannot change its own environment safely, so
//! [`enter`] begins the program anew with it, before anything else has happened. Under `cargo` the
//! variable is set already (`.cargo/config.toml`), and names the same files in the repository.

use crate::UiError;

/// The variable that fontconfig reads.
#[cfg(target_os = "linux")]
const VARIABLE: &str = "FONTCONFIG_FILE";

/// Makes the bundled fonts the program's only ones. Call it first in a verb that opens a window:
/// where the variable is not set, the program begins anew, with the same arguments, and does not
/// return from here. What is set already is kept, so that an integrator can use other fonts.
///
/// # Errors
/// [`UiError::Fonts`].
#[cfg(target_os = "linux")]
pub fn enter() -> Result<(), UiError> {
    use std::os::unix::process::CommandExt as _;

    if std::env::var_os(VARIABLE).is_some() {
        return Ok(());
    }
    let file = lay_down(&folder()).map_err(UiError::Fonts)?;
    let program = std::env::current_exe().map_err(UiError::Fonts)?;
    let arguments = std::env::args_os().skip(1);
    let mut again = std::process::Command::new(program);
    Err(UiError::Fonts(again.args(arguments).env(VARIABLE, file).exec()))
}

/// Nothing: other systems have fonts of their own beside the bundled ones.
///
/// # Errors
/// None.
#[cfg(not(target_os = "linux"))]
pub const fn enter() -> Result<(), UiError> {
    Ok(())
}

/// The user's own folder for what can be made again; the temporary one where there is none.
#[cfg(target_os = "linux")]
fn folder() -> std::path::PathBuf {
    let from = |variable| std::env::var_os(variable).filter(|value| !value.is_empty());
    let cache = from("XDG_CACHE_HOME").map(std::path::PathBuf::from);
    let home = || from("HOME").map(|home| std::path::PathBuf::from(home).join(".cache"));
    cache.or_else(home).unwrap_or_else(std::env::temp_dir).join("caisson").join("fonts")
}

/// Writes what is missing or different into `folder`, each file whole or not at all.
#[cfg(target_os = "linux")]
fn lay_down(folder: &std::path::Path) -> std::io::Result<std::path::PathBuf> {
    const FILES: [(&str, &[u8]); 3] = [
        (
            "NotoSansSC-Regular.otf",
            include_bytes!("../../runtime/devices/fonts/NotoSansSC-Regular.otf"),
        ),
        ("NotoSansSC-Bold.otf", include_bytes!("../../runtime/devices/fonts/NotoSansSC-Bold.otf")),
        ("fonts.conf", include_bytes!("../../runtime/devices/fonts/fonts.conf")),
    ];
    std::fs::create_dir_all(folder)?;
    for (name, content) in FILES {
        let path = folder.join(name);
        if std::fs::read(&path).is_ok_and(|found| found == content) {
            continue;
        }
        let new = folder.join(format!("{name}.{}", std::process::id()));
        std::fs::write(&new, content)?;
        std::fs::rename(&new, &path)?;
    }
    Ok(folder.join("fonts.conf"))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_laid_down_is_whole_and_a_damaged_file_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let conf = lay_down(folder.path()).unwrap();
        assert_eq!(conf, folder.path().join("fonts.conf"));
        let bold = folder.path().join("NotoSansSC-Bold.otf");
        let whole = std::fs::read(&bold).unwrap();
        assert!(whole.starts_with(b"OTTO"));
        std::fs::write(&bold, b"half").unwrap();
        lay_down(folder.path()).unwrap();
        assert_eq!(std::fs::read(&bold).unwrap(), whole);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    }
}
