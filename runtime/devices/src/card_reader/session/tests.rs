use std::collections::VecDeque;
use std::future::pending;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// Answers from a list and keeps what it was sent; silent when the list is at its end.
struct Scripted {
    answers: VecDeque<Result<Vec<u8>, CardError>>,
    sent: std::sync::mpsc::Sender<Vec<u8>>,
}

#[async_trait]
impl CardLink for Scripted {
    async fn exchange(&mut self, command: &Command) -> Result<Zeroizing<Vec<u8>>, CardError> {
        self.sent.send(command.bytes().to_vec()).unwrap();
        match self.answers.pop_front() {
            Some(answer) => answer.map(Zeroizing::new),
            None => pending().await,
        }
    }

    async fn removed(&mut self) {}
}

struct Bench {
    session: CardSession,
    sent: std::sync::mpsc::Receiver<Vec<u8>>,
}

impl Bench {
    fn new(answers: impl IntoIterator<Item = Result<Vec<u8>, CardError>>) -> Self {
        let (sent, seen) = std::sync::mpsc::channel();
        let link = Scripted { answers: answers.into_iter().collect(), sent };
        let session = CardSession::new(Box::new(link), Interface::Contact, &[0x3B, 0x00]);
        Self { session, sent: seen }
    }

    async fn ask(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        let command = Command::new(command).unwrap();
        self.session.transmit(&command, SECOND).await.map(|answer| answer.to_bytes().to_vec())
    }

    fn sent(&self) -> Vec<Vec<u8>> {
        self.sent.try_iter().collect()
    }
}

const SELECT: [u8; 7] = [0x00, 0xA4, 0x04, 0x00, 0x01, 0xA0, 0x00];

#[track_caller]
fn filled(byte: u8, count: usize, status: [u8; 2]) -> Result<Vec<u8>, CardError> {
    let mut answer = vec![byte; count];
    answer.extend(status);
    Ok(answer)
}

#[tokio::test]
async fn more_data_is_fetched_by_get_response_and_joined() {
    let mut bench = Bench::new([
        filled(0, 0, [0x61, 0x00]),
        filled(1, 256, [0x61, 0x02]),
        filled(2, 2, [0x90, 0x00]),
    ]);
    let answer = bench.ask(&SELECT).await.unwrap();
    assert_eq!(answer, [&[1; 256][..], &[2, 2, 0x90, 0x00]].concat());
    assert_eq!(bench.sent(), [&SELECT[..], &[0, 0xC0, 0, 0, 0], &[0, 0xC0, 0, 0, 2]]);
}

#[tokio::test]
async fn a_wrong_le_is_put_right_in_the_command_and_in_get_response() {
    let mut bench = Bench::new([filled(0, 0, [0x6C, 0x08]), filled(7, 8, [0x90, 0x00])]);
    let challenge = [0x00, 0x84, 0x00, 0x00, 0x00];
    assert_eq!(bench.ask(&challenge).await.unwrap(), [7, 7, 7, 7, 7, 7, 7, 7, 0x90, 0x00]);
    assert_eq!(bench.sent(), [challenge, [0x00, 0x84, 0x00, 0x00, 0x08]]);

    let mut bench = Bench::new([
        filled(0, 0, [0x61, 0x05]),
        filled(0, 0, [0x6C, 0x01]),
        filled(9, 1, [0x6A, 0x82]),
    ]);
    assert_eq!(bench.ask(&SELECT).await.unwrap(), [9, 0x6A, 0x82]);
    assert_eq!(bench.sent(), [&SELECT[..], &[0, 0xC0, 0, 0, 5], &[0, 0xC0, 0, 0, 1]]);
}

#[tokio::test]
async fn sixteen_promises_in_a_row_are_kept_and_one_more_ends_the_session() {
    for status in [[0x61, 0x10], [0x6C, 0x10]] {
        let kept = (0..RESPONSES_IN_A_ROW_MAX).map(|_| filled(0, 0, status));
        let mut bench = Bench::new(kept.chain([filled(0, 0, [0x90, 0x00])]));
        assert_eq!(bench.ask(&SELECT).await.unwrap(), [0x90, 0x00]);

        let mut bench = Bench::new((0..100).map(|_| filled(0, 0, status)));
        assert_eq!(bench.ask(&SELECT).await, Err(CardError::Endless));
        assert_eq!(bench.sent().len(), 1 + RESPONSES_IN_A_ROW_MAX);
        assert_eq!(bench.ask(&SELECT).await, Err(CardError::Spent));
        assert_eq!(bench.sent().len(), 0);
    }
}

#[tokio::test]
async fn an_answer_of_no_possible_length_ends_the_session() {
    for bytes in [0, 1, 259] {
        let mut bench = Bench::new([Ok(vec![0; bytes])]);
        assert_eq!(bench.ask(&SELECT).await, Err(CardError::Malformed { bytes }));
        assert_eq!(bench.ask(&SELECT).await, Err(CardError::Spent));
    }
}

#[tokio::test]
async fn an_error_of_the_link_ends_the_session() {
    let mut bench = Bench::new([filled(0, 0, [0x61, 0x10]), Err(CardError::Removed)]);
    assert_eq!(bench.ask(&SELECT).await, Err(CardError::Removed));
    assert_eq!(bench.ask(&SELECT).await, Err(CardError::Spent));
    assert_eq!(bench.session.removed(SECOND).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_is_for_the_whole_chain_and_ends_the_session() {
    let mut bench = Bench::new([filled(0, 0, [0x61, 0x10])]);
    let begin = tokio::time::Instant::now();
    assert_eq!(bench.ask(&SELECT).await, Err(CardError::Timeout { within_ms: 1_000 }));
    assert_eq!(begin.elapsed().as_millis() / 10, 100);
    assert_eq!(bench.ask(&SELECT).await, Err(CardError::Spent));
}

#[tokio::test(start_paused = true)]
async fn a_command_whose_caller_went_away_ends_the_session() {
    let mut bench = Bench::new([]);
    timeout(SECOND / 2, bench.ask(&SELECT)).await.unwrap_err();
    assert_eq!(bench.ask(&SELECT).await, Err(CardError::Spent));
}

#[tokio::test]
async fn no_debug_form_shows_what_was_said() {
    let mut bench = Bench::new([filled(0x5A, 8, [0x90, 0x00])]);
    let command = Command::new(&SELECT).unwrap();
    let answer = bench.session.transmit(&command, SECOND).await.unwrap();
    assert_eq!(
        format!("{command:?} {answer:?} {:?}", bench.session),
        "Command(7 bytes) Answer(10 bytes) CardSession { interface: Contact, is_spent: false, .. }"
    );
}
