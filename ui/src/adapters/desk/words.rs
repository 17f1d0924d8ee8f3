//! The words of the desk's pages that depend on what a page holds, in both languages. Words that
//! are always the same stand in the `.slint` files.

use crate::money;
use caisson_core::desk::{Act, Operator, PaymentRow, Problem, Role, SignInTrouble};
use caisson_core::payment::Kind;
use caisson_core::reason::Class;
use caisson_core::{Language, Money, Text};

/// The amount of a row: what went back has a minus.
pub(super) fn row_money(row: &PaymentRow) -> String {
    match row.kind {
        Kind::Sale | Kind::PreAuth | Kind::Completion | Kind::Release => money::text(row.amount),
        Kind::Refund => format!("-{}", money::text(row.amount)),
    }
}

/// What is left of the sold, with a minus where more went back than came in.
pub(super) fn net(sold: Money, refunded: Money) -> String {
    match (sold.minus(refunded), refunded.minus(sold)) {
        (Ok(net), _) => money::text(net),
        (_, Ok(net)) => format!("-{}", money::text(net)),
        // Two currencies on one line cannot be: the totals are made by currency.
        _ => String::new(),
    }
}

/// The way to pay, and what was done where that is no sale.
pub(super) fn method(row: &PaymentRow, language: Language) -> String {
    let what = match row.kind {
        Kind::Sale => return row.method.clone(),
        Kind::Refund => Text { zh: "退款", en: "refund" },
        Kind::PreAuth => Text { zh: "预授权", en: "pre-authorisation" },
        Kind::Completion => Text { zh: "预授权完成", en: "completion" },
        Kind::Release => Text { zh: "预授权撤销", en: "pre-authorisation void" },
    };
    format!("{} {}", row.method, what.in_language(language))
}

/// Month, day, hour and minute, for a list.
pub(super) fn short_time(when: &str) -> String {
    when.get(5..16).unwrap_or(when).to_owned()
}

/// So many sales.
pub(super) fn sales(count: u32, language: Language) -> String {
    match language {
        Language::Zh => format!("收款{count}笔"),
        Language::En if count == 1 => "1 sale".to_owned(),
        Language::En => format!("{count} sales"),
    }
}

/// So many refunds.
pub(super) fn refunds(count: u32, language: Language) -> String {
    match language {
        Language::Zh => format!("退款{count}笔"),
        Language::En if count == 1 => "1 refund".to_owned(),
        Language::En => format!("{count} refunds"),
    }
}

/// Charge so much; nothing keyed: just charge.
pub(super) fn charge(amount: Option<Money>, language: Language) -> String {
    with_amount(CHARGE, amount, language)
}

/// Let so much go.
pub(super) fn let_go(amount: Money, language: Language) -> String {
    with_amount(LET_GO, Some(amount), language)
}

/// Give so much back.
pub(super) fn give_back(amount: Option<Money>, language: Language) -> String {
    with_amount(GIVE_BACK, amount, language)
}

fn with_amount(verb: Text, amount: Option<Money>, language: Language) -> String {
    let verb = verb.in_language(language);
    amount.map_or_else(|| verb.to_owned(), |amount| format!("{verb} {}", money::text(amount)))
}

/// No more than this is taken.
pub(super) fn at_most(max: Money, language: Language) -> String {
    match language {
        Language::Zh => format!("单笔最多{}", money::text(max)),
        Language::En => format!("At most {} in one payment", money::text(max)),
    }
}

/// No more than this can go back.
pub(super) fn left(left: Money, language: Language) -> String {
    match language {
        Language::Zh => format!("最多可退{}", money::text(left)),
        Language::En => format!("Up to {} can go back", money::text(left)),
    }
}

/// No more than this is still reserved.
pub(super) fn reserved(left: Money, language: Language) -> String {
    match language {
        Language::Zh => format!("预授权可用{}", money::text(left)),
        Language::En => format!("Up to {} is reserved", money::text(left)),
    }
}

/// What was wrong with the last code.
pub(super) fn trouble(trouble: SignInTrouble, language: Language) -> String {
    match (trouble, language) {
        (SignInTrouble::WrongCode { tries_left }, Language::Zh) => {
            format!("密码错误，还可再试{tries_left}次")
        }
        (SignInTrouble::WrongCode { tries_left: 1 }, Language::En) => {
            "Wrong code, one try left".to_owned()
        }
        (SignInTrouble::WrongCode { tries_left }, Language::En) => {
            format!("Wrong code, {tries_left} tries left")
        }
        (SignInTrouble::Locked { seconds }, Language::Zh) => {
            format!("密码多次错误，已锁定，{}后可再试", clock(seconds))
        }
        (SignInTrouble::Locked { seconds }, Language::En) => {
            format!("Too many wrong codes: locked for {} more", clock(seconds))
        }
    }
}

/// Minutes and seconds.
fn clock(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Nothing was found, or there is nothing yet.
pub(super) fn nothing_found(search: &str, language: Language) -> String {
    match language {
        Language::Zh if search.is_empty() => "还没有交易".to_owned(),
        Language::En if search.is_empty() => "No payments yet".to_owned(),
        Language::Zh => format!("没有找到与“{search}”相符的交易"),
        Language::En => format!("Nothing was found for \"{search}\""),
    }
}

/// What the act needs.
pub(super) fn needs(act: Act, language: Language) -> String {
    let (what, who) = (act.word().in_language(language), act.needs().word().in_language(language));
    match language {
        Language::Zh => format!("“{what}”需要{who}权限"),
        Language::En => format!("{what} needs the role {who}"),
    }
}

/// Who asked, and as what.
pub(super) fn signed_in_as(operator: &Operator, language: Language) -> String {
    let role = operator.role.word().in_language(language);
    match language {
        Language::Zh => format!("当前操作员：{}（{role}）", operator.name),
        Language::En => format!("Signed in now: {} ({role})", operator.name),
    }
}

/// Who should sign in.
pub(super) fn ask(role: Role, language: Language) -> String {
    let who = role.word().in_language(language);
    match language {
        Language::Zh => format!("请{who}登录后再操作。"),
        Language::En => format!("Ask somebody with the role {who} to sign in, then try again."),
    }
}

/// What the terminal is doing about it.
pub(super) fn doing(problem: &Problem) -> Text {
    let is_giving_back =
        problem.reason.is_some_and(|reason| reason.row().class == Class::GivingBack);
    match (problem.is_asking, is_giving_back) {
        (true, true) => GIVING_BACK,
        (true, false) => ASKING,
        (false, _) => STOPPED,
    }
}

/// What the owner can do about it.
pub(super) const fn owner(problem: &Problem) -> Text {
    if problem.is_asking { WAIT } else { DECIDE }
}

/// What an owner says became of it: `paid` or not.
pub(super) const fn became(kind: Kind, paid: bool) -> Text {
    match (kind, paid) {
        (Kind::PreAuth, true) => Text { zh: "预授权成功", en: "The money is reserved" },
        (Kind::PreAuth, false) => Text { zh: "预授权未成功", en: "Nothing is reserved" },
        (Kind::Release, true) => Text { zh: "预授权已撤销", en: "It was let go" },
        (Kind::Release, false) => Text { zh: "预授权未撤销", en: "It is still reserved" },
        (Kind::Sale | Kind::Completion, true) => {
            Text { zh: "顾客已付款", en: "The customer has paid" }
        }
        (Kind::Sale | Kind::Completion, false) => {
            Text { zh: "顾客未付款", en: "The customer has not paid" }
        }
        (Kind::Refund, true) => Text { zh: "款项已退回", en: "The money went back" },
        (Kind::Refund, false) => Text { zh: "款项未退回", en: "The money did not go back" },
    }
}

const CHARGE: Text = Text { zh: "收款", en: "Charge" };
const LET_GO: Text = Text { zh: "撤销预授权", en: "Let go" };
const GIVE_BACK: Text = Text { zh: "退款", en: "Refund" };
const ASKING: Text = Text {
    zh: "正在自动向收单机构查询，有结果会立即更新。请勿重复收款。",
    en: "It keeps asking the acquirer by itself, and tells you at once. Do not take the money again.",
};
const GIVING_BACK: Text = Text {
    zh: "正在自动把款项原路退还顾客，完成后会立即更新。",
    en: "It is giving the money back by itself, and tells you when that is done.",
};
const STOPPED: Text = Text {
    zh: "多次查询没有结果，已停止查询。处理之前，此付款方式暂停使用。",
    en: "It asked many times and has stopped. This way to pay is closed until this is settled.",
};
const WAIT: Text = Text {
    zh: "无需操作。若长时间没有结果，会请店主决定。",
    en: "Nothing now. If no answer comes for long, the owner is asked to decide.",
};
const DECIDE: Text = Text {
    zh: "用订单号向收单机构核实，再在下面选择结果。",
    en: "Check with the acquirer by the order number, then say below what became of it.",
};

/// A payment's key, as people know it.
pub(super) const ORDER: Text = Text { zh: "订单号", en: "Order number" };
/// What has gone back of a sale.
pub(super) const REFUNDED: Text = Text { zh: "已退款", en: "Refunded" };
/// The sum over all ways to pay.
pub(super) const ALL: Text = Text { zh: "合计", en: "Total" };
/// A way to pay that takes nothing now.
pub(super) const DOWN: Text = Text { zh: "暂不可用", en: "Not available" };
/// The terminal finds out by itself.
pub(super) const ASKS: Text = Text { zh: "自动查询中", en: "Being checked" };
/// The owner must.
pub(super) const OWNER_DECIDES: Text = Text { zh: "请店主处理", en: "For the owner" };
/// What the void of a pre-authorisation does.
pub(super) const LETS_GO: Text = Text {
    zh: "冻结的金额将全部解冻。",
    en: "All that is reserved on the card is free again.",
};
/// What to do at an empty keypad.
pub(super) const BEGIN: Text =
    Text { zh: "输入金额，再选择付款方式", en: "Key the amount, then how it is paid" };
/// Something was done, and there is nothing to say about it.
pub(super) const GO_ON: Text = Text { zh: "请按“好的”继续。", en: "Press OK to go on." };
/// Something was not done, and the reason is not known.
pub(super) const TRY_AGAIN: Text =
    Text { zh: "请重试，或请店主查看。", en: "Try again, or ask the owner." };
