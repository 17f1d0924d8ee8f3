//! Every bench still runs and still says something. Its figures are those of a debug build and of a
//! handful of rounds, so nothing is asked of them.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by panicking; the switch for tests does not reach helpers in tests/"
)]

use std::process::Command;

#[track_caller]
fn check(name: &str, tables: usize) {
    let program = env!("CARGO_BIN_EXE_caisson-bench");
    let run = Command::new(program).args([name, "--smoke"]).output().unwrap();
    let (out, errors) =
        (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    // 1 is a ratio above its gate, which a debug build may have.
    assert!(matches!(run.status.code(), Some(0 | 1)), "{}\n{out}\n{errors}", run.status);
    for word in ["  ours ", "  limit ", "  ratio "] {
        let lines: Vec<_> = out.lines().filter(|line| line.starts_with(word)).collect();
        assert_eq!(lines.len(), tables, "{word}:\n{out}");
        for line in lines {
            let has_values = line
                .split_whitespace()
                .skip(1)
                .take(3)
                .any(|value| value.parse::<f64>().is_ok_and(|value| value > 0.0));
            assert!(has_values, "no value in {line:?}");
        }
    }
}

#[test]
fn durable_commit_measures_four_pairs() {
    check("durable-commit", 4);
}

#[test]
fn instantiate_measures_one_pair() {
    check("instantiate", 1);
}

#[test]
fn a_loop_is_ended_and_measured() {
    check("loop-ended", 1);
}

#[test]
fn host_call_measures_a_call_without_a_permit_and_one_with_it() {
    check("host-call", 2);
}

#[test]
fn sale_measures_one_pair() {
    check("sale", 1);
}

#[test]
fn frame_to_text_measures_qr_codes_and_bars() {
    check("frame-to-text", 2);
}

#[test]
fn start_up_measures_a_terminal_and_an_app() {
    check("start-up", 2);
}

#[test]
fn start_up_year_measures_a_terminal() {
    check("start-up-year", 1);
}

#[test]
fn policy_check_measures_a_permit_and_a_call_with_one() {
    check("policy-check", 2);
}

#[test]
fn memory_measures_apps_beside_bare_ones() {
    check("memory", 1);
}

#[test]
fn emv_sale_measures_an_inserted_card_and_a_tap() {
    check("emv-sale", 2);
}

#[test]
fn apdu_measures_one_pair() {
    check("apdu", 1);
}

#[test]
fn a_bench_that_does_not_exist_is_answered_with_those_that_do() {
    let program = env!("CARGO_BIN_EXE_caisson-bench");
    let run = Command::new(program).args(["commit", "--smoke"]).output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(run.stderr).unwrap(),
        "no bench commit; there are durable-commit, instantiate, host-call, sale, frame-to-text, \
         start-up, start-up-year, policy-check, loop-ended, memory, emv-sale, apdu\n"
    );
}
