use std::{
    hash::{BuildHasher, RandomState},
    net::TcpListener,
    ops::Range,
};

/// Below those that the system gives to who connects, which could take the port of a server while that is stopped.
const PORTS: Range<u16> = 20_000..32_000;

/// A port of this machine on which nobody listens, and which a server that stops finds free again.
pub fn free_port() -> u16 {
    let any = || PORTS.start + (RandomState::new().hash_one(()) % PORTS.len() as u64) as u16;
    std::iter::repeat_with(any)
        .take(1000)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("one of a thousand ports is free")
}
