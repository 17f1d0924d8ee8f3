use super::*;
use caisson_core::Currency;

#[track_caller]
fn check(currency: Currency, amount: &str, zh: &str, en: &str) {
    let money = Money::parse(amount, currency).unwrap();
    let said = [Language::Zh, Language::En].map(|language| announcement(money, language));
    assert_eq!(said, [format!("收款{zh}"), format!("received {en}")], "{amount} {currency}");
}

#[test]
fn an_amount_is_said_as_people_say_a_price() {
    let check = |amount, zh, en| check(Currency::Cny, amount, zh, en);
    check("0.00", "零元", "zero yuan");
    check("0.01", "零点零一元", "zero yuan zero one");
    check("0.10", "零点一元", "zero yuan ten");
    check("0.99", "零点九九元", "zero yuan ninety nine");
    check("1.00", "一元", "one yuan");
    check("2.00", "两元", "two yuan");
    check("2.02", "二点零二元", "two yuan zero two");
    check("8.88", "八点八八元", "eight yuan eighty eight");
    check("10.00", "十元", "ten yuan");
    check("11.11", "十一点一一元", "eleven yuan eleven");
    check("12.50", "十二点五元", "twelve yuan fifty");
    check("12.05", "十二点零五元", "twelve yuan zero five");
    check("19.19", "十九点一九元", "nineteen yuan nineteen");
    check("20.00", "二十元", "twenty yuan");
    check("22.20", "二十二点二元", "twenty two yuan twenty");
    check("34.56", "三十四点五六元", "thirty four yuan fifty six");
    check("76.47", "七十六点四七元", "seventy six yuan forty seven");
    check("100.01", "一百点零一元", "one hundred yuan zero one");
    check("101.00", "一百零一元", "one hundred one yuan");
    check("110.00", "一百一十元", "one hundred ten yuan");
    check("112.00", "一百一十二元", "one hundred twelve yuan");
    check("200.00", "二百元", "two hundred yuan");
    check("1000.10", "一千点一元", "one thousand yuan ten");
    check("1001.00", "一千零一元", "one thousand one yuan");
    check("1010.00", "一千零一十元", "one thousand ten yuan");
    check("1100.00", "一千一百元", "one thousand one hundred yuan");
    check("2000.00", "两千元", "two thousand yuan");
    check(
        "2222.22",
        "两千二百二十二点二二元",
        "two thousand two hundred twenty two yuan twenty two",
    );
}

#[test]
fn a_large_amount_is_said_group_by_group_with_each_gap_said_once() {
    let check = |amount, zh, en| check(Currency::Cny, amount, zh, en);
    check("10000.00", "一万元", "ten thousand yuan");
    check("10005.00", "一万零五元", "ten thousand five yuan");
    check("10012.00", "一万零一十二元", "ten thousand twelve yuan");
    check("10086.05", "一万零八十六点零五元", "ten thousand eighty six yuan zero five");
    check("11000.00", "一万一千元", "eleven thousand yuan");
    check("20000.00", "两万元", "twenty thousand yuan");
    check("22000.00", "两万两千元", "twenty two thousand yuan");
    check("100000.00", "十万元", "one hundred thousand yuan");
    check("102000.00", "十万两千元", "one hundred two thousand yuan");
    check("110000.00", "十一万元", "one hundred ten thousand yuan");
    check("120000.00", "十二万元", "one hundred twenty thousand yuan");
    check("1000000.00", "一百万元", "one million yuan");
    check("1100000.00", "一百一十万元", "one million one hundred thousand yuan");
    check("10000001.00", "一千万零一元", "ten million one yuan");
    check("100000005.00", "一亿零五元", "one hundred million five yuan");
    check("100020000.00", "一亿零二万元", "one hundred million twenty thousand yuan");
    check(
        "100120000.00",
        "一亿零一十二万元",
        "one hundred million one hundred twenty thousand yuan",
    );
    check("200000000.00", "两亿元", "two hundred million yuan");
    check("1000000000.00", "十亿元", "one billion yuan");
    check(
        "9999999999.99",
        "九十九亿九千九百九十九万九千九百九十九点九九元",
        "nine billion nine hundred ninety nine million nine hundred ninety nine thousand nine \
         hundred ninety nine yuan ninety nine",
    );
}

#[test]
fn every_currency_is_said_by_its_name() {
    check(Currency::Hkd, "1.00", "一港元", "one Hong Kong dollar");
    check(Currency::Hkd, "12.50", "十二点五港元", "twelve Hong Kong dollars fifty");
    check(Currency::Mop, "1.00", "一澳门元", "one pataca");
    check(Currency::Mop, "2.00", "两澳门元", "two patacas");
    check(Currency::Usd, "1.01", "一点零一美元", "one US dollar zero one");
    check(Currency::Usd, "0.50", "零点五美元", "zero US dollars fifty");
    check(Currency::Eur, "1.00", "一欧元", "one euro");
    check(Currency::Eur, "30.00", "三十欧元", "thirty euros");
    check(Currency::Gbp, "1.20", "一点二英镑", "one pound twenty");
    check(Currency::Gbp, "40.00", "四十英镑", "forty pounds");
    check(Currency::Jpy, "1", "一日元", "one yen");
    check(Currency::Jpy, "2", "两日元", "two yen");
    check(
        Currency::Jpy,
        "999999999999",
        "九千九百九十九亿九千九百九十九万九千九百九十九日元",
        "nine hundred ninety nine billion nine hundred ninety nine million nine hundred ninety \
         nine thousand nine hundred ninety nine yen",
    );
    check(Currency::Kwd, "1.000", "一科威特第纳尔", "one dinar");
    check(Currency::Kwd, "2.005", "二点零零五科威特第纳尔", "two dinars zero zero five");
    check(Currency::Kwd, "2.050", "二点零五科威特第纳尔", "two dinars zero five zero");
    check(Currency::Kwd, "2.250", "二点二五科威特第纳尔", "two dinars two hundred fifty");
}

#[test]
fn a_transcript_has_each_sound_as_a_line() {
    let amount = Money::parse("12.50", Currency::Cny).unwrap();
    let dollar = Money::parse("1.00", Currency::Hkd).unwrap();
    let lines = [
        Sound::Approved,
        Sound::Declined,
        Sound::Attention,
        Sound::Received { amount, language: Language::Zh },
        Sound::Received { amount, language: Language::En },
        Sound::Received { amount: dollar, language: Language::En },
    ]
    .map(Sound::line);
    assert_eq!(
        lines,
        [
            "approved tone",
            "declined tone",
            "attention tone",
            "收款 12.50 元",
            "Received 12.50 yuan",
            "Received 1.00 Hong Kong dollar",
        ]
    );
}

#[cfg(feature = "sound")]
mod recorded {
    use super::super::samples::{RATE, samples};
    use super::super::word::Word as _;
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;
    use std::io::Cursor;

    /// The longest word that a clip holds, in samples.
    const CLIP_MAX: usize = 2 * RATE as usize;
    /// What all clips may weigh together.
    const CLIPS_BYTES_MAX: usize = 700_000;

    /// Name and bytes of a word's clip.
    type Clip = (&'static str, &'static [u8]);

    /// Each folder with the clips that its words have.
    fn clips() -> [(&'static str, Vec<Clip>); 2] {
        let chinese = zh::Word::ALL.iter().map(|word| (word.file(), word.clip()));
        let english = en::Word::ALL.iter().map(|word| (word.file(), word.clip()));
        [(zh::Word::FOLDER, chinese.collect()), (en::Word::FOLDER, english.collect())]
    }

    #[test]
    fn every_clip_belongs_to_one_word() {
        for (folder, words) in clips() {
            let path = format!("{}/sounds/{folder}", env!("CARGO_MANIFEST_DIR"));
            let files = fs::read_dir(path).unwrap();
            let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
            let named = words.iter().map(|(file, _)| format!("{file}.wav"));
            assert_eq!(named.collect::<BTreeSet<_>>(), files.collect::<BTreeSet<_>>());
            let names = words.iter().map(|(file, _)| file).collect::<BTreeSet<_>>();
            assert_eq!(names.len(), words.len(), "a clip of two words in {folder}");
        }
    }

    #[test]
    fn every_word_is_used_by_some_amount() {
        let mut said = [BTreeSet::new(), BTreeSet::new()];
        let minors = (0..=2_000).chain((0..=11).flat_map(|zeros| {
            let unit = 10_u64.pow(zeros);
            [unit, 2 * unit, 9 * unit]
        }));
        for minor in minors {
            for currency in Currency::ALL {
                let amount = Money::new(minor, currency).unwrap();
                said[0].extend(zh::words(amount).into_iter().map(zh::Word::file));
                said[1].extend(en::words(amount).into_iter().map(en::Word::file));
            }
        }
        let all = clips().map(|(_, words)| words.into_iter().map(|(file, _)| file).collect());
        assert_eq!(said, all);
    }

    #[test]
    fn every_clip_is_mono_of_the_one_rate_loud_and_short() {
        let mut bytes = 0;
        for (folder, words) in clips() {
            for (file, clip) in words {
                bytes += clip.len();
                let reader = hound::WavReader::new(Cursor::new(clip)).unwrap();
                let spec = reader.spec();
                assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (1, RATE, 16));
                let samples: Vec<i16> = reader.into_samples().map(Result::unwrap).collect();
                let peak = samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap();
                assert!((28_000..=32_767).contains(&peak), "{folder}/{file}: {peak}");
                assert!((RATE as usize / 6..CLIP_MAX).contains(&samples.len()), "{folder}/{file}");
            }
        }
        assert!(bytes <= CLIPS_BYTES_MAX, "{bytes} bytes");
    }

    #[test]
    fn an_announcement_is_its_clips_in_order_with_pauses_between() {
        let amount = Money::parse("12.00", Currency::Cny).unwrap();
        let said = samples(Sound::Received { amount, language: Language::Zh });
        let clips = [zh::Word::Received, zh::Word::Ten, zh::Word::Two, zh::Word::Yuan];
        let length = |clip: &[u8]| {
            usize::try_from(hound::WavReader::new(Cursor::new(clip)).unwrap().duration()).unwrap()
        };
        let spoken: usize = clips.iter().map(|word| length(word.clip())).sum();
        let (word, pause) = (RATE as usize * 25 / 1_000, RATE as usize * 150 / 1_000);
        assert_eq!(said.len(), spoken + 3 * word + 2 * pause);
        let first = length(zh::Word::Received.clip());
        assert!(said[first..first + pause].iter().all(|sample| *sample == 0.0));
        assert!(said[first + pause..first + pause + 2_000].iter().any(|sample| *sample != 0.0));
    }

    /// How often a second the wave goes up through zero, note by note.
    fn notes(sound: Sound) -> Vec<u32> {
        let samples = samples(sound);
        let quiet = |part: &&[f32]| part.iter().any(|sample| sample.abs() > 0.01);
        let rest = RATE as usize * 18 / 1_000;
        let mut notes = Vec::new();
        let mut part = Vec::new();
        let mut silent = 0;
        for sample in samples {
            silent = if sample == 0.0 { silent + 1 } else { 0 };
            part.push(sample);
            if silent == rest && quiet(&part.as_slice()) {
                let sounding = &part[..part.len() - rest];
                let ups = sounding.windows(2).filter(|w| w[0] <= 0.0 && w[1] > 0.0).count();
                let ups = u32::try_from(ups).unwrap() * RATE;
                notes.push(ups / u32::try_from(sounding.len()).unwrap() / 50 * 50);
                part.clear();
            } else if silent >= rest {
                part.clear();
            }
        }
        notes
    }

    #[test]
    fn the_tones_differ_in_direction_and_rhythm() {
        assert_eq!(notes(Sound::Approved), [1_050, 1_550]);
        assert_eq!(notes(Sound::Declined), [400, 300]);
        assert_eq!(notes(Sound::Attention), [750, 750, 750]);
    }

    #[test]
    fn no_sound_is_clipped_or_begins_and_ends_with_a_click() {
        let amount = Money::parse("9999999999.99", Currency::Cny).unwrap();
        let spoken =
            [Language::Zh, Language::En].map(|language| Sound::Received { amount, language });
        for sound in [Sound::Approved, Sound::Declined, Sound::Attention].into_iter().chain(spoken)
        {
            let samples = samples(sound);
            assert!(samples.iter().all(|sample| sample.abs() <= 1.0), "{sound:?}");
            let ends = [samples[0], samples[samples.len() - 1]];
            assert!(ends.iter().all(|sample| sample.abs() < 0.02), "{sound:?}");
        }
    }

    #[test]
    fn where_too_much_waits_tones_go_first_and_the_newest_announcement_stays() {
        use super::super::queue::{Queue, WAITING_MAX};
        let spoken = |minor| Sound::Received {
            amount: Money::new(minor, Currency::Cny).unwrap(),
            language: Language::En,
        };
        let left = |sounds: &[Sound]| {
            let mut queue = Queue::default();
            sounds.iter().for_each(|sound| queue.push(*sound));
            std::iter::from_fn(|| queue.pop()).collect::<Vec<_>>()
        };
        assert_eq!(WAITING_MAX, 4);
        let tone = Sound::Approved;
        assert_eq!(left(&[tone, spoken(1)]), [tone, spoken(1)]);
        assert_eq!(
            left(&[spoken(1), tone, spoken(2), tone, spoken(3)]),
            [spoken(1), spoken(2), tone, spoken(3)]
        );
        assert_eq!(
            left(&[spoken(1), spoken(2), spoken(3), spoken(4), tone, spoken(5)]),
            [spoken(2), spoken(3), spoken(4), spoken(5)]
        );
        assert_eq!(left(&[tone; 9]), [tone; 4]);
    }
}
