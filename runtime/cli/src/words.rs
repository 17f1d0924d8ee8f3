//! The journal in people's words, zh and en.

use caisson_core::desk::DeskEvent;
use caisson_core::payment::{Event, Payment};
use caisson_core::{Language, Money, Reason, Stan, Text};

/// The head of a list of payments.
pub(crate) const HEADER: [Text; 7] = [
    Text { zh: "时间", en: "time" },
    Text { zh: "单号", en: "key" },
    Text { zh: "类型", en: "kind" },
    Text { zh: "方式", en: "method" },
    Text { zh: "金额", en: "amount" },
    Text { zh: "状态", en: "state" },
    Text { zh: "原因", en: "why" },
];

/// What a payment is, as rows of name and value.
pub(crate) fn facts(payment: &Payment, language: Language) -> Vec<Vec<String>> {
    let intent = payment.intent();
    let mut rows = vec![
        (Text { zh: "单号", en: "key" }, intent.key.to_string()),
        (Text { zh: "类型", en: "kind" }, intent.kind.to_string()),
        (Text { zh: "方式", en: "method" }, format!("{}/{}", intent.app, intent.service)),
        (Text { zh: "应收", en: "asked" }, money(intent.amount)),
        (Text { zh: "状态", en: "state" }, payment.state().to_string()),
    ];
    if let Some(approved) = payment.approved() {
        rows.push((Text { zh: "实收", en: "approved" }, money(approved)));
    }
    if let Some(original) = &intent.original {
        rows.push((Text { zh: "原单", en: "refund of" }, original.to_string()));
    }
    if let Some(order) = &intent.merchant_order {
        rows.push((Text { zh: "订单", en: "order" }, order.clone()));
    }
    let named =
        rows.into_iter().map(|(name, value)| vec![name.in_language(language).to_owned(), value]);
    let told = payment.facts().iter().map(|fact| vec![fact.name.clone(), fact.value.clone()]);
    named.chain(told).collect()
}

fn money(amount: Money) -> String {
    format!("{} {amount}", amount.currency().code())
}

/// What happened, in a sentence.
pub(crate) fn event(event: &Event, language: Language) -> String {
    let zh = language == Language::Zh;
    let why = |reason: &Reason| reason.row().why.in_language(language);
    match event {
        Event::Created { intent } => {
            let amount = money(intent.amount);
            let asked = if zh { format!("应收 {amount}") } else { format!("{amount} asked") };
            match intent.released.as_ref().map(why) {
                None => asked,
                Some(held) if zh => format!("{asked}；店主已授权（{held}）"),
                Some(held) => format!("{asked}; released by the owner ({held})"),
            }
        }
        Event::Authorising { operation, offer, .. } => match (zh, offer) {
            (true, false) => format!("即将发送请求 {operation}"),
            (true, true) => format!("即将出示收款码 {operation}"),
            (false, false) => format!("request {operation} is about to be sent"),
            (false, true) => format!("offer {operation} is about to be made"),
        },
        Event::NotSent { reason } | Event::Unknown { reason } | Event::Declined { reason } => {
            why(reason).to_owned()
        }
        Event::AppFault { rule } => {
            if zh {
                format!("应用违反规则：{rule}")
            } else {
                format!("the app broke a rule: {rule}")
            }
        }
        Event::Approved { amount, .. } => {
            let amount = money(*amount);
            if zh { format!("已收 {amount}") } else { format!("{amount} moved") }
        }
        Event::Signed => {
            if zh { "已在屏幕上签名。" } else { "The customer signed on the screen." }.to_owned()
        }
        Event::Completed => if zh { "已服务顾客。" } else { "The customer was served." }.to_owned(),
        Event::Cancelled { reason, .. } | Event::Reversed { reason } => why(reason).to_owned(),
        Event::PaidLate { amount } => {
            let amount = money(*amount);
            if zh {
                format!("关闭后仍付款 {amount}，正在退回")
            } else {
                format!("{amount} paid after the close; it is being given back")
            }
        }
        Event::WatchEnded => {
            if zh { "已确认未付款。" } else { "It stayed unpaid for good." }.to_owned()
        }
        Event::Parked => if zh {
            "自动查询已用尽，等待人工处理。"
        } else {
            "Recovery has used its budget."
        }
        .to_owned(),
        Event::Resolved { paid, why } => match (zh, paid) {
            (true, Some(paid)) => format!("店主核实已付 {}：{why}", money(*paid)),
            (true, None) => format!("店主核实未付：{why}"),
            (false, Some(paid)) => format!("the owner says {} moved: {why}", money(*paid)),
            (false, None) => format!("the owner says nothing moved: {why}"),
        },
        Event::Printed { copy, failed } => match (zh, failed) {
            (_, Some(reason)) => why(reason).to_owned(),
            (true, None) => format!("第 {} 张小票", copy.saturating_add(1)),
            (false, None) => format!("sheet {}", copy.saturating_add(1)),
        },
    }
}

/// What happened at the desk, as one sentence.
pub(crate) fn desk(event: &DeskEvent, language: Language) -> String {
    let word = |text: Text| text.in_language(language);
    let who = event.operator().map_or_else(String::new, |operator| {
        format!("{} ({})  ", operator.name, word(operator.role.word()))
    });
    let left = |left: u32| match language {
        Language::Zh => format!("，还可再试 {left} 次"),
        Language::En => format!(", {left} left"),
    };
    let what = match event {
        DeskEvent::SignedIn { .. } => word(Text { zh: "签到", en: "signed in" }).to_owned(),
        DeskEvent::SignedOut { .. } => word(Text { zh: "签退", en: "signed out" }).to_owned(),
        DeskEvent::WrongCode { left: tries, .. } => {
            let wrong = word(Text { zh: "密码错误", en: "wrong code" });
            format!("{wrong}{}", left(*tries))
        }
        DeskEvent::Locked { .. } => word(Text { zh: "已锁定", en: "locked" }).to_owned(),
        DeskEvent::Unlocked { .. } => word(Text { zh: "已解锁", en: "unlocked" }).to_owned(),
        DeskEvent::Denied { act, .. } => {
            let denied = word(Text { zh: "权限不足：", en: "not allowed: " });
            format!("{denied}{}", word(act.word()))
        }
        DeskEvent::NotReleased { key, left: tries } => {
            let wrong = word(Text { zh: "店主密码错误", en: "wrong owner's code for" });
            format!("{wrong} {key}{}", left(*tries))
        }
        DeskEvent::Traced { sequence } => {
            let traced = word(Text {
                zh: "非交易请求，流水号",
                en: "a request of no payment, trace number",
            });
            format!("{traced} {}", Stan::nth(sequence.saturating_sub(1)))
        }
    };
    format!("{who}{what}")
}
