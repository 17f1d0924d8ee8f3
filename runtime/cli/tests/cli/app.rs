//! `caisson app`.

use crate::common::Desk;
pub(crate) use crate::common::built_app;

/// The built app `qr`, which lies beside the binary.
fn built() -> String {
    built_app("qr").display().to_string()
}

#[test]
fn an_app_is_described_by_what_it_is() {
    let said = Desk::new().run(&format!("app inspect {}", built()));
    assert_eq!((said.status, said.stderr.as_str()), (0, ""));
    let lines: Vec<Vec<&str>> =
        said.stdout.lines().map(|line| line.splitn(2, "  ").map(str::trim).collect()).collect();
    for expected in [
        ["id", "qr"],
        ["signed by", "nobody"],
        ["needs", "camera, network, ui, payment"],
        ["offers", "pay (sale): 扫顾客付款码 / Scan customer's code"],
        ["offers", "refund (refund): 扫码退款 / Refund a QR payment"],
    ] {
        assert!(lines.contains(&expected.to_vec()), "{expected:?} in {}", said.stdout);
    }
}

#[test]
fn an_app_is_installed_only_with_dev_and_what_it_is_granted() {
    let desk = Desk::new();
    desk.provision();
    let install = format!("app install {} --profile till/profile.toml", built());
    desk.check(
        &install,
        1,
        "",
        "error: qr is unsigned; only a terminal in development mode takes it (--dev)\n\
         hint: add --dev on a desktop; nothing was changed\n",
    );
    let said = desk.run(&format!("{install} --dev"));
    assert_eq!((said.status, said.stderr.as_str()), (0, ""), "{}", said.stdout);
    let listed = desk.run("app list --profile till/profile.toml");
    assert!(listed.stdout.contains("QR payment"), "{listed:?}");

    let profile = std::fs::read_to_string(desk.path("till/profile.toml")).unwrap();
    desk.write("till/profile.toml", profile.replace("\"camera\", ", ""));
    desk.check(&format!("{install} --dev"), 1, "", "error: qr has no permission \"camera\"; its manifest must ask for it and the terminal's profile \
         must grant it\n\
         hint: add the permission to `permissions` in the app's caisson.toml and to `grants` in the \
         terminal's profile.toml\n");
}
