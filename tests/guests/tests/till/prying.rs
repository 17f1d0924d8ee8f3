//! Apps that look for what is not theirs find nothing, and floods end at their quota.

use crate::till::{GUEST, play, play_prepared};
use caisson_core::view::View;
use std::fs;

/// A sale that goes well; the receipt says what the app found.
#[track_caller]
fn check(behaviour: &str, facts: &str) {
    play_prepared(
        behaviour,
        |folder| {
            let neighbour = folder.join("storage/app.neighbour");
            fs::create_dir_all(&neighbour).unwrap();
            fs::write(neighbour.join("v.secret"), "theirs").unwrap();
        },
        async |till| {
            till.sale("12.00").await;
            till.settle().await;
            assert_eq!(till.facts(0).await, facts, "{}", till.log());
            assert_eq!(till.kept(), [1_200]);
        },
    );
}

#[test]
fn no_host_port_or_path_can_be_named() {
    check(
        "pries-network",
        "host: Code::UnknownOperation, port: Code::UnknownOperation, path: \
         Code::UnknownOperation, money: Code::WrongKind, order: Code::BadRequest",
    );
}

#[test]
fn values_of_another_app_are_neither_read_nor_listed() {
    check("pries-storage", "by name: none, by path: Code::BadKey, by folder: none, all keys: 0");
}

#[test]
fn a_flood_of_values_ends_at_the_quota_and_the_payment_goes_on() {
    check("fills-storage", "done: 16, code: Code::Full, too large: Code::TooLarge");
}

#[test]
fn the_hosts_words_in_an_apps_view_stay_an_apps_view() {
    play("spoofs-the-screen", async |till| {
        till.sale("12.00").await;
        assert_eq!(till.screen(), "declined 12.00");
        let shown = till.screen.shown();
        let spoofed = shown.iter().filter(|showing| showing.line().contains("approved"));
        let mut count = 0;
        for showing in spoofed {
            assert_eq!(showing.app.as_ref().map(|app| app.id.as_str()), Some(GUEST));
            assert!(matches!(showing.view, View::Message { .. } | View::Progress { .. }));
            count += 1;
        }
        assert_eq!(count, 2);
        assert_eq!((till.journal().await.as_str(), till.kept().len()), ("", 0));
    });
}
