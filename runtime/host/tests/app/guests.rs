//! The guests of `tests/guests`, built once for all tests and loaded into one engine.

use crate::fake::{Fake, yuan};
use caisson_core::permission::Permission;
use caisson_host::{
    App, AppImage, CallReport, ComponentCache, HostEngine, IntentData, LoadError,
    MACHINE_CODE_SLOT, Outcome, TicketData,
};
use caisson_vault::{NewSlot, SealedFile};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tempfile::TempDir;

/// The component with all guests. It is built beside the tests, so that `cargo test` alone works:
/// cargo has given its build lock back when tests run, and builds nothing twice.
pub(crate) fn wasm() -> &'static [u8] {
    static WASM: OnceLock<Vec<u8>> = OnceLock::new();
    WASM.get_or_init(|| {
        let exe = std::env::current_exe().unwrap();
        let target = exe
            .ancestors()
            .find(|folder| folder.join("CACHEDIR.TAG").exists())
            .expect("tests run from below cargo's target folder");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let done = Command::new(cargo)
            .args(["build", "--quiet", "--package", "caisson-guests", "--lib"])
            .args(["--target", "wasm32-wasip2", "--profile", "app", "--target-dir"])
            .arg(target)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .unwrap();
        assert!(done.success(), "the guests do not build; is the target wasm32-wasip2 installed?");
        std::fs::read(target.join("wasm32-wasip2/app/caisson_guests.wasm")).unwrap()
    })
}

/// One engine and one cache for all tests that need none of their own.
pub(crate) fn engine() -> &'static Arc<HostEngine> {
    static ENGINE: OnceLock<Arc<HostEngine>> = OnceLock::new();
    ENGINE.get_or_init(|| Arc::new(HostEngine::start().unwrap()))
}

fn cache() -> &'static ComponentCache {
    static FOLDER: OnceLock<(TempDir, ComponentCache)> = OnceLock::new();
    let (_, cache) = FOLDER.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let cache = cache_in(folder.path());
        (folder, cache)
    });
    cache
}

/// A cache in `folder`, with a vault of its own.
pub(crate) fn cache_in(folder: &Path) -> ComponentCache {
    let slots = [NewSlot::seal(MACHINE_CODE_SLOT.parse().unwrap())];
    let keys = SealedFile::provision(&folder.join("vault"), &folder.join("kek"), &slots);
    ComponentCache::open(&folder.join("cache"), Arc::new(keys.unwrap())).unwrap()
}

pub(crate) fn permissions(names: &str) -> BTreeSet<Permission> {
    names.split_whitespace().map(|name| name.parse().unwrap()).collect()
}

/// What the guests need.
pub(crate) const NEEDED: &str = "payment ui camera printer network storage nfc";

pub(crate) fn load_with(wasm: &[u8], asked: &str, policy: &str) -> Result<App, LoadError> {
    let (asked, policy) = (permissions(asked), permissions(policy));
    let image = AppImage { id: "guest", wasm, asked: &asked, policy: &policy };
    App::load(engine(), cache(), image)
}

pub(crate) fn load(wasm: &[u8]) -> Result<App, LoadError> {
    load_with(wasm, NEEDED, NEEDED)
}

/// The guests, loaded once.
pub(crate) fn app() -> &'static App {
    static APP: OnceLock<App> = OnceLock::new();
    APP.get_or_init(|| load(wasm()).unwrap())
}

/// A component on an engine that no other test uses.
pub(crate) fn app_of_its_own(wasm: &[u8]) -> (Arc<App>, Arc<HostEngine>) {
    let engine = Arc::new(HostEngine::start().unwrap());
    let folder = TempDir::new().unwrap();
    let cache = cache_in(folder.path());
    let all = permissions(NEEDED);
    let image = AppImage { id: "guest", wasm, asked: &all, policy: &all };
    (Arc::new(App::load(&engine, &cache, image).unwrap()), engine)
}

pub(crate) fn intent(service: &str) -> IntentData {
    let settings = BTreeMap::from([("greeting".to_owned(), "你好".to_owned())]);
    IntentData {
        service: service.to_owned(),
        amount: yuan(1_200),
        settings: Arc::new(settings),
        original: Vec::new(),
    }
}

pub(crate) fn ticket(service: &str) -> TicketData {
    TicketData {
        intent: intent(service),
        recovery: b"noted".to_vec(),
        age: Duration::from_millis(15_001),
        closed: true,
    }
}

/// What came back, in one line.
pub(crate) fn told(report: &CallReport<Outcome>) -> String {
    match &report.result {
        Ok(Outcome::Approved { amount, facts }) => {
            let facts: Vec<String> =
                facts.iter().map(|fact| format!("{}: {}", fact.name, fact.value)).collect();
            format!(
                "approved {} {} [{}]",
                amount.minor(),
                amount.currency().code(),
                facts.join(", ")
            )
        }
        Ok(other) => format!("{other:?}"),
        Err(fault) => fault.to_string(),
    }
}

pub(crate) async fn start(app: &App, behaviour: &str) -> CallReport<Outcome> {
    app.start(Fake::new(), intent(behaviour)).await
}
