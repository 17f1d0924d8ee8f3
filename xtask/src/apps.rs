//! The payment apps: built for Wasm, and put where the binary finds them.
//!
//! `<build folder>/apps/<id>/` holds `caisson.toml` and `app.wasm` of each.

use crate::command;
use crate::error::Error;
use crate::place::Place;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// A payment app.
struct App {
    /// The cargo package whose component it is.
    package: &'static str,
    /// The folder of its manifest, in the repository.
    folder: &'static str,
}

/// Every app. A folder with a `caisson.toml` that is not here fails the house test.
/// Most guests are one component with several manifests.
const APPS: &[App] = &[
    App { package: "caisson-qr", folder: "apps/qr" },
    App { package: "caisson-card", folder: "apps/card" },
    App { package: "caisson-emv", folder: "apps/emv" },
    App { package: "caisson-first", folder: "apps/first" },
    App { package: "caisson-guests", folder: "tests/guests/hangs" },
    App { package: "caisson-panics-with-card", folder: "tests/guests/panics-with-card" },
    App { package: "caisson-guests", folder: "tests/guests/traps-after-send" },
    App { package: "caisson-guests", folder: "tests/guests/traps-before-send" },
];

/// An app that was built.
#[derive(Debug)]
pub(crate) struct Built {
    /// Its id.
    pub(crate) id: String,
    /// The component.
    pub(crate) component: PathBuf,
}

/// Builds every app.
pub(crate) fn build(place: &Place) -> Result<Vec<Built>, Error> {
    let mut cargo = command::cargo(place, &["build", "--target", "wasm32-wasip2"]);
    cargo.args(["--profile", "app", "--lib"]);
    for package in APPS.iter().map(|app| app.package).collect::<BTreeSet<_>>() {
        cargo.args(["--package", package]);
    }
    command::run_quoted(&mut cargo)?;
    APPS.iter().map(|app| put(place, app)).collect()
}

fn put(place: &Place, app: &App) -> Result<Built, Error> {
    let manifest = place.root.join(app.folder).join("caisson.toml");
    let text = fs::read_to_string(&manifest)
        .map_err(Error::io(format!("reading {}", manifest.display())))?;
    let Some(id) = id(&text) else {
        let text = format!("{}: there is no line `id = \"…\"`", manifest.display());
        return Err(Error::Wrong(text));
    };
    let folder = place.apps().join(id);
    fs::create_dir_all(&folder).map_err(Error::io(format!("making {}", folder.display())))?;
    let built = place.target.join("wasm32-wasip2/app").join(artifact(app.package));
    let component = folder.join("app.wasm");
    for (from, to) in [(&manifest, &folder.join("caisson.toml")), (&built, &component)] {
        fs::copy(from, to).map_err(Error::io(format!("copying {}", from.display())))?;
    }
    Ok(Built { id: id.to_owned(), component })
}

fn artifact(package: &str) -> String {
    format!("{}.wasm", package.replace('-', "_"))
}

/// The app's id. The binary reads the manifest in full and says what is wrong with it; here it is
/// only a folder's name, so what could leave the folder is no id.
fn id(manifest: &str) -> Option<&str> {
    let line = manifest.lines().find_map(|line| line.strip_prefix("id"))?;
    let id = line.trim_start().strip_prefix('=')?.trim().strip_prefix('"')?.strip_suffix('"')?;
    let plain = id.bytes().all(|byte| byte.is_ascii_lowercase() || b"0123456789-".contains(&byte));
    (plain && !id.is_empty()).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_read_from_the_manifest_and_never_leaves_the_folder() {
        let check = |text: &str, expected: Option<&str>| assert_eq!(id(text), expected, "{text}");
        check("# the app\nid = \"qr\"\nversion = \"1\"", Some("qr"));
        check("id=\"qr-2\"", Some("qr-2"));
        check("id = \"../qr\"", None);
        check("id = \"\"", None);
        check("name = \"qr\"", None);
    }
}
