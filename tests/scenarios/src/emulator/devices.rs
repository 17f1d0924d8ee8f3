//! The devices of a world, broken and mended, and what its journal is asked.

use super::PerformError;
use crate::check;
use crate::evidence::{self, Evidence};
use crate::step::{CardAct, PinAct, Step};
use crate::world::World;
use caisson_core::PaymentKey;
use caisson_devices::emulated::camera::{Scene, SceneError};
use caisson_devices::emulated::storage::Fault as StorageFault;
use caisson_devices::frame::Size;
use caisson_devices::raster::Raster;
use caisson_devices::screen::Key;
use caisson_journal::PaymentRow;

/// Breaks or mends one device of `world`.
pub(crate) fn set(world: &World, step: &Step) -> Result<(), PerformError> {
    match step {
        Step::Link(link) => world.link.set(*link),
        Step::LinkOf(name, link) => world.links.of(*name).set(*link),
        Step::NextLink(link) => world.link.set_next(*link),
        Step::Printer { fault, after_bands: None } => world.roll.fail(*fault),
        Step::Printer { fault, after_bands: Some(bands) } => world.roll.fail_after(*bands, *fault),
        Step::PrinterRepaired => world.roll.restore(),
        Step::Camera(fault) => world.lens.set_fault(*fault),
        Step::StorageFull(is_full) => {
            world.storage.set_fault(is_full.then_some(StorageFault::Full));
        }
        Step::Card(CardAct::Inserts(name)) => world.cards.insert(name)?,
        Step::Card(CardAct::Taps(name)) => world.cards.tap(name)?,
        Step::Card(CardAct::Swipes(name)) => world.cards.swipe(name)?,
        Step::Card(CardAct::Removes) => world.cards.remove(),
        Step::Pin(act) => {
            let key = match act {
                PinAct::Right => Key::Pin(world.cards.pin()?),
                PinAct::Wrong => Key::Pin(world.cards.wrong_pin()?),
                PinAct::Nothing => Key::No,
            };
            if !world.screen.press(key) {
                return Err(PerformError::KeyLost);
            }
        }
        Step::ShowWebcam(device) => world.webcam.take(Some(device.clone())),
        Step::ClockJumps(ms) => {
            world.clock.as_ref().ok_or(PerformError::AcquirerElsewhere)?.jump(*ms);
        }
        Step::Bank(fault) => {
            let bank = world.bank.as_ref().ok_or(PerformError::AcquirerElsewhere)?;
            bank.faults().push(*fault);
        }
        Step::Acquirer(fault) => {
            let gateway = world.gateway.as_ref().ok_or(PerformError::AcquirerElsewhere)?;
            gateway.faults().push(*fault);
        }
        _ => return Err(PerformError::NotHere),
    }
    Ok(())
}

/// Compares the acquirer's books with the journal, payment by payment.
pub(crate) async fn compare(world: &World) -> Result<(), PerformError> {
    let evidence = Evidence::read(world).await?;
    for compared in [check::net(&evidence), check::once(&evidence)] {
        compared.map_err(PerformError::Differ)?;
    }
    Ok(())
}

/// The app that offers `service`: the world's own where it does, else the first that does.
pub(crate) fn app_with(world: &World, service: &str) -> String {
    let own = world.setup().app.as_str();
    let mut apps: Vec<&str> = world
        .terminal
        .services()
        .filter(|(_, offered)| offered.id == service)
        .map(|(app, _)| app)
        .collect();
    apps.sort_by_key(|app| *app != own);
    apps.first().copied().unwrap_or(own).to_owned()
}

/// The key of the journal's payment `number`, from 1, in order of creation.
pub(crate) async fn payment(world: &World, number: usize) -> Result<PaymentKey, PerformError> {
    row(world, number).await.map(|row| row.key)
}

/// The journal's payment `number`, from 1, in order of creation.
pub(crate) async fn row(world: &World, number: usize) -> Result<PaymentRow, PerformError> {
    let rows = evidence::rows(world.terminal.journal()).await?;
    let have = rows.len();
    let wanted = number.checked_sub(1).and_then(|index| rows.into_iter().nth(index));
    wanted.ok_or(PerformError::NoPayment { number, have })
}

/// The last whole receipt of the payment `key`, whose number is `number`, as a scene.
pub(crate) fn paper(world: &World, key: &PaymentKey, number: usize) -> Result<Scene, PerformError> {
    let sheets = world.roll.sheets();
    let of_payment = |job: &str| job.rsplit_once('-').is_some_and(|(of, _)| of == key.as_str());
    let found = sheets.iter().rev().find(|sheet| {
        sheet.complete && sheet.key.as_ref().is_some_and(|job| of_payment(job.as_str()))
    });
    let sheet = found.ok_or(PerformError::NoReceipt { number })?;
    Ok(photo(&sheet.raster)?)
}

/// Paper before a camera, in the paper's own size.
fn photo(raster: &Raster) -> Result<Scene, SceneError> {
    let size = Size { width: raster.width(), height: raster.height() };
    Scene::luma(raster.to_luma(), size)
}
