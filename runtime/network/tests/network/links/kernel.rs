//! Orders to the kernel: make cables, lay addresses and routes, pull a cable out.
//!
//! It writes its own messages, so that it shares no mistake with the reader in `links/linux`, and
//! needs no tool of the machine.

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use rustix::net::{recv, send, socket_with};
use std::fs::File;
use std::io;
use std::net::Ipv4Addr;
use std::os::fd::{AsRawFd as _, OwnedFd};

const REQUEST_AND_ACK: u16 = 0x1 | 0x4;
const CREATE_NEW: u16 = 0x400 | 0x200;
const NEW_LINK: u16 = 16;
const DELETE_LINK: u16 = 17;
const NEW_ADDRESS: u16 = 20;
const NEW_ROUTE: u16 = 24;
const DELETE_ROUTE: u16 = 25;
const IFF_UP: u32 = 1;
const INET: u8 = 2;

/// The kernel's networking in the namespace in which this was made, for whoever holds it.
pub(crate) struct Kernel(OwnedFd);

impl Kernel {
    pub(crate) fn here() -> Self {
        let flags = SocketFlags::CLOEXEC;
        Self(socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None).unwrap())
    }

    /// A cable: `name` here, and its other end in `namespace`, both with the number `index`.
    pub(crate) fn cable(&self, index: u32, name: &str, namespace: &File) {
        let fd = u32::try_from(namespace.as_raw_fd()).unwrap();
        let far = [interface(index, 0, 0), named(name), attribute(28, &fd.to_ne_bytes())].concat();
        let kind = attribute(1, b"veth");
        let data = attribute(2, &attribute(1, &far));
        let link = attribute(18, &[kind, data].concat());
        let order = [interface(index, 0, 0), named(name), link].concat();
        self.order(NEW_LINK, CREATE_NEW, &order).unwrap();
    }

    /// Switches an interface on or off; off, the other end of its cable has no carrier.
    pub(crate) fn switch(&self, index: u32, on: bool) {
        let flags = if on { IFF_UP } else { 0 };
        self.order(NEW_LINK, 0, &interface(index, flags, IFF_UP)).unwrap();
    }

    /// As if the adapter were pulled out.
    pub(crate) fn remove(&self, index: u32) {
        self.order(DELETE_LINK, 0, &interface(index, 0, 0)).unwrap();
    }

    pub(crate) fn address(&self, index: u32, address: Ipv4Addr, prefix: u8) {
        let fixed = [&[INET, prefix, 0, 0][..], &index.to_ne_bytes()].concat();
        let local = attribute(2, &address.octets());
        let order = [fixed, local, attribute(1, &address.octets())].concat();
        self.order(NEW_ADDRESS, CREATE_NEW, &order).unwrap();
    }

    /// A default route; of two, the smaller metric is the system's choice.
    pub(crate) fn default_route(&self, index: u32, by: Ipv4Addr, metric: u32) {
        const UNICAST: u8 = 1;
        let by = attribute(5, &by.octets());
        let out = attribute(4, &index.to_ne_bytes());
        let metric = attribute(6, &metric.to_ne_bytes());
        let order = [destination(0, UNICAST), by, out, metric].concat();
        self.order(NEW_ROUTE, CREATE_NEW, &order).unwrap();
    }

    /// From now on, whatever goes to `address` is lost without a word; or no longer.
    pub(crate) fn swallow(&self, address: Ipv4Addr, lost: bool) {
        const BLACKHOLE: u8 = 6;
        let order = [destination(32, BLACKHOLE), attribute(1, &address.octets())].concat();
        let (kind, flags) = if lost { (NEW_ROUTE, CREATE_NEW) } else { (DELETE_ROUTE, 0) };
        self.order(kind, flags, &order).unwrap();
    }

    fn order(&self, kind: u16, flags: u16, body: &[u8]) -> io::Result<()> {
        let length = u32::try_from(16 + body.len()).unwrap();
        let mut bytes = length.to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend((REQUEST_AND_ACK | flags).to_ne_bytes());
        bytes.extend([0; 8]);
        bytes.extend(body);
        send(&self.0, &bytes, SendFlags::empty())?;
        let mut answer = [0; 4096];
        recv(&self.0, &mut answer[..], RecvFlags::empty())?;
        match i32::from_ne_bytes(answer[16..20].try_into().unwrap()) {
            0 => Ok(()),
            error => Err(io::Error::from_raw_os_error(-error)),
        }
    }
}

/// `struct ifinfomsg`.
fn interface(index: u32, flags: u32, change: u32) -> Vec<u8> {
    [[0; 4], index.to_ne_bytes(), flags.to_ne_bytes(), change.to_ne_bytes()].concat()
}

/// `struct rtmsg`, in the main table.
fn destination(length: u8, kind: u8) -> Vec<u8> {
    const MAIN: u8 = 254;
    const BY_AN_ADMINISTRATOR: u8 = 4;
    vec![INET, length, 0, 0, MAIN, BY_AN_ADMINISTRATOR, 0, kind, 0, 0, 0, 0]
}

fn named(name: &str) -> Vec<u8> {
    attribute(3, format!("{name}\0").as_bytes())
}

fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(4 + value.len()).unwrap();
    let mut bytes = [length.to_ne_bytes(), kind.to_ne_bytes()].concat();
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}
