//! Which package takes whose place.

use crate::shop::{Shop, check};
use caisson_packages::{InstallError, Package, Publisher, Publishers, Tier, sign};

const OLDER: &str = "HERE/package/caisson.toml: qr has version-code 1, and 2 has proved itself \
                     here; an older version is never installed";
const SAME: &str = "HERE/package/caisson.toml: qr with version-code 2 has proved itself here with \
                    another content; raise version-code";

#[test]
fn the_same_package_again_is_nothing_to_do() {
    check("install 1 | install 1", "already there; version 1 trial 0");
    check("install 1 | confirm | install 1", "already there; version 1 confirmed");
    check("dev 1 | dev 1", "already there; version 1 trial 0, unsigned");
}

#[test]
fn a_version_below_one_that_proved_itself_is_never_installed() {
    check("install 2 | confirm | install 1", &format!("{OLDER}; version 2 confirmed"));
    check("install 2 | confirm | remove | install 1", &format!("{OLDER}; nothing"));
    check("install 2 | confirm | install 3 | install 1", &format!("{OLDER}; version 3 trial 0"));
    check("install 2 | install 1", "version 1 trial 0");
}

#[test]
fn a_version_that_proved_itself_has_one_content() {
    check("install 2 | confirm | install 2 other", &format!("{SAME}; version 2 confirmed"));
    check("install 2 | confirm | remove | install 2 other", &format!("{SAME}; nothing"));
    check("install 2 | confirm | remove | install 2", "version 2 trial 0");
    check("install 2 | install 2 other", "version 2 trial 0");
}

#[test]
fn what_nobody_signed_neither_raises_the_floor_nor_is_held_by_it() {
    check("dev 2 | confirm | dev 1", "version 1 trial 0, unsigned");
    check("dev 2 | confirm | dev 2 other", "version 2 trial 0, unsigned");
    check("dev 9 | confirm | install 2", "version 2 trial 0");
    check("install 2 | confirm | dev 1 | confirm", "version 1 confirmed, unsigned");
    check(
        "install 2 | confirm | dev 1 | confirm | install 1",
        &format!("{OLDER}; version 1 confirmed, unsigned"),
    );
}

#[test]
fn an_unsigned_app_becomes_a_signed_one_with_the_same_content() {
    check("dev 1 | confirm | install 1", "version 1 trial 0");
}

#[test]
fn a_version_on_trial_gives_way_to_a_newer_one_and_never_the_one_that_proved_itself() {
    check("install 1 | confirm | install 2 | install 3", "version 3 trial 0");
    check(
        "install 1 | confirm | install 2 | install 3 | fail",
        "gave way; version 1 confirmed, 3 gave way: it trapped",
    );
}

#[test]
fn a_damaged_version_is_told_and_mended_by_the_same_package() {
    let altered = |slot: &str| {
        format!(
            "HERE/apps/qr/{slot}/app.wasm: its SHA-256 is not the one recorded at the install; \
             install the app again"
        )
    };
    check("install 1 | damage 1", &format!("version 1 trial 0, {}", altered("a")));
    check("install 1 | confirm | damage 1 | install 1 | fail", "version 1 confirmed");
    check("install 1 | damage 1 | install 2 | fail", "version 2 trial 0");
}

#[test]
fn a_removed_app_is_gone_with_its_files() {
    check("install 1 | remove", "nothing");
    check("install 1 | remove | remove", "HERE/apps: no app \"qr\" is installed; nothing");
    let shop = Shop::new();
    shop.install(&shop.signed(1, "component 1"), false).unwrap();
    shop.apps().remove("qr").unwrap();
    assert!(!shop.path("apps/qr").exists());
}

#[test]
fn an_app_never_changes_hands_unseen() {
    let shop = Shop::new();
    shop.install(&shop.signed(1, "component 1"), false).unwrap();
    let other = |name: &str| {
        let key = shop.stranger.public();
        let publisher = Publisher { name: name.to_owned(), key, tier: Tier::Merchant };
        let package = shop.package(2, "component 2");
        sign(&package, &shop.stranger).unwrap();
        let publishers = Publishers::new([publisher]).unwrap();
        let approved = Package::read(&package).unwrap().approve(&publishers, false).unwrap();
        shop.apps().install(&approved)
    };
    assert_eq!(
        shop.plain(&other("bank").unwrap_err()),
        "HERE/package/caisson.toml: qr is installed from the publisher acme, and this package is \
         from bank; remove the app first if it shall change hands"
    );
    assert_eq!(shop.state(), "version 1 trial 0");
    // A publisher's new key under their name is still theirs.
    other("acme").unwrap();
    assert_eq!(shop.state(), "version 2 trial 0");
    shop.apps().remove("qr").unwrap();
    other("bank").unwrap();
    assert_eq!(shop.state(), "version 2 trial 0");
}

#[test]
fn who_signed_an_app_is_known_with_their_tier() {
    let shop = Shop::new();
    let done = shop.install(&shop.signed(1, "component 1"), false).unwrap();
    let publisher = done.app().publisher.as_ref().unwrap();
    let expected = ("acme", shop.acme.public(), Tier::System);
    assert_eq!((publisher.name.as_str(), publisher.key, publisher.tier), expected);
}

#[test]
fn a_registry_that_is_not_one_is_told_with_the_remedy() {
    let shop = Shop::new();
    shop.install(&shop.signed(1, "component 1"), false).unwrap();
    std::fs::write(shop.path("apps/apps.db"), [b'x'; 4096]).unwrap();
    let error = shop.apps().list().unwrap_err();
    assert!(matches!(error, InstallError::Damaged { .. }), "{error}");
    let again = shop.install(&shop.signed(2, "component 2"), false).unwrap_err();
    assert!(matches!(again, InstallError::Damaged { .. }), "{again}");
}

#[test]
fn what_lies_in_the_folder_without_an_install_is_not_listed() {
    let shop = Shop::new();
    let package = shop.signed(1, "component 1");
    for slot in ["a", "b"] {
        let folder = shop.path(&format!("apps/qr/{slot}"));
        std::fs::create_dir_all(&folder).unwrap();
        for file in ["caisson.toml", "app.wasm", "caisson.sig"] {
            std::fs::copy(package.join(file), folder.join(file)).unwrap();
        }
    }
    assert_eq!(shop.state(), "nothing");
    std::fs::write(shop.path("apps/apps.db"), "").unwrap();
    std::fs::write(shop.path("apps/qr/left-over"), "").unwrap();
    std::fs::write(shop.path("apps/qr/a/left-over"), "").unwrap();
    assert_eq!(shop.state(), "nothing");
    shop.install(&package, false).unwrap();
    assert_eq!(shop.state(), "version 1 trial 0");
    let count = |folder: &str| std::fs::read_dir(shop.path(folder)).unwrap().count();
    assert_eq!((count("apps/qr"), count("apps/qr/a")), (1, 3), "the install clears it away");
}
