//! Codes as rows of modules, drawn from their standards and independent of the decoder.

use qrcodegen::{QrCode, QrCodeEcc};

/// Bar and space widths of the 107 characters of Code 128 (ISO/IEC 15417, table 1).
const CODE_128: &str = "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 \
    221312 231212 112232 122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 \
    312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 \
    112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 \
    211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 \
    431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 \
    241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 \
    421211 212141 214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 \
    311141 411131 211412 211214 211232 2331112";

/// Left digits of EAN-13 in set A (ISO/IEC 15420); set C is their complement, set B its mirror.
const EAN_A: [&str; 10] = [
    "0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011",
    "0110111", "0001011",
];

/// Which left digits are of set B, by the first digit.
const EAN_B: [&str; 10] = [
    "000000", "001011", "001101", "001110", "010011", "011001", "011100", "010101", "010110",
    "011010",
];

/// A code: its modules, true where dark, with their size relative to each other.
pub(crate) struct Symbol {
    pub(crate) modules: Vec<Vec<bool>>,
    /// Height of one row in widths of a module.
    pub(crate) row_height: f32,
    /// Bright modules that the standard wants at left and right, and above and below.
    pub(crate) quiet: (f32, f32),
}

impl Symbol {
    pub(crate) fn width(&self) -> f32 {
        self.modules[0].len() as f32
    }

    pub(crate) fn height(&self) -> f32 {
        self.modules.len() as f32 * self.row_height
    }

    pub(crate) fn qr(text: &str, level: QrCodeEcc) -> Self {
        let code = QrCode::encode_text(text, level).unwrap();
        let row = |y| (0..code.size()).map(|x| code.get_module(x, y)).collect();
        let modules = (0..code.size()).map(row).collect();
        Self { modules, row_height: 1.0, quiet: (4.0, 4.0) }
    }

    pub(crate) fn code_128(text: &str) -> Self {
        let digits_only =
            text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_digit());
        let (start, values): (usize, Vec<usize>) = if digits_only {
            (105, text.as_bytes().chunks(2).map(two_digits).collect())
        } else {
            (104, text.bytes().map(|byte| usize::from(byte) - 32).collect())
        };
        let weighted = values.iter().enumerate().map(|(index, value)| (index + 1) * value);
        let check = (start + weighted.sum::<usize>()) % 103;
        let widths: Vec<&str> = CODE_128.split(' ').collect();
        let mut row = Vec::new();
        for value in [start].into_iter().chain(values).chain([check, 106]) {
            for (index, width) in widths[value].bytes().enumerate() {
                row.extend(std::iter::repeat_n(index % 2 == 0, usize::from(width - b'0')));
            }
        }
        Self::bars(row)
    }

    /// `digits` are the first twelve; the check digit is added.
    pub(crate) fn ean_13(digits: &str) -> (Self, String) {
        let text = format!("{digits}{}", check_digit(digits));
        let numbers: Vec<usize> = text.bytes().map(|byte| usize::from(byte - b'0')).collect();
        let mut row = "101".to_owned();
        for (index, number) in numbers[1..7].iter().enumerate() {
            row += &match &EAN_B[numbers[0]][index..=index] {
                "0" => EAN_A[*number].to_owned(),
                _ => complement(EAN_A[*number]).chars().rev().collect(),
            };
        }
        row += "01010";
        for number in &numbers[7..] {
            row += &complement(EAN_A[*number]);
        }
        row += "101";
        (Self::bars(row.chars().map(|module| module == '1').collect()), text)
    }

    fn bars(row: Vec<bool>) -> Self {
        let row_height = (row.len() as f32 * 0.4).max(30.0);
        Self { modules: vec![row], row_height, quiet: (10.0, 3.0) }
    }

    /// Whether the point, in module widths from the symbol's upper left corner, is dark.
    pub(crate) fn is_dark(&self, x: f32, y: f32) -> bool {
        let row = (y / self.row_height).floor();
        if x < 0.0 || row < 0.0 {
            return false;
        }
        let row = self.modules.get(row as usize);
        row.and_then(|row| row.get(x as usize)).copied().unwrap_or(false)
    }
}

fn two_digits(pair: &[u8]) -> usize {
    usize::from(pair[0] - b'0') * 10 + usize::from(pair[1] - b'0')
}

fn check_digit(digits: &str) -> u32 {
    let weighted = digits
        .bytes()
        .enumerate()
        .map(|(index, digit)| u32::from(digit - b'0') * if index % 2 == 0 { 1 } else { 3 });
    (10 - weighted.sum::<u32>() % 10) % 10
}

fn complement(modules: &str) -> String {
    modules.chars().map(|module| if module == '0' { '1' } else { '0' }).collect()
}
