//! Where a device's keys are: in a token, or in a file that no real money depends on.

use crate::shop::{RUN, Shop, TEST_KEYS};
use std::path::Path;
use std::process::Command;

/// Where Debian and others put a token in software.
const MODULES: [&str; 4] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
];
const CONFIGURATION: &str = "SOFTHSM2_CONF";
const PIN: &str = "7461998";

fn profile(shop: &Shop) -> String {
    std::fs::read_to_string(shop.desk.path("till/profile.toml")).unwrap()
}

#[test]
fn test_keys_are_refused_where_real_money_may_come() {
    let shop = Shop::new("127.0.0.1:9");
    let real = profile(&shop).replace(TEST_KEYS, "");
    shop.desk.write("till/profile.toml", real);
    shop.check(
        RUN,
        3,
        "",
        "error: till/vault.toml: test keys, which a terminal that takes real money refuses\n\
         hint: put the keys into a token, [token] in the profile; or write test-keys = true at its \
         head, where no real money is taken\n",
    );
}

#[test]
fn keys_are_made_in_a_token_and_stay_there() {
    let module = MODULES.into_iter().find(|path| Path::new(path).exists());
    let module = module.expect("no SoftHSM here; apt-get install softhsm2");
    let shop = Shop::new("127.0.0.1:9");
    let path = |name: &str| shop.desk.path(name);
    std::fs::create_dir(path("tokens")).unwrap();
    let configuration = format!("directories.tokendir = {}\n", path("tokens").display());
    shop.desk.write("softhsm2.conf", configuration);
    let configuration = path("softhsm2.conf");
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", "till", "--so-pin", "5550123", "--pin", PIN])
        .env(CONFIGURATION, &configuration)
        .output()
        .expect("softhsm2-util comes with SoftHSM");
    assert!(made.status.success(), "{made:?}");

    let profile = profile(&shop).replace(TEST_KEYS, "");
    let key = profile.rsplit_once("[destination.wallet]").unwrap().1.split('"').nth(3).unwrap();
    let token = format!("[token]\nmodule = \"{module}\"\nlabel = \"till\"\npin = \"token.pin\"\n");
    shop.desk.write("fresh/profile.toml", format!("{profile}\n{token}"));
    shop.desk.write("fresh/token.pin", format!("{PIN}\n"));
    let on_device = |line: &str| shop.on_device_with((CONFIGURATION, &configuration), line);

    let provision =
        format!("provision --profile fresh/profile.toml --acquirer wallet-answers={key}");
    let made = on_device(&provision);
    assert_eq!((made.status, made.stderr.as_str()), (0, ""), "{made:?}");
    assert!(made.stdout.starts_with("the terminal's keys are made"), "{made:?}");
    assert!(!path("fresh/vault.toml").exists());
    let again = on_device(&provision);
    assert_ne!(again.status, 0, "{again:?}");

    let ran = on_device("run --profile fresh/profile.toml");
    assert!(ran.stdout.contains("keys: token\n"), "{ran:?}");
    shop.desk.write("fresh/token.pin", "1234567\n");
    let refused = on_device("run --profile fresh/profile.toml");
    assert_ne!(refused.status, 0, "{refused:?}");
    assert!(refused.stderr.contains("token `till`"), "{refused:?}");
    assert!(!refused.stderr.contains("1234567"), "{refused:?}");
}
