//! Connections of HTTP/2, spoken by hand: a client that keeps to the rules would hold nothing.

use tokio::io::AsyncWriteExt;

use super::*;

const SETTINGS: u8 = 4;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const GOAWAY: u8 = 7;
const ACK: u8 = 1;

const MAX_CONCURRENT_STREAMS: u16 = 3;
const INITIAL_WINDOW_SIZE: u16 = 4;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a small frame").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A connection's beginning, with settings.
fn hello(settings: &[(u16, u32)]) -> Vec<u8> {
    let settings: Vec<u8> =
        settings.iter().flat_map(|(id, value)| [&id.to_be_bytes()[..], &value.to_be_bytes()].concat()).collect();
    [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice(), &frame(SETTINGS, 0, 0, &settings), &frame(SETTINGS, ACK, 0, &[])]
        .concat()
}

/// `GET path`, whole: headers by their numbers in the static table, and two in full.
fn get(stream: u32, path: &str) -> Vec<u8> {
    let mut block = vec![0x82, 0x86, 0x04, u8::try_from(path.len()).expect("a short path")];
    block.extend(path.as_bytes());
    block.extend([0x01, 1, b'h']);
    frame(HEADERS, 0x5, stream, &block)
}

/// The next frame: kind, flags, stream, payload.
async fn next(stream: &mut TcpStream) -> (u8, u8, u32, Vec<u8>) {
    let read = async {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.expect("a frame");
        let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        stream.read_exact(&mut payload).await.expect("a whole frame");
        (head[3], head[4], u32::from_be_bytes([head[5], head[6], head[7], head[8]]), payload)
    };
    timeout(LONG, read).await.expect("a frame in time")
}

/// The next frame of a kind, and of a stream.
async fn next_of(stream: &mut TcpStream, kind: u8, of: u32) -> (u8, Vec<u8>) {
    loop {
        let (this, flags, on, payload) = next(stream).await;
        if (this, on) == (kind, of) && (kind, flags) != (SETTINGS, ACK) {
            return (flags, payload);
        }
    }
}

#[tokio::test]
async fn streams_beyond_the_most_are_refused() {
    let server = Running::with(patient().http2_max_streams(2)).await;
    let requests = [get(1, "/never"), get(3, "/never"), get(5, "/")].concat();
    let mut stream = server.sent([hello(&[]), requests].concat()).await;
    let (_, settings) = next_of(&mut stream, SETTINGS, 0).await;
    let told = settings.chunks(6).find(|told| told[..2] == MAX_CONCURRENT_STREAMS.to_be_bytes());
    assert_eq!(told.map(|told| &told[2..]), Some([0, 0, 0, 2].as_slice()));
    let (_, why) = next_of(&mut stream, RST_STREAM, 5).await;
    assert_eq!(why, [0, 0, 0, 7], "REFUSED_STREAM");
    // a place is free again when a stream is taken back
    stream.write_all(&frame(RST_STREAM, 0, 1, &[0, 0, 0, 8])).await.unwrap();
    stream.write_all(&get(7, "/")).await.unwrap();
    let (_, head) = next_of(&mut stream, HEADERS, 7).await;
    assert_eq!(head[0], 0x88, ":status 200");
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed() {
    let server = Running::with(patient().head_timeout(millis(300))).await;
    let mut stream = server.sent(hello(&[])).await;
    took_about(rest(&mut stream).await.1, millis(300));
}

#[tokio::test]
async fn an_idle_connection_is_told_to_go() {
    let server = Running::with(patient().idle_timeout(millis(300))).await;
    let mut stream = server.sent([hello(&[]), get(1, "/slow")].concat()).await;
    next_of(&mut stream, HEADERS, 1).await;
    let began = Instant::now();
    next_of(&mut stream, GOAWAY, 0).await;
    took_about(began.elapsed(), millis(300));
    rest(&mut stream).await;
}

#[tokio::test]
async fn who_answers_no_ping_is_gone() {
    let server = Running::with(patient().http2_ping_interval(millis(300))).await;
    let mut stream = server.sent([hello(&[]), get(1, "/never")].concat()).await;
    took_about(rest(&mut stream).await.1, millis(600));
}

#[tokio::test]
async fn who_takes_nothing_of_an_answer_is_gone() {
    let server = Running::with(patient().write_timeout(millis(300))).await;
    let mut stream = server.sent([hello(&[(INITIAL_WINDOW_SIZE, 0)]), get(1, "/large")].concat()).await;
    next_of(&mut stream, HEADERS, 1).await;
    took_about(rest(&mut stream).await.1, millis(300));
}
