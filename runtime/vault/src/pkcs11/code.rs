//! Message codes composed from a token's encryption.
//!
//! CMAC (NIST SP 800-38B, 6.2) is a chain over the message whose last block has a subkey added; the
//! retail MAC (ANSI X9.19) is a chain of single DES with the key's left half, and the whole key for
//! the last block. The token does each chain in one call. A subkey is wiped.

use super::objects::SessionEntry;
use super::token::Token;
use crate::VaultError;
use crate::card::{CipherAlgorithm, Mac, MacAlgorithm};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::ObjectHandle;
use zeroize::Zeroizing;

/// What doubling adds where a bit falls out, by the block's length (SP 800-38B, 5.3).
const SHORT_BLOCK: (usize, u8) = (8, 0x1B);
const LONG_BLOCK: (usize, u8) = (16, 0x87);

/// The code of `message`; `None` if the key is of no cipher that `algorithm` takes.
pub(super) fn code(
    token: &Token,
    key: &SessionEntry,
    algorithm: MacAlgorithm,
    message: &[u8],
) -> Result<Option<Mac>, VaultError> {
    let code = match (algorithm, key.algorithm, key.left) {
        (MacAlgorithm::Retail, CipherAlgorithm::Tdes2, Some(left)) => {
            retail(token, left, key.key, message)?
        }
        (MacAlgorithm::Retail, ..) => return Ok(None),
        (MacAlgorithm::Cmac, ..) => cmac(token, key, message)?,
    };
    Ok(Some(Mac::from_bytes(&code)))
}

/// One block, or some that do not depend on each other.
pub(super) fn each_block(algorithm: CipherAlgorithm) -> Mechanism<'static> {
    if algorithm.block_bytes() == SHORT_BLOCK.0 { Mechanism::Des3Ecb } else { Mechanism::AesEcb }
}

fn chain(algorithm: CipherAlgorithm) -> Mechanism<'static> {
    if algorithm.block_bytes() == SHORT_BLOCK.0 {
        Mechanism::Des3Cbc([0; 8])
    } else {
        Mechanism::AesCbc([0; 16])
    }
}

fn retail(
    token: &Token,
    left: ObjectHandle,
    whole: ObjectHandle,
    message: &[u8],
) -> Result<Vec<u8>, VaultError> {
    let (block, _) = SHORT_BLOCK;
    let mut padded = Zeroizing::new(message.to_vec());
    padded.resize(message.len().next_multiple_of(block).max(block), 0);
    let (before, last) = padded.split_at(padded.len().saturating_sub(block));
    let mut sum = Zeroizing::new(last.to_vec());
    if !before.is_empty() {
        let chained = token.encrypt(&chain(CipherAlgorithm::Tdes2), left, before)?;
        add(&mut sum, chained.rchunks(block).next().unwrap_or_default());
    }
    Ok(token.encrypt(&Mechanism::Des3Ecb, whole, &sum)?.to_vec())
}

fn cmac(token: &Token, key: &SessionEntry, message: &[u8]) -> Result<Vec<u8>, VaultError> {
    let (block, feedback) =
        if key.algorithm.block_bytes() == SHORT_BLOCK.0 { SHORT_BLOCK } else { LONG_BLOCK };
    let zeros = token.encrypt(&each_block(key.algorithm), key.key, &vec![0; block])?;
    let mut subkey = doubled(&zeros, feedback);
    let mut padded = Zeroizing::new(message.to_vec());
    if message.is_empty() || !message.len().is_multiple_of(block) {
        subkey = doubled(&subkey, feedback);
        padded.push(0x80);
        let whole = padded.len().next_multiple_of(block);
        padded.resize(whole, 0);
    }
    if let Some(last) = padded.rchunks_mut(block).next() {
        add(last, &subkey);
    }
    let chained = token.encrypt(&chain(key.algorithm), key.key, &padded)?;
    Ok(chained.rchunks(block).next().unwrap_or_default().to_vec())
}

/// The block, as a number, times two in the field of its size.
fn doubled(block: &[u8], feedback: u8) -> Zeroizing<Vec<u8>> {
    let mut carry = 0;
    let mut double = Zeroizing::new(block.to_vec());
    for byte in double.iter_mut().rev() {
        let out = *byte >> 7;
        *byte = *byte << 1 | carry;
        carry = out;
    }
    if let Some(last) = double.last_mut() {
        // No branch on a secret bit.
        *last ^= feedback & 0_u8.wrapping_sub(carry);
    }
    double
}

fn add(to: &mut [u8], other: &[u8]) {
    to.iter_mut().zip(other).for_each(|(to, other)| *to ^= *other);
}
