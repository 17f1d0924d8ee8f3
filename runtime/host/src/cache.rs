//! Machine code that this terminal compiled itself, kept from one start to the next.
//!
//! Guarantee: machine code is loaded only if this terminal recorded it, for exactly this component,
//! this wasmtime and this engine profile; the bytes that are checked are the bytes that are loaded.
//! The record is sealed by a key of the vault: whoever can write the folder but not use the vault
//! can make the terminal compile anew, and nothing more. Where there is no compiler nothing is
//! recorded, and nothing is loaded from here.

use crate::compile::{compile, deserialize};
use crate::engine::{ENGINE_PROFILE, HostEngine};
use crate::fault::LoadError;
use caisson_core::payment::Digest;
use caisson_vault::{KeyStore, Slot, TextError};
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use wasmtime::component::Component;

/// The slot of the vault, for sealing, whose key seals the records.
pub const MACHINE_CODE_SLOT: &str = "machine-code";
/// Largest component and largest machine code, in bytes.
pub(crate) const COMPONENT_BYTES_MAX: u64 = 16 * 1024 * 1024;
const CODE_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// Largest record, in bytes: a sealed SHA-256 in hexadecimal has 93.
const RECORD_BYTES_MAX: u64 = 128;
/// How the names of an entry's two files end, and that of a record of an earlier form.
const ENDINGS: [&str; 3] = ["cwasm", "seal", "sha256"];

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
    /// A name inside this program is not a slot's name. Report this.
    #[error("not a slot of the key store: {0}")]
    Slot(#[from] TextError),
    /// App developer: the component is malformed, truncated or uses what is switched off.
    #[error("does not compile: {0}")]
    Compile(String),
    /// App developer: make the component smaller.
    #[error("component larger than {max} bytes", max = COMPONENT_BYTES_MAX)]
    TooLarge,
    /// Terminal maker: this build has no compiler; install the app with its compiled form.
    #[error("this terminal has no compiler")]
    NoCompiler,
}

impl CacheError {
    /// What it means for the app `id`.
    #[must_use]
    pub fn of_app(self, id: &str) -> LoadError {
        let app = id.to_owned();
        match self {
            Self::Compile(cause) => LoadError::NotAComponent { app, cause },
            Self::TooLarge => LoadError::NotAComponent { app, cause: self.to_string() },
            Self::NoCompiler => LoadError::not_compiled(id, String::new()),
            Self::File { .. } | Self::Slot(_) => LoadError::Cache(self),
        }
    }
}

/// A folder of machine code and the records that the vault sealed.
#[derive(Debug, Clone)]
pub struct ComponentCache {
    folder: PathBuf,
    keys: Arc<dyn KeyStore>,
    slot: Slot,
}

impl ComponentCache {
    /// Uses `folder`, which is created where it is missing, and the slot [`MACHINE_CODE_SLOT`] of
    /// `keys`. A key store without that slot records nothing: apps are compiled at each start.
    ///
    /// # Errors
    /// [`CacheError::File`].
    pub fn open(folder: &Path, keys: Arc<dyn KeyStore>) -> Result<Self, CacheError> {
        fs::create_dir_all(folder)
            .map_err(|source| CacheError::File { path: folder.to_owned(), source })?;
        Ok(Self { folder: folder.to_owned(), keys, slot: MACHINE_CODE_SLOT.parse()? })
    }

    /// The component `wasm`, from recorded machine code or compiled now, which takes a second of
    /// processor time for each few hundred kilobytes: async callers use a blocking task.
    ///
    /// # Errors
    /// [`CacheError`] where it neither loads nor compiles. A cache that cannot be written is not
    /// an error: the app runs, and is compiled again at the next start.
    pub fn load(&self, engine: &HostEngine, wasm: &[u8]) -> Result<Component, CacheError> {
        if !cfg!(feature = "compiler") {
            return Err(CacheError::NoCompiler);
        }
        let name = entry(&Digest::of(wasm));
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

    /// Removes from `folder` what was recorded of other components than these, and for other
    /// engines. What cannot be removed stays: it is never loaded. Files of other kinds are left
    /// alone.
    pub fn keep_only(folder: &Path, components: &[Digest]) {
        let kept: Vec<String> = components.iter().map(|digest| entry(digest) + ".").collect();
        let Ok(files) = fs::read_dir(folder) else { return };
        for file in files.flatten() {
            let name = file.file_name();
            let Some(name) = name.to_str() else { continue };
            if is_entry(name) && !kept.iter().any(|kept| name.starts_with(kept)) {
                let _ = fs::remove_file(file.path());
            }
        }
    }

    fn recorded(&self, engine: &HostEngine, name: &str) -> Option<Component> {
        let file = |ending: &str| self.folder.join(format!("{name}.{ending}"));
        let record = read_at_most(&file("seal"), RECORD_BYTES_MAX)?;
        let hash = self.keys.open(&self.slot, name.as_bytes(), &record).ok()?;
        let code = read_at_most(&file("cwasm"), CODE_BYTES_MAX)?;
        if Digest::of(&code).to_string().as_bytes() != hash.as_slice() {
            return None;
        }
        deserialize(engine, &code).ok()
    }

    /// The record binds the code's hash to component and engine, which are the entry's name.
    fn record(&self, name: &str, code: &[u8]) -> std::io::Result<()> {
        let hash = Digest::of(code).to_string();
        let record = self.keys.seal(&self.slot, name.as_bytes(), hash.as_bytes());
        let record = record.map_err(std::io::Error::other)?;
        self.replace(&format!("{name}.cwasm"), code)?;
        self.replace(&format!("{name}.seal"), &record)
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> std::io::Result<()> {
        let fresh = self.folder.join(format!(".{name}.{}", std::process::id()));
        let mut file = fs::File::create(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&fresh, self.folder.join(name))
    }
}

/// The name of a component's entry.
fn entry(component: &Digest) -> String {
    format!("{component}-{ENGINE_PROFILE}")
}

/// Whether a file of this name is one that a cache makes, or one that it did not finish.
fn is_entry(name: &str) -> bool {
    let name = name.strip_prefix('.').unwrap_or(name);
    let Some((digest, rest)) = name.split_once('-') else { return false };
    let is_digest = Digest::try_from(digest.to_owned()).is_ok();
    is_digest && ENDINGS.iter().any(|ending| rest.contains(&format!(".{ending}")))
}

/// The whole file, if it has at most `max` bytes.
fn read_at_most(path: &Path, max: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(max.saturating_add(1)).read_to_end(&mut bytes).ok()?;
    u64::try_from(bytes.len()).is_ok_and(|length| length <= max).then_some(bytes)
}

#[cfg(test)]
#[cfg(feature = "compiler")]
mod tests {
    use super::*;
    use caisson_vault::{NewSlot, SealedFile};
    use tempfile::TempDir;

    const COMPONENT: &str = "(component (core module (func (export \"one\"))))";
    const OTHER: &str = "(component (core module (func (export \"another\"))))";

    /// A vault with the slot, in `folder`.
    fn vault(folder: &Path) -> Arc<dyn KeyStore> {
        let slots = [NewSlot::seal(MACHINE_CODE_SLOT.parse().unwrap())];
        let made = SealedFile::provision(&folder.join("vault"), &folder.join("kek"), &slots);
        Arc::new(made.unwrap())
    }

    /// A cache that has compiled and recorded [`COMPONENT`].
    struct Recorded {
        engine: HostEngine,
        folder: TempDir,
        _keys: TempDir,
        cache: ComponentCache,
        wasm: Vec<u8>,
        name: String,
    }

    impl Recorded {
        fn new() -> Self {
            let engine = HostEngine::start().unwrap();
            let (folder, keys) = (TempDir::new().unwrap(), TempDir::new().unwrap());
            let cache = ComponentCache::open(folder.path(), vault(keys.path())).unwrap();
            let wasm = wat::parse_str(COMPONENT).unwrap();
            let name = entry(&Digest::of(&wasm));
            assert!(cache.recorded(&engine, &name).is_none());
            cache.load(&engine, &wasm).unwrap();
            assert!(cache.recorded(&engine, &name).is_some());
            Self { engine, folder, _keys: keys, cache, wasm, name }
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
        assert_eq!(names, [recorded.file("cwasm"), recorded.file("seal")]);
    }

    #[test]
    fn machine_code_or_record_that_was_changed_is_compiled_anew() {
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
        let hash = Digest::of(&code).to_string();
        for record in ["", "0", &hash, &"f".repeat(10_000)] {
            fs::write(recorded.file("seal"), record).unwrap();
            recorded.check_compiled_anew();
        }
        fs::remove_file(recorded.file("seal")).unwrap();
        recorded.check_compiled_anew();
    }

    #[test]
    fn machine_code_of_another_engine_profile_is_compiled_anew_even_with_a_fitting_record() {
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
        let name = entry(&Digest::of(&other));
        assert!(recorded.cache.recorded(&recorded.engine, &name).is_none());
    }

    #[test]
    fn machine_code_that_another_terminal_recorded_is_compiled_anew() {
        let (ours, theirs) = (Recorded::new(), Recorded::new());
        for ending in ["cwasm", "seal"] {
            fs::copy(theirs.file(ending), ours.file(ending)).unwrap();
        }
        ours.check_compiled_anew();
    }

    #[test]
    fn the_record_of_one_component_stands_for_no_other() {
        let recorded = Recorded::new();
        let other = entry(&Digest::of(&wat::parse_str(OTHER).unwrap()));
        for ending in ["cwasm", "seal"] {
            let copy = recorded.folder.path().join(format!("{other}.{ending}"));
            fs::copy(recorded.file(ending), copy).unwrap();
        }
        assert!(recorded.cache.recorded(&recorded.engine, &other).is_none());
    }

    #[test]
    fn what_is_no_longer_installed_or_of_another_engine_is_removed_and_nothing_else() {
        let recorded = Recorded::new();
        let path = |name: &str| recorded.folder.path().join(name);
        let digest = Digest::of(b"another");
        let old = [
            format!("{digest}-{ENGINE_PROFILE}.cwasm"),
            format!("{digest}-{ENGINE_PROFILE}.seal"),
            format!("{}-wasmtime-48.0.7+caisson-1.cwasm", Digest::of(&recorded.wasm)),
            format!("{}-{ENGINE_PROFILE}-old.sha256", Digest::of(&recorded.wasm)),
            format!(".{}-{ENGINE_PROFILE}.cwasm.77", Digest::of(&recorded.wasm)),
        ];
        let foreign = ["notes.txt", "vault-1.seal", ".hidden.cwasm"];
        for name in old.iter().map(String::as_str).chain(foreign) {
            fs::write(path(name), "x").unwrap();
        }
        ComponentCache::keep_only(recorded.folder.path(), &[Digest::of(&recorded.wasm)]);
        assert_eq!(old.iter().find(|name| path(name).exists()), None);
        assert_eq!(foreign.iter().find(|name| !path(name).exists()), None);
        assert!(recorded.cache.recorded(&recorded.engine, &recorded.name).is_some());
        ComponentCache::keep_only(recorded.folder.path(), &[]);
        assert!(!recorded.file("cwasm").exists() && !recorded.file("seal").exists());
    }

    #[test]
    fn an_app_runs_where_nothing_can_be_recorded() {
        let recorded = Recorded::new();
        fs::remove_dir_all(recorded.folder.path()).unwrap();
        recorded.cache.load(&recorded.engine, &recorded.wasm).unwrap();
    }
}
