//! Two real links, cut at every step of an exchange: the acquirer hears a request once or never,
//! and the terminal says *not sent* only where it was never.

mod kernel;
mod shop;

use crate::gateway::Does;
use caisson_network::links::LinkState;
use shop::{ETH0, Shop, WWAN0, in_a_shop};
use std::io;

const PAID: &str = "Paid 12.00";
const AT: &str = "gateway.wallet.example:443";

fn offline(why: &str) -> String {
    format!("not sent, offline: {why}")
}

fn broke(kind: &str) -> String {
    let before = "broke before the request was sent";
    offline(&format!("the link to {AT} {before}: {kind}; check the network"))
}

#[test]
fn a_sale_goes_once_and_over_the_cable_first() {
    in_a_shop("links::a_sale_goes_once_and_over_the_cable_first", async |shop: Shop| {
        let names: Vec<_> = shop.links.status().into_iter().map(|link| link.name).collect();
        assert_eq!(names, ["eth0", "wwan0"]);
        assert!(shop.links.status().iter().all(|link| link.routed));
        assert_eq!(shop.pays().await, PAID);
        assert_eq!(shop.dialled()[0], "eth0");
        let (eth0, wwan0) = shop.heard();
        assert_eq!(eth0 + wwan0, 1);
    });
}

#[test]
fn with_the_cable_out_the_other_link_carries_the_sale() {
    in_a_shop("links::with_the_cable_out_the_other_link_carries_the_sale", async |shop: Shop| {
        shop.cables.pull(ETH0);
        shop.sees("eth0", LinkState::NoCarrier).await;
        assert_eq!(shop.pays().await, PAID);
        assert_eq!(shop.dialled(), ["wwan0"]);
        assert_eq!(shop.heard(), (0, 1));
        shop.cables.plug(ETH0);
        shop.sees("eth0", LinkState::Up).await;
        assert_eq!(shop.pays().await, PAID);
        assert_eq!(shop.dialled()[0], "eth0");
        let (eth0, wwan0) = shop.heard();
        assert_eq!(eth0 + wwan0, 2);
    });
}

#[test]
fn a_cable_pulled_this_very_moment_costs_no_sale() {
    in_a_shop("links::a_cable_pulled_this_very_moment_costs_no_sale", async |shop: Shop| {
        shop.cables.pull(ETH0);
        assert_eq!(shop.pays().await, PAID);
        assert_eq!(shop.heard(), (0, 1));
    });
}

#[test]
fn an_adapter_that_is_pulled_out_is_no_link_any_more() {
    in_a_shop("links::an_adapter_that_is_pulled_out_is_no_link_any_more", async |shop: Shop| {
        shop.cables.unplug_adapter(ETH0);
        assert_eq!(shop.pays().await, PAID);
        assert_eq!(shop.heard(), (0, 1));
        shop.misses("eth0").await;
        let names: Vec<_> = shop.links.status().into_iter().map(|link| link.name).collect();
        assert_eq!(names, ["wwan0"]);
    });
}

#[test]
fn a_cable_pulled_while_it_connects_is_followed_by_the_other_link() {
    let name = "links::a_cable_pulled_while_it_connects_is_followed_by_the_other_link";
    in_a_shop(name, async |shop: Shop| {
        shop.cables.dead(ETH0, true);
        shop.during_connect(|cables| cables.pull(ETH0));
        assert_eq!(shop.pays().await, PAID);
        assert_eq!(shop.dialled(), ["eth0", "wwan0"]);
        assert_eq!(shop.heard(), (0, 1));
    });
}

#[test]
fn a_cable_pulled_after_it_connected_leaves_the_sale_unsent() {
    let name = "links::a_cable_pulled_after_it_connected_leaves_the_sale_unsent";
    in_a_shop(name, async |shop: Shop| {
        shop.after_connect(|cables| cables.pull(ETH0));
        assert_eq!(shop.pays().await, broke("network down"));
        assert_eq!(shop.heard(), (0, 0));
        assert_eq!(shop.pays().await, PAID);
        assert_eq!(shop.heard(), (0, 1));
    });
}

#[test]
fn a_cable_pulled_after_the_request_leaves_one_request_and_no_answer() {
    let name = "links::a_cable_pulled_after_the_request_leaves_one_request_and_no_answer";
    in_a_shop(name, async |shop: Shop| {
        shop.acquirer(Does::Silent);
        let paying = shop.pays_within(5_000, 2_000);
        let mut paying = std::pin::pin!(paying);
        // The request is on the acquirer's books before the cable goes.
        loop {
            tokio::select! {
                biased;
                ended = &mut paying => panic!("{ended}"),
                () = tokio::task::yield_now() => {}
            }
            if shop.heard() != (0, 0) {
                break;
            }
        }
        shop.cables.pull(ETH0);
        shop.cables.pull(WWAN0);
        assert_eq!(paying.await, "no answer, no-answer: no answer within 2000 ms");
        shop.cables.plug(ETH0);
        shop.cables.plug(WWAN0);
        shop.sees("eth0", LinkState::Up).await;
        let (eth0, wwan0) = shop.heard();
        assert_eq!(eth0 + wwan0, 1);
    });
}

#[test]
fn a_link_that_is_up_but_dead_is_passed_by_and_then_comes_last() {
    let name = "links::a_link_that_is_up_but_dead_is_passed_by_and_then_comes_last";
    in_a_shop(name, async |shop: Shop| {
        shop.cables.dead(ETH0, true);
        assert_eq!(shop.pays().await, PAID);
        assert_eq!(shop.dialled(), ["eth0", "wwan0"]);
        let status = shop.links.status();
        assert_eq!(status[0].state, LinkState::Up);
        assert_eq!(status[0].failure.unwrap().kind, io::ErrorKind::TimedOut);
        assert_eq!(shop.pays().await, PAID);
        assert_eq!(shop.dialled()[0], "wwan0");
        assert_eq!(shop.heard(), (0, 2));
    });
}

#[test]
fn a_link_that_dies_after_it_connected_leaves_the_sale_unsent() {
    let name = "links::a_link_that_dies_after_it_connected_leaves_the_sale_unsent";
    in_a_shop(name, async |shop: Shop| {
        shop.after_connect(|cables| cables.dead(ETH0, true));
        let slow = format!("{AT} took more than 1000 ms to agree on TLS; check the network");
        assert_eq!(shop.pays_within(1_000, 30_000).await, offline(&slow));
        assert_eq!(shop.heard(), (0, 0));
    });
}

#[test]
fn with_both_links_down_it_is_said_at_once_and_back_they_carry_again() {
    let name = "links::with_both_links_down_it_is_said_at_once_and_back_they_carry_again";
    in_a_shop(name, async |shop: Shop| {
        shop.cables.pull(ETH0);
        shop.cables.pull(WWAN0);
        shop.sees("eth0", LinkState::NoCarrier).await;
        shop.sees("wwan0", LinkState::NoCarrier).await;
        let down = "network down; check the network, then the acquirer's host";
        let down = offline(&format!("cannot connect to {AT}: {down}"));
        assert_eq!(shop.pays().await, down);
        assert_eq!(shop.dialled(), [""; 0]);
        shop.cables.plug(WWAN0);
        shop.sees("wwan0", LinkState::Up).await;
        assert_eq!(shop.pays().await, PAID);
        shop.cables.plug(ETH0);
        shop.sees("eth0", LinkState::Up).await;
        assert_eq!(shop.pays().await, PAID);
        let (eth0, wwan0) = shop.heard();
        assert_eq!(eth0 + wwan0, 2);
    });
}

#[test]
fn with_both_links_dead_nothing_is_sent_and_mended_they_carry_again() {
    let name = "links::with_both_links_dead_nothing_is_sent_and_mended_they_carry_again";
    in_a_shop(name, async |shop: Shop| {
        shop.cables.dead(ETH0, true);
        shop.cables.dead(WWAN0, true);
        let slow = format!("{AT} took more than 1000 ms to be reached; check the network");
        assert_eq!(shop.pays_within(1_000, 30_000).await, offline(&slow));
        assert_eq!(shop.dialled(), ["eth0", "wwan0"]);
        assert_eq!(shop.heard(), (0, 0));
        shop.cables.dead(ETH0, false);
        shop.cables.dead(WWAN0, false);
        assert_eq!(shop.pays().await, PAID);
        let (eth0, wwan0) = shop.heard();
        assert_eq!(eth0 + wwan0, 1);
    });
}
