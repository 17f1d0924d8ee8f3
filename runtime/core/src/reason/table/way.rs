//! The way to the acquirer and back.

macro_rules! way_rows {
    ($then:ident $($more:ident)* { $($rows:tt)* }) => { $then! { $($more)* { $($rows)*
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
    } } };
}
