//! Receipts as the customer holds them: the whole paper, as text.

#![allow(clippy::unwrap_used, reason = "a wrong sample must fail its test")]

use caisson_core::document::{Align, Block, Document, Size};
use caisson_core::payment::{Fact, Kind, SIGNATURE_FACT, Signature};
use caisson_core::receipt::{Copy, Merchant, Receipt};
use caisson_core::{Currency, Language, Money, PaymentKey};

/// What a sample receipt tells; the rest is the same on each.
struct Sample {
    kind: Kind,
    amount: &'static str,
    asked: &'static str,
    currency: Currency,
    copy: Copy,
    facts: Vec<Fact>,
    signature: Signature,
}

impl Sample {
    fn sale() -> Self {
        Self {
            kind: Kind::Sale,
            amount: "12.00",
            asked: "12.00",
            currency: Currency::Cny,
            copy: Copy::Original,
            facts: vec![fact("Transaction", "4200001234")],
            signature: Signature::NotWanted,
        }
    }
}

fn fact(name: &str, value: &str) -> Fact {
    Fact { name: name.to_owned(), value: value.to_owned() }
}

fn compose(sample: &Sample, language: Language) -> String {
    let merchant = Merchant {
        name: "晨光面馆".to_owned(),
        merchant_id: "M4401".to_owned(),
        terminal_id: "T1000001".to_owned(),
    };
    let key = PaymentKey::derive(7, "T1000001", 3, 41).unwrap();
    let sale = PaymentKey::derive(7, "T1000001", 3, 40).unwrap();
    let money = |text| Money::parse(text, sample.currency).unwrap();
    let receipt = Receipt {
        merchant: &merchant,
        kind: sample.kind,
        method: match language {
            Language::Zh => "微信支付",
            Language::En => "WeChat Pay",
        },
        amount: money(sample.amount),
        asked: money(sample.asked),
        key: &key,
        original: sample.kind.is_linked().then_some(&sale),
        when: "2026-11-22 09:41:07",
        facts: &sample.facts,
        signature: sample.signature,
        copy: sample.copy,
    };
    match receipt.compose(language) {
        Ok(document) => paper(&document),
        Err(error) => error.to_string(),
    }
}

/// A block a line: `^` stands before large text, `_` before small, `*` before bold; centred text
/// is indented.
fn paper(document: &Document) -> String {
    let line = |block: &Block| match block {
        Block::Line { text, align, size, bold } => {
            let indent = match align {
                Align::Left => "",
                Align::Centre => "    ",
                Align::Right => "        ",
            };
            let size = match size {
                Size::Small => "_",
                Size::Normal => "",
                Size::Large => "^",
            };
            format!("{indent}{size}{}{text}", if *bold { "*" } else { "" })
        }
        Block::Pair { name, value } => format!("{name}: {value}"),
        Block::Qr { text } => format!("[code {text}]"),
        Block::Rule => "----".to_owned(),
        Block::Feed { lines } => format!("[feed {lines}]"),
        Block::Cut => "[cut]".to_owned(),
    };
    document.blocks().iter().map(line).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn check(sample: &Sample, language: Language, expected: &str) {
    assert_eq!(compose(sample, language), expected.trim_matches('\n'));
}

#[test]
fn a_sale_in_english() {
    check(
        &Sample::sale(),
        Language::En,
        "
    ^*晨光面馆
    *SALE - APPROVED
----
Merchant: M4401
Terminal: T1000001
Paid by: WeChat Pay
Time: 2026-11-22 09:41:07
Order: 000000070000300015T1000001
Transaction: 4200001234
----
    ^*¥ 12.00
----
[code 000000070000300015T1000001]
    _Keep this; a refund scans the code above
[feed 3]
[cut]
",
    );
}

#[test]
fn a_sale_in_chinese() {
    check(
        &Sample { facts: vec![fact("微信单号", "4200001234")], ..Sample::sale() },
        Language::Zh,
        "
    ^*晨光面馆
    *消费 · 收款成功
----
商户编号: M4401
终端编号: T1000001
付款方式: 微信支付
时间: 2026-11-22 09:41:07
订单号: 000000070000300015T1000001
微信单号: 4200001234
----
    ^*¥ 12.00
----
[code 000000070000300015T1000001]
    _请保留小票，退款时扫描上方二维码
[feed 3]
[cut]
",
    );
}

#[test]
fn a_second_copy_says_that_it_is_one_and_is_otherwise_the_same() {
    for (language, mark) in
        [(Language::En, "    **** DUPLICATE ***"), (Language::Zh, "    **** 重印 ***")]
    {
        let original = compose(&Sample::sale(), language);
        let copy = compose(&Sample { copy: Copy::Reprint, ..Sample::sale() }, language);
        let mut lines: Vec<_> = original.lines().collect();
        lines.insert(2, mark);
        assert_eq!(copy, lines.join("\n"));
    }
}

#[test]
fn a_refund_names_the_sale_that_it_gives_back() {
    let refund = || Sample { kind: Kind::Refund, facts: Vec::new(), ..Sample::sale() };
    check(
        &refund(),
        Language::En,
        "
    ^*晨光面馆
    *REFUND - APPROVED
----
Merchant: M4401
Terminal: T1000001
Paid by: WeChat Pay
Time: 2026-11-22 09:41:07
Order: 000000070000300015T1000001
Original order: 000000070000300014T1000001
----
    ^*¥ 12.00
----
[code 000000070000300015T1000001]
    _Keep this; a refund scans the code above
[feed 3]
[cut]
",
    );
    check(
        &refund(),
        Language::Zh,
        "
    ^*晨光面馆
    *退款 · 已退回
----
商户编号: M4401
终端编号: T1000001
付款方式: 微信支付
时间: 2026-11-22 09:41:07
订单号: 000000070000300015T1000001
原订单号: 000000070000300014T1000001
----
    ^*¥ 12.00
----
[code 000000070000300015T1000001]
    _请保留小票，退款时扫描上方二维码
[feed 3]
[cut]
",
    );
}

#[test]
fn each_kind_says_what_it_did_and_a_linked_one_names_the_payment_before() {
    let check = |kind, zh: &str, en: &str| {
        for (language, title) in [(Language::Zh, zh), (Language::En, en)] {
            let paper = compose(&Sample { kind, ..Sample::sale() }, language);
            assert_eq!(paper.lines().nth(1), Some(format!("    *{title}").as_str()));
            let names = paper.contains("000000070000300014T1000001");
            assert_eq!(names, kind.is_linked(), "{kind}");
        }
    };
    check(Kind::PreAuth, "预授权 · 已冻结", "PRE-AUTHORISATION - RESERVED");
    check(Kind::Completion, "预授权完成 · 收款成功", "COMPLETION - APPROVED");
    check(Kind::Release, "预授权撤销 · 已解冻", "PRE-AUTHORISATION VOID - RELEASED");
}

#[test]
fn a_partial_approval_shows_what_moved_large_and_what_was_asked_below() {
    let partial = || Sample { amount: "8.00", facts: Vec::new(), ..Sample::sale() };
    check(
        &partial(),
        Language::En,
        "
    ^*晨光面馆
    *SALE - APPROVED
----
Merchant: M4401
Terminal: T1000001
Paid by: WeChat Pay
Time: 2026-11-22 09:41:07
Order: 000000070000300015T1000001
----
    ^*¥ 8.00
Asked for: 12.00
----
[code 000000070000300015T1000001]
    _Keep this; a refund scans the code above
[feed 3]
[cut]
",
    );
    check(
        &partial(),
        Language::Zh,
        "
    ^*晨光面馆
    *消费 · 收款成功
----
商户编号: M4401
终端编号: T1000001
付款方式: 微信支付
时间: 2026-11-22 09:41:07
订单号: 000000070000300015T1000001
----
    ^*¥ 8.00
应付金额: 12.00
----
[code 000000070000300015T1000001]
    _请保留小票，退款时扫描上方二维码
[feed 3]
[cut]
",
    );
}

#[test]
fn a_signature_is_told_where_it_was_given_on_the_screen_and_else_has_a_line() {
    let below = |signature, language| {
        let facts = vec![fact(SIGNATURE_FACT, "REQUIRED")];
        let paper = compose(&Sample { facts, signature, ..Sample::sale() }, language);
        assert!(!paper.contains("REQUIRED"), "{paper}");
        let below = paper.split_once("12.00\n").unwrap().1.split_once("\n[code").unwrap().0;
        below.to_owned()
    };
    assert_eq!(below(Signature::OnScreen, Language::En), "Signature: signed on the screen\n----");
    assert_eq!(below(Signature::OnScreen, Language::Zh), "持卡人签名: 已在屏幕上签名\n----");
    let line = "[feed 2]\nSignature: ________________\n----";
    assert_eq!(below(Signature::Missing, Language::En), line);
    assert_eq!(
        below(Signature::Missing, Language::Zh),
        "[feed 2]\n持卡人签名: ________________\n----"
    );
}

#[test]
fn an_amount_has_the_sign_and_decimals_of_its_currency() {
    for (currency, amount, expected) in [
        (Currency::Jpy, "1200", "    ^*¥ 1200"),
        (Currency::Kwd, "1.234", "    ^*KD 1.234"),
        (Currency::Hkd, "12.00", "    ^*HK$ 12.00"),
    ] {
        let sample = Sample { amount, asked: amount, currency, ..Sample::sale() };
        assert_eq!(compose(&sample, Language::En).lines().nth(10), Some(expected));
    }
}

#[test]
fn a_fact_that_could_steer_the_printer_is_refused_by_the_document() {
    check(
        &Sample { facts: vec![fact("wallet", "\u{1b}@")], ..Sample::sale() },
        Language::En,
        "block 8 holds the character U+001B, which no paper may carry",
    );
}
