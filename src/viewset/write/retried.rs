use crate::http::Problem;

/// How often a write that met a deadlock or a serialization failure is run.
const ATTEMPTS: u32 = 3;

/// Runs a write, and runs it again where the database asks for that.
pub(crate) async fn retried<T, F: Future<Output = Result<T, Problem>>>(write: impl Fn() -> F) -> Result<T, Problem> {
    let mut attempt = 1;
    loop {
        match write().await {
            Err(problem) if problem.is_worth_retrying() && attempt < ATTEMPTS => attempt += 1,
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// How often a write is run of which the first so many fail, and whether it is made.
    async fn run(failing: u32, problem: Problem) -> (u32, bool) {
        let runs = &Cell::new(0);
        let problem = &problem;
        let write = || async move {
            runs.set(runs.get() + 1);
            if runs.get() > failing { Ok(()) } else { Err(problem.clone()) }
        };
        let made = retried(write).await.is_ok();
        (runs.get(), made)
    }

    #[tokio::test]
    async fn a_write_is_run_again_where_the_database_asks_for_it_and_three_times_at_most() {
        let busy = || Problem::unavailable().worth_retrying(true);
        assert_eq!(run(0, busy()).await, (1, true));
        assert_eq!(run(2, busy()).await, (3, true));
        assert_eq!(run(9, busy()).await, (3, false));
        assert_eq!(run(1, Problem::unavailable()).await, (1, false));
        assert_eq!(run(1, Problem::conflict("taken")).await, (1, false));
    }
}
