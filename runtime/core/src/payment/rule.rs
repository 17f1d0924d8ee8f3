//! The rules that hold whatever an app says. A broken one is recorded by name.

use serde::{Deserialize, Serialize};

/// A rule that an app broke. App developer: the text says what is wrong and what to change; the
/// outcomes are named in it, and whoever refuses a call names the call before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// A second financial request or offer.
    #[error(
        "this payment has already handed a request to the acquirer; ask with inquire, take back with undo"
    )]
    SubmittedTwice,
    /// Submit was used for an operation that moves nothing, or the other way round.
    #[error(
        "the operation is of another kind: submit takes financial and offer, inquire takes inquiry, undo takes undo, network.call takes service; and each for its own kind of payment"
    )]
    WrongKind,
    /// An inquiry or undo before anything was sent.
    #[error(
        "nothing was submitted, so there is nothing to ask about or to undo; submit first, or return cancelled"
    )]
    NothingSubmitted,
    /// An undo of a refund.
    #[error("a refund is never undone; ask with inquire, repeat it in recover, or return unknown")]
    UndoOfRefund,
    /// A request, recovery note or fact over its limit.
    #[error("the request is above 64 KiB or the recovery note above 4 KiB; shorten it")]
    TooLarge,
    /// Approved without an answer that proves it.
    #[error("outcome approved: no verified answer says that the money moved; return unknown")]
    ApprovedUnproved,
    /// Approved another amount than the answer proves.
    #[error(
        "outcome approved: the amount is not the one that the acquirer's answer proves; return that one"
    )]
    ApprovedOtherAmount,
    /// Declined or cancelled although the answer says paid.
    #[error(
        "outcome declined or cancelled: the acquirer's answer says paid; return approved, or undo first"
    )]
    DeclinedButPaid,
    /// Declined or cancelled while the acquirer may still take the money.
    #[error(
        "outcome declined or cancelled: a request was sent and no answer says that it is final; undo, inquire, or return unknown"
    )]
    EndedButOpen,
    /// Receipt facts over their limits or with characters that no paper may carry.
    #[error("outcome approved: at most 20 facts, each name and value 1 to 60 plain characters")]
    BadFacts,
    /// The payment is over; nothing more may be asked in its name.
    #[error("the payment is over; return, and submit or undo nothing more in its name")]
    AlreadyFinal,
}
