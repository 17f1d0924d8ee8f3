//! Every view as people meet it, and every view at its caps.

use crate::harness::{code, of_app, own, yuan};
use caisson_core::document::{Align, Block, Document, Size};
use caisson_core::view::{
    BODY_CHARS_MAX, CODE_BYTES_MAX, FIELDS_MAX, Field, FieldKind, LABEL_CHARS_MAX, Mark, Outcome,
    PinAsk, ROW_CHARS_MAX, ROWS_MAX, TITLE_CHARS_MAX, VALUE_CHARS_MAX, View,
};
use caisson_core::{Language, Reason};
use caisson_devices::screen::Showing;

/// A view with the name of its picture.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) showing: Showing,
}

fn case(name: &'static str, showing: Showing) -> Case {
    Case { name, showing }
}

/// The text of `language`.
pub(crate) fn say(language: Language, zh: &str, en: &str) -> String {
    match language {
        Language::Zh => zh.to_owned(),
        Language::En => en.to_owned(),
    }
}

/// Every view as people meet it.
pub(crate) fn usual(language: Language) -> Vec<Case> {
    let mut all = of_apps(language);
    all.extend(of_the_host(language));
    all
}

fn of_apps(language: Language) -> Vec<Case> {
    let say = |zh: &str, en: &str| say(language, zh, en);
    let app = |view| of_app(view, language);
    let service = |view| Showing { amount: None, ..of_app(view, language) };
    let message = View::Message {
        title: say("会员卡已到期", "The membership has ended"),
        body: say(
            "该会员卡已于 2026-10-31 到期，本次不能使用会员价。请告知顾客，可在柜台续期。",
            "This card's membership ended on 2026-10-31, so its prices do not apply today. The \
             customer can renew it at the counter.",
        ),
    };
    let progress = View::Progress {
        title: say("正在查询余额", "Asking for the balance"),
        body: say("通常只需几秒钟。", "This takes a few seconds as a rule."),
    };
    let scan =
        View::Scan { prompt: say("请顾客出示付款码", "Scan the customer's payment code") };
    let qr = View::Qr {
        text: "https://pay.example/o/7K2M9QX4".to_owned(),
        caption: say("请顾客扫码付款", "Ask the customer to scan"),
    };
    vec![
        case("message", app(message)),
        case("progress", app(progress.clone())),
        case("progress-blocked", Showing { can_cancel: false, ..app(progress) }),
        case("wait", app(View::Wait)),
        case("scan", app(scan)),
        case("qr", app(qr)),
        case("menu", app(menu(language))),
        case("amount", app(View::Amount { title: say("小费", "Tip"), max_minor: 50_000 })),
        case("form-digits", service(form(language, FieldKind::Digits))),
        case("form-text", service(form(language, FieldKind::Text))),
        case("form-phone", service(form(language, FieldKind::Phone))),
        case("form-email", service(form(language, FieldKind::Email))),
        case(
            "present-card",
            app(View::PresentCard { prompt: say("请出示银行卡", "Present the card") }),
        ),
        case("signature", app(View::Signature { title: say("请签名", "Please sign") })),
        case("result-done", service(result(language, Mark::Done))),
        case("result-failed", service(result(language, Mark::Failed))),
        case("result-attention", service(result(language, Mark::Attention))),
        case("preview", app(View::Preview { document: receipt(language) })),
    ]
}

fn of_the_host(language: Language) -> Vec<Case> {
    let say = |zh: &str, en: &str| say(language, zh, en);
    let app = |view| Showing { app: None, ..of_app(view, language) };
    let end = |outcome, reason, asks_receipt| {
        let view = View::Outcome { outcome, reason, asks_receipt };
        let until = if asks_receipt { app(View::Wait).until } else { None };
        Showing { amount: Some(yuan(1_250)), until, ..own(view, language) }
    };
    let rows = vec![say("微信支付", "WeChat Pay"), say("现金", "Cash"), say("会员卡", "Gift card")];
    let hold = |was_wrong| View::Hold { reason: Reason::HeldAmount, tries_left: 2, was_wrong };
    let pin = |ask, can_bypass| own(View::Pin { ask, can_bypass, is_shuffled: false }, language);
    let pin = |ask, can_bypass| Showing {
        amount: Some(yuan(1_250)),
        can_cancel: true,
        until: app(View::Wait).until,
        ..pin(ask, can_bypass)
    };
    let last = PinAsk::Wrong { tries_left: Some(1) };
    let notice = View::Notice { reason: Reason::PaperOut };
    vec![
        case("idle", own(View::Idle, language)),
        case("confirm", app(View::Confirm { reason: Reason::SameAmountOpen })),
        case("hold", app(hold(false))),
        case("hold-wrong", app(hold(true))),
        case("pin", pin(PinAsk::First, false)),
        case("pin-bypass", pin(PinAsk::First, true)),
        case("pin-wrong", pin(last, false)),
        case("instead", app(View::Instead { reason: Reason::MethodDown, rows })),
        case("outcome-approved", end(Outcome::Approved, None, true)),
        case("outcome-refunded", end(Outcome::Refunded, None, false)),
        case("outcome-reserved", end(Outcome::Reserved, None, false)),
        case("outcome-released", end(Outcome::Released, None, false)),
        case("outcome-declined", end(Outcome::Declined, Some(Reason::BalanceShort), false)),
        case("outcome-cancelled", end(Outcome::Cancelled, Some(Reason::CancelledByCashier), false)),
        case("outcome-unknown", end(Outcome::Unknown, Some(Reason::NoAnswer), false)),
        case("notice", Showing { until: None, can_cancel: false, ..app(notice) }),
    ]
}

fn menu(language: Language) -> View {
    let rows = [
        ("查询余额", "Balance"),
        ("充值", "Top up"),
        ("挂失", "Report a lost card"),
        ("换卡", "Replace the card"),
    ];
    View::Menu {
        title: say(language, "会员卡服务", "Gift card"),
        rows: rows.iter().map(|(zh, en)| say(language, zh, en)).collect(),
    }
}

fn form(language: Language, kind: FieldKind) -> View {
    let label = match kind {
        FieldKind::Digits => say(language, "桌号", "Table"),
        FieldKind::Text => say(language, "发票抬头", "Name on the invoice"),
        FieldKind::Phone => say(language, "手机号", "Telephone"),
        FieldKind::Email => say(language, "电子邮箱", "Mail address"),
    };
    let field = Field { label, kind, chars_max: 40, is_optional: false };
    View::Form {
        title: say(language, "开票信息", "For the invoice"),
        fields: vec![field.clone(), field],
    }
}

fn result(language: Language, mark: Mark) -> View {
    let (title, body) = match mark {
        Mark::Done => (
            say(language, "充值成功", "Topped up"),
            say(language, "余额 ¥120.00", "The balance is ¥120.00 now."),
        ),
        Mark::Failed => (
            say(language, "查询失败", "No balance"),
            say(
                language,
                "卡号不存在，请核对后重试。",
                "There is no such card. Check it, and try again.",
            ),
        ),
        Mark::Attention => (
            say(language, "请联系发卡方", "Call the issuer"),
            say(language, "该卡需人工核验。", "Somebody must look at this card."),
        ),
    };
    View::Result { mark, title, body }
}

fn receipt(language: Language) -> Document {
    let line = |text: String, size, bold| Block::Line { text, align: Align::Centre, size, bold };
    let pair = |name: String, value: &str| Block::Pair { name, value: value.to_owned() };
    Document::new(vec![
        line(say(language, "海风茶馆", "Sea Breeze Tea"), Size::Large, true),
        Block::Rule,
        pair(say(language, "商品", "Sale"), "12.50"),
        pair(say(language, "时间", "Time"), "2026-11-22 10:05"),
        pair(say(language, "单号", "Order"), "7K2M9QX4"),
        Block::Rule,
        line("¥12.50".to_owned(), Size::Large, true),
        Block::Qr { text: "https://shop.example/r/7K2M9QX4".to_owned() },
        line(say(language, "谢谢惠顾", "Thank you"), Size::Normal, false),
    ])
    .unwrap()
}

/// Text of exactly so many characters: words of usual length, or Chinese without a blank.
pub(crate) fn long(language: Language, characters: usize) -> String {
    let pattern = match language {
        Language::Zh => "请将付款码对准摄像头并保持不动直到听见提示音",
        Language::En => "Hold the payment code before the camera until it beeps then wait ",
    };
    let text: String = pattern.chars().cycle().take(characters).collect();
    // A text that ends with a blank would be one shorter to the eye.
    if text.ends_with(' ') { format!("{}.", text.trim_end()) } else { text }
}

/// Every view at its caps.
pub(crate) fn at_caps(language: Language) -> Vec<Case> {
    let title = || long(language, TITLE_CHARS_MAX);
    let body = || long(language, BODY_CHARS_MAX);
    let app = |view: View| {
        assert_eq!(view.check(), Ok(()), "{}", code(language));
        let mut showing = of_app(view, language);
        // The longest that twelve digits can be.
        showing.amount = Some(yuan(caisson_core::money::MINOR_MAX));
        showing
    };
    let field = |kind| Field {
        label: long(language, LABEL_CHARS_MAX),
        kind,
        chars_max: u32::try_from(VALUE_CHARS_MAX).unwrap(),
        is_optional: true,
    };
    let form = |kind| View::Form { title: title(), fields: vec![field(kind); FIELDS_MAX] };
    let result = View::Result { mark: Mark::Attention, title: title(), body: body() };
    let rows = vec![long(language, ROW_CHARS_MAX); ROWS_MAX];
    vec![
        case("message", app(View::Message { title: title(), body: body() })),
        case("progress", app(View::Progress { title: title(), body: body() })),
        case("scan", app(View::Scan { prompt: title() })),
        case("qr", app(View::Qr { text: "7".repeat(CODE_BYTES_MAX), caption: title() })),
        case("menu", app(View::Menu { title: title(), rows })),
        case("amount", app(View::Amount { title: title(), max_minor: 1 })),
        case("form-digits", app(form(FieldKind::Digits))),
        case("form-text", app(form(FieldKind::Text))),
        case("form-phone", app(form(FieldKind::Phone))),
        case("form-email", app(form(FieldKind::Email))),
        case("present-card", app(View::PresentCard { prompt: title() })),
        case("signature", app(View::Signature { title: title() })),
        case("result", app(result)),
    ]
}

/// Every reason of the table on every view that carries one.
pub(crate) fn reasons(language: Language) -> Vec<Showing> {
    let showing = |view, can_cancel| Showing {
        amount: Some(yuan(99_999_999)),
        can_cancel,
        ..own(view, language)
    };
    let mut all = Vec::new();
    for reason in Reason::ALL {
        let outcome = Outcome::of_reason(reason);
        let end = |asks_receipt| View::Outcome { outcome, reason: Some(reason), asks_receipt };
        all.push(showing(end(true), false));
        all.push(showing(end(false), false));
        all.push(showing(View::Notice { reason }, false));
        all.push(showing(View::Confirm { reason }, true));
        all.push(showing(View::Hold { reason, tries_left: 2, was_wrong: true }, true));
        let rows = vec![long(language, ROW_CHARS_MAX); 3];
        all.push(showing(View::Instead { reason, rows }, true));
    }
    all
}
