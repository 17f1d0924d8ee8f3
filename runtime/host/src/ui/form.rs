//! Glue for the form of `caisson:ui`: fields in one after the other, their values out.

use super::{UiFault, other_answer};
use crate::bindings::caisson::ui::ui as wit;
use crate::session::UiAnswer;
use crate::state::CallState;
use caisson_core::view::{Field, FieldKind, View, check_fields};
use wasmtime::component::Resource;

/// Forms that are alive at once: as the contract says.
const FORMS_MAX: usize = 4;

/// A form in the making. Every field in it has passed `core`'s check.
#[derive(Debug, Default)]
#[allow(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct Form {
    fields: Vec<Field>,
}

impl CallState {
    fn add(
        &mut self,
        form: &Resource<Form>,
        kind: FieldKind,
        (label, chars_max, is_optional): (String, u32, bool),
    ) -> Result<(), UiFault> {
        let fields = &mut self.table.get_mut(form)?.fields;
        fields.push(Field { label, kind, chars_max, is_optional });
        let checked = check_fields(fields);
        if checked.is_err() {
            fields.pop();
        }
        Ok(checked?)
    }
}

impl wit::HostForm for CallState {
    async fn new(&mut self) -> wasmtime::Result<Resource<Form>> {
        let alive = self.table.iter_mut().filter(|entry| entry.is::<Form>()).count();
        if alive >= FORMS_MAX {
            return Err(wasmtime::Error::msg("more than 4 forms are alive at once"));
        }
        Ok(self.table.push(Form::default())?)
    }

    async fn digits(
        &mut self,
        form: Resource<Form>,
        label: String,
        max_chars: u32,
        optional: bool,
    ) -> Result<(), UiFault> {
        self.add(&form, FieldKind::Digits, (label, max_chars, optional))
    }

    async fn text(
        &mut self,
        form: Resource<Form>,
        label: String,
        max_chars: u32,
        optional: bool,
    ) -> Result<(), UiFault> {
        self.add(&form, FieldKind::Text, (label, max_chars, optional))
    }

    async fn phone(
        &mut self,
        form: Resource<Form>,
        label: String,
        max_chars: u32,
        optional: bool,
    ) -> Result<(), UiFault> {
        self.add(&form, FieldKind::Phone, (label, max_chars, optional))
    }

    async fn email(
        &mut self,
        form: Resource<Form>,
        label: String,
        max_chars: u32,
        optional: bool,
    ) -> Result<(), UiFault> {
        self.add(&form, FieldKind::Email, (label, max_chars, optional))
    }

    async fn ask(
        &mut self,
        form: Resource<Form>,
        title: String,
        ms: u32,
    ) -> Result<Vec<String>, UiFault> {
        let fields = self.table.get(&form)?.fields.clone();
        match self.view(View::Form { title, fields }, Some(ms)).await? {
            UiAnswer::Values(values) => Ok(values),
            _ => Err(other_answer()),
        }
    }

    async fn drop(&mut self, form: Resource<Form>) -> wasmtime::Result<()> {
        self.table.delete(form)?;
        Ok(())
    }
}
