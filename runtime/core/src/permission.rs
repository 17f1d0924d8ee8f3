//! What an app may use, decided in one place.
//!
//! A device or network function asks for a [`Permit`] in its signature; only [`Grants`] can mint
//! one, so no glue file can forget the check. Every question is counted, allowed or refused, for
//! the audit. What an app gets is what its manifest asks for *and* the terminal's policy grants.
//!
//! Not here: which world or interface is linked (`host`), and who signed the app (`packages`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::Arc;

/// Longest name of an app or a destination that a grant carries, in characters.
pub const NAME_CHARS_MAX: usize = 40;

/// A capability that an app can be given. Names are those of the contract's packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Read a code that a person holds before the camera (`caisson:camera`).
    Camera,
    /// Print paper that is not a receipt (`caisson:printer`).
    Printer,
    /// Reach the app's destinations by their `service` operations (`caisson:network`).
    Network,
    /// Keep small values across starts (`caisson:storage`).
    Storage,
    /// Show views and wait for the cashier (`caisson:ui`).
    Ui,
    /// Move money through the app's destinations (`caisson:payment`).
    Payment,
    /// Talk to payment cards: chip, contactless, stripe (`caisson:card-reader`). System apps only.
    CardReader,
    /// Have the host ask the cardholder for a PIN (`caisson:pin-pad`). System apps only.
    PinPad,
    /// Talk to tags that are no payment cards (`caisson:nfc`).
    Nfc,
    /// Run a card through the EMV kernel (`caisson:emv`). System apps only.
    Emv,
}

impl Permission {
    /// Every permission, in the order in which people are shown them.
    pub const ALL: [Self; 10] = [
        Self::Payment,
        Self::CardReader,
        Self::PinPad,
        Self::Emv,
        Self::Nfc,
        Self::Ui,
        Self::Camera,
        Self::Printer,
        Self::Network,
        Self::Storage,
    ];

    /// The name in manifests and policies; also the package name in the contract.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Camera => "camera",
            Self::Printer => "printer",
            Self::Network => "network",
            Self::Storage => "storage",
            Self::Ui => "ui",
            Self::Payment => "payment",
            Self::CardReader => "card-reader",
            Self::PinPad => "pin-pad",
            Self::Nfc => "nfc",
            Self::Emv => "emv",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The manifest or policy names something that is not a permission. Author of that file: use one
/// of the listed names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{name}\" is not a permission; there are: payment, card-reader, pin-pad, emv, nfc, ui, \
     camera, printer, network, storage"
)]
pub struct UnknownPermission {
    /// The text as it stands in the file, cut to [`NAME_CHARS_MAX`] characters.
    pub name: String,
}

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|permission| permission.name() == text)
            .ok_or_else(|| UnknownPermission { name: text.chars().take(NAME_CHARS_MAX).collect() })
    }
}

/// An app asked for what it was not given. App developer: add the permission to the manifest;
/// terminal's owner: grant it in the profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{holder} has no permission \"{permission}\"; its manifest must ask for it and the terminal's profile must grant it"
)]
pub struct Denied {
    /// Who asked: the app's id.
    pub holder: String,
    /// What for.
    pub permission: Permission,
}

mod sealed {
    pub trait Sealed {}
}

/// A use that a permit stands for. Closed: each implementor is one [`Permission`].
pub trait Use: sealed::Sealed {
    /// The permission behind the use.
    const PERMISSION: Permission;
}

macro_rules! uses {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;
        impl sealed::Sealed for $name {}
        impl Use for $name { const PERMISSION: Permission = Permission::$name; }
    )*};
}
uses! {
    /// Reading codes by the camera.
    Camera,
    /// Printing.
    Printer,
    /// Calling `service` operations of a destination.
    Network,
    /// Keeping values.
    Storage,
    /// Showing views.
    Ui,
    /// Moving money.
    Payment,
    /// Talking to payment cards.
    CardReader,
    /// Asking for a PIN.
    PinPad,
    /// Talking to tags that are no payment cards.
    Nfc,
    /// Running a card through the EMV kernel.
    Emv,
}

/// Proof that a use was allowed. Cannot be built outside this module, copied or kept by an app.
#[derive(Debug)]
pub struct Permit<U: Use> {
    holder: Arc<str>,
    of: PhantomData<fn() -> U>,
}

impl<U: Use> Permit<U> {
    /// Who holds it: an app's id, or `terminal` for the host's own work.
    #[must_use]
    pub fn holder(&self) -> &str {
        &self.holder
    }
}

/// How often a permission was used and refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Audit {
    /// Permits minted.
    pub allowed: u64,
    /// Questions answered with [`Denied`].
    pub refused: u64,
}

/// What one holder may use, and how often it did.
#[derive(Debug, Clone)]
pub struct Grants {
    holder: Arc<str>,
    granted: BTreeSet<Permission>,
    audit: BTreeMap<Permission, Audit>,
}

impl Grants {
    /// An app's grants: what its manifest asks for and the terminal's policy gives.
    #[must_use]
    pub fn for_app(app: &str, asked: &BTreeSet<Permission>, policy: &BTreeSet<Permission>) -> Self {
        Self {
            holder: app.chars().take(NAME_CHARS_MAX).collect::<String>().into(),
            granted: asked.intersection(policy).copied().collect(),
            audit: BTreeMap::new(),
        }
    }

    /// The host's own work: receipts, the code scan of a self-test.
    #[must_use]
    pub fn for_terminal() -> Self {
        Self {
            holder: "terminal".into(),
            granted: Permission::ALL.into_iter().collect(),
            audit: BTreeMap::new(),
        }
    }

    /// Mints a permit, or says why not. Counted either way.
    ///
    /// # Errors
    /// [`Denied`] when the permission is not among the grants.
    pub fn permit<U: Use>(&mut self) -> Result<Permit<U>, Denied> {
        if self.granted.contains(&U::PERMISSION) {
            let audit = self.audit.entry(U::PERMISSION).or_default();
            audit.allowed = audit.allowed.saturating_add(1);
            Ok(Permit { holder: Arc::clone(&self.holder), of: PhantomData })
        } else {
            Err(self.deny(U::PERMISSION))
        }
    }

    /// Counts a refusal that was found without a call: an import that was not granted.
    pub fn deny(&mut self, permission: Permission) -> Denied {
        let audit = self.audit.entry(permission).or_default();
        audit.refused = audit.refused.saturating_add(1);
        Denied { holder: self.holder.to_string(), permission }
    }

    /// What is granted, in order of [`Permission`].
    pub fn granted(&self) -> impl Iterator<Item = Permission> + '_ {
        self.granted.iter().copied()
    }

    /// Uses so far.
    pub fn audit(&self) -> impl Iterator<Item = (Permission, Audit)> + '_ {
        self.audit.iter().map(|(permission, audit)| (*permission, *audit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &str) -> BTreeSet<Permission> {
        names.split_whitespace().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn a_grant_is_what_is_asked_and_what_policy_gives() {
        let grants = Grants::for_app("qr", &set("camera ui printer"), &set("ui camera network"));
        assert_eq!(grants.granted().collect::<BTreeSet<_>>(), set("camera ui"));
    }

    #[test]
    fn a_use_that_was_not_granted_is_refused_and_counted() {
        let mut grants = Grants::for_app("qr", &set("ui"), &set("ui camera"));
        assert_eq!(
            grants.permit::<Camera>().unwrap_err().to_string(),
            "qr has no permission \"camera\"; its manifest must ask for it and the terminal's \
             profile must grant it"
        );
        assert_eq!(grants.permit::<Ui>().unwrap().holder(), "qr");
        assert_eq!(
            grants.audit().collect::<Vec<_>>(),
            [
                (Permission::Camera, Audit { allowed: 0, refused: 1 }),
                (Permission::Ui, Audit { allowed: 1, refused: 0 }),
            ]
        );
    }

    #[test]
    fn every_permission_is_read_back_by_its_name_and_others_are_refused() {
        for permission in Permission::ALL {
            assert_eq!(permission.name().parse(), Ok(permission));
        }
        assert_eq!(
            "raw-sockets".parse::<Permission>().unwrap_err().to_string(),
            "\"raw-sockets\" is not a permission; there are: payment, card-reader, pin-pad, emv, \
             nfc, ui, camera, printer, network, storage"
        );
    }
}
