//! How much may be read, unpacked: of one answer, of all that are being read at once, of all in a run.
//!
//! An answer without end, or one that unpacks to such, costs no more than this. The Marketplace keeps far below: a full
//! page is about 200 KB, and the local images of all its images a few MB.

use std::cell::Cell;

/// The most that one answer may hold.
const ANSWER: usize = 1 << 20;

/// The most that all answers may hold together that are being read.
const IN_HAND: usize = 12 << 20;

/// The most that all answers of a run may hold together: what they say is kept.
const RUN: usize = 32 << 20;

/// What a row takes beside the text that it came in.
const ROW: usize = 128;

/// What was read so far.
#[derive(Debug, Default)]
pub(super) struct Budget {
    in_hand: Cell<usize>,
    /// What may be kept of it.
    kept: Cell<usize>,
}

/// An answer that is being read. When it is dropped, its room is free for another.
pub(super) struct Reading<'b> {
    budget: &'b Budget,
    bytes: Vec<u8>,
}

/// There was more than may be read: a clause.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMuch(pub(super) String);

impl Budget {
    /// Begins with an answer.
    pub(super) fn answer(&self) -> Reading<'_> {
        Reading { budget: self, bytes: Vec::new() }
    }

    /// Takes in what so many rows of a whole answer come to, if that is not too much.
    pub(super) fn keep(&self, rows: usize) -> Result<(), TooMuch> {
        self.kept.set(self.kept.get() + rows * ROW);
        within("all answers of this run are together", self.kept.get(), RUN)
    }
}

impl Reading<'_> {
    /// Takes in more of the answer, if that is not too much.
    pub(super) fn take(&mut self, chunk: &[u8]) -> Result<(), TooMuch> {
        let Budget { in_hand, kept } = self.budget;
        within("the answer is", self.bytes.len() + chunk.len(), ANSWER)?;
        within("the answers that came at once are together", in_hand.get() + chunk.len(), IN_HAND)?;
        within("all answers of this run are together", kept.get() + chunk.len(), RUN)?;
        in_hand.set(in_hand.get() + chunk.len());
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    /// The whole answer. It stays in hand no longer than it takes to understand it.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let bytes = std::mem::take(&mut self.bytes);
        self.budget.kept.set(self.budget.kept.get() + bytes.len());
        self.budget.in_hand.set(self.budget.in_hand.get() - bytes.len());
        bytes
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.budget.in_hand.set(self.budget.in_hand.get() - self.bytes.len());
    }
}

fn within(what: &str, sum: usize, most: usize) -> Result<(), TooMuch> {
    if sum > most {
        return Err(TooMuch(format!("{what} larger than {} MiB, which the Marketplace's never are", most >> 20)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    static HALF: [u8; ANSWER / 2] = [b' '; ANSWER / 2];

    fn refusal(result: Result<(), TooMuch>) -> String {
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
    fn a_run_has_its_own() {
        let budget = Budget::default();
        for _ in 0..RUN / HALF.len() {
            let mut reading = budget.answer();
            reading.take(&HALF).unwrap();
            reading.finish();
        }
        assert!(refusal(budget.answer().take(b" ")).starts_with("all answers of this run"));
    }

    #[test]
    fn rows_count_too() {
        let budget = Budget::default();
        budget.keep(RUN / ROW).unwrap();
        assert!(refusal(budget.keep(1)).starts_with("all answers of this run"));
    }
}
