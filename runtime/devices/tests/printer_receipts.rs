//! Two whole receipts, as a shop would hand them out: what they must show on every paper.
//! With `CAISSON_RECEIPTS` naming a folder, their pictures are written there for a person to see.

#![allow(clippy::unwrap_used)] // A test may stop at once.

mod receipts;

use caisson_devices::raster::{Paper, Raster, render};
use caisson_devices::text::plain_text;
use receipts::{chinese, english, read_code};

#[track_caller]
fn one_sheet(document: &caisson_core::document::Document, paper: Paper) -> Raster {
    let mut sheets = render(document, paper).unwrap();
    assert_eq!(sheets.len(), 1);
    sheets.remove(0)
}

#[test]
fn the_code_on_a_receipt_can_be_scanned_from_either_paper() {
    for paper in [Paper::Mm58, Paper::Mm80] {
        let sheet = one_sheet(&english(), paper);
        assert_eq!(read_code(&sheet).as_deref(), Some("https://bean.example/r/7F3K9Q2M"));
        let sheet = one_sheet(&chinese(), paper);
        assert_eq!(read_code(&sheet).as_deref(), Some("https://cha.example/r/7F3K9Q2M"));
    }
}

#[test]
fn the_longest_code_that_a_document_may_hold_can_be_scanned_from_the_narrow_paper() {
    let text = "9a".repeat(500);
    let block = caisson_core::document::Block::Qr { text: text.clone() };
    let document = caisson_core::document::Document::new(vec![block]).unwrap();
    assert_eq!(read_code(&one_sheet(&document, Paper::Mm58)), Some(text));
}

#[test]
fn a_receipt_is_a_hand_long_and_has_ink_on_every_part() {
    for document in [english(), chinese()] {
        for paper in [Paper::Mm58, Paper::Mm80] {
            let sheet = one_sheet(&document, paper);
            assert!((700..1_600).contains(&sheet.height()), "{sheet:?}");
            let black = sheet.bits().iter().map(|byte| byte.count_ones()).sum::<u32>();
            let share = f64::from(black) / f64::from(sheet.width() * sheet.height());
            assert!((0.04..0.20).contains(&share), "{share}");
        }
    }
}

#[test]
fn the_same_receipt_in_plain_text_reads_like_the_paper() {
    assert_eq!(
        plain_text(&chinese(), Paper::Mm58),
        ["            晨光茶铺
   上海市静安区南京西路1038号
--------------------------------
             已支付
            ￥86.50
--------------------------------
支付方式                    微信
商户单号
        20261122-000017-01ABCDEF
交易单号
    4200002345202611221234567890
时间         2026-11-22 15:04:09
收银员                      小李
--------------------------------
龙井(明前) × 1             58.00
桂花糕 × 2                 28.50
--------------------------------
合计                     ￥86.50

[QR]
https://cha.example/r/7F3K9Q2M
       扫码开票或申请退款
请保留本小票，七日内凭票退换。
"]
    );
}

#[test]
fn pictures_for_a_person_are_written_where_asked() {
    let Some(folder) = std::env::var_os("CAISSON_RECEIPTS") else { return };
    for (name, document) in [("en", english()), ("zh", chinese())] {
        for paper in [Paper::Mm58, Paper::Mm80] {
            let sheet = one_sheet(&document, paper);
            let file = format!("receipt-{name}-{}.png", paper.dots());
            let path = std::path::Path::new(&folder).join(file);
            std::fs::write(path, sheet.to_png().unwrap()).unwrap();
        }
    }
}
