//! Processor time, as Linux counts it for each thread.

use std::{collections::HashMap, fs};

/// The microseconds of each thread, by its number.
pub(crate) struct Times(HashMap<u32, f64>);

impl Times {
    /// Of a process and those it started.
    pub(crate) fn of_tree(id: u32) -> Self {
        let mut times = HashMap::new();
        let mut processes = vec![id];
        while let Some(id) = processes.pop() {
            for (task, folder) in numbered(&format!("/proc/{id}/task")) {
                times.extend(Some(task).zip(ran(&folder)));
                // a thread may end meanwhile
                let children = fs::read_to_string(format!("{folder}/children")).unwrap_or_default();
                processes.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
            }
        }
        Self(times)
    }

    /// Of the processes that serve PostgreSQL's connections to this database.
    ///
    /// They are found by their titles, so the server must run on this machine. What it does in the background (vacuum,
    /// the writers) is not among it.
    pub(crate) fn of_postgres(database: &str) -> Self {
        let serves = |folder: &String| {
            let title = fs::read_to_string(format!("{folder}/cmdline")).unwrap_or_default();
            // `postgres: user database client …`, and of others `postgres: autovacuum worker database`
            title.starts_with("postgres: ") && title.split(' ').nth(2) == Some(database)
        };
        let processes = numbered("/proc").into_iter().filter(|(_, folder)| serves(folder));
        Self(processes.filter_map(|(id, folder)| Some(id).zip(ran(&folder))).collect())
    }

    /// What was used since, by those that are still there.
    pub(crate) fn since(&self, before: &Self) -> f64 {
        self.0.iter().map(|(id, after)| after - before.0.get(id).unwrap_or(&0.0)).sum()
    }
}

/// Microseconds on a processor; the kernel says nanoseconds.
fn ran(folder: &str) -> Option<f64> {
    let times = fs::read_to_string(format!("{folder}/schedstat")).ok()?;
    Some(times.split(' ').next()?.parse::<f64>().ok()? / 1_000.0)
}

/// The files of a folder whose names are numbers.
fn numbered(folder: &str) -> Vec<(u32, String)> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let number = |name: &str| Some((name.parse().ok()?, format!("{folder}/{name}")));
    files.filter_map(|file| number(file.file_name().to_str()?)).collect()
}
