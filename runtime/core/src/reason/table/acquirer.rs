//! The acquirer's word about a payment, as wallets give it too.
//!
//! Sources: the wallets' public error tables; the wording is ours.

macro_rules! acquirer_rows {
    ($then:ident $($more:ident)* { $($rows:tt)* }) => { $then! { $($more)* { $($rows)*
    /// The wallet or account holds too little.
    BalanceShort "balance-short" NotPaid Customer Otherwise
        why "余额不足。" "The balance is too low."
        next "请顾客换一种付款方式或减少金额。" "Ask for another way to pay, or a smaller amount."
        customer "余额不足，请换一种付款方式。" "The balance is too low. Please pay in another way.";
    /// The customer's code is too old.
    CodeExpired "code-expired" NotPaid Customer Now
        why "付款码已过期。" "The payment code has expired."
        next "请顾客刷新付款码后重新收款。" "Ask the customer to refresh the code, then start again."
        customer "付款码已过期，请刷新后再付。" "The code has expired. Please refresh it.";
    /// The acquirer does not accept the code.
    CodeInvalid "code-invalid" NotPaid Customer Otherwise
        why "付款码无效。" "The payment code is not valid."
        next "请顾客打开钱包的付款码，或换一个钱包。" "Ask for the wallet's payment code, or another wallet."
        customer "付款码无效，请打开付款码或换一个钱包。" "The code is not valid. Please show your payment code.";
    /// The code has paid already.
    CodeUsed "code-used" NotPaid Customer Now
        why "付款码已被使用。" "This payment code was used before."
        next "请顾客刷新付款码后重新收款。" "Ask the customer to refresh the code, then start again."
        customer "付款码已使用过，请刷新。" "The code was used before. Please refresh it.";
    /// The customer said no in the wallet.
    CustomerRefused "customer-refused" NotPaid Customer Now
        why "顾客在手机上取消了付款。" "The customer refused on the phone."
        next "问顾客是否换一种方式付款。" "Ask whether to pay in another way."
        customer "您已取消付款。" "You refused the payment.";
    /// Over the customer's or the issuer's limit.
    AmountLimit "amount-limit" NotPaid Customer Otherwise
        why "超出顾客的付款限额。" "The amount is over the customer's limit."
        next "请减少金额或换一种付款方式。" "Take a smaller amount, or another way to pay."
        customer "超出您的付款限额，请换一种付款方式。" "The amount is over your limit. Please pay in another way.";
    /// The acquirer's or issuer's risk rules.
    RiskRefused "risk-refused" NotPaid Customer Otherwise
        why "发卡方或钱包拒绝了这笔付款。" "The wallet or bank refused the payment."
        next "请顾客换一种付款方式，不要解释原因。" "Ask for another way to pay; do not discuss reasons."
        customer "付款未通过，请换一种付款方式。" "The payment was not accepted. Please pay in another way.";
    /// The acquirer does not do this.
    NotSupported "not-supported" NotPaid Owner Otherwise
        why "收单机构不支持这种交易。" "The acquirer does not support this."
        next "请换一种付款方式，并请店主联系收单机构。" "Use another way to pay; the owner asks the acquirer."
        customer "暂不支持这种付款方式，请换一种。" "This way to pay is not available here. Please use another.";
    /// More than is left of the original.
    RefundExceeds "refund-exceeds" NotPaid Cashier Otherwise
        why "退款金额超过可退金额。" "The refund is more than is left of the payment."
        next "请核对原交易和已退金额后重新输入。" "Check the payment and what was refunded, then enter again."
        customer "退款金额有误，请稍候。" "The refund amount is wrong. Please wait.";
    /// A completion above what is still reserved.
    ReservedExceeds "reserved-exceeds" NotPaid Cashier Otherwise
        why "金额超过预授权的可用金额，或预授权已用完。" "That is more than is still reserved."
        next "请核对预授权的金额、完成和撤销记录。" "Check the pre-authorisation, and what was completed or voided of it."
        customer "金额有误，请稍候。" "The amount is wrong. Please wait.";
    /// The original took no money.
    OriginalNotPaid "original-not-paid" NotPaid Cashier Otherwise
        why "原交易没有收到款。" "The original payment took no money."
        next "请核对小票上的订单号。" "Check the order number on the receipt."
        customer "没有找到可退的付款，请稍候。" "No payment was found to refund. Please wait.";
    /// No such payment on this terminal.
    OriginalNotFound "original-not-found" NotPaid Cashier Otherwise
        why "本机没有这笔交易。" "This terminal does not know that payment."
        next "请核对订单号，或到收款的那台机器上退款。" "Check the order number, or refund where it was paid."
        customer "没有找到这笔付款，请稍候。" "The payment was not found. Please wait.";
    /// The order was closed before.
    OrderClosed "order-closed" NotPaid Cashier Now
        why "订单已关闭。" "The order was closed."
        next "请重新收款。" "Start a new payment."
        customer "订单已关闭，请重新付款。" "The order was closed. Please pay again.";
    /// Same number, other data.
    DuplicateDiffers "duplicate-differs" NotPaid Developer AfterRepair
        why "同一订单号的内容不一致。" "The same order number came with other data."
        next "请重新收款；若再次出现请联系服务商。" "Start a new payment; if it happens again call support."
        customer "付款未成功，请稍候。" "The payment did not succeed. Please wait.";
    /// The acquirer could not read the request.
    BadRequest "bad-request" NotPaid Developer AfterRepair
        why "收单机构无法识别请求。" "The acquirer could not read the request."
        next "请换一种付款方式，并联系服务商。" "Use another way to pay, and call support."
        customer "付款未成功，请换一种付款方式。" "The payment did not succeed. Please pay in another way.";
    /// A system error, outcome not known.
    AcquirerBusy "acquirer-busy" Unknown Terminal AfterThis
        why "收单系统繁忙，结果待确认。" "The acquirer is busy; the result is not known yet."
        next "请勿重复收款，终端正在查询。" "Do not take the money again; the terminal is asking."
        customer "正在确认付款结果，请勿重复付款。" "Checking your payment. Please do not pay again.";
    } } };
}
