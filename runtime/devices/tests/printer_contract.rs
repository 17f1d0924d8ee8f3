//! What every printer must keep, asked of the emulated one and of the real driver behind a pseudo
//! terminal and behind TCP, each with the strict interpreter at the other end of the wire.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // A test may stop at once.

mod receipts;

use std::sync::Arc;
use std::{fs, io};

use caisson_core::document::{Align, Block, Document, Size};
use caisson_core::permission::{self, Grants, Permit};
use caisson_devices::emulated::paper_roll::{Fault, PaperRoll};
use caisson_devices::emulated::printer::EmulatedPrinter;
use caisson_devices::emulated::printer_head::serve;
use caisson_devices::escpos::Finish;
use caisson_devices::escpos::driver::{EscPosPrinter, Options};
use caisson_devices::escpos::link::{Channel, Link};
use caisson_devices::printer::{
    JobKey, JobState, PaperSupply, Printer, PrinterError, PrinterStatus, Progress,
};
use caisson_devices::raster::{Paper, RasterError, render};
use receipts::{english, line, read_code};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::Mutex;

const OPTIONS: Options = Options { paper: Paper::Mm58, finish: Finish::Cut, in_order_status: true };

/// A printer, the roll behind it, and what must stay alive while it is used.
struct Bench {
    printer: Box<dyn Printer>,
    roll: PaperRoll,
    permit: Permit<permission::Printer>,
    _alive: Option<Arc<dyn Send + Sync>>,
}

impl Bench {
    fn new(printer: impl Printer + 'static, roll: PaperRoll) -> Self {
        let permit = Grants::for_terminal().permit().unwrap();
        Self { printer: Box::new(printer), roll, permit, _alive: None }
    }

    fn emulated() -> Self {
        let (printer, roll) = EmulatedPrinter::new(OPTIONS, None).unwrap();
        Self::new(printer, roll)
    }

    async fn print(&mut self, key: &str, document: &Document) -> Result<(), PrinterError> {
        self.printer.print(&self.permit, &key.parse().unwrap(), document).await
    }

    fn job(&self, key: &str) -> JobState {
        self.printer.job(&key.parse::<JobKey>().unwrap())
    }

    /// Whether each sheet on the roll is complete.
    fn sheets(&self) -> Vec<bool> {
        assert_eq!(self.roll.trouble(), None);
        self.roll.sheets().iter().map(|sheet| sheet.complete).collect()
    }
}

/// Four bands: 12 rows, then lines of 34 rows.
fn four_bands() -> Document {
    let lines = (0..24).map(|_| line("Total 12.00 合计", Align::Left, Size::Normal, false));
    Document::new(lines.collect()).unwrap()
}

fn at(printed: usize, total: usize) -> Progress {
    Progress { printed, total }
}

async fn the_picture_on_paper_is_the_documents_bit_by_bit(mut bench: Bench) {
    let document = english();
    bench.print("1", &document).await.unwrap();
    let sheets = bench.roll.sheets();
    let pictures: Vec<_> = sheets.iter().map(|sheet| sheet.raster.clone()).collect();
    assert!(pictures == render(&document, Paper::Mm58).unwrap());
    assert_eq!(read_code(&pictures[0]).as_deref(), Some("https://bean.example/r/7F3K9Q2M"));
    assert_eq!(bench.job("1"), JobState::Done);
}

async fn a_cut_within_a_document_makes_two_sheets(mut bench: Bench) {
    let document = Document::new(vec![Block::Rule, Block::Cut, Block::Rule]).unwrap();
    bench.print("1", &document).await.unwrap();
    assert_eq!(bench.sheets(), [true, true]);
}

async fn a_document_without_blocks_is_done_without_paper(mut bench: Bench) {
    bench.print("1", &Document::new(vec![]).unwrap()).await.unwrap();
    assert_eq!((bench.job("1"), bench.sheets()), (JobState::Done, vec![]));
}

async fn a_printed_key_costs_no_more_paper_and_another_does(mut bench: Bench) {
    bench.print("1", &english()).await.unwrap();
    bench.print("1", &english()).await.unwrap();
    assert_eq!(bench.sheets(), [true]);
    bench.print("2", &english()).await.unwrap();
    assert_eq!(bench.sheets(), [true, true]);
    assert_eq!(bench.job("3"), JobState::Unknown);
}

async fn status_is_answered(mut bench: Bench) {
    assert_eq!(bench.printer.status().await, Ok(PrinterStatus::READY));
    bench.roll.set_low(true);
    assert_eq!(bench.printer.status().await.unwrap().paper, PaperSupply::Low);
    bench.roll.fail(Fault::CoverOpen);
    let status = bench.printer.status().await.unwrap();
    assert!(status.cover_open && status.offline && !status.jammed);
}

async fn a_low_roll_still_prints(mut bench: Bench) {
    bench.roll.set_low(true);
    bench.print("1", &english()).await.unwrap();
    assert_eq!(bench.sheets(), [true]);
}

async fn a_fault_before_a_job_is_reported_and_no_paper_used(mut bench: Bench) {
    for (fault, expected) in [
        (Fault::PaperOut, PrinterError::PaperOut(at(0, 4))),
        (Fault::CoverOpen, PrinterError::CoverOpen(at(0, 4))),
        (Fault::Jammed, PrinterError::Jammed(at(0, 4))),
        (Fault::Overheated, PrinterError::Overheated(at(0, 4))),
        (Fault::Broken, PrinterError::Broken(at(0, 4))),
    ] {
        bench.roll.fail(fault);
        assert_eq!(bench.print("1", &four_bands()).await, Err(expected.clone()));
        assert_eq!(bench.job("1"), JobState::Failed(expected));
    }
    assert_eq!(bench.sheets(), [] as [bool; 0]);
    bench.roll.restore();
    bench.print("1", &four_bands()).await.unwrap();
    assert_eq!(bench.sheets(), [true]);
}

async fn a_fault_between_bands_says_how_far_it_came_and_the_job_prints_anew(mut bench: Bench) {
    for (bands, fault, expected) in [
        (0, Fault::PaperOut, PrinterError::PaperOut(at(0, 4))),
        (2, Fault::PaperOut, PrinterError::PaperOut(at(2, 4))),
        (3, Fault::Jammed, PrinterError::Jammed(at(3, 4))),
        (1, Fault::CoverOpen, PrinterError::CoverOpen(at(1, 4))),
    ] {
        bench.roll.fail_after(bands, fault);
        assert_eq!(bench.print("1", &four_bands()).await, Err(expected));
        bench.roll.restore();
    }
    bench.print("1", &four_bands()).await.unwrap();
    assert_eq!(bench.sheets(), [false, false, false, true]);
    assert!(bench.roll.sheets()[3].raster == render(&four_bands(), Paper::Mm58).unwrap()[0]);
}

async fn a_link_lost_within_a_job_leaves_it_uncertain_and_unrepeated(mut bench: Bench) {
    bench.roll.fail_after(1, Fault::Offline);
    let lost = PrinterError::Uncertain(at(1, 4));
    assert_eq!(bench.print("1", &four_bands()).await, Err(lost.clone()));
    assert_eq!(bench.job("1"), JobState::Uncertain(at(1, 4)));
    bench.roll.restore();
    assert_eq!(bench.print("1", &four_bands()).await, Err(lost));
}

async fn a_printer_that_is_gone_is_offline_and_nothing_printed(mut bench: Bench) {
    bench.roll.fail(Fault::Offline);
    let error = bench.print("1", &english()).await.unwrap_err();
    assert!(matches!(error, PrinterError::Offline { .. }), "{error}");
    assert!(matches!(bench.job("1"), JobState::Failed(_)));
    assert!(bench.printer.status().await.is_err());
    assert_eq!(bench.sheets(), [] as [bool; 0]);
}

async fn a_document_over_the_limit_is_refused_before_the_wire(mut bench: Bench) {
    let block = line(&"永".repeat(400), Align::Left, Size::Large, true);
    let document = Document::new(vec![block; 500]).unwrap();
    let refused = PrinterError::Unprintable(RasterError::TooLong);
    assert_eq!(bench.print("1", &document).await, Err(refused));
    assert_eq!(bench.sheets(), [] as [bool; 0]);
}

/// Each promise for each way to a printer.
macro_rules! contract {
    ($($promise:ident,)*) => {
        mod emulated {
            $(#[tokio::test] async fn $promise() {
                super::$promise(super::Bench::emulated()).await;
            })*
        }
        #[cfg(target_os = "linux")]
        mod pseudo_terminal {
            $(#[tokio::test] async fn $promise() {
                super::$promise(super::linux::serial()).await;
            })*
        }
        #[cfg(target_os = "linux")]
        mod network {
            $(#[tokio::test] async fn $promise() {
                super::$promise(super::linux::network().await).await;
            })*
        }
    };
}

contract! {
    the_picture_on_paper_is_the_documents_bit_by_bit,
    a_cut_within_a_document_makes_two_sheets,
    a_document_without_blocks_is_done_without_paper,
    a_printed_key_costs_no_more_paper_and_another_does,
    status_is_answered,
    a_low_roll_still_prints,
    a_fault_before_a_job_is_reported_and_no_paper_used,
    a_fault_between_bands_says_how_far_it_came_and_the_job_prints_anew,
    a_link_lost_within_a_job_leaves_it_uncertain_and_unrepeated,
    a_printer_that_is_gone_is_offline_and_nothing_printed,
    a_document_over_the_limit_is_refused_before_the_wire,
}

#[cfg(target_os = "linux")]
mod linux {
    use std::path::PathBuf;
    use std::sync::Arc;

    use caisson_devices::emulated::paper_roll::PaperRoll;
    use caisson_devices::emulated::printer_head::serve;
    use caisson_devices::escpos::driver::EscPosPrinter;
    use caisson_devices::linux::printer::{NetworkLink, SerialLink};
    use caisson_devices::linux::printer_transport::Port;
    use rustix::fs::{Mode, OFlags};
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use tokio::net::TcpListener;

    use super::{Bench, OPTIONS};

    /// A serial printer at the other end of a pseudo terminal.
    pub(super) fn serial() -> Bench {
        let head = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&head).unwrap();
        unlockpt(&head).unwrap();
        rustix::io::ioctl_fionbio(&head, true).unwrap();
        let path = PathBuf::from(ptsname(&head, Vec::new()).unwrap().into_string().unwrap());
        // Held open, as a cable stays plugged in between two jobs.
        let cable = rustix::fs::open(&path, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
        let roll = PaperRoll::new(OPTIONS.paper, None);
        tokio::spawn(serve(roll.clone(), Port::from_fd(head).unwrap()));
        let printer = EscPosPrinter::new(SerialLink { path, baud: 115_200, flow: false }, OPTIONS);
        Bench { _alive: Some(Arc::new(cable)), ..Bench::new(printer, roll) }
    }

    /// A network printer that takes one connection after the other.
    pub(super) async fn network() -> Bench {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let roll = PaperRoll::new(OPTIONS.paper, None);
        let head = roll.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serve(head.clone(), stream).await;
            }
        });
        Bench::new(EscPosPrinter::new(NetworkLink { address }, OPTIONS), roll)
    }

    #[tokio::test]
    async fn a_printer_that_nobody_listens_for_is_offline_by_its_name() {
        let address = {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            listener.local_addr().unwrap().to_string()
        };
        let link = NetworkLink { address: address.clone() };
        let mut bench =
            Bench::new(EscPosPrinter::new(link, OPTIONS), PaperRoll::new(OPTIONS.paper, None));
        let error = bench.print("1", &super::english()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("printer at {address} cannot be reached: Connection refused (os error 111)")
        );
    }

    #[tokio::test]
    async fn a_serial_line_that_another_program_has_locked_is_busy() {
        let head = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&head).unwrap();
        unlockpt(&head).unwrap();
        let path = PathBuf::from(ptsname(&head, Vec::new()).unwrap().into_string().unwrap());
        let _held = Port::serial(&path, 115_200, false).unwrap();
        let link = SerialLink { path: path.clone(), baud: 115_200, flow: false };
        let roll = PaperRoll::new(OPTIONS.paper, None);
        let mut bench = Bench::new(EscPosPrinter::new(link, OPTIONS), roll);
        let error = bench.print("1", &super::english()).await.unwrap_err();
        let place = path.display();
        assert_eq!(error.to_string(), format!("printer at {place} is in use by another program"));
    }

    #[tokio::test]
    async fn a_file_that_is_no_device_and_a_line_too_slow_are_refused_by_name() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let cases = [
            (115_200, "Inappropriate ioctl for device (os error 25)"),
            (9_600, "9600 baud is too slow; the least is 19200"),
        ];
        for (baud, cause) in cases {
            let path = file.path().to_owned();
            let place = path.display().to_string();
            let link = SerialLink { path, baud, flow: false };
            let roll = PaperRoll::new(OPTIONS.paper, None);
            let mut bench = Bench::new(EscPosPrinter::new(link, OPTIONS), roll);
            let error = bench.print("1", &super::english()).await.unwrap_err();
            let expected = format!("printer at {place} cannot be reached: {cause}");
            assert_eq!(error.to_string(), expected);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_printer_that_falls_silent_leaves_the_job_uncertain_in_bounded_time() {
    let mut bench = Bench::emulated();
    bench.roll.fail_after(2, Fault::Silent);
    let begin = tokio::time::Instant::now();
    assert_eq!(bench.print("1", &four_bands()).await, Err(PrinterError::Uncertain(at(2, 4))));
    assert!(begin.elapsed().as_secs() <= 20, "{:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_printer_that_is_silent_from_the_start_is_offline() {
    let mut bench = Bench::emulated();
    bench.roll.fail(Fault::Silent);
    assert_eq!(
        bench.print("1", &english()).await.unwrap_err().to_string(),
        "printer at the emulator cannot be reached: no answer to a status question"
    );
}

#[tokio::test]
async fn a_busy_printer_is_told_from_one_that_is_gone() {
    let mut bench = Bench::emulated();
    bench.roll.fail(Fault::Busy);
    assert_eq!(
        bench.print("1", &english()).await.unwrap_err().to_string(),
        "printer at the emulator is in use by another program"
    );
}

#[tokio::test(start_paused = true)]
async fn a_job_whose_caller_went_away_is_uncertain() {
    let mut bench = Bench::emulated();
    let document = four_bands();
    for (key, bands) in [("1", 0), ("2", 2)] {
        bench.roll.fail_after(bands, Fault::Silent);
        let print = bench.print(key, &document);
        tokio::time::timeout(std::time::Duration::from_secs(1), print).await.unwrap_err();
        assert_eq!(bench.job(key), JobState::Uncertain(at(bands as usize, 4)));
        bench.roll.restore();
    }
}

#[tokio::test]
async fn after_a_lost_link_the_next_job_is_whole() {
    let mut bench = Bench::emulated();
    bench.roll.fail_after(1, Fault::Offline);
    bench.print("1", &four_bands()).await.unwrap_err();
    bench.roll.restore();
    bench.print("2", &four_bands()).await.unwrap();
    assert_eq!(bench.sheets(), [false, true]);
    assert!(bench.roll.sheets()[1].raster == render(&four_bands(), Paper::Mm58).unwrap()[0]);
}

/// A cable to a printer that stays on, whose first connection breaks after so many bytes.
struct WornCable {
    printer: Arc<Mutex<DuplexStream>>,
    breaks_after: Option<u64>,
}

#[async_trait::async_trait]
impl Link for WornCable {
    async fn open(&mut self) -> io::Result<Box<dyn Channel>> {
        let (ours, cable) = tokio::io::duplex(64);
        let most = self.breaks_after.take().unwrap_or(u64::MAX);
        let printer = Arc::clone(&self.printer);
        tokio::spawn(async move {
            let mut printer = printer.lock().await;
            let (mut to_printer, mut from_printer) = (Vec::new(), [0; 64]);
            let (mut down, mut up) = tokio::io::split(cable);
            let mut down = (&mut down).take(most);
            loop {
                to_printer.clear();
                tokio::select! {
                    count = down.read_buf(&mut to_printer) => match count {
                        Ok(count) if count > 0 => printer.write_all(&to_printer).await.unwrap(),
                        _ => return,
                    },
                    count = printer.read(&mut from_printer) => {
                        up.write_all(&from_printer[..count.unwrap()]).await.unwrap();
                    }
                }
            }
        });
        Ok(Box::new(ours))
    }

    fn place(&self) -> String {
        "a worn cable".to_owned()
    }
}

#[tokio::test]
async fn a_band_half_sent_when_the_link_broke_does_not_swallow_the_next_job() {
    let (printer, head) = tokio::io::duplex(64);
    let roll = PaperRoll::new(OPTIONS.paper, None);
    tokio::spawn(serve(roll.clone(), head));
    let link = WornCable { printer: Arc::new(Mutex::new(printer)), breaks_after: Some(20_000) };
    let mut bench = Bench::new(EscPosPrinter::new(link, OPTIONS), roll);
    let lost = PrinterError::Uncertain(at(1, 4));
    assert_eq!(bench.print("1", &four_bands()).await, Err(lost));
    bench.print("2", &four_bands()).await.unwrap();
    assert_eq!(bench.sheets(), [false, true]);
    assert!(bench.roll.sheets()[1].raster == render(&four_bands(), Paper::Mm58).unwrap()[0]);
}

#[tokio::test]
async fn a_printer_without_cutter_or_answer_in_order_prints_the_same_picture() {
    for (finish, in_order_status) in [(Finish::Tear, true), (Finish::Cut, false)] {
        let options = Options { paper: Paper::Mm80, finish, in_order_status };
        let (printer, roll) = EmulatedPrinter::new(options, None).unwrap();
        let mut bench = Bench::new(printer, roll);
        bench.print("1", &english()).await.unwrap();
        assert!(bench.roll.sheets()[0].raster == render(&english(), Paper::Mm80).unwrap()[0]);
        bench.roll.fail_after(1, Fault::PaperOut);
        let error = bench.print("2", &four_bands()).await.unwrap_err();
        assert_eq!(error, PrinterError::PaperOut(at(1, 4)));
    }
}

#[tokio::test]
async fn the_emulator_leaves_a_picture_and_a_text_of_each_sheet_in_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let paper = folder.path().join("paper");
    let (printer, roll) = EmulatedPrinter::new(OPTIONS, Some(&paper)).unwrap();
    let mut bench = Bench::new(printer, roll);
    bench.print("A.customer", &english()).await.unwrap();
    bench.roll.fail_after(1, Fault::PaperOut);
    bench.print("A.merchant", &four_bands()).await.unwrap_err();
    let mut names: Vec<_> = fs::read_dir(&paper)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["0001-A.customer.png", "0001-A.customer.txt", "0002-A.merchant-incomplete.png"]
    );
    let sheet = &bench.roll.sheets()[0];
    let picture = image::open(paper.join(&names[0])).unwrap().into_luma8();
    assert!(picture.into_raw() == sheet.raster.to_luma());
    let text = fs::read_to_string(paper.join(&names[1])).unwrap();
    assert_eq!(Some(text), sheet.text);
}

#[tokio::test]
async fn a_paper_folder_that_vanished_is_a_fault_of_the_printer_and_told_to_the_developer() {
    let folder = tempfile::tempdir().unwrap();
    let paper = folder.path().join("paper");
    let (printer, roll) = EmulatedPrinter::new(OPTIONS, Some(&paper)).unwrap();
    let mut bench = Bench::new(printer, roll);
    fs::remove_dir(&paper).unwrap();
    let error = bench.print("1", &Document::new(vec![Block::Rule]).unwrap()).await.unwrap_err();
    assert_eq!(error, PrinterError::Broken(at(0, 1)));
    assert_eq!(
        bench.roll.trouble().unwrap(),
        "the paper folder cannot be written: No such file or directory (os error 2)"
    );
}

#[tokio::test]
async fn no_debug_form_shows_a_receipts_text() {
    let mut bench = Bench::emulated();
    bench.print("1", &english()).await.unwrap();
    let height = bench.roll.sheets()[0].raster.height();
    assert_eq!(
        format!("{:?}", bench.roll.sheets()),
        format!(
            "[PrintedSheet {{ key: Some(JobKey(\"1\")), raster: Raster(384 x {height}), \
             complete: true, .. }}]"
        )
    );
}
