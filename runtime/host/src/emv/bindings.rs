//! The kernel's world as Rust: generated from `wit/`, nothing written by hand.

#![allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    rust_2018_idioms,
    dead_code,
    clippy::all,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::too_many_lines,
    reason = "generated code"
)]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "emv-kernel",
    imports: { default: async | trappable },
    exports: { default: async },
});
