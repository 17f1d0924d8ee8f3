//! Receipts, and a scanner for their codes, for the tests of printers.

use caisson_core::document::{Align, Block, Document, Size};
use caisson_devices::raster::Raster;

/// A line.
pub(crate) fn line(text: &str, align: Align, size: Size, bold: bool) -> Block {
    Block::Line { text: text.to_owned(), align, size, bold }
}

/// A name and its value.
pub(crate) fn pair(name: &str, value: &str) -> Block {
    Block::Pair { name: name.to_owned(), value: value.to_owned() }
}

/// A customer's receipt of a coffee bar.
#[allow(dead_code)] // Each test crate uses its own part of this module.
pub(crate) fn english() -> Document {
    let centre = |text, size, bold| line(text, Align::Centre, size, bold);
    Document::new(vec![
        centre("The Copper Bean", Size::Large, true),
        centre("14 Quay Street, Galway", Size::Small, false),
        centre("VAT IE 3691428 KH", Size::Small, false),
        Block::Rule,
        centre("APPROVED", Size::Normal, true),
        centre("€12.50", Size::Large, true),
        Block::Rule,
        pair("Method", "Alipay+"),
        pair("Order", "20261122-000017-01ABCDEF"),
        pair("Reference", "2026112222001412345678901234"),
        pair("Date", "22 Nov 2026, 15:04:09"),
        pair("Terminal", "T-0042"),
        Block::Rule,
        pair("Flat white × 2", "8.40"),
        pair("Almond croissant", "4.10"),
        Block::Rule,
        pair("Total", "€12.50"),
        Block::Feed { lines: 1 },
        Block::Qr { text: "https://bean.example/r/7F3K9Q2M".to_owned() },
        centre("Scan for your invoice or a refund", Size::Small, false),
        line(
            "Please keep this receipt. Goods can be returned within 14 days.",
            Align::Left,
            Size::Small,
            false,
        ),
        Block::Cut,
    ])
    .unwrap()
}

/// A customer's receipt of a tea shop.
#[allow(dead_code)] // Each test crate uses its own part of this module.
pub(crate) fn chinese() -> Document {
    let centre = |text, size, bold| line(text, Align::Centre, size, bold);
    Document::new(vec![
        centre("晨光茶铺", Size::Large, true),
        centre("上海市静安区南京西路1038号", Size::Small, false),
        Block::Rule,
        centre("已支付", Size::Normal, true),
        centre("￥86.50", Size::Large, true),
        Block::Rule,
        pair("支付方式", "微信"),
        pair("商户单号", "20261122-000017-01ABCDEF"),
        pair("交易单号", "4200002345202611221234567890"),
        pair("时间", "2026-11-22 15:04:09"),
        pair("收银员", "小李"),
        Block::Rule,
        pair("龙井(明前) × 1", "58.00"),
        pair("桂花糕 × 2", "28.50"),
        Block::Rule,
        pair("合计", "￥86.50"),
        Block::Feed { lines: 1 },
        Block::Qr { text: "https://cha.example/r/7F3K9Q2M".to_owned() },
        centre("扫码开票或申请退款", Size::Small, false),
        line("请保留本小票，七日内凭票退换。", Align::Left, Size::Small, false),
        Block::Cut,
    ])
    .unwrap()
}

/// The text of the QR code on a picture, read by a scanner that has never seen our encoder.
pub(crate) fn read_code(raster: &Raster) -> Option<String> {
    let mut hints = rxing::DecodeHints { TryHarder: Some(true), ..Default::default() };
    let formats = Some(rxing::BarcodeFormat::QR_CODE);
    let (width, height) = (raster.width(), raster.height());
    rxing::helpers::detect_in_luma_with_hints(raster.to_luma(), width, height, formats, &mut hints)
        .ok()
        .map(|found| found.getText().to_owned())
}
