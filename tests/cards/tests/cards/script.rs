//! What an issuer can change in a card, and that nobody else can.

use caisson_cards::Pin;
use caisson_cards::issuer::{Script, ScriptTime, Verified, verify};

use crate::contact::begun;
use crate::terminal::{Stop, Terminal, hex, objects};

fn online(name: &str, pan: &str) -> (Terminal, Verified) {
    let mut terminal = begun(name);
    terminal.generate(0x80, 0x8C).unwrap();
    let verified = verify(pan, 1, &terminal.de55()).unwrap();
    (terminal, verified)
}

fn union() -> (Terminal, Verified) {
    online("union-debit", "6212345678901265")
}

fn visa() -> (Terminal, Verified) {
    online("pin-blocked", "4761739001010010")
}

#[track_caller]
fn run(terminal: &mut Terminal, command: &[u8]) -> u16 {
    terminal.raw(command).unwrap().1
}

#[test]
fn an_application_is_blocked_and_unblocked() {
    let (mut terminal, verified) = union();
    let command = verified.script_command(&Script::BlockApplication);
    assert_eq!(run(&mut terminal, &command), 0x9000);
    let mut again = Terminal::insert(terminal.card).unwrap();
    assert_eq!(again.select("A000000333010101"), Err(Stop::Status(0x6283)));
    again.begin().unwrap();
    again.generate(0x80, 0x8C).unwrap();
    assert_eq!(again.value(0x9F27), [0x00]);
    let verified = verify("6212345678901265", 1, &again.de55()).unwrap();
    assert_eq!(run(&mut again, &verified.script_command(&Script::UnblockApplication)), 0x9000);
    assert_eq!(again.select("A000000333010101"), Ok(()));
}

#[test]
fn a_blocked_card_refuses_every_application() {
    let (mut terminal, verified) = union();
    assert_eq!(run(&mut terminal, &verified.script_command(&Script::BlockCard)), 0x9000);
    let mut again = Terminal::insert(terminal.card).unwrap();
    assert_eq!(again.select("A000000333010101"), Err(Stop::Status(0x6A81)));
    let directory = again.send([0, 0xA4, 4, 0], b"1PAY.SYS.DDF01");
    assert_eq!(directory, Err(Stop::Status(0x6A81)));
}

#[test]
fn a_pin_is_unblocked_and_changed() {
    let (mut terminal, verified) = visa();
    assert_eq!(run(&mut terminal, &verified.script_command(&Script::UnblockPin)), 0x9000);
    assert_eq!(terminal.send([0, 0x20, 0, 0x80], &hex("241234FFFFFFFFFF")), Ok(Vec::new()));
    let pin = Pin::try_from("567890".to_owned()).unwrap();
    assert_eq!(run(&mut terminal, &verified.script_command(&Script::ChangePin(pin))), 0x9000);
    let old = terminal.send([0, 0x20, 0, 0x80], &hex("241234FFFFFFFFFF"));
    assert_eq!(old, Err(Stop::Status(0x63C2)));
    assert_eq!(terminal.send([0, 0x20, 0, 0x80], &hex("26567890FFFFFFFF")), Ok(Vec::new()));
}

#[test]
fn a_limit_is_put_and_can_be_read() {
    let (mut terminal, verified) = union();
    assert_eq!(run(&mut terminal, &verified.script_command(&Script::Put(0x9F58, 7))), 0x9000);
    assert_eq!(terminal.send([0x80, 0xCA, 0x9F, 0x58], &[]), Ok(hex("9F580107")));
    assert_eq!(run(&mut terminal, &verified.script_command(&Script::Put(0x9F36, 0))), 0x6A88);
}

#[test]
fn a_script_without_the_right_mac_changes_nothing() {
    let (mut terminal, verified) = union();
    let command = verified.script_command(&Script::BlockCard);
    for at in 0..command.len() {
        let mut changed = command.clone();
        changed[at] ^= 1;
        assert_ne!(run(&mut terminal, &changed), 0x9000, "byte {at}");
    }
    assert_eq!(terminal.select("A000000333010101"), Ok(()));
}

#[test]
fn a_script_of_one_transaction_is_refused_in_the_next() {
    let (terminal, verified) = union();
    let command = verified.script_command(&Script::BlockCard);
    let mut again = Terminal::insert(terminal.card).unwrap();
    again.select("A000000333010101").unwrap();
    assert_eq!(run(&mut again, &command), 0x6982);
    again.begin().unwrap();
    again.generate(0x80, 0x8C).unwrap();
    assert_eq!(run(&mut again, &command), 0x6988);
}

#[test]
fn a_template_holds_its_identifier_and_commands_in_order() {
    let (_, verified) = union();
    let scripts = [Script::UnblockPin, Script::Put(0x9F58, 1)];
    let template = verified.script_template(ScriptTime::After, *b"\0\0\0\x07", &scripts);
    assert_eq!(template[0], 0x72);
    let mut expected = vec![(0x9F18, hex("00000007"))];
    expected.extend(scripts.iter().map(|script| (0x86, verified.script_command(script))));
    assert_eq!(objects(&template).unwrap(), expected);
}
