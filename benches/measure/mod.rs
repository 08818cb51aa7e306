//! What a program costs: a run of it, and the median of many.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What one run cost.
#[derive(Clone, Copy)]
pub struct Cost {
    /// By the clock on the wall.
    pub wall: Duration,
    /// Of the processor, in the program and for it in the kernel.
    pub cpu: Duration,
    /// The most memory that it held at once, in bytes.
    pub memory: u64,
}

/// Runs a program that must end well.
pub fn cost(command: &mut Command) -> Cost {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let started = Instant::now();
    let run = command.spawn().and_then(wait4::Wait4::wait4).unwrap();
    let wall = started.elapsed();
    assert!(run.status.success(), "{command:?} ended with {}", run.status);
    Cost { wall, cpu: run.rusage.utime + run.rusage.stime, memory: run.rusage.maxrss }
}

/// The median of each of the costs.
pub fn median(costs: &[Cost]) -> Cost {
    fn middle<T: Ord + Copy>(costs: &[Cost], of: impl Fn(&Cost) -> T) -> T {
        let mut all: Vec<T> = costs.iter().map(of).collect();
        all.sort_unstable();
        all[all.len() / 2]
    }
    Cost {
        wall: middle(costs, |cost| cost.wall),
        cpu: middle(costs, |cost| cost.cpu),
        memory: middle(costs, |cost| cost.memory),
    }
}

/// Milliseconds.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// How often each contender runs.
pub fn rounds(otherwise: usize) -> usize {
    std::env::var("BENCH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(otherwise).max(1)
}
