//! A first payment app: the customer shows a code, the wallet is asked, and the terminal hears what
//! became of it. Read it from top to bottom; it is a lesson.
//!
//! The terminal holds the money's rules, whatever stands here: it writes order number and amount
//! into each request, sends at most one that can move money, and believes an outcome only where it
//! agrees with what the acquirer has answered.

use caisson_sdk::payment::{Answer, Reading};
use caisson_sdk::{Intent, Money, Outcome, PaymentApp, Service, Stop, Ticket};
use caisson_sdk::{camera, payment, reason, ui};
use serde_json::json;
use std::time::Duration;

/// How long a customer may look for the code.
const SCAN: Duration = Duration::from_secs(60);
/// How long to wait before the wallet is asked again, and how often: 30 s in all. WeChat takes an
/// order back only after 15 s.
const PAUSE: Duration = Duration::from_secs(3);
const QUESTIONS: u32 = 10;

struct App;

impl PaymentApp for App {
    /// What the cashier can choose.
    fn services() -> Vec<Service> {
        vec![Service::sale("pay", "扫顾客付款码", "Scan customer's code")]
    }

    /// One sale, as a straight story. Every `?` may end it early, and is safe: before `submit` it
    /// ends as cancelled, after it as unknown, and then the terminal goes on with `recover`.
    fn start(intent: &Intent) -> Result<Outcome, Stop> {
        // Nothing is at risk yet. The text of the code is as good as cash: never log it.
        let code = camera::scan(text("请出示付款码", "Show the payment code"), SCAN)?.text;
        let Some(wallet) = wallet_of(&code) else {
            return Ok(Outcome::declined(reason::NOT_A_PAYMENT_CODE));
        };
        ui::progress(text("正在收款", "Taking the payment"), "")?;

        // The one request that can move money. The terminal writes it down, then sends it.
        let request = json!({ "wallet": wallet, "code": code });
        let mut answer = payment::submit("pay", &request, b"")?;

        // Open: the wallet asks its customer. Ask the wallet until it knows.
        if answer.reading == Reading::Open {
            ui::progress(text("等待顾客确认", "Waiting for the customer"), "")?;
        }
        for _ in 0..QUESTIONS {
            if answer.reading != Reading::Open {
                break;
            }
            ui::wait(PAUSE)?;
            answer = payment::inquire("query", &json!({}))?;
        }
        settle(answer, &intent.amount())
    }

    /// After a lost answer, a crash, a power cut: a new instance, which knows only the ticket. No
    /// cashier is there. Ask once; what stays unknown is asked about again later.
    fn recover(ticket: &Ticket) -> Result<Outcome, Stop> {
        settle(payment::inquire("query", &json!({}))?, &ticket.amount())
    }
}

/// Takes back what the acquirer has not decided, and says what is then proved.
fn settle(mut answer: Answer, asked: &Money) -> Result<Outcome, Stop> {
    if matches!(answer.reading, Reading::Open | Reading::Unreadable) {
        answer = payment::undo("cancel", &json!({}))?;
    }
    Ok(outcome(&answer, asked))
}

/// What an answer proves, and no more: the heart of every payment app.
fn outcome(answer: &Answer, asked: &Money) -> Outcome {
    match answer.reading {
        Reading::Paid => Outcome::approved(answer.amount_or(asked), Vec::new()),
        Reading::NotPaid => Outcome::declined(answer.reason_or_other()),
        Reading::Undone => Outcome::cancelled(reason::ORDER_CLOSED),
        Reading::Open | Reading::Unreadable => Outcome::Unknown,
    }
}

/// Whose code it is, by the wallets' public rules; `None` for a code that is not for paying.
fn wallet_of(code: &str) -> Option<&'static str> {
    if !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match (code.len(), code.get(..2)?) {
        (18, "10" | "11" | "12" | "13" | "14" | "15") => Some("wechat"),
        (16..=24, "25" | "26" | "27" | "28" | "29" | "30") => Some("alipay"),
        (19, "62") => Some("unionpay"),
        _ => None,
    }
}

/// The one of two texts that the cashier reads.
fn text<'t>(zh: &'t str, en: &'t str) -> &'t str {
    if ui::language() == "zh" { zh } else { en }
}

caisson_sdk::payment_app!(App);

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(reading: Reading, expected: &Outcome) {
        let paid = Money::new(700, "CNY");
        let reason = Some("balance-short".to_owned());
        let answer = Answer { reading, amount: Some(paid), reason, body: Vec::new() };
        assert_eq!(outcome(&answer, &Money::new(1_200, "CNY")), *expected);
    }

    #[test]
    fn only_paid_is_approved_and_only_what_was_paid() {
        check(Reading::Paid, &Outcome::approved(Money::new(700, "CNY"), Vec::new()));
        check(Reading::NotPaid, &Outcome::declined("balance-short"));
        check(Reading::Undone, &Outcome::cancelled("order-closed"));
    }

    #[test]
    fn what_is_not_decided_is_unknown_never_declined() {
        check(Reading::Open, &Outcome::Unknown);
        check(Reading::Unreadable, &Outcome::Unknown);
    }

    #[test]
    fn a_wallet_is_known_by_its_code() {
        let check =
            |code: &str, wallet: Option<&str>| assert_eq!(wallet_of(code), wallet, "{code}");
        check("134567890123456789", Some("wechat"));
        check("2512345678901234", Some("alipay"));
        check("6212345678901234567", Some("unionpay"));
        check("6901234567892", None);
        check("https://example.com", None);
        check("", None);
    }
}
