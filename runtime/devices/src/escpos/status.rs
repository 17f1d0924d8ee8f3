//! The printer's status bytes, read by the driver and made by the emulated head.
//!
//! `DLE EOT n` answers have bits 1 and 4 set and bits 0 and 7 clear; `GS r` answers have bits 4 and
//! 7 clear: so the two kinds can be told apart when they cross.

use crate::printer::{PaperSupply, PrinterStatus};

/// Numbers of the four statuses: printer, offline cause, error cause, paper sensor.
pub const NUMBERS: [u8; 4] = [1, 2, 3, 4];

const FIXED_MASK: u8 = 0b1001_0011;
const FIXED: u8 = 0b0001_0010;
const IN_ORDER_MASK: u8 = 0b1001_0000;

const OFFLINE: u8 = 0b0000_1000; // status 1
const COVER_OPEN: u8 = 0b0000_0100; // status 2
const RECOVERABLE: u8 = 0b0000_0100; // status 3: mechanical, such as a paper jam
const CUTTER: u8 = 0b0000_1000; // status 3
const UNRECOVERABLE: u8 = 0b0010_0000; // status 3
const TEMPERATURE: u8 = 0b0100_0000; // status 3: recovers by itself
const NEAR_END: u8 = 0b0000_1100; // status 4
const PAPER_END: u8 = 0b0110_0000; // status 4
const IN_ORDER_NEAR_END: u8 = 0b0000_0011;
const IN_ORDER_PAPER_END: u8 = 0b0000_1100;

/// True for an answer to `DLE EOT`.
#[must_use]
pub const fn is_at_once(byte: u8) -> bool {
    byte & FIXED_MASK == FIXED
}

/// True for an answer to `GS r`.
#[must_use]
pub const fn is_in_order(byte: u8) -> bool {
    byte & IN_ORDER_MASK == 0
}

/// What the four answers to `DLE EOT` 1 to 4 say.
#[must_use]
pub const fn decode([printer, offline, error, paper]: [u8; 4]) -> PrinterStatus {
    PrinterStatus {
        paper: if paper & PAPER_END != 0 {
            PaperSupply::Out
        } else if paper & NEAR_END != 0 {
            PaperSupply::Low
        } else {
            PaperSupply::Enough
        },
        offline: printer & OFFLINE != 0,
        cover_open: offline & COVER_OPEN != 0,
        jammed: error & (RECOVERABLE | CUTTER) != 0,
        broken: error & UNRECOVERABLE != 0,
        overheated: error & TEMPERATURE != 0,
    }
}

/// The answer to `DLE EOT` `number` of a printer in this state.
#[must_use]
pub const fn encode_at_once(status: PrinterStatus, number: u8) -> u8 {
    let flags = match number {
        1 if status.offline => OFFLINE,
        2 if status.cover_open => COVER_OPEN,
        3 => {
            (if status.jammed { RECOVERABLE } else { 0 })
                | (if status.broken { UNRECOVERABLE } else { 0 })
                | (if status.overheated { TEMPERATURE } else { 0 })
        }
        4 => match status.paper {
            PaperSupply::Enough => 0,
            PaperSupply::Low => NEAR_END,
            PaperSupply::Out => NEAR_END | PAPER_END,
        },
        _ => 0,
    };
    FIXED | flags
}

/// The answer to `GS r` 1 of a printer in this state.
#[must_use]
pub const fn encode_in_order(status: PrinterStatus) -> u8 {
    match status.paper {
        PaperSupply::Enough => 0,
        PaperSupply::Low => IN_ORDER_NEAR_END,
        PaperSupply::Out => IN_ORDER_NEAR_END | IN_ORDER_PAPER_END,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_survives_the_wire() {
        for paper in [PaperSupply::Enough, PaperSupply::Low, PaperSupply::Out] {
            for flags in 0..32_u8 {
                let flag = |bit: u8| flags & (1 << bit) != 0;
                let status = PrinterStatus {
                    paper,
                    offline: flag(0),
                    cover_open: flag(1),
                    jammed: flag(2),
                    broken: flag(3),
                    overheated: flag(4),
                };
                let answers = NUMBERS.map(|number| encode_at_once(status, number));
                assert_eq!(decode(answers), status);
                assert!(answers.into_iter().all(|byte| is_at_once(byte) && !is_in_order(byte)));
                let in_order = encode_in_order(status);
                assert!(is_in_order(in_order) && !is_at_once(in_order));
            }
        }
    }

    #[test]
    fn answers_seen_from_a_real_usb_gadget_are_read_as_measured() {
        assert_eq!(decode([0x12, 0x12, 0x12, 0x12]).paper, PaperSupply::Enough);
        assert_eq!(decode([0x12, 0x12, 0x12, 0x72]).paper, PaperSupply::Out);
        assert_eq!(decode([0x12, 0x12, 0x12, 0x1E]).paper, PaperSupply::Low);
    }
}
