//! The bank's word about a card: field 39 of ISO 8583, and what the batch needs.
//!
//! Sources: meanings from the public display texts of the UnionPay POS norm; the advice is ours.
//! Codes that ask for the same share a row. A pick-up or a suspicion is never told to the
//! cardholder: for a suspicion stands `RiskRefused`.

macro_rules! bank_rows {
    ($then:ident $($more:ident)* { $($rows:tt)* }) => { $then! { $($more)* { $($rows)*
    /// Codes 01, 02, 05: the issuer wants to speak with the cardholder, or gives no reason.
    IssuerRefused "issuer-refused" NotPaid Customer Otherwise
        why "发卡行拒绝了这笔交易。" "The bank that issued the card refused."
        next "请换一张卡或改用扫码；持卡人可致电发卡行。" "Ask for another card; the customer may call the bank."
        customer "请与发卡银行联系，或换一张卡。" "Please call your bank, or use another card.";
    /// Code 03: the acquirer does not know this merchant.
    MerchantUnknown "merchant-unknown" NotPaid Acquirer AfterRepair
        why "收单机构不认可本商户号。" "The acquirer does not know this merchant."
        next "请停止刷卡收款，联系收单机构；可改用扫码。" "Take no cards, and call the acquirer; codes may still work."
        customer "本店暂不能刷卡，请换一种付款方式。" "Cards cannot be taken here now. Please pay in another way.";
    /// Code 58: the acquirer does not let this terminal do this.
    TerminalNotAllowed "terminal-not-allowed" NotPaid Acquirer Otherwise
        why "收单机构未给本机开通这种交易。" "The acquirer does not let this terminal do this."
        next "请换一种付款方式，并请收单机构开通。" "Use another way to pay; ask the acquirer to allow it."
        customer "本机不能做这种交易，请换一种付款方式。" "This is not available here. Please pay in another way.";
    /// Code 97: the acquirer does not know this terminal.
    TerminalUnknown "terminal-unknown" NotPaid Acquirer AfterRepair
        why "终端号未在收单机构登记。" "The acquirer does not know this terminal."
        next "请停止刷卡收款，请收单机构登记终端号。" "Take no cards; have the acquirer register the terminal."
        customer "本店暂不能刷卡，请换一种付款方式。" "Cards cannot be taken here now. Please pay in another way.";
    /// Codes 04, 07, 41, 43: the issuer wants the card back. The cardholder is told nothing of it.
    CardPickUp "card-pick-up" NotPaid Cashier Otherwise
        why "此卡为无效卡，发卡行要求处理。" "The card is not valid; its bank wants it back."
        next "不要争执，不要强留卡；请致电收单机构。" "Do not argue and keep no card by force; call the acquirer."
        customer "此卡无法使用，请换一种付款方式。" "This card cannot be used. Please pay in another way.";
    /// Code 14: no such card.
    CardInvalid "card-invalid" NotPaid Cashier Otherwise
        why "卡号无效。" "The card number is not valid."
        next "请重新读卡一次；仍不行请换一张卡。" "Read the card once more; then ask for another."
        customer "卡号无效，请换一张卡。" "The card was not recognised. Please use another.";
    /// Code 15: nobody answers for this card.
    IssuerUnknown "issuer-unknown" NotPaid Customer Otherwise
        why "此卡没有对应的发卡行。" "No bank answers for this card."
        next "请顾客换一张卡。" "Ask for another card."
        customer "此卡无法使用，请换一张卡。" "This card cannot be used. Please use another.";
    /// Codes 40, 57, 62: the issuer does not let this card do this.
    CardRestricted "card-restricted" NotPaid Customer Otherwise
        why "发卡行不允许此卡做这种交易。" "The bank does not let this card do this."
        next "请换一张卡或换一种交易；持卡人可致电发卡行。" "Ask for another card; the customer may call the bank."
        customer "此卡不支持这种交易，请换一张卡。" "Your card does not allow this. Please use another.";
    /// Code 12: the kind or the original does not fit.
    TransactionInvalid "transaction-invalid" NotPaid Cashier Otherwise
        why "交易类型或原交易不符。" "The bank does not take this kind of transaction."
        next "请核对交易类型和原交易；再次出现请联系服务商。" "Check kind and original; if it repeats call support."
        customer "交易未成功，请稍候。" "The transaction did not succeed. Please wait.";
    /// Code 13: no amount that the bank takes.
    AmountRefused "amount-refused" NotPaid Cashier Now
        why "银行不接受这个金额。" "The bank does not take this amount."
        next "请重新输入金额。" "Enter the amount again."
        customer "金额有误，请稍候。" "The amount is wrong. Please wait.";
    /// Code 22: outside the days in which it can be done.
    OutOfDays "out-of-days" NotPaid Cashier Otherwise
        why "操作有误，或超出允许的天数。" "Not possible so, or no longer on this day."
        next "请核对原交易；隔日请用退货代替撤销。" "Check the original; on a later day refund, do not void."
        customer "暂时无法办理，请稍候。" "This cannot be done so. Please wait.";
    /// Code 25: the bank does not find the original.
    OriginalUnknown "original-unknown" NotPaid Cashier Otherwise
        why "银行没有找到原交易。" "The bank does not find the original."
        next "请核对小票上的参考号和日期。" "Check reference number and date on the receipt."
        customer "没有找到原交易，请稍候。" "The original was not found. Please wait.";
    /// Code 64: the original had another amount.
    OriginalAmountDiffers "original-amount-differs" NotPaid Cashier Otherwise
        why "金额与原交易不一致。" "The original had another amount."
        next "请按小票上的原金额重新操作。" "Use the amount on the receipt."
        customer "金额与原交易不符，请稍候。" "The amounts differ. Please wait.";
    /// Code 55: wrong PIN.
    PinWrong "pin-wrong" NotPaid Customer Now
        why "密码错误。" "The PIN is wrong."
        next "请重新收款，由持卡人再输一次密码。" "Start again; the customer enters the PIN anew."
        customer "密码错误，请重新输入。" "Wrong PIN. Please enter it again.";
    /// Codes 38, 75, and a card that says so: no PIN try is left.
    PinBlocked "pin-blocked" NotPaid Customer Otherwise
        why "密码错误次数超限，密码已锁定。" "The PIN was wrong too often and is blocked."
        next "请换一张卡；持卡人需联系发卡行解锁。" "Ask for another card; the customer's bank unblocks the PIN."
        customer "密码已锁定，请联系银行或换一张卡。" "Your PIN is blocked. Call your bank, or use another card.";
    /// Code 54, and what the terminal reads from the card.
    CardExpired "card-expired" NotPaid Customer Otherwise
        why "卡已过期。" "The card has expired."
        next "请顾客换一张卡。" "Ask for another card."
        customer "此卡已过期，请换一张卡。" "Your card has expired. Please use another.";
    /// Code 65: used too often, or without a PIN for too long.
    CountLimit "count-limit" NotPaid Customer Otherwise
        why "超出消费次数限制。" "The card was used too often."
        next "若刚才是挥卡，请插卡输密；否则换一张卡。" "After a tap, insert the card; otherwise ask for another."
        customer "请插卡，或换一张卡。" "Please insert your card, or use another.";
    /// Codes 68, 98: the acquirer had no answer from the issuer. Reversed by rule.
    IssuerTimeout "issuer-timeout" Unknown Terminal AfterThis
        why "发卡行未及时应答，正在冲正。" "The card's bank did not answer; it is being reversed."
        next "请勿重复收款，冲正完成后再试。" "Do not take it again before the reversal is through."
        customer "正在确认付款结果，请勿重复付款。" "Checking your payment. Please do not pay again.";
    /// Code 94: the bank saw this number before.
    DuplicateTrace "duplicate-trace" Unknown Terminal AfterThis
        why "银行认为这是重复交易。" "The bank has seen this number before."
        next "请勿重复收款，先查看交易记录。" "Do not take it again; look at the payments first."
        customer "正在确认付款结果，请勿重复付款。" "Checking your payment. Please do not pay again.";
    /// Code 90: the bank changes its business day.
    CutOver "cut-over" NotPaid Cashier Later
        why "银行系统正在日切。" "The bank is changing its business day."
        next "请过几分钟再试，或改用扫码。" "Try again in some minutes, or use a code."
        customer "请过几分钟再付，没有扣款。" "Please wait some minutes. You were not charged.";
    /// Codes 91, 92, 96: bank or network out of order.
    BankUnavailable "bank-unavailable" NotPaid Cashier Later
        why "发卡行或银行网络暂不可用。" "The card's bank or its network is out of order."
        next "请稍后再试或换一张卡；多次出现请联系收单机构。" "Try later or another card; if it lasts call the acquirer."
        customer "银行系统暂不可用，请换一张卡。" "The bank cannot be reached. Please use another card.";
    /// Codes 63, 99, A0, and a terminal without keys: the keys of both sides differ.
    SignOnNeeded "sign-on-needed" NotPaid Cashier AfterRepair
        why "终端密钥已失效，需要重新签到。" "The terminal's keys are out of date: sign on."
        next "请签到后重新收款；再次出现请联系服务商。" "Sign on, then start again; if it repeats call support."
        customer "请稍候，没有扣款。" "One moment. You were not charged.";
    /// Code 77: terminal and acquirer count different batches.
    BatchDiffers "batch-differs" NotPaid Cashier AfterRepair
        why "批次号与收单机构不一致。" "The acquirer counts another batch."
        next "请重新签到并结算，再重新收款。" "Sign on and settle, then start again."
        customer "请稍候，没有扣款。" "One moment. You were not charged.";
    /// Code 95: settlement found a difference; the batch is sent line by line.
    TotalsDiffer "totals-differ" NotPaid Terminal AfterRepair
        why "结算总计与收单机构不平，正在上送明细。" "The totals differ; the batch is sent line by line."
        next "请等待上送完成，不要关机。" "Wait until it is through, and do not switch off."
        customer "请稍候。" "One moment, please.";
    /// The batch is full or of an earlier day.
    BatchToSettle "batch-to-settle" NotPaid Cashier AfterRepair
        why "当前批次需要先结算。" "The batch must be settled first."
        next "请先结算，再重新收款。" "Settle, then start again."
        customer "请稍候，没有扣款。" "One moment. You were not charged.";
    /// Code 10: the bank approved less than was asked for.
    PartiallyApproved "partially-approved" Paid Cashier Otherwise
        why "银行只批准了部分金额。" "The bank approved a part of the amount only."
        next "请用其他方式收取余款，或撤销这一笔。" "Take the rest in another way, or void this payment."
        customer "只支付了部分金额，余款请另付。" "Only a part was paid. Please pay the rest in another way.";
    /// Code 10: the part was not wanted, or nobody said that it was.
    PartGivenBack "part-given-back" NotPaid Cashier Otherwise
        why "银行只批准了部分金额，已退回。" "The bank approved a part only, and it went back."
        next "请用其他卡或方式收取全部金额。" "Take all of it with another card or in another way."
        customer "部分金额已退回，没有扣款。" "The part went back. You were not charged.";
    /// Codes A2, A4, A5, A6: approved, and the issuer has something to say.
    ApprovedWithNote "approved-with-note" Paid Cashier Now
        why "交易成功，发卡行另有提示。" "Approved; the card's bank has a remark."
        next "在小票上注明，请持卡人向发卡行确认。" "Note it on the receipt; the customer asks the bank."
        customer "交易成功，请向发卡银行确认。" "Paid. Please check with your bank.";
    } } };
}
