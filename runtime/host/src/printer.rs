//! Glue for `caisson:printer`: WIT in, [`Session::print`](crate::Session::print) out. No policy.

use crate::bindings::caisson::printer::printer as wit;
use crate::fault::{self, Code};
use crate::session::PrintStop;
use crate::state::CallState;
use caisson_core::document::{Align, Block, Document, DocumentError, Size};
use caisson_core::permission::Printer;
use wasmtime::component::Resource;

/// Lines of one document: as the contract says.
const LINES_MAX: usize = 200;
/// Columns of one line: as the contract says.
const COLUMNS_MAX: usize = 48;
/// Documents that are alive at once: as the contract says.
const SHEETS_MAX: usize = 4;
/// Documents printed in a minute: as the contract says.
pub(crate) const SHEETS_PER_MINUTE_MAX: u32 = 4;

pub(crate) type PrinterFault = fault::Fault<wit::Code>;

/// A sheet in the making.
#[derive(Debug, Default)]
#[allow(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct Sheet {
    lines: Vec<String>,
}

impl Sheet {
    /// The document as it is printed, and so as it is previewed.
    pub(crate) fn document(&self) -> Result<Document, DocumentError> {
        let (align, size, bold) = (Align::Left, Size::Normal, false);
        let line = |text: &String| Block::Line { text: text.clone(), align, size, bold };
        let mut blocks: Vec<Block> = self.lines.iter().map(line).collect();
        blocks.extend([Block::Feed { lines: 3 }, Block::Cut]);
        Document::new(blocks)
    }
}

impl Code for wit::Code {
    const DENIED: Self = Self::Denied;
}

impl wit::HostDocument for CallState {
    async fn new(&mut self) -> wasmtime::Result<Resource<Sheet>> {
        let alive = self.table.iter_mut().filter(|entry| entry.is::<Sheet>()).count();
        if alive >= SHEETS_MAX {
            return Err(wasmtime::Error::msg("more than 4 documents are alive at once"));
        }
        Ok(self.table.push(Sheet::default())?)
    }

    async fn line(&mut self, sheet: Resource<Sheet>, text: String) -> Result<(), PrinterFault> {
        let sheet = self.table.get_mut(&sheet)?;
        let columns: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
        let plain = !text.chars().any(caisson_core::document::is_forbidden_character);
        if sheet.lines.len() >= LINES_MAX || columns > COLUMNS_MAX || !plain {
            let detail = format!(
                "line {} has {columns} columns; limit {COLUMNS_MAX} columns, {LINES_MAX} lines, no \
                 control characters",
                sheet.lines.len().saturating_add(1)
            );
            return Err(PrinterFault::code(wit::Code::TooLarge, detail));
        }
        sheet.lines.push(text);
        Ok(())
    }

    async fn drop(&mut self, sheet: Resource<Sheet>) -> wasmtime::Result<()> {
        self.table.delete(sheet)?;
        Ok(())
    }
}

impl wit::Host for CallState {
    async fn print(&mut self, sheet: Resource<Sheet>) -> Result<(), PrinterFault> {
        let sheet = self.table.delete(sheet)?;
        let permit = self.permit::<Printer>()?;
        if !self.may_print() {
            return Err(PrinterFault::code(wit::Code::TooOften, "more than 4 documents a minute"));
        }
        let document =
            sheet.document().map_err(|error| PrinterFault::code(wit::Code::TooLarge, error))?;
        Ok(self.kill.unless_fired(self.session.print(permit, document)).await??)
    }

    fn convert_error(&mut self, fault: PrinterFault) -> wasmtime::Result<wit::Error> {
        let (code, detail) = fault.into_parts()?;
        Ok(wit::Error { code, detail })
    }
}

impl From<PrintStop> for PrinterFault {
    fn from(stop: PrintStop) -> Self {
        match stop {
            PrintStop::PaperOut => Self::code(wit::Code::PaperOut, "the roll is empty"),
            PrintStop::CoverOpen => Self::code(wit::Code::CoverOpen, "the lid is open"),
            PrintStop::Offline(detail) => Self::code(wit::Code::Offline, detail),
            PrintStop::Other(detail) => Self::code(wit::Code::Other, detail),
        }
    }
}
