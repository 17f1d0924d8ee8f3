//! The head of a printer: takes bytes from any stream, draws on a roll, answers status questions.
//!
//! The emulator runs it within the process; over TCP or a pseudo terminal it is a virtual printer
//! for a real driver. A stream that is not of our subset ends at once, and the roll says why.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::paper_roll::{PaperRoll, Reaction};
use crate::escpos::interpret::Interpreter;

/// Bytes taken from the stream at once.
const READ_BYTES: usize = 1_024;

/// Serves one connection until it ends, breaks, or the roll's fault cuts it. A sheet in the making
/// is then on the roll as incomplete.
pub async fn serve(roll: PaperRoll, stream: impl AsyncRead + AsyncWrite + Unpin + Send) {
    talk(&roll, stream).await;
    save(&roll, roll.abandon()).await;
}

async fn talk(roll: &PaperRoll, mut stream: impl AsyncRead + AsyncWrite + Unpin + Send) {
    let mut interpreter = Interpreter::new(roll.paper());
    let mut buffer = [0; READ_BYTES];
    loop {
        let bytes = match stream.read(&mut buffer).await {
            Ok(count) if count > 0 => buffer.get(..count).unwrap_or_default(),
            _ => return,
        };
        for byte in bytes {
            let reaction = match interpreter.feed(*byte) {
                Ok(None) => continue,
                Ok(Some(event)) => roll.react(event),
                Err(error) => return roll.not_understood(&error),
            };
            let hang_up = reaction.hang_up;
            let reply = reaction.reply;
            save(roll, reaction).await;
            if hang_up {
                return;
            }
            if let Some(reply) = reply
                && stream.write_all(&[reply]).await.is_err()
            {
                return;
            }
        }
    }
}

/// Writes what a reaction leaves in the folder, before the driver hears that it is printed.
async fn save(roll: &PaperRoll, reaction: Reaction) {
    if let Some(files) = reaction.files {
        let written = tokio::task::spawn_blocking(move || files.write()).await;
        if let Ok(Err(error)) = written {
            roll.not_saved(&error);
        }
    }
}
