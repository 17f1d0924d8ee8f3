//! `caisson scenario`.

use crate::common::Desk;
use std::path::Path;

#[test]
fn a_scenario_that_holds_is_one_line_of_json_and_status_0() {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scenarios/qr/paid-wechat.toml");
    let said = Desk::new().run(&format!("scenario {} --json", file.display()));
    assert_eq!((said.status, said.stderr.as_str()), (0, ""), "{}", said.stdout);
    let verdict: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!((&verdict["name"], &verdict["outcome"]), (&"paid-wechat".into(), &"holds".into()));
}
