//! The app's texts. Amounts, outcomes and advice are the terminal's; these are the waits between.

/// The texts in one language. Titles and prompts: at most 60 characters; bodies: at most 2,000.
#[derive(Debug)]
pub struct Words {
    /// Prompts of the card screen.
    pub prompt: Prompts,
    /// While the bank is asked.
    pub asking: View,
    /// While what may have been taken is taken back.
    pub taking_back: View,
    /// Title of the choice after a partial approval; an amount follows.
    pub partial: &'static str,
    /// The choice: keep the part.
    pub keep_part: &'static str,
    /// The choice: give it back.
    pub give_back: &'static str,
    /// Sign-on.
    pub sign_on: View,
    /// It succeeded; the batch's number follows.
    pub signed_on: &'static str,
    /// Balance inquiry.
    pub balance: View,
    /// The balance; an amount follows.
    pub available: &'static str,
    /// The bank names no balance.
    pub no_balance: &'static str,
    /// Settlement.
    pub settle: View,
    /// While the rows are sent.
    pub uploading: View,
    /// It balanced.
    pub balanced: &'static str,
    /// It did not, and the rows were sent.
    pub uploaded: &'static str,
    /// The batch has nothing in it.
    pub empty_batch: &'static str,
    /// The batch is still open; do it again.
    pub try_again: &'static str,
    /// Title of the totals.
    pub totals: &'static str,
    /// No batch was closed yet.
    pub no_totals: &'static str,
    /// Rows of the totals.
    pub batch: &'static str,
    /// As above.
    pub taken: &'static str,
    /// As above.
    pub refunded: &'static str,
    /// The bank refused; its code follows.
    pub refused: &'static str,
    /// Nobody answered.
    pub no_answer: &'static str,
}

/// Title and body of a view.
#[derive(Debug)]
pub struct View {
    /// At most 60 characters.
    pub title: &'static str,
    /// What is happening, and what people do meanwhile.
    pub body: &'static str,
}

/// What the card screen asks for.
#[derive(Debug)]
pub struct Prompts {
    /// Any way.
    pub any: &'static str,
    /// The chip, because the stripe says that there is one.
    pub insert: &'static str,
    /// The stripe, because the chip cannot be read.
    pub swipe: &'static str,
    /// The stripe, because the terminal takes no application of the chip.
    pub other_chip: &'static str,
    /// Another way than tapping.
    pub not_tap: &'static str,
    /// It was not read; again.
    pub again: &'static str,
    /// One card alone.
    pub one: &'static str,
}

impl Words {
    /// Chinese.
    pub const ZH: Self = Self {
        prompt: Prompts {
            any: "请插卡、挥卡或刷卡",
            insert: "此卡有芯片，请插入芯片",
            swipe: "芯片无法读取，请刷磁条",
            other_chip: "本机不支持此芯片，请刷磁条",
            not_tap: "请插卡或刷卡",
            again: "没有读到卡片，请重试",
            one: "请只出示一张卡",
        },
        asking: View { title: "正在联系银行", body: "请稍候，不要取走卡片。" },
        taking_back: View {
            title: "正在冲正", body: "正在撤回这笔交易，请稍候。请勿重复收款。"
        },
        partial: "银行只批准了部分金额",
        keep_part: "保留，余款另收",
        give_back: "全部退回",
        sign_on: View { title: "签到", body: "正在联系银行，请稍候。" },
        signed_on: "签到成功，批次号",
        balance: View { title: "余额查询", body: "正在联系银行，请稍候。" },
        available: "可用余额",
        no_balance: "银行没有返回余额。",
        settle: View {
            title: "批结算", body: "正在与银行对账，请稍候，不要关机。"
        },
        uploading: View {
            title: "正在上送明细", body: "请等待上送完成，不要关机。"
        },
        balanced: "对账平，批次已结算。",
        uploaded: "对账不平，明细已上送，批次已结算。请联系收单机构核对。",
        empty_batch: "本批没有交易。",
        try_again: "批次尚未结算，请稍后重试结算。",
        totals: "批结算总计",
        no_totals: "还没有结算过的批次。",
        batch: "批次号",
        taken: "消费",
        refunded: "退货与撤销",
        refused: "银行拒绝，应答码",
        no_answer: "没有收到银行的应答，请检查网络后重试。",
    };

    /// English.
    pub const EN: Self = Self {
        prompt: Prompts {
            any: "Insert, tap or swipe the card",
            insert: "This card has a chip: insert it",
            swipe: "The chip cannot be read: swipe the card",
            other_chip: "This chip is not taken here: swipe the card",
            not_tap: "Insert or swipe the card",
            again: "The card was not read: try again",
            one: "Present one card only",
        },
        asking: View { title: "Asking the bank", body: "Please wait. Leave the card where it is." },
        taking_back: View {
            title: "Taking it back",
            body: "The payment is being reversed. Do not take the money again.",
        },
        partial: "The bank approved a part only",
        keep_part: "Keep it, take the rest in another way",
        give_back: "Give it back",
        sign_on: View { title: "Sign on", body: "The bank is being asked. Please wait." },
        signed_on: "Signed on. Batch",
        balance: View { title: "Balance", body: "The bank is being asked. Please wait." },
        available: "Available",
        no_balance: "The bank named no balance.",
        settle: View {
            title: "Settlement",
            body: "The batch is being compared. Please wait, and do not switch off.",
        },
        uploading: View {
            title: "Sending the batch line by line",
            body: "Please wait, and do not switch off.",
        },
        balanced: "The totals agree. The batch is settled.",
        uploaded: "The totals differed; every payment was sent, and the batch is settled.\n\
                   Have the acquirer look at it.",
        empty_batch: "There is nothing in this batch.",
        try_again: "The batch is still open. Settle again later.",
        totals: "Settlement totals",
        no_totals: "No batch was settled yet.",
        batch: "Batch",
        taken: "Sales",
        refunded: "Refunds and voids",
        refused: "The bank refused, code",
        no_answer: "The bank did not answer. Check the network and try again.",
    };
}
