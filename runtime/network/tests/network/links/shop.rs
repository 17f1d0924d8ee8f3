//! A shop with two lines to the acquirer: `eth0` and `wwan0`, each a cable into a second network
//! namespace, in which the acquirer has one address that both lead to.
//!
//! The test program runs itself again inside `unshare`. Where the kernel or a container forbids
//! that, the test says so and fails: links that were never cut are untested.

use super::kernel::Kernel;
use crate::exchange::{paid, told};
use crate::gateway::{Authority, Does, client, example_with_roots, pays, says, serve};
use async_trait::async_trait;
use caisson_network::links::{Dial, LinkRules, LinkState, LinkStatus, SystemDial};
use caisson_network::{Client, Links, RankedConnector, Stream};
use std::fs::File;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::time::{Instant, timeout};

const INSIDE: &str = "CAISSON_NETWORK_TEST_NAMESPACE";
/// Shows this namespace's interfaces, where programs look for them.
const SYSFS: &str = "mount -t sysfs none /sys && exec \"$@\"";
const ACQUIRER: Ipv4Addr = Ipv4Addr::new(10, 9, 9, 9);
const LOOPBACK: u32 = 1;
/// The kernel tells within milliseconds, or within a second when much happens; a test that waits
/// longer would wait for ever.
const SEEN_WITHIN: Duration = Duration::from_secs(60);
pub(crate) const ETH0: u32 = 11;
pub(crate) const WWAN0: u32 = 12;

/// Runs `test` in a shop of its own; `name` is that of the calling test.
pub(crate) fn in_a_shop(name: &str, test: impl AsyncFnOnce(Shop)) {
    if std::env::var_os(INSIDE).is_some() {
        let (far, listener) = second_namespace();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        return runtime.block_on(async { test(Shop::open(far, listener).await).await });
    }
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--net", "--mount"])
        .args(["sh", "-c", SYSFS, "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
    said.lines().filter(|line| line.contains(" ms: ")).for_each(|line| println!("{line}"));
}

/// The far ends of the cables: sockets stay in the namespace in which they were made, and keep it.
struct Far {
    kernel: Kernel,
    namespace: File,
}

fn second_namespace() -> (Far, std::net::TcpListener) {
    let made = std::thread::spawn(|| {
        #[allow(unsafe_code, reason = "no safe crate of ours offers it")]
        // SAFETY: it takes no pointer; only this thread, which ends here, changes namespace.
        let unshared = unsafe { libc::unshare(libc::CLONE_NEWNET) };
        assert_eq!(unshared, 0, "{}", io::Error::last_os_error());
        let listener = std::net::TcpListener::bind(("0.0.0.0", 443)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let namespace = File::open("/proc/thread-self/ns/net").unwrap();
        (Far { kernel: Kernel::here(), namespace }, listener)
    });
    made.join().unwrap()
}

/// What is done at a point of a connection's life.
pub(crate) type Act = Box<dyn Fn(&Cables) + Send + Sync>;

/// The two cables, to be pulled and mended.
pub(crate) struct Cables {
    near: Kernel,
    far: Kernel,
}

impl Cables {
    /// The terminal loses the carrier.
    pub(crate) fn pull(&self, index: u32) {
        self.far.switch(index, false);
    }

    pub(crate) fn plug(&self, index: u32) {
        self.far.switch(index, true);
    }

    /// The line is up, and nothing comes back from it; or again.
    pub(crate) fn dead(&self, index: u32, dead: bool) {
        self.far.swallow(terminal(index), dead);
    }

    /// The terminal's adapter is pulled out.
    pub(crate) fn unplug_adapter(&self, index: u32) {
        self.near.remove(index);
    }
}

fn terminal(index: u32) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, u8::try_from(index).unwrap(), 2)
}

fn name(index: u32) -> &'static str {
    if index == ETH0 { "eth0" } else { "wwan0" }
}

/// The system, with the acquirer's name in it and a hand on the cables.
struct Watched {
    cables: Arc<Cables>,
    dialled: Arc<Mutex<Vec<String>>>,
    /// Done once, on `eth0`.
    during: Mutex<Option<Act>>,
    after: Mutex<Option<Act>>,
}

#[async_trait]
impl Dial for Watched {
    async fn find(&self, _host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(vec![ACQUIRER.into()])
    }

    async fn dial(&self, link: Option<&LinkStatus>, to: SocketAddr) -> io::Result<Box<dyn Stream>> {
        let name = link.map_or("system", |link| link.name.as_str());
        self.dialled.lock().unwrap().push(name.to_owned());
        let during = if name == "eth0" { self.during.lock().unwrap().take() } else { None };
        let mut dialling = std::pin::pin!(SystemDial.dial(link, to));
        if let Some(act) = during {
            tokio::select! {
                biased;
                early = &mut dialling => return early,
                () = std::future::ready(()) => act(&self.cables),
            }
        }
        let stream = dialling.await?;
        if name == "eth0"
            && let Some(act) = self.after.lock().unwrap().take()
        {
            act(&self.cables);
        }
        Ok(stream)
    }
}

/// Requests that the acquirer has heard, by the line over which they came.
#[derive(Clone, Default)]
struct Heard {
    eth0: Arc<Mutex<Vec<String>>>,
    wwan0: Arc<Mutex<Vec<String>>>,
}

/// The terminal, its links, its cables, and the acquirer at their other end.
pub(crate) struct Shop {
    pub(crate) cables: Arc<Cables>,
    pub(crate) links: Links,
    connector: Arc<RankedConnector>,
    watched: Arc<Watched>,
    authority: Authority,
    does: Arc<Mutex<Does>>,
    heard: Heard,
}

impl Shop {
    async fn open(far: Far, listener: std::net::TcpListener) -> Self {
        let near = Kernel::here();
        near.switch(LOOPBACK, true);
        far.kernel.switch(LOOPBACK, true);
        far.kernel.address(LOOPBACK, ACQUIRER, 32);
        for (index, metric) in [(ETH0, 100), (WWAN0, 700)] {
            near.cable(index, name(index), &far.namespace);
            let gateway = Ipv4Addr::new(10, 0, u8::try_from(index).unwrap(), 1);
            near.address(index, terminal(index), 24);
            far.kernel.address(index, gateway, 24);
            near.switch(index, true);
            far.kernel.switch(index, true);
            near.default_route(index, gateway, metric);
        }
        let links = Links::watch(LinkRules::default()).await.unwrap();
        let cables = Arc::new(Cables { near, far: far.kernel });
        let watched = Arc::new(Watched {
            cables: Arc::clone(&cables),
            dialled: Arc::default(),
            during: Mutex::default(),
            after: Mutex::default(),
        });
        let dial: Arc<dyn Dial> = watched.clone();
        let connector = Arc::new(RankedConnector::with_dial(links.clone(), dial));
        let authority = Authority::default();
        let does = Arc::new(Mutex::new(Does::Answers(says(&paid()))));
        let heard = Heard::default();
        let listener = TcpListener::from_std(listener).unwrap();
        let tls = Arc::clone(&authority.server);
        let (told, wanted) = (heard.clone(), Arc::clone(&does));
        tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                let over_eth0 = peer.ip() == IpAddr::from(terminal(ETH0));
                let requests = if over_eth0 { &told.eth0 } else { &told.wwan0 };
                let does = wanted.lock().unwrap().clone();
                tokio::spawn(serve(stream, Arc::clone(&tls), does, Arc::clone(requests)));
            }
        });
        let shop = Self { cables, links, connector, watched, authority, does, heard };
        shop.sees("eth0", LinkState::Up).await;
        shop.sees("wwan0", LinkState::Up).await;
        shop
    }

    /// Waits until the terminal knows that a link is in this state.
    pub(crate) async fn sees(&self, name: &str, state: LinkState) {
        let is_so = |table: &Vec<LinkStatus>| {
            table.iter().any(|link| link.name == name && link.state == state)
        };
        let mut changes = self.links.changes();
        let seen = timeout(SEEN_WITHIN, changes.wait_for(is_so)).await;
        assert!(seen.is_ok(), "{name} never became {state:?}: {:?}", self.links.status());
    }

    /// Waits until the terminal knows that a link is gone.
    pub(crate) async fn misses(&self, name: &str) {
        let is_gone = |table: &Vec<LinkStatus>| table.iter().all(|link| link.name != name);
        let mut changes = self.links.changes();
        let seen = timeout(SEEN_WITHIN, changes.wait_for(is_gone)).await;
        assert!(seen.is_ok(), "{name} never went: {:?}", self.links.status());
    }

    /// From now on the acquirer does this.
    pub(crate) fn acquirer(&self, does: Does) {
        *self.does.lock().unwrap() = does;
    }

    /// Once, while the next connection over `eth0` is on its way.
    pub(crate) fn during_connect(&self, act: impl Fn(&Cables) + Send + Sync + 'static) {
        *self.watched.during.lock().unwrap() = Some(Box::new(act));
    }

    /// Once, when the next connection over `eth0` has come about.
    pub(crate) fn after_connect(&self, act: impl Fn(&Cables) + Send + Sync + 'static) {
        *self.watched.after.lock().unwrap() = Some(Box::new(act));
    }

    /// A client whose steps before the request, and whose exchange, may take so long.
    pub(crate) fn client(&self, connect_ms: u32, exchange_ms: u32) -> (Client, TempDir) {
        let text = example_with_roots(&self.authority.pem)
            .replace("connect_timeout_ms = 5000", &format!("connect_timeout_ms = {connect_ms}"))
            .replace("timeout_ms = 30000", &format!("timeout_ms = {exchange_ms}"));
        client(&text, self.connector.clone())
    }

    /// A sale with the example's limits: what comes of it.
    pub(crate) async fn pays(&self) -> String {
        self.pays_within(5_000, 30_000).await
    }

    pub(crate) async fn pays_within(&self, connect_ms: u32, exchange_ms: u32) -> String {
        let (client, _keys) = self.client(connect_ms, exchange_ms);
        let begun = Instant::now();
        let told = told(&pays(&client).await);
        let dialled = self.watched.dialled.lock().unwrap().join(", ");
        println!("{} ms: {told} (links tried so far: {dialled})", begun.elapsed().as_millis());
        told
    }

    /// How many requests the acquirer has heard over `eth0` and over `wwan0`.
    pub(crate) fn heard(&self) -> (usize, usize) {
        let count = |requests: &Mutex<Vec<String>>| requests.lock().unwrap().len();
        (count(&self.heard.eth0), count(&self.heard.wwan0))
    }

    /// The links that were tried since the last question.
    pub(crate) fn dialled(&self) -> Vec<String> {
        std::mem::take(&mut *self.watched.dialled.lock().unwrap())
    }
}
