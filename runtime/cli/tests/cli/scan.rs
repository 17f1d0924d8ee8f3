//! `caisson scan`: one line for whatever stands at a path.

use crate::common::{Desk, write_code};
use std::process::Command;

#[test]
fn a_picture_with_a_code_gets_its_text_and_status_0() {
    let desk = Desk::new();
    write_code(&desk.path("code.png"), "134567890123456789");
    desk.check("scan code.png", 0, "code.png\tQR\t134567890123456789\n", "");
}

#[test]
fn each_file_that_cannot_be_read_gets_a_line_with_the_reason_and_status_1() {
    let desk = Desk::new();
    write_code(&desk.path("code.png"), "hello");
    let whole = std::fs::read(desk.path("code.png")).unwrap();
    desk.write("empty.png", "");
    desk.write("text.png", "no picture");
    desk.write("cut.png", &whole[..whole.len() / 2]);
    image::GrayImage::from_pixel(1, 1, image::Luma([255])).save(desk.path("dot.png")).unwrap();
    assert!(Command::new("mkfifo").arg(desk.path("pipe")).status().unwrap().success());
    desk.check(
        "scan empty.png text.png cut.png dot.png pipe /dev/null . missing.png code.png",
        1,
        "empty.png\tnone\tan empty file\n\
         text.png\tnone\tnot a PNG, JPEG or WebP picture\n\
         cut.png\tnone\ta truncated picture\n\
         dot.png\tnone\tno code found in 1 x 1 pixels\n\
         pipe\tnone\tnot a regular file but a pipe\n\
         /dev/null\tnone\tnot a regular file but a device\n\
         .\tnone\tnot a regular file but a directory\n\
         missing.png\tnone\tno such file\n\
         code.png\tQR\thello\n",
        "",
    );
}

#[test]
fn a_reader_that_went_away_ends_it_quietly() {
    let desk = Desk::new();
    let mut child = desk
        .command("scan missing.png missing.png")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(1), Vec::new()));
}
