//! How much may be read, unpacked: of one answer, and of all that are being read at once; and how much a run may keep of it.
//!
//! An answer without end, or one that unpacks to such, costs no more than this. The Marketplace keeps far below: a full
//! page is about 200 KB, and the local images of all its images a few MB.

use std::cell::Cell;

/// The most that one answer may hold.
const ANSWER: usize = 1 << 20;

/// The most that all answers may hold together that are being read.
const IN_HAND: usize = 10 << 20;

/// The most that may be kept of all answers of a run.
const KEPT: usize = 32 << 20;

/// What it takes to keep a row and to tell it from others, beside texts that may be of any length; more than measured.
const ROW: usize = 400;

/// What is being read, and what was kept so far.
#[derive(Debug, Default)]
pub(super) struct Budget {
    in_hand: Cell<usize>,
    kept: Cell<usize>,
}

/// An answer that is being read. When it is dropped, its room is free for another.
pub(super) struct Reading<'b> {
    budget: &'b Budget,
    bytes: Vec<u8>,
}

/// There was more than may be read: a clause.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LimitExceeded(pub(super) String);

impl Budget {
    /// Begins with an answer.
    pub(super) fn answer(&self) -> Reading<'_> {
        Reading { budget: self, bytes: Vec::new() }
    }

    /// Counts so many rows and bytes of text among what is kept, if that is not too much.
    pub(super) fn keep(&self, rows: usize, text: usize) -> Result<(), LimitExceeded> {
        self.kept.set(self.kept.get() + rows * ROW + text);
        within("the rows of this run are together", self.kept.get(), KEPT)
    }
}

impl Reading<'_> {
    /// Takes in more of the answer, if that is not too much.
    pub(super) fn take(&mut self, chunk: &[u8]) -> Result<(), LimitExceeded> {
        let in_hand = &self.budget.in_hand;
        within("the answer is", self.bytes.len() + chunk.len(), ANSWER)?;
        within("the answers that came at once are together", in_hand.get() + chunk.len(), IN_HAND)?;
        in_hand.set(in_hand.get() + chunk.len());
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    /// The whole answer. It stays in hand no longer than it takes to understand it.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let bytes = std::mem::take(&mut self.bytes);
        self.budget.in_hand.set(self.budget.in_hand.get() - bytes.len());
        bytes
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.budget.in_hand.set(self.budget.in_hand.get() - self.bytes.len());
    }
}

fn within(what: &str, sum: usize, most: usize) -> Result<(), LimitExceeded> {
    if sum > most {
        return Err(LimitExceeded(format!("{what} larger than {} MiB, which the Marketplace's never are", most >> 20)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    static HALF: [u8; ANSWER / 2] = [b' '; ANSWER / 2];

    fn refusal(result: Result<(), LimitExceeded>) -> String {
        result.unwrap_err().0
    }

    #[test]
    fn one_answer_has_its_end() {
        let budget = Budget::default();
        let mut reading = budget.answer();
        reading.take(&HALF).unwrap();
        reading.take(&HALF).unwrap();
        assert!(refusal(reading.take(b" ")).starts_with("the answer is larger than 1 MiB"));
        assert_eq!(reading.finish().len(), ANSWER);
    }

    #[test]
    fn all_at_once_have_theirs_and_give_room_when_they_are_done_with() {
        let budget = Budget::default();
        let mut readings: Vec<Reading<'_>> = (0..IN_HAND / HALF.len()).map(|_| budget.answer()).collect();
        for reading in &mut readings {
            reading.take(&HALF).unwrap();
        }
        assert!(refusal(budget.answer().take(b" ")).starts_with("the answers that came at once"));
        readings.pop().unwrap().finish();
        budget.answer().take(&HALF).unwrap();
        readings.pop();
        budget.answer().take(&HALF).unwrap();
        assert_eq!(budget.in_hand.get(), IN_HAND - ANSWER);
    }

    #[test]
    fn what_is_kept_has_its_own() {
        let budget = Budget::default();
        budget.keep(KEPT / ROW / 2, KEPT / 2).unwrap();
        assert!(refusal(budget.keep(2, 0)).starts_with("the rows of this run are together larger than 32 MiB"));
    }
}
