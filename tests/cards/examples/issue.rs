//! Makes the TEST keys of all cards again: `cargo run -p caisson-cards --example issue`.
//!
//! Writes `keys/TEST-rsa.toml`, `keys/TEST-issuer.toml` and `capk.toml` of this crate. Every key
//! follows from its name, so a second run writes the same files. With `capk` as its argument it
//! writes `capk.toml` alone, from the keys that are there.

use std::fmt::Write as _;
use std::path::Path;

use caisson_cards::{capk, generate_prime};
use sha1::{Digest, Sha1};

/// CA, RID, index, bits and exponent of the CA; bits of issuer, card and PIN key; known to terminals.
type Family = (&'static str, &'static str, &'static str, u64, u32, [u64; 3], bool);

/// A key is never longer than the one that certifies it. An issuer's is at most 1,408 bits, so
/// that each record of a card fits into one answer of 256 bytes.
const FAMILIES: [Family; 8] = [
    ("unionpay-1152", "A000000333", "E1", 1152, 3, [1024, 896, 768], true),
    ("unionpay-1408", "A000000333", "E2", 1408, 3, [1152, 1024, 896], true),
    ("unionpay-1984", "A000000333", "E3", 1984, 65_537, [1408, 1152, 1024], true),
    ("unionpay-unknown", "A000000333", "EF", 1152, 3, [1024, 896, 768], false),
    ("visa-1408", "A000000003", "E1", 1408, 3, [1152, 1024, 896], true),
    ("visa-1984", "A000000003", "E2", 1984, 3, [1408, 1152, 1024], true),
    ("mastercard-1408", "A000000004", "E1", 1408, 3, [1152, 1024, 896], true),
    ("mastercard-1984", "A000000004", "E2", 1984, 65_537, [1408, 1152, 1024], true),
];
const HEAD: &str =
    "# TEST keys, made by the example `issue` from public seeds. They protect nothing.\n";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    if std::env::args().nth(1).as_deref() == Some("capk") {
        std::fs::write(home.join("capk.toml"), capk::file()?)?;
        return Ok(());
    }
    std::fs::write(home.join("keys/TEST-rsa.toml"), rsa_file()?)?;
    std::fs::write(home.join("keys/TEST-issuer.toml"), issuer_file()?)?;
    println!("keys are made; now build again and run with `capk`");
    Ok(())
}

fn rsa_file() -> Result<String, Box<dyn std::error::Error>> {
    let mut file = HEAD.to_owned();
    for (ca, rid, index, bits, exponent, below, listed) in FAMILIES {
        let place = format!("rid = \"{rid}\"\nindex = \"{index}\"\nlisted = {listed}\n");
        key(&mut file, ca, "ca", &place, bits, exponent)?;
        for (role, bits) in ["issuer", "icc", "pin"].into_iter().zip(below) {
            key(&mut file, &format!("{ca}-{role}"), role, "", bits, 3)?;
        }
    }
    Ok(file)
}

fn key(
    file: &mut String,
    name: &str,
    role: &str,
    place: &str,
    bits: u64,
    exponent: u32,
) -> Result<(), Box<dyn std::error::Error>> {
    let prime = |letter: &str| {
        let seed = format!("caisson TEST key {name} {letter}");
        generate_prime(&seed, bits / 2, exponent).ok_or("the seed leads to no prime")
    };
    let (p, q) = (prime("p")?, prime("q")?);
    write!(file, "\n[[key]]\nname = \"{name}\"\nrole = \"{role}\"\n{place}")?;
    write!(file, "exponent = {exponent}\np = \"{p:X}\"\nq = \"{q:X}\"\n")?;
    println!("{name}: {bits} bits");
    Ok(())
}

fn issuer_file() -> Result<String, std::fmt::Error> {
    let mut file = HEAD.to_owned();
    for brand in ["unionpay", "visa", "mastercard"] {
        write!(file, "\n[[issuer]]\nbrand = \"{brand}\"\n")?;
        for usage in ["ac", "mac", "enc"] {
            let hash = Sha1::digest(format!("caisson TEST issuer {brand} {usage}"));
            // Odd parity, as a DES key has it.
            let odd = hash
                .iter()
                .take(16)
                .map(|byte| byte & 0xFE | u8::from((byte >> 1).count_ones() % 2 == 0));
            let hex: String = odd.map(|byte| format!("{byte:02X}")).collect();
            writeln!(file, "{usage} = \"{hex}\"")?;
        }
    }
    Ok(file)
}
