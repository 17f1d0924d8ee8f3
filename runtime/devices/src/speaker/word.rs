//! What a recorded word is. A word without a clip, or with two, does not compile.

use caisson_core::Currency;

/// A word of one language.
pub(super) trait Word: Copy {
    /// As it is written.
    fn written(self) -> &'static str;

    /// Its clip: a WAV file.
    #[cfg(feature = "sound")]
    fn clip(self) -> &'static [u8];
}

/// Minor units in a major one.
pub(super) const fn unit(currency: Currency) -> u64 {
    10_u64.pow(currency.exponent() as u32)
}

/// `words` as a sentence.
pub(super) fn written<W: Word>(words: &[W], between: &str) -> String {
    words.iter().map(|word| word.written()).collect::<Vec<_>>().join(between)
}

/// The words of a language: name, file in `sounds`, and how it is written.
macro_rules! words {
    ($folder:literal: $($word:ident $file:literal $written:literal,)+) => {
        /// A recorded word.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Word {
            $(
                #[doc = $written]
                $word,
            )+
        }

        impl Word {
            /// Every word.
            #[cfg(all(test, feature = "sound"))]
            pub(super) const ALL: &[Self] = &[$(Self::$word),+];
            /// The folder of their clips.
            #[cfg(all(test, feature = "sound"))]
            pub(super) const FOLDER: &str = $folder;

            /// The name of its clip, without the ending.
            #[cfg(all(test, feature = "sound"))]
            pub(super) const fn file(self) -> &'static str {
                match self {
                    $(Self::$word => $file,)+
                }
            }
        }

        impl super::word::Word for Word {
            fn written(self) -> &'static str {
                match self {
                    $(Self::$word => $written,)+
                }
            }

            #[cfg(feature = "sound")]
            fn clip(self) -> &'static [u8] {
                match self {
                    $(
                        Self::$word => {
                            include_bytes!(concat!("../../sounds/", $folder, "/", $file, ".wav"))
                        }
                    )+
                }
            }
        }
    };
}

pub(super) use words;
