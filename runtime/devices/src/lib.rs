//! The devices of a terminal: one trait each, real drivers in `linux/` (in `system/` where one
//! library drives them on every system), desktop twins in `emulated/`, under the same file names.
//! The rest of the house cannot tell which it holds.
//!
//! Guarantees: what a device or a file hands over is bounded and checked before it is used; a
//! device that hangs never hangs its caller.

pub mod camera;
pub mod card_reader;
pub mod decode;
#[cfg(feature = "emulated")]
pub mod emulated;
pub mod escpos;
pub mod frame;
#[cfg(target_os = "linux")]
pub mod linux;
pub mod printer;
pub mod raster;
pub mod scan;
pub mod screen;
pub mod speaker;
pub mod storage;
#[cfg(feature = "sound")]
pub mod system;
pub mod text;

mod wrap;

/// True where the machine's own speaker can be used.
pub const HAS_SOUND: bool = cfg!(feature = "sound");

/// True where the desktop twins of the devices are built in.
pub const HAS_TWINS: bool = cfg!(feature = "emulated");
