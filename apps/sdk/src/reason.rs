//! The terminal's words for why a payment ended, as far as an app says them itself. The terminal
//! has the text for cashier and customer, in each language; an app never writes such text.

/// Cancel was pressed.
pub const CANCELLED_BY_CASHIER: &str = "cancelled-by-cashier";
/// A wait ran out.
pub const NOBODY_ACTED: &str = "nobody-acted";
/// Nothing could be read in time.
pub const CODE_UNREADABLE: &str = "code-unreadable";
/// The camera is gone or stalled.
pub const CAMERA_OFFLINE: &str = "camera-offline";
/// A code, but not for paying.
pub const NOT_A_PAYMENT_CODE: &str = "not-a-payment-code";
/// Nothing left the terminal.
pub const OFFLINE: &str = "offline";
/// Sent, and nothing came back.
pub const NO_ANSWER: &str = "no-answer";
/// The customer did not confirm; the order was taken back.
pub const CUSTOMER_WAITS: &str = "customer-waits";
/// The order was closed.
pub const ORDER_CLOSED: &str = "order-closed";
/// The shown code ran out unpaid.
pub const OFFER_EXPIRED: &str = "offer-expired";
/// Refused for a reason that the acquirer did not give.
pub const DECLINED_OTHER: &str = "declined-other";
/// The app cannot go on; nothing was sent.
pub const APP_FAILED: &str = "app-failed";
/// A part was approved, was not wanted, and went back.
pub const PART_GIVEN_BACK: &str = "part-given-back";
/// What the app or the terminal keeps takes no more.
pub const STORAGE_FULL: &str = "storage-full";
/// More than one card in the field.
pub const TOO_MANY_CARDS: &str = "too-many-cards";
/// The card left the slot or the field.
pub const CARD_REMOVED: &str = "card-removed";
/// The chip or the stripe cannot be read.
pub const CHIP_UNREADABLE: &str = "chip-unreadable";
/// The customer ended the PIN entry.
pub const PIN_CANCELLED: &str = "pin-cancelled";
/// The kernel, or the equipment that it needs, does not work.
pub const KERNEL_FAILED: &str = "kernel-failed";
/// A stripe of a card that has a chip.
pub const USE_CHIP: &str = "use-chip";
/// The card says that it is blocked.
pub const CARD_BLOCKED: &str = "card-blocked";
/// The card says that its application is blocked.
pub const APPLICATION_BLOCKED: &str = "application-blocked";
/// No application that terminal and card share.
pub const CARD_NOT_SUPPORTED: &str = "card-not-supported";
/// Another card than the one that was expected.
pub const CARD_INVALID: &str = "card-invalid";
/// The card itself refused, before anybody was asked.
pub const DECLINED_BY_CARD: &str = "declined-by-card";
/// The acquirer approved, the card then refused; it was taken back.
pub const CARD_REFUSED_APPROVAL: &str = "card-refused-approval";
/// The bank, or its network, did not answer; nothing was taken.
pub const BANK_UNAVAILABLE: &str = "bank-unavailable";
/// The terminal has no keys, or no batch.
pub const SIGN_ON_NEEDED: &str = "sign-on-needed";
/// The batch is full.
pub const BATCH_TO_SETTLE: &str = "batch-to-settle";
/// Too late for this.
pub const OUT_OF_DAYS: &str = "out-of-days";
/// The earlier payment is not known.
pub const ORIGINAL_NOT_FOUND: &str = "original-not-found";
/// The earlier payment is of a kind for which this is not done.
pub const TRANSACTION_INVALID: &str = "transaction-invalid";
/// Tap is not possible for this; insert or swipe is.
pub const USE_OTHER_INTERFACE: &str = "use-other-interface";
