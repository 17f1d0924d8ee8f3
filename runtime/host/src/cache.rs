//! Machine code of apps, compiled once.
//!
//! Guarantee: machine code is loaded only if the host itself recorded its hash, for exactly this
//! component, this wasmtime and this engine profile; the bytes that are checked are the bytes that
//! are loaded. Anything else is compiled anew (or refused where there is no compiler).

use crate::engine::{ENGINE_PROFILE, HostEngine};
use caisson_core::payment::Digest;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use wasmtime::component::Component;

/// Largest component and largest machine code, in bytes.
pub(crate) const COMPONENT_BYTES_MAX: u64 = 16 * 1024 * 1024;
const CODE_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// A SHA-256 in hexadecimal.
const HASH_BYTES: u64 = 64;

/// Why machine code cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// Terminal's owner: make the folder writable or give it room.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// App developer: the component is malformed, truncated or uses what is switched off.
    #[error("does not compile: {0}")]
    Compile(String),
    /// App developer: make the component smaller.
    #[error("component larger than {max} bytes", max = COMPONENT_BYTES_MAX)]
    TooLarge,
    /// Terminal maker: this build has no compiler; install the app with its compiled form.
    #[error("no compiled form for {profile}, and this terminal has no compiler")]
    NoCompiler {
        /// What it would have to be compiled for.
        profile: &'static str,
    },
}

/// A folder of machine code and the hashes that the host recorded.
#[derive(Debug, Clone)]
pub struct ComponentCache {
    folder: PathBuf,
}

impl ComponentCache {
    /// Uses `folder`, which is created where it is missing. It must be writable by the host only.
    ///
    /// # Errors
    /// [`CacheError::File`].
    pub fn open(folder: &Path) -> Result<Self, CacheError> {
        fs::create_dir_all(folder)
            .map_err(|source| CacheError::File { path: folder.to_owned(), source })?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// The component `wasm`, from recorded machine code or compiled now.
    ///
    /// # Errors
    /// [`CacheError`] where it neither loads nor compiles. A cache that cannot be written is not
    /// an error: the app runs, and is compiled again at the next start.
    pub fn load(&self, engine: &HostEngine, wasm: &[u8]) -> Result<Component, CacheError> {
        if u64::try_from(wasm.len()).is_ok_and(|bytes| bytes > COMPONENT_BYTES_MAX) {
            return Err(CacheError::TooLarge);
        }
        let name = format!("{}-{ENGINE_PROFILE}", Digest::of(wasm));
        if let Some(component) = self.recorded(engine, &name) {
            return Ok(component);
        }
        let code = compile(engine, wasm)?;
        let component = deserialize(engine, &code)
            .map_err(|error| CacheError::Compile(format!("{error:#}")))?;
        // A full disk must not keep an app from taking payments.
        let _ = self.record(&name, &code);
        Ok(component)
    }

    fn recorded(&self, engine: &HostEngine, name: &str) -> Option<Component> {
        let file = |ending: &str| self.folder.join(format!("{name}.{ending}"));
        let hash = read_at_most(&file("sha256"), HASH_BYTES)?;
        let code = read_at_most(&file("cwasm"), CODE_BYTES_MAX)?;
        if Digest::of(&code).to_string().as_bytes() != hash {
            return None;
        }
        deserialize(engine, &code).ok()
    }

    fn record(&self, name: &str, code: &[u8]) -> std::io::Result<()> {
        self.replace(&format!("{name}.cwasm"), code)?;
        self.replace(&format!("{name}.sha256"), Digest::of(code).to_string().as_bytes())
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> std::io::Result<()> {
        let fresh = self.folder.join(format!(".{name}.{}", std::process::id()));
        let mut file = fs::File::create(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&fresh, self.folder.join(name))
    }
}

/// The whole file, if it has at most `max` bytes.
fn read_at_most(path: &Path, max: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(max.saturating_add(1)).read_to_end(&mut bytes).ok()?;
    u64::try_from(bytes.len()).is_ok_and(|length| length <= max).then_some(bytes)
}

#[cfg(feature = "compiler")]
fn compile(engine: &HostEngine, wasm: &[u8]) -> Result<Vec<u8>, CacheError> {
    engine
        .wasmtime()
        .precompile_component(wasm)
        .map_err(|error| CacheError::Compile(format!("{error:#}")))
}

#[cfg(not(feature = "compiler"))]
fn compile(_engine: &HostEngine, _wasm: &[u8]) -> Result<Vec<u8>, CacheError> {
    Err(CacheError::NoCompiler { profile: ENGINE_PROFILE })
}

#[allow(unsafe_code, reason = "loading machine code; the callers' bytes are our own compiler's")]
fn deserialize(engine: &HostEngine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: `code` was compiled in this process a moment ago, or its SHA-256 is the one that
    // this host recorded when it compiled it; it is copied, so nobody can change it after the check.
    unsafe { Component::deserialize(engine.wasmtime(), code) }
}

#[cfg(test)]
#[cfg(feature = "compiler")]
mod tests {
    use super::*;
    use tempfile::TempDir;

    const COMPONENT: &str = "(component (core module (func (export \"one\"))))";
    const OTHER: &str = "(component (core module (func (export \"another\"))))";

    /// A cache that has compiled and recorded [`COMPONENT`].
    struct Recorded {
        engine: HostEngine,
        folder: TempDir,
        cache: ComponentCache,
        wasm: Vec<u8>,
        name: String,
    }

    impl Recorded {
        fn new() -> Self {
            let engine = HostEngine::start().unwrap();
            let folder = TempDir::new().unwrap();
            let cache = ComponentCache::open(folder.path()).unwrap();
            let wasm = wat::parse_str(COMPONENT).unwrap();
            let name = format!("{}-{ENGINE_PROFILE}", Digest::of(&wasm));
            assert!(cache.recorded(&engine, &name).is_none());
            cache.load(&engine, &wasm).unwrap();
            assert!(cache.recorded(&engine, &name).is_some());
            Self { engine, folder, cache, wasm, name }
        }

        fn file(&self, ending: &str) -> PathBuf {
            self.folder.path().join(format!("{}.{ending}", self.name))
        }

        /// What was recorded is not loaded now, but compiled anew and recorded again.
        fn check_compiled_anew(&self) {
            assert!(self.cache.recorded(&self.engine, &self.name).is_none());
            self.cache.load(&self.engine, &self.wasm).unwrap();
            assert!(self.cache.recorded(&self.engine, &self.name).is_some());
        }
    }

    #[test]
    fn what_is_recorded_is_two_files_and_no_other_is_left_behind() {
        let recorded = Recorded::new();
        let names = fs::read_dir(recorded.folder.path()).unwrap();
        let mut names: Vec<_> = names.map(|entry| entry.unwrap().path()).collect();
        names.sort();
        assert_eq!(names, [recorded.file("cwasm"), recorded.file("sha256")]);
    }

    #[test]
    fn machine_code_or_hash_that_was_changed_is_compiled_anew() {
        let recorded = Recorded::new();
        let code = fs::read(recorded.file("cwasm")).unwrap();
        for place in [0, code.len() / 2, code.len() - 1] {
            let mut changed = code.clone();
            changed[place] ^= 1;
            fs::write(recorded.file("cwasm"), &changed).unwrap();
            recorded.check_compiled_anew();
        }
        fs::write(recorded.file("cwasm"), &code[..code.len() - 1]).unwrap();
        recorded.check_compiled_anew();
        fs::remove_file(recorded.file("cwasm")).unwrap();
        recorded.check_compiled_anew();
        for hash in ["", "0", &"0".repeat(64), &"f".repeat(10_000)] {
            fs::write(recorded.file("sha256"), hash).unwrap();
            recorded.check_compiled_anew();
        }
        fs::remove_file(recorded.file("sha256")).unwrap();
        recorded.check_compiled_anew();
    }

    #[test]
    fn machine_code_of_another_engine_profile_is_compiled_anew_even_with_a_fitting_hash() {
        let recorded = Recorded::new();
        let mut config = crate::engine::config(recorded.engine.is_pooled()).unwrap();
        let other = "wasmtime-48.0.7+caisson-1".to_owned();
        config.module_version(wasmtime::ModuleVersionStrategy::Custom(other)).unwrap();
        let foreign = wasmtime::Engine::new(&config).unwrap();
        let code = foreign.precompile_component(&recorded.wasm).unwrap();
        recorded.cache.record(&recorded.name, &code).unwrap();
        recorded.check_compiled_anew();
    }

    #[test]
    fn another_component_has_another_entry() {
        let recorded = Recorded::new();
        let other = wat::parse_str(OTHER).unwrap();
        let name = format!("{}-{ENGINE_PROFILE}", Digest::of(&other));
        assert!(recorded.cache.recorded(&recorded.engine, &name).is_none());
    }

    #[test]
    fn an_app_runs_where_nothing_can_be_recorded() {
        let recorded = Recorded::new();
        fs::remove_dir_all(recorded.folder.path()).unwrap();
        recorded.cache.load(&recorded.engine, &recorded.wasm).unwrap();
    }
}
