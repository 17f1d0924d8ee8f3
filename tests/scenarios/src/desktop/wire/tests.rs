//! What goes over the wire comes back the same, and what is no message is told.

use super::*;
use caisson_core::desk::{
    Act, LIST_ROWS_MAX, MethodRow, Operator, Page, Role, Settings, Theme, Volume,
};
use caisson_core::view::{Mark, Outcome, View};
use caisson_core::{Currency, Language, Money, Reason};
use caisson_devices::screen::{AppFace, Key, Place, Point, ReceiptWish, Showing, Status};
use caisson_vault::Passcode;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use std::time::Duration;
use tokio::io::BufReader;
use tokio::time::Instant;

/// Over the wire as bytes, and back.
async fn across<M: Serialize + DeserializeOwned>(message: &M) -> M {
    let mut bytes = Vec::new();
    send(&mut bytes, message).await.unwrap();
    assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 1, "one line");
    receive(&mut BufReader::new(&*bytes)).await.unwrap().unwrap()
}

fn money() -> impl Strategy<Value = Money> {
    (0..1_000_000_u64).prop_map(|minor| Money::new(minor, Currency::Cny).unwrap())
}

fn text() -> impl Strategy<Value = String> {
    "[ -~\n\u{4e00}-\u{9fa5}\u{1f600}]{0,40}"
}

fn reason() -> impl Strategy<Value = Reason> {
    prop::sample::select(Reason::ALL.to_vec())
}

fn page() -> impl Strategy<Value = Page> {
    let operator = || {
        (text(), prop::sample::select(Role::ALL.to_vec()))
            .prop_map(|(name, role)| Operator { name, role })
    };
    let method = (text(), prop::option::of(reason()))
        .prop_map(|(name, trouble)| MethodRow { name, trouble });
    prop_oneof![
        prop::collection::vec(operator(), 0..LIST_ROWS_MAX)
            .prop_map(|operators| Page::SignIn { operators }),
        (any::<u32>(), money()).prop_map(|(problems, max)| Page::Keypad { problems, max }),
        prop::collection::vec(method, 0..9).prop_map(|rows| Page::Methods { rows }),
        (operator(), prop::sample::select(Act::ALL.to_vec()))
            .prop_map(|(operator, act)| Page::Denied { act, operator }),
        (any::<bool>(), prop::option::of(reason()))
            .prop_map(|(is_done, reason)| Page::Said { is_done, reason }),
        text().prop_map(|text| Page::ReceiptCode { text }),
        Just(Page::Settings),
    ]
}

fn view() -> impl Strategy<Value = View> {
    prop_oneof![
        Just(View::Idle),
        Just(View::Wait),
        (text(), text()).prop_map(|(title, body)| View::Message { title, body }),
        (text(), text()).prop_map(|(text, caption)| View::Qr { text, caption }),
        (text(), prop::collection::vec(text(), 0..9))
            .prop_map(|(title, rows)| View::Menu { title, rows }),
        (text(), any::<u64>()).prop_map(|(title, max_minor)| View::Amount { title, max_minor }),
        (text(), text()).prop_map(|(title, body)| View::Result { mark: Mark::Failed, title, body }),
        (reason(), any::<u32>(), any::<bool>()).prop_map(|(reason, tries_left, was_wrong)| {
            View::Hold { reason, tries_left, was_wrong }
        }),
        (prop::option::of(reason()), any::<bool>()).prop_map(|(reason, asks_receipt)| {
            View::Outcome { outcome: Outcome::Declined, reason, asks_receipt }
        }),
        page().prop_map(|page| View::Page(Box::new(page))),
    ]
}

fn showing() -> impl Strategy<Value = Showing> {
    let app = prop::option::of((text(), text()).prop_map(|(id, name)| AppFace { id, name }));
    let until = prop::option::of(0..600_000_u64);
    (app, view(), prop::option::of(money()), any::<bool>(), any::<bool>(), until).prop_map(
        |(app, view, amount, can_cancel, is_zh, until)| Showing {
            app,
            view,
            amount,
            language: if is_zh { Language::Zh } else { Language::En },
            can_cancel,
            until: until.map(|ms| Instant::now() + Duration::from_millis(ms)),
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_showing_comes_back_the_same(seed in any::<u64>(), count in 1..4_usize) {
        // Inside a runtime whose clock stands still, so that the end of a wait can be compared.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let mut runner = proptest::test_runner::TestRunner::new_with_rng(
                ProptestConfig::default(),
                proptest::test_runner::TestRng::from_seed(
                    proptest::test_runner::RngAlgorithm::ChaCha,
                    &[seed.to_le_bytes(); 4].concat(),
                ),
            );
            for _ in 0..count {
                let showing = showing().new_tree(&mut runner).unwrap().current();
                let up = Up::Showing(Box::new(WireShowing::of(showing.clone())));
                let Up::Showing(back) = across(&up).await else { panic!("another message") };
                assert_eq!(back.showing(), showing);
            }
        });
    }
}

#[tokio::test]
async fn every_key_comes_back_the_same() {
    let settings = Settings { language: Language::Zh, theme: Theme::Dark, volume: Volume::Low };
    let keys = [
        Key::Ok,
        Key::Cancel,
        Key::Row(7),
        Key::Yes,
        Key::No,
        Key::Code(Passcode::new("482913").unwrap()),
        Key::Amount(1_200),
        Key::Values(vec!["a".to_owned(), String::new()]),
        Key::Strokes(vec![vec![Point { x: 1, y: 2 }], vec![]]),
        Key::Receipt(ReceiptWish::Code),
        Key::Go(Place::SignOut),
        Key::Do(Act::Void, "K1".parse().unwrap()),
        Key::Search("12.00".to_owned()),
        Key::Set(settings),
    ];
    for key in keys {
        let Down::Key(back) = across(&Down::Key(WireKey::of(key.clone()))).await else {
            panic!("another message")
        };
        assert_eq!(back.key().unwrap(), key);
    }
}

#[tokio::test]
async fn the_status_bar_and_a_sheet_come_back_the_same() {
    let status = Status {
        merchant: "晨光咖啡".to_owned(),
        operator: Some("Li".to_owned()),
        time: "10:00".to_owned(),
        is_online: true,
        is_development: true,
        settings: Settings::default(),
    };
    let Up::Status(back) = across(&Up::Status(WireStatus::of(status.clone()))).await else {
        panic!("another message")
    };
    assert_eq!(back.status(), status);
    let raster = Raster::from_bits(Paper::Mm58, vec![0b1010_0001; 480]).unwrap();
    assert_eq!(across(&Dots::of(&raster)).await.raster().unwrap(), raster);
}

#[tokio::test]
async fn a_line_that_is_no_message_is_told_without_what_it_held() {
    let read = async |bytes: &[u8]| {
        let read = receive::<Down>(&mut BufReader::new(bytes)).await;
        read.err().map_or_else(|| "read".to_owned(), |error| error.to_string())
    };
    assert_eq!(read(b"").await, "read");
    assert_eq!(read(b"{\"Key\":\"Ok\"}\n").await, "read");
    assert_eq!(read(b"{\"Key\":{\"Code\":\"482913\"}\n").await, "not a message, at column 24");
    assert_eq!(read(b"{\"Dance\":1}\n").await, "not a message, at column 8");
    assert_eq!(read(b"\xff\n").await, "not a message, at column 1");
    let endless = vec![b'x'; LINE_BYTES_MAX + 1];
    assert_eq!(read(&endless).await, "a message of more than 4194304 bytes");
    let Ok(Some(Down::Key(key))) =
        receive(&mut BufReader::new(&b"{\"Key\":{\"Code\":\"12\"}}\n"[..])).await
    else {
        panic!("it has the form of a message")
    };
    assert_eq!(key.key().unwrap_err().to_string(), "a message whose code cannot be");
}
