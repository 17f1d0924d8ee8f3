//! App packages: what an app says of itself, who signed it, and the folder where installed apps
//! live.
//!
//! Guarantees:
//! - A manifest or a signature that is not exactly what it should be is refused with file, place
//!   and remedy. What is installed are the bytes that were checked, read once.
//! - Outside development mode only a package that a publisher of the terminal's profile signed is
//!   installed; never one that is older than a version that proved itself here, and none in place of
//!   another publisher's app.
//! - An install is one commit: a power cut at any step leaves the version before or the new one,
//!   whole. What is half written is never listed, and the next install clears it away.
//! - A new version is on trial until it is confirmed. One that fails, or is started three times
//!   without being confirmed, gives way to the version before it.
//! - What is handed out to be run has the digest that was recorded at the install; machine code is
//!   that which a build host of the terminal's profile signed for this component.
//!
//! Deliberately not here: running anything, and what a component imports (`host`); which payments
//! are open, so the caller says whether an app has one (`journal`); fetching packages.

mod build_host;
mod compiling;
mod error;
mod files;
mod form;
mod forms;
mod install;
mod installed;
mod key_file;
mod manifest;
mod package;
mod publisher;
mod registry;
mod rows;
mod signature;
mod signing;
mod trial;

pub use build_host::{BUILD_HOSTS_MAX, BuildHost, BuildHostError, BuildHosts};
pub use compiling::{BuildHostKey, add_form};
pub use error::{InstallError, SignError};
pub use form::{CODE_BYTES_MAX, FORM_SIGNATURE_BYTES_MAX, Form, MachineCode, Purpose};
pub use forms::{FORMS_MAX, Forms};
pub use install::Installation;
pub use installed::{Installed, InstalledApps};
pub use manifest::{MANIFEST_BYTES_MAX, MANIFEST_NAME, Manifest, ManifestError, Name, World};
pub use package::{Approved, COMPONENT_BYTES_MAX, COMPONENT_NAME, Package};
pub use publisher::{PUBLISHERS_MAX, Publisher, PublisherError, Publishers, Tier};
pub use rows::{Health, ReturnCause, Returned};
pub use signature::{PackageSignature, SIGNATURE_BYTES_MAX, SIGNATURE_NAME};
pub use signing::{PublisherKey, sign};
pub use trial::STARTS_MAX;
