//! Which links are kept, in which order, and what is remembered of them.

use super::*;
use tokio::time::advance;

fn interface(name: &str, kind: LinkKind, state: LinkState) -> Interface {
    let addresses = vec!["192.0.2.1".parse().unwrap()];
    Interface { name: name.to_owned(), kind, state, addresses, routed: true }
}

fn up(name: &str, kind: LinkKind) -> Interface {
    interface(name, kind, LinkState::Up)
}

fn three() -> Vec<Interface> {
    vec![up("wwan0", LinkKind::Cellular), up("wlan0", LinkKind::Wifi), up("eth0", LinkKind::Wired)]
}

fn links(interfaces: Vec<Interface>) -> Links {
    let links = Links::default();
    links.set(interfaces);
    links
}

#[track_caller]
fn check(links: &Links, expected: &str) {
    let ranked: Vec<_> = links.ranked().into_iter().map(|link| link.name).collect();
    assert_eq!(ranked.join(" "), expected);
}

#[tokio::test(start_paused = true)]
async fn wired_comes_before_wifi_before_cellular_and_what_is_down_not_at_all() {
    let mut interfaces = three();
    interfaces.push(up("wg0", LinkKind::Virtual));
    let links = links(interfaces);
    check(&links, "eth0 wlan0 wwan0 wg0");
    for state in [LinkState::NoCarrier, LinkState::NoAddress, LinkState::Off] {
        let mut interfaces = three();
        interfaces[2].state = state;
        links.set(interfaces);
        check(&links, "wlan0 wwan0");
        assert_eq!(links.status()[0].state, state);
    }
    links.set(Vec::new());
    check(&links, "");
    assert!(links.is_unknown());
}

#[tokio::test(start_paused = true)]
async fn the_rules_know_better_than_the_kernel() {
    let rules = LinkRules {
        order: vec!["wwan0".to_owned(), "absent".to_owned()],
        kinds: [("eth0".to_owned(), LinkKind::Cellular)].into(),
    };
    let links = Links::new(rules);
    links.set(three());
    check(&links, "wwan0 wlan0 eth0");
    assert_eq!(links.status()[2].kind, LinkKind::Cellular);
}

#[tokio::test(start_paused = true)]
async fn a_link_that_failed_rests_twice_as_long_each_time_up_to_the_bound() {
    let links = links(three());
    for seconds in [30, 60, 120, 240, 480, 600, 600] {
        links.failed("eth0", io::ErrorKind::TimedOut);
        advance(Duration::from_secs(seconds) - Duration::from_millis(1)).await;
        check(&links, "wlan0 wwan0 eth0");
        advance(Duration::from_millis(1)).await;
        check(&links, "eth0 wlan0 wwan0");
    }
    let failure = links.status()[0].failure.unwrap();
    assert_eq!((failure.kind, failure.in_a_row), (io::ErrorKind::TimedOut, 7));
    for _ in 0..100 {
        links.failed("eth0", io::ErrorKind::TimedOut);
    }
    assert_eq!(links.status()[0].failure.unwrap().rest(), REST_MAX);
}

#[tokio::test(start_paused = true)]
async fn links_that_all_failed_keep_their_order() {
    let links = links(three());
    for name in ["eth0", "wlan0", "wwan0"] {
        links.failed(name, io::ErrorKind::TimedOut);
    }
    check(&links, "eth0 wlan0 wwan0");
}

#[tokio::test(start_paused = true)]
async fn a_connection_or_a_change_of_the_link_ends_its_rest() {
    let changes: [fn(&Links); 4] = [
        |links| links.worked("eth0"),
        |links| {
            let mut interfaces = three();
            interfaces[2].addresses.clear();
            links.set(interfaces);
        },
        |links| {
            let mut interfaces = three();
            interfaces[2].routed = false;
            links.set(interfaces);
        },
        |links| {
            let mut interfaces = three();
            interfaces[2].state = LinkState::NoCarrier;
            links.set(interfaces);
            links.set(three());
        },
    ];
    for change in changes {
        let links = links(three());
        links.failed("eth0", io::ErrorKind::TimedOut);
        links.set(three());
        check(&links, "wlan0 wwan0 eth0");
        change(&links);
        check(&links, "eth0 wlan0 wwan0");
    }
}

#[tokio::test(start_paused = true)]
async fn a_state_has_an_age_and_every_change_is_told_once() {
    let links = links(three());
    let begun = Instant::now();
    let mut changes = links.changes();
    advance(Duration::from_secs(5)).await;
    links.set(three());
    assert!(!changes.has_changed().unwrap());
    let mut interfaces = three();
    interfaces[2].state = LinkState::NoCarrier;
    links.set(interfaces);
    changes.changed().await.unwrap();
    let status = changes.borrow_and_update().clone();
    assert_eq!(status, links.status());
    assert_eq!(status[0].since, begun + Duration::from_secs(5));
    assert_eq!(status[1].since, begun);
    links.worked("wlan0");
    assert!(!changes.has_changed().unwrap(), "nothing was held against it");
    links.failed("wlan0", io::ErrorKind::TimedOut);
    assert!(changes.has_changed().unwrap());
}

#[tokio::test(start_paused = true)]
async fn of_too_many_links_those_that_stand_are_kept() {
    let mut interfaces: Vec<_> = (0..100)
        .map(|at| interface(&format!("veth{at:02}"), LinkKind::Virtual, LinkState::NoCarrier))
        .collect();
    interfaces.push(up("wg0", LinkKind::Virtual));
    interfaces.push(interface("eth0", LinkKind::Wired, LinkState::NoCarrier));
    let links = links(interfaces);
    let names: Vec<_> = links.status().into_iter().map(|link| link.name).collect();
    assert_eq!(names.len(), LINKS_MAX);
    assert_eq!((names[0].as_str(), names[LINKS_MAX - 1].as_str()), ("eth0", "wg0"));
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_link_to_go_is_told_when_it_is_down_or_not_there() {
    for without in [true, false] {
        let links = links(three());
        let waiting = tokio::spawn(links.clone().gone("eth0".to_owned()));
        let mut interfaces = three();
        links.failed("eth0", io::ErrorKind::TimedOut);
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        if without {
            interfaces.pop();
        } else {
            interfaces[2].state = LinkState::Off;
        }
        links.set(interfaces);
        waiting.await.unwrap();
    }
}
