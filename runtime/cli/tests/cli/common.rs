//! A folder in which commands run.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A folder, and what runs in it.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        self.command_of(env!("CARGO_BIN_EXE_caisson").as_ref(), line)
    }

    /// `BINARY LINE` in this folder.
    pub(crate) fn command_of(&self, binary: &Path, line: &str) -> Command {
        let mut command = Command::new(binary);
        command
            .args(line.split_whitespace())
            .current_dir(self.folder.path())
            .env_remove("CAISSON_APPS")
            .env("COLUMNS", "100")
            .env("NO_COLOR", "1");
        command
    }

    /// Runs `caisson LINE` with `input` on its standard input.
    pub(crate) fn run_with(&self, line: &str, input: &str) -> Said {
        talk(self.command(line), input)
    }

    pub(crate) fn run(&self, line: &str) -> Said {
        self.run_with(line, "")
    }

    /// Runs `caisson LINE` and compares everything that it says.
    #[track_caller]
    pub(crate) fn check(&self, line: &str, status: i32, stdout: &str, stderr: &str) {
        self.check_said(&self.run(line), (status, stdout, stderr), &format!("caisson {line}"));
    }

    /// Compares everything that `what` said.
    #[track_caller]
    pub(crate) fn check_said(&self, found: &Said, expected: (i32, &str, &str), what: &str) {
        let home = self.folder.path().canonicalize().unwrap();
        let plain = |text: &str| text.replace(&home.display().to_string(), "HERE");
        let (status, stdout, stderr) = expected;
        assert_eq!(
            (plain(&found.stdout), plain(&found.stderr), found.status),
            (stdout.to_owned(), stderr.to_owned(), status),
            "{what}"
        );
    }

    /// An acquirer and a terminal that it believes, both made by the commands. It is silent: nobody
    /// wants to hear tests, and what it says must not depend on the machine's sound card.
    pub(crate) fn provision(&self) {
        for line in
            ["acquirer --init --folder acquirer", "provision --folder till --acquirer acquirer"]
        {
            let said = self.run(line);
            assert_eq!(said.status, 0, "caisson {line}: {said:?}");
        }
        let profile = std::fs::read_to_string(self.path("till/profile.toml")).unwrap();
        let (loud, silent) = ("[speaker]\ndriver = \"system\"", "[speaker]\ndriver = \"none\"");
        assert!(profile.contains(loud), "{profile}");
        self.write("till/profile.toml", profile.replace(loud, silent));
    }
}

/// Starts the acquirer and waits until it listens.
pub(crate) fn acquirer(desk: &Desk) -> Running {
    let mut command = desk.command("acquirer --folder acquirer");
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("listening on 127.0.0.1:"), "{line}");
    Running(child)
}

/// A built app's folder, which lies beside the binary.
pub(crate) fn built_app(id: &str) -> PathBuf {
    let binary = Path::new(env!("CARGO_BIN_EXE_caisson"));
    let target = binary.parent().unwrap().parent().unwrap();
    target.join("apps").join(id)
}

/// Runs a command with `input` on its standard input.
pub(crate) fn talk(mut command: Command, input: &str) -> Said {
    let pipes = || Stdio::piped();
    let mut child = command.stdin(pipes()).stdout(pipes()).stderr(pipes()).spawn().unwrap();
    // A command that ended early has closed its input; what it said tells why.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    said(child.wait_with_output().unwrap())
}

fn said(output: Output) -> Said {
    Said {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A process that ends with the test.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A picture of a QR code with `text`.
pub(crate) fn write_code(path: &Path, text: &str) {
    let code = qrcodegen::QrCode::encode_text(text, qrcodegen::QrCodeEcc::Medium).unwrap();
    let side = u32::try_from(code.size()).unwrap() + 8;
    let module = |pixel: u32| i32::try_from(pixel / 8).unwrap() - 4;
    let picture = image::GrayImage::from_fn(side * 8, side * 8, |x, y| {
        image::Luma([if code.get_module(module(x), module(y)) { 0 } else { 255 }])
    });
    picture.save(path).unwrap();
}
