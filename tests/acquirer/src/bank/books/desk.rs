//! The books as one message works on them: everything it does is one commit, or nothing.
//!
//! The only place that moves money. It holds no rule of what a terminal may: those are the deals'.

use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use super::{BatchTotals, Kind, State, UploadFinding, batch_totals};
use crate::bank::cipher::DoubleKey;
use crate::bank::clock::LocalTime;
use crate::bank::config::BankConfig;
use crate::bank::keys::ExchangeKeys;
use crate::bank::request::Request;

/// The open books, at one moment, for one message.
pub(in crate::bank) struct Desk<'a> {
    pub(in crate::bank) transaction: Transaction<'a>,
    pub(in crate::bank) house: &'a BankConfig,
    pub(in crate::bank) now_ms: i64,
}

/// Where a terminal stands.
pub(in crate::bank) struct Till {
    pub(in crate::bank) batch: i64,
    pub(in crate::bank) uploads: bool,
    /// Those of its last sign-on; under DUKPT those of the exchange.
    pub(in crate::bank) keys: Option<ExchangeKeys>,
    pub(in crate::bank) sign_ons: i64,
}

/// What a sign-on downloads.
#[derive(Clone, Copy)]
pub(in crate::bank) struct SessionKeys {
    pub(in crate::bank) pin: DoubleKey,
    pub(in crate::bank) mac: DoubleKey,
}

/// A transaction as the books hold it.
pub(in crate::bank) struct Deal {
    pub(in crate::bank) id: i64,
    pub(in crate::bank) terminal: String,
    pub(in crate::bank) batch: i64,
    pub(in crate::bank) kind: Kind,
    pub(in crate::bank) asked: i64,
    pub(in crate::bank) approved: i64,
    pub(in crate::bank) card: Option<[u8; 32]>,
    pub(in crate::bank) original: Option<i64>,
    pub(in crate::bank) code: String,
    pub(in crate::bank) state: State,
    pub(in crate::bank) held: i64,
    pub(in crate::bank) net: i64,
    pub(in crate::bank) digest: [u8; 32],
    pub(in crate::bank) answer: Vec<u8>,
}

/// A transaction that is to be written down.
pub(in crate::bank) struct NewDeal<'a> {
    pub(in crate::bank) kind: Kind,
    pub(in crate::bank) asked: i64,
    pub(in crate::bank) approved: i64,
    pub(in crate::bank) rrn: &'a str,
    pub(in crate::bank) auth_code: Option<&'a str>,
    pub(in crate::bank) original: Option<i64>,
    pub(in crate::bank) code: &'a str,
    pub(in crate::bank) state: State,
    pub(in crate::bank) answer: &'a [u8],
}

const DEAL: &str = "SELECT id, batch, kind, asked, approved, card, original, code, state, held, \
    net, request_sha256, answer, terminal FROM transaction_sums";

impl Desk<'_> {
    pub(in crate::bank) fn local_time(&self) -> LocalTime {
        LocalTime::at(self.now_ms)
    }

    /// The terminal, which is entered if it is new.
    pub(in crate::bank) fn till(&self, id: &str) -> rusqlite::Result<Till> {
        let sql = "INSERT INTO terminals (id, batch, uploads, sign_ons) VALUES (?1, 1, 0, 0) \
            ON CONFLICT DO NOTHING";
        self.transaction.execute(sql, [id])?;
        let sql = "SELECT batch, uploads, pin_key, mac_key, sign_ons FROM terminals WHERE id = ?1";
        self.transaction.query_row(sql, [id], |row| {
            let (pin, mac): (Option<[u8; 16]>, Option<[u8; 16]>) = (row.get(2)?, row.get(3)?);
            let keys = pin
                .zip(mac)
                .map(|(pin, mac)| ExchangeKeys::session(DoubleKey::new(pin), DoubleKey::new(mac)));
            Ok(Till { batch: row.get(0)?, uploads: row.get(1)?, keys, sign_ons: row.get(4)? })
        })
    }

    /// New session keys, or none after a sign-off.
    pub(in crate::bank) fn set_keys(
        &self,
        id: &str,
        keys: Option<SessionKeys>,
    ) -> rusqlite::Result<()> {
        let sql = "UPDATE terminals SET pin_key = ?2, mac_key = ?3, sign_ons = sign_ons + 1 \
            WHERE id = ?1";
        let (pin, mac) = (keys.map(|keys| keys.pin.bytes()), keys.map(|keys| keys.mac.bytes()));
        self.transaction.execute(sql, params![id, pin, mac]).map(|_| ())
    }

    pub(in crate::bank) fn set_batch(
        &self,
        id: &str,
        batch: i64,
        uploads: bool,
    ) -> rusqlite::Result<()> {
        let sql = "UPDATE terminals SET batch = ?2, uploads = ?3 WHERE id = ?1";
        self.transaction.execute(sql, params![id, batch, uploads]).map(|_| ())
    }

    pub(in crate::bank) fn deal(
        &self,
        terminal: &str,
        batch: i64,
        stan: &str,
    ) -> rusqlite::Result<Option<Deal>> {
        let sql = format!("{DEAL} WHERE terminal = ?1 AND batch = ?2 AND stan = ?3");
        self.transaction.query_row(&sql, params![terminal, batch, stan], deal).optional()
    }

    pub(in crate::bank) fn deal_of_rrn(&self, rrn: &str) -> rusqlite::Result<Option<Deal>> {
        self.transaction.query_row(&format!("{DEAL} WHERE rrn = ?1"), [rrn], deal).optional()
    }

    pub(in crate::bank) fn deal_of_id(&self, id: i64) -> rusqlite::Result<Option<Deal>> {
        self.transaction.query_row(&format!("{DEAL} WHERE id = ?1"), [id], deal).optional()
    }

    /// The pre-authorisation of that card with that code.
    pub(in crate::bank) fn authorisation(
        &self,
        card: &[u8; 32],
        auth_code: &str,
    ) -> rusqlite::Result<Option<Deal>> {
        let sql = format!(
            "{DEAL} WHERE card = ?1 AND auth_code = ?2 AND kind = 'authorisation' \
             ORDER BY id DESC LIMIT 1"
        );
        self.transaction.query_row(&sql, params![card, auth_code], deal).optional()
    }

    /// What was captured on, and is held of, a card.
    pub(in crate::bank) fn spent(&self, card: &[u8; 32]) -> rusqlite::Result<i64> {
        let sql = "SELECT coalesce(sum(net + held), 0) FROM transaction_sums WHERE card = ?1";
        self.transaction.query_row(sql, params![card], |row| row.get(0))
    }

    /// A number that no transaction has yet: DE37 and DE38 come from it.
    pub(in crate::bank) fn next_number(&self) -> rusqlite::Result<i64> {
        let sql = "SELECT coalesce(max(id), 0) + 1 FROM transactions";
        self.transaction.query_row(sql, [], |row| row.get(0))
    }

    /// Writes down a transaction and returns its id.
    pub(in crate::bank) fn enter(
        &self,
        request: &Request,
        new: &NewDeal<'_>,
    ) -> rusqlite::Result<i64> {
        let card = request.card.as_ref();
        self.transaction.execute(
            "INSERT INTO transactions (terminal, merchant, batch, stan, local_date, kind, asked, \
                approved, card, masked, rrn, auth_code, original, code, state, request_sha256, \
                answer, at_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, \
                ?18)",
            params![
                request.terminal,
                request.merchant,
                request.batch,
                request.stan,
                self.local_time().date,
                new.kind,
                new.asked,
                new.approved,
                card.map(|card| card.digest()),
                card.map(|card| card.masked()),
                new.rrn,
                new.auth_code,
                new.original,
                new.code,
                new.state,
                request.digest,
                new.answer,
                self.now_ms,
            ],
        )?;
        Ok(self.transaction.last_insert_rowid())
    }

    /// Moves `amount` (positive: to the merchant) for the deal `id`, because of another or itself.
    pub(in crate::bank) fn move_money(
        &self,
        id: i64,
        because: i64,
        kind: &str,
        amount: i64,
    ) -> rusqlite::Result<()> {
        let sql = "INSERT INTO movements (transaction_id, because, kind, amount, at_ms) \
            VALUES (?1, ?2, ?3, ?4, ?5)";
        self.transaction.execute(sql, params![id, because, kind, amount, self.now_ms]).map(|_| ())
    }

    pub(in crate::bank) fn hold(&self, id: i64, amount: i64) -> rusqlite::Result<()> {
        let sql = "UPDATE transactions SET held = ?2 WHERE id = ?1";
        self.transaction.execute(sql, params![id, amount]).map(|_| ())
    }

    pub(in crate::bank) fn set_reversed(&self, id: i64) -> rusqlite::Result<()> {
        let sql = "UPDATE transactions SET state = 'reversed' WHERE id = ?1";
        self.transaction.execute(sql, [id]).map(|_| ())
    }

    pub(in crate::bank) fn wrong_pins(&self, card: &[u8; 32]) -> rusqlite::Result<i64> {
        let sql = "SELECT tries FROM wrong_pins WHERE card = ?1";
        let tries = self.transaction.query_row(sql, params![card], |row| row.get(0)).optional()?;
        Ok(tries.unwrap_or(0))
    }

    pub(in crate::bank) fn set_wrong_pins(
        &self,
        card: &[u8; 32],
        tries: i64,
    ) -> rusqlite::Result<()> {
        let sql = "INSERT INTO wrong_pins (card, tries) VALUES (?1, ?2) \
            ON CONFLICT DO UPDATE SET tries = excluded.tries";
        self.transaction.execute(sql, params![card, tries]).map(|_| ())
    }

    pub(in crate::bank) fn batch_totals(
        &self,
        terminal: &str,
        batch: i64,
    ) -> rusqlite::Result<BatchTotals> {
        batch_totals(&self.transaction, terminal, batch)
    }

    pub(in crate::bank) fn enter_upload(
        &self,
        request: &Request,
        finding: UploadFinding,
    ) -> rusqlite::Result<()> {
        let sql = "INSERT INTO uploads (terminal, batch, stan, amount, finding, at_ms) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let amount = request.amount.unwrap_or(0);
        let Request { terminal, batch, stan, .. } = request;
        self.transaction
            .execute(sql, params![terminal, batch, stan, amount, finding, self.now_ms])
            .map(|_| ())
    }

    /// True if a message of that kind with that DE11 came before.
    pub(in crate::bank) fn was_asked(
        &self,
        terminal: &str,
        stan: &str,
        operation: &str,
    ) -> rusqlite::Result<bool> {
        let sql = "SELECT count(*) > 0 FROM exchanges \
            WHERE terminal = ?1 AND stan = ?2 AND operation = ?3";
        self.transaction.query_row(sql, [terminal, stan, operation], |row| row.get(0))
    }

    /// True if a message with that key serial number came before.
    pub(in crate::bank) fn has_serial(
        &self,
        terminal: &str,
        serial: &str,
    ) -> rusqlite::Result<bool> {
        let sql = "SELECT count(*) > 0 FROM exchanges WHERE terminal = ?1 AND serial = ?2";
        self.transaction.query_row(sql, [terminal, serial], |row| row.get(0))
    }

    pub(in crate::bank) fn record(
        &self,
        mti: &str,
        request: &Request,
        operation: &str,
        fault: Option<&str>,
        code: Option<&str>,
    ) -> rusqlite::Result<()> {
        let sql = "INSERT INTO exchanges (at_ms, mti, operation, terminal, stan, serial, fault, code) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let (Request { terminal, stan, .. }, serial) = (request, request.serial_text());
        let values = params![self.now_ms, mti, operation, terminal, stan, serial, fault, code];
        self.transaction.execute(sql, values).map(|_| ())
    }
}

fn deal(row: &Row<'_>) -> rusqlite::Result<Deal> {
    Ok(Deal {
        id: row.get(0)?,
        batch: row.get(1)?,
        kind: row.get(2)?,
        asked: row.get(3)?,
        approved: row.get(4)?,
        card: row.get(5)?,
        original: row.get(6)?,
        code: row.get(7)?,
        state: row.get(8)?,
        held: row.get(9)?,
        net: row.get(10)?,
        digest: row.get(11)?,
        answer: row.get(12)?,
        terminal: row.get(13)?,
    })
}
