//! What an exchange with a bank says at each point where it can fail: certainly not sent, no
//! answer, or an answer, and nothing in between.

use super::host::{
    BODY, Bench, Coded, Does, EXAMPLE, MAC_KEY, PAN, Reply, body, changed, is_coded, only, plain,
    sale, says,
};
use crate::exchange::told;
use crate::gateway::Authority;
use caisson_core::operation::Reading;
use caisson_iso8583::{MESSAGE_BYTES_MAX, Message, frame};
use caisson_network::emulated::{EmulatedLink, Link, MemoryConnector};
use caisson_network::{Binding, Client, ClientError, Destination, Heard};
use proptest::prelude::*;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

#[track_caller]
fn assert_told(heard: &Heard, expected: &str) {
    assert_eq!(told(heard), expected);
}

async fn check(does: Does, expected: &str) {
    assert_told(&Bench::that(does).pays().await, expected);
}

async fn check_reply(reply: Reply, expected: &str) {
    check(Does::Answers(reply), expected).await;
}

async fn check_link(link: Link, expected: &str) {
    let bench = Bench::that(Does::Answers(says("00")));
    bench.link.set(link);
    assert_told(&bench.pays().await, expected);
}

fn unreadable(why: &str) -> String {
    format!("no answer, answer-unreadable: {why}")
}

#[tokio::test(start_paused = true)]
async fn the_request_is_one_coded_message_with_the_hosts_fields_in_it() {
    let bench = Bench::that(Does::Answers(says("00")));
    let pin = bench.pin();
    let sent = Binding { pin: Some(pin), ..sale(1_200) };
    let heard = bench.asks("sale", &super::host::sale_body(), &sent).await;
    assert_told(&heard, "Paid 12.00");
    let request = only(&bench.requests);
    assert_eq!(request.tpdu().to_string(), "6000030000");
    assert_eq!(request.header(), [0x60, 0x22, 0, 0, 0, 0]);
    assert_eq!(request.mti().to_string(), "0200");
    assert_eq!(
        request.numbers().collect::<Vec<_>>(),
        [2, 3, 4, 11, 14, 22, 25, 41, 42, 49, 52, 60, 64]
    );
    assert_eq!(request.bytes(52).map(<[u8]>::len), Some(8));
    assert!(is_coded(&MAC_KEY, &bench.requests.lock().unwrap()[0]));
}

#[tokio::test(start_paused = true)]
async fn an_app_sees_the_answer_without_pin_block_and_code() {
    let bench = Bench::that(Does::Answers(says("00")));
    let sent = Binding { pin: Some(bench.pin()), ..sale(1_200) };
    let heard = bench.asks("sale", &super::host::sale_body(), &sent).await;
    let Heard::Answer(answer) = heard else { panic!("{heard:?}") };
    let message = Message::unpack(&BODY, &answer.body).unwrap();
    assert_eq!(message.mti().to_string(), "0210");
    assert_eq!(message.numbers().collect::<Vec<_>>(), [2, 3, 4, 11, 37, 38, 39, 41, 42, 49]);
}

#[tokio::test(start_paused = true)]
async fn before_the_first_byte_of_the_request_it_is_certainly_not_sent() {
    const AT: &str = "pos.bank.example:8583";
    check_link(
        Link::Down,
        &format!(
            "not sent, offline: cannot connect to {AT}: network unreachable; check the network, \
             then the acquirer's host"
        ),
    )
    .await;
    check_link(
        Link::CutBeforeRequest,
        &format!(
            "not sent, offline: the link to {AT} broke before the request was sent: not \
             connected; check the network"
        ),
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn without_a_session_key_nothing_is_sent_and_the_cashier_signs_on() {
    let bench = Bench::new(&plain(), Does::Answers(says("00")));
    let heard = bench.pays().await;
    assert!(told(&heard).starts_with("not sent, sign-on-needed: "), "{}", told(&heard));
    assert!(bench.requests.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn from_the_first_byte_on_a_break_is_no_answer() {
    let lost =
        |kind| format!("no answer, no-answer: the link broke after the request was begun: {kind}");
    for bytes in [0, 1, 20, 60] {
        check_link(Link::CutAfter { bytes }, &lost("connection reset")).await;
    }
    check(Does::HangsUp, &lost("unexpected end of file")).await;
    for cut in [0, 1, 2, 3, 40, 80] {
        let reply = Reply { cut: Some(cut), ..says("00") };
        check_reply(reply, &lost("unexpected end of file")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn silence_is_no_answer_when_the_operations_time_is_over_and_not_before() {
    let no_time = "no answer, no-answer: no answer within 60000 ms";
    let bench = Bench::that(Does::Silent);
    let begin = Instant::now();
    assert_told(&bench.pays().await, no_time);
    assert_eq!(begin.elapsed().as_secs(), 60);
    assert_eq!(bench.requests.lock().unwrap().len(), 1, "the request arrived");
    check_link(Link::LosesAnswer, no_time).await;
    check_reply(Reply { after: Duration::from_secs(75), ..says("00") }, no_time).await;
    check_reply(Reply { after: Duration::from_secs(59), ..says("00") }, "Paid 12.00").await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_whose_code_does_not_hold_is_no_answer() {
    let distrusted = "no answer, answer-unverified: the answer does not count: message code refused \
        by the key in slot `bank-mac`: the message was changed or another key made it; sign on \
        again, or compare the keys of both sides";
    for coded in [Coded::ByAStranger, Coded::ThenChanged] {
        for code in ["00", "51"] {
            check_reply(Reply { coded, ..says(code) }, distrusted).await;
        }
    }
    let bare = Reply { coded: Coded::Not, ..says("00") };
    let missing = "no answer, answer-unverified: the answer has no message code; the acquirer must \
        add one";
    check_reply(bare, missing).await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_another_request_is_no_answer_although_its_code_holds() {
    let foreign = |what: &str| {
        unreadable(&format!(
            "the answer is not to this request: {what}; the acquirer must find out why it came"
        ))
    };
    let set = |number: u8, text: &'static str| {
        changed(move |answer| {
            answer.set(number, text).unwrap();
        })
    };
    let stan = foreign("it has another trace number (field 11) than the request, or none");
    check_reply(set(11, "000122"), &stan).await;
    let none = changed(|answer| {
        answer.clear(11);
    });
    check_reply(none, &stan).await;
    let terminal = foreign("it is for another terminal (field 41), or for none");
    check_reply(set(41, "10000002"), &terminal).await;
    let merchant = foreign("it is for another merchant (field 42)");
    check_reply(set(42, "898310000000002"), &merchant).await;
    let kind = foreign("it has another message type than the request's answer");
    for other in [0x0200, 0x0230, 0x0410] {
        let other = caisson_iso8583::Mti::new(other).unwrap();
        let reply = changed(move |answer| {
            answer.set_mti(other);
        });
        check_reply(reply, &kind).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_bank_that_sends_our_own_request_back_says_nothing() {
    let bench = Bench::that(Does::Silent);
    let sale = bench.client.destination().prepare("sale", &super::host::sale_body(), &sale(1_200));
    let _ =
        tokio::time::timeout(Duration::from_secs(1), bench.client.exchange(&sale.unwrap())).await;
    let own = bench.requests.lock().unwrap()[0].clone();
    check(
        Does::SaysRaw(frame(&own).unwrap()),
        &unreadable(
            "the answer is not to this request: it has another message type than the request's \
             answer; the acquirer must find out why it came",
        ),
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_frame_of_no_sane_length_is_not_read() {
    let wrong = |length: usize| {
        unreadable(&format!(
            "the answer's frame is wrong: a message of {length} bytes announced, 1 to \
             {MESSAGE_BYTES_MAX} are possible; the acquirer must correct it"
        ))
    };
    check(Does::SaysRaw(vec![0, 0]), &wrong(0)).await;
    check(Does::SaysRaw(vec![0x20, 0x01]), &wrong(8_193)).await;
    check(Does::SaysRaw(vec![0xFF, 0xFF]), &wrong(65_535)).await;
    check(
        Does::SaysRaw(vec![0, 2, 0x60, 0]),
        &unreadable("the answer is shorter than its TPDU and header; the acquirer must correct it"),
    )
    .await;
    let text = unreadable(
        "the answer is no message of ISO 8583 as the destination's file describes it: offset 0: \
         the message type 7B7D is not four digits; the acquirer must correct one of them",
    );
    check(Does::SaysRaw(b"\0\x0dAAAAAAAAAAA{}".to_vec()), &text).await;
}

#[tokio::test(start_paused = true)]
async fn each_reading_comes_through() {
    check_reply(says("00"), "Paid 12.00").await;
    check_reply(says("51"), "NotPaid ").await;
    check_reply(says("68"), "Unreadable ").await;
    let part = changed(|answer| {
        answer.set(39, "10").unwrap().set(4, "000000000700").unwrap();
    });
    check_reply(part, "Paid 7.00").await;
    let more = changed(|answer| {
        answer.set(4, "000000001201").unwrap();
    });
    check_reply(more, "Unreadable ").await;
    let bench = Bench::that(Does::Answers(says("25")));
    let heard =
        bench.asks("sale-reversal-repeat", &body("0401", &[(39, "98")]), &sale(1_200)).await;
    assert_told(&heard, "Undone ");
    assert_eq!(only(&bench.requests).text(11), Some(super::host::STAN), "the sale's own number");
}

#[tokio::test(start_paused = true)]
async fn over_tls_it_is_the_same_and_a_stranger_gets_nothing() {
    for (server, expected) in [
        ("pos.bank.example", "Paid 12.00"),
        ("elsewhere.example", "not sent, tls-failed: pos.bank.example:8583 did not prove"),
    ] {
        let authority = Authority::new(server);
        let acceptor = TlsAcceptor::from(Arc::clone(&authority.server));
        let requests = Arc::default();
        let memory = MemoryConnector::new(move |_, far| {
            let (acceptor, requests) = (acceptor.clone(), Arc::clone(&requests));
            tokio::spawn(async move {
                let stream = acceptor.accept(far).await.ok()?;
                super::host::serve(stream, Does::Answers(says("00")), requests).await
            });
        });
        let (before, rest) = EXAMPLE.split_once("-----BEGIN").unwrap();
        let (_, after) = rest.split_once("-----END CERTIFICATE-----\n").unwrap();
        let text = format!("{before}{}{after}", authority.pem);
        let destination = Arc::new(Destination::parse("bank.toml", &text).unwrap());
        // The keys of another bench: signed on.
        let keys = Bench::that(Does::Silent).keys;
        let link = EmulatedLink::new(Arc::new(memory));
        let client = Client::with_card_keys(destination, keys, Arc::new(link)).unwrap();
        let body = super::host::sale_body();
        let prepared = client.destination().prepare("sale", &body, &sale(1_200)).unwrap();
        let told = told(&client.exchange(&prepared).await);
        assert!(told.starts_with(expected), "{told}");
    }
}

#[tokio::test]
async fn a_client_without_its_master_key_is_not_made() {
    let bench = Bench::that(Does::Silent);
    let make = |tmk: &str| {
        let text = plain().replace("\"bank-tmk\"", tmk);
        let destination = Arc::new(Destination::parse("bank.toml", &text).unwrap());
        let error =
            Client::with_card_keys(destination, bench.keys.clone(), Arc::new(bench.link.clone()));
        error.unwrap_err()
    };
    assert!(
        make("\"nowhere\"").to_string().starts_with("destination `bank`: no slot `nowhere` in")
    );
    assert_eq!(
        make("\"other\"").to_string(),
        "destination `bank`: slot `other` is for seal, not for key-encryption; name another slot"
    );
    let destination = Arc::new(Destination::parse("bank.toml", &plain()).unwrap());
    let error = Client::new(destination, bench.keys.clone(), Arc::new(bench.link.clone()));
    let error = error.unwrap_err();
    assert!(matches!(error, ClientError::NoCardKeys { .. }));
    assert_eq!(
        error.to_string(),
        "destination `bank` is a bank, and the key store has no card keys; use one that has"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The answer with some of its bytes changed, without a code of its own.
    #[test]
    fn nothing_is_paid_without_a_code(
        at in 0_usize..120,
        to in any::<u8>(),
        whole in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..64)),
        pan in Just(PAN),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let bench = Bench::that(Does::Silent);
            let prepared = bench.client.destination()
                .prepare("sale", &body("0200", &[(2, pan)]), &sale(1_200)).unwrap();
            let _ = bench.client.exchange(&prepared).await;
            let request = bench.requests.lock().unwrap()[0].clone();
            let right = super::host::answer(&says("00"), &request);
            let mut bytes = right.clone();
            let place = at % bytes.len();
            bytes[place] = to;
            let bytes = whole.unwrap_or(bytes);
            let untouched = bytes.get(11..) == right.get(11..);
            let again = Bench::that(Does::SaysRaw(frame(&bytes).unwrap_or_default()));
            let heard = again.client.exchange(&prepared).await;
            let paid = matches!(&heard, Heard::Answer(answer) if answer.reading == Reading::Paid);
            assert_eq!(paid, untouched, "{}", told(&heard));
        });
    }
}
