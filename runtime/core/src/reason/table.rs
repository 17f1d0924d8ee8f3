//! One enum from the rows of every theme. Order: the acquirer's word, the way to it, the till, the
//! equipment, the bank's word about a card, the card's own.
//!
//! Each theme's file is a macro that adds its rows to those that it was given and hands all of them
//! to the next in the list; the last makes the enum. So a variant is written once, with its row.

#[macro_use]
mod acquirer;
#[macro_use]
mod bank;
#[macro_use]
mod card;
#[macro_use]
mod equipment;
#[macro_use]
mod till;
#[macro_use]
mod way;

use super::{Actor, Class, Retry, Row};
use crate::language::Text;

/// Makes the enum from the rows of all themes.
macro_rules! reasons {
    ({ $($(#[$doc:meta])* $name:ident $code:literal $class:ident $actor:ident $retry:ident
        why $why_zh:literal $why_en:literal
        next $next_zh:literal $next_en:literal
        customer $customer_zh:literal $customer_en:literal;)* }) => {
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

acquirer_rows! { way_rows till_rows equipment_rows bank_rows card_rows reasons {} }
