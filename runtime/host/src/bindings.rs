//! The contract as Rust: generated from `wit/`, nothing written by hand.

#![allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    rust_2018_idioms,
    clippy::all,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::too_many_lines,
    reason = "generated code"
)]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "system-app",
    imports: { default: async | trappable },
    exports: { default: async },
    with: {
        "caisson:payment/payment.errand": crate::payment::ErrandData,
        "caisson:payment/payment.intent": crate::payment::IntentData,
        "caisson:payment/payment.ticket": crate::payment::TicketData,
        "caisson:printer/printer.document": crate::printer::Sheet,
        "caisson:ui/ui.form": crate::ui::Form,
        "caisson:nfc/nfc.tag": crate::nfc::Tag,
    },
    trappable_error_type: {
        "caisson:camera/camera.error" => crate::camera::CameraFault,
        "caisson:printer/printer.error" => crate::printer::PrinterFault,
        "caisson:network/network.error" => crate::network::NetworkFault,
        "caisson:storage/storage.error" => crate::storage::StorageFault,
        "caisson:ui/ui.error" => crate::ui::UiFault,
        "caisson:card-reader/card-reader.error" => crate::card_reader::CardReaderFault,
        "caisson:pin-pad/pin-pad.error" => crate::pin_pad::PinPadFault,
        "caisson:nfc/nfc.error" => crate::nfc::NfcFault,
        "caisson:payment/payment.error" => crate::payment::PaymentFault,
    },
});
