//! Hashing takes a core for a good part of a second: it runs beside the async threads, on fewer threads than there are
//! cores, and no more of it waits than is done within seconds. Who comes when all places are taken is told at once.

use std::{
    sync::{Arc, LazyLock},
    thread::available_parallelism,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError},
    task::spawn_blocking,
};

use super::Error;

/// For each hash that runs, how many may wait.
const WAITING_PER_RUNNING: usize = 16;

/// One core is left to everything else.
pub(super) static GATE: LazyLock<Gate> =
    LazyLock::new(|| Gate::of(available_parallelism().map_or(1, |cores| cores.get() - 1)));

/// Which of the places work may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// Any of them.
    Whole,
    /// At most half of them, for what any request can ask for: the others stay free for who logs in.
    Half,
}

/// The places of those that hash and those that wait for it.
pub(super) struct Gate {
    places: Arc<Semaphore>,
    half: Arc<Semaphore>,
    running: Semaphore,
}

impl Gate {
    /// So many at once, but at least one.
    fn of(running: usize) -> Self {
        let running = running.max(1);
        let places = running * (1 + WAITING_PER_RUNNING);
        Self {
            places: Arc::new(Semaphore::new(places)),
            half: Arc::new(Semaphore::new(places / 2)),
            running: Semaphore::new(running),
        }
    }

    /// Runs `work` on a blocking thread once there is room; [`Error::Busy`] where no place is free.
    ///
    /// The places go along into the thread: a caller who hangs up leaves the hash running, and it still counts.
    pub(super) async fn run<T: Send + 'static>(
        &'static self,
        share: Share,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let half = match share {
            Share::Whole => None,
            Share::Half => Some(place(&self.half)?),
        };
        let place = place(&self.places)?;
        let turn = self.running.acquire().await.map_err(|_| Error::Interrupted)?;
        let task = spawn_blocking(move || {
            let _held = (half, place, turn);
            work()
        });
        task.await.map_err(|_| Error::Interrupted)
    }
}

fn place(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Error> {
    places.clone().try_acquire_owned().map_err(|error| match error {
        TryAcquireError::NoPermits => Error::Busy,
        TryAcquireError::Closed => Error::Interrupted,
    })
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            atomic::{AtomicUsize, Ordering::SeqCst},
            mpsc,
        },
        thread::sleep,
        time::Duration,
    };

    use tokio::task::{JoinSet, yield_now};

    use super::*;

    fn gate(running: usize) -> &'static Gate {
        Box::leak(Box::new(Gate::of(running)))
    }

    #[test]
    fn one_core_is_left_to_everything_else() {
        let cores = available_parallelism().expect("the cores can be counted").get();
        let running = GATE.running.available_permits();
        assert!(running < cores || (running, cores) == (1, 1), "{running} of {cores}");
    }

    #[tokio::test]
    async fn no_more_run_at_once_than_may() {
        let gate = gate(2);
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let (now, most) = (now.clone(), most.clone());
            tasks.spawn(gate.run(Share::Whole, move || {
                most.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
                sleep(Duration::from_millis(10));
                now.fetch_sub(1, SeqCst);
            }));
        }
        tasks.join_all().await;
        assert_eq!(most.load(SeqCst), 2);
    }

    #[tokio::test]
    async fn sixteen_wait_for_each_that_runs_and_the_next_is_told_at_once() {
        let gate = gate(1);
        let (go, stop) = mpsc::channel::<()>();
        let running = tokio::spawn(gate.run(Share::Whole, move || stop.recv().is_ok()));
        let mut waiting = JoinSet::new();
        for _ in 0..WAITING_PER_RUNNING {
            waiting.spawn(gate.run(Share::Whole, || ()));
        }
        for _ in 0..64 {
            yield_now().await;
        }
        for share in [Share::Whole, Share::Half] {
            assert_eq!(gate.run(share, || ()).await, Err(Error::Busy));
        }
        assert!(waiting.try_join_next().is_none(), "they wait");
        // who hangs up frees their place
        waiting.abort_all();
        while waiting.join_next().await.is_some() {}
        go.send(()).expect("it waits for this");
        assert_eq!(gate.run(Share::Whole, || 7).await, Ok(7));
        assert_eq!(running.await.expect("it does not panic"), Ok(true));
    }

    #[tokio::test]
    async fn half_of_the_places_stay_free_for_the_others() {
        let gate = gate(1);
        let (go, stop) = mpsc::channel::<()>();
        let first = tokio::spawn(gate.run(Share::Half, move || stop.recv().is_ok()));
        let mut others = JoinSet::new();
        for _ in 0..60 {
            others.spawn(gate.run(Share::Half, || ()));
        }
        for _ in 0..128 {
            yield_now().await;
        }
        let whole = tokio::spawn(gate.run(Share::Whole, || 7));
        // a place where somebody hung up is taken until the hash ends
        first.abort();
        assert!(first.await.is_err_and(|ended| ended.is_cancelled()));
        assert_eq!(gate.run(Share::Half, || ()).await, Err(Error::Busy));
        go.send(()).expect("it waits for this");
        assert_eq!(whole.await.expect("it does not panic"), Ok(7));
        let told = others.join_all().await;
        assert_eq!(told.iter().filter(|told| told.is_ok()).count(), 7);
        assert_eq!(told.iter().filter(|told| **told == Err(Error::Busy)).count(), 53);
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_frees_its_place() {
        let gate = gate(1);
        for share in [Share::Half, Share::Whole].repeat(20) {
            assert_eq!(gate.run(share, || panic!("on purpose")).await.map(|()| 0), Err(Error::Interrupted));
        }
        assert_eq!(gate.run(Share::Half, || 7).await, Ok(7));
    }
}
