//! Looking things up at the desk, and what is not settled.

use crate::shop::{STAFF, Shop, UNKNOWN, play};
use caisson_core::Reason;
use caisson_core::desk::{Act, Page, Problem};
use caisson_core::payment::State;
use caisson_devices::screen::{Key, Place};
use caisson_network::emulated::Link;
use std::time::Duration;
use tokio::time::sleep;

/// The amounts of the history, when it shows what was searched for.
async fn found(shop: &Shop, search: &str) -> Vec<String> {
    shop.press(Key::Search(search.to_owned()));
    shop.page(search, |page| match page {
        Page::History { rows, search: shown, .. } if shown == search => {
            Some(rows.iter().map(|row| row.amount.to_string()).collect())
        }
        _ => None,
    })
    .await
}

#[test]
fn the_history_is_searched_by_amount_key_way_to_pay_and_state() {
    play(&[], async |shop| {
        shop.sold(1_200, "approved 12.00").await;
        let short = "declined 5.11: The balance is too low. Ask for another way to pay, or a \
                     smaller amount.";
        shop.sell(511, short).await;
        shop.press(Key::Ok);
        shop.sold(2_000, "approved 20.00").await;
        let all = |page: &Page| matches!(page, Page::History { .. }).then_some(());
        shop.at(Place::History, all).await;
        assert_eq!(found(&shop, "QR").await, ["20.00", "5.11", "12.00"], "the newest first");
        assert_eq!(found(&shop, "12.00").await, ["12.00"]);
        assert_eq!(found(&shop, "declined").await, ["5.11"]);
        assert_eq!(found(&shop, "nothing").await, [""; 0]);
        let key = shop.rows().await[2].key.to_string();
        // Keys of one run share their end, which is the terminal's number.
        assert_eq!(found(&shop, &key).await, ["20.00"]);
        assert_eq!(found(&shop, "").await.len(), 3);
    });
}

/// A sale whose answer is lost, with the line down before anybody can ask.
async fn unknown(shop: &Shop) {
    let unknown = format!("not certain yet 12.22: {UNKNOWN}");
    let lines = async {
        shop.see("the wallet is asked", |showing| {
            showing.line().starts_with("Taking the payment").then_some(())
        })
        .await;
        sleep(Duration::from_secs(1)).await;
        shop.link.set(Link::Down);
    };
    let ((), ()) = tokio::join!(shop.sell(1_222, &unknown), lines);
}

async fn problem(shop: &Shop, wanted: impl Fn(&Problem) -> bool) -> Problem {
    let problems = |page: &Page| match page {
        Page::Problems { rows, .. } => (rows.len() == 1).then_some(()),
        _ => None,
    };
    shop.at(Place::Problems, problems).await;
    shop.press(Key::Row(0));
    shop.page("the problem", |page| match page {
        Page::Problem(problem) if wanted(problem) => Some(problem.clone()),
        _ => None,
    })
    .await
}

#[test]
fn an_unknown_payment_is_a_problem_until_an_owner_says_what_became_of_it() {
    play(&STAFF, async |shop| {
        shop.sign_in(2).await;
        unknown(&shop).await;
        shop.press(Key::Ok);
        shop.page("one problem", |page| {
            matches!(page, Page::Keypad { problems: 1, .. }).then_some(())
        })
        .await;
        let asking = problem(&shop, |problem| problem.is_asking).await;
        assert_eq!(asking.row.state, State::Unknown);
        // The terminal asks for an hour, then it stands parked, and with it its way to pay.
        sleep(Duration::from_secs(3 * 3_600)).await;
        shop.sign_in(2).await;
        let down = shop.at(Place::Problems, |page| match page {
            Page::Problems { methods, .. } => Some(methods.clone()),
            _ => None,
        });
        let down: Vec<_> = down.await.into_iter().map(|row| row.trouble.unwrap()).collect();
        assert_eq!(down, [Reason::MethodParked; 2]);
        let parked = problem(&shop, |problem| !problem.is_asking).await;
        shop.press(Key::No);
        shop.page("really?", |page| {
            matches!(page, Page::ResolveConfirm { paid: false, .. }).then_some(())
        })
        .await;
        shop.press(Key::Yes);
        shop.line("Done").await;
        shop.press(Key::Ok);
        shop.press(Key::Go(Place::Keypad));
        shop.page("no problem", |page| {
            matches!(page, Page::Keypad { problems: 0, .. }).then_some(())
        })
        .await;
        let row = shop.rows().await.remove(0);
        assert_eq!((row.key, row.state), (parked.row.key, State::Declined));
    });
}

#[test]
fn the_owners_word_waits_for_a_question_that_is_on_its_way() {
    play(&STAFF, async |shop| {
        shop.sign_in(2).await;
        unknown(&shop).await;
        sleep(Duration::from_secs(3 * 3_600)).await;
        let questions = || {
            let exchanges = shop.gateway.books().unwrap().exchanges().unwrap();
            exchanges.iter().filter(|entry| entry.operation == "query").count()
        };
        let before = questions();
        shop.gateway.faults().push("answers query 8 s late, once".parse().unwrap());
        shop.link.set(Link::Up);
        // What is parked is asked about every hour.
        while questions() == before {
            sleep(Duration::from_secs(1)).await;
        }
        shop.sign_in(2).await;
        let parked = problem(&shop, |problem| !problem.is_asking).await;
        shop.press(Key::No);
        shop.page("really?", |page| matches!(page, Page::ResolveConfirm { .. }).then_some(()))
            .await;
        shop.press(Key::Yes);
        shop.line("please wait").await;
        shop.page("no problem", |page| match page {
            Page::Problems { rows, .. } => rows.is_empty().then_some(()),
            _ => None,
        })
        .await;
        let row = shop.rows().await.remove(0);
        assert_eq!((row.key, row.state), (parked.row.key, State::Completed));
    });
}

#[test]
fn a_supervisor_resolves_nothing() {
    play(&STAFF, async |shop| {
        shop.sign_in(1).await;
        unknown(&shop).await;
        sleep(Duration::from_secs(3 * 3_600)).await;
        shop.sign_in(1).await;
        problem(&shop, |problem| !problem.is_asking).await;
        shop.press(Key::Yes);
        shop.line("Not allowed: Resolve, Wang").await;
        assert_eq!(shop.rows().await[0].state, State::Parked);
    });
}

#[test]
fn an_unknown_payment_that_becomes_certain_is_told_while_its_outcome_stands() {
    play(&[], async |shop| {
        shop.keypad().await;
        unknown(&shop).await;
        shop.link.set(Link::Up);
        shop.line("approved 12.22").await;
    });
}

#[test]
fn every_page_has_a_way_back_and_leads_to_the_others() {
    play(&[], async |shop| {
        shop.sold(1_200, "approved 12.00").await;
        for (place, line) in [
            (Place::Menu, "Menu"),
            (Place::History, "History"),
            (Place::Totals, "Day totals"),
            (Place::Problems, "Open problems"),
            (Place::Settings, "Settings"),
            (Place::About, "About"),
        ] {
            shop.press(Key::Go(place));
            shop.line(line).await;
            shop.press(Key::Cancel);
            shop.keypad().await;
        }
        let key = shop.newest().await.row.key;
        for (act, line) in
            [(Act::Refund, "How much goes back?"), (Act::Void, "Give all of it back?")]
        {
            shop.press(Key::Do(act, key.clone()));
            shop.line(line).await;
            shop.press(Key::Cancel);
            shop.line("Payment: approved 12.00").await;
        }
        shop.press(Key::Cancel);
        shop.line("History").await;
        shop.press(Key::Cancel);
        shop.keypad().await;
        // Nobody is in the way of the next sale after a page that was left alone.
        shop.press(Key::Go(Place::Menu));
        shop.line("Menu").await;
        sleep(Duration::from_secs(125)).await;
        shop.keypad().await;
        assert_eq!(shop.rows().await.len(), 1);
    });
}

#[test]
fn the_status_bar_tells_the_shops_time_and_whether_the_line_is_up() {
    play(&[], async |shop| {
        shop.keypad().await;
        let bar = shop.screen.status_bar().borrow().clone();
        assert_eq!((bar.merchant.as_str(), bar.time.as_str()), ("Morning Light Coffee", "10:00"));
        assert!(bar.is_online && bar.is_development);
        shop.link.set(Link::Down);
        sleep(Duration::from_secs(125)).await;
        let bar = shop.screen.status_bar().borrow().clone();
        assert_eq!((bar.time.as_str(), bar.is_online), ("10:02", false));
    });
}
