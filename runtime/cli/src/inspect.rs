//! What an app is: manifest, signature, digest, size, what it imports, what it offers. Nothing is
//! installed.

use crate::error::CliError;
use crate::nobody::Nobody;
use crate::out::table;
use caisson_core::payment::Digest;
use caisson_core::permission::Permission;
use caisson_host::{App, AppImage, HAS_COMPILER, HostEngine, LoadError, compile_here};
use caisson_packages::{COMPONENT_BYTES_MAX, Manifest, Package, SIGNATURE_NAME};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Describes the package, or the component alone, at `path`.
pub(crate) async fn inspect(path: &Path) -> Result<String, CliError> {
    let package = if path.is_dir() { Some(Package::read(path)?) } else { None };
    let alone = if path.is_dir() { Vec::new() } else { read(path)? };
    let wasm = package.as_ref().map_or(alone.as_slice(), Package::component);
    let manifest = package.as_ref().map(Package::manifest);
    let mut rows = match &package {
        Some(package) => describe(path, package)?,
        None => vec![row("component", &path.display())],
    };
    rows.push(row("size", &format!("{} bytes", wasm.len())));
    rows.push(row("sha256", &Digest::of(wasm)));
    for form in package.iter().flat_map(|package| package.forms().iter()) {
        form.check()?;
        let (purpose, bytes, key) = (form.purpose(), form.bytes(), form.key());
        rows.push(row("compiled for", &format!("{purpose}, {bytes} bytes, by the key {key}")));
    }
    let name = path.display().to_string();
    let id = manifest.map_or(name.as_str(), |manifest| manifest.id.as_str());
    let inside = look_inside(id, manifest, wasm).await;
    match inside {
        Ok(found) => rows.extend(found),
        Err(error) => {
            crate::out::line(table(&rows).trim_end())?;
            return Err(error.into());
        }
    }
    Ok(table(&rows))
}

fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    let wrong = |error: std::io::Error| {
        CliError::environment(format!("{}: {error}", path.display()))
            .hinted("name a built app's folder, which holds caisson.toml and app.wasm, or a .wasm")
    };
    let metadata = fs::metadata(path).map_err(wrong)?;
    if !metadata.is_file() || metadata.len() > COMPONENT_BYTES_MAX {
        let text = format!(
            "{}: not a component: a regular file of at most {COMPONENT_BYTES_MAX} bytes",
            path.display()
        );
        return Err(CliError::environment(text));
    }
    fs::read(path).map_err(wrong)
}

fn row(name: &str, value: &(impl ToString + ?Sized)) -> Vec<String> {
    vec![name.to_owned(), value.to_string()]
}

fn describe(folder: &Path, package: &Package) -> Result<Vec<Vec<String>>, CliError> {
    let manifest = package.manifest();
    let signed = match package.signature() {
        None => "nobody".to_owned(),
        Some(signature) => {
            signature.verify(&folder.join(SIGNATURE_NAME))?;
            format!("the key {}", signature.key())
        }
    };
    let mut rows = vec![
        row("id", &manifest.id),
        row("name", &format!("{} / {}", manifest.name.zh, manifest.name.en)),
        row("version", &format!("{} (code {})", manifest.version, manifest.version_code)),
        row("signed by", &signed),
        row("asks for", &names(&manifest.permissions)),
    ];
    if let Some(destination) = &manifest.destination {
        rows.push(row("destination", destination));
    }
    rows.extend(manifest.tags.kinds.iter().map(|kind| row("tags", kind)));
    rows.extend(manifest.tags.aids.iter().map(|aid| row("on tags", aid)));
    rows.extend(
        manifest.settings.iter().map(|(name, value)| row("setting", &format!("{name} = {value}"))),
    );
    Ok(rows)
}

fn names(permissions: &BTreeSet<Permission>) -> String {
    let names: Vec<&str> = permissions.iter().map(|permission| permission.name()).collect();
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

/// Imports and services. Compiles the component into memory.
async fn look_inside(
    id: &str,
    manifest: Option<&Manifest>,
    wasm: &[u8],
) -> Result<Vec<Vec<String>>, LoadError> {
    if !HAS_COMPILER {
        // Without a profile nobody's machine code is trusted, not even to be asked what it is.
        return Ok(vec![row("inside", "a desktop build shows imports and services")]);
    }
    let engine = Arc::new(HostEngine::start()?);
    let component = compile_here(&engine, wasm).map_err(|error| error.of_app(id))?;
    let mut rows = Vec::new();
    let mut needed = BTreeSet::new();
    for (name, _) in component.component_type().imports(engine.wasmtime()) {
        let package = name.strip_prefix("caisson:").and_then(|rest| rest.split_once('/'));
        let permission = package.and_then(|(package, _)| package.parse::<Permission>().ok());
        needed.extend(permission);
        let means = permission.map_or(String::new(), |p| format!("  (permission {})", p.name()));
        rows.push(row("imports", &format!("{name}{means}")));
    }
    rows.push(row("needs", &names(&needed)));
    // With a manifest exactly what it asks for, so that a missing permission shows.
    let asked = manifest.map_or(&needed, |manifest| &manifest.permissions);
    let app = App::link(&engine, &component, AppImage { id, wasm, asked, policy: asked })?;
    for service in app.services(Arc::new(Nobody)).await.result? {
        let kind = service.kind.name();
        let text = format!("{} ({kind}): {} / {}", service.id, service.zh, service.en);
        rows.push(row("offers", &text));
    }
    Ok(rows)
}
