//! Ends the process at the deadline of the run (`--timeout`) if it uses git or the network, even while it computes.
//!
//! The deadline is global because it ends the process, after the programs that the process started. Files are written
//! in full or not at all, so [`disarm`] is called before the first write.

use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

/// How long after the deadline a computation is interrupted. Requests and waits end at the deadline by themselves, with
/// better errors; git does not.
const GRACE: Duration = Duration::from_secs(2);

/// The deadline, and the programs to end at it.
struct Timer {
    end: Option<(Instant, Box<dyn FnOnce() + Send>)>,
    armed: bool,
    children: Vec<Weak<Mutex<Child>>>,
}

static TIMER: Mutex<Timer> = Mutex::new(Timer { end: None, armed: false, children: Vec::new() });

/// Notified when a program was started, because its deadline is without the grace period.
static STARTED: Condvar = Condvar::new();

/// Sets when the run must end, and what reports that to the user. It has no effect before [`arm`].
pub(crate) fn set(at: Instant, report: impl FnOnce() + Send + 'static) {
    lock(&TIMER).end = Some((at, Box::new(report)));
}

/// Ends the run at its deadline from now on, because git or the network is about to be used.
pub(crate) fn arm() {
    let mut timer = lock(&TIMER);
    if timer.end.is_some() && !timer.armed {
        timer.armed = true;
        std::thread::spawn(watch);
    }
}

/// Removes the deadline, because a file or the output is about to be written. If the deadline has already passed, this
/// does not return.
pub(crate) fn disarm() {
    lock(&TIMER).end = None;
}

/// Starts a program that is killed at the deadline, and when the returned value is dropped.
///
/// # Errors
/// If it cannot be started.
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
    /// The program, to take its pipes.
    pub(crate) fn child(&self) -> MutexGuard<'_, Child> {
        lock(&self.0)
    }

    /// Waits until it has ended. It is not locked meanwhile, so that the deadline can kill it.
    ///
    /// # Errors
    /// If the system cannot say.
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

/// Waits for the deadline, and ends the process if nothing disarms it before.
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

#[expect(clippy::exit, reason = "the other thread computes and cannot be asked to stop; it holds no half-written file")]
fn end() -> ! {
    // The timer is still locked, so other threads wait in `disarm` before they write.
    std::process::exit(1)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
