//! The window's pixels: what the customer's phone reads in them, and pictures of them.

use super::shared::Shared;
use crate::phone::{PhoneError, scan_screen};
use caisson_core::view::View;
use caisson_devices::frame::Size;
use caisson_devices::screen::{Area, Picture};
use std::path::Path;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How long a code is waited for.
const SHOWN_WITHIN: Duration = Duration::from_secs(180);
/// How long the phone looks at a screen that shows one: drawing takes a frame or two.
const READS_WITHIN: Duration = Duration::from_secs(10);
/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(150);
/// Largest picture of a window, in dots.
const DOTS_MAX: usize = 4_096 * 4_096;

impl Shared {
    /// What the phone reads in the pixels of the screen: the wallet's own code.
    pub(super) async fn read_screen(&self) -> Result<String, String> {
        self.wait_for_code().await?;
        let until = Instant::now() + READS_WITHIN;
        loop {
            let picture = self.around.window.snapshot(Area::Screen).await;
            let picture = picture.ok_or("the phone sees nothing: there is no window")?;
            let size = Size { width: picture.width, height: picture.height };
            match scan_screen(luma(&picture)?, size).await {
                Err(PhoneError::Unread) if Instant::now() < until => sleep(LOOK_EVERY).await,
                read => return read.map_err(|error| error.to_string()),
            }
        }
    }

    async fn wait_for_code(&self) -> Result<(), String> {
        let screen = self.screen()?;
        let mut changes = screen.changes();
        let shown = timeout(SHOWN_WITHIN, async {
            loop {
                let showing = screen.current();
                if showing.is_some_and(|showing| matches!(showing.view, View::Qr { .. })) {
                    return;
                }
                // The screen lives as long as this clone of it.
                let _ = changes.changed().await;
            }
        });
        let what = "no code is on the screen for the phone, and none came";
        shown.await.map_err(|_| what.to_owned())
    }
}

/// Brightness of each dot, as a phone's camera sees it (ITU-R BT.601).
fn luma(picture: &Picture) -> Result<Vec<u8>, String> {
    let dots = dots(picture)?;
    let bright = |dot: &[u8]| {
        let part = |at: usize, weight: u32| u32::from(dot.get(at).copied().unwrap_or(0)) * weight;
        u8::try_from((part(0, 77) + part(1, 150) + part(2, 29)) >> 8).unwrap_or(u8::MAX)
    };
    Ok(dots.chunks_exact(4).map(bright).collect())
}

fn dots(picture: &Picture) -> Result<&[u8], String> {
    let count = (picture.width as usize).saturating_mul(picture.height as usize);
    let fits = count <= DOTS_MAX && picture.rgba.len() == count.saturating_mul(4);
    if fits { Ok(&picture.rgba) } else { Err(format!("{picture:?} is no picture")) }
}

/// Writes a picture as a PNG file.
pub(super) fn write_png(path: &Path, picture: &Picture) -> Result<(), String> {
    let (width, height) = (picture.width, picture.height);
    let kind = image::ExtendedColorType::Rgba8;
    image::save_buffer(path, dots(picture)?, width, height, kind)
        .map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brightness_weighs_green_most_and_a_picture_must_be_whole() {
        let rgba = [[255, 255, 255, 255], [255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255]];
        let picture = Picture { width: 4, height: 1, rgba: rgba.concat() };
        assert_eq!(luma(&picture), Ok(vec![255, 76, 149, 28]));
        let torn = Picture { height: 2, ..picture };
        assert_eq!(luma(&torn), Err("Picture(4 x 2) is no picture".to_owned()));
    }
}
