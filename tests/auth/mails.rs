//! What a program under test was told to send.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use refrain::Result;
use tokio::time::sleep;

pub struct Mails<M>(Arc<Mutex<Vec<M>>>);

impl<M> Default for Mails<M> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<M: Send + 'static> Mails<M> {
    /// What a part is given.
    pub fn send(&self) -> impl Fn(M) -> std::future::Ready<Result<()>> + Send + Sync + 'static {
        let sent = self.0.clone();
        move |mail| {
            sent.lock().expect("no panic").push(mail);
            std::future::ready(Ok(()))
        }
    }

    /// So many, once they are there.
    pub async fn next<const MANY: usize>(&self) -> [M; MANY] {
        let sent = self.sent(MANY).await;
        let many = sent.len();
        sent.try_into().unwrap_or_else(|_| panic!("{MANY} mails, not {many}"))
    }

    /// Those that were sent, once they are so many.
    pub async fn sent(&self, many: usize) -> Vec<M> {
        for _ in 0..500 {
            if self.0.lock().expect("no panic").len() >= many {
                break;
            }
            sleep(Duration::from_millis(10)).await;
        }
        std::mem::take(&mut *self.0.lock().expect("no panic"))
    }

    /// None, though somebody waited for one.
    pub async fn none(&self) {
        sleep(Duration::from_millis(150)).await;
        let many = self.0.lock().expect("no panic").len();
        assert_eq!(many, 0, "nobody is written to");
    }
}
