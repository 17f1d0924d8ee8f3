//! Who is believed: signatures, nonces, paths, sizes.

use crate::till::{Heard, Till, pay};

#[tokio::test(start_paused = true)]
async fn a_request_is_believed_only_with_its_own_signature() {
    let mut till = Till::open();
    let body = pay("A", "12.00", "alipay").to_string();
    let good = till.headers("/v1/pay", &body);
    let with = |index: usize, value: &str| {
        let mut headers = good.clone();
        headers[index].1 = value.to_owned();
        headers
    };
    let other_path = till.headers("/v1/cancel", &body);
    let other_body = till.headers("/v1/pay", &pay("A", "12.01", "alipay").to_string());
    for (case, headers) in [
        ("unknown key", with(0, "other")),
        ("other nonce", with(1, &"0".repeat(31).chars().chain(['f']).collect::<String>())),
        ("short nonce", with(1, "1234")),
        ("capital nonce", with(1, &"A".repeat(32))),
        ("no base64", with(2, "*")),
        ("short signature", with(2, "AAAA")),
        ("other path", other_path),
        ("other body", other_body),
        ("no nonce", vec![good[0].clone(), good[2].clone()]),
        ("nothing", Vec::new()),
    ] {
        assert_eq!(
            till.post("/v1/pay", &headers, body.clone()).await,
            Heard::Status(401),
            "{case}"
        );
    }
    assert_eq!(till.post("/v1/cancel", &good, body.clone()).await, Heard::Status(401));
    assert_eq!(till.play("net A").await, "net none");
    assert!(till.gateway.books().unwrap().exchanges().unwrap().is_empty());
    assert!(matches!(till.post("/v1/pay", &good, body).await, Heard::Answer(_)));
}

#[tokio::test(start_paused = true)]
async fn a_nonce_is_good_for_one_request() {
    let mut till = Till::open();
    let body = pay("A", "12.00", "alipay").to_string();
    let headers = till.headers("/v1/pay", &body);
    assert!(matches!(till.post("/v1/pay", &headers, body.clone()).await, Heard::Answer(_)));
    assert_eq!(till.post("/v1/pay", &headers, body.clone()).await, Heard::Status(401));
    till.restart();
    assert_eq!(till.post("/v1/pay", &headers, body).await, Heard::Status(401));
    assert_eq!(till.play("net A").await, "net 1200");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_exchange_is_refused() {
    let till = Till::open();
    let headers = till.headers("/v1/pay", "{}");
    assert_eq!(till.post("/v1/steal", &headers, "{}".to_owned()).await, Heard::Status(404));
    assert_eq!(till.post("/wallet/steal", &[], "{}".to_owned()).await, Heard::Status(404));
    let big = " ".repeat(64 * 1024 + 1);
    let headers = till.headers("/v1/pay", &big);
    assert_eq!(till.post("/v1/pay", &headers, big).await, Heard::Status(413));
    let bytes = till.send("GET /v1/pay HTTP/1.1\r\n\r\n".to_owned()).await.unwrap().unwrap();
    assert!(bytes.starts_with(b"HTTP/1.1 405 "));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_nothing_is_let_go() {
    let till = Till::open();
    let start = tokio::time::Instant::now();
    till.send("POST /v1/pay HTTP/1.1\r\n".to_owned()).await.ok();
    assert_eq!(start.elapsed().as_secs(), 10);
    let cut = "POST /v1/pay HTTP/1.1\r\ncontent-length: 9\r\n\r\n{";
    let bytes = till.send(cut.to_owned()).await.unwrap().unwrap();
    assert!(bytes.starts_with(b"HTTP/1.1 408 "));
    assert_eq!(start.elapsed().as_secs(), 20);
}
