//! From a component to machine code, and from machine code into memory.
//!
//! Guarantee: what is brought into memory as machine code was compiled in this process, recorded by
//! this terminal, or signed by one of its build hosts; nothing else can be handed in. Code for other
//! machines uses only what every processor of their kind has.

use crate::cache::{COMPONENT_BYTES_MAX, CacheError};
use crate::engine::{ENGINE_PROFILE, HostEngine};
use caisson_core::payment::Digest;
use caisson_packages::{MachineCode, Purpose};
use wasmtime::component::Component;

/// What this build can compile for, besides itself: the machines that terminals are made of.
pub const TARGETS: [&str; 2] = ["aarch64-linux", "x86_64-linux"];

/// True where this build can compile apps.
pub const HAS_COMPILER: bool = cfg!(feature = "compiler");

/// What machine code must be for to run here.
#[must_use]
pub fn own_purpose() -> Purpose {
    let target = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
    Purpose { engine: ENGINE_PROFILE.to_owned(), target }
}

/// Compiles the component `wasm` for machines of `target`, one of [`TARGETS`], and this build's own
/// engine profile.
///
/// # Errors
/// [`CompileError`].
#[cfg(feature = "compiler")]
pub fn compile_for(target: &str, wasm: &[u8]) -> Result<Vec<u8>, CompileError> {
    refuse_large(wasm).map_err(|error| CompileError::Component(error.to_string()))?;
    let unknown = || CompileError::Target(target.chars().take(40).collect());
    let known = TARGETS.iter().find(|known| **known == target).ok_or_else(unknown)?;
    let processor = known.strip_suffix("-linux").ok_or_else(unknown)?;
    let wrong = |error: wasmtime::Error| CompileError::Engine(format!("{error:#}"));
    let mut config = crate::engine::config(false).map_err(wrong)?;
    // Named even where it is this machine's own: then nothing is used that only this processor has.
    config.target(&format!("{processor}-unknown-linux-gnu")).map_err(wrong)?;
    let engine = wasmtime::Engine::new(&config).map_err(wrong)?;
    let compiled = engine.precompile_component(wasm);
    compiled.map_err(|error| CompileError::Component(format!("does not compile: {error:#}")))
}

/// Why nothing was compiled for other machines.
#[cfg(feature = "compiler")]
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// Whoever asked: name one of the targets.
    #[error("there is no target \"{0}\"; there are {targets}", targets = TARGETS.join(" and "))]
    Target(String),
    /// wasmtime does not compile for it. Terminal maker: the text is wasmtime's.
    #[error("the compiler does not start: {0}")]
    Engine(String),
    /// App developer: the component is malformed, too large or uses what is switched off.
    #[error("{0}")]
    Component(String),
}

/// The component `wasm`, compiled into memory and kept nowhere.
///
/// # Errors
/// [`CacheError::Compile`], [`CacheError::TooLarge`]; [`CacheError::NoCompiler`].
pub fn compile_here(engine: &HostEngine, wasm: &[u8]) -> Result<Component, CacheError> {
    let code = compile(engine, wasm)?;
    deserialize(engine, &code).map_err(|error| CacheError::Compile(format!("{error:#}")))
}

/// Machine code of a build host. The error says why it is not for the component `wasm`, or not for
/// this engine on this machine.
pub(crate) fn from_build_host(
    engine: &HostEngine,
    code: &MachineCode,
    wasm: &[u8],
) -> Result<Component, String> {
    if *code.component() != Digest::of(wasm) {
        return Err("compiled from another component".to_owned());
    }
    let own = own_purpose();
    if *code.purpose() != own {
        return Err(format!("compiled for {}, and this is {own}", code.purpose()));
    }
    deserialize(engine, code.code()).map_err(|error| format!("{error:#}"))
}

/// Machine code for this machine, with all that its processor can do.
#[cfg(feature = "compiler")]
pub(crate) fn compile(engine: &HostEngine, wasm: &[u8]) -> Result<Vec<u8>, CacheError> {
    refuse_large(wasm)?;
    engine
        .wasmtime()
        .precompile_component(wasm)
        .map_err(|error| CacheError::Compile(format!("{error:#}")))
}

#[cfg(not(feature = "compiler"))]
pub(crate) fn compile(_engine: &HostEngine, wasm: &[u8]) -> Result<Vec<u8>, CacheError> {
    refuse_large(wasm)?;
    Err(CacheError::NoCompiler)
}

fn refuse_large(wasm: &[u8]) -> Result<(), CacheError> {
    let is_small = u64::try_from(wasm.len()).is_ok_and(|bytes| bytes <= COMPONENT_BYTES_MAX);
    if is_small { Ok(()) } else { Err(CacheError::TooLarge) }
}

#[allow(unsafe_code, reason = "loading machine code; the callers have it from whom they trust")]
pub(crate) fn deserialize(engine: &HostEngine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: `code` was compiled in this process a moment ago; or its SHA-256 stands in a record
    // that this terminal's vault sealed when it was compiled here; or it is a `MachineCode`, which
    // exists only where a build host of the terminal's profile signed exactly these bytes. It is
    // copied, so nobody can change it after the check.
    unsafe { Component::deserialize(engine.wasmtime(), code) }
}

#[cfg(test)]
#[cfg(feature = "compiler")]
mod tests {
    use super::*;

    const COMPONENT: &str = "(component (core module (memory 1) (func (export \"one\"))))";

    #[test]
    fn code_for_machines_of_this_kind_loads_with_the_pool_and_without() {
        let own = own_purpose().target;
        let wasm = wat::parse_str(COMPONENT).unwrap();
        let code = compile_for(&own, &wasm).unwrap();
        for pooled in [true, false] {
            let engine = wasmtime::Engine::new(&crate::engine::config(pooled).unwrap()).unwrap();
            // SAFETY: compiled a few lines above.
            #[allow(unsafe_code, reason = "loading machine code that this test compiled")]
            let loaded = unsafe { Component::deserialize(&engine, &code) };
            assert!(loaded.is_ok(), "pooled {pooled}: {:#}", loaded.err().unwrap());
        }
    }

    #[test]
    fn every_target_is_compiled_for_and_another_machines_code_is_refused_here() {
        let engine = HostEngine::start().unwrap();
        let wasm = wat::parse_str(COMPONENT).unwrap();
        for target in TARGETS {
            let code = compile_for(target, &wasm).unwrap();
            let loaded = deserialize(&engine, &code);
            assert_eq!(loaded.is_ok(), target == own_purpose().target, "{target}");
        }
    }

    #[test]
    fn what_cannot_be_compiled_says_why() {
        let check = |target: &str, wasm: &[u8], expected: &str| {
            let error = compile_for(target, wasm).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        };
        check(
            "z80-cpm",
            b"",
            "there is no target \"z80-cpm\"; there are aarch64-linux and x86_64-linux",
        );
        check(TARGETS[0], b"no component", "does not compile: ");
        let large = vec![0; usize::try_from(COMPONENT_BYTES_MAX).unwrap() + 1];
        check(TARGETS[0], &large, "component larger than 16777216 bytes");
    }
}
