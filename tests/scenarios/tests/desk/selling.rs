//! Money in and out through the desk.

use crate::shop::play;
use caisson_core::desk::{Act, Page, Settings, Theme, Volume};
use caisson_core::payment::State;
use caisson_core::view::View;
use caisson_core::{Language, Reason};
use caisson_devices::emulated::paper_roll::Fault;
use caisson_devices::screen::{Key, Place, ReceiptWish};
use std::time::Duration;
use tokio::time::sleep;

#[test]
fn a_sale_goes_from_the_keypad_over_the_ways_to_pay_to_paper_and_back() {
    play(&[], async |shop| {
        shop.keypad().await;
        shop.press(Key::Amount(1_200));
        shop.line("How does the customer pay?: Scan customer's code | Show a code to scan").await;
        shop.press(Key::Cancel);
        shop.sell(1_200, "approved 12.00").await;
        shop.press(Key::Receipt(ReceiptWish::Paper));
        shop.keypad().await;
        assert_eq!(shop.events(0).await, "created, authorising, approved, printed, completed");
        assert_eq!(shop.roll.sheets().len(), 1);
    });
}

#[test]
fn the_customer_chooses_no_receipt_or_a_code_and_silence_prints() {
    play(&[], async |shop| {
        shop.sell(500, "approved 5.00").await;
        shop.press(Key::Receipt(ReceiptWish::Nothing));
        shop.keypad().await;
        shop.sell(600, "approved 6.00").await;
        shop.press(Key::Receipt(ReceiptWish::Code));
        let text = shop.page("the receipt", |page| match page {
            Page::ReceiptCode { text } => Some(text.clone()),
            _ => None,
        });
        let text = text.await;
        assert!(text.starts_with("Morning Light Coffee\nSALE - APPROVED\n"), "{text}");
        let key = shop.rows().await[1].key.clone();
        assert!(text.contains(key.as_str()) && text.contains("6.00"), "{text}");
        shop.press(Key::Ok);
        shop.keypad().await;
        for number in [0, 1] {
            let events = shop.events(number).await;
            assert_eq!(events, "created, authorising, approved, completed");
        }
        assert!(shop.roll.sheets().is_empty());
        shop.sell(700, "approved 7.00").await;
        // Nobody says anything for 20 seconds.
        shop.keypad().await;
        assert_eq!(shop.events(2).await, "created, authorising, approved, printed, completed");
        assert_eq!(shop.roll.sheets().len(), 1);
    });
}

#[test]
fn a_receipt_that_does_not_come_out_is_told_and_the_payment_stands() {
    play(&[], async |shop| {
        shop.roll.fail(Fault::PaperOut);
        shop.sell(500, "approved 5.00").await;
        shop.press(Key::Receipt(ReceiptWish::Paper));
        shop.see("the notice", |showing| match showing.view {
            View::Notice { reason: Reason::PaperOut } => Some(()),
            _ => None,
        })
        .await;
        shop.press(Key::Ok);
        shop.keypad().await;
        shop.roll.restore();
        let details = shop.newest().await;
        assert_eq!(details.row.state, State::Completed);
        shop.press(Key::Do(Act::Reprint, details.row.key));
        shop.line("Done").await;
        assert_eq!(shop.roll.sheets().len(), 1);
    });
}

#[test]
fn a_power_cut_while_the_receipt_is_asked_for_prints_it_at_the_next_start() {
    play(&[], async |shop| {
        shop.sell(500, "approved 5.00").await;
        let shop = shop.restart(&[]).await;
        shop.terminal.settled().await;
        shop.keypad().await;
        assert_eq!(shop.events(0).await, "created, authorising, approved, printed, completed");
        assert_eq!(shop.roll.sheets().len(), 1);
    });
}

#[test]
fn a_part_of_a_sale_goes_back_and_then_the_rest_as_a_void_of_the_same_day() {
    play(&[], async |shop| {
        shop.sold(1_200, "approved 12.00").await;
        let details = shop.newest().await;
        assert_eq!(details.acts, [Act::Reprint, Act::Refund, Act::Void]);
        let key = details.row.key;
        shop.press(Key::Do(Act::Refund, key.clone()));
        shop.page("how much", |page| match page {
            Page::RefundAmount { left, .. } => (left.minor() == 1_200).then_some(()),
            _ => None,
        })
        .await;
        shop.press(Key::Amount(500));
        shop.line("refunded 5.00").await;
        shop.press(Key::Receipt(ReceiptWish::Nothing));
        shop.keypad().await;
        shop.at(Place::History, |page| match page {
            Page::History { rows, .. } => (rows.len() == 2).then_some(()),
            _ => None,
        })
        .await;
        shop.press(Key::Row(1));
        let part = shop.page("the sale", |page| match page {
            Page::Details(details) => details.refunded,
            _ => None,
        });
        assert_eq!(part.await.minor(), 500);
        shop.press(Key::Do(Act::Void, key));
        shop.page("really?", |page| match page {
            Page::VoidConfirm { left, .. } => (left.minor() == 700).then_some(()),
            _ => None,
        })
        .await;
        shop.press(Key::Yes);
        shop.line("refunded 7.00").await;
        shop.press(Key::Receipt(ReceiptWish::Nothing));
        shop.keypad().await;
        let rows = shop.rows().await;
        assert_eq!(rows[2].original.as_ref(), Some(&rows[0].key));
    });
}

#[test]
fn after_the_shops_day_there_is_only_the_refund() {
    play(&[], async |shop| {
        shop.sold(1_200, "approved 12.00").await;
        // It is ten in the morning; until midnight nobody comes.
        sleep(Duration::from_secs(14 * 3_600)).await;
        assert_eq!(shop.newest().await.acts, [Act::Reprint, Act::Refund]);
    });
}

#[test]
fn the_language_is_switched_live_on_screen_paper_and_in_the_app_and_stays_after_a_restart() {
    let chinese = Settings { language: Language::Zh, theme: Theme::Dark, volume: Volume::Low };
    play(&[], async |shop| {
        shop.keypad().await;
        shop.at(Place::Settings, |page| matches!(page, Page::Settings).then_some(())).await;
        shop.press(Key::Set(chinese));
        shop.line("设置").await;
        assert_eq!(shop.screen.status_bar().borrow().settings, chinese);
        shop.press(Key::Go(Place::Keypad));
        shop.sell(1_200, "收款成功 12.00").await;
        let lines: Vec<_> = shop.screen.shown().iter().map(|showing| showing.line()).collect();
        assert!(lines.contains(&"请顾客出示付款码".to_owned()), "{lines:?}");
        shop.press(Key::Receipt(ReceiptWish::Paper));
        shop.keypad().await;
        assert!(shop.roll.sheets()[0].text.as_ref().unwrap().contains("收款成功"));
        let shop = shop.restart(&[]).await;
        shop.line("请输入金额").await;
    });
}
