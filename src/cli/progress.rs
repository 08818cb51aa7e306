//! The progress of requests: on a terminal one line while the Marketplace takes its time, or each request in a log.

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::marketplace::{Event, Observer};

/// Requests that take less need no line.
const PATIENCE: Duration = Duration::from_millis(500);

/// Moves to the beginning of the line, and erases the line.
const ERASE: &str = "\r\x1b[K";

/// Prints each request in a line.
pub(super) fn log(print: impl Fn(&str) + 'static) -> Observer {
    Rc::new(move |event| {
        if let Event::Request(line) = event {
            print(line);
        }
    })
}

/// Keeps one line up to date on a terminal: how many answers there are, and for how long they have been awaited. When the
/// last question has its answer the line is erased, so that it is not in front of the next output.
pub(super) fn line(terminal: impl Write + 'static) -> Observer {
    let state = RefCell::new((Progress::default(), terminal));
    Rc::new(move |event| {
        let (progress, terminal) = &mut *state.borrow_mut();
        if let Some(text) = progress.hear(event, Instant::now()) {
            // Without progress, the user still sees the end.
            let _ = terminal.write_all(text.as_bytes()).and_then(|()| terminal.flush());
        }
    })
}

#[derive(Default)]
struct Progress {
    /// Since when the Marketplace is asked.
    started: Option<Instant>,
    asked: usize,
    answered: usize,
    /// What went wrong last while these answers were awaited.
    trouble: String,
    shown: bool,
}

impl Progress {
    /// The text to write on an event.
    fn hear(&mut self, event: Event<'_>, now: Instant) -> Option<String> {
        match event {
            Event::Asking(more) => self.asked += more,
            Event::Answered => self.answered += 1,
            Event::Retrying(why) => self.trouble = format!(", retrying after {why}"),
            Event::Waiting | Event::Request(_) => {}
        }
        if self.answered == self.asked {
            self.trouble.clear();
            return std::mem::take(&mut self.shown).then(|| ERASE.to_owned());
        }
        let waited = now.duration_since(*self.started.get_or_insert(now));
        if waited < PATIENCE {
            return None;
        }
        self.shown = true;
        let Self { answered, asked, trouble, .. } = self;
        let waited = waited.as_secs_f32();
        // A line that is wrapped at the edge of a narrow terminal could not be erased: it is cut instead.
        Some(format!(
            "{ERASE}\x1b[?7lasking the Marketplace: {answered} of {asked} answers, {waited:.1} s{trouble}\x1b[?7h"
        ))
    }
}
