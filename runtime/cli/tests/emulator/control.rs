//! The control socket, and the binary's `emulator ctl` at it.

use crate::fake_window::{Bench, binary};
use caisson_scenarios::{ControlError, command};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

/// What `caisson emulator ctl --socket … SENTENCE` says.
async fn ctl(bench: &Bench, sentence: &str) -> Output {
    let mut command = Command::new(binary());
    command.args(["emulator", "ctl", "--socket"]).arg(bench.desktop.socket());
    command.args(sentence.split(' '));
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn said(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_socket_is_its_owners_alone_and_answers_each_line_with_one() {
    let bench = Bench::set_up().await;
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(bench.desktop.socket()), 0o600);
    assert_eq!(mode(&bench.folder()), 0o700);

    let mut stream = UnixStream::connect(bench.desktop.socket()).await.unwrap();
    stream.write_all(b"clock passes 1 ms\ncustomer swipes card stripe-only\n").await.unwrap();
    let expected = "{\"ok\":\"done\"}\n\
        {\"error\":\"nobody waits for a stripe; wait for the card screen before this step\"}\n";
    let mut answers = vec![0; expected.len()];
    stream.read_exact(&mut answers).await.unwrap();
    assert_eq!(String::from_utf8(answers).unwrap(), expected);

    let mut stream = UnixStream::connect(bench.desktop.socket()).await.unwrap();
    stream.write_all(&[b'x'; 5_000]).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert_eq!(answer, "{\"error\":\"a sentence is one line of at most 4096 bytes\"}\n");
    bench.desktop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ctl_prints_the_answer_and_tells_by_its_status_whether_it_was_done() {
    let bench = Bench::set_up().await;
    assert_eq!(
        said(&ctl(&bench, "cashier sings").await),
        (
            1,
            "".into(),
            "error: \"cashier sings\" is not a step; `caisson emulator ctl --help` lists every \
             sentence"
                .into()
        )
    );
    assert_eq!(
        said(&ctl(&bench, "transcript is saved").await),
        (1, "".into(), "error: nothing has been done that could be done again".into())
    );
    assert_eq!(said(&ctl(&bench, "clock passes 1 ms").await), (0, "\"done\"".into(), "".into()));
    let socket = bench.desktop.socket().to_owned();
    ctl(&bench, "screen is tapped at 240,400").await;
    assert_eq!(bench.window.taps(), [(240, 400)]);
    bench.desktop.close().await;
    let error = command(&socket, "power on").await.unwrap_err();
    assert!(matches!(error, ControlError::Nobody { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_emulator_in_the_same_folder_is_refused() {
    let bench = Bench::set_up().await;
    let folder = bench.folder();
    let second = Command::new(binary())
        .args(["emulator", "--folder"])
        .arg(&folder)
        .args(["--apps"])
        .arg(crate::fake_window::apps())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output();
    let second = second.unwrap();
    assert_eq!(second.status.code(), Some(3), "{}", String::from_utf8_lossy(&second.stderr));
    bench.say("cashier goes to menu").await;
    bench.desktop.close().await;
}
