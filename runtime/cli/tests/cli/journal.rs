//! `caisson journal` on a journal that is written here.

use crate::common::Desk;
use caisson_core::payment::{Ending, Input, Intent, Kind, Payment};
use caisson_core::{Currency, Money, PaymentKey, Reason};
use caisson_journal::{Journal, Quality, WallTime};
use rusqlite as _;
