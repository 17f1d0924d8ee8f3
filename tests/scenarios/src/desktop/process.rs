//! The terminal's process as the window sees it: started, spoken to, killed.

use super::TerminalOptions;
use super::wire::form::WireKey;
use super::wire::{Down, Order, Up, receive, send};
use crate::hand::Offered;
use caisson_core::Language;
use caisson_devices::emulated::screen::EmulatedScreen;
use caisson_devices::screen::Screen as _;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

/// Messages that wait for the terminal.
const WAITING_MAX: usize = 64;
/// Lines of the terminal's own words that are kept, to say why it died.
const LAST_WORDS_MAX: usize = 12;
/// Longest line of the terminal's log.
const LOG_LINE_BYTES_MAX: u64 = 8 * 1024;
/// How long a terminal that was told to end has for the payment that is under way.
const END_WITHIN: Duration = Duration::from_secs(20);

/// A terminal's process.
pub(super) struct Running {
    /// Its screen, as it was told; keys pressed on it go down.
    pub(super) screen: EmulatedScreen,
    down: mpsc::Sender<Down>,
    offered: Mutex<Vec<Offered>>,
    orders: Mutex<BTreeMap<u64, oneshot::Sender<Result<Value, String>>>>,
    next_order: AtomicU64,
    kill: mpsc::Sender<()>,
    ended: watch::Receiver<bool>,
    last_words: Mutex<Vec<String>>,
    told: Mutex<Option<String>>,
    /// True where its end was wanted.
    is_ending: Mutex<bool>,
}

/// What the terminal's process says, and at last how it ended.
pub(super) enum Said {
    /// A message.
    Up(Up),
    /// It is gone.
    Ended {
        /// True where this was wanted.
        wanted: bool,
        /// Why, in one text.
        why: String,
    },
}

impl Running {
    /// Starts `executable emulator terminal …`; what it says comes out of the channel.
    pub(super) fn start(
        executable: &Path,
        options: &TerminalOptions,
        log: &Path,
    ) -> io::Result<(Arc<Self>, mpsc::Receiver<Said>)> {
        let mut command = Command::new(executable);
        command.args(["emulator", "terminal", "--folder"]).arg(&options.folder);
        command.arg("--acquirer").arg(&options.acquirer).arg("--apps").arg(&options.apps);
        command.args(["--language", language_word(options.language)]);
        if options.has_hanging_app {
            command.arg("--hangs");
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn()?;
        let missing = || io::Error::other("a pipe to the terminal's process is missing");
        let stdin = child.stdin.take().ok_or_else(missing)?;
        let stdout = child.stdout.take().ok_or_else(missing)?;
        let stderr = child.stderr.take().ok_or_else(missing)?;
        let (down, orders) = mpsc::channel(WAITING_MAX);
        let (said, hear) = mpsc::channel(WAITING_MAX);
        let (kill, killing) = mpsc::channel(1);
        let (tell_ended, ended) = watch::channel(false);
        let running = Arc::new(Self {
            screen: EmulatedScreen::new(),
            down,
            offered: Mutex::default(),
            orders: Mutex::default(),
            next_order: AtomicU64::new(1),
            kill,
            ended,
            last_words: Mutex::default(),
            told: Mutex::default(),
            is_ending: Mutex::new(false),
        });
        tokio::spawn(write(stdin, orders));
        tokio::spawn(keys(Arc::clone(&running)));
        let listening = tokio::spawn(log_lines(stderr, log.to_owned(), Arc::clone(&running)));
        let own = Arc::clone(&running);
        tokio::spawn(async move {
            let heard = async {
                own.listen(stdout, &said).await;
                // The last words come by another pipe.
                let _ = timeout(Duration::from_secs(1), listening).await;
            };
            let status = attend(child, killing, heard).await;
            let why = own.why(status);
            let wanted = *lock(&own.is_ending);
            // First, so that an order that comes after it is refused, and one before it is let go.
            tell_ended.send_replace(true);
            if said.send(Said::Ended { wanted, why }).await.is_err() {
                own.let_go();
            }
        });
        Ok((running, hear))
    }

    /// What the terminal offers.
    pub(super) fn offered(&self) -> Vec<Offered> {
        lock(&self.offered).clone()
    }

    /// Has the terminal's process do something.
    pub(super) async fn order(&self, order: Order) -> Result<Value, String> {
        let gone = || "the terminal's process ended before it was done".to_owned();
        let id = self.next_order.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        lock(&self.orders).insert(id, answer);
        if *self.ended.borrow() || self.down.send(Down::Do { id, order }).await.is_err() {
            lock(&self.orders).remove(&id);
            return Err(gone());
        }
        answered.await.map_err(|_| gone())?
    }

    /// An order was done, and whatever came of it has been heard.
    pub(super) fn done(&self, id: u64, answer: Result<Value, String>) {
        if let Some(waiting) = lock(&self.orders).remove(&id) {
            // Whoever asked may have gone.
            let _ = waiting.send(answer);
        }
    }

    /// No order will be done any more: the process has ended, and all its words were heard.
    pub(super) fn let_go(&self) {
        lock(&self.orders).clear();
    }

    /// Kills it, and waits until it is gone: the power cut.
    pub(super) async fn cut(&self) {
        self.kill();
        self.gone().await;
    }

    /// Kills it.
    pub(super) fn kill(&self) {
        *lock(&self.is_ending) = true;
        // A second kill of the same process is none.
        let _ = self.kill.try_send(());
    }

    /// Lets it end by itself; kills it where it does not.
    pub(super) async fn end(&self) {
        *lock(&self.is_ending) = true;
        let ended = async {
            // A process that is gone already has ended.
            let _ = self.order(Order::End).await;
            self.gone().await;
        };
        if timeout(END_WITHIN, ended).await.is_err() {
            self.cut().await;
        }
    }

    /// Ends when the process has.
    pub(super) async fn gone(&self) {
        // The sender says so before it is dropped.
        let _ = self.ended.clone().wait_for(|ended| *ended).await;
    }

    async fn listen(&self, stdout: ChildStdout, said: &mpsc::Sender<Said>) {
        let mut stdout = BufReader::new(stdout);
        loop {
            let message = match receive::<Up>(&mut stdout).await {
                Ok(Some(message)) => message,
                Ok(None) => return,
                Err(error) => {
                    *lock(&self.told) = Some(format!("its words cannot be read: {error}"));
                    // Nothing that it says from here on can be believed.
                    let _ = self.kill.try_send(());
                    return;
                }
            };
            match message {
                Up::Stopped(why) => *lock(&self.told) = Some(why),
                message => {
                    if let Up::Ready { offered, .. } = &message {
                        lock(&self.offered).clone_from(offered);
                    }
                    if said.send(Said::Up(message)).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    fn why(&self, status: io::Result<ExitStatus>) -> String {
        let how = match status {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        let words = lock(&self.last_words).join(" | ");
        match (lock(&self.told).clone(), words.is_empty()) {
            (Some(why), _) => why,
            (None, true) => how,
            (None, false) => format!("{how}: {words}"),
        }
    }
}

/// Waits for the process, and kills it where that is wanted.
async fn attend(
    mut child: Child,
    mut killing: mpsc::Receiver<()>,
    heard: impl Future<Output = ()>,
) -> io::Result<ExitStatus> {
    let mut heard = std::pin::pin!(heard);
    tokio::select! {
        () = &mut heard => {}
        Some(()) = killing.recv() => {
            child.start_kill()?;
            heard.await;
        }
    }
    // It has closed its output: it is ending, or it never will by itself.
    match timeout(END_WITHIN, child.wait()).await {
        Ok(status) => status,
        Err(_) => {
            child.start_kill()?;
            child.wait().await
        }
    }
}

async fn write(mut stdin: ChildStdin, mut orders: mpsc::Receiver<Down>) {
    while let Some(message) = orders.recv().await {
        if send(&mut stdin, &message).await.is_err() {
            return;
        }
    }
}

/// Keys that are pressed on the screen go down.
async fn keys(running: Arc<Running>) {
    let mut ended = running.ended.clone();
    loop {
        let key = tokio::select! {
            key = running.screen.next_key() => key,
            _ = ended.wait_for(|ended| *ended) => return,
        };
        if running.down.send(Down::Key(WireKey::of(key))).await.is_err() {
            return;
        }
    }
}

/// Copies what the terminal logs into `path`, and keeps the last lines.
async fn log_lines(stderr: ChildStderr, path: std::path::PathBuf, running: Arc<Running>) {
    let mut options = tokio::fs::OpenOptions::new();
    let mut file = options.create(true).append(true).open(&path).await.ok();
    let mut stderr = BufReader::new(stderr);
    loop {
        let mut line = Vec::new();
        match (&mut stderr).take(LOG_LINE_BYTES_MAX).read_until(b'\n', &mut line).await {
            Ok(1..) => {}
            Ok(0) | Err(_) => return,
        }
        if let Some(file) = &mut file {
            // A log that cannot be written must not end the emulator.
            let _ = file.write_all(&line).await;
            let _ = file.flush().await;
        }
        let mut words = lock(&running.last_words);
        words.push(String::from_utf8_lossy(&line).trim_end().to_owned());
        let surplus = words.len().saturating_sub(LAST_WORDS_MAX);
        words.drain(..surplus);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const fn language_word(language: Language) -> &'static str {
    match language {
        Language::Zh => "zh",
        Language::En => "en",
    }
}
