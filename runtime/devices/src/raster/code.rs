//! QR codes in whole dots, so that every module is equally wide on paper.

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

use super::Raster;

/// Largest version: 117 modules, which still get 3 dots each on 58 mm paper.
const VERSION_MAX: u8 = 25;
/// White modules around a code, as its standard asks; on both sides the paper's own margin adds.
const QUIET_MODULES: u32 = 4;
/// A code of few modules is not made larger than this share of the paper's width, in eighths.
const SHARE_EIGHTHS: u32 = 5;
/// Most dots to a module (1 mm): larger than that costs paper and helps no scanner.
const DOTS_MAX: u32 = 8;
/// Dots to a module where the code has few modules: below 4 (0.5 mm), cheap scanners struggle.
const WANTED_DOTS: u32 = 4;

/// The code for `text` in the middle of the paper with its quiet zone, or `None` when it does not
/// fit. Error level M, raised where it costs no size; L only where M does not fit.
pub(super) fn draw(raster: &mut Raster, text: &str) -> Option<()> {
    let segments = QrSegment::make_segments(text);
    let code = [QrCodeEcc::Medium, QrCodeEcc::Low].into_iter().find_map(|level| {
        let (least, most) = (Version::MIN, Version::new(VERSION_MAX));
        QrCode::encode_segments_advanced(&segments, level, least, most, None, true).ok()
    })?;
    let modules = u32::try_from(code.size()).ok()?;
    let scale = scale(raster.width(), modules);
    let left = raster.width().checked_sub(modules * scale)? / 2;
    let top = raster.height() + QUIET_MODULES * scale;
    raster.extend((modules + 2 * QUIET_MODULES) * scale);
    for y in 0..modules * scale {
        for x in 0..modules * scale {
            let module = (i32::try_from(x / scale).ok()?, i32::try_from(y / scale).ok()?);
            if code.get_module(module.0, module.1) {
                raster.blacken(left + x, top + y);
            }
        }
    }
    Some(())
}

/// Dots to a module: as large as the share of the paper and the most allow, at least the wanted
/// size, or what fits the paper.
fn scale(width: u32, modules: u32) -> u32 {
    let share = (width * SHARE_EIGHTHS / 8 / modules).min(DOTS_MAX);
    let fits = width / modules;
    share.max(WANTED_DOTS.min(fits)).max(1)
}
