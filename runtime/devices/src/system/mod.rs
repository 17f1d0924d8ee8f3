//! Real devices that one library drives on Linux, macOS and Windows alike.

pub mod speaker;
