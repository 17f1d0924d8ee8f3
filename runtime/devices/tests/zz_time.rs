#![allow(missing_docs)]
#[allow(dead_code)]
mod corpus;
use caisson_devices::{decode::*, frame::*};
use corpus::*;
use std::time::Instant;
#[test]
fn time() {
    for kind in 0..4 {
        for level in 0..2 {
            let (mut ours, mut glance, mut lib, mut ok, mut libok) = (vec![], vec![], vec![], 0, 0);
            for n in 0..20 {
                let s = sample(kind.min(2), level, n);
                let mut p = image::GrayImage::from_pixel(1280, 720, image::Luma([120]));
                if kind < 3 {
                    image::imageops::replace(
                        &mut p,
                        &s.picture,
                        if s.picture.width() > 640 { 0 } else { 320 },
                        if s.picture.width() > 640 { -120 } else { 120 },
                    );
                } else {
                    for (x, y, px) in p.enumerate_pixels_mut() {
                        if (x / 37 + y / 53) % 3 == 0 {
                            px.0[0] = 200
                        }
                        if (x / 11) % 7 == (y / 29) % 5 {
                            px.0[0] = 60
                        }
                    }
                }
                let f =
                    Frame::from_luma(p.clone().into_raw(), Size { width: 1280, height: 720 }, 1280)
                        .unwrap();
                let t = Instant::now();
                let r = decode(&f, Formats::ALL, Effort::Frame).unwrap();
                ours.push(t.elapsed());
                ok += r.is_some() as u32;
                let t = Instant::now();
                let _ = decode(&f, Formats::ALL, Effort::Glance).unwrap();
                glance.push(t.elapsed());
                let mut h = rxing::DecodeHints {
                    TryHarder: Some(true),
                    AlsoInverted: Some(true),
                    PossibleFormats: Some(
                        [
                            rxing::BarcodeFormat::QR_CODE,
                            rxing::BarcodeFormat::CODE_128,
                            rxing::BarcodeFormat::EAN_13,
                        ]
                        .into(),
                    ),
                    ..Default::default()
                };
                let t = Instant::now();
                let r = rxing::helpers::detect_in_luma_slice_with_hints(
                    p.as_raw(),
                    1280,
                    720,
                    None,
                    &mut h,
                );
                lib.push(t.elapsed());
                libok += r.is_ok() as u32;
            }
            for v in [&mut ours, &mut glance, &mut lib] {
                v.sort();
            }
            println!(
                "kind {kind} level {level}: ours {ok}/20 p50 {:?} max {:?}; glance {:?}; lib {libok}/20 p50 {:?} max {:?}",
                ours[10], ours[19], glance[10], lib[10], lib[19]
            );
        }
    }
    for (w, h) in [(4000u32, 3000u32), (8000, 8000)] {
        let p = image::GrayImage::from_fn(w, h, |x, y| {
            image::Luma([((x / 37 + y / 53) % 3 * 80 + (x * 7 + y * 13) % 23) as u8])
        });
        let t = Instant::now();
        let r = decode_still(p, Formats::ALL).unwrap();
        println!("still {w}x{h} {:?} {:?}", t.elapsed(), r.is_some());
    }
}
