//! The kernel's links, followed over route netlink.
//!
//! Guarantees: an event says only *that* something changed; what is so now is asked for anew,
//! whole. So a lost event, or an attribute that a later kernel adds, cannot leave a wrong picture.
//! Listening begins before the first question. No capability is needed.
//!
//! A lost carrier is told within milliseconds, or up to a second late when links changed just
//! before, because the kernel gathers such news. Until then the stagger of `ranked` bounds the loss.
//!
//! Deliberately not here: whether a link that is up reaches anybody; only connecting tells.

mod kind;
mod netlink;

use super::{Interface, LinkState, Links};
use netlink::{Attributes, Question, ask};
use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SocketFlags, SocketType, bind, recv, socket_with};
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::io::unix::AsyncFd;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// Shortest time between two questions, so that a link that flaps does not keep a core busy. The
/// first event after a quiet time is followed at once.
const QUESTIONS_APART: Duration = Duration::from_millis(10);
/// Wait after the kernel gave no answer. Until then, the last picture holds.
const RETRY_WAIT: Duration = Duration::from_secs(1);
/// Events read at once; their content is thrown away.
const EVENTS_BYTES: usize = 16 * 1024;
/// Most addresses of one link that are kept.
const LINK_ADDRESSES_MAX: usize = 16;

/// RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_IFADDR, RTMGRP_IPV6_ROUTE.
const GROUPS: u32 = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;

/// Fills `links`, and keeps it true until the last clone is dropped.
pub(super) async fn follow(links: &Links) -> io::Result<()> {
    let events = Events::listen()?;
    links.set(picture().await?);
    let followed = Arc::downgrade(&links.shared);
    let task = tokio::spawn(async move {
        let mut events = Some(events);
        while followed.strong_count() > 0 {
            match change(&mut events, &followed).await {
                Ok(()) => sleep(QUESTIONS_APART).await,
                Err(_) => {
                    events = None;
                    sleep(RETRY_WAIT).await;
                }
            }
        }
    });
    // Only one task follows a table, because only `Links::watch` starts one.
    let _ = links.shared.monitor.set(task.abort_handle());
    Ok(())
}

/// Waits for something to change and looks at what is so now; after a break, looks at once.
async fn change(events: &mut Option<Events>, followed: &Weak<super::Shared>) -> io::Result<()> {
    match events {
        Some(events) => events.some().await?,
        None => *events = Some(Events::listen()?),
    }
    let interfaces = picture().await?;
    if let Some(shared) = followed.upgrade() {
        Links { shared }.set(interfaces);
    }
    Ok(())
}

/// A socket to which the kernel tells what changes.
struct Events(AsyncFd<OwnedFd>);

impl Events {
    #[allow(unsafe_code)] // tokio asks for a promise about the descriptor that its type keeps.
    fn listen() -> io::Result<Self> {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let fd = socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?;
        bind(&fd, &SocketAddrNetlink::new(0, GROUPS))?;
        // SAFETY: an `OwnedFd` is open, always gives the same descriptor and closes it only when
        // dropped; nothing here takes it out of the `AsyncFd` again.
        Ok(Self(unsafe { AsyncFd::register(fd) }?))
    }

    /// Waits for an event, and takes all that are there.
    async fn some(&self) -> io::Result<()> {
        let mut ready = self.0.readable().await?;
        let mut events = vec![0; EVENTS_BYTES];
        loop {
            let taken = ready
                .try_io(|fd| Ok(recv(fd.get_ref(), events.as_mut_slice(), RecvFlags::empty())?));
            match taken {
                Ok(Ok(_)) => {}
                // More happened than the socket could hold: something did change.
                Ok(Err(error)) if Errno::from_io_error(&error) == Some(Errno::NOBUFS) => {}
                Ok(Err(error)) => return Err(error),
                Err(_would_block) => return Ok(()),
            }
        }
    }
}

/// Every interface as it is now.
async fn picture() -> io::Result<Vec<Interface>> {
    // Each question is answered by the kernel itself, within microseconds; the thread is for
    // reading files of the hardware, which may not be there any more.
    spawn_blocking(look).await.map_err(io::Error::other)?
}

/// What is gathered about an interface.
struct Seen {
    name: String,
    arp_type: u16,
    flags: u32,
    addresses: Vec<IpAddr>,
    routed: bool,
}

fn look() -> io::Result<Vec<Interface>> {
    let mut seen = BTreeMap::new();
    ask(Question::Links, |message| link(message, &mut seen))?;
    ask(Question::Addresses, |message| address(message, &mut seen))?;
    ask(Question::Routes, |message| route(message, &mut seen))?;
    Ok(seen.into_values().filter_map(Seen::interface).collect())
}

/// The interfaces by their number.
type Table = BTreeMap<u32, Seen>;

const IFF_UP: u32 = 0x1;
/// The operational state is up, or the driver knows none.
const IFF_RUNNING: u32 = 0x40;
/// Carrier.
const IFF_LOWER_UP: u32 = 0x1_0000;

impl Seen {
    /// `None` for the loopback.
    fn interface(self) -> Option<Interface> {
        let kind = kind::Signs::of(&self.name, self.arp_type).kind()?;
        let carries = self.flags & IFF_RUNNING != 0 && self.flags & IFF_LOWER_UP != 0;
        let state = match (self.flags & IFF_UP != 0, carries) {
            (false, _) => LinkState::Off,
            (true, false) => LinkState::NoCarrier,
            (true, true) if self.addresses.is_empty() && !self.routed => LinkState::NoAddress,
            (true, true) => LinkState::Up,
        };
        let Self { name, addresses, routed, .. } = self;
        Some(Interface { name, kind, state, addresses, routed })
    }
}

const IFLA_IFNAME: u16 = 3;

/// `struct ifinfomsg`: family, pad, type (2), index (4), flags (4), change (4).
fn link(message: &[u8], table: &mut Table) -> Option<()> {
    let arp_type = netlink::u16_at(message, 2)?;
    let index = netlink::u32_at(message, 4)?;
    let flags = netlink::u32_at(message, 8)?;
    let (_, name) = Attributes::after(message, 16)?.find(|(kind, _)| *kind == IFLA_IFNAME)?;
    let name = name.split(|byte| *byte == 0).next()?;
    let name = std::str::from_utf8(name).ok()?.to_owned();
    table.insert(index, Seen { name, arp_type, flags, addresses: Vec::new(), routed: false });
    Some(())
}

const IFA_ADDRESS: u16 = 1;
/// Beside `IFA_ADDRESS` on links with a peer, where that one is the peer's.
const IFA_LOCAL: u16 = 2;
/// Duplicate address detection is under way, or failed.
const IFA_F_NOT_USABLE: u8 = 0x40 | 0x08;
/// RT_SCOPE_UNIVERSE: neither for this link nor for this host alone.
const SCOPE_UNIVERSE: u8 = 0;

/// `struct ifaddrmsg`: family, prefix length, flags, scope, index (4).
fn address(message: &[u8], table: &mut Table) -> Option<()> {
    let (flags, scope) = (*message.get(2)?, *message.get(3)?);
    let link = table.get_mut(&netlink::u32_at(message, 4)?)?;
    if flags & IFA_F_NOT_USABLE != 0 || scope != SCOPE_UNIVERSE {
        return None;
    }
    let mut address = None;
    for (kind, bytes) in Attributes::after(message, 8)? {
        match kind {
            IFA_LOCAL => address = Some(bytes),
            IFA_ADDRESS => address = address.or(Some(bytes)),
            _ => {}
        }
    }
    let address = ip(address?)?;
    // An answer that is asked for again names it twice.
    if link.addresses.len() < LINK_ADDRESSES_MAX && !link.addresses.contains(&address) {
        link.addresses.push(address);
    }
    Some(())
}

fn ip(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(|bytes| Ipv4Addr::from(bytes).into());
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(|bytes| Ipv6Addr::from(bytes).into())).ok()
}

const RTA_OIF: u16 = 4;
const RTA_MULTIPATH: u16 = 9;
const RTN_UNICAST: u8 = 1;

/// `struct rtmsg`: family, length of the destination, … type at 7, flags (4).
fn route(message: &[u8], table: &mut Table) -> Option<()> {
    if *message.get(1)? != 0 || *message.get(7)? != RTN_UNICAST {
        return None;
    }
    for (kind, value) in Attributes::after(message, 12)? {
        match kind {
            RTA_OIF => table.get_mut(&netlink::u32_at(value, 0)?)?.routed = true,
            // `struct rtnexthop`: length (2), flags, hops, index (4).
            RTA_MULTIPATH => {
                for hop in netlink::chunks(value) {
                    if let Some(link) = table.get_mut(&netlink::u32_at(hop, 4)?) {
                        link.routed = true;
                    }
                }
            }
            _ => {}
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
        let length = u16::try_from(4 + value.len()).unwrap();
        let mut bytes = [length.to_ne_bytes(), kind.to_ne_bytes()].concat();
        bytes.extend(value);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn a_link(index: u32, name: &str, flags: u32) -> Vec<u8> {
        let mut bytes = vec![0, 0];
        bytes.extend(1_u16.to_ne_bytes());
        bytes.extend(index.to_ne_bytes());
        bytes.extend(flags.to_ne_bytes());
        bytes.extend([0; 4]);
        bytes.extend(attribute(99, b"of a later kernel"));
        bytes.extend(attribute(IFLA_IFNAME, format!("{name}\0").as_bytes()));
        bytes
    }

    fn an_address(index: u32, scope: u8, flags: u8, attributes: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = vec![2, 24, flags, scope];
        bytes.extend(index.to_ne_bytes());
        bytes.extend(attributes.iter().flat_map(|(kind, value)| attribute(*kind, value)));
        bytes
    }

    fn a_route(length: u8, kind: u8, attributes: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = vec![2, length, 0, 0, 254, 3, 0, kind, 0, 0, 0, 0];
        bytes.extend(attributes.iter().flat_map(|(kind, value)| attribute(*kind, value)));
        bytes
    }

    /// Three links as the kernel would tell of them: up, up, and down.
    fn table() -> Table {
        let mut table = Table::new();
        for (index, flags) in [(1, 0x1_0043), (2, 0x1_0043), (3, 0x1003)] {
            link(&a_link(index, &format!("eth{index}"), flags), &mut table).unwrap();
        }
        table
    }

    #[test]
    fn a_link_is_up_with_carrier_and_a_way_to_use_it() {
        let mut table = table();
        let local =
            an_address(1, 0, 0, &[(IFA_ADDRESS, &[192, 0, 2, 9]), (IFA_LOCAL, &[192, 0, 2, 1])]);
        address(&local, &mut table).unwrap();
        route(&a_route(0, RTN_UNICAST, &[(RTA_OIF, &1_u32.to_ne_bytes())]), &mut table).unwrap();
        let told: Vec<_> = table
            .into_values()
            .map(|seen| {
                let interface = seen.interface().unwrap();
                (interface.name, interface.state, interface.addresses, interface.routed)
            })
            .collect();
        let first = "192.0.2.1".parse().unwrap();
        assert_eq!(
            told,
            [
                ("eth1".to_owned(), LinkState::Up, vec![first], true),
                ("eth2".to_owned(), LinkState::NoAddress, vec![], false),
                ("eth3".to_owned(), LinkState::NoCarrier, vec![], false),
            ]
        );
    }

    #[test]
    fn addresses_that_reach_nobody_do_not_count() {
        let mut table = table();
        let v6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        let four: &[u8] = &[192, 0, 2, 1];
        for (scope, flags, value) in [(253, 0, four), (254, 0, four), (0, 0x40, &v6), (0, 8, &v6)] {
            let told = an_address(1, scope, flags, &[(IFA_ADDRESS, value)]);
            assert_eq!(address(&told, &mut table), None);
        }
        assert_eq!(address(&an_address(1, 0, 0, &[(IFA_ADDRESS, &[1, 2])]), &mut table), None);
        assert_eq!(address(&an_address(9, 0, 0, &[(IFA_ADDRESS, four)]), &mut table), None);
        assert!(table[&1].addresses.is_empty());
        address(&an_address(1, 0, 0, &[(IFA_ADDRESS, &v6)]), &mut table).unwrap();
        assert_eq!(table[&1].addresses, ["2001:db8::1".parse::<IpAddr>().unwrap()]);
    }

    #[test]
    fn only_default_routes_count_and_each_of_their_hops() {
        let mut table = table();
        let out = 1_u32.to_ne_bytes();
        let oif: (u16, &[u8]) = (RTA_OIF, &out);
        const BLACKHOLE: u8 = 6;
        assert_eq!(route(&a_route(24, RTN_UNICAST, &[oif]), &mut table), None);
        assert_eq!(route(&a_route(0, BLACKHOLE, &[oif]), &mut table), None);
        assert!(table.values().all(|link| !link.routed));
        let hop = |index: u32| {
            let mut bytes = [8_u16.to_ne_bytes(), [0, 0]].concat();
            bytes.extend(index.to_ne_bytes());
            bytes
        };
        let hops = [hop(2), hop(77), hop(3)].concat();
        route(&a_route(0, RTN_UNICAST, &[(RTA_MULTIPATH, &hops)]), &mut table).unwrap();
        let routed: Vec<_> = table.values().map(|link| link.routed).collect();
        assert_eq!(routed, [false, true, true]);
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_fail_or_hang(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut table = table();
            link(&bytes, &mut table);
            address(&bytes, &mut table);
            route(&bytes, &mut table);
            let _ = netlink::messages(&bytes).count();
        }
    }

    #[tokio::test]
    async fn the_kernel_tells_of_its_links_without_a_privilege() {
        let links = Links::default();
        follow(&links).await.unwrap();
        assert!(links.status().iter().all(|link| link.name != "lo"));
    }
}
