//! Where built apps are: named, or beside the executable.

use crate::error::CliError;
use std::path::{Path, PathBuf};

/// The folder of built apps, one folder each: `named`, else the environment variable
/// `CAISSON_APPS`, else `../apps` beside the executable.
pub(crate) fn find(named: Option<&Path>) -> Result<PathBuf, CliError> {
    let folder = named
        .map(Path::to_owned)
        .or_else(|| std::env::var_os("CAISSON_APPS").map(PathBuf::from))
        .or_else(beside);
    let hint = "`cargo xtask build` builds them; name their folder with --apps";
    match folder {
        Some(folder) if folder.is_dir() => Ok(folder),
        Some(folder) => {
            let text = format!("{}: no folder of built apps", folder.display());
            Err(CliError::environment(text).hinted(hint))
        }
        None => Err(CliError::environment("no folder of built apps is known").hinted(hint)),
    }
}

fn beside() -> Option<PathBuf> {
    let executable = std::env::current_exe().ok()?;
    Some(executable.parent()?.parent()?.join("apps"))
}
