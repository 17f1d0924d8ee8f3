//! Every row of the table of amounts does what it says.

use std::collections::BTreeSet;

use caisson_acquirer::{AMOUNTS, Operation};

use crate::till::Till;

/// A sale for each row: its ending, what the till does, what it hears.
const ROWS: &[(u8, &str, &str)] = &[
    (0, "pay A 12.00 alipay | query A | net A", "PAID 1200 | PAID 1200 | net 1200"),
    (
        1,
        "pay A 12.01 alipay | net A | wait 7 s | query A | wait 1 s | query A | net A",
        "WAITING 1201 | net 0 | WAITING 1201 | PAID 1201 | net 1201",
    ),
    (
        2,
        "pay A 12.02 unionpay | wait 7 s | query A | wait 1 s | query A | net A",
        "WAITING 1202 | WAITING 1202 | DECLINED customer-refused 1202 | net 0",
    ),
    (
        3,
        "pay A 12.03 alipay | wait 179 s | query A | wait 1 s | query A | net A",
        "WAITING 1203 | WAITING 1203 | CLOSED | net 0",
    ),
    (11, "pay A 0.11 alipay | query A", "DECLINED balance-short | DECLINED balance-short 11"),
    (12, "pay A 12.12 alipay | net A", "DECLINED code-expired | net 0"),
    (13, "pay A 12.13 alipay | net A", "DECLINED amount-limit | net 0"),
    (14, "pay A 12.14 alipay | net A", "DECLINED risk | net 0"),
    (15, "pay A 12.15 alipay | net A", "DECLINED not-supported | net 0"),
    (
        21,
        "pay A 12.21 alipay | net A | query A | cancel A | pay A 12.21 alipay | net A",
        "silence | net none | NOT_FOUND | CLOSED | DECLINED order-closed | net 0",
    ),
    (
        22,
        "pay A 12.22 alipay | net A | query A | pay A 12.22 alipay | cancel A | net A",
        "silence | net 1222 | PAID 1222 | PAID 1222 | CLOSED | net 0",
    ),
    (23, "pay A 12.23 alipay | query A | net A", "silence | PAID 1223 | net 1223"),
    (24, "pay A 12.24 alipay | net A", "twice PAID 1224 | net 1224"),
    (25, "pay A 12.25 alipay | query A", "badly signed PAID 1225 | PAID 1225"),
    (26, "pay A 12.26 alipay | net A", "PAID 1226 | net 1226"),
    (27, "pay A 12.27 alipay | query A", "closed | PAID 1227"),
    (
        28,
        "pay A 12.28 alipay | net A | query A | pay A 12.28 alipay",
        "BUSY | net 1228 | PAID 1228 | PAID 1228",
    ),
    (
        29,
        "pay A 12.29 alipay | net A | query A | pay A 12.29 alipay | net A",
        "BUSY | net none | NOT_FOUND | PAID 1229 | net 1229",
    ),
    (
        31,
        "create A 12.31 60 | query A | scan A | query A | net A",
        "CREATED 1231 | CREATED 1231 | SHOWN 1231 | PAID 1231 | net 1231",
    ),
    (
        32,
        "create A 12.32 60 | phone A pay | close A | net A | wait 4 s | query A | wait 1 s | \
         query A | net A | refund R A 12.32 | net A",
        "CREATED 1232 | PAID 1232 | CLOSED | net 0 | CLOSED | \
         PAID 1232 | net 1232 | REFUNDED 1232 | net 0",
    ),
    (
        33,
        "create A 12.33 60 | phone A pay | query A | wait 60 s | query A | net A",
        "CREATED 1233 | DECLINED balance-short 1233 | CREATED 1233 | CLOSED | net 0",
    ),
    (
        34,
        "create A 12.34 60 | wait 7 s | query A | wait 1 s | query A | net A",
        "CREATED 1234 | CREATED 1234 | PAID 1234 | net 1234",
    ),
    (
        35,
        "create A 12.35 60 | query A | create A 12.35 60 | close A | net A",
        "silence | CREATED 1235 | CREATED 1235 | CLOSED | net 0",
    ),
    (
        41,
        "pay A 12.00 alipay | refund R A 0.41 | refund-query R | refund R A 0.41 | net A",
        "PAID 1200 | silence | REFUNDED 41 | REFUNDED 41 | net 1159",
    ),
    (
        42,
        "pay A 12.00 alipay | refund R A 0.42 | refund-query R | refund R A 0.42 | net A",
        "PAID 1200 | silence | NOT_FOUND | REFUNDED 42 | net 1158",
    ),
    (
        43,
        "pay A 12.00 alipay | refund R A 0.43 | refund-query R | refund R A 0.43 | net A",
        "PAID 1200 | BUSY | NOT_FOUND | REFUNDED 43 | net 1157",
    ),
    (
        44,
        "pay A 12.00 alipay | refund R A 0.44 | refund-query R | refund R A 0.44 | net A",
        "PAID 1200 | BUSY | REFUNDED 44 | REFUNDED 44 | net 1156",
    ),
    (
        45,
        "pay A 12.00 alipay | refund R A 0.45 | refund-query R | net A",
        "PAID 1200 | DECLINED not-supported 45 | DECLINED not-supported 45 | net 1200",
    ),
];

#[tokio::test(start_paused = true)]
async fn every_amount_does_what_the_table_says() {
    for (ending, steps, expected) in ROWS {
        assert_eq!(Till::open().play(steps).await, *expected, ".{ending:02}: {steps}");
    }
}

#[test]
fn every_row_of_the_table_has_a_sale() {
    let played: BTreeSet<_> = ROWS.iter().map(|(ending, ..)| *ending).collect();
    assert_eq!(played, AMOUNTS.iter().map(|row| row.ending).collect());
    for row in AMOUNTS {
        let known = [Operation::Pay, Operation::Create, Operation::Refund];
        assert!(known.contains(&row.operation), "{row:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_amount_takes_six_seconds_and_a_late_one_forty_five() {
    let mut till = Till::open();
    let start = tokio::time::Instant::now();
    till.play("pay A 12.26 alipay").await;
    assert_eq!(start.elapsed().as_secs(), 6);
    till.play("pay B 12.23 alipay").await;
    assert_eq!(start.elapsed().as_secs(), 36, "the till's patience, not the gateway's end");
}
