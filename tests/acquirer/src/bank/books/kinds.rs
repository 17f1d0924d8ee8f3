//! The words of the books' columns, each a type.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

/// An enum whose cases are words in the books.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$case_doc:meta])* $case:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$case_doc])* $case,)+
        }

        impl $name {
            /// Its word in the books.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$case => $word,)+ }
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.word().into())
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                match value.as_str()? {
                    $($word => Ok(Self::$case),)+
                    _ => Err(FromSqlError::InvalidType),
                }
            }
        }
    };
}

words! {
    /// What a transaction is.
    Kind {
        /// Takes money.
        Sale = "sale",
        /// Asks what is on a card.
        Inquiry = "inquiry",
        /// Takes a sale back.
        Void = "void",
        /// Gives money back.
        Refund = "refund",
        /// Holds money.
        Authorisation = "authorisation",
        /// Lets held money go.
        AuthorisationVoid = "authorisation-void",
        /// Takes held money.
        Completion = "completion",
        /// Takes a completion back.
        CompletionVoid = "completion-void",
        /// Was approved offline.
        Advice = "advice",
        /// A reversal came, and what it reverses never did.
        Unseen = "unseen",
    }
}

words! {
    /// Where a transaction stands. That a sale was voided is said by its net amount.
    State {
        /// Approved, in whole or in part.
        Approved = "approved",
        /// Not approved.
        Declined = "declined",
        /// A reversal undid it.
        Reversed = "reversed",
    }
}

words! {
    /// What the books say to a transaction that was uploaded.
    UploadFinding {
        /// Both have it, with one amount.
        Agrees = "agrees",
        /// Both have it, with two amounts, or here it was not approved.
        Differs = "differs",
        /// The books have never heard of it.
        Unknown = "unknown",
    }
}
