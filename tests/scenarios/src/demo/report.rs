//! The demo's one screen, in Chinese or English.

use caisson_acquirer::Totals;
use caisson_acquirer::bank::BatchTotals;
use caisson_core::{Currency, Language, Money, PaymentKey, Text};
use std::fmt;
use std::path::PathBuf;

/// A payment of the demo, as journal and books have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// How much was asked.
    pub asked: Money,
    /// Its order number.
    pub order: PaymentKey,
    /// The receipt's picture; its text stands beside it as `.txt`. `None` where the payment was
    /// taken back.
    pub receipt: Option<PathBuf>,
    /// What the journal shows as kept, in minor units.
    pub shown: i128,
    /// What the acquirer or the bank keeps, in minor units; the same.
    pub kept: i64,
}

/// The batch of card payments that was settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// Its number.
    pub batch: u32,
    /// Its totals, on which terminal and bank agreed.
    pub totals: BatchTotals,
}

/// What the demo did. Its `Display` is the one screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoReport {
    /// In which language it is told.
    pub language: Language,
    /// The customer's code, the shop's, a chip with its PIN, a tap, and a chip without an answer.
    pub taken: Vec<Taken>,
    /// The batch of the last three.
    pub settled: Settled,
    /// The sums of acquirer and bank, which agree with the journal.
    pub totals: Vec<Totals>,
    /// The acquirer's books and the bank's.
    pub books: [PathBuf; 2],
    /// Folder of the terminal's journal.
    pub journal: PathBuf,
}

/// How many payments there are.
pub(super) const PAYMENTS: usize = 5;

const TITLE: Text = Text {
    zh: "Caisson 演示：两笔扫码、三笔刷卡、一次批结算，除了钱，一切都是真的",
    en: "Caisson demo: two codes, three cards, one settlement, and nothing is pretended but the \
         money",
};
const WAYS: [Text; PAYMENTS] = [
    Text {
        zh: "顾客出示付款码，终端摄像头识读",
        en: "the customer shows a code, the terminal's camera reads it",
    },
    Text {
        zh: "终端出示收款码，顾客手机识读屏幕像素",
        en: "the terminal shows a code, the customer's phone reads its pixels",
    },
    Text {
        zh: "插卡，持卡人输入密码，由银行验证", en: "a chip, and a PIN that the bank compares"
    },
    Text { zh: "挥卡，小额免密", en: "a card is tapped, and no PIN is asked for" },
    Text {
        zh: "插卡，银行已入账，应答却丢在路上（尾数 .79）",
        en: "a chip, and the bank's answer is lost on its way (amounts that end in .79)",
    },
];
const APPROVED: Text = Text { zh: "收款成功", en: "approved" };
const TAKEN_BACK: Text = Text { zh: "已自动冲正", en: "taken back by a reversal" };
const ORDER: Text = Text { zh: "订单号", en: "order" };
const RECEIPT: Text = Text { zh: "小票", en: "receipt" };
const KEPT: Text = Text { zh: "实收", en: "kept" };
const BY_JOURNAL: Text = Text { zh: "终端日志", en: "journal" };
const BY_BOOKS: Text = Text { zh: "对方账本", en: "books" };
const BATCH: Text = Text { zh: "银行卡批结算，批次号", en: "card batch settled, number" };
const SALES: Text = Text { zh: "消费", en: "sales" };
const GIVEN: Text = Text { zh: "退货", en: "refunds" };
const BOOKS: Text = Text { zh: "收单机构账本", en: "acquirer's books" };
const BANK_BOOKS: Text = Text { zh: "银行账本", en: "bank's books" };
const JOURNAL: Text = Text { zh: "终端交易日志", en: "terminal's journal" };
const CAPTURED: Text = Text { zh: "收款", en: "captured" };
const GIVEN_BACK: Text = Text { zh: "退回", en: "given back" };
const AGREE: Text = Text {
    zh: "已逐笔核对：账本与日志一致，没有一笔重复扣款。",
    en: "Compared payment by payment: books and journal agree, and nobody was charged twice.",
};

impl fmt::Display for DemoReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |text: Text| text.in_language(self.language);
        writeln!(f, "{}\n", word(TITLE))?;
        for (number, (taken, way)) in (1..).zip(self.taken.iter().zip(WAYS)) {
            let Taken { asked, order, receipt, shown, kept } = taken;
            let currency = asked.currency().code();
            let ended = word(if receipt.is_some() { APPROVED } else { TAKEN_BACK });
            writeln!(f, "  {number}. {}: {asked} {currency}  {ended}", word(way))?;
            writeln!(f, "     {}  {order}", word(ORDER))?;
            if let Some(receipt) = receipt {
                writeln!(f, "     {}  {}", word(RECEIPT), receipt.display())?;
                writeln!(f, "           {}", receipt.with_extension("txt").display())?;
            }
            let (shown, kept) = (major(*shown, currency), major(i128::from(*kept), currency));
            let (journal, books) = (word(BY_JOURNAL), word(BY_BOOKS));
            writeln!(f, "     {}  {journal} {shown}, {books} {kept}\n", word(KEPT))?;
        }
        self.settlement(f)?;
        for total in &self.totals {
            let Totals { currency, captured, given_back, .. } = total;
            let sum = |minor: i64| major(i128::from(minor), currency);
            let (captured, given_back) = (sum(*captured), sum(*given_back));
            writeln!(
                f,
                "  {}: {captured} {currency}, {}: {given_back} {currency}",
                word(CAPTURED),
                word(GIVEN_BACK)
            )?;
        }
        writeln!(f, "  {}\n", word(AGREE))?;
        for (name, path) in [BOOKS, BANK_BOOKS].into_iter().zip(&self.books) {
            writeln!(f, "  {}: {}", word(name), path.display())?;
        }
        write!(f, "  {}: {}", word(JOURNAL), self.journal.display())
    }
}

impl DemoReport {
    fn settlement(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |text: Text| text.in_language(self.language);
        let Settled { batch, totals } = self.settled;
        let currency = self.taken.last().map_or("", |taken| taken.asked.currency().code());
        let sum = |minor: i64| major(i128::from(minor), currency);
        let (debit, credit) = (sum(totals.debit), sum(totals.credit));
        writeln!(
            f,
            "  {} {batch:06}: {} ({}) {debit} {currency}, {} ({}) {credit} {currency}",
            word(BATCH),
            word(SALES),
            totals.debits,
            word(GIVEN),
            totals.credits
        )
    }
}

/// Minor units as people write them; as they are where the currency is none of ours.
fn major(minor: i128, currency: &str) -> String {
    let known = currency.parse::<Currency>().ok();
    let money = known.zip(u64::try_from(minor).ok());
    let money = money.and_then(|(currency, minor)| Money::new(minor, currency).ok());
    money.map_or_else(|| minor.to_string(), |money| money.to_string())
}
