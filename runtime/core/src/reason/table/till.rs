//! What happens at the till: people, amounts, the owner's rules, payments that are not certain.

macro_rules! till_rows {
    ($then:ident $($more:ident)* { $($rows:tt)* }) => { $then! { $($more)* { $($rows)*
    /// Cancel was pressed.
    CancelledByCashier "cancelled-by-cashier" NotPaid Cashier Now
        why "收银员取消了收款。" "Cancelled at the till."
        next "需要时请重新收款。" "Start again when ready."
        customer "收款已取消，没有扣款。" "Cancelled. You were not charged.";
    /// A wait ran out.
    NobodyActed "nobody-acted" NotPaid Cashier Now
        why "等待超时，没有操作。" "Nobody acted in time."
        next "请重新收款。" "Start again."
        customer "等待超时，没有扣款。" "Time ran out. You were not charged.";
    /// The shown code ran out unpaid.
    OfferExpired "offer-expired" NotPaid Cashier Now
        why "收款码已过期，顾客未付款。" "The shown code ran out unpaid."
        next "请重新生成收款码。" "Show a new code."
        customer "收款码已过期，没有扣款。" "The code ran out. You were not charged.";
    /// A closed code was paid after all.
    PaidLate "paid-late" GivingBack Terminal Now
        why "关闭后的收款码又被支付，正在退款。" "A closed code was paid after all; it is being refunded."
        next "请告诉顾客款项会原路退回。" "Tell the customer that the money goes back."
        customer "付款晚于关闭，款项将原路退回。" "You paid after the code was closed. The money goes back.";
    /// The linked refund of a late payment is through.
    GivenBack "given-back" NotPaid Terminal Now
        why "关闭后支付的款项已退回。" "The late payment was given back."
        next "无需处理。" "Nothing is left to do."
        customer "款项已原路退回。" "Your late payment was given back.";
    /// The customer did not confirm; the order was taken back.
    CustomerWaits "customer-waits" NotPaid Customer Now
        why "顾客未在手机上确认，订单已撤销。" "The customer did not confirm in time; taken back."
        next "请顾客准备好后重新收款。" "Start again when the customer is ready."
        customer "未确认付款，没有扣款。" "Not confirmed in time. You were not charged.";
    /// Nothing to pay.
    AmountZero "amount-zero" NotPaid Cashier Now
        why "金额为零。" "The amount is zero."
        next "请输入金额。" "Enter the amount."
        customer "金额为零，请稍候。" "The amount is zero. Please wait.";
    /// Not an amount.
    AmountMalformed "amount-malformed" NotPaid Cashier Now
        why "金额格式不正确。" "That is not an amount."
        next "请重新输入金额，例如 12.00。" "Enter the amount again, like 12.00."
        customer "金额有误，请稍候。" "The amount is wrong. Please wait.";
    /// Over the terminal's limit for one payment.
    AmountTooLarge "amount-too-large" NotPaid Owner Otherwise
        why "超过本机单笔限额。" "The amount is over this terminal's limit."
        next "请分开收款或请店主调整限额。" "Take a smaller amount, or ask the owner to raise the limit."
        customer "超过本店单笔限额，请换一种付款方式。" "The amount is over the shop's limit.";
    /// Over an amount above which the owner wants to be asked.
    HeldAmount "held-amount" NotPaid Owner Otherwise
        why "金额较大，需联系店主授权。" "The amount is one that the owner releases."
        next "请店主输入授权码；到时未授权则不收款。" "Ask the owner for the code; without it the payment ends."
        customer "请稍候，店主正在确认。" "One moment, the shop's owner confirms.";
    /// Over a day's sum above which the owner wants to be asked.
    HeldDay "held-day" NotPaid Owner Otherwise
        why "今日累计金额较大，需联系店主授权。" "Today's total is one above which the owner releases."
        next "请店主输入授权码；到时未授权则不收款。" "Ask the owner for the code; without it the payment ends."
        customer "请稍候，店主正在确认。" "One moment, the shop's owner confirms.";
    /// More payments in a short time than the owner finds usual.
    HeldOften "held-often" NotPaid Owner Otherwise
        why "短时间内交易较多，需联系店主授权。" "So many in a short time: the owner releases this one."
        next "请店主输入授权码；到时未授权则不收款。" "Ask the owner for the code; without it the payment ends."
        customer "请稍候，店主正在确认。" "One moment, the shop's owner confirms.";
    /// At an hour at which the owner wants to be asked.
    HeldHours "held-hours" NotPaid Owner Otherwise
        why "现在不在营业时间，需联系店主授权。" "The shop is closed at this hour: the owner releases."
        next "请店主输入授权码；到时未授权则不收款。" "Ask the owner for the code; without it the payment ends."
        customer "请稍候，店主正在确认。" "One moment, the shop's owner confirms.";
    /// The owner did not release a held payment in time.
    OwnerSilent "owner-silent" NotPaid Owner Otherwise
        why "店主未在规定时间内授权，未收款。" "The owner did not release it in time; nothing was taken."
        next "请联系店主后重新收款，或换一种付款方式。" "Reach the owner and start again, or take another way to pay."
        customer "未能完成收款，没有扣款。" "The payment did not start. You were not charged.";
    /// The owner, or whoever was asked, said no.
    OwnerRefused "owner-refused" NotPaid Owner Otherwise
        why "店主拒绝了这笔收款。" "The owner did not release this payment."
        next "请换一种付款方式，或与店主商量。" "Take another way to pay, or speak with the owner."
        customer "未能完成收款，没有扣款。" "The payment did not start. You were not charged.";
    /// Wrong codes, and so many that no more are taken for some minutes.
    OwnerCodeWrong "owner-code-wrong" NotPaid Owner Later
        why "店主授权码多次错误，已锁定五分钟。" "The owner's code was wrong too often; locked for five minutes."
        next "请联系店主，五分钟后重新收款。" "Reach the owner, and start again after five minutes."
        customer "未能完成收款，没有扣款。" "The payment did not start. You were not charged.";
    /// The day's sum would be over the owner's limit.
    DayLimit "day-limit" NotPaid Owner Later
        why "超过本机今日累计限额。" "The day's total would be over the owner's limit."
        next "请换一种付款方式，或请店主调整限额。" "Use another way to pay, or ask the owner to raise the limit."
        customer "今天无法再用这种方式付款。" "No more payments of this kind today. Please use another.";
    /// More payments in a short time than the owner allows.
    TooOften "too-often" NotPaid Owner Later
        why "短时间内交易笔数超过店主设定。" "More payments in a short time than the owner allows."
        next "请稍后再试，或请店主调整设置。" "Try again later, or ask the owner to change the rule."
        customer "请稍候再付，没有扣款。" "Please wait a little. You were not charged.";
    /// Outside the hours that the owner set.
    OutsideHours "outside-hours" NotPaid Owner Later
        why "现在不在店主设定的收款时间内。" "The owner allows no payments at this hour."
        next "请在营业时间收款，或请店主调整设置。" "Take it in opening hours, or ask the owner to change them."
        customer "现在不是收款时间，没有扣款。" "Payments are closed at this hour. You were not charged.";
    /// The acquirer of this method cannot be reached; told before anybody pays.
    MethodDown "method-down" NotPaid Owner Later
        why "此付款方式的收单系统连不上，尚未开始收款。" "This way to pay cannot reach its acquirer; nothing was begun."
        next "请换一种付款方式；恢复后会自动可用。" "Use another way to pay; it comes back by itself."
        customer "请换一种付款方式，没有扣款。" "Please pay in another way. You were not charged.";
    /// A currency that this terminal does not take.
    WrongCurrency "wrong-currency" NotPaid Cashier Otherwise
        why "本机不收这种货币。" "This terminal does not take that currency."
        next "请用本机的货币收款。" "Use the terminal's own currency."
        customer "本店不收这种货币。" "This currency is not accepted here.";
    /// The same merchant order is still unknown.
    OrderOpen "order-open" NotPaid Terminal AfterThis
        why "同一订单的上一笔付款结果未知。" "An earlier payment for this order is not certain yet."
        next "请等待上一笔有结果。" "Wait until the first one is certain."
        customer "上一笔付款正在确认，请勿重复付款。" "Your first payment is being checked. Please do not pay again.";
    /// Same amount and method are still unknown.
    SameAmountOpen "same-amount-open" NotPaid Cashier AfterThis
        why "刚才有一笔相同金额的付款结果未知。" "A payment of the same amount is not certain yet."
        next "请确认不是同一笔，再选择继续。" "Make sure this is another sale, then say yes."
        customer "上一笔付款正在确认，请勿重复付款。" "Your first payment is being checked. Please do not pay again.";
    /// What was paid is not closed while some of it is not certain.
    SettleLater "settle-later" NotPaid Terminal AfterThis
        why "还有付款结果未知，批次没有结算。" "A payment is not certain yet, so nothing was settled."
        next "终端正在查询，请几分钟后再结算。" "The terminal is finding out. Settle again in a few minutes."
        customer "没有扣款。" "You were not charged.";
    /// A parked payment blocks the method.
    MethodParked "method-parked" NotPaid Owner AfterRepair
        why "此付款方式有一笔未决交易，已停用。" "A payment of this method is unresolved; the method is stopped."
        next "请换一种付款方式，并请店主处理。" "Use another way to pay; the owner resolves the first."
        customer "请换一种付款方式。" "Please pay in another way.";
    /// Recovery has used up its tries.
    Parked "parked" Unknown Owner AfterRepair
        why "多次查询仍无结果，已挂起。" "Asked many times without a result; it is parked."
        next "请勿重复收款，请店主联系收单机构核实。" "Do not take it again; the owner asks the acquirer."
        customer "付款结果待店主核实，请勿重复付款。" "The shop is checking your payment. Please do not pay again.";
    /// An owner found out at the acquirer that the money moved.
    ResolvedPaid "resolved-paid" Paid Owner AfterThis
        why "店主已向收单机构核实：已付款。" "The owner has checked with the acquirer: it was paid."
        next "可补打小票。" "A receipt can be printed."
        customer "店主已核实：付款成功。" "The shop has checked: your payment was received.";
    /// An owner found out at the acquirer that no money moved.
    ResolvedNotPaid "resolved-not-paid" NotPaid Owner Now
        why "店主已向收单机构核实：未付款。" "The owner has checked with the acquirer: it was not paid."
        next "需要时可重新收款。" "Take the payment again if it is still owed."
        customer "店主已核实：未付款。" "The shop has checked: your payment was not received.";
    } } };
}
