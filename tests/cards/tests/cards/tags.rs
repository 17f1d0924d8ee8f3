//! Tag files: all are read, mistakes are named, and any bytes get an answer.

use caisson_cards::{Fault, TAGS, Tag, TagProfile};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn every_tag_is_compiled_in_and_documented() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tags");
    let page = std::fs::read_to_string(home.join("README.md")).unwrap();
    let files: BTreeSet<String> = std::fs::read_dir(&home)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
        .collect();
    assert_eq!(files, TAGS.iter().map(|(name, _)| (*name).to_owned()).collect());
    for (name, _) in TAGS {
        let row = format!("| `{name}` | {} |", TagProfile::named(name).unwrap().about);
        assert!(page.contains(&row), "tags/README.md lacks: {row}");
    }
    assert_eq!(TagProfile::named("nobody").unwrap_err().to_string(), "no tag is named `nobody`");
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(TagProfile::parse(text).unwrap_err().to_string(), expected);
}

#[test]
fn a_mistake_in_a_tag_file_is_named() {
    check("about = \"\"", "a tag has applications, or memory");
    check("about = \"\"\nmemory = \"00 00 00\"", "memory is whole pages of 4 bytes");
    check("about = \"\"\nmemory = \"0x\"", "line 2: not pairs of hex digits (0-9, A-F)");
    check("about = \"\"\n[[applications]]\naid = \"F0\"", "an aid has 5 to 16 bytes");
    check(&" ".repeat(40_000), "a tag file of 40000 bytes, limit 32768");
}

#[test]
fn a_tag_answers_as_its_file_says() {
    let mut tag = Tag::new(TagProfile::named("loyalty").unwrap());
    tag.power_on();
    assert_eq!(tag.transmit(b"\x80\xCA\x00\x01\x00"), Ok(vec![0x6D, 0x00]));
    assert_eq!(tag.transmit(b"\x00\xA4\x04\x00\x0E2PAY.SYS.DDF01\x00"), Ok(vec![0x6A, 0x82]));
    let selected = tag.transmit(b"\x00\xA4\x04\x00\x07\xF0Club01\x00").unwrap();
    assert!(selected.ends_with(&[0x90, 0x00]));
    assert_eq!(tag.transmit(b"\x80\xCA\x00\x01\x00"), Ok(b"10042\x90\x00".to_vec()));
    tag.power_on();
    assert_eq!(tag.transmit(b"\x80\xCA\x00\x01\x00"), Ok(vec![0x6D, 0x00]));
}

#[test]
fn a_tag_that_is_mute_stays_so_until_it_has_been_without_power() {
    let mut tag = Tag::new(TagProfile::named("loyalty-late").unwrap());
    tag.power_on();
    let select = b"\x00\xA4\x04\x00\x07\xF0Club01\x00";
    assert!(tag.transmit(select).is_ok());
    assert_eq!(tag.transmit(b"\x80\xCA\x00\x01\x00"), Err(Fault::Mute));
    assert_eq!(tag.transmit(select), Err(Fault::Mute));
    tag.power_on();
    assert!(tag.transmit(select).is_ok());
}

#[test]
fn after_its_last_page_a_sticker_begins_again_with_its_uid() {
    let mut tag = Tag::new(TagProfile::named("sticker-that-lies").unwrap());
    tag.power_on();
    let pages = tag.transmit(&[0xFF, 0xB0, 0x00, 0x07, 0x10]).unwrap();
    assert_eq!(&pages[4..8], &[0x04, 0xA1, 0xB2, 0x9F]);
    assert_eq!(tag.transmit(&[0xFF, 0xB0, 0x00, 0x08, 0x10]), Ok(vec![0x6A, 0x82]));
}

proptest! {
    #[test]
    fn any_bytes_get_an_answer(
        which in 0..TAGS.len(),
        commands in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..20), 1..10),
    ) {
        let mut tag = Tag::new(TagProfile::named(TAGS[which].0).unwrap());
        tag.power_on();
        for command in commands {
            let _ = tag.transmit(&command);
        }
    }
}
