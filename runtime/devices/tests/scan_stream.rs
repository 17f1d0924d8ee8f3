//! A scan as a cashier lives it, on tokio's paused clock: what is held before the lens and when,
//! and what comes out of it.

// A test may fail by panicking. Pictures are computed in floats; a cast back saturates, which is
// what a sensor does.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]

mod corpus;

use std::time::Duration;

use caisson_core::permission::{self, Grants, Permit};
use caisson_devices::camera::{Camera, CameraError};
use caisson_devices::decode::{Decoded, Formats, Symbology};
use caisson_devices::emulated::camera::{FRAME_EVERY, Fault, Lens, Scene};
use caisson_devices::frame::Size;
use caisson_devices::scan::{ScanError, scan_stream};
use corpus::{chance::Chance, sample};
use tokio::time::{Instant, sleep};

const SCAN: Duration = Duration::from_secs(10);

fn permit() -> Permit<permission::Camera> {
    Grants::for_terminal().permit().unwrap()
}

async fn scan(lens: &Lens) -> Result<Decoded, ScanError> {
    let mut camera = lens.open()?;
    scan_stream(&mut camera, &permit(), Formats::ALL, Instant::now() + SCAN).await
}

/// The picture of an easy bar code, as a scene, and its text.
fn bars(number: u64) -> (Scene, String) {
    let sample = sample(1, 0, number);
    let size = Size { width: sample.picture.width(), height: sample.picture.height() };
    (Scene::luma(sample.picture.into_raw(), size).unwrap(), sample.text)
}

#[tokio::test(start_paused = true)]
async fn a_code_held_before_the_lens_is_read_from_the_first_picture() {
    let lens = Lens::new("front");
    lens.hold(Scene::text("2812345678").unwrap());
    let began = Instant::now();
    let found = scan(&lens).await.unwrap();
    assert_eq!((found.symbology, found.text.as_str()), (Symbology::Qr, "2812345678"));
    assert_eq!(found.bytes, b"2812345678");
    assert_eq!(began.elapsed(), FRAME_EVERY);
}

#[tokio::test(start_paused = true)]
async fn a_code_that_comes_later_is_read_when_it_comes() {
    let lens = Lens::new("front");
    let hand = lens.clone();
    let customer = tokio::spawn(async move {
        sleep(Duration::from_secs(2)).await;
        hand.hold(Scene::text("later").unwrap());
    });
    let began = Instant::now();
    assert_eq!(scan(&lens).await.unwrap().text, "later");
    assert!(began.elapsed() < Duration::from_millis(2_400));
    customer.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_bar_code_must_be_seen_in_two_pictures_in_a_row() {
    let lens = Lens::new("front");
    let (scene, text) = bars(1);
    lens.hold(scene);
    let began = Instant::now();
    assert_eq!(scan(&lens).await.unwrap().text, text);
    assert_eq!(began.elapsed(), FRAME_EVERY * 2);
}

#[tokio::test(start_paused = true)]
async fn an_empty_table_ends_at_the_deadline_with_the_count_of_pictures() {
    let lens = Lens::new("front");
    let began = Instant::now();
    let error = scan(&lens).await.unwrap_err();
    assert_eq!(error, ScanError::TimedOut { frames: 100 });
    assert_eq!(began.elapsed(), SCAN);
}

#[tokio::test(start_paused = true)]
async fn each_fault_ends_the_scan_with_its_own_cause() {
    let device = || "front".to_owned();
    let lens = Lens::new("front");
    lens.set_fault(Some(Fault::Unplugged));
    let missing = CameraError::Missing { device: device() };
    assert_eq!(scan(&lens).await.unwrap_err(), missing.into());
    lens.set_fault(Some(Fault::Busy));
    assert_eq!(scan(&lens).await.unwrap_err(), CameraError::Busy { device: device() }.into());
    lens.set_fault(Some(Fault::Stalled));
    let stalled = CameraError::Stalled { device: device(), silent_ms: 3_000 };
    assert_eq!(scan(&lens).await.unwrap_err(), stalled.into());

    lens.set_fault(None);
    let mut camera = lens.open().unwrap();
    assert_eq!(lens.open().unwrap_err(), CameraError::Busy { device: device() });
    camera.next(&permit(), SCAN).await.unwrap();
    lens.set_fault(Some(Fault::Unplugged));
    let error = camera.next(&permit(), SCAN).await.unwrap_err();
    assert_eq!(error, CameraError::Unplugged { device: device() });
}

#[tokio::test(start_paused = true)]
async fn a_stall_that_ends_in_time_does_no_harm() {
    let lens = Lens::new("front");
    lens.hold(Scene::text("after").unwrap());
    lens.set_fault(Some(Fault::Stalled));
    let hand = lens.clone();
    tokio::spawn(async move {
        sleep(Duration::from_secs(2)).await;
        hand.set_fault(None);
    });
    assert_eq!(scan(&lens).await.unwrap().text, "after");
}

#[tokio::test(start_paused = true)]
async fn a_scan_that_is_dropped_frees_the_camera() {
    let lens = Lens::new("front");
    {
        let scanning = scan(&lens);
        tokio::pin!(scanning);
        let cancelled = tokio::time::timeout(Duration::from_millis(950), &mut scanning).await;
        assert!(cancelled.is_err());
    }
    lens.hold(Scene::text("again").unwrap());
    assert_eq!(scan(&lens).await.unwrap().text, "again");
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_gets_the_newest_picture_and_the_count_of_lost_ones() {
    let lens = Lens::new("front");
    let mut camera = lens.open().unwrap();
    let first = camera.next(&permit(), SCAN).await.unwrap();
    assert_eq!((first.sequence(), first.dropped()), (1, 0));
    sleep(FRAME_EVERY * 5).await;
    let next = camera.next(&permit(), SCAN).await.unwrap();
    assert_eq!((next.sequence(), next.dropped()), (6, 4));
    let late = camera.next(&permit(), Duration::from_millis(30)).await.unwrap_err();
    assert_eq!(late, CameraError::Late { device: "front".into(), within_ms: 30 });
}

#[tokio::test(start_paused = true)]
async fn a_folder_shows_its_pictures_in_order_and_passes_over_other_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("1.txt"), "not a picture").unwrap();
    sample(0, 0, 3).picture.save(path("2.png")).unwrap();
    sample(0, 0, 4).picture.save(path("3.png")).unwrap();
    let lens = Lens::new("front");
    lens.hold(Scene::folder(folder.path()).unwrap());
    let mut camera = lens.open().unwrap();
    let mut texts = Vec::new();
    for _ in 0..8 {
        let until = Instant::now() + SCAN;
        let found = scan_stream(&mut camera, &permit(), Formats::ALL, until).await.unwrap();
        texts.push(found.text);
    }
    texts.dedup();
    assert_eq!(texts, [sample(0, 0, 3).text, sample(0, 0, 4).text]);
    let empty = tempfile::tempdir().unwrap();
    let error = Scene::folder(empty.path()).unwrap_err().to_string();
    assert_eq!(error, format!("{}: a folder without pictures", empty.path().display()));
}

#[test]
fn noise_and_stripes_are_never_read() {
    use caisson_devices::decode::{Effort, decode};
    let mut chance = Chance::new(7);
    for _ in 0..12 {
        let width = 3.0 + chance.between(0.0, 9.0);
        let noise = image::GrayImage::from_fn(320, 240, |x, _| {
            let stripe = if ((x as f32 / width) as u32).is_multiple_of(2) { 60.0 } else { 180.0 };
            image::Luma([(stripe + chance.between(-40.0, 40.0)) as u8])
        });
        let size = Size { width: 320, height: 240 };
        let frame = caisson_devices::frame::Frame::from_luma(noise.into_raw(), size, 320).unwrap();
        for effort in [Effort::Glance, Effort::Frame, Effort::Still] {
            assert_eq!(decode(&frame, Formats::ALL, effort), Ok(None));
        }
    }
}
