use super::*;
use caisson_core::payment::Kind;
use caisson_core::risk::{Action, When};
use std::time::Duration;

const GOOD: &str = r#"terminal = "T1"
[merchant]
name = "Shop"
id = "1"
[limits]
currency = "CNY"
payment-max = "100.00"
[folders]
journal = "journal"
vault = "vault.toml"
kek = "vault.kek"
apps = "apps"
cache = "cache"
storage = "storage"
[camera]
driver = "emulated"
[printer]
driver = "emulated"
folder = "receipts"
paper_mm = 58
[screen]
driver = "headless"
"#;

#[track_caller]
fn check(change: (&str, &str), expected: &str) {
    let text = GOOD.replacen(change.0, change.1, 1);
    let verdict = match Profile::parse(Path::new("shop/profile.toml"), &text) {
        Ok(_) => "accepted".to_owned(),
        Err(ProfileError::Form { error, .. }) => error.message().to_owned(),
        Err(error) => error.to_string(),
    };
    assert_eq!(verdict, expected);
}

#[test]
fn an_unknown_key_is_an_error_in_every_table() {
    check(("T1", "T1"), "accepted");
    for (table, rest) in [
        ("[camera]", "`colour`, there are no fields"),
        ("[screen]", "`colour`, there are no fields"),
    ] {
        let line = format!("{table}\ncolour = 1");
        check((table, &line), &format!("unknown field {rest}"));
    }
    check(
        ("[screen]", "[speaker]\ndriver = \"none\"\ncolour = 1\n[screen]"),
        "unknown field `colour`, there are no fields",
    );
    check(
        ("[printer]", "[printer]\ncolour = 1"),
        "unknown field `colour`, expected `folder` or `paper_mm`",
    );
    check(
        ("[merchant]", "[merchant]\ncolour = 1"),
        "unknown field `colour`, expected `name` or `id`",
    );
}

#[test]
fn a_value_that_cannot_be_names_the_key_and_the_remedy() {
    check(
        ("paper_mm = 58", "paper_mm = 70"),
        "shop/profile.toml: printer.paper_mm: 70; write 58 or 80",
    );
    check(
        ("100.00", "100,00"),
        "shop/profile.toml: limits.payment-max: \"100,00\" is not an amount in CNY; write it \
         like 12.00",
    );
    check(
        ("\"T1\"", "\"till 1\""),
        "shop/profile.toml: terminal: terminal id \"till 1\" does not fit a payment key (1 to 8 \
         of 0-9 and A-Z)",
    );
}

#[test]
fn links_are_ranked_where_the_profile_asks_for_it() {
    let with = |links: &str| format!("{links}\n[camera]");
    let parse = |text: &str| Profile::parse(Path::new("profile.toml"), text).unwrap().links;
    assert_eq!(parse(GOOD), None);
    let ranked = with("[links]\norder = [\"usb0\"]\nkinds = { usb0 = \"cellular\" }");
    let links = parse(&GOOD.replacen("[camera]", &ranked, 1)).unwrap();
    assert_eq!(links.order, ["usb0"]);
    check(("[camera]", &with("[links]")), "accepted");
    check(
        ("[camera]", &with("[links]\nbest = 1")),
        "unknown field `best`, expected `order` or `kinds`",
    );
}

#[test]
fn a_publisher_has_a_key_and_a_tier() {
    let key = caisson_vault::SigningSeed::from_bytes(&[7; 32]).public_key();
    let publisher = |rest: &str| format!("[publisher.acme]\n{rest}\n[camera]");
    let good = format!("key = \"{key}\"\ntier = \"system\"");
    check(("[camera]", &publisher(&good)), "accepted");
    let text = GOOD.replacen("[camera]", &publisher(&good), 1);
    let profile = Profile::parse(Path::new("profile.toml"), &text).unwrap();
    let found = profile.publishers.of_key(&key).unwrap();
    assert_eq!((found.name.as_str(), found.tier), ("acme", Tier::System));
    check(
        ("[camera]", &publisher("key = \"AAAA\"\ntier = \"merchant\"")),
        "shop/profile.toml: publisher.acme.key: not a public key: it must be 32 bytes in base64 \
         with padding; copy it again, whole",
    );
    check(
        ("[camera]", &publisher(&good.replace("system", "owner"))),
        "unknown variant `owner`, expected `merchant` or `system`",
    );
    let twice = format!("[publisher.bank]\n{good}\n{}", publisher(&good));
    check(
        ("[camera]", &twice),
        "shop/profile.toml: publisher: acme and bank have the same key; list it once",
    );
}

#[test]
fn paths_are_taken_from_the_profiles_own_folder() {
    let profile = Profile::parse(Path::new("shop/profile.toml"), GOOD).unwrap();
    assert_eq!(profile.journal, Path::new("shop/journal"));
}

const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA\
                    $CWkPuAwhHIMcl2BM0jm+8h/Nkcn9fMb4jLnDc0b1AeM";

#[test]
fn the_owners_rules_are_read_with_their_conditions() {
    let rules = format!(
        "[[risk]]\npayment-above = \"500.00\"\nthen = \"hold\"\n\
         [[risk]]\nof = \"refund\"\napp = \"qr\"\nmore-than = 3\nwithin-minutes = 60\n\
         then = \"refuse\"\n[owner]\ncode = \"{HASH}\"\nwindow-s = 60\n[app.qr]\ngrants = []\n[camera]"
    );
    let text = GOOD.replacen("[camera]", &rules, 1);
    let profile = Profile::parse(Path::new("profile.toml"), &text).unwrap();
    let [first, second] = profile.limits.rules.as_slice() else {
        panic!("two rules were written");
    };
    assert_eq!((first.kind, first.when), (Kind::Sale, When::PaymentAbove(50_000)));
    assert_eq!((first.then, first.app.as_deref()), (Action::Hold, None));
    let within = Duration::from_secs(3_600);
    assert_eq!((second.kind, second.when), (Kind::Refund, When::MoreThan { count: 3, within }));
    assert_eq!((second.then, second.app.as_deref()), (Action::Refuse, Some("qr")));
    assert_eq!(profile.owner.unwrap().window, Duration::from_secs(60));
}

#[test]
fn a_rule_that_nobody_can_follow_is_named_by_its_number() {
    let risk =
        |rule: &str| format!("[[risk]]\nday-above = \"9\"\nthen = \"refuse\"\n{rule}\n[camera]");
    let check = |rule: &str, expected: &str| {
        let rule = format!("[[risk]]\n{rule}");
        check(("[camera]", &risk(&rule)), &format!("shop/profile.toml: {expected}"));
    };
    check(
        "payment-above = \"5\"\nthen = \"hold\"",
        "risk[2].then: held for an owner who has no code; add [owner] with the line that `caisson \
         owner-code` prints, or write then = \"refuse\"",
    );
    check(
        "then = \"refuse\"",
        "risk[2].then: a rule has one condition: payment-above, day-above, more-than with \
         within-minutes, or outside",
    );
    check(
        "day-above = \"5\"\noutside = \"07:00-22:00\"\nthen = \"refuse\"",
        "risk[2].then: a rule has one condition: payment-above, day-above, more-than with \
         within-minutes, or outside",
    );
    check(
        "more-than = 5\nthen = \"refuse\"",
        "risk[2].within-minutes: write within how many minutes, 1 to 1440",
    );
    check(
        "day-above = \"5\"\nwithin-minutes = 5\nthen = \"refuse\"",
        "risk[2].within-minutes: belongs to more-than; leave it out here",
    );
    check(
        "day-above = \"5,00\"\nthen = \"refuse\"",
        "risk[2].day-above: \"5,00\" is not an amount in CNY; write it like 12.00",
    );
    check(
        "app = \"crad\"\nday-above = \"5\"\nthen = \"refuse\"",
        "risk[2].app: \"crad\" is no app of this profile; add [app.crad]",
    );
    check(
        "outside = \"7-22\"\nthen = \"refuse\"",
        "risk[2].outside: \"7-22\" are not opening hours; write them like 07:00-22:30",
    );
}

#[test]
fn an_owner_has_a_hashed_code_a_fair_window_and_a_known_way() {
    let owner = |rest: &str| format!("[owner]\n{rest}\n[camera]");
    let good = format!("code = \"{HASH}\"");
    check(("[camera]", &owner(&good)), "accepted");
    check(
        ("[camera]", &owner("code = \"482913\"")),
        "shop/profile.toml: owner.code: not the hash of a code; make one with `caisson owner-code`",
    );
    check(
        ("[camera]", &owner(&format!("{good}\nwindow-s = 5"))),
        "shop/profile.toml: owner.window-s: 5 seconds; write 10 to 600",
    );
    let notify = "notify = { destination = \"desk\", operation = \"notice\" }";
    check(
        ("[camera]", &owner(&format!("{good}\n{notify}"))),
        "shop/profile.toml: owner.notify: \"desk\" is no destination; add [destination.desk]",
    );
}

#[test]
fn a_profile_without_a_speaker_has_the_systems() {
    let speaker = |table: &str| {
        let text = GOOD.replacen("[screen]", &format!("{table}\n[screen]"), 1);
        Profile::parse(Path::new("shop/profile.toml"), &text).unwrap().speaker
    };
    assert_eq!(speaker(""), SpeakerProfile::System {});
    assert_eq!(speaker("[speaker]\ndriver = \"system\""), SpeakerProfile::System {});
    assert_eq!(speaker("[speaker]\ndriver = \"none\""), SpeakerProfile::None {});
}

#[test]
fn operators_have_names_roles_and_hashed_codes_and_no_name_is_there_twice() {
    let one = |name: &str, rest: &str| format!("[[operator]]\nname = \"{name}\"\n{rest}\n");
    let good = format!("role = \"supervisor\"\ncode = \"{HASH}\"");
    let with = |operators: &str| format!("{operators}[camera]");
    let text = GOOD.replacen("[camera]", &with(&one("小李", &good)), 1);
    let profile = Profile::parse(Path::new("profile.toml"), &text).unwrap();
    let [wang] = profile.operators.as_slice() else { panic!("one was written") };
    assert_eq!(wang.operator.name, "小李");
    assert_eq!(wang.operator.role, caisson_core::desk::Role::Supervisor);

    let check = |operators: &str, expected: &str| check(("[camera]", &with(operators)), expected);
    let path = "shop/profile.toml: operator";
    let plain = format!("{path}[1].name: write 1 to 20 plain characters");
    check(&one("Li", &good), "accepted");
    check(&one("", &good), &plain);
    check(&one(" Li", &good), &plain);
    check(&one(&"L".repeat(21), &good), &plain);
    check(
        &(one("Li", &good) + &one("Li", &good)),
        &format!("{path}[2].name: \"Li\" is there twice; write another name"),
    );
    check(
        &one("Li", "role = \"owner\"\ncode = \"482913\""),
        &format!("{path}[1].code: not the hash of a code; make one with `caisson owner-code`"),
    );
    check(
        &one("Li", &good.replace("supervisor", "king")),
        "unknown variant `king`, expected one of `cashier`, `supervisor`, `owner`",
    );
    let many: String = (0..51).map(|number| one(&format!("Li {number}"), &good)).collect();
    check(&many, &format!("{path}: 51 operators; at most 50"));
}
