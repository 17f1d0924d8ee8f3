//! The simulated acquirer as a process: its folder, its end, its books and its bank's as tables.

mod books;

use crate::error::CliError;
use crate::out;
use caisson_acquirer::bank::{self, BankFault, BankOperation};
use caisson_acquirer::{Fault, amounts_help, fault_help, fault_help_of};
use caisson_scenarios::{AcquirerFolder, WorldError};
use std::net::SocketAddr;
use std::path::Path;
use tokio::signal::unix::{SignalKind, signal};

pub(crate) use books::books;

const HOW_TO: &str = "\
It answers as a wallet gateway does: HTTPS on the loopback, signed requests, signed answers, books
of its own. Beside it a bank answers to cards: ISO 8583 over TLS at a port of its own, with books of
its own. Use them to try a payment app, or from your own tests.

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

The bank's address is in bank.toml, written and signed in the same way. It knows every card of the
deck; `caisson provision --app qr --app card` makes a terminal that takes both.

What happens can be chosen by the amount, or by a fault.";

/// The long help: how to, amounts, faults.
pub(crate) fn long_help() -> String {
    format!(
        "{HOW_TO}\n\nAMOUNTS\n{}\n\nFAULTS (--fault)\n{}\n\nAMOUNTS AT THE BANK\n{}\n\n\
         FAULTS OF THE BANK (--bank-fault)\n{}",
        amounts_help().trim_end(),
        fault_help().trim_end(),
        bank::amounts_help().trim_end(),
        fault_help_of::<BankOperation>().trim_end()
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
    (faults, bank_faults): (Vec<Fault>, Vec<BankFault>),
) -> Result<(), CliError> {
    let folder = AcquirerFolder::open(folder)?;
    let end = ended()?;
    let (gateway, bank) = (folder.gateway(None)?, folder.bank(None)?);
    faults.into_iter().for_each(|fault| gateway.faults().push(fault));
    bank_faults.into_iter().for_each(|fault| bank.faults().push(fault));
    let listening = |address| {
        // Whoever waits for this line learns from the missing connection, too, that nobody reads.
        let _ = out::line(&format!("listening on {address}"));
    };
    Ok(folder.serve_both((gateway, bank), listen, listening, end).await?)
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
