use std::sync::atomic::{AtomicU32, Ordering};

tokio::task_local! {
    /// How many statements were run for what this task answers.
    static RUN: AtomicU32;
}

/// One more.
pub(super) fn count_one() {
    let _ = RUN.try_with(|run| run.fetch_add(1, Ordering::Relaxed));
}

/// What comes of some work, and how many statements it ran, the beginning of a transaction among them and its end not.
///
/// The work is pinned by the caller: the future of a request is long, and would be in this one several times.
pub(crate) async fn counting_statements<T>(work: impl Future<Output = T> + Unpin) -> (T, u32) {
    RUN.scope(AtomicU32::new(0), async {
        let done = work.await;
        (done, RUN.with(|run| run.load(Ordering::Relaxed)))
    })
    .await
}
