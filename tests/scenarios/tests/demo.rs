//! The demo, in real time over TCP and TLS.
#![cfg(test)] // tells clippy that the helpers, too, are tests

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
    let faults = faults.iter().map(|line| line.parse().unwrap()).collect();
    let (ready, listening) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let told = |_| ready.send(()).unwrap();
        let any = "127.0.0.1:0".parse().unwrap();
        acquirer.serve(any, faults, told, std::future::pending()).await.unwrap();
    });
    listening.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_payments_are_approved_printed_and_the_same_in_the_acquirers_books() {
    for (language, title) in [
        (Language::En, "Caisson demo: two QR payments"),
        (Language::Zh, "Caisson 演示：两笔扫码收款"),
    ] {
        let (_home, options) = provisioned(language).await;
        serve(&options.acquirer, &[]).await;
        let report = demo(&options).await.unwrap();
        let screen = report.to_string();
        assert!(screen.starts_with(title), "{screen}");
        assert!(screen.contains("20.50 CNY"), "{screen}");
        for paid in &report.paid {
            assert!(screen.contains(paid.order.as_str()), "{screen}");
            assert!(screen.contains(paid.receipt.to_str().unwrap()), "{screen}");
            let text = std::fs::read_to_string(paid.receipt.with_extension("txt")).unwrap();
            assert!(text.contains(&paid.amount.to_string()), "{text}");
            assert!(std::fs::metadata(&paid.receipt).unwrap().len() > 0);
        }
        // Once more on the same books: other codes, other orders.
        assert_ne!(demo(&options).await.unwrap().paid[0].order, report.paid[0].order);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_is_not_approved_says_why_and_what_next() {
    let (_home, options) = provisioned(Language::En).await;
    serve(&options.acquirer, &["refuses connections, always"]).await;
    let error = demo(&options).await.unwrap_err();
    assert!(matches!(error, DemoError::NotApproved { .. }), "{error}");
    assert_eq!(
        error.to_string(),
        "cashier keys 12.00, picks pay: was not approved; the screen says: declined 12.00: No \
         network: nothing was sent. Check cable or signal and try again, or take cash.; start the \
         acquirer anew without faults, then the demo again"
    );
}
