//! Writing: objects in the shortest form, one after the other.

use crate::{Cause, INPUT_BYTES_MAX, Node, Tag, TlvError};

/// Collects objects. What it wrote is read again as it was, and never exceeds
/// [`INPUT_BYTES_MAX`].
#[derive(Clone, Default)]
pub struct Writer {
    out: Vec<u8>,
}

impl Writer {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { out: Vec::new() }
    }

    /// Adds an object. The value of a template is what another writer made.
    ///
    /// # Errors
    /// [`Cause::TooLarge`] if all together would exceed the limit; nothing is added.
    pub fn put(&mut self, tag: Tag, value: &[u8]) -> Result<&mut Self, TlvError> {
        let header = tag.bytes().count() + length_bytes(value.len());
        let bytes = self.out.len().saturating_add(header).saturating_add(value.len());
        if bytes > INPUT_BYTES_MAX {
            let offset = self.out.len();
            return Err(TlvError { offset, tag: Some(tag), cause: Cause::TooLarge { bytes } });
        }
        self.out.extend(tag.bytes());
        put_length(&mut self.out, value.len());
        self.out.extend_from_slice(value);
        Ok(self)
    }

    /// Adds a template whose objects `fill` writes.
    ///
    /// # Errors
    /// Those of [`Writer::put`], and of `fill`.
    pub fn put_template(
        &mut self,
        tag: Tag,
        fill: impl FnOnce(&mut Self) -> Result<(), TlvError>,
    ) -> Result<&mut Self, TlvError> {
        let mut inner = Self::new();
        fill(&mut inner)?;
        self.put(tag, &inner.out)
    }

    /// Adds a tree as [`crate::read_tree`] gives it.
    ///
    /// # Errors
    /// Those of [`Writer::put`].
    pub fn put_nodes(&mut self, nodes: &[Node<'_>]) -> Result<&mut Self, TlvError> {
        for node in nodes {
            let object = node.object;
            if object.tag.is_constructed() {
                let fill = |inner: &mut Self| inner.put_nodes(&node.children).map(|_| ());
                self.put_template(object.tag, fill)?;
            } else {
                self.put(object.tag, object.value)?;
            }
        }
        Ok(self)
    }

    /// What was written.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.out
    }
}

impl std::fmt::Debug for Writer {
    /// Without the values: one may be a card's number.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Writer({} bytes)", self.out.len())
    }
}

fn length_bytes(length: usize) -> usize {
    if length < 0x80 { 1 } else { 1 + significant(length).count() }
}

fn put_length(out: &mut Vec<u8>, length: usize) {
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let count = significant(length).fold(0x80_u8, |count, _| count.saturating_add(1));
            out.push(count);
            out.extend(significant(length));
        }
    }
}

fn significant(length: usize) -> impl Iterator<Item = u8> {
    length.to_be_bytes().into_iter().skip_while(|byte| *byte == 0)
}
