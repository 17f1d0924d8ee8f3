//! The demo, in real time over TCP and TLS.
#![cfg(test)] // tells clippy that the helpers, too, are tests

use caisson_acquirer::Gateway;
use caisson_acquirer::bank::Bank;
use caisson_core::Language;
use caisson_scenarios::{AcquirerAt, AcquirerFolder, DemoError, DemoOptions, Setup, World, demo};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn apps() -> PathBuf {
    let executable = std::env::current_exe().unwrap();
    let built = || executable.ancestors().nth(3).unwrap().join("apps");
    std::env::var_os("CAISSON_APPS").map_or_else(built, PathBuf::from)
}

/// A terminal and an acquirer that know each other.
async fn provisioned(language: Language) -> (TempDir, DemoOptions) {
    let home = tempfile::tempdir().unwrap();
    let (acquirer, folder) = (home.path().join("acquirer"), home.path().join("till"));
    AcquirerFolder::create(&acquirer).unwrap();
    let setup = Setup {
        folder: folder.clone(),
        apps: apps(),
        app: "qr".to_owned(),
        language,
        settings: BTreeMap::new(),
        risk: Vec::new(),
        acquirer: AcquirerAt::Folder(acquirer.clone()),
    };
    drop(World::open(&setup).await.unwrap());
    (home, DemoOptions { acquirer, folder, apps: apps(), language })
}

/// Serves the acquirer's folder until the test ends; ready when this returns.
async fn serve(folder: &Path, faults: &[&str]) {
    let acquirer = AcquirerFolder::open(folder).unwrap();
    let (gateway, bank) = (acquirer.gateway(None).unwrap(), acquirer.bank(None).unwrap());
    faults.iter().for_each(|line| gateway.faults().push(line.parse().unwrap()));
    serve_both(gateway, bank, acquirer).await;
}

async fn serve_both(gateway: Gateway, bank: Bank, acquirer: AcquirerFolder) {
    let (ready, listening) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let told = |_| ready.send(()).unwrap();
        let any = "127.0.0.1:0".parse().unwrap();
        let both = (gateway, bank);
        acquirer.serve_both(both, any, told, std::future::pending()).await.unwrap();
    });
    listening.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_payment_ends_as_it_must_and_is_the_same_in_the_books_of_acquirer_and_bank() {
    for (language, title) in [
        (Language::En, "Caisson demo: two codes, three cards, one settlement"),
        (Language::Zh, "Caisson 演示：两笔扫码、三笔刷卡、一次批结算"),
    ] {
        let (_home, options) = provisioned(language).await;
        serve(&options.acquirer, &[]).await;
        let report = demo(&options).await.unwrap();
        let screen = report.to_string();
        assert!(screen.starts_with(title), "{screen}");
        for sum in ["49.29 CNY", "7.79 CNY", "000001", "(2) 21.00 CNY"] {
            assert!(screen.contains(sum), "{sum}: {screen}");
        }
        let kept: Vec<_> = report.taken.iter().map(|taken| (taken.shown, taken.kept)).collect();
        assert_eq!(kept, [(1_200, 1_200), (850, 850), (1_500, 1_500), (600, 600), (0, 0)]);
        for taken in &report.taken {
            assert!(screen.contains(taken.order.as_str()), "{screen}");
            let Some(receipt) = &taken.receipt else { continue };
            assert!(screen.contains(receipt.to_str().unwrap()), "{screen}");
            let text = std::fs::read_to_string(receipt.with_extension("txt")).unwrap();
            assert!(text.contains(&taken.asked.to_string()), "{text}");
            assert!(std::fs::metadata(receipt).unwrap().len() > 0);
        }
        assert_eq!(report.taken.iter().filter(|taken| taken.receipt.is_none()).count(), 1);
        // Once more on the same books: other codes, other orders, the next batch.
        let again = demo(&options).await.unwrap();
        assert_ne!(again.taken[0].order, report.taken[0].order);
        assert_eq!(again.settled.batch, report.settled.batch + 1);
        assert_eq!(again.settled.totals, report.settled.totals);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_is_not_approved_says_why_and_what_next() {
    let (_home, options) = provisioned(Language::En).await;
    serve(&options.acquirer, &["refuses connections, always"]).await;
    let error = demo(&options).await.unwrap_err();
    assert!(matches!(error, DemoError::EndedOtherwise { .. }), "{error}");
    assert_eq!(
        error.to_string(),
        "cashier keys 12.00, picks pay: was not approved; the screen says: declined 12.00: No \
         network: nothing was sent. Check cable or signal and try again, or take cash.; start the \
         acquirer anew without faults, then the demo again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_does_not_sign_the_terminal_on_is_told() {
    let (_home, options) = provisioned(Language::En).await;
    let acquirer = AcquirerFolder::open(&options.acquirer).unwrap();
    let bank = acquirer.bank(None).unwrap();
    bank.faults().push("drops the connection on sign-on, always".parse().unwrap());
    serve_both(acquirer.gateway(None).unwrap(), bank, acquirer).await;
    let error = demo(&options).await.unwrap_err();
    assert!(matches!(error, DemoError::NotServed { .. }), "{error}");
    let text = error.to_string();
    assert!(text.starts_with("cashier picks sign-on: was not done; the screen says: Sign on: "));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_without_the_card_app_says_what_builds_it() {
    let (home, options) = provisioned(Language::En).await;
    let apps = home.path().join("apps");
    std::fs::create_dir(&apps).unwrap();
    std::os::unix::fs::symlink(options.apps.join("qr"), apps.join("qr")).unwrap();
    let error = demo(&DemoOptions { apps: apps.clone(), ..options }).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{}: holds no app `card`; `cargo xtask demo` builds it", apps.display())
    );
}
