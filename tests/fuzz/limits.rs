//! What one input may cost.

use std::{
    fs,
    time::{Duration, Instant},
};

/// Far above what an input costs, and far below what would hurt.
#[derive(Clone, Copy)]
pub struct Limits {
    /// Of a processor, where the system tells it: other programs may want it too. Waiting counts at a twentieth.
    pub time: Duration,
    /// In KiB; measured where the system tells it.
    pub memory: u64,
}

impl Limits {
    pub const USUAL: Self = Self { time: Duration::from_millis(1000), memory: 48 * 1024 };

    pub fn begin(self) -> Measured {
        // the system forgets the peak that was
        let _ = fs::write("/proc/self/clear_refs", "5");
        Measured { limits: self, started: Instant::now(), worked: worked(), memory: status("VmRSS:") }
    }
}

pub struct Measured {
    limits: Limits,
    started: Instant,
    worked: Option<Duration>,
    memory: Option<u64>,
}

impl Measured {
    pub fn end(self) -> Result<(), String> {
        let waited = self.started.elapsed();
        let took = match (self.worked, worked()) {
            (Some(before), Some(after)) => (after - before).max(waited / 20),
            _ => waited,
        };
        if took > self.limits.time {
            return Err(format!("it took {took:?}"));
        }
        match (self.memory, status("VmHWM:")) {
            (Some(before), Some(peak)) if peak.saturating_sub(before) > self.limits.memory => {
                Err(format!("it took {} KiB", peak - before))
            }
            _ => Ok(()),
        }
    }
}

/// What this program had of processors so far.
fn worked() -> Option<Duration> {
    let told = fs::read_to_string("/proc/self/stat").ok()?;
    // behind the program's name, which may hold anything; in hundredths of a second
    let numbers: Vec<&str> = told.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let of_user_and_system: u64 = numbers.get(11)?.parse::<u64>().ok()? + numbers.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(of_user_and_system * 10))
}

fn status(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
