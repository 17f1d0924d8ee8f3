//! What stands before the camera, and picture files that people choose.

use caisson_devices::decode::{Decoded, Effort, Formats, TEXT_BYTES_MAX, decode};
use caisson_devices::frame::{Frame, Size};
use caisson_devices::scan::{ScanVerdict, Unread, scan_file};
use std::fs;

/// Largest side of a frame that is looked at, in pixels: what four bytes a pixel of an input fill.
const SIDE_MAX: u32 = 64;

/// A file that somebody says is a picture.
///
/// # Panics
/// Where the decoder fails, or an answer breaks its line.
pub fn picture(data: &[u8]) {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("picture");
    fs::write(&path, data).unwrap();
    let verdict = scan_file(&path);
    assert_ne!(verdict, ScanVerdict::Unread(Unread::DecoderFailed));
    let line = verdict.line(&path);
    assert!(!line.contains('\n') && line.matches('\t').count() == 2, "{line}");
    if let ScanVerdict::Read(found) = verdict {
        check_found(&found);
    }
}

/// A camera's bytes: first the width, then the height, then pixels. The same as YUYV and as JPEG.
///
/// # Panics
/// Where a frame is larger than its bytes, or the decoder fails.
pub fn frame(data: &[u8]) {
    if let Ok(frame) = Frame::from_mjpeg(data) {
        check_frame(&frame, usize::MAX);
    }
    let [width, height, pixels @ ..] = data else { return };
    let side = |byte: u8| u32::from(byte) % SIDE_MAX;
    let size = Size { width: side(*width), height: side(*height) };
    let frames = [
        Frame::from_luma_plane(pixels, size),
        Frame::from_yuyv(pixels, size),
        Frame::from_luma(pixels.to_vec(), size, u32::from(*height)),
    ];
    for frame in frames.into_iter().flatten() {
        check_frame(&frame, pixels.len());
        let found = decode(&frame, Formats::ALL, Effort::Frame).expect("the decoder goes on");
        found.iter().for_each(check_found);
    }
}

fn check_frame(frame: &Frame, bytes: usize) {
    let Size { width, height } = frame.size();
    assert!(width > 0 && height > 0 && frame.stride() >= width);
    let area = usize::try_from(width).unwrap() * usize::try_from(height).unwrap();
    assert!(area <= bytes);
    assert_eq!(frame.packed().len(), area);
    assert_eq!(frame.rows().map(<[u8]>::len).sum::<usize>(), area);
}

fn check_found(found: &Decoded) {
    assert!(found.text.len() <= TEXT_BYTES_MAX);
    let shown = format!("{found:?}");
    assert!(found.text.len() < 6 || !shown.contains(&found.text), "{shown}");
}
