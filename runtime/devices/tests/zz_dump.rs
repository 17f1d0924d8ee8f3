#![allow(missing_docs, unreachable_pub, dead_code)]
mod corpus;
use corpus::*;
#[test]
fn dump() {
    for level in 0..3 {
        let mut sheet = image::GrayImage::new(640*3, 480*2);
        for i in 0..6u64 {
            let s = sample((i%3) as usize, level, i/3);
            let p = image::DynamicImage::ImageLuma8(s.picture).resize_exact(640,480,image::imageops::FilterType::Triangle).into_luma8();
            image::imageops::replace(&mut sheet, &p, 640 * (i as i64 % 3), 480 * (i as i64 / 3));
        }
        sheet.save(format!("/tmp/sheet{level}.png")).unwrap();
    }
}
