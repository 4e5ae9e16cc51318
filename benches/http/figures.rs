//! Medians and how sure they are.

use std::fmt;

/// The median of some rounds, and the interval that holds the true one with 95 % or more.
pub(crate) struct Median {
    pub(crate) median: f64,
    interval: Option<(f64, f64)>,
}

impl Median {
    /// The interval is that of order statistics, which supposes nothing of how the figures are spread; six rounds are the
    /// fewest that have one.
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted = figures.into_iter().collect::<Vec<_>>();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len();
        let (mut chance, mut below, mut outside) = (0.5_f64.powi(n as i32), 0.0, 0);
        // how many may be left out at each end: as many as a fair coin shows less often than one time in forty
        for k in 0..n / 2 {
            below += chance;
            if below > 0.025 {
                break;
            }
            outside = k + 1;
            chance *= (n - k) as f64 / (k + 1) as f64;
        }
        let interval = (outside > 0).then(|| (sorted[outside - 1], sorted[n - outside]));
        Self { median: f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2]), interval }
    }
}

impl fmt::Display for Median {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(0);
        write!(f, "{:.digits$}", self.median)?;
        match self.interval {
            Some((low, high)) => write!(f, " ({low:.digits$} to {high:.digits$})"),
            None => Ok(()),
        }
    }
}
