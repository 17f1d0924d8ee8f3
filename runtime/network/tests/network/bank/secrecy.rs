//! Nothing that can be shown holds a card, a PIN block or a key.

use super::host::{
    Bench, Coded, Does, MAC_KEY, PAN, PIN_KEY, Reply, body, changed, sale, sale_body, says,
    under_master,
};
use crate::exchange::told;
use caisson_network::Binding;

/// What must not be seen, as text, hexadecimal (both cases) and a list of numbers.
fn shapes(secret: &[u8]) -> Vec<String> {
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let list = format!("{secret:?}");
    let mut shapes = vec![hex.to_ascii_uppercase(), hex, list.trim_matches(['[', ']']).to_owned()];
    shapes.extend(std::str::from_utf8(secret).map(str::to_owned));
    shapes
}

#[tokio::test(start_paused = true)]
async fn no_text_of_an_exchange_shows_what_was_planted() {
    let cryptograms = [under_master(&PIN_KEY), under_master(&MAC_KEY)].concat();
    let brought = cryptograms.clone();
    let bad_keys = changed(move |answer| {
        answer.set_bytes(62, &brought).unwrap();
    });
    let stranger = Reply { coded: Coded::ByAStranger, ..says("00") };
    let bare = Reply { coded: Coded::Not, ..bad_keys.clone() };
    let mut shown = Vec::new();
    let mut secrets = vec![PAN.as_bytes().to_vec(), PIN_KEY.to_vec(), MAC_KEY.to_vec()];
    for reply in [says("00"), says("51"), stranger, bad_keys, bare] {
        let bench = Bench::that(Does::Answers(reply));
        let pin = bench.pin();
        let sent = Binding { pin: Some(pin), ..sale(1_200) };
        let destination = bench.client.destination();
        let prepared = destination.prepare("sale", &sale_body(), &sent).unwrap();
        let heard = bench.client.exchange(&prepared).await;
        shown.push(format!("{prepared:?} {sent:?} {heard:?} {} {:?}", told(&heard), bench.client));
        let sign_on = body("0800", &[]);
        let on = bench.asks("sign-on", &sign_on, &Binding { amount: None, ..sale(1) }).await;
        shown.push(format!("{on:?} {}", told(&on)));
        let request = super::host::only_sale(&bench.requests);
        secrets.push(request.bytes(52).unwrap().to_vec());
        for wrong in [(4, "000000000001"), (90, "000000000000000000000000000000000000000000")] {
            let error =
                destination.prepare("sale", &body("0200", &[(2, PAN), wrong]), &sent).unwrap_err();
            shown.push(format!("{error:?} {error}"));
        }
        // A card number cut short, and one with a letter in it.
        for bytes in [3, 14, 18] {
            let error = destination.prepare("sale", &sale_body()[..bytes], &sent).unwrap_err();
            shown.push(format!("{error:?} {error}"));
        }
    }
    secrets.push(cryptograms[..16].to_vec());
    let all = shown.join("\n");
    for secret in secrets {
        for shape in shapes(&secret) {
            assert!(!all.contains(&shape), "{shape} in {all}");
        }
    }
}
