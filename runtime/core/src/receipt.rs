//! Receipts, composed from what the journal holds, so that a reprint is always possible.
//!
//! Guarantees: a receipt shows only what is durable; a second copy says that it is one; no payment
//! is printed as approved unless its state says that money moved. No payment code, PAN or key has
//! a place here.

use crate::document::{Align, Block, Document, DocumentError, Size};
use crate::key::PaymentKey;
use crate::language::{Language, Text};
use crate::money::Money;
use crate::payment::{Fact, Kind, SIGNATURE_FACT, Signature};

/// Whose shop it is, from the terminal's profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merchant {
    /// Name on the paper.
    pub name: String,
    /// Merchant number at the acquirer.
    pub merchant_id: String,
    /// Terminal number.
    pub terminal_id: String,
}

/// The first paper, or one that says it is a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copy {
    /// The first.
    Original,
    /// Another one.
    Reprint,
}

/// What a receipt tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt<'a> {
    /// The shop.
    pub merchant: &'a Merchant,
    /// What was done.
    pub kind: Kind,
    /// The way of paying, as people call it.
    pub method: &'a str,
    /// What moved.
    pub amount: Money,
    /// What was asked for, where less moved.
    pub asked: Money,
    /// The payment's key.
    pub key: &'a PaymentKey,
    /// The earlier payment's key, where there is one.
    pub original: Option<&'a PaymentKey>,
    /// When the approval became durable, in the shop's time.
    pub when: &'a str,
    /// Lines of the app.
    pub facts: &'a [Fact],
    /// Whether the customer has to sign, and did.
    pub signature: Signature,
    /// First paper or a copy.
    pub copy: Copy,
}

impl Receipt<'_> {
    /// The document in `language`.
    ///
    /// # Errors
    /// [`DocumentError`] where a name of the profile or a fact is over a document's limits.
    pub fn compose(&self, language: Language) -> Result<Document, DocumentError> {
        let word = |text: Text| text.in_language(language).to_owned();
        let mut blocks = vec![
            line(self.merchant.name.clone(), Align::Centre, Size::Large, true),
            line(word(self.title()), Align::Centre, Size::Normal, true),
        ];
        if self.copy == Copy::Reprint {
            blocks.push(line(word(REPRINT), Align::Centre, Size::Normal, true));
        }
        blocks.push(Block::Rule);
        blocks.push(pair(word(MERCHANT_ID), self.merchant.merchant_id.clone()));
        blocks.push(pair(word(TERMINAL_ID), self.merchant.terminal_id.clone()));
        blocks.push(pair(word(METHOD), self.method.to_owned()));
        blocks.push(pair(word(WHEN), self.when.to_owned()));
        blocks.push(pair(word(ORDER), self.key.to_string()));
        if let Some(original) = self.original {
            blocks.push(pair(word(ORIGINAL), original.to_string()));
        }
        // What became of the signature is told below the amount, in words.
        for fact in self.facts.iter().filter(|fact| fact.name != SIGNATURE_FACT) {
            blocks.push(pair(fact.name.clone(), fact.value.clone()));
        }
        blocks.push(Block::Rule);
        let amount = format!("{} {}", self.amount.currency().sign().trim_end(), self.amount);
        blocks.push(line(amount, Align::Centre, Size::Large, true));
        if self.asked != self.amount {
            blocks.push(pair(word(ASKED), self.asked.to_string()));
        }
        match self.signature {
            Signature::NotWanted => {}
            Signature::OnScreen => blocks.push(pair(word(SIGNATURE), word(SIGNED))),
            Signature::Missing => {
                blocks.push(Block::Feed { lines: 2 });
                blocks.push(pair(word(SIGNATURE), SIGN_HERE.to_owned()));
            }
        }
        blocks.push(Block::Rule);
        blocks.push(Block::Qr { text: self.key.to_string() });
        blocks.push(line(word(KEEP), Align::Centre, Size::Small, false));
        blocks.push(Block::Feed { lines: 3 });
        blocks.push(Block::Cut);
        Document::new(blocks)
    }

    const fn title(&self) -> Text {
        match self.kind {
            Kind::Sale => Text { zh: "消费 · 收款成功", en: "SALE - APPROVED" },
            Kind::Refund => Text { zh: "退款 · 已退回", en: "REFUND - APPROVED" },
            Kind::PreAuth => {
                Text { zh: "预授权 · 已冻结", en: "PRE-AUTHORISATION - RESERVED" }
            }
            Kind::Completion => {
                Text { zh: "预授权完成 · 收款成功", en: "COMPLETION - APPROVED" }
            }
            Kind::Release => {
                Text { zh: "预授权撤销 · 已解冻", en: "PRE-AUTHORISATION VOID - RELEASED" }
            }
        }
    }
}

const REPRINT: Text = Text { zh: "*** 重印 ***", en: "*** DUPLICATE ***" };
const MERCHANT_ID: Text = Text { zh: "商户编号", en: "Merchant" };
const TERMINAL_ID: Text = Text { zh: "终端编号", en: "Terminal" };
const METHOD: Text = Text { zh: "付款方式", en: "Paid by" };
const WHEN: Text = Text { zh: "时间", en: "Time" };
const ORDER: Text = Text { zh: "订单号", en: "Order" };
const ORIGINAL: Text = Text { zh: "原订单号", en: "Original order" };
const ASKED: Text = Text { zh: "应付金额", en: "Asked for" };
const SIGNATURE: Text = Text { zh: "持卡人签名", en: "Signature" };
const SIGNED: Text = Text { zh: "已在屏幕上签名", en: "signed on the screen" };
/// Fits beside the name on the narrowest paper.
const SIGN_HERE: &str = "________________";
const KEEP: Text = Text {
    zh: "请保留小票，退款时扫描上方二维码",
    en: "Keep this; a refund scans the code above",
};

const fn line(text: String, align: Align, size: Size, bold: bool) -> Block {
    Block::Line { text, align, size, bold }
}

const fn pair(name: String, value: String) -> Block {
    Block::Pair { name, value }
}
