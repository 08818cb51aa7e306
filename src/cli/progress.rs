//! Shows the pending requests: in one line on a terminal while the Marketplace is slow, or each request in a log.

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::marketplace::{Event, Observer};

/// The line is shown after this time.
const DELAY: Duration = Duration::from_millis(500);

/// Moves to the start of the line and clears it.
const ERASE: &str = "\r\x1b[K";

/// Prints each request in a line.
pub(super) fn log(print: impl Fn(&str) + 'static) -> Observer {
    Rc::new(move |event| {
        if let Event::Request(line) = event {
            print(line);
        }
    })
}

/// Keeps one line up to date on a terminal: how many responses have arrived, and for how long the run has waited. The line
/// is cleared after the last response, before anything else is printed.
pub(super) fn line(terminal: impl Write + 'static) -> Observer {
    let state = RefCell::new((Progress::default(), terminal));
    Rc::new(move |event| {
        let (progress, terminal) = &mut *state.borrow_mut();
        if let Some(text) = progress.update(event, Instant::now()) {
            // Progress that cannot be shown is not an error.
            let _ = terminal.write_all(text.as_bytes()).and_then(|()| terminal.flush());
        }
    })
}

#[derive(Default)]
struct Progress {
    /// When the first query was sent.
    started: Option<Instant>,
    asked: usize,
    answered: usize,
    /// Why a pending request was last sent again.
    retry: String,
    shown: bool,
}

impl Progress {
    /// The text to write after an event.
    fn update(&mut self, event: Event<'_>, now: Instant) -> Option<String> {
        match event {
            Event::Queued(more) => self.asked += more,
            Event::Responded => self.answered += 1,
            Event::Retrying(why) => self.retry = format!(", retrying after {why}"),
            Event::Waiting | Event::Request(_) => {}
        }
        if self.answered == self.asked {
            self.retry.clear();
            return std::mem::take(&mut self.shown).then(|| ERASE.to_owned());
        }
        let waited = now.duration_since(*self.started.get_or_insert(now));
        if waited < DELAY {
            return None;
        }
        self.shown = true;
        let Self { answered, asked, retry, .. } = self;
        let waited = waited.as_secs_f32();
        // A line that wraps on a narrow terminal could not be cleared, so the terminal must cut it.
        Some(format!(
            "{ERASE}\x1b[?7lasking the Marketplace: {answered} of {asked} answers, {waited:.1} s{retry}\x1b[?7h"
        ))
    }
}
