//! Measures the cost of a program: of one run, and the median of many runs.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The cost of one run.
#[derive(Clone, Copy)]
pub struct Cost {
    /// The wall time.
    pub wall: Duration,
    /// The CPU time of the program, in user and kernel mode.
    pub cpu: Duration,
    /// The peak memory in bytes.
    pub memory: u64,
}

/// Runs a program that must succeed.
pub fn cost(command: &mut Command) -> Cost {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let started = Instant::now();
    let run = command.spawn().and_then(wait4::Wait4::wait4).unwrap();
    let wall = started.elapsed();
    assert!(run.status.success(), "{command:?} ended with {}", run.status);
    Cost { wall, cpu: run.rusage.utime + run.rusage.stime, memory: run.rusage.maxrss }
}

/// The medians of the wall time, the CPU time and the memory.
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

/// A duration in milliseconds.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// How often each program runs: `BENCH_ROUNDS`, or a default.
pub fn rounds(default: usize) -> usize {
    std::env::var("BENCH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(default).max(1)
}
