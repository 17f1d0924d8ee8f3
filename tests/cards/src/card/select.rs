//! SELECT and READ RECORD (EMV Book 1, 11.2 and 11.3; contactless directory: EMV Book B, 3.3).

use super::loaded::{application_fci, directory_entry};
use super::transaction::Transaction;
use super::{Card, Selected};
use crate::apdu::{
    CONDITIONS_NOT_SATISFIED, Command, FILE_INVALIDATED, FILE_NOT_FOUND, NOT_SUPPORTED,
    RECORD_NOT_FOUND, Reply, Sw, WRONG_LENGTH, WRONG_P1_P2,
};
use crate::profile::Interface;
use crate::tlv::{template, tlv};

const PSE: &[u8] = b"1PAY.SYS.DDF01";
const PPSE: &[u8] = b"2PAY.SYS.DDF01";
/// The directory's file of the PSE.
const SFI_DIRECTORY: u8 = 1;

pub(super) fn is_directory(name: &[u8]) -> bool {
    name == PSE || name == PPSE
}

impl Card {
    /// By name: a directory, or the first or next application whose AID begins with the data.
    pub(super) fn select(&mut self, command: &Command<'_>) -> Reply {
        let Some(session) = &self.session else {
            return Reply::word(CONDITIONS_NOT_SATISFIED);
        };
        let (interface, before) = (session.interface, session.selected);
        let next = match (command.p1, command.p2) {
            (4, 0) => false,
            (4, 2) => true,
            _ => return Reply::word(WRONG_P1_P2),
        };
        if !(5..=16).contains(&command.data.len()) {
            return Reply::word(WRONG_LENGTH);
        }
        if self.blocked {
            return Reply::word(NOT_SUPPORTED);
        }
        if is_directory(command.data) {
            return self.select_directory(command.data, interface);
        }
        let after = match before {
            Selected::Application(at) if next => at + 1,
            _ => 0,
        };
        let found = self.applications.iter().enumerate().skip(after).find(|(_, loaded)| {
            loaded.speaks(interface) && loaded.profile.aid.0.starts_with(command.data)
        });
        let Some((at, loaded)) = found else {
            return Reply::word(FILE_NOT_FOUND);
        };
        let mut reply = Reply::ok(application_fci(loaded, interface));
        if loaded.blocked {
            reply.sw = FILE_INVALIDATED;
        }
        self.now_selected(Selected::Application(at));
        reply
    }

    fn now_selected(&mut self, selected: Selected) {
        self.with_session(|session| {
            session.selected = selected;
            session.transaction = Transaction::default();
            session.challenge = None;
        });
    }

    fn select_directory(&mut self, name: &[u8], interface: Interface) -> Reply {
        let has_pse = self.profile.chip.as_ref().is_some_and(|chip| chip.pse);
        let inner = match interface {
            Interface::Contact if name == PSE && has_pse => {
                [tlv(0x88, &[SFI_DIRECTORY]), tlv(0x5F2D, b"zhen"), tlv(0x9F11, &[1])].concat()
            }
            Interface::Contactless if name == PPSE => {
                tlv(0xBF0C, &self.entries(interface).concat())
            }
            _ => return Reply::word(FILE_NOT_FOUND),
        };
        self.now_selected(Selected::Directory);
        Reply::ok(template(0x6F, &[(0x84, name), (0xA5, &inner)]))
    }

    /// An entry for each application that can be selected, the blocked ones too.
    fn entries(&self, interface: Interface) -> Vec<Vec<u8>> {
        let here = self.applications.iter().filter(|loaded| loaded.speaks(interface));
        here.map(directory_entry).collect()
    }

    pub(super) fn read_record(&self, command: &Command<'_>) -> Result<Vec<u8>, Sw> {
        let session = self.session.as_ref().ok_or(CONDITIONS_NOT_SATISFIED)?;
        let (number, sfi) = (command.p1, command.p2 >> 3);
        if command.p2 & 7 != 4 || number == 0 || !(1..=30).contains(&sfi) {
            return Err(WRONG_P1_P2);
        }
        let record = match session.selected {
            Selected::Nothing => return Err(CONDITIONS_NOT_SATISFIED),
            Selected::Directory if sfi == SFI_DIRECTORY => {
                let entries = self.entries(Interface::Contact);
                let entry = entries.get(usize::from(number) - 1).map(|entry| tlv(0x70, entry));
                // A tapped directory has no records: everything stands in its answer to SELECT.
                entry.filter(|_| session.interface == Interface::Contact)
            }
            Selected::Directory => return Err(FILE_NOT_FOUND),
            Selected::Application(at) => self
                .applications
                .get(at)
                .and_then(|loaded| loaded.record(session.interface, sfi, number))
                .map(<[u8]>::to_vec),
        };
        record.ok_or(RECORD_NOT_FOUND)
    }
}
