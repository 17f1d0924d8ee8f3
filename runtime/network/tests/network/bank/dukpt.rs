//! DUKPT: each request has a key of its own, its serial number goes with it, and the answer is
//! verified with the same transaction.

use super::host::{Bench, Does, PAN, Reply, code, dukpt, only, sale, sale_body, says, slot};
use crate::exchange::told;
use caisson_network::Binding;
use caisson_vault::{CardKeys as _, Pin};

/// ANSI X9.24-1:2009, A.4.2: the first two transaction keys of the examples.
const FIRST: [u8; 16] = [
    0x04, 0x26, 0x66, 0xB4, 0x91, 0x84, 0xCF, 0xA3, 0x68, 0xDE, 0x96, 0x28, 0xD0, 0x39, 0x7B, 0xC9,
];
const SECOND: [u8; 16] = [
    0xC4, 0x65, 0x51, 0xCE, 0xF9, 0xFD, 0x24, 0xB0, 0xAA, 0x9A, 0xD8, 0x34, 0x13, 0x0D, 0x3B, 0xC7,
];

/// The same, A.4.1: the variant for the message code of a request (byte 6) and of a response (4).
fn variant(key: [u8; 16], byte: usize) -> [u8; 16] {
    let mut variant = key;
    variant[byte] ^= 0xFF;
    variant[byte + 8] ^= 0xFF;
    variant
}

fn answers(key: [u8; 16]) -> Does {
    Does::Answers(Reply { key: Some(variant(key, 4)), ..says("00") })
}

#[tokio::test]
async fn a_request_without_pin_takes_the_next_key() {
    let bench = Bench::new(&dukpt(), answers(FIRST));
    assert_eq!(told(&bench.pays().await), "Paid 12.00");
    let request = only(&bench.requests);
    assert_eq!(request.bytes(62).unwrap(), [0xFF, 0xFF, 0x98, 0x76, 0x54, 0x32, 0x10, 0xE0, 0, 1]);
    let raw = bench.requests.lock().unwrap()[0].clone();
    let at = raw.len() - 8;
    assert_eq!(code(&variant(FIRST, 6), &raw[11..at]), raw[at..]);
    let second = Bench::new(&dukpt(), answers(SECOND));
    assert!(told(&second.pays().await).contains("answer-unverified"), "its key is the first");
    assert_eq!(told(&second.pays().await), "Paid 12.00");
}

#[tokio::test]
async fn pin_and_code_have_the_keys_of_one_transaction() {
    let bench = Bench::new(&dukpt(), answers(FIRST));
    let pin = bench.client.encipher_pin(PAN.to_owned().into(), Pin::new(b"4711").unwrap());
    let pin = pin.await.unwrap();
    let sent = Binding { pin: Some(pin), ..sale(1_200) };
    assert_eq!(told(&bench.asks("sale", &sale_body(), &sent).await), "Paid 12.00");
    let request = only(&bench.requests);
    // The answer held, so its code had the response key of the very transaction of this PIN.
    assert_eq!(request.bytes(52).map(<[u8]>::len), Some(8));
    assert_eq!(request.bytes(62).unwrap(), [0xFF, 0xFF, 0x98, 0x76, 0x54, 0x32, 0x10, 0xE0, 0, 1]);

    let session = Bench::that(Does::Silent).pin();
    let sent = Binding { pin: Some(session), ..sale(1_200) };
    let refused = bench.client.destination().prepare("sale", &sale_body(), &sent).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the PIN for `sale` was enciphered under another scheme, or in another format, than its \
         destination's"
    );
}

#[tokio::test]
async fn an_app_does_not_write_the_serial_number() {
    let bench = Bench::new(&dukpt(), answers(FIRST));
    let mut body = caisson_iso8583::Message::new(&super::host::BODY, super::host::mti("0200"));
    body.set_bytes(62, &[0; 10]).unwrap();
    let refused = bench.client.destination().prepare("sale", &body.pack().unwrap(), &sale(1));
    assert_eq!(
        refused.unwrap_err().to_string(),
        "the request to `sale` sets field 62 (keys or parameters), which the terminal writes; leave \
         it out"
    );
    assert!(bench.keys.begin_transaction(&slot("bank-tmk")).is_err());
}
