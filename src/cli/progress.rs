//! Progress: one line on a terminal while the Marketplace is slow, or a log of all requests.

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::marketplace::{Event, Observer};

/// Faster runs show no progress.
const DELAY: Duration = Duration::from_millis(500);

/// Moves to the start of the line and clears it.
const ERASE: &str = "\r\x1b[K";

/// Prints one line per request.
pub(super) fn log(print: impl Fn(&str) + 'static) -> Observer {
    Rc::new(move |event| {
        if let Event::Request(line) = event {
            print(line);
        }
    })
}

/// Shows the number of responses and the waiting time in one line on a terminal. The line is cleared after the last
/// response, before other output.
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
    queries: usize,
    responses: usize,
    /// The reason of the last retry.
    retry: String,
    shown: bool,
}

impl Progress {
    /// The text to write after an event.
    fn update(&mut self, event: Event<'_>, now: Instant) -> Option<String> {
        match event {
            Event::Queued(more) => self.queries += more,
            Event::Responded => self.responses += 1,
            Event::Retrying(why) => self.retry = format!(", retrying after {why}"),
            Event::Waiting | Event::Request(_) => {}
        }
        if self.responses == self.queries {
            self.retry.clear();
            return std::mem::take(&mut self.shown).then(|| ERASE.to_owned());
        }
        let waited = now.duration_since(*self.started.get_or_insert(now));
        if waited < DELAY {
            return None;
        }
        self.shown = true;
        let Self { responses, queries, retry, .. } = self;
        let waited = waited.as_secs_f32();
        // The terminal must not wrap the line, because only one line is cleared.
        Some(format!(
            "{ERASE}\x1b[?7lquerying the Marketplace: {responses} of {queries} responses, {waited:.1} s{retry}\x1b[?7h"
        ))
    }
}
