//! Every page of the desk as people meet it, and every page with its longest texts.

use crate::cases::{Case, long, say};
use crate::harness::{own, yuan};
use caisson_core::desk::{
    Act, Details, LIST_ROWS_MAX, MethodRow, Operator, Page, PaymentRow, Problem, Role,
    SEARCH_CHARS_MAX, SignInTrouble, TotalRow,
};
use caisson_core::payment::{Kind, State};
use caisson_core::view::{Outcome, View};
use caisson_core::{Currency, Language, Money, PaymentKey, Reason};
use caisson_devices::screen::Showing;

pub(crate) fn page(page: Page, language: Language) -> Showing {
    own(View::Page(Box::new(page)), language)
}

pub(crate) fn key(number: u64) -> PaymentKey {
    PaymentKey::derive(1_234_567_890, "T0001", 7, number).unwrap()
}

fn operator(name: &str, role: Role) -> Operator {
    Operator { name: name.to_owned(), role }
}

fn operators() -> Vec<Operator> {
    vec![
        operator("Mei", Role::Cashier),
        operator("王建国", Role::Cashier),
        operator("Li Hua", Role::Supervisor),
        operator("陈老板", Role::Owner),
    ]
}

fn method(language: Language, zh: &str, en: &str, trouble: Option<Reason>) -> MethodRow {
    MethodRow { name: say(language, zh, en), trouble }
}

pub(crate) fn row(language: Language, number: u64, outcome: Outcome, minor: u64) -> PaymentRow {
    let (kind, state) = match outcome {
        Outcome::Approved => (Kind::Sale, State::Completed),
        Outcome::Refunded => (Kind::Refund, State::Completed),
        Outcome::Reserved => (Kind::PreAuth, State::Completed),
        Outcome::Released => (Kind::Release, State::Completed),
        Outcome::Declined => (Kind::Sale, State::Declined),
        Outcome::Cancelled => (Kind::Sale, State::Cancelled),
        Outcome::Unknown => (Kind::Sale, State::Unknown),
    };
    let method = match number % 3 {
        0 => say(language, "微信支付", "WeChat Pay"),
        1 => say(language, "支付宝", "Alipay"),
        _ => say(language, "云闪付", "UnionPay"),
    };
    PaymentRow {
        key: key(number),
        kind,
        state,
        outcome,
        amount: yuan(minor),
        method,
        when: format!("2026-11-22 10:{number:02}:30"),
    }
}

fn history(language: Language) -> Vec<PaymentRow> {
    [
        (Outcome::Approved, 1_250),
        (Outcome::Unknown, 8_800),
        (Outcome::Refunded, 1_250),
        (Outcome::Declined, 129_900),
        (Outcome::Approved, 560),
        (Outcome::Cancelled, 4_200),
        (Outcome::Approved, 23_150),
        (Outcome::Approved, 900),
    ]
    .into_iter()
    .zip((0..8_u64).rev())
    .map(|((outcome, minor), number)| row(language, number, outcome, minor))
    .collect()
}

fn problem(language: Language, is_asking: bool) -> Problem {
    let reason = Some(if is_asking { Reason::NoAnswer } else { Reason::Parked });
    Problem { row: row(language, 6, Outcome::Unknown, 8_800), reason, is_asking }
}

fn details(language: Language, outcome: Outcome, reason: Option<Reason>, acts: &[Act]) -> Page {
    let fact = |zh: &str, en: &str, value: &str| (say(language, zh, en), value.to_owned());
    Page::Details(Details {
        row: row(language, 6, outcome, 1_250),
        reason,
        refunded: (outcome == Outcome::Approved).then(|| yuan(500)),
        facts: vec![
            fact("交易单号", "Wallet's number", "4200002026112210063012345678"),
            fact("商户号", "Merchant", "898000000000001"),
            fact("操作员", "Operator", "Mei"),
        ],
        acts: acts.to_vec(),
    })
}

fn total(method: String, sales: u32, sold: u64, refunds: u32, refunded: u64) -> TotalRow {
    TotalRow { method, sales, sold: yuan(sold), refunds, refunded: yuan(refunded) }
}

/// Every page as people meet it.
pub(crate) fn usual(language: Language) -> Vec<Case> {
    let mut all = of_the_till(language);
    all.extend(of_payments(language));
    all.extend(of_the_rest(language));
    all
}

fn case(name: &'static str, language: Language, of: Page) -> Case {
    Case { name, showing: page(of, language) }
}

fn of_the_till(language: Language) -> Vec<Case> {
    let whose = || operator("Mei", Role::Cashier);
    let code = |trouble| Page::Code { operator: whose(), trouble };
    let max = yuan(5_000_000);
    let methods = vec![
        method(language, "微信支付", "WeChat Pay", None),
        method(language, "支付宝", "Alipay", None),
        method(language, "云闪付", "UnionPay", Some(Reason::MethodDown)),
        method(language, "会员卡", "Gift card", None),
    ];
    let mut methods = case("desk-methods", language, Page::Methods { rows: methods });
    methods.showing.amount = Some(yuan(1_250));
    let services = vec![
        say(language, "会员卡查询余额", "Gift card: balance"),
        say(language, "会员卡充值", "Gift card: top up"),
    ];
    vec![
        case("desk-sign-in", language, Page::SignIn { operators: operators() }),
        case("desk-code", language, code(None)),
        case("desk-code-wrong", language, code(Some(SignInTrouble::WrongCode { tries_left: 1 }))),
        case("desk-code-locked", language, code(Some(SignInTrouble::Locked { seconds: 299 }))),
        case("desk-keypad", language, Page::Keypad { problems: 0, max }),
        case("desk-keypad-problems", language, Page::Keypad { problems: 3, max }),
        methods,
        case("desk-menu", language, Page::Menu { problems: 3, services }),
    ]
}

fn of_payments(language: Language) -> Vec<Case> {
    let search =
        |rows, search: &str, is_more| Page::History { rows, search: search.to_owned(), is_more };
    let back = [Act::Reprint, Act::Refund, Act::Void];
    let sale = || row(language, 6, Outcome::Approved, 1_250);
    let reserved = || row(language, 7, Outcome::Reserved, 1_250);
    let down = vec![method(language, "云闪付", "UnionPay", Some(Reason::MethodDown))];
    let problems = vec![
        problem(language, true),
        Problem { row: row(language, 4, Outcome::Unknown, 129_900), ..problem(language, false) },
    ];
    vec![
        case("desk-history", language, search(history(language), "", true)),
        case("desk-history-nothing", language, search(Vec::new(), "88.00", false)),
        case("desk-details", language, details(language, Outcome::Approved, None, &back)),
        case(
            "desk-details-declined",
            language,
            details(language, Outcome::Declined, Some(Reason::BalanceShort), &[]),
        ),
        case("desk-refund", language, Page::RefundAmount { row: sale(), left: yuan(750) }),
        case("desk-void", language, Page::VoidConfirm { row: sale(), left: yuan(1_250) }),
        case("desk-complete", language, Page::RefundAmount { row: reserved(), left: yuan(1_250) }),
        case("desk-release", language, Page::VoidConfirm { row: reserved(), left: yuan(1_250) }),
        case("desk-problems", language, Page::Problems { rows: problems, methods: down }),
        case(
            "desk-problems-none",
            language,
            Page::Problems { rows: Vec::new(), methods: Vec::new() },
        ),
        case("desk-problem-asking", language, Page::Problem(problem(language, true))),
        case("desk-problem-parked", language, Page::Problem(problem(language, false))),
        case(
            "desk-resolve",
            language,
            Page::ResolveConfirm { problem: problem(language, false), paid: true },
        ),
    ]
}

fn of_the_rest(language: Language) -> Vec<Case> {
    let totals = vec![
        total(say(language, "微信支付", "WeChat Pay"), 42, 318_640, 1, 1_250),
        total(say(language, "支付宝", "Alipay"), 17, 102_300, 0, 0),
        total(say(language, "云闪付", "UnionPay"), 1, 8_800, 0, 0),
        total(String::new(), 60, 429_740, 1, 1_250),
    ];
    let part = |zh: &str, en: &str, value: &str| (say(language, zh, en), value.to_owned());
    let parts = vec![
        part("终端", "Terminal", "Caisson 0.1.0"),
        part("运行时", "Runtime", "wasmtime 48.0.8"),
        part("扫码付", "QR payment", "0.1.0 (7)"),
        part("会员卡", "Gift card", "0.1.0 (2)"),
    ];
    let denied = Page::Denied { act: Act::Refund, operator: operator("Mei", Role::Cashier) };
    let said = |is_done, reason| Page::Said { is_done, reason };
    let text = "https://shop.example/r/7K2M9QX4".to_owned();
    let day = "2026-11-22".to_owned();
    vec![
        case("desk-totals", language, Page::Totals { day: day.clone(), rows: totals }),
        case("desk-totals-none", language, Page::Totals { day, rows: Vec::new() }),
        case("desk-denied", language, denied),
        case("desk-settings", language, Page::Settings),
        case("desk-about", language, Page::About { parts }),
        case("desk-receipt", language, Page::ReceiptCode { text }),
        case("desk-said-done", language, said(true, Some(Reason::ResolvedPaid))),
        case("desk-said-plain", language, said(true, None)),
        case("desk-said-not", language, said(false, Some(Reason::RefundExceeds))),
    ]
}

/// The longest name of a way to pay, a person or a service that fits a profile's own limits.
const NAME_CHARS: usize = 30;

/// The largest amount in the longest words.
fn most() -> Money {
    Money::new(caisson_core::money::MINOR_MAX, Currency::Mop).unwrap()
}

fn longest_name(language: Language) -> String {
    long(language, NAME_CHARS)
}

fn longest_row(language: Language) -> PaymentRow {
    let row = row(language, 6, Outcome::Unknown, 1);
    PaymentRow { amount: most(), method: longest_name(language), ..row }
}

fn longest_methods(language: Language) -> Vec<MethodRow> {
    let down = |trouble| MethodRow { name: longest_name(language), trouble: Some(trouble) };
    Reason::ALL.into_iter().map(down).take(LIST_ROWS_MAX).collect()
}

/// Every page with texts and numbers as long as they can be.
pub(crate) fn at_caps(language: Language) -> Vec<Case> {
    let mut cases = at_the_till_at_caps(language);
    cases.extend(of_payments_at_caps(language));
    cases
}

fn at_the_till_at_caps(language: Language) -> Vec<Case> {
    let name = || longest_name(language);
    let whose = || operator(&name(), Role::Supervisor);
    let most = most();
    let long_row = || longest_row(language);
    let methods = || longest_methods(language);
    let case = |name, of| case(name, language, of);
    let mut methods_case = case("desk-methods", Page::Methods { rows: methods() });
    methods_case.showing.amount = Some(most);
    vec![
        case("desk-sign-in", Page::SignIn { operators: vec![whose(); LIST_ROWS_MAX] }),
        case(
            "desk-code",
            Page::Code {
                operator: whose(),
                trouble: Some(SignInTrouble::WrongCode { tries_left: 2 }),
            },
        ),
        case(
            "desk-code-locked",
            Page::Code {
                operator: whose(),
                trouble: Some(SignInTrouble::Locked { seconds: u32::MAX }),
            },
        ),
        case("desk-keypad", Page::Keypad { problems: u32::MAX, max: most }),
        methods_case,
        case("desk-menu", Page::Menu { problems: u32::MAX, services: vec![name(); LIST_ROWS_MAX] }),
        case(
            "desk-history",
            Page::History {
                rows: vec![long_row(); LIST_ROWS_MAX],
                search: long(language, SEARCH_CHARS_MAX),
                is_more: true,
            },
        ),
        case(
            "desk-history-nothing",
            Page::History {
                rows: Vec::new(),
                search: long(language, SEARCH_CHARS_MAX),
                is_more: false,
            },
        ),
    ]
}

fn of_payments_at_caps(language: Language) -> Vec<Case> {
    let name = || longest_name(language);
    let whose = || operator(&name(), Role::Supervisor);
    let most = most();
    let long_row = || longest_row(language);
    let methods = || longest_methods(language);
    let problem = |is_asking| Problem { row: long_row(), reason: Some(Reason::Parked), is_asking };
    let facts = vec![(name(), long(language, 60)); 12];
    let details = Page::Details(Details {
        row: long_row(),
        reason: Some(Reason::TlsFailed),
        refunded: Some(most),
        facts: facts.clone(),
        acts: vec![Act::Reprint, Act::Refund, Act::Void],
    });
    let total = |method| TotalRow {
        method,
        sales: u32::MAX,
        sold: most,
        refunds: u32::MAX,
        refunded: most,
    };
    let case = |name, of| case(name, language, of);
    vec![
        case("desk-details", details),
        case("desk-refund", Page::RefundAmount { row: long_row(), left: most }),
        case("desk-void", Page::VoidConfirm { row: long_row(), left: most }),
        case(
            "desk-totals",
            Page::Totals {
                day: "2026-11-22".to_owned(),
                rows: vec![total(name()), total(String::new())],
            },
        ),
        case(
            "desk-problems",
            Page::Problems { rows: vec![problem(true); LIST_ROWS_MAX], methods: methods() },
        ),
        case("desk-problem-asking", Page::Problem(problem(true))),
        case("desk-problem-parked", Page::Problem(problem(false))),
        case("desk-resolve", Page::ResolveConfirm { problem: problem(false), paid: false }),
        case("desk-denied", Page::Denied { act: Act::Resolve, operator: whose() }),
        case("desk-about", Page::About { parts: facts }),
        case("desk-said", Page::Said { is_done: false, reason: Some(Reason::TlsFailed) }),
    ]
}
