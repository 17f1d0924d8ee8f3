//! The simulated acquirer as a process: its folder, its end, its books as a table.

use crate::error::CliError;
use crate::out::{self, table};
use caisson_acquirer::{AcquirerError, Books, Fault, amounts_help, fault_help};
use caisson_scenarios::{AcquirerFolder, WorldError};
use std::net::SocketAddr;
use std::path::Path;
use tokio::signal::unix::{SignalKind, signal};

const HOW_TO: &str = "\
It answers as a wallet gateway does: HTTPS on the loopback, signed requests, signed answers, books
of its own. Use it to try a payment app, or from your own tests.

Example:
  caisson acquirer --init --folder acquirer         keys, certificates, a signed destination file
  caisson provision --folder till --acquirer acquirer
  caisson acquirer --folder acquirer --fault 'loses the answer to pay, once' &
  caisson run --profile till/profile.toml           then: hold-code 134567890123456789, pay 12.00
  caisson acquirer --folder acquirer --books        what the acquirer says that moved

A terminal reads the acquirer's address from wallet.toml in its folder, which is written and signed
anew each time when the acquirer begins to listen: start the acquirer before the terminal. Codes
that begin with 10 to 15 (18 digits) are WeChat's, 25 to 30 (16 to 24 digits) Alipay's, 62 (19
digits) UnionPay's; each code is good for one payment.

What happens can be chosen by the amount, or by a fault.";

/// The long help: how to, amounts, faults.
pub(crate) fn long_help() -> String {
    format!(
        "{HOW_TO}\n\nAMOUNTS\n{}\n\nFAULTS (--fault)\n{}",
        amounts_help().trim_end(),
        fault_help().trim_end()
    )
}

/// Makes the folder where it is not there; true where it was made.
pub(crate) fn init(folder: &Path) -> Result<bool, CliError> {
    match AcquirerFolder::open(folder) {
        Ok(_) => Ok(false),
        Err(WorldError::File { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            AcquirerFolder::create(folder)?;
            Ok(true)
        }
        Err(error) => Err(error.into()),
    }
}

/// Serves until a signal ends it.
pub(crate) async fn serve(
    folder: &Path,
    listen: SocketAddr,
    faults: Vec<Fault>,
) -> Result<(), CliError> {
    let folder = AcquirerFolder::open(folder)?;
    let end = ended()?;
    let listening = |address| {
        // Whoever waits for this line learns from the missing connection, too, that nobody reads.
        let _ = out::line(&format!("listening on {address}"));
    };
    Ok(folder.serve(listen, faults, listening, end).await?)
}

/// Ends with the first SIGINT, SIGTERM or SIGHUP.
fn ended() -> Result<impl Future<Output = ()>, CliError> {
    let listen = |kind| {
        signal(kind)
            .map_err(|error| CliError::environment(format!("listening to signals: {error}")))
    };
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let mut hangup = listen(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    })
}

/// The books: every order, every refund, the sums.
pub(crate) fn books(folder: &Path) -> Result<String, CliError> {
    let folder = AcquirerFolder::open(folder)?;
    if !folder.books().exists() {
        return Ok("no books yet: nothing was ever asked".to_owned());
    }
    let read = || -> Result<String, AcquirerError> {
        let books = Books::open(&folder.books())?;
        let mut rows = vec![
            ["order", "state", "asked", "captured", "given back", "kept"]
                .map(str::to_owned)
                .to_vec(),
        ];
        for order in books.list()? {
            let state = format!("{:?}", order.state).to_lowercase();
            let sums = [order.amount, order.captured, order.given_back, order.net()];
            let mut row = vec![order.order, state];
            row.extend(sums.map(|minor| minor.to_string()));
            rows.push(row);
        }
        let mut text = format!("amounts are minor units\n\n{}", table(&rows));
        let mut rows = vec![["refund", "order", "amount", "why not"].map(str::to_owned).to_vec()];
        for refund in books.refunds()? {
            let why = refund.declined.unwrap_or_default();
            rows.push(vec![refund.refund, refund.order, refund.amount.to_string(), why]);
        }
        if rows.len() > 1 {
            text.push_str(&format!("\n{}", table(&rows)));
        }
        for sum in books.totals()? {
            text.push_str(&format!(
                "\n{}: {} orders charged {} times, {} captured, {} given back\n",
                sum.currency, sum.orders_charged, sum.captures, sum.captured, sum.given_back
            ));
        }
        Ok(text)
    };
    Ok(read()?)
}
