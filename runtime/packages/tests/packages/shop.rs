//! A terminal's folder of apps, and the publishers who make packages for it.

use caisson_packages::{
    COMPONENT_NAME, Health, InstallError, Installation, InstalledApps, MANIFEST_NAME, Package,
    Publisher, PublisherKey, Publishers, ReturnCause, Tier, sign,
};
use std::fs;
use std::path::{Path, PathBuf};

/// A publisher of the profile and one that nobody knows.
pub(crate) struct Shop {
    folder: tempfile::TempDir,
    pub(crate) acme: PublisherKey,
    pub(crate) stranger: PublisherKey,
}

impl Shop {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = |name| PublisherKey::create(&folder.path().join(name)).unwrap();
        let (acme, stranger) = (key("acme.key"), key("stranger.key"));
        Self { folder, acme, stranger }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn apps(&self) -> InstalledApps {
        InstalledApps::at(&self.path("apps"))
    }

    pub(crate) fn publishers(&self) -> Publishers {
        let key = self.acme.public();
        Publishers::new([Publisher { name: "acme".to_owned(), key, tier: Tier::System }]).unwrap()
    }

    /// A package of the app `qr`, not signed.
    pub(crate) fn package(&self, version_code: u32, component: &str) -> PathBuf {
        let folder = self.path("package");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(MANIFEST_NAME), manifest(version_code)).unwrap();
        fs::write(folder.join(COMPONENT_NAME), component).unwrap();
        folder
    }

    /// The same, signed by acme.
    pub(crate) fn signed(&self, version_code: u32, component: &str) -> PathBuf {
        let folder = self.package(version_code, component);
        sign(&folder, &self.acme).unwrap();
        folder
    }

    pub(crate) fn install(&self, folder: &Path, dev: bool) -> Result<Installation, InstallError> {
        let approved = Package::read(folder)?.approve(&self.publishers(), dev)?;
        self.apps().install(&approved)
    }

    /// Does one step; says what is worth saying.
    fn step(&self, step: &str) -> Option<String> {
        let words: Vec<&str> = step.split(' ').collect();
        let code = |at: usize| words[at].parse().unwrap();
        let component = |at: usize| format!("component {}", words[at..].join(" "));
        let gave_way = |returned: Option<_>| returned.map(|_| "gave way".to_owned());
        let apps = self.apps();
        match words[0] {
            "install" => self.installed(&self.signed(code(1), &component(1)), false),
            "dev" => self.installed(&self.package(code(1), &component(1)), true),
            "began" => gave_way(apps.began("qr", words.contains(&"open")).unwrap()),
            "fail" => gave_way(apps.failed("qr", "it\ntrapped", words.contains(&"open")).unwrap()),
            "confirm" => (!apps.confirm("qr").unwrap()).then(|| "not confirmed".to_owned()),
            "remove" => apps.remove("qr").err().map(|error| self.plain(&error)),
            "damage" => {
                for slot in ["a", "b"] {
                    let path = self.path(&format!("apps/qr/{slot}/{COMPONENT_NAME}"));
                    let wanted = format!("component {}", words[1]);
                    if fs::read_to_string(&path).is_ok_and(|content| content == wanted) {
                        fs::write(&path, "damaged").unwrap();
                    }
                }
                None
            }
            other => panic!("there is no step {other}"),
        }
    }

    fn installed(&self, folder: &Path, dev: bool) -> Option<String> {
        match self.install(folder, dev) {
            Ok(Installation::Done(_)) => None,
            Ok(Installation::AlreadyThere(_)) => Some("already there".to_owned()),
            Err(error) => Some(self.plain(&error)),
        }
    }

    /// An error's text without what differs from one machine to another.
    pub(crate) fn plain(&self, error: &InstallError) -> String {
        error
            .to_string()
            .replace(&self.folder.path().display().to_string(), "HERE")
            .replace(&self.acme.public().to_string(), "ACME")
            .replace(&self.stranger.public().to_string(), "STRANGER")
    }

    /// What is installed.
    pub(crate) fn state(&self) -> String {
        let listed = self.apps().list().unwrap();
        let Some(app) = listed.first() else { return "nothing".to_owned() };
        assert_eq!(*app, self.apps().find("qr").unwrap());
        let mut text = format!("version {}", app.manifest.version_code);
        match &app.health {
            Health::Confirmed => text.push_str(" confirmed"),
            Health::Trial { starts, failure: None } => text.push_str(&format!(" trial {starts}")),
            Health::Trial { failure: Some(why), .. } => text.push_str(&format!(" failed: {why}")),
        }
        if app.is_development() {
            text.push_str(", unsigned");
        }
        if let Some(returned) = &app.returned {
            let why = match &returned.cause {
                ReturnCause::Unconfirmed => "unconfirmed",
                ReturnCause::Failed(why) => why,
                ReturnCause::Replaced => "replaced",
            };
            text.push_str(&format!(", {} gave way: {why}", returned.version_code));
        }
        let component = app.component().map(|component| String::from_utf8(component).unwrap());
        match component {
            Ok(component) => assert!(component.starts_with("component "), "{component}"),
            Err(error) => text.push_str(&format!(", {}", self.plain(&error))),
        }
        text
    }
}

fn manifest(version_code: u32) -> String {
    format!(
        "id = \"qr\"\nname = {{ zh = \"扫码\", en = \"QR\" }}\nversion = \"0.{version_code}.0\"\n\
         version-code = {version_code}\nworld = \"payment-app\"\npermissions = [\"ui\"]\n"
    )
}

/// Does the steps, and compares what they said and what is installed then.
#[track_caller]
pub(crate) fn check(steps: &str, expected: &str) {
    let shop = Shop::new();
    let mut said: Vec<String> = steps.split(" | ").filter_map(|step| shop.step(step)).collect();
    said.push(shop.state());
    assert_eq!(said.join("; "), expected, "{steps}");
}
