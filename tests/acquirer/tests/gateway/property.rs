//! Whatever is asked, in whatever order, with whatever faults: no order is charged twice, none pays
//! back more than it took, and what the gateway says is what its books hold.

use caisson_acquirer::{Books, OrderState};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::till::{Heard, Till, pay};

const ORDERS: [&str; 3] = ["A", "B", "C"];
const AMOUNTS: [&str; 9] =
    ["12.00", "12.01", "12.03", "12.11", "12.22", "12.25", "12.28", "12.29", "12.32"];
const WALLETS: [&str; 2] = ["wechat", "alipay"];
const FAULTS: [&str; 4] = [
    "fault loses the request to anything",
    "fault drops the connection on anything",
    "fault answers anything twice",
    "fault takes 40 s for pay",
];

fn step() -> impl Strategy<Value = String> {
    let order = prop::sample::select(&ORDERS[..]);
    let amount = prop::sample::select(&AMOUNTS[..]);
    let wallet = prop::sample::select(&WALLETS[..]);
    let asked = prop::sample::select(vec!["query", "cancel", "close", "lookup"]);
    let refund = prop::sample::select(vec!["R", "S"]);
    let part = prop::sample::select(vec!["12.00", "5.00", "0.41", "0.43"]);
    prop_oneof![
        4 => (order.clone(), amount.clone(), wallet)
            .prop_map(|(order, amount, wallet)| format!("pay {order} {amount} {wallet}")),
        2 => (order.clone(), amount).prop_map(|(order, amount)| format!("create {order} {amount} 60")),
        4 => (asked, order.clone()).prop_map(|(asked, order)| format!("{asked} {order}")),
        2 => (refund, order.clone(), part)
            .prop_map(|(refund, order, part)| format!("refund {refund} {order} {part}")),
        1 => order.prop_map(|order| format!("confirm {order} pay")),
        2 => (1_u32..70).prop_map(|seconds| format!("wait {seconds} s")),
        1 => prop::sample::select(&FAULTS[..]).prop_map(str::to_owned),
        1 => Just("restart".to_owned()),
    ]
}

fn check_books(books: &Books) {
    for entry in books.list().unwrap() {
        assert!(entry.captures <= 1, "{entry:?}");
        assert!([0, entry.amount].contains(&entry.captured), "{entry:?}");
        assert!((0..=entry.captured).contains(&entry.given_back), "{entry:?}");
        if entry.state != OrderState::Paid {
            assert_eq!(entry.net(), 0, "{entry:?}");
        }
    }
    for totals in books.totals().unwrap() {
        assert_eq!(totals.captures, totals.orders_charged);
    }
}

async fn check_answers(till: &mut Till) {
    till.gateway.faults().clear();
    for order in ORDERS {
        let Heard::Answer(answer) = till.ask("query", &json!({"order": order})).await else {
            panic!("no answer to a query without faults");
        };
        let said = match (&answer["amount"], &answer["refunded"]) {
            (Value::Number(paid), Value::Number(refunded)) => {
                Some(paid.as_i64().unwrap() - refunded.as_i64().unwrap())
            }
            _ if answer["result"] == "NOT_FOUND" => None,
            _ => Some(0),
        };
        assert_eq!(till.gateway.books().unwrap().net(order).unwrap(), said, "{answer}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    #[test]
    fn nothing_is_ever_charged_twice(steps in prop::collection::vec(step(), 1..30)) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut till = Till::open();
            for step in &steps {
                till.play(step).await;
                check_books(&till.gateway.books().unwrap());
            }
            check_answers(&mut till).await;
        });
    }
}

#[tokio::test(start_paused = true)]
async fn a_crowd_that_asks_at_once_is_charged_once() {
    let mut till = Till::open();
    let body = pay("A", "12.00", "alipay").to_string();
    let crowd: Vec<_> = (1..=4)
        .map(|nonce| {
            till.nonce = nonce;
            till.headers("/v1/pay", &body)
        })
        .collect();
    let one = |index: usize| till.post("/v1/pay", &crowd[index], body.clone());
    let (a, b, c, d) = tokio::join!(one(0), one(1), one(2), one(3));
    let Heard::Answer(answer) = a else { panic!("no answer") };
    assert_eq!(answer["result"], "PAID");
    assert!([b, c, d].iter().all(|heard| *heard == Heard::Answer(answer.clone())));
    assert_eq!(till.gateway.books().unwrap().order("A").unwrap().unwrap().captures, 1);
}
