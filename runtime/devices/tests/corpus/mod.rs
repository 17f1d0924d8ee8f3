//! Pictures of codes as a camera at a counter would take them, each fixed by its seed.

pub(crate) mod chance;
pub(crate) mod symbol;

use chance::Chance;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, Luma};
use qrcodegen::QrCodeEcc;
use symbol::Symbol;

pub(crate) const KINDS: [&str; 3] = ["QR", "Code 128", "EAN-13"];
pub(crate) const LEVELS: [&str; 3] = ["easy", "mid", "hard"];

/// One picture and what it says.
pub(crate) struct Sample {
    pub(crate) text: String,
    pub(crate) picture: GrayImage,
}

/// How a picture of one level is taken: each pair is a least and a greatest.
struct Recipe {
    /// Pixels a module, for QR codes and for bars.
    qr_module: (f32, f32),
    bar_module: (f32, f32),
    /// Degrees out of the straight, for bars; QR codes lie at any angle.
    tilt: f32,
    /// Change of scale from one border of the code to the other.
    perspective: (f32, f32),
    /// Width of the blur in modules.
    blur: (f32, f32),
    /// Standard deviation of the noise in levels.
    noise: (f32, f32),
    /// Dark and bright of the print.
    contrast: (f32, f32),
    /// Change of light across the picture, in levels.
    shade: f32,
    /// Strength of a reflection, in levels; it lies on or beside the code.
    glare: (f32, f32),
    /// Amplitude of moiré in levels.
    moire: (f32, f32),
    /// JPEG quality.
    quality: (u64, u64),
}

fn recipe(level: &str) -> Recipe {
    match level {
        "easy" => Recipe {
            qr_module: (4.0, 7.0),
            bar_module: (2.6, 4.0),
            tilt: 6.0,
            perspective: (0.0, 0.08),
            blur: (0.0, 0.15),
            noise: (1.0, 5.0),
            contrast: (30.0, 230.0),
            shade: 20.0,
            glare: (0.0, 0.0),
            moire: (0.0, 0.0),
            quality: (85, 95),
        },
        "mid" => Recipe {
            qr_module: (3.2, 5.5),
            bar_module: (2.2, 3.4),
            tilt: 20.0,
            perspective: (0.05, 0.2),
            blur: (0.15, 0.32),
            noise: (4.0, 10.0),
            contrast: (50.0, 205.0),
            shade: 60.0,
            glare: (0.0, 60.0),
            moire: (0.0, 12.0),
            quality: (60, 85),
        },
        _ => Recipe {
            qr_module: (2.6, 4.2),
            bar_module: (1.8, 2.8),
            tilt: 45.0,
            perspective: (0.1, 0.28),
            blur: (0.22, 0.45),
            noise: (6.0, 14.0),
            contrast: (60.0, 190.0),
            shade: 90.0,
            glare: (30.0, 110.0),
            moire: (2.0, 18.0),
            quality: (30, 65),
        },
    }
}

/// The picture of that kind and level with that number.
pub(crate) fn sample(kind: usize, level: usize, number: u64) -> Sample {
    let seed = number * 100 + kind as u64 * 10 + level as u64;
    let mut chance = Chance::new(seed);
    let (kind, level) = (KINDS[kind], LEVELS[level]);
    let recipe = recipe(level);
    let (symbol, text) = symbol(kind, &mut chance);
    let module = match kind {
        "QR" => chance.between(recipe.qr_module.0, recipe.qr_module.1),
        _ => chance.between(recipe.bar_module.0, recipe.bar_module.1),
    };
    let mut scene = Scene::new(&symbol, module, kind == "QR", &recipe, &mut chance);
    let mut picture = scene.draw(&symbol, &recipe, &mut chance);
    let blur = chance.between(recipe.blur.0, recipe.blur.1) * module;
    if blur > 0.3 {
        picture = DynamicImage::ImageLuma8(picture).fast_blur(blur).into_luma8();
    }
    scene.disturb(&mut picture, &recipe, &mut chance);
    let quality = recipe.quality.0 + chance.below(recipe.quality.1 - recipe.quality.0);
    Sample { text, picture: through_jpeg(&picture, quality as u8) }
}

/// What wallets, cash desks and shelves show.
fn symbol(kind: &str, chance: &mut Chance) -> (Symbol, String) {
    match kind {
        "QR" => {
            let text = match chance.below(4) {
                0 => format!("28{}", chance.digits(16)),
                1 => {
                    format!("https://pay.example.com/m/{}?t={}", chance.digits(8), chance.digits(6))
                }
                2 => format!(
                    "00020101021226330016A000000677010111011300{}5303156540512.005802CN5909CAISSON {}6304{}",
                    chance.digits(11),
                    chance.digits(1),
                    chance.digits(4)
                ),
                _ => format!("收款码 {} 元 №{}", chance.digits(3), chance.digits(9)),
            };
            let level = [QrCodeEcc::Low, QrCodeEcc::Medium, QrCodeEcc::Quartile];
            (Symbol::qr(&text, level[chance.below(3) as usize]), text)
        }
        "Code 128" => {
            let text = match chance.below(3) {
                0 | 1 => format!("13{}", chance.digits(16)),
                _ => format!("TX-{}/{}", chance.digits(4), chance.digits(3)),
            };
            (Symbol::code_128(&text), text)
        }
        _ => Symbol::ean_13(&format!("69{}", chance.digits(10))),
    }
}

/// Where the code lies in the picture.
struct Scene {
    size: (u32, u32),
    middle: (f32, f32),
    /// Cosine and sine of its angle, over pixels a module.
    turn: (f32, f32),
    perspective: (f32, f32),
}

impl Scene {
    fn new(
        symbol: &Symbol,
        module: f32,
        any_angle: bool,
        recipe: &Recipe,
        chance: &mut Chance,
    ) -> Self {
        let degrees = if any_angle {
            chance.between(0.0, 360.0)
        } else {
            90.0 * chance.below(4) as f32 + chance.between(-recipe.tilt, recipe.tilt)
        };
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (wide, high) =
            (symbol.width() + 2.0 * symbol.quiet.0, symbol.height() + 2.0 * symbol.quiet.1);
        let span_x = (wide * cos.abs() + high * sin.abs()) * module * 1.2;
        let span_y = (wide * sin.abs() + high * cos.abs()) * module * 1.2;
        let size = if span_x > 640.0 || span_y > 480.0 { (1_280, 960) } else { (640, 480) };
        let room = |side: u32, span: f32| ((side as f32 - span) / 2.0).max(0.0);
        let (room_x, room_y) = (room(size.0, span_x), room(size.1, span_y));
        let middle = (
            size.0 as f32 / 2.0 + chance.between(-room_x, room_x),
            size.1 as f32 / 2.0 + chance.between(-room_y, room_y),
        );
        let strength = chance.between(recipe.perspective.0, recipe.perspective.1);
        let toward = chance.between(0.0, std::f32::consts::TAU);
        let reach = wide.max(high);
        let perspective = (strength * toward.cos() / reach, strength * toward.sin() / reach);
        Self { size, middle, turn: (cos / module, sin / module), perspective }
    }

    /// The point of the code's plane, in modules from its middle, that a pixel shows.
    fn plane(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = (x - self.middle.0, y - self.middle.1);
        let (u, v) = (x * self.turn.0 + y * self.turn.1, y * self.turn.0 - x * self.turn.1);
        let depth = 1.0 + u * self.perspective.0 + v * self.perspective.1;
        (u / depth, v / depth)
    }

    fn draw(&self, symbol: &Symbol, recipe: &Recipe, chance: &mut Chance) -> GrayImage {
        let (dark, bright) = recipe.contrast;
        let table = chance.between(60.0, 170.0);
        let inverted = chance.one_in(12);
        let (half_wide, half_high) = (symbol.width() / 2.0, symbol.height() / 2.0);
        let mut picture = clutter(self.size, table, chance);
        for (x, y, pixel) in picture.enumerate_pixels_mut() {
            let (x, y) = (x as f32, y as f32);
            let (u, v) = self.plane(x + 0.5, y + 0.5);
            let on_code = u.abs() < half_wide + 1.0 && v.abs() < half_high + 1.0;
            let on_card =
                u.abs() < half_wide + symbol.quiet.0 && v.abs() < half_high + symbol.quiet.1;
            let share = if on_code {
                // Four points of a pixel, as a sensor sums up what falls on it.
                let points = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)];
                let darks = points.into_iter().filter(|(dx, dy)| {
                    let (u, v) = self.plane(x + dx, y + dy);
                    symbol.is_dark(u + half_wide, v + half_high)
                });
                darks.count() as f32 / 4.0
            } else if on_card {
                0.0
            } else {
                continue;
            };
            let share = if inverted { 1.0 - share } else { share };
            *pixel = Luma([(bright + (dark - bright) * share) as u8]);
        }
        picture
    }

    /// Light, reflections, moiré and noise of the sensor.
    fn disturb(&mut self, picture: &mut GrayImage, recipe: &Recipe, chance: &mut Chance) {
        let (width, height) = (self.size.0 as f32, self.size.1 as f32);
        let light = chance.between(0.0, std::f32::consts::TAU);
        let shade = chance.between(-recipe.shade, recipe.shade);
        let (light_x, light_y) = (light.cos() * shade / width, light.sin() * shade / height);
        let glare = chance.between(recipe.glare.0, recipe.glare.1);
        let away = height * 0.25;
        let spot = (
            self.middle.0 + chance.between(-away, away),
            self.middle.1 + chance.between(-away, away),
        );
        let spread = 1.0 / (height * chance.between(0.05, 0.12)).powi(2);
        let moire = chance.between(recipe.moire.0, recipe.moire.1);
        let wave = chance.between(0.25, 0.9);
        let angle = chance.between(0.0, std::f32::consts::PI);
        let (wave_x, wave_y) = (wave * angle.cos(), wave * angle.sin());
        let noise = noise_table(chance.between(recipe.noise.0, recipe.noise.1), chance);
        let offset = chance.below(noise.len() as u64) as usize;
        let mut noise = noise.iter().cycle().skip(offset);
        for (x, y, pixel) in picture.enumerate_pixels_mut() {
            let (x, y) = (x as f32, y as f32);
            let mut level = f32::from(pixel.0[0]) + noise.next().copied().unwrap_or(0.0);
            level += light_x * (x - width / 2.0) + light_y * (y - height / 2.0);
            if glare > 1.0 {
                let from = ((x - spot.0).powi(2) + (y - spot.1).powi(2)) * spread;
                level += if from < 6.0 { glare * (-from).exp() } else { 0.0 };
            }
            if moire > 1.0 {
                level += moire * (wave_x * x + wave_y * y).sin();
            }
            pixel.0[0] = level as u8;
        }
    }
}

/// A table with things on it: boxes and stripes of other brightness.
fn clutter(size: (u32, u32), table: f32, chance: &mut Chance) -> GrayImage {
    let mut picture = GrayImage::from_pixel(size.0, size.1, Luma([table as u8]));
    for _ in 0..chance.below(12) {
        let level = chance.between(20.0, 235.0) as u8;
        let (left, top) = (chance.below(size.0.into()) as u32, chance.below(size.1.into()) as u32);
        let (wide, high) = (4 + chance.below(90) as u32, 4 + chance.below(90) as u32);
        for y in top..(top + high).min(size.1) {
            for x in left..(left + wide).min(size.0) {
                picture.put_pixel(x, y, Luma([level]));
            }
        }
    }
    picture
}

/// A stretch of noise whose length shares no factor with a row, so that it makes no pattern.
fn noise_table(deviation: f32, chance: &mut Chance) -> Vec<f32> {
    let mut draw = || chance.between(-1.0, 1.0);
    // Four even draws are near enough to a bell curve; 0.866 brings their deviation to 1.
    (0..40_009).map(|_| (draw() + draw() + draw() + draw()) * 0.866 * deviation).collect()
}

fn through_jpeg(picture: &GrayImage, quality: u8) -> GrayImage {
    let mut bytes = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality)).unwrap();
    image::load_from_memory(&bytes).unwrap().into_luma8()
}
