//! Hashing takes a core for a good part of a second: it runs beside the async threads, and no more of it at once than
//! there are cores, so that a burst of logins queues up instead of starving everything else.

use std::{sync::LazyLock, thread::available_parallelism};

use tokio::{sync::Semaphore, task::spawn_blocking};

use super::Error;

static GATE: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(width()));

/// Runs `work` on a blocking thread once there is room.
///
/// The permit goes along into the thread: a caller who hangs up leaves the hash running, and it still counts.
pub(super) async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let permit = GATE.acquire().await.map_err(|_| Error::Interrupted)?;
    let task = spawn_blocking(move || {
        let _permit = permit;
        work()
    });
    task.await.map_err(|_| Error::Interrupted)
}

fn width() -> usize {
    available_parallelism().map_or(1, |cores| cores.get())
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering::SeqCst},
        },
        thread::sleep,
        time::Duration,
    };

    use tokio::task::JoinSet;

    use super::{super::Error, run, width};

    #[tokio::test]
    async fn no_more_run_at_once_than_there_are_cores() {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut tasks = JoinSet::new();
        for _ in 0..width() * 4 {
            let (now, most) = (now.clone(), most.clone());
            tasks.spawn(run(move || {
                most.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
                sleep(Duration::from_millis(10));
                now.fetch_sub(1, SeqCst);
            }));
        }
        tasks.join_all().await;
        assert!((1..=width()).contains(&most.load(SeqCst)));
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_frees_its_place() {
        for _ in 0..width() * 2 {
            assert_eq!(run(|| panic!("on purpose")).await.map(|()| 0), Err(Error::Interrupted));
        }
        assert_eq!(run(|| 7).await, Ok(7));
    }
}
