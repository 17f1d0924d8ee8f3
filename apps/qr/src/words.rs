//! The app's texts. Amounts, outcomes and advice are the terminal's; these are the waits between.

/// The texts in one language. Titles and prompts: at most 60 characters; bodies: at most 2,000.
#[derive(Debug)]
pub struct Words {
    /// Prompt of the scan of a customer's code.
    pub show_payment_code: &'static str,
    /// While the acquirer is asked to take the money.
    pub paying: View,
    /// While the wallet waits for its user, or the result is asked for.
    pub confirming: View,
    /// While an order is taken back.
    pub taking_back: View,
    /// While a code is made.
    pub making_code: View,
    /// Below the code that the customer scans.
    pub scan_to_pay: &'static str,
    /// While a refund is on its way.
    pub refunding: View,
    /// Prompt of the scan of a receipt.
    pub show_receipt: &'static str,
    /// While an order is looked up.
    pub looking_up: View,
    /// Title of what the look-up says.
    pub order: &'static str,
    /// The look-up: what stands for each answer.
    pub found: Found,
    /// Names of the facts on a receipt.
    pub wallet: &'static str,
    /// As above.
    pub transaction: &'static str,
    /// WeChat Pay.
    pub wechat: &'static str,
    /// Alipay.
    pub alipay: &'static str,
    /// UnionPay.
    pub unionpay: &'static str,
}

/// Title and body of a view.
#[derive(Debug)]
pub struct View {
    /// At most 60 characters.
    pub title: &'static str,
    /// What is happening, and what people do meanwhile.
    pub body: &'static str,
}

/// What a look-up can say.
#[derive(Debug)]
pub struct Found {
    /// Paid; an amount follows.
    pub paid: &'static str,
    /// Some of it was given back; an amount follows.
    pub refunded: &'static str,
    /// The customer has not confirmed.
    pub waiting: &'static str,
    /// Shown and not paid.
    pub unpaid: &'static str,
    /// Refused.
    pub declined: &'static str,
    /// Cancelled, closed or given back in full.
    pub closed: &'static str,
    /// The acquirer does not know it.
    pub not_found: &'static str,
    /// Another answer.
    pub unclear: &'static str,
    /// Nothing could be asked.
    pub offline: &'static str,
    /// What was scanned is no order number.
    pub not_an_order: &'static str,
}

impl Words {
    /// Chinese.
    pub const ZH: Self = Self {
        show_payment_code: "请顾客出示付款码",
        paying: View { title: "正在收款", body: "正在向钱包发起收款，请稍候。" },
        confirming: View {
            title: "等待钱包确认",
            body: "如手机提示，请顾客在手机上确认付款。\n请勿重复收款。",
        },
        taking_back: View {
            title: "正在撤销", body: "正在撤销这笔订单，请稍候。"
        },
        making_code: View { title: "正在生成收款码", body: "请稍候。" },
        scan_to_pay: "请顾客扫码付款",
        refunding: View {
            title: "正在退款", body: "正在向钱包发起退款，请稍候。"
        },
        show_receipt: "请扫描小票上的二维码",
        looking_up: View {
            title: "正在查询", body: "正在向收单机构查询，请稍候。"
        },
        order: "订单",
        found: Found {
            paid: "已支付",
            refunded: "其中已退款",
            waiting: "等待顾客在手机上确认，尚未支付。",
            unpaid: "收款码已生成，尚未支付。",
            declined: "付款被拒绝，没有扣款。",
            closed: "订单已关闭，没有扣款或已全额退回。",
            not_found: "收单机构没有这个订单。",
            unclear: "收单机构的回答无法识别，请稍后再查。",
            offline: "没有收到收单机构的回答，请检查网络后再查。",
            not_an_order: "这不是小票上的订单码，请扫描小票上的二维码。",
        },
        wallet: "钱包",
        transaction: "交易单号",
        wechat: "微信支付",
        alipay: "支付宝",
        unionpay: "云闪付",
    };

    /// English.
    pub const EN: Self = Self {
        show_payment_code: "Ask the customer to show the payment code",
        paying: View {
            title: "Taking the payment",
            body: "The wallet is being asked. Please wait.",
        },
        confirming: View {
            title: "Waiting for the wallet",
            body: "If the phone asks, the customer confirms the payment there.\n\
                   Do not take the money again.",
        },
        taking_back: View { title: "Taking the order back", body: "Please wait." },
        making_code: View { title: "Making the code", body: "Please wait." },
        scan_to_pay: "Scan to pay",
        refunding: View { title: "Refunding", body: "The wallet is being asked. Please wait." },
        show_receipt: "Scan the code on the receipt",
        looking_up: View { title: "Looking up", body: "The acquirer is being asked. Please wait." },
        order: "Order",
        found: Found {
            paid: "Paid",
            refunded: "Of this given back",
            waiting: "The customer has not confirmed on the phone: not paid yet.",
            unpaid: "The code was shown and is not paid yet.",
            declined: "The payment was refused; no money moved.",
            closed: "The order is closed: not charged, or given back in full.",
            not_found: "The acquirer does not know this order.",
            unclear: "The acquirer's answer could not be understood. Ask again later.",
            offline: "The acquirer did not answer. Check the network and ask again.",
            not_an_order: "That is no order number. Scan the code on the receipt.",
        },
        wallet: "Wallet",
        transaction: "Transaction",
        wechat: "WeChat Pay",
        alipay: "Alipay",
        unionpay: "UnionPay",
    };

    /// The name of `wallet`.
    #[must_use]
    pub const fn name_of(&self, wallet: crate::wallet::Wallet) -> &'static str {
        use crate::wallet::Wallet;
        match wallet {
            Wallet::WeChat => self.wechat,
            Wallet::Alipay => self.alipay,
            Wallet::UnionPay => self.unionpay,
        }
    }
}
