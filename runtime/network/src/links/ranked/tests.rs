//! The race on emulated links and a paused clock: who starts when, who wins, who is closed.

use super::*;
use crate::links::{Interface, LinkKind, LinkState};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Mutex;
use tokio::io::{AsyncReadExt as _, DuplexStream, duplex};
use tokio::time::sleep;

/// What becomes of a connection over a link.
#[derive(Clone, Copy)]
enum Road {
    TakesMs(u64),
    /// Fails with this kind after as many milliseconds.
    Fails(u64, io::ErrorKind),
    Dead,
}

/// Links whose roads are told, and notes of what was done on them.
struct World {
    begun: Mutex<Instant>,
    links: Links,
    /// By link (empty: the system's choice), and where it matters by address.
    roads: Mutex<BTreeMap<String, Road>>,
    notes: Mutex<Vec<String>>,
    /// Far ends of every connection that came about.
    ends: Mutex<Vec<(String, DuplexStream)>>,
}

impl World {
    fn new(roads: &[(&str, Road)]) -> Arc<Self> {
        let links = Links::default();
        let world = Self {
            begun: Mutex::new(Instant::now()),
            links,
            roads: Mutex::new(
                roads.iter().map(|(name, road)| ((*name).to_owned(), *road)).collect(),
            ),
            notes: Mutex::default(),
            ends: Mutex::default(),
        };
        world.links.set(standing(&["eth0", "wlan0", "wwan0"]));
        Arc::new(world)
    }

    fn note(&self, what: &str) {
        let ms = self.begun.lock().unwrap().elapsed().as_millis();
        self.notes.lock().unwrap().push(format!("{what} {ms}"));
    }

    /// Connects to `host`; what was begun when, and how it ended when.
    async fn story(self: &Arc<Self>, connector: &RankedConnector, host: &str) -> String {
        *self.begun.lock().unwrap() = Instant::now();
        match connector.connect(host, 443).await {
            Ok(stream) => {
                let mut ends = std::mem::take(&mut *self.ends.lock().unwrap());
                let mut open = Vec::new();
                for (name, end) in &mut ends {
                    let read = timeout(Duration::ZERO, end.read_u8()).await;
                    if read.is_err() {
                        open.push(name.as_str());
                    }
                }
                self.note(&format!("over {}", open.join("+")));
                drop(stream);
            }
            Err(error) => self.note(&error.to_string()),
        }
        std::mem::take(&mut *self.notes.lock().unwrap()).join(", ")
    }
}

fn standing(names: &[&str]) -> Vec<Interface> {
    let interface = |name: &&str| Interface {
        name: (*name).to_owned(),
        kind: match name.get(..2) {
            Some("et") => LinkKind::Wired,
            Some("wl") => LinkKind::Wifi,
            _ => LinkKind::Cellular,
        },
        state: LinkState::Up,
        addresses: vec!["192.0.2.77".parse().unwrap()],
        routed: true,
    };
    names.iter().map(interface).collect()
}

struct Roads(Arc<World>);

#[async_trait]
impl Dial for Roads {
    async fn find(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let found = match host {
            "two" => vec!["198.51.100.1", "198.51.100.2"],
            "here" => vec!["127.0.0.1"],
            "own" => vec!["192.0.2.77"],
            _ => vec!["198.51.100.1"],
        };
        Ok(found.into_iter().map(|text| text.parse().unwrap()).collect())
    }

    async fn dial(&self, link: Option<&LinkStatus>, to: SocketAddr) -> io::Result<Box<dyn Stream>> {
        let name = link.map_or("system", |link| link.name.as_str());
        let at = format!("{name}/{}", to.ip());
        let road = {
            let roads = self.0.roads.lock().unwrap();
            let road = roads.get(&at).or_else(|| roads.get(name)).copied();
            road.unwrap_or(Road::Dead)
        };
        self.0.note(if to.ip().to_string().ends_with('2') { &at } else { name });
        match road {
            Road::TakesMs(ms) => {
                sleep(Duration::from_millis(ms)).await;
                let (near, far) = duplex(64);
                self.0.ends.lock().unwrap().push((name.to_owned(), far));
                Ok(Box::new(near))
            }
            Road::Fails(ms, kind) => {
                sleep(Duration::from_millis(ms)).await;
                Err(kind.into())
            }
            Road::Dead => std::future::pending().await,
        }
    }
}

fn connector(world: &Arc<World>) -> RankedConnector {
    RankedConnector::with_dial(world.links.clone(), Arc::new(Roads(Arc::clone(world))))
}

async fn check(roads: &[(&str, Road)], host: &str, expected: &str) {
    let world = World::new(roads);
    assert_eq!(world.story(&connector(&world), host).await, expected);
}

#[tokio::test(start_paused = true)]
async fn a_good_link_is_the_only_one_used() {
    check(&[("eth0", Road::TakesMs(3))], "acquirer", "eth0 0, over eth0 3").await;
    check(&[("eth0", Road::TakesMs(249))], "acquirer", "eth0 0, over eth0 249").await;
}

#[tokio::test(start_paused = true)]
async fn a_dead_link_costs_the_stagger_and_two_dead_ones_twice() {
    let over_wifi = "eth0 0, wlan0 250, over wlan0 253";
    check(&[("wlan0", Road::TakesMs(3))], "acquirer", over_wifi).await;
    let over_cellular = "eth0 0, wlan0 250, wwan0 500, over wwan0 560";
    check(&[("wwan0", Road::TakesMs(60))], "acquirer", over_cellular).await;
}

#[tokio::test(start_paused = true)]
async fn a_link_that_refuses_or_has_no_route_is_followed_at_once() {
    for kind in [io::ErrorKind::ConnectionRefused, io::ErrorKind::NetworkUnreachable] {
        let roads = [("eth0", Road::Fails(2, kind)), ("wlan0", Road::TakesMs(3))];
        check(&roads, "acquirer", "eth0 0, wlan0 2, over wlan0 5").await;
    }
}

#[tokio::test(start_paused = true)]
async fn of_all_connections_that_came_about_one_is_handed_out() {
    let roads = [("eth0", Road::TakesMs(300)), ("wlan0", Road::TakesMs(50))];
    check(&roads, "acquirer", "eth0 0, wlan0 250, over eth0 300").await;
    let roads = [("eth0", Road::TakesMs(301)), ("wlan0", Road::TakesMs(50))];
    check(&roads, "acquirer", "eth0 0, wlan0 250, over wlan0 300").await;
}

#[tokio::test(start_paused = true)]
async fn addresses_of_a_host_are_tried_in_turn_within_a_link() {
    let roads = [("eth0/198.51.100.2", Road::TakesMs(3))];
    let both = "eth0 0, eth0/198.51.100.2 250, wlan0 250, over eth0 253";
    check(&roads, "two", both).await;
    let refused = io::ErrorKind::ConnectionRefused;
    let roads = [("eth0", Road::Fails(2, refused)), ("eth0/198.51.100.2", Road::TakesMs(3))];
    check(&roads, "two", "eth0 0, eth0/198.51.100.2 2, over eth0 5").await;
}

#[tokio::test(start_paused = true)]
async fn a_link_that_goes_down_while_it_connects_is_followed_at_once() {
    let world = World::new(&[("wlan0", Road::TakesMs(3))]);
    let links = world.links.clone();
    tokio::spawn(async move {
        sleep(Duration::from_millis(40)).await;
        links.set(standing(&["wlan0", "wwan0"]));
    });
    let story = world.story(&connector(&world), "acquirer").await;
    assert_eq!(story, "eth0 0, wlan0 40, over wlan0 43");
}

#[tokio::test(start_paused = true)]
async fn with_every_link_down_it_is_said_at_once() {
    let world = World::new(&[("system", Road::TakesMs(1))]);
    let mut down = standing(&["eth0", "wwan0"]);
    down.iter_mut().for_each(|link| link.state = LinkState::NoCarrier);
    world.links.set(down);
    let error = "cannot connect to acquirer:443: network down; check the network, then the \
                 acquirer's host 0";
    let connector = connector(&world);
    assert_eq!(world.story(&connector, "acquirer").await, error);
    world.links.set(standing(&["eth0"]));
    world.roads.lock().unwrap().insert("eth0".to_owned(), Road::TakesMs(4));
    assert_eq!(world.story(&connector, "acquirer").await, "eth0 0, over eth0 4");
}

#[tokio::test(start_paused = true)]
async fn each_address_has_its_time_and_no_more() {
    let error = "eth0 0, wlan0 250, wwan0 500, cannot connect to acquirer:443: timed out; check \
                 the network, then the acquirer's host 3500";
    check(&[], "acquirer", error).await;
}

#[tokio::test(start_paused = true)]
async fn the_system_chooses_for_its_own_addresses_and_where_no_link_is_known() {
    let roads = [("system", Road::TakesMs(1)), ("eth0", Road::TakesMs(1))];
    for host in ["here", "own", "127.0.0.1", "::1"] {
        check(&roads, host, "system 0, over system 1").await;
    }
    let world = World::new(&roads);
    world.links.set(Vec::new());
    assert_eq!(world.story(&connector(&world), "acquirer").await, "system 0, over system 1");
}

#[tokio::test(start_paused = true)]
async fn a_dead_link_costs_the_stagger_once_and_not_in_each_payment() {
    let world = World::new(&[("wlan0", Road::TakesMs(3))]);
    let connector = connector(&world);
    let first = world.story(&connector, "acquirer").await;
    assert_eq!(first, "eth0 0, wlan0 250, over wlan0 253");
    for _ in 0..5 {
        sleep(Duration::from_secs(5)).await;
        assert_eq!(world.story(&connector, "acquirer").await, "wlan0 0, over wlan0 3");
    }
    sleep(Duration::from_secs(30)).await;
    world.roads.lock().unwrap().insert("eth0".to_owned(), Road::TakesMs(2));
    assert_eq!(world.story(&connector, "acquirer").await, "eth0 0, over eth0 2");
    assert!(world.links.status().iter().all(|link| link.failure.is_none()));
}

#[tokio::test(start_paused = true)]
async fn only_what_speaks_against_a_link_is_held_against_it() {
    let refused = Road::Fails(2, io::ErrorKind::ConnectionRefused);
    let unreachable = Road::Fails(2, io::ErrorKind::HostUnreachable);
    let cases = [
        ([("eth0", refused), ("wlan0", Road::TakesMs(1))], None),
        (
            [("eth0", unreachable), ("wlan0", Road::TakesMs(1))],
            Some(io::ErrorKind::HostUnreachable),
        ),
        ([("eth0", Road::Dead), ("wlan0", Road::TakesMs(1))], Some(io::ErrorKind::TimedOut)),
        ([("eth0", Road::TakesMs(260)), ("wlan0", Road::TakesMs(50))], None),
    ];
    for (roads, expected) in cases {
        let world = World::new(&roads);
        world.story(&connector(&world), "acquirer").await;
        let status = world.links.status();
        assert_eq!(status[0].failure.map(|failure| failure.kind), expected);
        assert_eq!(status[1].failure, None, "it won, or had no time to show what it can");
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_has_no_more_time_leaves_nothing_open() {
    let world = World::new(&[("wlan0", Road::TakesMs(100))]);
    let connector = connector(&world);
    let ended = timeout(Duration::from_millis(300), connector.connect("acquirer", 443)).await;
    assert!(ended.is_err());
    assert!(world.ends.lock().unwrap().is_empty());
    let failed: Vec<_> = world.links.status().iter().map(|link| link.failure.is_some()).collect();
    assert_eq!(failed, [true, false, false]);
}

#[tokio::test(start_paused = true)]
async fn until_the_request_begins_the_stream_ends_with_its_link() {
    let world = World::new(&[("eth0", Road::TakesMs(1))]);
    let connector = connector(&world);
    let mut waits = connector.connect("acquirer", 443).await.unwrap();
    let mut asked = connector.connect("acquirer", 443).await.unwrap();
    let mut begun = connector.connect("acquirer", 443).await.unwrap();
    begun.check().unwrap();
    let waits = tokio::spawn(async move { waits.read_u8().await });
    tokio::task::yield_now().await;

    world.links.set(standing(&["wlan0"]));
    assert_eq!(waits.await.unwrap().unwrap_err().kind(), io::ErrorKind::NetworkDown);
    assert_eq!(asked.check().unwrap_err().kind(), io::ErrorKind::NetworkDown);
    assert!(timeout(Duration::from_secs(60), begun.read_u8()).await.is_err());
}
