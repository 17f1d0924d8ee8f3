//! The emulator's window: every control says a sentence, the panel shows what it is told, and the
//! device beside it is the device's own screen.

use crate::desk_cases;
use crate::harness::{Screen, matches_snapshot};
use caisson_core::Language;
use caisson_devices::screen::{
    Area, Key, LinkState, PanelState, Picture, Place, Power, TranscriptLine,
};
use caisson_ui::{EmulatorWindow, ScreenSize, UiCommand, UiEvent, WindowKind};
use i_slint_backend_testing::{AccessibleRole, ElementHandle};
use slint::ComponentHandle as _;
use slint::platform::{PointerEventButton, WindowEvent};

/// On a laptop's display.
fn open() -> Screen<EmulatorWindow> {
    open_at((1366, 900))
}

/// So tall that nothing of the panel is scrolled out of sight, where it cannot be found.
fn open_tall() -> Screen<EmulatorWindow> {
    open_at((1366, 2400))
}

fn open_at(size: (u32, u32)) -> Screen<EmulatorWindow> {
    let screen = Screen::open_kind(size, WindowKind::Emulator(ScreenSize::Small));
    screen.apply(UiCommand::Panel(Box::new(panel())));
    let case = desk_cases::usual(Language::En).into_iter().find(|case| case.name == "desk-keypad");
    screen.show(case.unwrap().showing);
    screen
}

fn link(name: &str, state: &str) -> LinkState {
    LinkState { name: name.to_owned(), state: state.to_owned() }
}

fn line(at: &str, who: &str, what: &str) -> TranscriptLine {
    TranscriptLine { at: at.to_owned(), who: who.to_owned(), what: what.to_owned() }
}

fn panel() -> PanelState {
    PanelState {
        power: Power::On,
        camera: "a WeChat code".to_owned(),
        phone: "WeChat Pay: paid ¥12.50 to Sea Breeze Tea".to_owned(),
        cards: vec!["visa-approve".to_owned(), "unionpay-pin".to_owned()],
        printer: "ready".to_owned(),
        links: vec![link("wired", "up"), link("wifi", "down"), link("cellular", "slow")],
        clock: "2026-11-22 10:05:12".to_owned(),
        is_storage_full: false,
        acquirer: vec!["loses the answer to pay, once".to_owned()],
        transcript: vec![
            line("00:00:00.000", "terminal", "ready"),
            line("00:00:02.310", "cashier", "cashier keys 12.50, picks qr.scan"),
            line("00:00:02.480", "screen", "Scan the customer's payment code"),
            line("00:00:04.020", "customer", "customer shows wechat code"),
            line("00:00:04.710", "acquirer", "hears pay 4200002026112210063012345678"),
            line("00:00:04.900", "screen", "approved 12.50"),
            line("00:00:05.150", "paper", "a sheet of 384 x 520 dots"),
        ],
        filter: String::new(),
    }
}

fn sheet(rows: u32) -> Picture {
    let white = [255, 255, 255, 255];
    let black = [0, 0, 0, 255];
    let dots = (0..rows).flat_map(|y| (0..384_u32).map(move |x| (x, y)));
    let is_black = |(x, y): (u32, u32)| (40..340).contains(&x) && y % 24 > 16 && y > 30;
    let rgba = dots.flat_map(|dot| if is_black(dot) { black } else { white }).collect();
    Picture { width: 384, height: rows, rgba }
}

fn controls(screen: &Screen<EmulatorWindow>, label: &str) -> Vec<ElementHandle> {
    let buttons = screen.buttons().into_iter();
    buttons.filter(|one| one.accessible_label().is_some_and(|found| found == label)).collect()
}

/// The tab of this name.
fn tab(screen: &Screen<EmulatorWindow>, name: &str) {
    let tabs = screen.elements().into_iter();
    let mut tabs = tabs.filter(|one| one.accessible_role() == Some(AccessibleRole::Tab));
    let one = tabs.find(|tab| tab.accessible_label().is_some_and(|found| found == name));
    one.unwrap().mock_single_click(PointerEventButton::Left);
}

#[track_caller]
fn check(name: &str, label: &str, expected: &[&str]) {
    let mut screen = open_tall();
    tab(&screen, name);
    let mut said = Vec::new();
    for control in controls(&screen, label) {
        control.invoke_accessible_default_action();
        said.extend(screen.events());
    }
    let expected: Vec<_> = expected.iter().map(|one| UiEvent::Command((*one).to_owned())).collect();
    assert_eq!(said, expected, "{label}");
}

#[test]
fn controls_of_the_customer_say_their_sentences() {
    check("Customer", "WeChat", &["customer shows wechat code"]);
    check("Customer", "Alipay", &["customer shows alipay code"]);
    check("Customer", "UnionPay", &["customer shows unionpay code"]);
    check("Customer", "Damaged code", &["customer shows a damaged code"]);
    check("Customer", "Nothing", &["customer shows nothing"]);
    check("Customer", "Pays", &["customer scans and pays"]);
    check("Customer", "Refuses", &["customer scans and refuses"]);
    check("Customer", "Pays late", &["customer scans and pays late"]);
    check("Customer", "Confirm", &["customer confirms on the phone"]);
    check("Customer", "Refuse", &["customer refuses on the phone"]);
    let deck = |verb: &str| {
        let said = |card| format!("customer {verb} card {card}");
        [said("visa-approve"), said("unionpay-pin")]
    };
    for (label, verb) in [("Tap", "taps"), ("Insert", "inserts"), ("Swipe", "swipes")] {
        let both = deck(verb);
        check("Customer", label, &[&both[0], &both[1]]);
    }
    check("Customer", "Remove the card", &["customer removes the card"]);
    check("Customer", "The PIN", &["customer keys the PIN"]);
    check("Customer", "A wrong PIN", &["customer keys a wrong PIN"]);
    check("Customer", "No PIN", &["customer keys no PIN"]);
}

#[test]
fn controls_of_the_machine_say_their_sentences() {
    check("Machine", "Power cut", &["power cut"]);
    check("Machine", "Restart", &["terminal restarts"]);
    check("Machine", "wired up", &["link wired comes up"]);
    check("Machine", "wifi down", &["link wifi goes down"]);
    check("Machine", "cellular slow", &["link cellular is slow"]);
    check("Machine", "wired lossy", &["link wired is lossy"]);
    check("Machine", "Loses the request", &["link cuts before the request"]);
    check("Machine", "Loses the answer", &["link loses the next answer"]);
    check("Machine", "Paper out", &["printer runs out of paper"]);
    check("Machine", "Jam", &["printer jams"]);
    check("Machine", "Cover open", &["printer opens its cover"]);
    check("Machine", "Repaired, with paper", &["printer is repaired"]);
    check("Machine", "+1 min", &["clock jumps 1 min ahead"]);
    check("Machine", "+24 h", &["clock jumps 24 h ahead"]);
    check("Machine", "1 year back", &["clock jumps 1 year back"]);
    check("Machine", "Storage full", &["storage is full"]);
    check("Machine", "Storage has room", &["storage has room"]);
    check("Machine", "Camera unplugged", &["camera is unplugged"]);
    check("Machine", "Stalls", &["camera stalls"]);
    check("Machine", "Is back", &["camera is back"]);
    check("Machine", "The app hangs", &["app hangs"]);
}

#[test]
fn controls_of_acquirer_transcript_and_paper_say_their_sentences() {
    let lost = |what: &str| {
        let of_acquirer = ["pay", "create", "refund"].map(|of| ("acquirer", of));
        let of_bank = ["sale", "reversal"].map(|of| ("bank", of));
        let said = |(who, of): &(&str, &str)| format!("{who} loses the {what} to {of}, once");
        of_acquirer.iter().chain(&of_bank).map(said).collect::<Vec<_>>()
    };
    for (label, what) in [("Request lost", "request"), ("Answer lost", "answer")] {
        let all = lost(what);
        check("Acquirer", label, &all.iter().map(String::as_str).collect::<Vec<_>>());
    }
    check("Acquirer", "45 s late", &["acquirer answers pay 45 s late, once"]);
    check("Acquirer", "Badly signed", &["acquirer signs the answer to pay badly, once"]);
    let connection = "Connection dropped";
    check("Acquirer", connection, &["bank drops the connection on sale, once"]);
    check("Acquirer", "Wrong message code", &["bank signs the answer to sale badly, once"]);
    check("Acquirer", "Refuses all", &["acquirer refuses connections, always"]);
    check("Acquirer", "Save as scenario", &["transcript is saved"]);
    let mut screen = open();
    screen.apply(UiCommand::Paper(sheet(300)));
    screen.tap("Tear off");
    screen.tap("Save as picture and text");
    let said = ["paper is torn off", "paper is saved"];
    assert_eq!(screen.events(), said.map(|said| UiEvent::Command(said.to_owned())));
}

fn type_text(screen: &Screen<EmulatorWindow>, field: &str, text: &str) {
    let inputs = screen.elements().into_iter();
    let mut inputs = inputs.filter(|one| one.accessible_role() == Some(AccessibleRole::TextInput));
    let one = inputs.find(|one| one.accessible_label().is_some_and(|found| found == field));
    one.unwrap().mock_single_click(PointerEventButton::Left);
    for sign in text.chars() {
        press(screen, &sign.to_string());
    }
}

fn press(screen: &Screen<EmulatorWindow>, text: &str) {
    let window = screen.face.window().window();
    window.dispatch_event(WindowEvent::KeyPressed { text: text.into() });
    window.dispatch_event(WindowEvent::KeyReleased { text: text.into() });
}

#[test]
fn what_is_typed_becomes_a_sentence() {
    let mut screen = open();
    type_text(&screen, "Text, drawn as a QR code", "LOYAL 7");
    press(&screen, "\n");
    type_text(&screen, "Picture or folder", "codes/alipay.png");
    press(&screen, "\n");
    let said = ["customer shows code LOYAL 7", "customer shows picture codes/alipay.png"];
    assert_eq!(screen.events(), said.map(|said| UiEvent::Command(said.to_owned())));
}

#[test]
fn escape_is_the_way_back_on_the_devices_screen() {
    let mut screen = open();
    press(&screen, &String::from(char::from(slint::platform::Key::Escape)));
    assert_eq!(screen.events(), []);
    let case = desk_cases::usual(Language::En).into_iter().find(|case| case.name == "desk-menu");
    screen.show(case.unwrap().showing);
    press(&screen, &String::from(char::from(slint::platform::Key::Escape)));
    assert_eq!(screen.events(), [UiEvent::Key(Key::Go(Place::Back))]);
}

#[test]
fn the_transcript_is_filtered_by_what_is_typed() {
    let screen = open_tall();
    let count = || {
        let labels = screen.labels();
        labels.iter().filter(|text| text.starts_with("00:00:0")).count()
    };
    assert_eq!(count(), 7);
    type_text(&screen, "Filter", "screen");
    assert_eq!(count(), 2);
}

#[test]
fn the_devices_screen_in_the_window_is_the_devices_own_screen() {
    let emulator = open();
    let device = Screen::open((480, 800));
    let case = desk_cases::usual(Language::En).into_iter().find(|case| case.name == "desk-keypad");
    device.show(case.unwrap().showing);
    let (inner, whole) = (emulator.face.snapshot(Area::Screen), device.face.snapshot(Area::Window));
    assert_eq!((inner.width, inner.height), (480, 800));
    assert!(inner == whole, "the two screens differ");
}

#[test]
fn the_window_looks_as_kept() {
    let mut results = Vec::new();
    for (name, label) in
        [("customer", "Customer"), ("machine", "Machine"), ("acquirer", "Acquirer")]
    {
        let screen = open();
        screen.apply(UiCommand::Paper(sheet(420)));
        screen.apply(UiCommand::Paper(sheet(300)));
        tab(&screen, label);
        screen.settle();
        results.push(matches_snapshot(&format!("emulator-{name}"), &screen.picture()));
    }
    let wrong: Vec<String> = results.into_iter().filter_map(Result::err).collect();
    assert_eq!(wrong, Vec::<String>::new(), "BLESS=1 keeps what was drawn");
}
