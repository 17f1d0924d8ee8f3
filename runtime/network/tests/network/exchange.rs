//! What an exchange says at each point where it can fail: certainly not sent, no answer, or an
//! answer, and nothing in between.

use crate::gateway::{Authority, Bench, Does, ORDER, Reply, Signed, says};
use caisson_network::emulated::Link;
use caisson_network::{ANSWER_BYTES_MAX, Client, ClientError, Heard};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

pub(crate) fn paid() -> String {
    format!(
        r#"{{"result":"PAID","order":"{ORDER}","amount":1200,"currency":"CNY","transaction":"W1"}}"#
    )
}

pub(crate) fn told(heard: &Heard) -> String {
    match heard {
        Heard::NotSent { reason, cause } => format!("not sent, {reason}: {cause}"),
        Heard::NoAnswer { reason, cause } => format!("no answer, {reason}: {cause}"),
        Heard::Answer(answer) => {
            let amount = answer.amount.map(|amount| amount.to_string()).unwrap_or_default();
            format!("{:?} {amount}", answer.reading)
        }
    }
}

#[track_caller]
fn assert_told(heard: &Heard, expected: &str) {
    assert_eq!(told(heard), expected);
}

async fn check(does: Does, expected: &str) {
    assert_told(&Bench::that(does).pays().await, expected);
}

async fn check_link(link: Link, expected: &str) {
    let bench = Bench::that(Does::Answers(says(&paid())));
    bench.link.set(link);
    assert_told(&bench.pays().await, expected);
}

async fn check_reply(change: impl FnOnce(&mut Reply), expected: &str) {
    let mut reply = says(&paid());
    change(&mut reply);
    check(Does::Answers(reply), expected).await;
}

#[tokio::test(start_paused = true)]
async fn before_the_first_byte_of_the_request_it_is_certainly_not_sent() {
    const AT: &str = "gateway.wallet.example:443";
    check_link(
        Link::Down,
        &format!(
            "not sent, offline: cannot connect to {AT}: network unreachable; check the network, \
             then the acquirer's host"
        ),
    )
    .await;
    let lost = |kind| {
        format!(
            "not sent, offline: the link to {AT} broke before the request was sent: {kind}; check \
             the network"
        )
    };
    check(Does::HangsUpDuringTls, &lost("unexpected end of file")).await;
    check_link(Link::CutBeforeRequest, &lost("not connected")).await;
    check(
        Does::SilentDuringTls,
        &format!(
            "not sent, offline: {AT} took more than 5000 ms to agree on TLS; check the network"
        ),
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_to_a_host_that_is_not_the_acquirers() {
    let refused = |error| {
        format!(
            "not sent, tls-failed: gateway.wallet.example:443 did not prove to be the acquirer's: \
             {error}; check the terminal's date and the roots in the destination's file"
        )
    };
    let answers = || Does::Answers(says(&paid()));
    let (ours, theirs) = (Authority::default(), Authority::default());
    let bench = Bench::new(answers(), &theirs, &ours);
    assert_told(&bench.pays().await, &refused("invalid peer certificate: BadSignature"));
    assert!(bench.requests.lock().unwrap().is_empty());

    let elsewhere = Authority::new("gateway.elsewhere.example");
    let bench = Bench::new(answers(), &elsewhere, &elsewhere);
    assert_told(
        &bench.pays().await,
        &refused(
            "invalid peer certificate: certificate not valid for name \
             \"gateway.wallet.example\"; certificate is only valid for \
             DnsName(\"gateway.elsewhere.example\")",
        ),
    );
    assert!(bench.requests.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn from_the_first_byte_on_a_break_is_no_answer() {
    let lost =
        |kind| format!("no answer, no-answer: the link broke after the request was begun: {kind}");
    for bytes in [0, 1, 100, 400] {
        check_link(Link::CutAfter { bytes }, &lost("connection reset")).await;
    }
    check(Does::HangsUp, &lost("unexpected end of file")).await;
    check_reply(|reply| reply.cut = Some(20), &lost("unexpected end of file")).await;
    check_reply(|reply| reply.cut = Some(250), &lost("unexpected end of file")).await;
}

#[tokio::test(start_paused = true)]
async fn silence_is_no_answer_when_the_operations_time_is_over_and_not_before() {
    let no_time = "no answer, no-answer: no answer within 30000 ms";
    for (link, does) in
        [(Link::Up, Does::Silent), (Link::LosesAnswer, Does::Answers(says(&paid())))]
    {
        let bench = Bench::that(does);
        bench.link.set(link);
        let begin = Instant::now();
        assert_told(&bench.pays().await, no_time);
        assert_eq!(begin.elapsed().as_secs(), 30);
        assert_eq!(bench.requests.lock().unwrap().len(), 1, "the request arrived");
    }
    check_reply(|reply| reply.after = Duration::from_secs(45), no_time).await;
    check_reply(|reply| reply.after = Duration::from_secs(29), "Paid 12.00").await;
}

#[tokio::test(start_paused = true)]
async fn a_link_that_goes_down_while_waiting_is_no_answer() {
    let bench = Arc::new(Bench::that(Does::Silent));
    let (paying, link) = (Arc::clone(&bench), bench.link.clone());
    let pays = tokio::spawn(async move { paying.pays().await });
    tokio::time::sleep(Duration::from_secs(3)).await;
    link.set(Link::Down);
    assert_told(
        &pays.await.unwrap(),
        "no answer, no-answer: the link broke after the request was begun: connection reset",
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_verify_is_no_answer() {
    let distrusted = "no answer, answer-unverified: the answer does not count: signature refused \
        by the public key in slot `wallet-answers`: the message was changed or another key signed \
        it; compare the keys of both sides";
    for signed in [
        Signed::ByAStranger,
        Signed::ForAnotherNonce,
        Signed::ForAnotherRequest,
        Signed::ForAnotherStatus,
        Signed::ForAnotherBody,
    ] {
        check_reply(|reply| reply.signed = signed, distrusted).await;
    }
    let unsigned = "no answer, answer-unverified: the answer has no single signature in its \
        header; the acquirer must sign it";
    for signed in [Signed::Not, Signed::Twice, Signed::NotInBase64] {
        check_reply(|reply| reply.signed = signed, unsigned).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_verifies_but_is_no_business_answer_is_unreadable() {
    let unreadable = |why: &str| format!("no answer, answer-unreadable: {why}");
    let status = "the acquirer answered with HTTP status 500, which proves nothing";
    check_reply(|reply| reply.status = 500, &unreadable(status)).await;
    let kind = "the answer's content type is not application/json; the acquirer must correct it";
    check_reply(|reply| reply.kind = "text/html", &unreadable(kind)).await;
    check_reply(|reply| reply.kind = "Application/JSON; charset=utf-8", "Paid 12.00").await;
    let json = "the answer is not valid JSON at line 1, column 2; the acquirer must correct it";
    check_reply(|reply| reply.body = "PAID".to_owned(), &unreadable(&json.replace('2', "1"))).await;
    check_reply(|reply| reply.body = "{".to_owned(), &unreadable(&json.replace('2', "1"))).await;
    let http = "the answer is no HTTP; the acquirer's host, or something before it, is at fault";
    check(Does::SaysRaw("hello\r\n\r\n"), &unreadable(http)).await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_above_its_limit_is_not_read_to_its_end() {
    let fill = |bytes: usize| {
        let rest = paid().replace("W1", "");
        paid().replace("W1", &"x".repeat(bytes - rest.len()))
    };
    check_reply(|reply| reply.body = fill(ANSWER_BYTES_MAX), "Paid 12.00").await;
    check_reply(
        |reply| reply.body = fill(ANSWER_BYTES_MAX + 1),
        "no answer, answer-unreadable: the answer has more than 65536 bytes; the acquirer must \
         shorten it",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_second_answer_is_never_looked_at() {
    let declined = format!(r#"{{"result":"DECLINED","order":"{ORDER}","reason":"risk"}}"#);
    check_reply(|reply| reply.then = Some(declined), "Paid 12.00").await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_about_another_order_proves_nothing() {
    check_reply(|reply| reply.body = paid().replace(ORDER, "OTHER"), "Unreadable ").await;
}

#[tokio::test(start_paused = true)]
async fn the_request_is_one_signed_post_with_the_hosts_fields_in_it() {
    let bench = Bench::that(Does::Answers(says(&paid())));
    assert_told(&bench.pays().await, "Paid 12.00");
    let requests = bench.requests.lock().unwrap();
    let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let head: Vec<&str> =
        head.lines().filter(|line| !line.starts_with("caisson-signature")).collect();
    assert_eq!(
        head,
        [
            "POST /v1/pay HTTP/1.1",
            "host: gateway.wallet.example",
            "connection: close",
            "content-type: application/json",
            "accept: application/json",
            "caisson-key: terminal-1",
            "caisson-nonce: abababababababababababababababab",
            "content-length: 115",
        ]
    );
    assert_eq!(
        body,
        format!(
            concat!(
                r#"{{"amount":1200,"code":"281234567890123456","currency":"CNY","#,
                r#""order":"{}","wallet":"alipay"}}"#
            ),
            ORDER
        )
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_that_can_be_shown_holds_a_wallet_code_or_an_answer() {
    let bench = Bench::that(Does::Answers(says(&paid())));
    let body = br#"{"code":"281234567890123456"}"#;
    let prepared =
        bench.client.destination().prepare("pay", body, &crate::gateway::sale(1_200)).unwrap();
    let heard = bench.client.exchange(&prepared).await;
    let shown = format!("{prepared:?} {heard:?} {:?}", bench.client);
    assert!(!shown.contains("281234567890123456"), "{shown}");
    assert!(!shown.contains("transaction"), "{shown}");
}

#[tokio::test]
async fn a_client_without_its_slots_is_not_made() {
    let bench = Bench::that(Does::Silent);
    let text = crate::gateway::EXAMPLE.replace("\"wallet-signing\"", "\"other\"");
    let destination = caisson_network::Destination::parse("wallet.toml", &text).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (path, kek) = (folder.path().join("keys"), folder.path().join("kek"));
    let empty = caisson_vault::SealedFile::provision(&path, &kek, &[]).unwrap();
    let link = Arc::new(bench.link);
    let error = Client::new(Arc::new(destination), Arc::new(empty), link).unwrap_err();
    assert!(matches!(error, ClientError::Slot { .. }));
    assert_eq!(
        error.to_string(),
        format!(
            "destination `wallet`: no slot `other` in {}; correct the slot's name, or provision it \
             there",
            path.display()
        )
    );
}
