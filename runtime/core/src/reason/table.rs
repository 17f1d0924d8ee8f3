//! The rows. Order: the acquirer's word, the way to it, the till, the app, the devices.
//!
//! Sources: wallet reasons from the wallets' public error tables; the wording is ours.

use super::{Actor, Class, Retry, Row};
use crate::language::Text;

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident $code:literal $class:ident $actor:ident $retry:ident
        why $why_zh:literal $why_en:literal
        next $next_zh:literal $next_en:literal
        customer $customer_zh:literal $customer_en:literal;)*) => {
        /// Why something did not go as wished. Each case is a row of the table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason {
            $($(#[$doc])* $name,)*
        }

        impl Reason {
            /// Every reason, in the order of the table.
            pub const ALL: [Self; [$($code),*].len()] = [$(Self::$name),*];

            /// The row.
            #[must_use]
            pub const fn row(self) -> Row {
                match self {
                    $(Self::$name => Row {
                        code: $code,
                        class: Class::$class,
                        actor: Actor::$actor,
                        retry: Retry::$retry,
                        why: Text { zh: $why_zh, en: $why_en },
                        next: Text { zh: $next_zh, en: $next_en },
                        customer: Text { zh: $customer_zh, en: $customer_en },
                    },)*
                }
            }
        }
    };
}

reasons! {
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
    /// No way to the acquirer; nothing was sent.
    Offline "offline" NotPaid Cashier Later
        why "网络不通，未发出收款请求。" "No network: nothing was sent."
        next "请检查网线或信号后重试，或改收现金。" "Check cable or signal and try again, or take cash."
        customer "网络不通，没有扣款。" "No network. You were not charged.";
    /// The acquirer's identity could not be checked.
    TlsFailed "tls-failed" NotPaid Owner AfterRepair
        why "无法确认收单系统的身份，未发出请求。" "The acquirer could not prove who it is: nothing was sent."
        next "请检查终端的日期和网络；若仍出现请联系服务商。" "Check the terminal's date and network; then call support."
        customer "网络不安全，没有扣款。" "The network is not safe. You were not charged.";
    /// Sent, and nothing came back.
    NoAnswer "no-answer" Unknown Terminal AfterThis
        why "已发出请求，未收到结果。" "The request was sent, but no answer came."
        next "请勿重复收款，终端正在查询结果。" "Do not take the money again; the terminal is asking."
        customer "正在确认付款结果，请勿重复付款。" "Checking your payment. Please do not pay again.";
    /// The answer's signature does not hold.
    AnswerUnverified "answer-unverified" Unknown Terminal AfterThis
        why "收到的结果签名不正确，不予采信。" "The answer was not signed by the acquirer; it does not count."
        next "请勿重复收款，终端正在重新查询。" "Do not take the money again; the terminal is asking."
        customer "正在确认付款结果，请勿重复付款。" "Checking your payment. Please do not pay again.";
    /// The answer proves nothing.
    AnswerUnreadable "answer-unreadable" Unknown Terminal AfterThis
        why "收到的结果无法识别。" "The answer could not be understood."
        next "请勿重复收款，终端正在重新查询。" "Do not take the money again; the terminal is asking."
        customer "正在确认付款结果，请勿重复付款。" "Checking your payment. Please do not pay again.";
    /// The wallet has not decided.
    StillOpen "still-open" Unknown Terminal AfterThis
        why "钱包尚未给出结果。" "The wallet has not decided yet."
        next "请勿重复收款，终端正在查询。" "Do not take the money again; the terminal is asking."
        customer "正在确认付款结果，请勿重复付款。" "Checking your payment. Please do not pay again.";
    /// The terminal stopped in the middle.
    Restarted "restarted" Unknown Terminal AfterThis
        why "付款途中终端重启。" "The terminal restarted during the payment."
        next "请勿重复收款，终端正在查询结果。" "Do not take the money again; the terminal is asking."
        customer "正在确认付款结果，请勿重复付款。" "Checking your payment. Please do not pay again.";
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
        why "金额较大，需联系机主授权。" "The amount is one that the owner releases."
        next "请机主输入授权码；到时未授权则不收款。" "Ask the owner for the code; without it the payment ends."
        customer "请稍候，店主正在确认。" "One moment, the shop's owner confirms.";
    /// Over a day's sum above which the owner wants to be asked.
    HeldDay "held-day" NotPaid Owner Otherwise
        why "今日累计金额较大，需联系机主授权。" "Today's total is one above which the owner releases."
        next "请机主输入授权码；到时未授权则不收款。" "Ask the owner for the code; without it the payment ends."
        customer "请稍候，店主正在确认。" "One moment, the shop's owner confirms.";
    /// More payments in a short time than the owner finds usual.
    HeldOften "held-often" NotPaid Owner Otherwise
        why "短时间内交易较多，需联系机主授权。" "So many in a short time: the owner releases this one."
        next "请机主输入授权码；到时未授权则不收款。" "Ask the owner for the code; without it the payment ends."
        customer "请稍候，店主正在确认。" "One moment, the shop's owner confirms.";
    /// At an hour at which the owner wants to be asked.
    HeldHours "held-hours" NotPaid Owner Otherwise
        why "现在不在营业时间，需联系机主授权。" "The shop is closed at this hour: the owner releases."
        next "请机主输入授权码；到时未授权则不收款。" "Ask the owner for the code; without it the payment ends."
        customer "请稍候，店主正在确认。" "One moment, the shop's owner confirms.";
    /// The owner did not release a held payment in time.
    OwnerSilent "owner-silent" NotPaid Owner Otherwise
        why "机主未在规定时间内授权，未收款。" "The owner did not release it in time; nothing was taken."
        next "请联系机主后重新收款，或换一种付款方式。" "Reach the owner and start again, or take another way to pay."
        customer "未能完成收款，没有扣款。" "The payment did not start. You were not charged.";
    /// The owner, or whoever was asked, said no.
    OwnerRefused "owner-refused" NotPaid Owner Otherwise
        why "机主拒绝了这笔收款。" "The owner did not release this payment."
        next "请换一种付款方式，或与机主商量。" "Take another way to pay, or speak with the owner."
        customer "未能完成收款，没有扣款。" "The payment did not start. You were not charged.";
    /// Wrong codes, and so many that no more are taken for some minutes.
    OwnerCodeWrong "owner-code-wrong" NotPaid Owner Later
        why "机主授权码多次错误，已锁定五分钟。" "The owner's code was wrong too often; locked for five minutes."
        next "请联系机主，五分钟后重新收款。" "Reach the owner, and start again after five minutes."
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
    /// No app for the method.
    AppMissing "app-missing" NotPaid Owner AfterRepair
        why "未安装此付款方式的应用。" "The app for this way to pay is not installed."
        next "请换一种付款方式，并请店主安装。" "Use another way to pay; the owner installs the app."
        customer "请换一种付款方式。" "Please pay in another way.";
    /// The app stopped before anything was sent.
    AppFailed "app-failed" NotPaid Developer Now
        why "付款应用出错，未发出收款请求。" "The payment app failed; nothing was sent."
        next "请重新收款；若再次出现请换一种方式并联系服务商。" "Start again; if it fails again call support."
        customer "付款未开始，没有扣款。" "The payment did not start. You were not charged.";
    /// The app stopped after sending.
    AppFailedAfterSend "app-failed-after-send" Unknown Terminal AfterThis
        why "付款应用出错，结果待确认。" "The payment app failed; the result is not known yet."
        next "请勿重复收款，终端正在查询结果。" "Do not take the money again; the terminal is asking."
        customer "正在确认付款结果，请勿重复付款。" "Checking your payment. Please do not pay again.";
    /// The app's word contradicts the record.
    AppBrokeRule "app-broke-rule" Unknown Developer AfterThis
        why "付款应用的结果与记录不符，不予采信。" "The app's result contradicts the record; it does not count."
        next "请勿重复收款，终端正在查询结果。" "Do not take the money again; the terminal is asking."
        customer "正在确认付款结果，请勿重复付款。" "Checking your payment. Please do not pay again.";
    /// A code, but not for paying.
    NotAPaymentCode "not-a-payment-code" NotPaid Customer Now
        why "这不是付款码。" "That is not a payment code."
        next "请顾客打开微信、支付宝或云闪付的付款码。" "Ask for the payment code in WeChat, Alipay or UnionPay."
        customer "这不是付款码，请打开钱包的付款码。" "That is not a payment code. Please open it in your wallet.";
    /// Nothing could be read in time.
    CodeUnreadable "code-unreadable" NotPaid Customer Now
        why "没有读到付款码。" "No code could be read."
        next "请调亮手机屏幕，将付款码正对镜头后重试。" "Brighten the phone, hold the code straight, try again."
        customer "没有读到付款码，请调亮屏幕。" "The code could not be read. Please brighten the screen.";
    /// The camera is gone or stalled.
    CameraOffline "camera-offline" NotPaid Owner AfterRepair
        why "摄像头无法使用。" "The camera does not work."
        next "请改用顾客扫码的方式，并检查摄像头。" "Let the customer scan your code; have the camera checked."
        customer "请改用扫码付款。" "Please scan the shop's code instead.";
    /// No paper; the payment stands.
    PaperOut "paper-out" Paid Cashier Now
        why "打印机缺纸，付款已成功。" "The paper is out; the payment stands."
        next "请换纸后补打小票。" "Load a roll, then reprint the receipt."
        customer "付款成功，小票稍后打印。" "Paid. The receipt comes in a moment.";
    /// Jam, cover, heat; the payment stands.
    PrinterFailed "printer-failed" Paid Cashier Now
        why "打印机故障，付款已成功。" "The printer has a fault; the payment stands."
        next "请检查打印机后补打小票。" "Check the printer, then reprint the receipt."
        customer "付款成功，小票稍后打印。" "Paid. The receipt comes in a moment.";
    /// Not known whether paper came out.
    PrintUncertain "print-uncertain" Paid Cashier Now
        why "不确定小票是否打出，付款已成功。" "The receipt may be incomplete; the payment stands."
        next "请看一下小票，需要时补打。" "Look at the paper, and reprint if needed."
        customer "付款成功。" "Paid.";
    /// No room in the journal.
    StorageFull "storage-full" NotPaid Owner AfterRepair
        why "存储空间不足，暂停收款。" "The storage is full; payments are stopped."
        next "请店主清理空间或联系服务商。" "The owner makes room or calls support."
        customer "暂时无法收款，没有扣款。" "Payments are stopped. You were not charged.";
    /// Refused for a reason without a row.
    DeclinedOther "declined-other" NotPaid Customer Otherwise
        why "付款被拒绝。" "The payment was refused."
        next "请顾客换一种付款方式。" "Ask for another way to pay."
        customer "付款未通过，请换一种付款方式。" "The payment was not accepted. Please pay in another way.";
}
