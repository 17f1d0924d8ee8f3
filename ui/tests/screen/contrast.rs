//! Every pair of text and ground that the theme makes is readable: WCAG's 4.5 : 1.

use crate::harness::{Screen, status};
use caisson_core::desk;
use caisson_devices::screen::Status;
use caisson_ui::PosWindow as _;
use slint::Color;

fn luminance(color: Color) -> f64 {
    let part = |byte: u8| {
        let share = f64::from(byte) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(color.red()) + 0.7152 * part(color.green()) + 0.0722 * part(color.blue())
}

fn contrast(one: Color, other: Color) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn every_text_stands_out_from_its_ground_by_day_and_by_night() {
    assert!(
        (contrast(Color::from_rgb_u8(0, 0, 0), Color::from_rgb_u8(255, 255, 255)) - 21.0).abs()
            < 0.01
    );
    let screen = Screen::open((480, 800));
    let mut wrong = Vec::new();
    for look in [desk::Theme::Light, desk::Theme::Dark] {
        let settings = desk::Settings { theme: look, ..desk::Settings::default() };
        screen.status(Status { settings, ..status() });
        let theme = screen.face.window().theme();
        let grounds = [theme.get_surface(), theme.get_card(), theme.get_pressed()];
        let on_plain = [theme.get_on_surface(), theme.get_muted()];
        let mut pairs: Vec<(String, Color, Color)> = Vec::new();
        for (at, ground) in grounds.into_iter().enumerate() {
            pairs.extend(on_plain.map(|text| (format!("plain text on ground {at}"), text, ground)));
        }
        for ground in [theme.get_surface(), theme.get_card()] {
            pairs.push(("approved".into(), theme.get_approved_text(), ground));
            pairs.push(("declined".into(), theme.get_declined_text(), ground));
            pairs.push(("attention".into(), theme.get_attention_text(), ground));
        }
        pairs.extend([
            ("primary".into(), theme.get_on_primary(), theme.get_primary()),
            ("primary, pressed".into(), theme.get_on_primary(), theme.get_primary_pressed()),
            ("tint".into(), theme.get_on_tint(), theme.get_tint()),
            ("danger".into(), theme.get_on_danger(), theme.get_danger()),
            ("danger, pressed".into(), theme.get_on_danger(), theme.get_danger_pressed()),
            ("approved".into(), theme.get_on_approved(), theme.get_approved()),
            ("declined".into(), theme.get_on_declined(), theme.get_declined()),
            ("attention".into(), theme.get_on_attention(), theme.get_attention()),
            ("unknown".into(), theme.get_on_attention(), theme.get_unknown()),
            ("cancelled".into(), theme.get_on_cancelled(), theme.get_cancelled()),
            ("banner".into(), theme.get_on_attention_tint(), theme.get_attention_tint()),
            ("paper".into(), theme.get_ink(), theme.get_paper()),
        ]);
        for (name, text, ground) in pairs {
            let found = contrast(text, ground);
            if found < 4.5 {
                wrong.push(format!("{look:?}: {name}: {found:.2}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
