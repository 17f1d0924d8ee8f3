//! What the app asks of the bank: which operation of the destination, which message type, which
//! values go with it. Processing codes stand in the destination's file alone.

use caisson_iso8583::Mti;
use serde::{Deserialize, Serialize};

/// What moves money, or reserves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// Takes money.
    Sale,
    /// Reserves money.
    PreAuth,
    /// Takes what was reserved.
    Completion,
    /// Takes a sale back.
    Void,
    /// Frees what was reserved.
    PreAuthVoid,
    /// Takes a completion back: reserved again.
    CompletionVoid,
    /// Gives money back.
    Refund,
}

/// How a deed is written.
#[derive(Debug)]
pub struct Row {
    /// The destination's operation, and the fact `TYPE` of an approval.
    pub operation: &'static str,
    /// Its message type.
    pub mti: Mti,
    /// Field 25: `06` belongs to a pre-authorisation.
    pub condition: &'static str,
    /// The setting for the first two digits of field 60.
    pub kind_setting: &'static str,
    /// What holds where it is not set.
    pub kind: &'static str,
    /// The operations that take it back: the first time, and every later one. A refund has none.
    pub reversal: Option<(&'static str, &'static str)>,
}

/// A reversal's message type; a repeat is marked in its last digit.
pub const REVERSAL: Mti = Mti::literal(0x0400);
/// Settlement's.
pub const SETTLE: Mti = Mti::literal(0x0500);
/// The type of a batch's rows, and of their end.
pub const UPLOAD: Mti = Mti::literal(0x0320);
/// A sign-on's.
pub const SIGN_ON: Mti = Mti::literal(0x0800);
/// A balance inquiry's.
pub const BALANCE: Mti = Mti::literal(0x0200);

macro_rules! row {
    ($name:literal, $mti:literal, $condition:literal, $kind:literal) => {
        Row { reversal: None, ..row!(reversed $name, $mti, $condition, $kind) }
    };
    (reversed $name:literal, $mti:literal, $condition:literal, $kind:literal) => {
        Row {
            operation: $name,
            mti: Mti::literal($mti),
            condition: $condition,
            kind_setting: concat!("kind.", $name),
            kind: $kind,
            reversal: Some((
                concat!($name, "-reversal"),
                concat!($name, "-reversal-repeat"),
            )),
        }
    };
}

static SALE_ROW: Row = row!(reversed "sale", 0x0200, "00", "22");
static PRE_AUTH_ROW: Row = row!(reversed "pre-auth", 0x0100, "06", "10");
static COMPLETION_ROW: Row = row!(reversed "completion", 0x0200, "06", "20");
static VOID_ROW: Row = row!(reversed "void", 0x0200, "00", "23");
static PRE_AUTH_VOID_ROW: Row = row!(reversed "pre-auth-void", 0x0100, "06", "11");
static COMPLETION_VOID_ROW: Row = row!(reversed "completion-void", 0x0200, "06", "21");
static REFUND_ROW: Row = row!("refund", 0x0220, "00", "25");

impl Deed {
    /// Every deed.
    pub const ALL: [Self; 7] = [
        Self::Sale,
        Self::PreAuth,
        Self::Completion,
        Self::Void,
        Self::PreAuthVoid,
        Self::CompletionVoid,
        Self::Refund,
    ];

    /// How it is written.
    #[must_use]
    pub fn row(self) -> &'static Row {
        match self {
            Self::Sale => &SALE_ROW,
            Self::PreAuth => &PRE_AUTH_ROW,
            Self::Completion => &COMPLETION_ROW,
            Self::Void => &VOID_ROW,
            Self::PreAuthVoid => &PRE_AUTH_VOID_ROW,
            Self::CompletionVoid => &COMPLETION_VOID_ROW,
            Self::Refund => &REFUND_ROW,
        }
    }

    /// What takes back the deed whose fact `TYPE` is `name`; `None` for what no void takes back.
    #[must_use]
    pub fn void_of(name: &str) -> Option<Self> {
        match name {
            "sale" => Some(Self::Void),
            "pre-auth" => Some(Self::PreAuthVoid),
            "completion" => Some(Self::CompletionVoid),
            _ => None,
        }
    }
}
