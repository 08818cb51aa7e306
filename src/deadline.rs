//! Ends the process at the deadline of the run (`--timeout`) if the run uses git or the network, even during a computation.
//!
//! The deadline is global, because it kills the programs that the process has started and then ends the process. Files must
//! be written completely or not at all, so [`disarm`] is called before the first write.

use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

/// How long after the deadline a computation is interrupted. Requests and waits end at the deadline on their own, with better
/// errors. Git does not, so it gets no grace period.
const GRACE: Duration = Duration::from_secs(2);

/// The deadline, and the programs to kill at the deadline.
struct Timer {
    end: Option<(Instant, Box<dyn FnOnce() + Send>)>,
    armed: bool,
    children: Vec<Weak<Mutex<Child>>>,
}

static TIMER: Mutex<Timer> = Mutex::new(Timer { end: None, armed: false, children: Vec::new() });

/// Notified when a program is started, because the grace period then ends.
static STARTED: Condvar = Condvar::new();

/// Sets the deadline, and a function that reports the error to the user. It has no effect before [`arm`].
pub(crate) fn set(at: Instant, report: impl FnOnce() + Send + 'static) {
    lock(&TIMER).end = Some((at, Box::new(report)));
}

/// Makes the deadline effective, because the run is about to use git or the network.
pub(crate) fn arm() {
    let mut timer = lock(&TIMER);
    if timer.end.is_some() && !timer.armed {
        timer.armed = true;
        std::thread::spawn(watch);
    }
}

/// Removes the deadline, because the run is about to write files or its output. If the deadline has already passed, this
/// function does not return.
pub(crate) fn disarm() {
    lock(&TIMER).end = None;
}

/// Starts a program that is killed at the deadline, and when the returned value is dropped.
///
/// # Errors
/// If the program cannot be started.
pub(crate) fn spawn(command: &mut Command) -> io::Result<Running> {
    // The lock is held so that the deadline cannot pass between the start and the registration.
    let mut timer = lock(&TIMER);
    let child = Arc::new(Mutex::new(command.spawn()?));
    timer.children.retain(|child| child.strong_count() > 0);
    timer.children.push(Arc::downgrade(&child));
    STARTED.notify_all();
    Ok(Running(child))
}

/// A running program.
pub(crate) struct Running(Arc<Mutex<Child>>);

impl Running {
    /// The process, to take its pipes.
    pub(crate) fn child(&self) -> MutexGuard<'_, Child> {
        lock(&self.0)
    }

    /// Waits until the program has ended. It is not locked meanwhile, so that the deadline can kill it.
    ///
    /// # Errors
    /// If the system cannot report its status.
    pub(crate) fn wait(&self) -> io::Result<ExitStatus> {
        let mut pause = Duration::from_micros(50);
        loop {
            if let Some(status) = self.child().try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(10));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut child = self.child();
        if !matches!(child.try_wait(), Ok(Some(_))) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Waits for the deadline and ends the process, unless the deadline is removed before.
fn watch() {
    let mut timer = lock(&TIMER);
    while let Some((at, _)) = timer.end {
        let uses_git = timer.children.iter().any(|child| child.strong_count() > 0);
        let now = Instant::now();
        let due = if uses_git || now < at { at } else { at + GRACE };
        if now < due {
            timer = STARTED.wait_timeout(timer, due - now).unwrap_or_else(PoisonError::into_inner).0;
            continue;
        }
        let Some((_, report)) = timer.end.take() else { return };
        for child in timer.children.iter().filter_map(Weak::upgrade) {
            let _ = lock(&child).kill();
        }
        // Writing to the terminal may block.
        std::thread::spawn(move || -> () {
            report();
            end();
        });
        std::thread::sleep(GRACE);
        end();
    }
}

#[expect(clippy::exit, reason = "the main thread cannot be interrupted during a computation; it is not writing a file")]
fn end() -> ! {
    // The timer is still locked, so other threads wait in `disarm` before they write.
    std::process::exit(1)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
