//! What the card, its reader or the kernel says.

macro_rules! card_rows {
    ($then:ident $($more:ident)* { $($rows:tt)* }) => { $then! { $($more)* { $($rows)*
    /// Taken out before the end.
    CardRemoved "card-removed" NotPaid Customer Now
        why "卡片被提前取出。" "The card was taken out too early."
        next "请重新收款，提示付完再取卡。" "Start again; the card stays in until the end."
        customer "卡片取出过早，请重新插卡。" "The card came out too early. Please insert it again.";
    /// The chip does not answer, or not as it must.
    ChipUnreadable "chip-unreadable" NotPaid Cashier Now
        why "芯片无法读取。" "The chip cannot be read."
        next "请擦净芯片再插一次；仍不行请换一张卡。" "Wipe the chip and insert again; then ask for another card."
        customer "芯片无法读取，请再试一次。" "The chip could not be read. Please try again.";
    /// No application that terminal and card share.
    CardNotSupported "card-not-supported" NotPaid Customer Otherwise
        why "本机不支持这种卡。" "This terminal does not take this kind of card."
        next "请换一张卡或换一种付款方式。" "Ask for another card, or another way to pay."
        customer "不支持这种卡，请换一张。" "This kind of card is not accepted. Please use another.";
    /// The card says that it is blocked.
    CardBlocked "card-blocked" NotPaid Customer Otherwise
        why "卡片已被发卡行锁定。" "The card was blocked by its bank."
        next "请换一张卡；持卡人可致电发卡行。" "Ask for another card; the customer may call the bank."
        customer "此卡无法使用，请换一张卡。" "This card cannot be used. Please use another.";
    /// The chosen application is blocked; another on the card may serve.
    ApplicationBlocked "application-blocked" NotPaid Customer Otherwise
        why "卡上所选的应用已被锁定。" "The chosen application on the card is blocked."
        next "请选卡上的另一个应用，或换一张卡。" "Choose another application, or ask for another card."
        customer "所选应用无法使用，请另选或换一张卡。" "Please choose another application, or use another card.";
    /// The PIN was asked for and passed over, which this card or shop does not take.
    PinBypassRefused "pin-bypass-refused" NotPaid Customer Now
        why "此卡必须输入密码。" "This card needs a PIN."
        next "请重新收款，由持卡人输入密码；或换一张卡。" "Start again with a PIN, or ask for another card."
        customer "请输入密码，或换一张卡。" "Please enter your PIN, or use another card.";
    /// The customer ended the entry.
    PinCancelled "pin-cancelled" NotPaid Customer Now
        why "没有输入密码。" "No PIN was entered."
        next "问顾客是否重试或换一种方式付款。" "Ask whether to try again, or to pay in another way."
        customer "您没有输入密码，没有扣款。" "You entered no PIN. You were not charged.";
    /// Several cards in the field.
    TooManyCards "too-many-cards" NotPaid Customer Now
        why "感应区内有多张卡。" "There is more than one card at the reader."
        next "请顾客只出示一张卡。" "Ask the customer to present one card only."
        customer "请只出示一张卡。" "Please present one card only.";
    /// Code 45, and a stripe that names a chip: no fallback.
    UseChip "use-chip" NotPaid Customer Now
        why "此卡有芯片，不能刷磁条。" "This card has a chip; its stripe is not taken."
        next "请插入芯片。" "Insert the card."
        customer "请插入芯片。" "Please insert your card.";
    /// The chip failed, and the acquirer takes the stripe instead.
    UseStripe "use-stripe" NotPaid Customer Now
        why "芯片多次读取失败，可刷磁条。" "The chip failed; the stripe may be used."
        next "请刷磁条。" "Swipe the card."
        customer "请刷磁条。" "Please swipe your card.";
    /// Tap is not possible for this; insert or swipe is.
    UseOtherInterface "use-other-interface" NotPaid Customer Now
        why "此卡或此金额不能挥卡。" "This card or amount cannot be tapped."
        next "请插卡或刷卡。" "Insert or swipe the card."
        customer "请插卡或刷卡。" "Please insert or swipe your card.";
    /// The card itself said no.
    DeclinedByCard "declined-by-card" NotPaid Customer Otherwise
        why "卡片脱机拒绝了这笔交易。" "The card itself refused."
        next "请换一张卡或换一种付款方式。" "Ask for another card, or another way to pay."
        customer "付款未通过，请换一张卡。" "The payment was not accepted. Please use another card.";
    /// The kernel broke off.
    KernelFailed "kernel-failed" NotPaid Developer Now
        why "读卡程序出错。" "The card kernel failed."
        next "请重新收款；再次出现请换一张卡并联系服务商。" "Start again; if it repeats use another card, call support."
        customer "读卡出错，没有扣款。" "The card could not be processed. You were not charged.";
    /// The bank approved, the card then refused; the approval was taken back.
    CardRefusedApproval "card-refused-approval" NotPaid Customer Otherwise
        why "银行已批准但卡片拒绝，已冲正。" "The bank approved, the card refused; it was reversed."
        next "请换一张卡或换一种付款方式。" "Ask for another card, or another way to pay."
        customer "付款未完成，扣款已撤回，请换一张卡。" "Not completed, and taken back. Please use another card.";
    } } };
}
