//! The terminal's own parts: apps, camera, printer, storage; and the reason for whatever has no row.

macro_rules! equipment_rows {
    ($then:ident $($more:ident)* { $($rows:tt)* }) => { $then! { $($more)* { $($rows)*
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
    } } };
}
