//! A package whose files hold anything is refused with an error; nothing panics.

use crate::shop::Shop;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_in_any_file_are_refused(
        file in proptest::sample::select(vec!["caisson.toml", "app.wasm", "caisson.sig"]),
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        from in 0_usize..200,
        put_in in any::<bool>(),
    ) {
        let shop = Shop::new();
        let package = shop.signed(2, "component 2");
        let path = package.join(file);
        let mut content = std::fs::read(&path).unwrap();
        let before = content.clone();
        if put_in {
            let at = from.min(content.len());
            content.splice(at..at, bytes);
        } else {
            content = bytes;
        }
        prop_assume!(content != before);
        std::fs::write(&path, content).unwrap();
        prop_assert!(shop.install(&package, false).is_err());
        prop_assert_eq!(shop.state(), "nothing");
    }
}
