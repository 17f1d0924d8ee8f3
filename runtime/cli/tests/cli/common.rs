//! A folder in which commands run.

use std::io::Write as _;
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
        let mut command = Command::new(env!("CARGO_BIN_EXE_caisson"));
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
        let pipes = || Stdio::piped();
        let mut command = self.command(line);
        let mut child = command.stdin(pipes()).stdout(pipes()).stderr(pipes()).spawn().unwrap();
        // A command that ended early has closed its input; what it said tells why.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        said(child.wait_with_output().unwrap())
    }

    pub(crate) fn run(&self, line: &str) -> Said {
        self.run_with(line, "")
    }

    /// Runs `caisson LINE` and compares everything that it says.
    #[track_caller]
    pub(crate) fn check(&self, line: &str, status: i32, stdout: &str, stderr: &str) {
        let found = self.run(line);
        let home = self.folder.path().canonicalize().unwrap();
        let plain = |text: &str| text.replace(&home.display().to_string(), "HERE");
        assert_eq!(
            (plain(&found.stdout), plain(&found.stderr), found.status),
            (stdout.to_owned(), stderr.to_owned(), status),
            "caisson {line}"
        );
    }

    /// An acquirer and a terminal that it believes, both made by the commands.
    pub(crate) fn provision(&self) {
        for line in
            ["acquirer --init --folder acquirer", "provision --folder till --acquirer acquirer"]
        {
            let said = self.run(line);
            assert_eq!(said.status, 0, "caisson {line}: {said:?}");
        }
    }
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
