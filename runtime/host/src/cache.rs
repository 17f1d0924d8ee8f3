//! Machine code of apps, compiled once.
//!
//! Guarantee: machine code is loaded only if the host itself recorded its hash, for exactly this
//! component, this wasmtime and this engine profile; the bytes that are checked are the bytes that
//! are loaded. Anything else is compiled anew (or refused where there is no compiler).

use crate::engine::{ENGINE_PROFILE, HostEngine};
use caisson_core::payment::Digest;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use wasmtime::component::Component;

/// Largest component and largest machine code, in bytes.
pub(crate) const COMPONENT_BYTES_MAX: u64 = 16 * 1024 * 1024;
const CODE_BYTES_MAX: u64 = 128 * 1024 * 1024;

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
    #[error("is larger than {max} bytes", max = COMPONENT_BYTES_MAX)]
    TooLarge,
    /// Terminal maker: this build has no compiler; install the app with its compiled form.
    #[error("has no compiled form for {profile}, and this terminal has no compiler")]
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
        let hash = fs::read_to_string(self.folder.join(format!("{name}.sha256"))).ok()?;
        let path = self.folder.join(format!("{name}.cwasm"));
        if fs::metadata(&path).ok()?.len() > CODE_BYTES_MAX {
            return None;
        }
        let code = fs::read(path).ok()?;
        if Digest::of(&code).to_string() != hash {
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
