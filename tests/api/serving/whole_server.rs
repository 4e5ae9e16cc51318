//! All connections together: how many, when no more can be accepted, and when the server ends.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use poem::{
    http::uri::Scheme,
    web::{LocalAddr, RemoteAddr},
};

use super::*;

const HEAD: &str = "HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[tokio::test]
async fn connections_beyond_the_most_wait_for_one_to_end() {
    let server = Running::with(patient().max_connections(2)).await;
    let (first, second) = (server.sent("G").await, server.sent("G").await);
    tokio::time::sleep(millis(100)).await;
    let mut third = server.sent(format!("GET / {HEAD}")).await;
    let waits = timeout(millis(300), answer(&mut third)).await;
    assert!(waits.is_err(), "{waits:?}");
    drop(second);
    assert_eq!(answer(&mut third).await.0, StatusCode::OK);
    drop(first);
}

/// The test's own road to a port, out of file descriptors for as long as it is told so.
struct OutOfFiles {
    acceptor: TcpAcceptor,
    out: Arc<AtomicBool>,
    asked: Arc<AtomicU32>,
}

impl Acceptor for OutOfFiles {
    type Io = TcpStream;

    fn local_addr(&self) -> Vec<LocalAddr> {
        self.acceptor.local_addr()
    }

    async fn accept(&mut self) -> io::Result<(TcpStream, LocalAddr, RemoteAddr, Scheme)> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.out.load(Ordering::SeqCst) {
            // EMFILE
            return Err(io::Error::from_raw_os_error(24));
        }
        self.acceptor.accept().await
    }
}

#[tokio::test]
async fn out_of_file_descriptors_it_pauses_and_goes_on() {
    let (out, asked) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU32::new(0)));
    let acceptor = OutOfFiles { acceptor: acceptor().await, out: out.clone(), asked: asked.clone() };
    let server = Running::over(patient(), acceptor);
    let mut stream = server.sent(format!("GET / {HEAD}")).await;
    tokio::time::sleep(millis(1000)).await;
    let tried = asked.load(Ordering::SeqCst);
    assert!((1..=8).contains(&tried), "{tried} times in a second");
    out.store(false, Ordering::SeqCst);
    assert_eq!(answer(&mut stream).await.0, StatusCode::OK);
    assert!(server.stop().await < Duration::from_secs(5));
}

#[tokio::test]
async fn a_server_that_pauses_can_be_stopped() {
    let (out, asked) = (Arc::new(AtomicBool::new(true)), Arc::default());
    let server = Running::over(patient(), OutOfFiles { acceptor: acceptor().await, out, asked });
    tokio::time::sleep(millis(50)).await;
    assert!(server.stop().await < Duration::from_secs(5));
}

#[tokio::test]
async fn what_is_under_way_is_answered_before_the_end() {
    let server = Running::with(patient()).await;
    let address = server.address;
    let mut idle = server.sent(format!("GET / {HEAD}")).await;
    assert_eq!(answer(&mut idle).await.0, StatusCode::OK);
    let mut slow = server.sent(format!("GET /slow {HEAD}")).await;
    tokio::time::sleep(millis(100)).await;
    let stopping = tokio::spawn(server.stop());
    assert_eq!(rest(&mut idle).await.0, "");
    let (said, _) = rest(&mut slow).await;
    assert!(said.starts_with("HTTP/1.1 200") && said.ends_with("after a while"), "{said}");
    assert!(stopping.await.unwrap() < Duration::from_secs(5));
    assert!(TcpStream::connect(address).await.is_err(), "the port is closed");
}

#[tokio::test]
async fn a_server_that_is_dropped_drops_its_connections() {
    let server = Running::with(patient()).await;
    let mut never = server.sent(format!("GET /never {HEAD}")).await;
    tokio::time::sleep(millis(100)).await;
    server.server.abort();
    assert_eq!(rest(&mut never).await.0, "");
}

#[tokio::test]
async fn what_takes_too_long_is_given_up_at_the_end() {
    let server = Running::with(patient().shutdown_timeout(millis(300))).await;
    let mut never = server.sent(format!("GET /never {HEAD}")).await;
    tokio::time::sleep(millis(100)).await;
    took_about(server.stop().await, millis(300));
    assert_eq!(rest(&mut never).await.0, "");
}
