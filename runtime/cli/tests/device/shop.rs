//! A counter with a device build on it, and a desk with a desktop build behind it.

use crate::common::{Desk, Said, built_app, talk};
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) const INSTALL: &str = "app install package --profile till/profile.toml";
/// What a profile says whose terminal takes no real money.
pub(crate) const TEST_KEYS: &str = "test-keys = true\n";
pub(crate) const RUN: &str = "run --profile till/profile.toml";

/// A terminal without apps, which a desktop build provisioned, and its device build.
pub(crate) struct Shop {
    pub(crate) desk: Desk,
    device: PathBuf,
}

impl Shop {
    /// The terminal believes the publisher acme and the build host lab, and prints by TCP at
    /// `printer`.
    pub(crate) fn new(printer: &str) -> Self {
        let device = std::env::var_os("CAISSON_DEVICE")
            .expect("CAISSON_DEVICE names the device build; `cargo xtask test` builds and sets it");
        let desk = Desk::new();
        desk.provision();
        desk.check("app remove qr --profile till/profile.toml", 0, "removed qr\n", "");
        let shop = Self { desk, device: device.into() };
        let acme = shop.make_key("app keygen acme.key");
        let lab = shop.make_key("app keygen --build-host lab.key");
        let profile = fs::read_to_string(shop.desk.path("till/profile.toml")).unwrap();
        let (before, rest) = profile.split_once("[camera]").unwrap();
        let (_, after) = rest.split_once("[screen]").unwrap();
        let devices = format!(
            "[camera]\ndriver = \"v4l2\"\ndevice = \"/dev/video9\"\n\n[printer]\ndriver = \"tcp\"\n\
             address = \"{printer}\"\npaper_mm = 58\n\n[screen]"
        );
        // A device build has no emulated cards, and these sales need none.
        let after = after.replace("[card-reader]\ndriver = \"emulated\"\n", "");
        // Test keys, of a file: nobody pays with real money here.
        let profile = format!("{TEST_KEYS}{before}{devices}{after}\n{acme}\n{lab}");
        shop.desk.write("till/profile.toml", profile);
        shop
    }

    /// What keygen prints for the profile.
    fn make_key(&self, line: &str) -> String {
        let said = self.desk.run(line);
        assert_eq!((said.status, said.stderr.as_str()), (0, ""), "{line}");
        said.stdout
    }

    /// The built app as a package, signed by acme and not compiled.
    pub(crate) fn package(&self) {
        for name in ["caisson.toml", "app.wasm"] {
            let built = fs::read(built_app("qr").join(name)).unwrap();
            self.desk.write(&format!("package/{name}"), built);
        }
        self.on_desktop("app sign package --key acme.key");
    }

    /// The same, and compiled by lab.
    pub(crate) fn compiled_package(&self) {
        self.package();
        self.on_desktop("app compile package --key lab.key");
    }

    /// A command of the desktop build that must go well.
    #[track_caller]
    pub(crate) fn on_desktop(&self, line: &str) -> String {
        let said = self.desk.run(line);
        assert_eq!((said.status, said.stderr.as_str()), (0, ""), "{line}");
        said.stdout
    }

    /// A command of the device build.
    pub(crate) fn on_device(&self, line: &str, input: &str) -> Said {
        talk(self.desk.command_of(&self.device, line), input)
    }

    /// The same with an environment variable.
    pub(crate) fn on_device_with(&self, (name, value): (&str, &Path), line: &str) -> Said {
        let mut command = self.desk.command_of(&self.device, line);
        command.env(name, value);
        talk(command, "")
    }

    /// Compares everything that a command of the device build says.
    #[track_caller]
    pub(crate) fn check(&self, line: &str, status: i32, stdout: &str, stderr: &str) {
        let said = self.on_device(line, "");
        self.desk.check_said(&said, (status, stdout, stderr), &format!("device: caisson {line}"));
    }
}
