//! Machine code in packages: only that of a build host, whole, for this component; everything else
//! is refused with the file and the remedy, or stays behind.

use crate::shop::Shop;
use caisson_packages::{
    Approved, BuildHost, BuildHostKey, BuildHosts, InstallError, Installation, Package,
    PublisherKey, Purpose, add_form,
};
use std::fs;
use std::path::{Path, PathBuf};

const ENGINE: &str = "wasmtime-1.2.3+caisson-1";
const FORM: &str = "app.wasmtime-1.2.3+caisson-1.here-linux.cwasm";

/// A shop with a build host of the profile, and one that nobody knows.
struct Lab {
    shop: Shop,
    ci: BuildHostKey,
    stranger: BuildHostKey,
}

fn purpose(engine: &str, target: &str) -> Purpose {
    Purpose { engine: engine.to_owned(), target: target.to_owned() }
}

impl Lab {
    fn new() -> Self {
        let shop = Shop::new();
        let key = |name| BuildHostKey::create(&shop.path(name)).unwrap();
        let (ci, stranger) = (key("ci.key"), key("stranger-host.key"));
        Self { shop, ci, stranger }
    }

    fn hosts(&self) -> BuildHosts {
        BuildHosts::new([BuildHost { name: "ci".to_owned(), key: self.ci.public() }]).unwrap()
    }

    /// Version 2, signed by its publisher and compiled by `key`.
    fn package(&self, key: &BuildHostKey) -> PathBuf {
        let folder = self.shop.signed(2, "component 2");
        compile(&folder, purpose(ENGINE, "here-linux"), key);
        folder
    }

    fn approved(&self, folder: &Path) -> Result<Approved, InstallError> {
        let package = Package::read(folder)?;
        package.approve(&self.shop.publishers(), false)?.carrying("here-linux", &self.hosts())
    }

    /// What a terminal without a compiler does: it takes the machine code, then installs.
    fn install(&self, folder: &Path) -> Result<Installation, InstallError> {
        let approved = self.approved(folder)?;
        let package = approved.package();
        if let Some(form) = package.forms().find(&purpose(ENGINE, "here-linux")) {
            form.trusted(&package.digest(), &self.hosts())?;
        }
        self.shop.apps().install(&approved)
    }

    /// The machine code that is installed for `engine`, and whose it is.
    fn code(&self, engine: &str) -> String {
        let app = self.shop.apps().find("qr").unwrap();
        let forms = app.forms().unwrap();
        let Some(form) = forms.find(&purpose(engine, "here-linux")) else {
            return "none".to_owned();
        };
        match form.trusted(&app.digest, &self.hosts()) {
            Ok(code) => {
                format!("{} by {}", String::from_utf8_lossy(code.code()), code.build_host())
            }
            Err(error) => self.plain(&error),
        }
    }

    fn plain(&self, error: &InstallError) -> String {
        let text = self.shop.plain(error).replace(&self.ci.public().to_string(), "CI");
        text.replace(&self.stranger.public().to_string(), "STRANGER")
    }
}

/// Compiles, as far as this room can tell.
fn compile(folder: &Path, purpose: Purpose, key: &BuildHostKey) {
    let package = Package::read_without_forms(folder).unwrap();
    let code = format!("code for {purpose}");
    add_form(&package, purpose, code.as_bytes(), key).unwrap();
}

/// A package that is right but for `spoil`; nothing of it is installed.
#[track_caller]
fn check(spoil: impl FnOnce(&Lab, &Path), expected: &str) {
    let lab = Lab::new();
    lab.shop.install(&lab.shop.signed(1, "component 1"), false).unwrap();
    lab.shop.apps().confirm("qr").unwrap();
    let package = lab.package(&lab.ci);
    spoil(&lab, &package);
    let refused = lab.install(&package).unwrap_err();
    assert_eq!(lab.plain(&refused), expected);
    assert_eq!(lab.shop.state(), "version 1 confirmed");
}

#[test]
fn the_forms_of_a_build_host_are_installed_and_of_every_engine() {
    let lab = Lab::new();
    let package = lab.package(&lab.ci);
    compile(&package, purpose("wasmtime-2.0.0+caisson-1", "here-linux"), &lab.ci);
    compile(&package, purpose(ENGINE, "there-linux"), &lab.ci);
    lab.install(&package).unwrap();
    assert_eq!(lab.code(ENGINE), format!("code for {ENGINE} on here-linux by ci"));
    let next = "wasmtime-2.0.0+caisson-1";
    assert_eq!(lab.code(next), format!("code for {next} on here-linux by ci"));
    assert_eq!(lab.code("wasmtime-3.0.0+caisson-1"), "none");
    let forms = lab.shop.apps().find("qr").unwrap().forms().unwrap();
    assert_eq!(forms.iter().count(), 2, "what is for another processor stays behind");
}

#[test]
fn the_same_package_with_one_more_form_is_installed_again_and_keeps_its_health() {
    let lab = Lab::new();
    let package = lab.package(&lab.ci);
    lab.install(&package).unwrap();
    lab.shop.apps().confirm("qr").unwrap();
    assert!(matches!(lab.install(&package), Ok(Installation::AlreadyThere(_))));
    let next = "wasmtime-2.0.0+caisson-1";
    compile(&package, purpose(next, "here-linux"), &lab.ci);
    assert!(matches!(lab.install(&package), Ok(Installation::Done(_))));
    assert_eq!(lab.shop.state(), "version 2 confirmed");
    assert_eq!(lab.code(next), format!("code for {next} on here-linux by ci"));
}

#[test]
fn machine_code_that_was_changed_or_cut_off() {
    check(
        |_, package| {
            fs::write(package.join(FORM), "Code for wasmtime-1.2.3+caisson-1 on here-linux")
                .unwrap()
        },
        &format!(
            "HERE/package/{FORM} is not the file that HERE/package/{FORM}.sig signs; fetch the \
             package again, or sign it anew"
        ),
    );
    check(
        |_, package| fs::write(package.join(FORM), "code for").unwrap(),
        &format!("HERE/package/{FORM}: 8 of 47 bytes; it is not whole: fetch the package again"),
    );
    check(
        |_, package| fs::remove_file(package.join(FORM)).unwrap(),
        &format!("HERE/package/{FORM}: 0 of 47 bytes; it is not whole: fetch the package again"),
    );
}

#[test]
fn machine_code_without_its_signature_or_with_another_ones() {
    check(
        |_, package| fs::remove_file(package.join(format!("{FORM}.sig"))).unwrap(),
        &format!(
            "HERE/package/{FORM}: machine code without a signature beside it; fetch the package \
             again, or compile the app anew"
        ),
    );
    check(
        |lab, package| {
            let path = package.join(format!("{FORM}.sig"));
            let text = fs::read_to_string(&path).unwrap();
            compile(package, purpose(ENGINE, "here-linux"), &lab.stranger);
            let forged = fs::read_to_string(&path).unwrap();
            let line = |text: &str| text.lines().last().unwrap().to_owned();
            fs::write(&path, text.replace(&line(&text), &line(&forged))).unwrap();
        },
        &format!(
            "HERE/package/{FORM}.sig: the signature is not that of the key CI; fetch the package \
             again"
        ),
    );
    check(
        |_, package| {
            let path = package.join(format!("{FORM}.sig"));
            fs::write(&path, "caisson package 1\n").unwrap();
        },
        &format!(
            "HERE/package/{FORM}.sig: line 1: expected `caisson machine code 1`; compile the app anew"
        ),
    );
}

#[test]
fn machine_code_of_another_component() {
    check(
        |lab, package| {
            let kept = fs::read(package.join(FORM)).unwrap();
            let signature = fs::read(package.join(format!("{FORM}.sig"))).unwrap();
            let package = lab.shop.signed(2, "component 3");
            fs::write(package.join(FORM), kept).unwrap();
            fs::write(package.join(format!("{FORM}.sig")), signature).unwrap();
        },
        &format!("HERE/package/{FORM}: compiled from another app.wasm; compile the app anew"),
    );
}

#[test]
fn more_forms_than_a_package_can_need() {
    check(
        |_, package| {
            for number in 0..40 {
                fs::write(package.join(format!("app.e.t{number}.cwasm")), "").unwrap();
            }
        },
        "HERE/package: more than 16 compiled forms",
    );
}

#[test]
fn a_build_host_that_the_profile_does_not_list_is_not_believed_and_its_form_stays_behind() {
    let lab = Lab::new();
    let package = lab.package(&lab.stranger);
    let refused = lab.install(&package).unwrap_err();
    assert_eq!(
        lab.plain(&refused),
        format!(
            "HERE/package/{FORM}: compiled by the holder of the key STRANGER, which is no build \
             host's in the terminal's profile"
        )
    );
    // A terminal that compiles for itself installs the app without it.
    lab.shop.apps().install(&lab.approved(&package).unwrap()).unwrap();
    assert_eq!(lab.code(ENGINE), "none");
}

#[test]
fn a_build_host_that_was_taken_from_the_profile_is_no_longer_believed() {
    let lab = Lab::new();
    lab.install(&lab.package(&lab.ci)).unwrap();
    let app = lab.shop.apps().find("qr").unwrap();
    let forms = app.forms().unwrap();
    let form = forms.find(&purpose(ENGINE, "here-linux")).unwrap();
    let refused = form.trusted(&app.digest, &BuildHosts::default());
    assert!(matches!(refused, Err(InstallError::UnknownBuildHost { .. })), "{refused:?}");
}

#[test]
fn compiling_again_replaces_the_form_and_clears_those_of_an_earlier_component() {
    let lab = Lab::new();
    let package = lab.package(&lab.ci);
    compile(&package, purpose(ENGINE, "there-linux"), &lab.ci);
    fs::write(package.join("app.wasm"), "component 2 more").unwrap();
    caisson_packages::sign(&package, &lab.shop.acme).unwrap();
    compile(&package, purpose(ENGINE, "here-linux"), &lab.ci);
    lab.install(&package).unwrap();
    assert_eq!(lab.shop.state(), "version 2 trial 0");
    assert_eq!(fs::read_dir(&package).unwrap().count(), 5, "package and one form");
}

#[test]
fn a_publishers_key_compiles_nothing_and_a_build_hosts_key_signs_no_package() {
    let lab = Lab::new();
    let text = |error: caisson_packages::SignError| {
        error.to_string().replace(&lab.shop.path("").display().to_string(), "HERE/")
    };
    assert_eq!(
        text(BuildHostKey::read(&lab.shop.path("acme.key")).unwrap_err()),
        "HERE/acme.key: not a build host's key; name the file that keygen wrote"
    );
    assert_eq!(
        text(PublisherKey::read(&lab.shop.path("ci.key")).unwrap_err()),
        "HERE/ci.key: not a publisher's key; name the file that keygen wrote"
    );
}

#[test]
fn a_purpose_that_leads_out_of_the_folder_is_refused() {
    let lab = Lab::new();
    let package = Package::read(&lab.shop.signed(1, "component 1")).unwrap();
    let out = add_form(&package, purpose("../engine", "here"), b"code", &lab.ci).unwrap_err();
    assert!(out.to_string().contains("signed for ../engine on here"), "{out}");
    assert_eq!(fs::read_dir(lab.shop.path("package")).unwrap().count(), 3);
}
