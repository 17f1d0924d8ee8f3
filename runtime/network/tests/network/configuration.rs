//! Destination files: what loads, and the whole text of what is said about one that does not.

use crate::gateway::{Authority, EXAMPLE, acquirer_seed, acquirer_signs, example_with_roots};
use caisson_core::operation::OperationKind;
use caisson_network::{ConfigError, Destination};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const SIGN: &str = "; correct it and sign the file again";

/// The example with `old` replaced once by `new`; `expected` is the error without its last words,
/// and `@` in it stands for the line of `new`'s first line.
#[track_caller]
fn check(old: &str, new: &str, expected: &str) {
    let at = EXAMPLE.find(old).expect("the example holds the replaced text");
    let line = EXAMPLE[..at].matches('\n').count() + 1;
    let text = EXAMPLE.replacen(old, new, 1);
    let error = Destination::parse("wallet.toml", &text).unwrap_err().to_string();
    let expected = expected.replace('@', &line.to_string());
    assert_eq!(error, format!("wallet.toml:{expected}{SIGN}"));
}

#[test]
fn the_example_holds_every_operation_of_the_gateway() {
    let destination = Destination::parse("wallet.toml", EXAMPLE).unwrap();
    let shown: Vec<String> = destination
        .operations()
        .map(|operation| {
            let again = if operation.is_repeatable() { " repeatable" } else { "" };
            format!("{} {:?}{again}", operation.name(), operation.kind())
        })
        .collect();
    assert_eq!(
        shown,
        [
            "cancel Undo",
            "close Undo",
            "create Offer",
            "lookup Service",
            "notice Service",
            "pay Financial",
            "query Inquiry",
            "refund Financial repeatable",
            "refund-query Inquiry",
        ]
    );
    assert_eq!(destination.name(), "wallet");
    assert_eq!((destination.host(), destination.port()), ("gateway.wallet.example", 443));
    let pay = destination.operation("pay").unwrap();
    assert_eq!((pay.kind(), pay.timeout().as_secs()), (OperationKind::Financial, 30));
}

#[test]
fn what_is_no_toml_or_an_unknown_key_is_told_with_its_line() {
    check(
        "port = 443",
        "prot = 443",
        "@: unknown field `prot`, expected one of `protocol`, \
        `name`, `host`, `port`, `server_name`, `roots`, `roots_file`, `roots_sha256`, `key_id`, `signing_slot`, \
        `verifying_slot`, `connect_timeout_ms`, `operation`, `reasons`",
    );
    check("port = 443", "port = 70000", "@: invalid value: integer `70000`, expected u16");
    check("port = 443", "port =", "@: string values must be quoted, expected literal string");
    check(
        "kind = \"financial\"",
        "kind = \"money\"",
        "@: unknown variant `money`, expected one \
        of `financial`, `offer`, `inquiry`, `undo`, `service`",
    );
    check(
        "not_paid = [\"DECLINED\"]",
        "declined = [\"DECLINED\"]",
        "@: unknown field \
        `declined`, expected one of `pointer`, `order`, `amount`, `currency`, `refunded`, \
        `reason`, `paid`, `not_paid`, `open`, `undone`, `unproved`",
    );
    check("key_id = \"terminal-1\" ", "", "1: missing field `key_id`");
}

#[test]
fn a_value_that_makes_no_sense_is_told_with_key_line_and_remedy() {
    check(
        "name = \"wallet\" ",
        "name = \"Wallet\" ",
        "@: name must be 1 to 40 characters of a-z 0-9 -",
    );
    check(
        "host = \"gateway.",
        "host = \"https://gateway.",
        "@: host must be 1 to 253 characters of a-z 0-9 . : -",
    );
    check(
        "server_name = \"gateway.wallet.example\"",
        "server_name = \"a b\"",
        "@: server_name must be a host name or an IP address",
    );
    check(
        "\"wallet-signing\"",
        "\"wallet_signing\"",
        "@: signing_slot is no slot of a key store: character 7 of the slot name is none of a-z, \
         0-9 and -",
    );
    check(
        "connect_timeout_ms = 5000",
        "connect_timeout_ms = 5",
        "@: connect_timeout_ms must be 100 to 120000, and is 5",
    );
    check(
        "timeout_ms = 30000",
        "timeout_ms = 300000",
        "@: operation.pay.timeout_ms must be 100 to 120000, and is 300000",
    );
    check(
        "path = \"/v1/pay\"",
        "path = \"v1/pay\"",
        "@: operation.pay.path must be 1 to 128 characters of A-Z a-z 0-9 / . _ -, with a slash \
         first",
    );
    check(
        "expires_max_s = 7200",
        "expires_max_s = 90000",
        "@: operation.create.expires_max_s must be 1 to 86400, and is 90000",
    );
    check("[operation.pay]", "[operation.Pay]\n[operation.pay]", "@: missing field `kind`");
}

#[test]
fn pointers_are_plain_and_each_has_its_own_place() {
    check(
        "order = \"/order\"",
        "order = \"order\"",
        "@: operation.pay.order must be a pointer: 1 \
        to 4 names, each after a slash, of A-Z a-z 0-9 _ -, 1 to 64 characters",
    );
    check(
        "amount = \"/amount\"",
        "amount = \"/Order/total\"",
        "@: operation.pay.amount points to \
        the same place as order, or into it; give each its own",
    );
    check(
        "expires = \"/expires_s\"",
        "expires = \"/amount\"",
        "@: operation.create.expires points \
        to the same place as a field that the host writes, or into it; give each its own",
    );
}

#[test]
fn what_can_move_money_says_where_the_host_writes_and_how_the_answer_is_read() {
    let host = "is missing: the host must know where to write what no app may choose";
    let pay = "path = \"/v1/pay\"\ntimeout_ms = 30000\n";
    let line = |kind: &str| {
        let at = EXAMPLE.find(kind).unwrap();
        EXAMPLE[..at].matches('\n').count()
    };
    check(
        &format!("{pay}order = \"/order\"\n"),
        pay,
        &format!("{}: operation.pay.order {host}", line(pay)),
    );
    let more = format!("{pay}order = \"/order\"\n");
    check(
        &format!("{more}amount = \"/amount\"\n"),
        &more,
        &format!("{}: operation.pay.amount {host}", line(pay)),
    );
    let create = "path = \"/v1/create\"";
    check(
        "expires = \"/expires_s\"\n",
        "",
        &format!(
            "{}: operation.create.expires is missing: an \
        offer says for how long it can be paid, and its file for how long at most",
            line(create)
        ),
    );
    let cancel = "path = \"/v1/cancel\"";
    check(
        "[operation.cancel.result]\npointer = \"/result\"\norder = \"/order\"\n\
        open = [\"TOO_EARLY\", \"WAITING\"]\nundone = [\"CLOSED\"]\n",
        "",
        &format!(
            "{}: operation.cancel.result is missing: only a service does without; say how the \
            answer is read",
            line(cancel)
        ),
    );
    check(
        "[reasons]",
        "[operation.lookup.result]\npointer = \"/r\"\norder = \"/o\"\n[reasons]",
        "@: operation.lookup.result does not belong here: a service moves nothing, so its answer \
         proves nothing",
    );
    check(
        "path = \"/v1/query\"",
        "repeatable = true\npath = \"/v1/query\"",
        "@: operation.query.repeatable does not belong here: only financial and offer can be \
         repeatable; the others always are",
    );
    check(
        "path = \"/v1/pay\"",
        "expires = \"/e\"\npath = \"/v1/pay\"",
        "@: operation.pay.expires does not belong here: only an offer expires",
    );
}

#[test]
fn each_result_has_one_meaning_and_each_reason_is_the_terminals() {
    check(
        "open = [\"WAITING\"]",
        "open = [\"WAITING\", \"PAID\"]",
        "@: operation.pay.result.open \
        lists a word that stands in another list already; each result has one meaning",
    );
    check(
        "paid = [\"PAID\"]",
        "paid = [\"\"]",
        "@: operation.pay.result.paid must hold words of 1 to 64 characters",
    );
    check(
        "risk = \"risk-refused\"",
        "risk = \"danger\"",
        "@: reasons.risk maps to no reason of the terminal's table",
    );
    check(
        "risk = \"risk-refused\"",
        "risk = \"paper-out\"",
        "@: reasons.risk maps to a reason that \
        does not say \"not paid\"; map it to one that does, or leave it out",
    );
}

#[test]
fn roots_are_certificates_given_in_one_way() {
    check(
        "roots = \"\"\"\n-----BEGIN",
        "roots = \"\"\"\n-----BEGINN",
        "@: roots must hold 1 to 16 certificates in PEM",
    );
    let server_name = EXAMPLE.lines().position(|line| line.starts_with("server_name")).unwrap() + 1;
    check(
        "key_id",
        "roots_file = \"ca.pem\"\nkey_id",
        &format!(
            "{server_name}: roots must stand \
        either inline (roots) or in a file (roots_file with roots_sha256), not both"
        ),
    );
}

struct Signed {
    folder: TempDir,
    file: PathBuf,
    signature: PathBuf,
}

impl Signed {
    fn new(text: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (file, signature) =
            (folder.path().join("wallet.toml"), folder.path().join("wallet.toml.sig"));
        fs::write(&file, text).unwrap();
        fs::write(&signature, acquirer_signs(text) + "\n").unwrap();
        Self { folder, file, signature }
    }

    fn load(&self) -> Result<Destination, ConfigError> {
        Destination::load(&self.file, &self.signature, &acquirer_seed().public_key())
    }

    #[track_caller]
    fn check(&self, expected: &str) {
        let folder = format!("{}/", self.folder.path().display());
        assert_eq!(self.load().unwrap_err().to_string().replace(&folder, ""), expected);
    }
}

#[test]
fn a_file_loads_only_as_the_acquirer_signed_it() {
    let signed = Signed::new(EXAMPLE.as_bytes());
    assert_eq!(signed.load().unwrap().name(), "wallet");
    let refused = format!(
        "wallet.toml is not what wallet.toml.sig signs with key {}: fetch both again from the \
         acquirer, or list its right key in the terminal's profile",
        acquirer_seed().public_key()
    );
    fs::write(&signed.file, format!("{EXAMPLE}\n")).unwrap();
    signed.check(&refused);
    fs::write(&signed.file, EXAMPLE.replace("443", "444")).unwrap();
    signed.check(&refused);
    fs::write(&signed.file, "not even TOML").unwrap();
    signed.check(&refused);
    fs::write(&signed.signature, "AAAA\n").unwrap();
    signed.check(
        "wallet.toml.sig holds no signature of wallet.toml (one line, 64 bytes in base64); \
        fetch both again from the acquirer",
    );
    fs::remove_file(&signed.signature).unwrap();
    signed.check(
        "cannot read wallet.toml.sig: entity not found; correct the path in the terminal's \
        profile",
    );
}

#[test]
fn what_is_no_file_of_a_sane_size_is_refused_before_it_is_read() {
    let mut signed = Signed::new(&vec![b'#'; 64 * 1024 + 1]);
    signed
        .check("wallet.toml has more than 65536 bytes; correct the path in the terminal's profile");
    signed.file = signed.folder.path().to_owned();
    let error = signed.load().unwrap_err();
    assert_eq!(error, ConfigError::NotAFile { file: signed.file });
    Signed::new(b"name = \"\xff\"")
        .check("wallet.toml is not UTF-8 text; have the acquirer send it again");
    let device = Destination::load(
        Path::new("/dev/zero"),
        Path::new("/dev/zero"),
        &acquirer_seed().public_key(),
    );
    assert_eq!(device.unwrap_err(), ConfigError::NotAFile { file: "/dev/zero".into() });
}

#[test]
fn roots_in_a_file_are_those_that_the_signed_file_means() {
    let pem = Authority::default().pem;
    let digest: String = Sha256::digest(&pem).iter().map(|byte| format!("{byte:02x}")).collect();
    let named = format!("roots_file = \"ca.pem\"\nroots_sha256 = \"{digest}\"\n");
    let text = example_with_roots("").replacen("roots = \"\"\"\n\"\"\"\n", &named, 1);
    let line = text.lines().position(|line| line.starts_with("roots_file")).unwrap() + 1;
    let signed = Signed::new(text.as_bytes());
    signed
        .check("cannot read ca.pem: entity not found; correct the path in the terminal's profile");
    fs::write(signed.folder.path().join("ca.pem"), &pem).unwrap();
    assert!(signed.load().is_ok());
    fs::write(signed.folder.path().join("ca.pem"), Authority::default().pem).unwrap();
    signed.check(&format!(
        "wallet.toml:{line}: roots_file does not have the SHA-256 that \
        roots_sha256 says; fetch it again from the acquirer{SIGN}"
    ));
    assert_eq!(
        Destination::parse("wallet.toml", &text).unwrap_err().to_string(),
        format!(
            "wallet.toml:{line}: roots_file does not belong here: only a file on disk can name \
            another file; give the roots inline{SIGN}"
        )
    );
}
