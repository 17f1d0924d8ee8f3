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
