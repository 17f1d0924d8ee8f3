//! The profile of a terminal on emulated devices, as text that explains itself.
//!
//! One text for every emulated terminal, so that what a scenario runs on is what `caisson
//! provision` writes and an integrator then changes.

use crate::acquirer_folder::TERMINAL_KEY_ID;
use caisson_core::desk::Role;
use caisson_core::{Language, Text};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// The owner's code on an emulated terminal that has rules.
pub(crate) const OWNER_CODE: &str = "48291375";
/// Its hash by Argon2id with the salt `an-emulated-salt`: the same each time, so that a scenario
/// that starts anew ten times does not hash ten times.
const OWNER_HASH: &str = "$argon2id$v=19$m=8192,t=1,p=1$YW4tZW11bGF0ZWQtc2FsdA\
    $Kpaac2zXMZZwTAJXv/l1wqI57s+d5lgUR0jwm/use8I";

/// Somebody who signs in at an emulated terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmulatedOperator {
    /// As the sign-in page calls them.
    pub name: Text,
    /// What they may do.
    pub role: Role,
    /// What they key. A test's code, as the acquirer's keys are test keys.
    pub code: &'static str,
    /// Its hash, made as the owner's.
    hash: &'static str,
}

/// Who signs in at an emulator: one of each role. A supervisor is first, so that whoever tries it
/// can give money back.
pub const EMULATED_OPERATORS: [EmulatedOperator; 3] = [
    EmulatedOperator {
        name: Text { zh: "王芳", en: "Wang" },
        role: Role::Supervisor,
        code: "220022",
        hash: "$argon2id$v=19$m=8192,t=1,p=1$YW4tZW11bGF0ZWQtc2FsdA\
            $gPiRUQz0sf4OejTmnZvVbk+ASteuzyMZVWYwcENfmiI",
    },
    EmulatedOperator {
        name: Text { zh: "李明", en: "Li" },
        role: Role::Cashier,
        code: "110011",
        hash: "$argon2id$v=19$m=8192,t=1,p=1$YW4tZW11bGF0ZWQtc2FsdA\
            $mhhndGf1ql84TIj5f96HKKVd58Y0ZQLRf8S0qg+ARFU",
    },
    EmulatedOperator {
        name: Text { zh: "张洁", en: "Zhang" },
        role: Role::Owner,
        code: "330033",
        hash: "$argon2id$v=19$m=8192,t=1,p=1$YW4tZW11bGF0ZWQtc2FsdA\
            $qjvTqK9tFbDzaqjVoLhNPH/pK88Lhr2cTaZFmHGYTlc",
    },
];

/// The emulated operator of this name, in either language.
pub(crate) fn operator(name: &str) -> Option<&'static EmulatedOperator> {
    EMULATED_OPERATORS.iter().find(|one| one.name.zh == name || one.name.en == name)
}

/// How an emulated terminal asks for a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PinRules {
    /// True where a cardholder may go on without one.
    pub bypass: bool,
    /// True where the digits stand in another order each time.
    pub shuffled: bool,
}

/// What differs from one emulated terminal to another.
#[derive(Debug, Clone)]
pub struct EmulatedProfile<'a> {
    /// Of screen and paper.
    pub language: Language,
    /// The shop's time zone, in minutes east of UTC.
    pub utc_offset_minutes: i32,
    /// The shop's name on the receipt.
    pub merchant: &'a str,
    /// The terminal's one currency, ISO 4217.
    pub currency: &'a str,
    /// Largest single payment, as a decimal.
    pub payment_max: &'a str,
    /// The acquirer's signed operations.
    pub destination: &'a Path,
    /// The bank's signed operations.
    pub bank: &'a Path,
    /// The acquirer's key that signed them.
    pub acquirer_key: &'a str,
    /// The owner's rules; with any, the owner has a code and is told by the acquirer.
    pub risk: &'a [toml::Table],
    /// True where [`EMULATED_OPERATORS`] sign in.
    pub has_operators: bool,
    /// How a PIN is asked for.
    pub pin: PinRules,
    /// The apps, each with what it is granted and settings in place of its own.
    pub apps: Vec<EmulatedApp<'a>>,
}

/// An app in an [`EmulatedProfile`].
#[derive(Debug, Clone)]
pub struct EmulatedApp<'a> {
    /// Its id.
    pub id: &'a str,
    /// Names of permissions.
    pub grants: Vec<&'a str>,
    /// Settings in place of its own.
    pub settings: BTreeMap<String, String>,
}

/// What a profile without rules says about them.
const RISK_LINES: &str = "
# Rules of the owner: payments that wait for the owner's code, or do not begin. A rule has one of
# payment-above, day-above, more-than (with within-minutes) and outside; \"hold\" or \"refuse\".
# [[risk]]
# payment-above = \"500.00\"
# then = \"hold\"
#
# The owner's code as `caisson owner-code` prints it, and who tells the owner.
# [owner]
# code = \"$argon2id$...\"
# window-s = 120
# notify = { destination = \"wallet\", operation = \"notice\" }
";

/// Whose packages, machine code and hands the terminal takes: nobody's, until somebody is written.
const WHO: &str = "\n# Whose packages may be installed; `caisson app keygen` prints such lines.\n\
    # [publisher.NAME]\n# key = \"...\"\n# tier = \"merchant\"\n\
    # Whose machine code is run, where a package carries some: \
    `caisson app keygen --build-host`.\n\
    # [build-host.NAME]\n# key = \"...\"\n\n\
    # Who signs in at the desk: `caisson operator NAME --role ROLE` prints such a table. \
    With none,\n# nobody has to.\n\
    # [[operator]]\n# name = \"Li\"\n# role = \"cashier\"\n\
    # code = \"$argon2id$...\"\n";

impl EmulatedProfile<'_> {
    /// The file's content.
    #[must_use]
    pub fn text(&self) -> String {
        let language = match self.language {
            Language::Zh => "zh",
            Language::En => "en",
        };
        let mut text = format!(
            "# What this terminal is, has and may. Paths are taken from this file's folder; a key \
             that\n# is not known is an error.\n\
             terminal = \"{TERMINAL_KEY_ID}\"      # 1 to 8 of 0-9 and A-Z; in every order number\n\
             language = \"{language}\"            # zh or en: screen and paper\n\
             utc-offset-minutes = {zone}   # the shop's time zone, for receipts\n\n\
             [merchant]\n\
             name = {merchant}\n\
             id = \"898310012340001\"     # at the acquirer\n\n\
             [limits]\n\
             currency = {currency}           # the one currency of this terminal\n\
             payment-max = {payment_max}    # largest single payment\n\n\
             [folders]\n\
             journal = \"journal\"\n\
             vault = \"vault.toml\"       # test keys, sealed under kek\n\
             kek = \"vault.kek\"\n\
             apps = \"apps\"              # installed: caisson app list\n\
             cache = \"cache\"            # compiled apps, sealed, made anew when missing\n\
             storage = \"storage\"        # what apps keep\n\n\
             # driver = \"v4l2\" with device = \"/dev/video0\" is a real camera.\n\
             [camera]\n\
             driver = \"emulated\"\n\n\
             # Real printers speak ESC/POS: \"usb\" (device), \"serial\" (device, baud), \"tcp\" \
             (address).\n\
             [printer]\n\
             driver = \"emulated\"\n\
             folder = \"receipts\"\n\
             paper_mm = 58              # or 80\n\n\
             # driver = \"drawn\" is a screen that is touched, with the cashier's desk on it.\n\
             [screen]\n\
             driver = \"headless\"\n\n\
             # \"none\" is silence; so is a machine without a sound card.\n\
             [speaker]\n\
             driver = \"system\"\n\n\
             # [links] races connections over the machine's links: wired before Wi-Fi before \
             cellular;\n# order = [\"eth0\"] and kinds = {{ usb0 = \"cellular\" }} say what it cannot \
             know.\n\n\
             # The acquirer's signed operations, and the key that must have signed them. The \
             simulated\n# acquirer writes its address into this file each time it begins to listen.\n\
             [destination.wallet]\n\
             file = {destination}\n\
             key = {key}\n\n\
             [destination.bank]\n\
             file = {bank}\n\
             key = {key}\n\n\
             # Cards are inserted, held and swiped by commands.\n\
             [card-reader]\n\
             driver = \"emulated\"\n",
            zone = self.utc_offset_minutes,
            merchant = quoted(self.merchant),
            currency = quoted(self.currency),
            payment_max = quoted(self.payment_max),
            destination = quoted(&self.destination.display().to_string()),
            bank = quoted(&self.bank.display().to_string()),
            key = quoted(self.acquirer_key),
        );
        self.write_pin(&mut text);
        text.push_str(WHO);
        self.write_risk(&mut text);
        if self.has_operators {
            self.write_operators(&mut text);
        }
        for app in &self.apps {
            app.write(&mut text);
        }
        text
    }

    fn write_pin(&self, text: &mut String) {
        let PinRules { bypass, shuffled } = self.pin;
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n# What the acquirer sets for cards: terminal, applications and authorities name files \
             that\n# replace the kernel's own.\n\
             [emv]\n\
             pin-bypass = {bypass}         # true: a cardholder may go on without a PIN\n\
             shuffled-pin-pad = {shuffled}   # true: the digits stand in another order each time\n"
        );
    }

    fn write_operators(&self, text: &mut String) {
        for EmulatedOperator { name, role, hash, .. } in EMULATED_OPERATORS {
            let name = quoted(name.in_language(self.language));
            let role = format!("{role:?}").to_lowercase();
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "\n[[operator]]\nname = {name}\nrole = \"{role}\"\ncode = \"{hash}\"\n"
            );
        }
    }

    fn write_risk(&self, text: &mut String) {
        if self.risk.is_empty() {
            text.push_str(RISK_LINES);
            return;
        }
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n[owner]\ncode = \"{OWNER_HASH}\"\n\
             notify = {{ destination = \"wallet\", operation = \"notice\" }}\n"
        );
        for rule in self.risk {
            let _ = write!(text, "\n[[risk]]\n{rule}");
        }
    }
}

impl EmulatedApp<'_> {
    fn write(&self, text: &mut String) {
        let grants: Vec<String> = self.grants.iter().map(|grant| quoted(grant)).collect();
        let settings: String = self
            .settings
            .iter()
            .map(|(name, value)| format!("{} = {}\n", quoted(name), quoted(value)))
            .collect();
        let id = self.id;
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n# What the app gets of what its manifest asks for; below, settings in place of its \
             own.\n[app.{id}]\ngrants = [{}]\n\n[app.{id}.settings]\n{settings}",
            grants.join(", "),
        );
    }
}

/// A TOML string; JSON's escapes are a part of TOML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
