//! The books outlive the gateway, and anyone may read them.

use std::sync::Arc;
use std::time::Duration;

use caisson_acquirer::{
    AcquirerError, Books, Gateway, GatewayConfig, OrderState, TestCertificates, serve,
};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::sleep;

use crate::till::Till;

#[tokio::test(start_paused = true)]
async fn a_restart_keeps_everything() {
    let mut till = Till::open();
    let steps = "pay A 12.00 wechat | refund R A 2.00 | pay B 12.03 alipay | create C 12.00 60 | \
                 cancel D | pay E 12.21 alipay | restart | pay A 12.00 wechat | refund R A 2.00 | \
                 refund-query R | query B | query C | pay D 1.00 alipay | pay E 12.21 alipay | \
                 net A | net C | phone C pay | net C";
    let expected = "PAID 1200 | REFUNDED 200 | WAITING 1203 | CREATED 1200 | CLOSED | silence | \
                    PAID 1200 | REFUNDED 200 | REFUNDED 200 | WAITING 1203 | CREATED 1200 | \
                    DECLINED order-closed | PAID 1221 | net 1000 | net 0 | PAID 1200 | net 1200";
    assert_eq!(till.play(steps).await, expected);
}

#[tokio::test(start_paused = true)]
async fn the_clock_of_reopened_books_never_goes_back() {
    let mut till = Till::open();
    let steps = "pay A 12.00 wechat | wait 14 s | cancel A | restart | cancel A | wait 1 s | \
                 cancel A";
    assert_eq!(till.play(steps).await, "PAID 1200 | TOO_EARLY | TOO_EARLY | CLOSED");
}

#[tokio::test(start_paused = true)]
async fn the_books_add_up_and_can_be_read_while_the_gateway_runs() {
    let mut till = Till::open();
    till.play(
        "pay A 12.00 alipay | pay B 5.00 wechat | refund R A 2.00 | cancel A | pay C 1.11 alipay",
    )
    .await;
    let books = Books::open(&till.books_path()).unwrap();
    let totals = books.totals().unwrap();
    assert_eq!(totals.len(), 1);
    assert_eq!((totals[0].orders_charged, totals[0].captures), (2, 2));
    assert_eq!((totals[0].captured, totals[0].given_back), (1_700, 1_200));
    let list = books.list().unwrap();
    let states: Vec<_> =
        list.iter().map(|entry| (entry.state, entry.net(), entry.captures)).collect();
    let (closed, paid, declined) = (OrderState::Closed, OrderState::Paid, OrderState::Declined);
    assert_eq!(states, [(closed, 0, 1), (paid, 500, 1), (declined, 0, 0)]);
    assert_eq!(books.refunds().unwrap().len(), 1);
    let asked: Vec<_> = books.exchanges().unwrap().into_iter().map(|one| one.operation).collect();
    assert_eq!(asked, ["pay", "pay", "refund", "cancel", "pay"]);
}

#[tokio::test(start_paused = true)]
async fn no_code_of_a_customer_is_in_the_file() {
    let mut till = Till::open();
    let body = crate::till::pay("A", "12.00", "alipay");
    till.ask("pay", &body).await;
    let code = body["code"].as_str().unwrap().as_bytes();
    for entry in std::fs::read_dir(till.books_path().parent().unwrap()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(code.len()).any(|window| window == code));
    }
}

#[tokio::test]
async fn a_file_that_is_no_book_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other");
    let open = || Gateway::open(GatewayConfig::new([9; 32]), &path).err();
    rusqlite::Connection::open(&path).unwrap().execute("CREATE TABLE t (x)", []).unwrap();
    assert!(matches!(open(), Some(AcquirerError::ForeignBooks { .. })));
    assert!(matches!(Books::open(&path), Err(AcquirerError::ForeignBooks { .. })));
    std::fs::write(&path, "a letter, not a database, and long enough to be sure of it").unwrap();
    assert!(matches!(open(), Some(AcquirerError::Books { .. })));
    assert!(std::fs::read(&path).unwrap().starts_with(b"a letter"));
    let missing = folder.path().join("missing");
    assert!(matches!(Books::open(&missing), Err(AcquirerError::Books { .. })));
}

#[tokio::test(start_paused = true)]
async fn what_is_due_is_booked_when_it_is_due_while_time_is_kept() {
    let mut till = Till::open();
    let gateway = till.gateway.clone();
    let time = tokio::spawn(async move { gateway.keep_time().await });
    till.play("pay A 12.01 alipay | create B 12.32 60").await;
    let books = Books::open(&till.books_path()).unwrap();
    for (after_s, a, b) in [(7, 0, 0), (2, 1_201, 0), (55, 1_201, 0), (2, 1_201, 1_232)] {
        sleep(Duration::from_secs(after_s)).await;
        let nets = (books.net("A").unwrap(), books.net("B").unwrap());
        assert_eq!(nets, (Some(a), Some(b)));
    }
    time.abort();
}

#[tokio::test]
async fn the_gateway_serves_a_port_until_it_is_told_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let made = TestCertificates::new().unwrap();
    made.save(folder.path()).unwrap();
    let loaded = TestCertificates::load(folder.path()).unwrap();
    assert!(loaded == made);
    let config = GatewayConfig::new([9; 32]);
    let gateway = Gateway::open(config, &folder.path().join("books.sqlite")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap();
    let (end, ended) = oneshot::channel::<()>();
    let tls = loaded.server_config().unwrap();
    let serving = tokio::spawn(serve(listener, Arc::clone(&tls), gateway, async {
        ended.await.ok();
    }));
    let stream = tokio::net::TcpStream::connect(port).await.unwrap();
    let status = crate::till::status_over(stream, loaded.ca_pem(), "127.0.0.1").await;
    assert_eq!(status, "HTTP/1.1 401 Unauthorized");
    end.send(()).unwrap();
    serving.await.unwrap().unwrap();
}
