//! A bank's file: what loads, and the whole text of what is said about one that does not.

use super::host::{EXAMPLE, dukpt, plain};
use caisson_network::Destination;

const SIGN: &str = "; correct it and sign the file again";

/// The example with `old` replaced once by `new`; `expected` is the error without its last words,
/// and `@` in it stands for the line of `new`'s first line.
#[track_caller]
fn check(old: &str, new: &str, expected: &str) {
    check_in(EXAMPLE, old, new, expected);
}

#[track_caller]
fn check_in(text: &str, old: &str, new: &str, expected: &str) {
    let at = text.find(old).expect("the example holds the replaced text");
    let at = at + usize::from(old.starts_with('\n'));
    let line = text[..at].matches('\n').count() + 1;
    let text = text.replacen(old, new, 1);
    let error = Destination::parse("bank.toml", &text).unwrap_err().to_string();
    let expected = expected.replace('@', &line.to_string());
    assert_eq!(error, format!("bank.toml:{expected}{SIGN}"));
}

/// The line on which `text` stands in the example.
fn line(text: &str) -> usize {
    EXAMPLE[..EXAMPLE.find(text).unwrap()].matches('\n').count() + 1
}

#[test]
fn the_example_holds_what_a_card_app_asks() {
    let destination = Destination::parse("bank.toml", EXAMPLE).unwrap();
    let shown: Vec<String> = destination
        .operations()
        .map(|operation| {
            let again = if operation.is_repeatable() { " repeatable" } else { "" };
            format!("{} {:?} {:?}{again}", operation.name(), operation.kind(), operation.pin())
        })
        .collect();
    assert_eq!(
        shown,
        [
            "advice Financial None repeatable",
            "balance Service Optional",
            "completion Financial Optional",
            "completion-reversal Undo None",
            "completion-reversal-repeat Undo None",
            "completion-void Financial Optional",
            "completion-void-reversal Undo None",
            "completion-void-reversal-repeat Undo None",
            "pre-auth Financial Optional",
            "pre-auth-reversal Undo None",
            "pre-auth-reversal-repeat Undo None",
            "pre-auth-void Financial Optional",
            "pre-auth-void-reversal Undo None",
            "pre-auth-void-reversal-repeat Undo None",
            "refund Financial Optional repeatable",
            "sale Financial Optional",
            "sale-reversal Undo None",
            "sale-reversal-repeat Undo None",
            "settle Service None",
            "sign-off Service None",
            "sign-on Service None",
            "upload Service None",
            "upload-end Service None",
            "void Financial Optional",
            "void-reversal Undo None",
            "void-reversal-repeat Undo None",
        ]
    );
    assert_eq!((destination.host(), destination.port()), ("pos.bank.example", 8_583));
}

#[test]
fn a_private_line_and_dukpt_load_too() {
    for text in [plain(), dukpt()] {
        Destination::parse("bank.toml", &text).unwrap();
    }
    let long = dukpt().replace("\"iso-0\"", "\"iso-4\"").replace("\"retail\"", "\"cmac\"");
    Destination::parse("bank.toml", &long).unwrap();
}

#[test]
fn each_protocol_has_its_own_keys() {
    check(
        "protocol = \"iso8583\"",
        "protocol = \"morse\"",
        "@: unknown variant `morse`, expected `signed-json` or `iso8583`",
    );
    check(
        "protocol = \"iso8583\"",
        "#",
        &format!(
            "{}: unknown field `currencies`, expected one of `protocol`, `name`, `host`, `port`, \
             `server_name`, `roots`, `roots_file`, `roots_sha256`, `key_id`, `signing_slot`, \
             `verifying_slot`, `connect_timeout_ms`, `operation`, `reasons`",
            line("[currencies]")
        ),
    );
    check(
        "port = 8583",
        "port = 8583\nkey_id = \"terminal-1\"",
        &format!(
            "{}: unknown field `key_id`, expected one of `protocol`, `name`, `host`, `port`, \
             `connect_timeout_ms`, `tls`, `server_name`, `roots`, `roots_file`, `roots_sha256`, \
             `spec`, `tpdu`, `header`, `terminal_id`, `merchant_id`, `currencies`, `keys`, \
             `operation`, `results`, `reasons`",
            line("port = 8583") + 1
        ),
    );
}

#[test]
fn a_line_without_tls_is_said_plainly_or_not_at_all() {
    let server_name = "server_name = \"pos.bank.example\"";
    check(
        server_name,
        "",
        &format!(
            "{}: server_name is missing: TLS needs the acquirer's name and roots; a private line \
             says tls = false",
            line("host = ")
        ),
    );
    check(
        server_name,
        &format!("{server_name}\ntls = false"),
        "@: server_name does not belong here: a private line without TLS (tls = false) has no \
         certificates",
    );
    let (tls, host) = (plain().replace("tls = false", "tls = true"), line("host = "));
    let error = Destination::parse("bank.toml", &tls).unwrap_err().to_string();
    assert!(error.starts_with(&format!("bank.toml:{host}: server_name is missing")), "{error}");
}

#[test]
fn what_stands_around_and_in_every_message_fits() {
    check(
        "spec = \"cup\"",
        "spec = \"other\"",
        "@: spec must be \"cup\", the one spec of ISO 8583 that this program has",
    );
    for tpdu in ["60000300", "600003000", "60000300zz", "+000030000"] {
        check(
            "tpdu = \"6000030000\"",
            &format!("tpdu = \"{tpdu}\""),
            "@: tpdu must be 5 bytes in hexadecimal",
        );
    }
    check(
        "header = \"602200000000\"",
        &format!("header = \"{}\"", "00".repeat(33)),
        "@: header must be 0 to 32 bytes in hexadecimal",
    );
    check(
        "terminal_id = \"10000001\"",
        "terminal_id = \"1000001\"",
        "@: terminal_id does not fit its field: field 41 (terminal): 8 characters expected, found 7",
    );
    check(
        "merchant_id = \"898310000000001\"",
        "merchant_id = \"8983100000000012\"",
        "@: merchant_id does not fit its field: field 42 (merchant): 15 characters expected, found \
         16",
    );
    check(
        "CNY = \"156\"",
        "CNY = \"56\"",
        "@: currencies.CNY does not fit its field: field 49 (currency): 3 letters or digits \
         expected, found 2",
    );
    check(
        "CNY = \"156\"",
        "XYZ = \"156\"",
        "@: currencies.XYZ is no currency of this terminal: CNY, HKD, MOP, USD, EUR, GBP, JPY or \
         KWD",
    );
    check(
        "[currencies]\nCNY = \"156\"",
        "[currencies]",
        "@: currencies is missing: a bank takes money in some currency",
    );
}

#[test]
fn each_key_scheme_has_its_own_slots() {
    let keys = line("[keys]");
    check(
        "pin_slot = \"bank-pin\"",
        "",
        &format!("{keys}: keys.pin_slot is missing: the scheme needs it"),
    );
    check(
        "pin_slot = \"bank-pin\"",
        "pin_slot = \"bank-mac\"",
        &format!("{keys}: keys names a slot twice; master key, PIN key and MAC key need one each"),
    );
    check(
        "pin_slot = \"bank-pin\"",
        "pin_slot = \"Bank\"",
        "@: keys.pin_slot is no slot of a key store: character 1 of the slot name is none of a-z, \
         0-9 and -",
    );
    check("key_bytes = 16 ", "key_bytes = 8 ", "@: keys.key_bytes must be 16, 24 or 32, and is 8");
    check(
        "check_value_bytes = 4 ",
        "check_value_bytes = 2 ",
        "@: keys.check_value_bytes must be 3 to 8, and is 2",
    );
    check(
        "tmk_slot = \"bank-tmk\"",
        "slot = \"bank-dukpt\"",
        "@: keys.slot does not belong here: the scheme is master-session",
    );
    check_in(
        &dukpt(),
        "\nslot = \"bank-dukpt\"",
        "\ntmk_slot = \"bank-tmk\"\nslot = \"bank-dukpt\"",
        "@: keys.tmk_slot does not belong here: the scheme is dukpt",
    );
    for number in [11, 52, 53, 64, 99] {
        check_in(
            &dukpt(),
            "\nksn_field = 62",
            &format!("\nksn_field = {number}"),
            "@: keys.ksn_field must be a field of bytes or text, with room for 12 bytes, that the \
             terminal does not write otherwise; 62 is one",
        );
    }
}

#[test]
fn an_operation_is_of_a_type_that_goes_with_its_kind() {
    let sale = "kind = \"financial\"\nmti = \"0200\"\nprocessing_code = \"000000\"\ntimeout_ms";
    let kind = |new: &str| sale.replace("financial", new);
    check(
        sale,
        &kind("offer"),
        "@: operation.sale.kind does not belong here: a bank opens nothing that is paid later",
    );
    let mti = |new: &str| sale.replace("\"0200\"", new);
    let type_line = line(sale) + 1;
    for wrong in ["\"200\"", "\"0210\"", "\"02x0\""] {
        check(
            sale,
            &mti(wrong),
            &format!(
                "{type_line}: operation.sale.mti must be the four digits of a request's message \
                 type, as 0200"
            ),
        );
    }
    for wrong in ["\"0400\"", "\"0800\""] {
        check(
            sale,
            &mti(wrong),
            &format!(
                "{type_line}: operation.sale.mti does not go with the kind financial: financial is \
                 01xx or 02xx, undo is 04xx, and nothing else is 04xx"
            ),
        );
    }
    check(
        sale,
        &sale.replace("processing_code = \"000000\"\n", ""),
        &format!(
            "{type_line}: operation.sale.processing_code is missing: without it the message could \
             be a payment of any kind"
        ),
    );
    check(
        sale,
        &sale.replace("\"000000\"", "\"0000\""),
        &format!(
            "{}: operation.sale.processing_code does not fit its field: field 3 (processing code): \
             6 digits expected, found 4",
            type_line + 1
        ),
    );
}

#[test]
fn what_an_app_may_set_is_never_the_hosts() {
    let fields = "fields = [48, 49, 60, 63]";
    for (number, said) in [
        (11, "11, which only the terminal writes; leave it out"),
        (41, "41, which only the terminal writes; leave it out"),
        (52, "52, which only the terminal writes; leave it out"),
        (64, "64, which only the terminal writes; leave it out"),
        (1, "1, which the spec does not have"),
        (99, "99, which the spec does not have"),
    ] {
        check(
            fields,
            &format!("fields = [48, {number}]"),
            &format!("@: operation.settle.fields lists field {said}"),
        );
    }
    let sale = "fields = [2, 12, 13, 14, 22, 23, 25, 26, 35, 36, 53, 55, 59, 60, 63]";
    for number in [3, 4, 49] {
        check(
            sale,
            &format!("fields = [{number}]"),
            &format!(
                "@: operation.sale.fields lists field {number}, which only the terminal writes; \
                 leave it out"
            ),
        );
    }
}

#[test]
fn only_a_service_goes_without_code_and_only_a_sign_on_brings_keys() {
    let sale = "result = \"payment\"\n\n# Takes back a sale";
    let with = |new: &str| format!("{new}\n{sale}");
    check(
        sale,
        &with("mac = false"),
        "@: operation.sale.mac does not belong here: only a service goes without message code: \
         nothing else could be believed",
    );
    check(
        sale,
        &with("keys = true"),
        "@: operation.sale.keys does not belong here: only a sign-on brings keys: a service, under \
         the scheme master-session",
    );
    check_in(
        &dukpt(),
        "[operation.balance]",
        "[operation.renew]\nkind = \"service\"\nmti = \"0800\"\ntimeout_ms = 100\nfields = []\n\
         keys = true\n[operation.balance]",
        &format!(
            "{}: operation.renew.keys does not belong here: only a sign-on brings keys: a service, \
             under the scheme master-session",
            dukpt()[..dukpt().find("[operation.balance]").unwrap()].matches('\n').count() + 6
        ),
    );
}

#[test]
fn what_moves_money_has_a_result_and_what_does_not_has_none() {
    let sale = "result = \"payment\"\n\n# Takes back a sale";
    check(
        sale,
        &sale.replace("\"payment\"", "\"unheard-of\""),
        "@: operation.sale.result names no table: write [results.NAME], and the same name here",
    );
    check(
        sale,
        &sale.replace("result = \"payment\"", ""),
        &format!(
            "{}: operation.sale.result is missing: only a service does without; say how the answer \
             is read",
            line("[operation.sale]") + 1
        ),
    );
    let rest = "\n\n# The batch: its totals";
    let pin = "\npin = \"optional\"";
    let balance = &format!("{pin}{rest}");
    let with = |more: &str| format!("{pin}{more}{rest}");
    check(
        balance,
        &with("\nresult = \"payment\""),
        &format!(
            "{}: operation.balance.result does not belong here: a service moves nothing, so its \
             answer proves nothing",
            line(balance) + 2
        ),
    );
    check(
        balance,
        &with("\nmac = false"),
        "@: operation.balance.pin does not belong here: a PIN needs a message code over it",
    );
    check(
        balance,
        &format!("\noriginal = true{rest}"),
        "@: operation.balance.original does not belong here: only what moves money gives back or \
         completes an earlier payment, or undoes that",
    );
    check(
        balance,
        &format!("\nrepeatable = true{rest}"),
        "@: operation.balance.repeatable does not belong here: only financial and offer can be \
         repeatable; the others always are",
    );
    check(
        "result = \"reversal\"",
        "result = \"reversal\"\npin = \"optional\"",
        &format!(
            "{}: operation.sale-reversal.pin does not belong here: a reversal needs nobody's PIN",
            line("result = \"reversal\"") + 1
        ),
    );
}

#[test]
fn each_code_has_one_meaning_and_a_reason_that_agrees_with_it() {
    let partial = "partial = [\"10\"]";
    check(
        partial,
        "partial = [\"00\"]",
        "@: results.payment.partial lists a word that stands in another list already; each result \
         has one meaning",
    );
    for wrong in ["1", "100", "1é", ""] {
        check(
            partial,
            &format!("partial = [\"{wrong}\"]"),
            "@: results.payment.partial must hold answer codes of two letters or digits (field 39)",
        );
    }
    check(
        partial,
        "partial = [\"51\"]",
        "@: results.payment.partial lists 51, whose reason says something else about the money; \
         change one of them",
    );
    check(
        "51 = \"balance-short\"",
        "51 = \"no-money\"",
        "@: reasons.51 maps to no reason of the terminal's table",
    );
    check(
        "51 = \"balance-short\"",
        "515 = \"balance-short\"",
        "@: reasons.515 must hold answer codes of two letters or digits (field 39)",
    );
    check(
        "51 = \"balance-short\"",
        "51 = \"no-answer\"",
        &format!(
            "{}: results.payment.not_paid lists 51, whose reason says something else about the \
             money; change one of them",
            line("not_paid = [")
        ),
    );
}
