//! What a secret leaves on the stack.
//!
//! Guarantee: what a function moved about in its own frames and below is overwritten when
//! [`wiped`] returns. A cipher of a library copies the block that it is given, and frames that have
//! ended keep their bytes until others come to lie there, which on a thread that idles may be never.

use std::hint::black_box;
use zeroize::Zeroize as _;

/// How deep it is overwritten, in bytes: a cipher takes less than half of it even where nothing is
/// optimised.
const WIPED_BYTES: usize = 12 * 1_024;

/// Does `secret`, and overwrites the stack that it was done on.
pub(super) fn wiped<T>(secret: impl FnOnce() -> T) -> T {
    let done = apart(secret);
    wipe();
    done
}

/// In a frame of its own, never in its caller's, which is not overwritten.
#[inline(never)]
fn apart<T>(secret: impl FnOnce() -> T) -> T {
    secret()
}

#[inline(never)]
fn wipe() {
    let mut below = [0_u8; WIPED_BYTES];
    below.zeroize();
    black_box(&below);
}
