//! Connections of HTTP/1 that do not end by themselves.

use tokio::io::AsyncWriteExt;

use super::*;

#[tokio::test]
async fn a_silent_connection_is_closed() {
    let server = Running::with(patient().head_timeout(millis(300))).await;
    let (said, took) = rest(&mut server.connect().await).await;
    took_about(took, millis(300));
    assert_eq!(said, "");
}

#[tokio::test]
async fn a_head_that_does_not_end_is_given_up_however_it_comes() {
    let server = Running::with(patient().head_timeout(millis(500))).await;
    for start in ["G", "GET / HTTP/1.1\r\nHost: localhost\r\n", "PRI * HTTP/2.0\r\n", "\r\n"] {
        let began = Instant::now();
        let (mut reader, mut writer) = server.sent(start).await.into_split();
        // a byte at a time: something always comes
        let trickle = tokio::spawn(async move {
            while writer.write_all(b"a").await.is_ok() {
                tokio::time::sleep(millis(20)).await;
            }
        });
        let mut said = Vec::new();
        let _ = timeout(LONG, reader.read_to_end(&mut said)).await.expect("the server closes");
        // some starts are wrong at once, and refused as that
        if said.is_empty() && !start.starts_with("PRI") {
            took_about(began.elapsed(), millis(500));
        }
        trickle.abort();
    }
}

#[tokio::test]
async fn a_later_head_may_take_as_long_and_no_longer() {
    let server = Running::with(patient().head_timeout(millis(500))).await;
    let mut stream = server.sent("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert_eq!(answer(&mut stream).await, (StatusCode::OK, "at once".to_owned()));
    tokio::time::sleep(millis(700)).await; // idle, which is another limit
    stream.write_all(b"GET / HTTP/1.1\r\nHo").await.unwrap();
    let (said, took) = rest(&mut stream).await;
    took_about(took, millis(500));
    assert!(!said.contains("200"), "{said}");
}

#[tokio::test]
async fn an_idle_connection_is_kept_for_its_time() {
    let server = Running::with(patient().idle_timeout(millis(600))).await;
    let mut stream = server.connect().await;
    for _ in 0..3 {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        assert_eq!(answer(&mut stream).await.0, StatusCode::OK);
        tokio::time::sleep(millis(300)).await;
    }
    let (said, took) = rest(&mut stream).await;
    took_about(took, millis(300));
    assert_eq!(said, "");
}

#[tokio::test]
async fn an_answer_that_takes_its_time_is_waited_for() {
    let limits = patient().head_timeout(millis(100)).idle_timeout(millis(100)).write_timeout(millis(100));
    let server = Running::with(limits).await;
    let mut stream = server.sent("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert_eq!(answer(&mut stream).await, (StatusCode::OK, "after a while".to_owned()));
}

#[tokio::test]
async fn a_body_must_arrive() {
    let server = Running::with(patient().body_timeout(millis(300))).await;
    for start in ["Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"] {
        let mut stream = server.sent(format!("POST /echo HTTP/1.1\r\nHost: localhost\r\n{start}")).await;
        let (said, took) = rest(&mut stream).await;
        took_about(took, millis(300));
        // and the connection, of which nobody knows where its next head begins, is at its end
        assert!(said.starts_with("HTTP/1.1 ") && !said.starts_with("HTTP/1.1 200"), "{said}");
    }
}

#[tokio::test]
async fn a_body_may_take_longer_where_more_of_it_comes() {
    let server = Running::with(patient().body_timeout(millis(300)).body_rate(1_000)).await;
    let mut stream = server.sent("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000\r\n\r\n").await;
    for _ in 0..10 {
        stream.write_all(&[b'x'; 200]).await.unwrap();
        tokio::time::sleep(millis(100)).await;
    }
    assert_eq!(answer(&mut stream).await, (StatusCode::OK, "2000".to_owned()));
    // too little of it
    let mut stream = server.sent("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000\r\n\r\n").await;
    let writing = async {
        while stream.write_all(b"xx").await.is_ok() {
            tokio::time::sleep(millis(20)).await;
        }
    };
    let began = Instant::now();
    timeout(LONG, writing).await.expect("the server closes");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn who_takes_nothing_of_an_answer_makes_room() {
    let server = Running::with(patient().write_timeout(millis(300)).max_connections(1)).await;
    let _takes_nothing = server.sent("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let mut next = server.sent("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let began = Instant::now();
    assert_eq!(answer(&mut next).await.0, StatusCode::OK);
    took_about(began.elapsed(), millis(300));
}
