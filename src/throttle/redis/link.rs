use std::time::{Duration, Instant};

use redis::{
    AsyncConnectionConfig, Client, FromRedisValue, RedisError, RedisResult, ScriptInvocation,
    aio::MultiplexedConnection,
};
use tokio::sync::Mutex;

/// A Redis beside the program answers within a millisecond: a request is not held up by one that does not.
const CONNECT_WITHIN: Duration = Duration::from_millis(500);
const ANSWER_WITHIN: Duration = Duration::from_millis(250);

/// So long nobody tries again a Redis that was not there: all others are told so at once.
const PAUSE: Duration = Duration::from_secs(1);

/// One connection for everybody, made when it is first used and again when it is lost.
pub(super) struct Link {
    client: Client,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    connection: Option<MultiplexedConnection>,
    /// counted up with each connection, so that who finds one lost does not close the next
    number: u64,
    away_until: Option<Instant>,
}

/// Redis does not answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Away {
    #[error("Redis does not answer")]
    Failed(#[from] RedisError),
    #[error("Redis did not answer a moment ago")]
    Lately,
}

impl Link {
    pub(super) fn new(client: Client) -> Self {
        Self { client, state: Mutex::default() }
    }

    pub(super) async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, Away> {
        let (mut connection, number) = self.connection().await?;
        let told = script.invoke_async(&mut connection).await;
        if let Err(error) = &told {
            tracing::error!(%error, "Redis did not count a caller");
            // also one that answers: it may be a replica by now, and its address another's
            self.lost(number).await;
        }
        Ok(told?)
    }

    /// Whoever comes while the first is made waits for it; while one that was lost is made anew, one tries and the others
    /// are told that Redis is away. Dropped meanwhile, it is tried again after the pause: nobody waits for several.
    async fn connection(&self) -> Result<(MultiplexedConnection, u64), Away> {
        let mut state = self.state.lock().await;
        if let Some(connection) = &state.connection {
            return Ok((connection.clone(), state.number));
        }
        let connected = match state.away_until {
            None => {
                state.away_until = Some(Instant::now() + PAUSE);
                self.connect().await
            }
            Some(until) if Instant::now() < until => return Err(Away::Lately),
            Some(_) => {
                state.away_until = Some(Instant::now() + PAUSE);
                drop(state);
                let connected = self.connect().await;
                state = self.state.lock().await;
                connected
            }
        };
        match connected {
            Ok(connection) => {
                let number = state.number + 1;
                *state = State { connection: Some(connection.clone()), number, away_until: None };
                Ok((connection, number))
            }
            Err(error) => {
                tracing::error!(%error, "Redis cannot be reached: callers are not counted");
                state.away_until = Some(Instant::now() + PAUSE);
                Err(error.into())
            }
        }
    }

    async fn connect(&self) -> RedisResult<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_WITHIN))
            .set_response_timeout(Some(ANSWER_WITHIN));
        self.client.get_multiplexed_async_connection_with_config(&config).await
    }

    async fn lost(&self, number: u64) {
        let mut state = self.state.lock().await;
        if state.number == number && state.connection.take().is_some() {
            state.away_until = Some(Instant::now() + PAUSE);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    };

    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
        time::{sleep, timeout},
    };

    use super::*;

    /// What stands where a Redis should be.
    #[derive(Clone, Copy)]
    enum Server {
        /// Says OK to everything.
        Well,
        /// Ends every connection.
        Closing,
        /// Says nothing.
        Hanging,
    }

    /// A link to one, and how many connections it was asked for.
    async fn link_to(server: Server) -> (Link, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("redis://{}/1", listener.local_addr().expect("an address"));
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                count.fetch_add(1, SeqCst);
                match server {
                    Server::Well => drop(tokio::spawn(say_ok(connection))),
                    Server::Closing => drop(connection),
                    Server::Hanging => std::mem::forget(connection),
                }
            }
        });
        (Link::new(Client::open(url).expect("an address")), asked)
    }

    /// To each command: a line that begins by `*`.
    async fn say_ok(mut connection: TcpStream) {
        let mut sent = [0; 4096];
        while let Ok(length @ 1..) = connection.read(&mut sent).await {
            let commands = sent[..length].iter().filter(|byte| **byte == b'*').count();
            connection.write_all("+OK\r\n".repeat(commands).as_bytes()).await.expect("it is read");
        }
    }

    fn is_told_at_once(connected: Result<(MultiplexedConnection, u64), Away>) {
        assert!(matches!(connected, Err(Away::Lately)), "{:?}", connected.err());
    }

    #[tokio::test]
    async fn one_that_is_not_there_is_tried_once_a_pause() {
        let (link, asked) = link_to(Server::Closing).await;
        for tried in 1..=2 {
            assert!(matches!(link.connection().await, Err(Away::Failed(_))));
            is_told_at_once(link.connection().await);
            is_told_at_once(link.connection().await);
            assert_eq!(asked.load(SeqCst), tried);
            sleep(PAUSE).await;
        }
    }

    #[tokio::test]
    async fn one_that_hangs_is_tried_once_a_pause_though_who_tried_has_gone() {
        let (link, asked) = link_to(Server::Hanging).await;
        for tried in 1..=2 {
            assert!(timeout(Duration::from_millis(100), link.connection()).await.is_err(), "it hangs");
            is_told_at_once(link.connection().await);
            assert_eq!(asked.load(SeqCst), tried);
            sleep(PAUSE).await;
        }
    }

    #[tokio::test]
    async fn who_finds_a_connection_lost_closes_no_later_one() {
        let (link, asked) = link_to(Server::Well).await;
        let (_, first) = link.connection().await.expect("it is well");
        link.lost(first).await;
        is_told_at_once(link.connection().await);
        sleep(PAUSE).await;
        let (_, second) = link.connection().await.expect("it is well");
        assert_ne!(first, second);
        link.lost(first).await;
        let (_, still) = link.connection().await.expect("it is there");
        assert_eq!((still, asked.load(SeqCst)), (second, 2));
    }
}
