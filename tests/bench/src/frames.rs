//! Frames as a camera at a counter sees them, each fixed by its number.

use crate::run::Failure;
use caisson_devices::frame::Size;
use qrcodegen::{QrCode, QrCodeEcc};

/// What the sensor sees.
pub(crate) const SENSOR: Size = Size { width: 1_280, height: 720 };

/// Degrees by which a bar code is held askew, at most; a QR code lies at any angle.
const TILT_MAX: f32 = 12.0;

/// Widths of bars and spaces of each value of a Code 128 (ISO/IEC 15417), and of its end.
#[rustfmt::skip]
const PATTERNS: [&str; 106] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213",
    "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132",
    "221231", "213212", "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211",
    "212123", "212321", "232121", "111323", "131123", "131321", "112313", "132113", "132311", "211313",
    "231113", "231311", "112133", "112331", "132131", "113123", "113321", "133121", "313121", "211331",
    "231131", "213113", "213311", "213131", "311123", "311321", "331121", "312113", "312311", "332111",
    "314111", "221411", "431111", "111224", "111422", "121124", "121421", "141122", "141221", "112214",
    "112412", "122114", "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111",
    "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
    "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311", "113141",
    "114131", "311141", "411131", "211412", "211214", "211232",
];
const STOP: &str = "2331112";
/// The value that begins a code of pairs of digits.
const START_C: usize = 105;

/// The kinds of code that a wallet shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A QR code.
    Qr,
    /// A Code 128.
    Bars,
}

/// A code's modules, row by row, and how large it is in modules with its quiet zone.
struct Symbol {
    dark: Vec<bool>,
    width: usize,
    height: usize,
    quiet: (f32, f32),
    /// Modules high that one row of `dark` is.
    row: f32,
}

impl Kind {
    /// What its frames are called in a table.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Qr => "frame of 1280 x 720 with a QR code",
            Self::Bars => "frame of 1280 x 720 with a Code 128",
        }
    }

    fn symbol(self, text: &str) -> Result<Symbol, Failure> {
        match self {
            Self::Qr => {
                let code = QrCode::encode_text(text, QrCodeEcc::Medium)?;
                let side = code.size();
                let modules = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
                let dark = modules.map(|(x, y)| code.get_module(x, y)).collect();
                let side = usize::try_from(side)?;
                Ok(Symbol { dark, width: side, height: side, quiet: (4.0, 4.0), row: 1.0 })
            }
            Self::Bars => {
                let dark = code_128(text)?;
                let (width, quiet) = (dark.len(), (10.0, 2.0));
                Ok(Symbol { dark, width, height: 1, quiet, row: 40.0 })
            }
        }
    }

    /// The luma of the frame with that number, row by row, and its text.
    ///
    /// # Errors
    /// None that a number can cause.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "brightness is brought to 0 to 255 first; such a cast saturates"
    )]
    pub(crate) fn draw(self, number: u32) -> Result<(Vec<u8>, String), Failure> {
        let mut chance = Chance(u64::from(number) * 2 + u64::from(self == Self::Bars));
        let text = format!("13{:016}", 4_711 + u64::from(number) * 7_919_191_919);
        let symbol = self.symbol(&text)?;
        let (module, degrees) = match self {
            Self::Qr => (chance.between(3.0, 11.0), chance.between(0.0, 360.0)),
            Self::Bars => (chance.between(2.2, 4.2), chance.between(-TILT_MAX, TILT_MAX)),
        };
        let (sin, cos) = degrees.to_radians().sin_cos();
        let middle = (chance.between(560.0, 720.0), chance.between(330.0, 390.0));
        let (dark, bright) = (chance.between(15.0, 60.0), chance.between(170.0, 240.0));
        let (table, noise) = (chance.between(70.0, 150.0), chance.between(1.0, 10.0));
        let shade = chance.between(-40.0, 40.0);
        let is_inverted = number % 10 == 9;
        let mut pixels = Vec::with_capacity(1_280 * 720);
        for y in 0..720_u16 {
            for x in 0..1_280_u16 {
                // Four points of a pixel, as a sensor sums up what falls on it.
                let points = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)];
                let light: f32 = points
                    .into_iter()
                    .map(|(dx, dy)| {
                        let (x, y) = (f32::from(x) + dx - middle.0, f32::from(y) + dy - middle.1);
                        let (u, v) = ((x * cos + y * sin) / module, (y * cos - x * sin) / module);
                        match symbol.is_dark(u, v) {
                            Some(is_dark) if is_dark == is_inverted => bright,
                            Some(_) => dark,
                            None => table,
                        }
                    })
                    .sum();
                let slope = shade * (f32::from(x) / 1_280.0 - 0.5);
                let level = light / 4.0 + slope + chance.between(-noise, noise);
                pixels.push(level.clamp(0.0, 255.0) as u8);
            }
        }
        Ok((pixels, text))
    }
}

impl Symbol {
    /// Whether the point is dark, in modules from the middle; `None` beside the code's card.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a code has a few hundred modules; what is negative was sent away before"
    )]
    fn is_dark(&self, u: f32, v: f32) -> Option<bool> {
        let (wide, high) = (self.width as f32, self.height as f32 * self.row);
        let (u, v) = (u + wide / 2.0, v + high / 2.0);
        let inside = |at: f32, size: f32, quiet: f32| (-quiet..size + quiet).contains(&at);
        if !inside(u, wide, self.quiet.0) || !inside(v, high, self.quiet.1) {
            return None;
        }
        if !inside(u, wide, 0.0) || !inside(v, high, 0.0) {
            return Some(false);
        }
        let index = (v / self.row) as usize * self.width + u as usize;
        Some(self.dark.get(index).copied().unwrap_or(false))
    }
}

/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    #[allow(clippy::cast_precision_loss, reason = "24 bits are held exactly")]
    fn between(&mut self, low: f32, high: f32) -> f32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        low + (self.0 >> 40) as f32 / (1_u32 << 24) as f32 * (high - low)
    }
}

/// The modules of a Code 128 of an even number of digits: start, pairs, check, stop.
fn code_128(digits: &str) -> Result<Vec<bool>, Failure> {
    let pair = |pair: &[u8]| Ok(std::str::from_utf8(pair)?.parse()?);
    let values: Vec<usize> =
        digits.as_bytes().chunks(2).map(pair).collect::<Result<_, Failure>>()?;
    let weighted = values.iter().zip(1..).map(|(value, place)| value * place);
    let check = (START_C + weighted.sum::<usize>()) % 103;
    let mut modules = Vec::new();
    for value in [START_C].into_iter().chain(values).chain([check]) {
        let widths = PATTERNS.get(value).ok_or("not a pair of digits")?;
        extend(&mut modules, widths);
    }
    extend(&mut modules, STOP);
    Ok(modules)
}

/// A bar, a space, a bar …, each so many modules wide.
fn extend(modules: &mut Vec<bool>, widths: &str) {
    for (index, width) in widths.bytes().enumerate() {
        modules.extend(std::iter::repeat_n(index % 2 == 0, usize::from(width - b'0')));
    }
}
