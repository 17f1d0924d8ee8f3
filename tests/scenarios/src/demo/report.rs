//! The demo's one screen, in Chinese or English.

use caisson_acquirer::Totals;
use caisson_core::{Currency, Language, Money, PaymentKey, Text};
use std::fmt;
use std::path::PathBuf;

/// A payment that was approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paid {
    /// How much moved.
    pub amount: Money,
    /// Its order number.
    pub order: PaymentKey,
    /// The receipt's picture; its text stands beside it as `.txt`.
    pub receipt: PathBuf,
}

/// What the demo did. Its `Display` is the one screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoReport {
    /// In which language it is told.
    pub language: Language,
    /// First the customer's code, then the shop's.
    pub paid: [Paid; 2],
    /// The acquirer's sums, which agree with the journal.
    pub totals: Vec<Totals>,
    /// The acquirer's books.
    pub books: PathBuf,
    /// Folder of the terminal's journal.
    pub journal: PathBuf,
}

const TITLE: Text = Text {
    zh: "Caisson 演示：两笔扫码收款，除了钱，一切都是真的",
    en: "Caisson demo: two QR payments, and nothing is pretended but the money",
};
const WAYS: [Text; 2] = [
    Text {
        zh: "顾客出示付款码，终端摄像头识读",
        en: "the customer shows a code, the terminal's camera reads it",
    },
    Text {
        zh: "终端出示收款码，顾客手机识读屏幕像素",
        en: "the terminal shows a code, the customer's phone reads its pixels",
    },
];
const APPROVED: Text = Text { zh: "收款成功", en: "approved" };
const ORDER: Text = Text { zh: "订单号", en: "order" };
const RECEIPT: Text = Text { zh: "小票", en: "receipt" };
const BOOKS: Text = Text { zh: "收单机构账本", en: "acquirer's books" };
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
        for (number, (paid, way)) in (1..).zip(self.paid.iter().zip(WAYS)) {
            let Paid { amount, order, receipt } = paid;
            let currency = amount.currency();
            writeln!(f, "  {number}. {}: {amount} {currency}  {}", word(way), word(APPROVED))?;
            writeln!(f, "     {}  {order}", word(ORDER))?;
            writeln!(f, "     {}  {}", word(RECEIPT), receipt.display())?;
            writeln!(f, "           {}\n", receipt.with_extension("txt").display())?;
        }
        for total in &self.totals {
            let Totals { currency, captured, given_back, .. } = total;
            let (captured, given_back) = (major(*captured, currency), major(*given_back, currency));
            writeln!(
                f,
                "  {}: {captured} {currency}, {}: {given_back} {currency}",
                word(CAPTURED),
                word(GIVEN_BACK)
            )?;
        }
        writeln!(f, "  {}\n", word(AGREE))?;
        writeln!(f, "  {}: {}", word(BOOKS), self.books.display())?;
        write!(f, "  {}: {}", word(JOURNAL), self.journal.display())
    }
}

/// Minor units as people write them; as they are where the currency is none of ours.
fn major(minor: i64, currency: &str) -> String {
    let known = currency.parse::<Currency>().ok();
    let money = known.zip(u64::try_from(minor).ok());
    let money = money.and_then(|(currency, minor)| Money::new(minor, currency).ok());
    money.map_or_else(|| minor.to_string(), |money| money.to_string())
}
