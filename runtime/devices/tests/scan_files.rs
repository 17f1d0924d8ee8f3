//! Whatever stands at a path, reading it ends with one line that says why nothing was read.

// A test may fail by panicking. Pictures are computed in floats; a cast back saturates, which is
// what a sensor does.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use caisson_devices::decode::Symbology;
use caisson_devices::emulated::camera::Scene;
use caisson_devices::scan::{FILE_BYTES_MAX, ScanVerdict, Unread, scan_file};
use image::{DynamicImage, GrayImage, ImageFormat, Luma, LumaA, Rgba, RgbaImage};
use proptest::prelude::*;
use tempfile::TempDir;

/// A folder for one test's files.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

/// A picture of a QR code with that text.
fn code(text: &str) -> GrayImage {
    let code = qrcodegen::QrCode::encode_text(text, qrcodegen::QrCodeEcc::Medium).unwrap();
    GrayImage::from_fn(300, 300, |x, y| {
        let module = |pixel: u32| pixel as i32 / 8 - 4;
        Luma([if code.get_module(module(x), module(y)) { 0 } else { 255 }])
    })
}

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// The reason in the line, after path and kind.
#[track_caller]
fn check_unread(path: &Path, expected: &str) {
    let line = scan_file(path).line(Path::new("p"));
    assert_eq!(line, format!("p\tnone\t{expected}"));
}

#[track_caller]
fn check_read(path: &Path, expected: &str) {
    let line = scan_file(path).line(Path::new("p"));
    assert_eq!(line, format!("p\tQR\t{expected}"));
}

#[test]
fn every_format_is_told_by_its_content_whatever_the_name_says() {
    let files = Files::new();
    let text = "付款 28123";
    check_read(&files.write("a.txt", &encoded(code(text), ImageFormat::Png)), text);
    check_read(&files.write("b.png", &encoded(code(text), ImageFormat::Jpeg)), text);
    check_read(&files.write("c", &encoded(code(text), ImageFormat::WebP)), text);
}

#[test]
fn a_code_on_a_transparent_background_is_read() {
    let files = Files::new();
    let dark = code("28123");
    let clear =
        image::ImageBuffer::from_fn(300, 300, |x, y| LumaA([0, 255 - dark.get_pixel(x, y).0[0]]));
    check_read(&files.write("dark", &encoded(clear, ImageFormat::Png)), "28123");
    let bright =
        RgbaImage::from_fn(300, 300, |x, y| Rgba([255, 255, 255, dark.get_pixel(x, y).0[0]]));
    check_read(&files.write("bright", &encoded(bright, ImageFormat::Png)), "28123");
}

#[test]
fn what_is_not_a_file_is_named_and_never_waited_for() {
    let files = Files::new();
    check_unread(files.0.path(), "not a regular file but a directory");
    check_unread(&files.0.path().join("none"), "no such file");
    #[cfg(unix)]
    {
        let fifo = files.0.path().join("fifo");
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        check_unread(&fifo, "not a regular file but a pipe");
        check_unread(Path::new("/dev/zero"), "not a regular file but a device");
        let socket = files.0.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        check_unread(&socket, "not a regular file but a socket");
    }
}

#[test]
fn files_that_are_no_pictures_say_what_they_are() {
    let files = Files::new();
    check_unread(&files.write("empty.png", b""), "an empty file");
    check_unread(&files.write("t.png", b"just a text"), "not a PNG, JPEG or WebP picture");
    check_unread(&files.write("g.png", b"GIF89a\0\0"), "not a PNG, JPEG or WebP picture");
    let long = files.write("long.png", b"");
    fs::File::options().write(true).open(&long).unwrap().set_len(FILE_BYTES_MAX + 1).unwrap();
    let expected = "a file of 67108865 bytes; at most 67108864 are read";
    check_unread(&long, expected);
}

#[test]
fn a_cut_picture_is_called_truncated_in_every_format() {
    let files = Files::new();
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let bytes = encoded(code("28123"), format);
        for length in [bytes.len() * 2 / 10, bytes.len() / 3, 40] {
            let path = files.write("cut", &bytes[..length]);
            check_unread(&path, "a truncated picture");
        }
    }
}

#[test]
fn pictures_without_a_code_say_so_with_their_size() {
    let files = Files::new();
    let blank = |width, height| {
        encoded(GrayImage::from_pixel(width, height, Luma([255])), ImageFormat::Png)
    };
    check_unread(&files.write("1", &blank(1, 1)), "no code found in 1 x 1 pixels");
    check_unread(&files.write("2", &blank(5_000, 1)), "no code found in 5000 x 1 pixels");
    check_unread(&files.write("3", &blank(200, 100)), "no code found in 200 x 100 pixels");
    check_unread(&files.write("4", &blank(8_000, 8_000)), "no code found in 8000 x 8000 pixels");
}

/// A PNG head that promises that many pixels, and hardly any data behind it.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = encoded(GrayImage::new(1, 1), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 }
        })
    })
}

#[test]
fn a_picture_that_unfolds_beyond_the_limits_is_refused() {
    let files = Files::new();
    let expected = Unread::PictureTooLarge.to_string();
    check_unread(&files.write("wide", &bomb(60_000, 60_000)), &expected);
    check_unread(&files.write("area", &bomb(16_384, 16_384 + 1)), &expected);
    // Within the limits it is unpacked, and then the data are missing.
    let verdict = scan_file(&files.write("hollow", &bomb(8_000, 8_000)));
    assert!(matches!(verdict, ScanVerdict::Unread(Unread::Damaged { .. })), "{verdict:?}");
}

#[test]
fn a_text_too_long_for_a_code_is_no_scene() {
    let error = Scene::text(&"x".repeat(3_000)).unwrap_err();
    assert_eq!(error.to_string(), "a text of 3000 bytes does not fit into a QR code");
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_bytes_behind_any_head_end_in_one_line(
        head in prop::sample::select(vec![
            &b""[..], b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\0\x10JFIF\0", b"RIFF\x40\0\0\0WEBPVP8 ",
        ]),
        tail in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let files = Files::new();
        let line = scan_file(&files.write("r", &[head, &tail].concat())).line(Path::new("p"));
        prop_assert!(line.starts_with("p\tnone\t") && !line.contains('\n'), "{line}");
    }

    #[test]
    fn a_picture_with_flipped_bytes_ends_and_is_never_read_wrongly(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        format in prop::sample::select(vec![ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP]),
    ) {
        let mut bytes = encoded(code("28123"), format);
        for (index, byte) in flips {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        let files = Files::new();
        if let ScanVerdict::Read(found) = scan_file(&files.write("f", &bytes)) {
            prop_assert_eq!((found.symbology, found.text.as_str()), (Symbology::Qr, "28123"));
        }
    }
}
