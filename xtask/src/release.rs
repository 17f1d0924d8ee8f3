//! `cargo xtask build`: both binaries and the apps for release, where they are and how large.

use crate::args::Consent;
use crate::error::Error;
use crate::place::Place;
use crate::{apps, command, device, setup};
use std::fs;
use std::path::Path;

/// Builds, then tells.
pub(crate) fn run(place: &Place, consent: Consent) -> Result<(), Error> {
    setup::run(place, &setup::BUILD, consent)?;
    eprintln!("building the apps");
    let apps = apps::build(place)?;
    eprintln!("building the binary for release; the first time takes long");
    command::run(&mut command::cargo(place, &["build", "--release", "--package", "caisson"]))?;
    device::build(place, &["--release"])?;
    tell("caisson", &place.binary("release"))?;
    tell("device", &device::binary(place, "release"))?;
    for app in apps {
        tell(&format!("app {}", app.id), &app.component)?;
    }
    Ok(())
}

fn tell(name: &str, path: &Path) -> Result<(), Error> {
    let file = fs::metadata(path).map_err(Error::io(format!("reading {}", path.display())))?;
    println!("{name:<12} {:>10}  {}", size(file.len()), path.display());
    Ok(())
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_reads_as_people_say_it() {
        let check = |bytes, expected: &str| assert_eq!(size(bytes), expected);
        check(1, "1 kB");
        check(183_400, "184 kB");
        check(1_000_000, "1.0 MB");
        check(38_750_000, "38.7 MB");
    }
}
