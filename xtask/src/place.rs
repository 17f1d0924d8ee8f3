//! Where things are: the repository, and the folder that everything is built into.

use crate::error::Error;
use std::env;
use std::path::{Path, PathBuf};

/// The repository and the build folder.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The repository.
    pub(crate) root: PathBuf,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
}

impl Place {
    /// Finds both.
    pub(crate) fn find() -> Result<Self, Error> {
        // Told by the cargo that runs this: clones share a build folder, and the program may have
        // been built in another one.
        let told = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let package = told.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
        let package = package.as_path();
        let root = package.parent().unwrap_or(package).to_path_buf();
        if !root.join("Cargo.toml").is_file() {
            let text = format!("{}: the repository has moved; build again", root.display());
            return Err(Error::Wrong(text));
        }
        let here = env::current_dir().map_err(Error::io("reading the current folder"))?;
        let folder = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let target = target(
            folder("CARGO_TARGET_DIR").map(|path| here.join(path)),
            folder("XDG_CACHE_HOME"),
            folder("HOME"),
            &root,
        );
        Ok(Self { root, target })
    }

    /// The binary `caisson`, built as `profile`: `debug` or `release`.
    pub(crate) fn binary(&self, profile: &str) -> PathBuf {
        self.target.join(profile).join(format!("caisson{}", env::consts::EXE_SUFFIX))
    }

    /// The folder of built apps: one folder each, named after its id.
    pub(crate) fn apps(&self) -> PathBuf {
        self.target.join("apps")
    }
}

/// The build folder: the one that was asked for, else one in the home's cache that all clones
/// share, else the repository's own.
fn target(
    asked: Option<PathBuf>,
    cache: Option<PathBuf>,
    home: Option<PathBuf>,
    root: &Path,
) -> PathBuf {
    asked
        .or_else(|| {
            let cache = cache.or_else(|| Some(home?.join(".cache")))?;
            Some(cache.join("caisson").join("target"))
        })
        .unwrap_or_else(|| root.join("target"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_comes_before_the_cache_and_the_cache_before_the_clone() {
        let check =
            |asked: Option<&str>, cache: Option<&str>, home: Option<&str>, expected: &str| {
                let path = |text: Option<&str>| text.map(PathBuf::from);
                let found = target(path(asked), path(cache), path(home), Path::new("/clone"));
                assert_eq!(found, Path::new(expected));
            };
        check(Some("/t"), Some("/c"), Some("/h"), "/t");
        check(None, Some("/c"), Some("/h"), "/c/caisson/target");
        check(None, None, Some("/h"), "/h/.cache/caisson/target");
        check(None, None, None, "/clone/target");
    }
}
