//! What a link runs over, from what the kernel shows of it.
//!
//! Guarantees: a guess with a stated order of evidence: the driver's own word, then the hardware
//! type, then the name. Where it is wrong (a modem that poses as Ethernet), `LinkRules` correct it.

use crate::links::LinkKind;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Most of a description that is read; it has a handful of short lines.
const UEVENT_BYTES_MAX: u64 = 4096;

const ARPHRD_ETHER: u16 = 1;
const ARPHRD_PPP: u16 = 512;
/// What modems without an Ethernet frame use.
const ARPHRD_RAWIP: u16 = 519;
const ARPHRD_LOOPBACK: u16 = 772;

/// Names that modems' drivers and dial-up give.
const CELLULAR_NAMES: [&str; 4] = ["wwan", "rmnet", "ccmni", "ppp"];
/// Names by type: those of systemd and those before it.
const WIFI_NAMES: [&str; 2] = ["wl", "ath"];
const WIRED_NAMES: [&str; 2] = ["eth", "en"];

/// The evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signs {
    name: String,
    arp_type: u16,
    /// There is hardware behind it.
    device: bool,
    /// The wireless stack knows it.
    wireless: bool,
    /// The driver's own word, such as `wlan` or `wwan`.
    devtype: Option<String>,
}

impl Signs {
    /// Reads the signs of an interface; what cannot be read counts as absent.
    pub(super) fn of(name: &str, arp_type: u16) -> Self {
        Self::under(Path::new("/sys/class/net"), name, arp_type)
    }

    fn under(root: &Path, name: &str, arp_type: u16) -> Self {
        let folder = root.join(name);
        let has = |file: &str| folder.join(file).exists();
        let mut uevent = String::new();
        let read = File::open(folder.join("uevent"))
            .and_then(|file| file.take(UEVENT_BYTES_MAX).read_to_string(&mut uevent));
        let word = uevent.lines().find_map(|line| line.strip_prefix("DEVTYPE="));
        Self {
            name: name.to_owned(),
            arp_type,
            device: has("device"),
            wireless: has("wireless") || has("phy80211"),
            devtype: word.filter(|_| read.is_ok()).map(str::to_owned),
        }
    }

    /// `None` for the loopback, which leads nowhere.
    pub(super) fn kind(&self) -> Option<LinkKind> {
        let named = |names: &[&str]| names.iter().any(|start| self.name.starts_with(start));
        if self.arp_type == ARPHRD_LOOPBACK {
            return None;
        }
        let kind = match self.devtype.as_deref() {
            Some("wwan") => LinkKind::Cellular,
            Some("wlan") => LinkKind::Wifi,
            _ if self.wireless => LinkKind::Wifi,
            _ if matches!(self.arp_type, ARPHRD_PPP | ARPHRD_RAWIP) => LinkKind::Cellular,
            _ if named(&CELLULAR_NAMES) => LinkKind::Cellular,
            _ if self.arp_type == ARPHRD_ETHER && named(&WIFI_NAMES) => LinkKind::Wifi,
            _ if self.arp_type == ARPHRD_ETHER && (self.device || named(&WIRED_NAMES)) => {
                LinkKind::Wired
            }
            _ => LinkKind::Virtual,
        };
        Some(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const ARPHRD_NONE: u16 = 65_534;

    /// An interface with these files in its folder; a name with `=` is a line of its `uevent`.
    #[track_caller]
    fn check(name: &str, arp_type: u16, files: &[&str], expected: Option<LinkKind>) {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join(name);
        fs::create_dir(&folder).unwrap();
        let (lines, files): (Vec<&str>, Vec<&str>) =
            files.iter().copied().partition(|file| file.contains('='));
        fs::write(folder.join("uevent"), format!("INTERFACE={name}\n{}\n", lines.join("\n")))
            .unwrap();
        for file in files {
            fs::create_dir(folder.join(file)).unwrap();
        }
        assert_eq!(Signs::under(root.path(), name, arp_type).kind(), expected);
    }

    #[test]
    fn the_drivers_word_goes_before_hardware_and_name() {
        check("enx0c5b8f", ARPHRD_ETHER, &["device", "DEVTYPE=wwan"], Some(LinkKind::Cellular));
        check("eth7", ARPHRD_ETHER, &["device", "DEVTYPE=wlan"], Some(LinkKind::Wifi));
        check("eth7", ARPHRD_ETHER, &["device", "phy80211"], Some(LinkKind::Wifi));
        check("eth7", ARPHRD_ETHER, &["device", "wireless"], Some(LinkKind::Wifi));
    }

    #[test]
    fn hardware_and_name_tell_the_rest() {
        check("lan1", ARPHRD_ETHER, &["device"], Some(LinkKind::Wired));
        check("eth0", ARPHRD_ETHER, &[], Some(LinkKind::Wired));
        check("wlan0", ARPHRD_ETHER, &[], Some(LinkKind::Wifi));
        check("wwan0", ARPHRD_NONE, &["device"], Some(LinkKind::Cellular));
        check("rmnet_data0", ARPHRD_RAWIP, &[], Some(LinkKind::Cellular));
        check("ppp0", ARPHRD_PPP, &[], Some(LinkKind::Cellular));
    }

    #[test]
    fn what_has_no_hardware_is_virtual_and_the_loopback_is_no_link() {
        check("docker0", ARPHRD_ETHER, &["DEVTYPE=bridge"], Some(LinkKind::Virtual));
        check("veth1a2b", ARPHRD_ETHER, &[], Some(LinkKind::Virtual));
        check("wg0", ARPHRD_NONE, &["DEVTYPE=wireguard"], Some(LinkKind::Virtual));
        check("tun0", ARPHRD_NONE, &[], Some(LinkKind::Virtual));
        check("lo", ARPHRD_LOOPBACK, &[], None);
    }

    #[test]
    fn an_interface_that_is_gone_is_told_by_its_name() {
        let gone = Signs::under(Path::new("/nowhere"), "wlan0", ARPHRD_ETHER);
        assert_eq!(gone.kind(), Some(LinkKind::Wifi));
    }
}
