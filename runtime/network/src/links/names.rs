//! The addresses of hosts, also while the name server does not answer.
//!
//! Guarantees: a name server that is slow or away costs [`KNOWN_WAIT`] for a host that was found
//! before, [`NAME_WAIT`] for any other. One question a host at a time, because a question that
//! hangs in the system holds a thread. What is remembered is bounded in number and age and lives
//! in memory alone; an address that has become wrong reaches nobody whom TLS would trust.
//!
//! Deliberately not here: over which link the system asks. On a link that is up but dead, a host
//! that was never found stays unknown; who needs the very first payment then, names an address in
//! the destination's file.

use super::dial::Dial;
use crate::connector::{ADDRESSES_MAX, ConnectError};
use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

/// Longest wait for the addresses of a host that was never found.
pub const NAME_WAIT: Duration = Duration::from_secs(3);
/// Longest wait for news of a host whose addresses are known: as long as the stagger between
/// links, so that a dead name server costs no more than a dead link.
pub const KNOWN_WAIT: Duration = Duration::from_millis(250);
/// How long addresses are good for without the name server: a night without network, and a day.
pub const KNOWN_AGE_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// Most hosts that are remembered; the one found longest ago goes. They come from the
/// destinations' files, of which a terminal has few.
pub const HOSTS_MAX: usize = 32;

/// What the name server said in the end.
type Said = Result<Vec<IpAddr>, io::ErrorKind>;

/// The hosts that were asked for.
pub(crate) struct Names {
    dial: Arc<dyn Dial>,
    hosts: Arc<Mutex<BTreeMap<String, Host>>>,
}

#[derive(Default)]
struct Host {
    /// Never empty, at most [`ADDRESSES_MAX`].
    known: Option<(Vec<IpAddr>, Instant)>,
    asking: Option<watch::Receiver<Option<Said>>>,
}

impl Host {
    fn known(&self, now: Instant) -> Option<Vec<IpAddr>> {
        let (addresses, found) = self.known.as_ref()?;
        (now < *found + KNOWN_AGE_MAX).then(|| addresses.clone())
    }

    /// The question that is under way.
    fn asking(&self) -> Option<watch::Receiver<Option<Said>>> {
        let asking = self.asking.as_ref()?;
        (asking.borrow().is_none() && asking.has_changed().is_ok()).then(|| asking.clone())
    }
}

impl Names {
    pub(crate) fn new(dial: Arc<dyn Dial>) -> Self {
        Self { dial, hosts: Arc::default() }
    }

    /// At least one and at most [`ADDRESSES_MAX`] addresses of `host`, a name or an address.
    pub(crate) async fn find(&self, host: &str) -> Result<Vec<IpAddr>, ConnectError> {
        if let Ok(address) = host.parse() {
            return Ok(vec![address]);
        }
        let (known, mut asking) = self.ask(host);
        let wait = if known.is_some() { KNOWN_WAIT } else { NAME_WAIT };
        let said = match timeout(wait, asking.wait_for(Option::is_some)).await {
            Ok(Ok(said)) => said.clone().unwrap_or(Err(io::ErrorKind::Other)),
            Ok(Err(_)) => Err(io::ErrorKind::Other),
            Err(_) => Err(io::ErrorKind::TimedOut),
        };
        match (said, known) {
            (Ok(found), _) if !found.is_empty() => Ok(found),
            (_, Some(known)) => Ok(known),
            (Ok(_), None) => Err(ConnectError::NoAddress { host: host.to_owned() }),
            (Err(kind), None) => Err(ConnectError::Resolve { host: host.to_owned(), kind }),
        }
    }

    /// What is known, and the question that is under way, a new one if there was none.
    fn ask(&self, host: &str) -> (Option<Vec<IpAddr>>, watch::Receiver<Option<Said>>) {
        let mut hosts = lock(&self.hosts);
        let known = hosts.get(host).and_then(|entry| entry.known(Instant::now()));
        if let Some(asking) = hosts.get(host).and_then(Host::asking) {
            return (known, asking);
        }
        if hosts.len() >= HOSTS_MAX && !hosts.contains_key(host) {
            forget_the_oldest(&mut hosts);
        }
        let (told, asking) = watch::channel(None);
        hosts.entry(host.to_owned()).or_default().asking = Some(asking.clone());
        let (dial, hosts, host) =
            (Arc::clone(&self.dial), Arc::clone(&self.hosts), host.to_owned());
        // On its own, so that an answer that comes too late for this payment serves the next.
        tokio::spawn(async move {
            let said = dial.find(&host).await.map_err(|error| error.kind()).map(|mut found| {
                found.truncate(ADDRESSES_MAX);
                found
            });
            if let (Ok(found), Some(entry)) = (&said, lock(&hosts).get_mut(&host))
                && !found.is_empty()
            {
                entry.known = Some((found.clone(), Instant::now()));
            }
            told.send_replace(Some(said));
        });
        (known, asking)
    }
}

fn forget_the_oldest(hosts: &mut BTreeMap<String, Host>) {
    let found = |host: &Host| host.known.as_ref().map(|(_, found)| *found);
    let oldest = hosts.iter().min_by_key(|(_, host)| found(host)).map(|(name, _)| name.clone());
    if let Some(oldest) = oldest {
        hosts.remove(&oldest);
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::Stream;
    use crate::links::LinkStatus;
    use async_trait::async_trait;
    use std::net::SocketAddr;
    use tokio::time::{advance, sleep};

    /// A name server that takes its time.
    #[derive(Default)]
    struct Server {
        takes_ms: Mutex<u64>,
        says: Mutex<Option<Vec<IpAddr>>>,
        asked: Mutex<u32>,
    }

    #[async_trait]
    impl Dial for Server {
        async fn find(&self, _host: &str) -> io::Result<Vec<IpAddr>> {
            *lock(&self.asked) += 1;
            let ms = *lock(&self.takes_ms);
            sleep(Duration::from_millis(ms)).await;
            lock(&self.says).clone().ok_or_else(|| io::ErrorKind::Other.into())
        }

        async fn dial(&self, _: Option<&LinkStatus>, _: SocketAddr) -> io::Result<Box<dyn Stream>> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    struct Bench(Arc<Server>, Names);

    impl Bench {
        fn new() -> Self {
            let server = Arc::new(Server::default());
            Self(Arc::clone(&server), Names::new(server))
        }

        fn server(&self, takes_ms: u64, says: Option<&[&str]>) {
            *lock(&self.0.takes_ms) = takes_ms;
            let says = says.map(|says| says.iter().map(|text| text.parse().unwrap()).collect());
            *lock(&self.0.says) = says;
        }

        /// What comes of asking for `host`, and after how many milliseconds.
        async fn check(&self, host: &str, expected: &str) {
            let asked = Instant::now();
            let told = match self.1.find(host).await {
                Ok(found) => {
                    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
                    found.join(" ")
                }
                Err(error) => error.to_string(),
            };
            assert_eq!(format!("{} {told}", asked.elapsed().as_millis()), expected);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_is_its_own_and_nobody_is_asked() {
        let bench = Bench::new();
        bench.check("192.0.2.1", "0 192.0.2.1").await;
        bench.check("2001:db8::1", "0 2001:db8::1").await;
        assert_eq!(*lock(&bench.0.asked), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_never_found_is_waited_for_and_its_failure_told() {
        let bench = Bench::new();
        bench.server(2_900, Some(&["192.0.2.1"]));
        bench.check("a", "2900 192.0.2.1").await;
        bench.server(3_100, Some(&["192.0.2.1"]));
        let late = "3000 cannot find host b: timed out; check network and name server";
        bench.check("b", late).await;
        bench.server(0, None);
        let failed = "0 cannot find host c: other error; check network and name server";
        bench.check("c", failed).await;
        bench.server(0, Some(&[]));
        let none = "0 host d has no address; check its name in the destination's file";
        bench.check("d", none).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_known_host_outlives_its_name_server_for_a_day() {
        let bench = Bench::new();
        bench.server(0, Some(&["192.0.2.1", "192.0.2.2"]));
        bench.check("a", "0 192.0.2.1 192.0.2.2").await;
        bench.server(60_000, None);
        bench.check("a", "250 192.0.2.1 192.0.2.2").await;
        bench.server(0, Some(&[]));
        advance(Duration::from_secs(60)).await;
        bench.check("a", "0 192.0.2.1 192.0.2.2").await;
        bench.server(10, None);
        bench.check("a", "10 192.0.2.1 192.0.2.2").await;
        advance(KNOWN_AGE_MAX).await;
        let over = "10 cannot find host a: other error; check network and name server";
        bench.check("a", over).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_answer_serves_the_next_payment() {
        let bench = Bench::new();
        bench.server(0, Some(&["192.0.2.1"]));
        bench.check("a", "0 192.0.2.1").await;
        bench.server(300, Some(&["192.0.2.9"]));
        bench.check("a", "250 192.0.2.1").await;
        bench.check("a", "50 192.0.2.9").await;
        assert_eq!(*lock(&bench.0.asked), 2, "the question that was under way was joined");
    }

    #[tokio::test(start_paused = true)]
    async fn neither_addresses_nor_hosts_fill_the_memory() {
        let bench = Bench::new();
        let many: Vec<String> = (0..100).map(|last| format!("192.0.2.{last}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        bench.server(0, Some(&many));
        for host in 0..100 {
            let found = bench.1.find(&format!("host-{host}")).await.unwrap();
            assert_eq!(found.len(), ADDRESSES_MAX);
            advance(Duration::from_millis(1)).await;
        }
        let hosts = lock(&bench.1.hosts);
        assert_eq!(hosts.len(), HOSTS_MAX);
        assert!(hosts.contains_key("host-99") && !hosts.contains_key("host-67"));
    }
}
