//! A wallet gateway and a bank host to test payment apps against: real servers with memories of
//! their own. The bank host (cards, ISO 8583) is [`bank`]; this page is the gateway's.
//!
//! It answers as WeChat Pay, Alipay and UnionPay gateways do, keeps its own books, and does wrong
//! whatever you ask it to. Guarantees: what was answered is in the books first; an order is
//! charged at most once; the books never share code with the terminal that they are compared with.
//! Deliberately not here: real money, real wallets, a ledger of who owns what.
//!
//! # Run it
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use caisson_acquirer::{Gateway, GatewayConfig, TestCertificates, serve};
//!
//! let certificates = TestCertificates::new()?; // give certificates.ca_pem() to the terminal
//! let mut config = GatewayConfig::new([7; 32]);
//! config.terminals.insert("terminal-1".to_owned(), [0; 32]); // its Ed25519 public key
//! config.faults.push("loses the answer to pay, once".parse()?);
//! let gateway = Gateway::open(config, "books.sqlite".as_ref())?;
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let stop = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
//! serve(listener, certificates.server_config()?, gateway.clone(), stop).await?;
//! for order in gateway.books()?.list()? {
//!     println!("{} {:?} {}", order.order, order.state, order.net());
//! }
//! # Ok(()) }
//! ```
//!
//! # The wire
//!
//! HTTPS, HTTP/1.1, one exchange per connection. Every call is a POST of a JSON object of at most
//! 64 KiB. Every business answer is status 200 and a signed JSON object with a `result`; anything
//! else (401 for a request that is not believed, 404, 405, 408, 413, a closed connection) says
//! nothing about the money. A 401 has a text that says what is wrong.
//!
//! A request carries three headers: `caisson-key` (the terminal's key id), `caisson-nonce` (32
//! lowercase hex digits, new for every request, repeats included) and `caisson-signature`: the
//! base64 of an Ed25519 signature over this text, without a newline at its end:
//!
//! ```text
//! caisson-request-v1
//! POST
//! /v1/pay
//! <nonce>
//! <lowercase hex of SHA-256 of the body>
//! ```
//!
//! An answer's `caisson-signature` is by the gateway's key over:
//!
//! ```text
//! caisson-answer-v1
//! 200
//! <nonce of the request>
//! <lowercase hex of SHA-256 of the request's body>
//! <lowercase hex of SHA-256 of the answer's body>
//! ```
//!
//! An answer that does not verify is no answer.
//!
//! # What can be asked
//!
//! Amounts are integers in minor units, 1 to 1,000,000,000; orders and refunds have numbers of 1 to
//! 32 characters of `[0-9A-Z]`. Each answer repeats `order` or `refund`, and an amount never comes
//! without its `currency`.
//!
//! | `POST /v1/…` | body | results |
//! |---|---|---|
//! | `pay` | order, amount, currency, wallet, code, subject? | PAID, WAITING, DECLINED, BUSY |
//! | `query`, `lookup` | order | PAID (with refunded), WAITING, CREATED, DECLINED, CLOSED, NOT_FOUND |
//! | `cancel` | order | CLOSED, TOO_EARLY, WAITING |
//! | `create` | order, amount, currency, expires_s, wallet? | CREATED (with code_url), PAID, DECLINED |
//! | `close` | order | CLOSED, PAID, DECLINED (a scanned code is cancelled, not closed) |
//! | `refund` | refund, order, amount, currency | REFUNDED, DECLINED, BUSY |
//! | `refund-query` | refund | REFUNDED, DECLINED, NOT_FOUND |
//!
//! DECLINED has a `reason`, one of [`Reason`]; `bad-request` adds a `detail` that names the field.
//! BUSY is a system error: what became of the request is not known, so ask.
//!
//! The same number with the same data is answered with where it stands now and moves nothing more;
//! other data is DECLINED `duplicate-differs`. `cancel` or `close` of an unknown order remembers it
//! as closed, so that a `pay` that was overtaken is DECLINED `order-closed`.
//!
//! # The wallets
//!
//! | wallet | codes | cancel | a customer who never confirms |
//! |---|---|---|---|
//! | `wechat` | 18 digits, 10 to 15 first | TOO_EARLY for 15 s after pay; WAITING while the customer is confirming | closed at 45 s |
//! | `alipay` | 16 to 24 digits, 25 to 30 first | at once | closed at 3 min |
//! | `unionpay` | 19 digits, 62 first | at once | closed at 3 min |
//!
//! A code that does not look like its wallet's is DECLINED `code-invalid`; a code of an earlier
//! order, `code-used`.
//!
//! # The customer's phone
//!
//! Unsigned, for tests, struck by no fault:
//!
//! | POST | body | results |
//! |---|---|---|
//! | `/wallet/scan` | code_url | SHOWN (payee, amount, currency), DECLINED, NOT_FOUND |
//! | `/wallet/pay` | code_url, answer: `pay` or `refuse` | PAID, REFUSED, DECLINED, NOT_FOUND |
//! | `/wallet/confirm` | order or code, answer | PAID, REFUSED, NOT_FOUND |
//!
//! # Making things go wrong
//!
//! By amount: the last two digits choose, as [`AMOUNTS`] lists and [`amounts_help`] prints. By
//! script: [`Faults`] holds lines such as `loses the answer to pay, once`; [`fault_help`] prints
//! every form. A scripted fault wins over the wire faults of an amount; what the amount says about
//! the customer still holds.
//!
//! # The books
//!
//! [`Books::open`] reads them from any process: [`Books::net`] of an order is what the merchant
//! keeps, and what the terminal's journal must agree with.

pub use amounts::{
    AMOUNTS, AmountRow, CONFIRM_AFTER_S, Effect, LATE_ANSWER_S, PAID_LATE_AFTER_S,
    PAY_ALONE_AFTER_S, SLOW_S, amounts_help,
};
pub use books::order::{OrderState, Presented};
pub use books::{Books, ExchangeEntry, OrderEntry, RefundEntry, Totals};
pub use certificates::{CERTIFICATE_NAMES, TestCertificates};
pub use error::{AcquirerError, ConnectionError};
pub use exchange::{Operation, Reason};
pub use fault::{
    FAULT_PHRASES, FAULT_SECONDS_MAX, Fault, FaultKind, FaultSyntax, FaultTarget, Faults,
    fault_help, fault_help_of,
};
pub use gateway::{Gateway, GatewayConfig};
pub use server::{BODY_BYTES_MAX, serve, serve_stream};
pub use wallet::{
    ALIPAY_CONFIRM_WINDOW_S, WECHAT_CANCEL_NOT_BEFORE_S, WECHAT_CONFIRM_WINDOW_S, Wallet,
};

pub mod bank;

mod amounts;
mod books;
mod certificates;
mod error;
mod exchange;
mod fault;
mod gateway;
mod server;
mod signature;
mod wallet;
