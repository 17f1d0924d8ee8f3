//! What every storage must keep, asked of both twins.

#![allow(clippy::unwrap_used)] // A test may stop at once.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use caisson_core::permission::{self, Grants, Permission, Permit};
use caisson_devices::emulated::storage::{EmulatedStorage, Fault};
use caisson_devices::storage::{
    APP_BYTES_MAX, KEYS_MAX, Storage, StorageError, StorageKey, VALUE_BYTES_MAX,
};
use tempfile::{TempDir, tempdir};

/// A storage that can be opened anew on the same folder.
struct Bench {
    folder: TempDir,
    open: fn(&Path) -> Box<dyn Storage>,
}

impl Bench {
    fn new(open: fn(&Path) -> Box<dyn Storage>) -> Self {
        Self { folder: tempdir().unwrap(), open }
    }

    fn storage(&self) -> Box<dyn Storage> {
        (self.open)(self.folder.path())
    }
}

fn permit(app: &str) -> Permit<permission::Storage> {
    let all: BTreeSet<_> = Permission::ALL.into_iter().collect();
    Grants::for_app(app, &all, &all).permit().unwrap()
}

fn key(text: &str) -> StorageKey {
    text.parse().unwrap()
}

async fn a_value_is_found_again_after_a_restart(bench: Bench) {
    let qr = permit("qr");
    bench.storage().set(&qr, &key("last-order"), b"17").await.unwrap();
    bench.storage().set(&qr, &key("last-order"), b"18").await.unwrap();
    let found = bench.storage().get(&qr, &key("last-order")).await.unwrap();
    assert_eq!(found.as_deref(), Some(b"18".as_slice()));
    assert_eq!(bench.storage().get(&qr, &key("other")).await, Ok(None));
}

async fn apps_never_see_each_others_values(bench: Bench) {
    let (storage, qr, card) = (bench.storage(), permit("qr"), permit("card"));
    storage.set(&qr, &key("a"), b"1").await.unwrap();
    assert_eq!(storage.get(&card, &key("a")).await, Ok(None));
    assert_eq!(storage.keys(&card).await, Ok(vec![]));
    assert_eq!(storage.delete(&card, &key("a")).await, Ok(false));
    assert_eq!(storage.keys(&qr).await, Ok(vec![key("a")]));
}

async fn keys_are_listed_in_order_and_a_deleted_one_is_gone(bench: Bench) {
    let (storage, qr) = (bench.storage(), permit("qr"));
    for name in ["b", "a", "..", "c.1_x-y"] {
        storage.set(&qr, &key(name), name.as_bytes()).await.unwrap();
    }
    assert_eq!(storage.keys(&qr).await.unwrap(), ["..", "a", "b", "c.1_x-y"].map(key));
    assert_eq!(storage.delete(&qr, &key("a")).await, Ok(true));
    assert_eq!(storage.delete(&qr, &key("a")).await, Ok(false));
    assert_eq!(storage.keys(&qr).await.unwrap(), ["..", "b", "c.1_x-y"].map(key));
}

async fn a_value_at_its_limit_is_kept_and_one_over_it_refused(bench: Bench) {
    let (storage, qr) = (bench.storage(), permit("qr"));
    let most = vec![7; VALUE_BYTES_MAX];
    storage.set(&qr, &key("a"), &most).await.unwrap();
    let over = vec![7; VALUE_BYTES_MAX + 1];
    let refused = StorageError::TooLarge { bytes: VALUE_BYTES_MAX + 1 };
    assert_eq!(storage.set(&qr, &key("a"), &over).await, Err(refused));
    assert_eq!(storage.get(&qr, &key("a")).await, Ok(Some(most)));
    storage.set(&qr, &key("empty"), b"").await.unwrap();
    assert_eq!(storage.get(&qr, &key("empty")).await, Ok(Some(vec![])));
}

async fn a_key_over_the_count_is_refused_and_a_known_one_still_changes(bench: Bench) {
    let (storage, qr) = (bench.storage(), permit("qr"));
    for number in 0..KEYS_MAX {
        storage.set(&qr, &key(&format!("k{number}")), b"1").await.unwrap();
    }
    assert_eq!(storage.set(&qr, &key("more"), b"1").await, Err(StorageError::TooManyKeys));
    storage.set(&qr, &key("k0"), b"2").await.unwrap();
    storage.delete(&qr, &key("k1")).await.unwrap();
    storage.set(&qr, &key("more"), b"1").await.unwrap();
    storage.set(&permit("card"), &key("a"), b"1").await.unwrap();
}

async fn an_app_over_its_quota_is_refused_and_keeps_what_it_had(bench: Bench) {
    let (storage, qr) = (bench.storage(), permit("qr"));
    let value = vec![7; VALUE_BYTES_MAX];
    for number in 0..APP_BYTES_MAX / VALUE_BYTES_MAX {
        storage.set(&qr, &key(&format!("k{number}")), &value).await.unwrap();
    }
    let over = StorageError::OverQuota { bytes: APP_BYTES_MAX + 1 };
    assert_eq!(storage.set(&qr, &key("more"), b"1").await, Err(over));
    assert_eq!(storage.get(&qr, &key("more")).await, Ok(None));
    // A smaller value in place of a larger one makes room.
    storage.set(&qr, &key("k0"), b"small").await.unwrap();
    storage.set(&qr, &key("more"), b"1").await.unwrap();
}

async fn a_holder_that_could_name_another_folder_is_refused(bench: Bench) {
    for holder in ["", "a/b", "../qr", "Qr", "支付"] {
        let refused = StorageError::BadHolder { holder: holder.to_owned() };
        assert_eq!(bench.storage().keys(&permit(holder)).await, Err(refused));
    }
    bench.storage().set(&permit(".."), &key("a"), b"1").await.unwrap();
    let names: Vec<_> = fs::read_dir(bench.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names, ["app..."]);
}

async fn what_a_power_cut_left_half_written_is_passed_over(bench: Bench) {
    let (storage, qr) = (bench.storage(), permit("qr"));
    storage.set(&qr, &key("a"), b"1").await.unwrap();
    fs::write(bench.folder.path().join("app.qr/t.value"), vec![0; 300_000]).unwrap();
    assert_eq!(storage.keys(&qr).await, Ok(vec![key("a")]));
    storage.set(&qr, &key("b"), b"2").await.unwrap();
    assert_eq!(storage.get(&qr, &key("b")).await, Ok(Some(b"2".to_vec())));
    assert!(!bench.folder.path().join("app.qr/t.value").exists());
}

async fn a_disk_that_fails_is_named_with_its_folder(bench: Bench) {
    let storage = bench.storage();
    // A file where the app's folder should be stands for a damaged disk.
    fs::write(bench.folder.path().join("app.qr"), b"").unwrap();
    let folder = bench.folder.path().display();
    assert_eq!(
        storage.keys(&permit("qr")).await.unwrap_err().to_string(),
        format!("values in {folder} cannot be read or written: Not a directory (os error 20)")
    );
    assert!(storage.set(&permit("qr"), &key("a"), b"1").await.is_err());
}

/// Each promise for each twin.
macro_rules! contract {
    ($($promise:ident,)*) => {
        mod emulated {
            $(#[tokio::test] async fn $promise() {
                let open: fn(&std::path::Path) -> Box<dyn super::Storage> =
                    |folder| Box::new(super::EmulatedStorage::open(folder).unwrap());
                super::$promise(super::Bench::new(open)).await;
            })*
        }
        #[cfg(target_os = "linux")]
        mod linux {
            use caisson_devices::linux::storage::LinuxStorage;
            $(#[tokio::test] async fn $promise() {
                let open: fn(&std::path::Path) -> Box<dyn super::Storage> =
                    |folder| Box::new(LinuxStorage::open(folder).unwrap());
                super::$promise(super::Bench::new(open)).await;
            })*
        }
    };
}

contract! {
    a_value_is_found_again_after_a_restart,
    apps_never_see_each_others_values,
    keys_are_listed_in_order_and_a_deleted_one_is_gone,
    a_value_at_its_limit_is_kept_and_one_over_it_refused,
    a_key_over_the_count_is_refused_and_a_known_one_still_changes,
    an_app_over_its_quota_is_refused_and_keeps_what_it_had,
    a_holder_that_could_name_another_folder_is_refused,
    what_a_power_cut_left_half_written_is_passed_over,
    a_disk_that_fails_is_named_with_its_folder,
}

#[tokio::test]
async fn a_full_disk_refuses_new_values_and_gives_the_old_ones() {
    let folder = tempdir().unwrap();
    let (storage, qr) = (EmulatedStorage::open(folder.path()).unwrap(), permit("qr"));
    storage.set(&qr, &key("a"), b"1").await.unwrap();
    storage.set_fault(Some(Fault::Full));
    let full = StorageError::Full { folder: folder.path().to_owned() };
    assert_eq!(storage.set(&qr, &key("a"), b"2").await, Err(full));
    assert_eq!(storage.get(&qr, &key("a")).await, Ok(Some(b"1".to_vec())));
    storage.set_fault(Some(Fault::Failing));
    assert!(matches!(storage.get(&qr, &key("a")).await, Err(StorageError::Failed { .. })));
    storage.set_fault(None);
    storage.set(&qr, &key("a"), b"2").await.unwrap();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_real_full_disk_is_told_apart_from_a_broken_one() {
    let folder = tempdir().unwrap();
    let storage = caisson_devices::linux::storage::LinuxStorage::open(folder.path()).unwrap();
    let app = folder.path().join("app.qr");
    fs::create_dir(&app).unwrap();
    // Every write to this device fails as on a full disk.
    std::os::unix::fs::symlink("/dev/full", app.join("t.value")).unwrap();
    let full = StorageError::Full { folder: folder.path().to_owned() };
    assert_eq!(storage.set(&permit("qr"), &key("a"), b"1").await, Err(full));
    storage.set(&permit("qr"), &key("a"), b"1").await.unwrap();
}

#[test]
fn a_key_is_of_the_characters_that_are_named_and_no_others() {
    for (text, valid) in [("a", true), ("", false), ("A", false), ("a/b", false), ("键", false)] {
        assert_eq!(text.parse::<StorageKey>().is_ok(), valid, "{text}");
    }
    assert!("k".repeat(64).parse::<StorageKey>().is_ok());
    assert!("k".repeat(65).parse::<StorageKey>().is_err());
}
