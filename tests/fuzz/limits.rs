//! What one input may cost.

use std::{
    fs,
    time::{Duration, Instant},
};

/// Far above what an input costs, and far below what would hurt.
#[derive(Clone, Copy)]
pub struct Limits {
    pub time: Duration,
    /// In KiB; measured where the system tells it.
    pub memory: u64,
}

impl Limits {
    pub const USUAL: Self = Self { time: Duration::from_millis(1000), memory: 48 * 1024 };

    pub fn begin(self) -> Measured {
        // the system forgets the peak that was
        let _ = fs::write("/proc/self/clear_refs", "5");
        Measured { limits: self, started: Instant::now(), memory: status("VmRSS:") }
    }
}

pub struct Measured {
    limits: Limits,
    started: Instant,
    memory: Option<u64>,
}

impl Measured {
    pub fn end(self) -> Result<(), String> {
        let took = self.started.elapsed();
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

fn status(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
