//! Glue for `caisson:camera`: WIT in, [`Session::scan`](crate::Session::scan) out. No policy.

use crate::bindings::caisson::camera::camera as wit;
use crate::fault::{self, Code};
use crate::session::ScanStop;
use crate::state::CallState;
use caisson_core::permission::Camera;
use caisson_core::view::View;
use std::time::Duration;

/// Longest scan, in milliseconds: as the contract says.
const SCAN_MS_MAX: u32 = 120_000;

pub(crate) type CameraFault = fault::Fault<wit::Code>;

impl Code for wit::Code {
    const DENIED: Self = Self::Denied;
}

impl wit::Host for CallState {
    async fn scan(&mut self, prompt: String, timeout_ms: u32) -> Result<wit::Scanned, CameraFault> {
        let permit = self.permit::<Camera>()?;
        if !(1..=SCAN_MS_MAX).contains(&timeout_ms) {
            let detail = format!("timeout-ms {timeout_ms}, limit 1 to {SCAN_MS_MAX}");
            return Err(CameraFault::code(wit::Code::TooLarge, detail));
        }
        View::Scan { prompt: prompt.clone() }
            .check()
            .map_err(|error| CameraFault::code(wit::Code::TooLarge, error))?;
        let within = Duration::from_millis(timeout_ms.into());
        let scan = self.session.scan(permit, prompt, within);
        let scanned = self.kill.unless_fired(scan).await??;
        Ok(wit::Scanned { text: scanned.text, symbology: scanned.symbology.to_owned() })
    }

    fn convert_error(&mut self, fault: CameraFault) -> wasmtime::Result<wit::Error> {
        let (code, detail) = fault.into_parts()?;
        Ok(wit::Error { code, detail })
    }
}

impl From<ScanStop> for CameraFault {
    fn from(stop: ScanStop) -> Self {
        match stop {
            ScanStop::Cancelled => Self::code(wit::Code::Cancelled, "Cancel was pressed"),
            ScanStop::Timeout => Self::code(wit::Code::Timeout, "nothing was read in time"),
            ScanStop::Busy => Self::code(wit::Code::Busy, "another scan is running"),
            ScanStop::Offline(detail) => Self::code(wit::Code::Offline, detail),
        }
    }
}
