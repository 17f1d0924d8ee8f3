//! The compiled forms in a folder: a package's, or a slot's.
//!
//! Guarantees: each form has both of its files by name; their number is bounded. The machine code
//! itself is read only where it is wanted.

use crate::error::InstallError;
use crate::files::read_bounded;
use crate::form::{
    BEGINNING, CODE_ENDING, FORM_SIGNATURE_BYTES_MAX, Form, Purpose, SIGNATURE_ENDING,
};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Most compiled forms of one package: four engines, for the kinds of processor that there are.
pub const FORMS_MAX: usize = 16;

/// The compiled forms in a folder, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forms(pub(crate) Vec<Form>);

impl Forms {
    /// Reads what is said of the forms in `folder`.
    pub(crate) fn read(folder: &Path) -> Result<Self, InstallError> {
        let names = names(folder)?;
        let mut forms = Vec::new();
        for name in &names {
            if name.ends_with(SIGNATURE_ENDING) {
                let path = folder.join(name);
                let bytes = read_bounded(&path, FORM_SIGNATURE_BYTES_MAX)?;
                forms.push(Form::parse(&path, &bytes)?);
            } else if !names.contains(&format!("{name}.sig")) {
                return Err(InstallError::FormUnsigned { path: folder.join(name) });
            }
        }
        Ok(Self(forms))
    }

    /// The form for `purpose`.
    #[must_use]
    pub fn find(&self, purpose: &Purpose) -> Option<&Form> {
        self.0.iter().find(|form| form.purpose() == purpose)
    }

    /// Every form.
    pub fn iter(&self) -> impl Iterator<Item = &Form> {
        self.0.iter()
    }

    /// What they are for, in words: `… on …, … on …`; empty where there is none.
    #[must_use]
    pub fn purposes(&self) -> String {
        let purposes: Vec<String> = self.iter().map(|form| form.purpose().to_string()).collect();
        purposes.join(", ")
    }

    /// Whether the machine code of each is that which was signed.
    pub(crate) fn are_whole(&self) -> bool {
        self.iter().all(|form| form.code().is_ok())
    }
}

/// The names in `folder` that are those of a form's files.
pub(crate) fn names(folder: &Path) -> Result<BTreeSet<String>, InstallError> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(InstallError::file(folder))? {
        let entry = entry.map_err(InstallError::file(folder))?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let ends = name.ends_with(CODE_ENDING) || name.ends_with(SIGNATURE_ENDING);
        if name.starts_with(BEGINNING) && ends {
            names.insert(name);
        }
        if names.len() > 2 * FORMS_MAX {
            return Err(InstallError::TooManyForms { folder: folder.to_owned() });
        }
    }
    Ok(names)
}
