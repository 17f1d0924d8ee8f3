//! What benches run on: apps built by cargo just now, and a folder on the disk.

use crate::run::Failure;
use caisson_core::permission::Permission;
use caisson_host::{App, AppImage, HostEngine, compile_here};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;

/// The payment app `id` as an app folder holds it: manifest and component. Returns the folder of
/// all apps.
///
/// # Errors
/// What cargo says, or which file is missing.
pub(crate) fn app(id: &str) -> Result<PathBuf, Failure> {
    cargo(&["--lib", "--package", &format!("caisson-{id}")])?;
    let built = build_folder()?.join(format!("wasm32-wasip2/app/caisson_{id}.wasm"));
    let apps = build_folder()?.join("bench-apps");
    let folder = apps.join(id);
    fs::create_dir_all(&folder)?;
    let manifest = repository().join("apps").join(id).join("caisson.toml");
    copy(&manifest, &folder.join("caisson.toml"))?;
    copy(&built, &folder.join("app.wasm"))?;
    Ok(apps)
}

/// The component of the EMV kernel.
///
/// # Errors
/// What cargo says, or which file is missing.
pub(crate) fn kernel() -> Result<Vec<u8>, Failure> {
    cargo(&["--lib", "--package", "caisson-emv"])?;
    let path = build_folder()?.join("wasm32-wasip2/app/caisson_emv.wasm");
    fs::read(&path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// The component of the guest that stands in `guest/` under this name.
///
/// # Errors
/// What cargo says, or which file is missing.
pub(crate) fn guest(name: &str) -> Result<Vec<u8>, Failure> {
    cargo(&["--package", env!("CARGO_PKG_NAME"), "--example", name])?;
    let path = build_folder()?.join(format!("wasm32-wasip2/app/examples/{name}.wasm"));
    fs::read(&path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// The guest `wasm` in `engine`, with all that an app can be granted.
///
/// # Errors
/// What the host says.
pub(crate) fn linked(engine: &Arc<HostEngine>, wasm: &[u8]) -> Result<App, Failure> {
    let all = Permission::ALL.into();
    let image = AppImage { id: "calls", wasm, asked: &all, policy: &all };
    Ok(App::link(engine, &compile_here(engine, wasm)?, image)?)
}

/// A fresh folder on the same disk as the build folder; `/tmp` can be memory, which flushes in no
/// time. Removed when dropped.
///
/// # Errors
/// What the system says.
pub(crate) fn disk_folder() -> Result<TempDir, Failure> {
    Ok(tempfile::Builder::new().prefix("caisson-bench-").tempdir_in(build_folder()?)?)
}

fn cargo(what: &[&str]) -> Result<(), Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .current_dir(repository())
        .env("CARGO_TARGET_DIR", build_folder()?)
        .args(["build", "--quiet", "--target", "wasm32-wasip2", "--profile", "app"])
        .args(what)
        .status()?;
    if status.success() { Ok(()) } else { Err(format!("cargo build {}", what.join(" ")).into()) }
}

/// The build folder: this program lies in `<build folder>/<profile>/`, a test in `deps` below.
fn build_folder() -> Result<PathBuf, Failure> {
    let program = std::env::current_exe()?;
    let folder = program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    Ok(folder.ok_or("this program does not lie in a build folder of cargo")?.to_owned())
}

fn repository() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::copy(from, to).map_err(|error| format!("{}: {error}", from.display()))?;
    Ok(())
}
