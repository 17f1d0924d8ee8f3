//! Every fault by script strikes where, how and as often as it says.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::till::{Till, pay};

async fn check(steps: &str, expected: &str) {
    assert_eq!(Till::open().play(steps).await, expected, "{steps}");
}

#[tokio::test(start_paused = true)]
async fn each_fault_strikes_as_it_says() {
    check(
        "fault loses the request to pay | pay A 12.00 alipay | net A | pay A 12.00 alipay",
        "silence | net none | PAID 1200",
    )
    .await;
    check(
        "fault loses the answer to pay, twice | pay A 12.00 alipay | pay A 12.00 alipay | query A \
         | pay A 12.00 alipay | net A",
        "silence | silence | PAID 1200 | PAID 1200 | net 1200",
    )
    .await;
    check(
        "fault answers cancel 45 s late | pay A 12.00 alipay | cancel A | query A | net A",
        "PAID 1200 | silence | CLOSED | net 0",
    )
    .await;
    check("fault answers pay 20 s late | pay A 12.00 alipay", "PAID 1200").await;
    check(
        "fault answers query twice | pay A 12.00 alipay | query A | query A",
        "PAID 1200 | twice PAID 1200 | PAID 1200",
    )
    .await;
    check(
        "fault signs the answer to anything badly | pay A 12.00 alipay | query A",
        "badly signed PAID 1200 | PAID 1200",
    )
    .await;
    check(
        "fault drops the connection on create | create A 12.00 60 | query A",
        "closed | CREATED 1200",
    )
    .await;
    check(
        "fault refuses connections, twice | pay A 12.00 alipay | query A | query A",
        "closed | closed | NOT_FOUND",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_scripted_fault_leaves_the_customers_part_of_the_amount() {
    check(
        "fault loses the answer to pay | pay A 12.11 alipay | query A | net A",
        "silence | DECLINED balance-short 1211 | net 0",
    )
    .await;
    check(
        "fault signs the answer to pay badly | pay A 12.01 alipay | wait 8 s | query A",
        "badly signed WAITING 1201 | PAID 1201",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_request_is_booked_later_even_if_its_client_has_gone() {
    check(
        "fault takes 40 s for pay | pay A 12.00 alipay | query A | net A | wait 10 s | query A",
        "silence | NOT_FOUND | net none | PAID 1200",
    )
    .await;
    check(
        "fault takes 40 s for pay | pay A 12.00 alipay | cancel A | wait 10 s | query A | net A",
        "silence | CLOSED | CLOSED | net 0",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_phone_is_struck_by_no_fault() {
    check(
        "create A 12.00 60 | fault loses the request to anything | scan A | phone A pay | query A",
        "CREATED 1200 | SHOWN 1200 | PAID 1200 | silence",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn silence_lasts_until_the_client_gives_up() {
    let mut till = Till::open();
    till.gateway.faults().push("loses the answer to pay".parse().unwrap());
    let start = Instant::now();
    let body = pay("A", "12.00", "alipay");
    let short = timeout(Duration::from_secs(5), till.ask("pay", &body)).await;
    assert!(short.is_err());
    assert_eq!(start.elapsed().as_secs(), 5);
    assert_eq!(till.play("query A").await, "PAID 1200");
}
