use super::output::OutputError;
use super::*;
use caisson_core::{Currency, Language, Money};
use std::sync::mpsc::{Receiver, Sender, channel};

/// What happened at a card.
#[derive(Debug, PartialEq)]
enum Seen {
    Played(usize, f32),
    Closed,
}

/// A card that answers what it is told to, and says what it plays.
struct Script {
    answers: Receiver<Result<(), OutputError>>,
    seen: Sender<Seen>,
}

impl Output for Script {
    fn play(&mut self, samples: Vec<f32>, gain: &Gain) -> Result<(), OutputError> {
        let _ = self.seen.send(Seen::Played(samples.len(), gain.factor()));
        self.answers.recv().unwrap_or(Ok(()))
    }

    fn close(&mut self) {
        let _ = self.seen.send(Seen::Closed);
    }
}

type Card = (SystemSpeaker, Sender<Result<(), OutputError>>, Receiver<Seen>);

fn card() -> Card {
    let (answer, answers) = channel();
    let (seen, saw) = channel();
    (SystemSpeaker::on(move || Script { answers, seen }).unwrap(), answer, saw)
}

fn length(sound: Sound) -> usize {
    samples(sound).len()
}

fn received() -> Sound {
    let amount = Money::parse("12.50", Currency::Cny).unwrap();
    Sound::Received { amount, language: Language::Zh }
}

fn gone() -> Result<(), OutputError> {
    Err(OutputError::Gone("pulled out".to_owned()))
}

#[test]
fn the_tone_comes_first_and_then_the_announcement() {
    let (speaker, answer, seen) = card();
    speaker.play(Sound::Approved);
    speaker.play(received());
    for sound in [Sound::Approved, received()] {
        assert_eq!(seen.recv().unwrap(), Seen::Played(length(sound), 1.0));
        answer.send(Ok(())).unwrap();
    }
}

#[test]
fn a_card_that_hangs_holds_up_nobody_and_keeps_the_newest_announcement() {
    let (speaker, answer, seen) = card();
    speaker.play(Sound::Attention);
    assert_eq!(seen.recv().unwrap(), Seen::Played(length(Sound::Attention), 1.0));
    // The card hangs here, and each of these returns all the same.
    (0..1_000).for_each(|_| speaker.play(Sound::Declined));
    speaker.play(received());
    drop(answer);
    let tones = [Sound::Declined; 3];
    for sound in tones.into_iter().chain([received()]) {
        assert_eq!(seen.recv().unwrap(), Seen::Played(length(sound), 1.0));
    }
}

#[test]
fn a_card_that_goes_away_is_opened_anew_for_the_next_sound() {
    let (speaker, answer, seen) = card();
    for (sound, answered) in [(Sound::Approved, gone()), (Sound::Declined, gone())] {
        speaker.play(sound);
        assert_eq!(seen.recv().unwrap(), Seen::Played(length(sound), 1.0));
        answer.send(answered).unwrap();
        assert_eq!(seen.recv().unwrap(), Seen::Closed);
    }
    speaker.play(received());
    assert_eq!(seen.recv().unwrap(), Seen::Played(length(received()), 1.0));
    answer.send(Ok(())).unwrap();
    // And it is left to others when it is no longer wanted.
    drop(speaker);
    assert_eq!(seen.recv().unwrap(), Seen::Closed);
}

#[test]
fn off_is_silent_and_forgets_what_waits() {
    let (speaker, answer, seen) = card();
    speaker.play(Sound::Approved);
    assert_eq!(seen.recv().unwrap(), Seen::Played(length(Sound::Approved), 1.0));
    speaker.play(received());
    speaker.set_volume(Volume::Off);
    speaker.play(Sound::Declined);
    speaker.set_volume(Volume::Low);
    speaker.play(Sound::Attention);
    answer.send(Ok(())).unwrap();
    assert_eq!(seen.recv().unwrap(), Seen::Played(length(Sound::Attention), 0.3));
}

/// What is logged while `act` runs on this thread.
fn logged(act: impl FnOnce()) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.txt");
    let file = std::fs::File::create(&path).unwrap();
    let log = tracing_subscriber::fmt()
        .with_ansi(false)
        .without_time()
        .with_target(false)
        .with_writer(Mutex::new(file))
        .finish();
    tracing::subscriber::with_default(log, act);
    std::fs::read_to_string(path).unwrap().lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn a_missing_card_is_told_once_and_so_is_its_return() {
    let (answer, answers) = channel();
    let (seen, _) = channel();
    let shared = Shared { state: Mutex::default(), changed: Condvar::new(), gain: Gain::default() };
    let mut output = Script { answers, seen };
    for answered in [gone(), gone(), Ok(()), gone()] {
        shared.state().queue.push(Sound::Approved);
        answer.send(answered).unwrap();
    }
    let lines = logged(|| {
        thread::scope(|scope| {
            scope.spawn(|| {
                // Over once all four were played.
                while !shared.state().queue.is_empty() {
                    thread::yield_now();
                }
                shared.state().is_over = true;
                shared.changed.notify_all();
            });
            play_all(&shared, &mut output);
        });
    });
    let missing = "WARN no sound; the speaker is tried again for the next one error=the sound card \
                   has gone: pulled out";
    assert_eq!(lines, [missing, "INFO the speaker is back", missing]);
}

#[test]
fn a_machine_without_a_card_goes_on_in_silence() {
    // Whatever this machine has: nobody waits, and nothing breaks.
    let speaker = SystemSpeaker::start().unwrap();
    speaker.set_volume(Volume::Off);
    speaker.play(received());
    let mut card = output::Card::default();
    let played = card.play(Vec::new(), &Gain::default());
    assert!(matches!(played, Ok(()) | Err(OutputError::Missing(_) | OutputError::Gone(_))));
}
