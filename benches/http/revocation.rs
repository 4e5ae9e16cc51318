//! How soon a caller is refused who was let in by what is kept, and whose account is closed by somebody else.

use std::time::{Duration, Instant};

use refrain_testing::TestDb;
use sea_orm::ConnectionTrait;

use crate::{
    load::{ask, connect},
    options::Options,
};

/// What it is called on the command line.
pub(crate) const NAME: &str = "revocation";

/// 99 of 100 are to be seen sooner than that.
const ASKED_FOR: Duration = Duration::from_millis(50);

/// Closes the caller's account and opens it again, so many times for each round, and asks all the time.
pub(crate) async fn seen(db: &TestDb, token: &str, address: &str, options: &Options) -> String {
    let request = format!("GET /api/cars/1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token {token}\r\n\r\n");
    let mut stream = connect(address).await;
    let set = |active: bool| format!("UPDATE auth_user SET is_active = {active} WHERE username = 'few'");
    let mut seen = Vec::new();
    for _ in 0..options.rounds * 50 {
        for active in [false, true] {
            db.execute_unprepared(&set(active)).await.expect("the table is there");
            let begun = Instant::now();
            let expected = if active { 200 } else { 401 };
            while ask(&mut stream, &request).await.0 != expected {}
            if !active {
                seen.push(begun.elapsed());
            }
        }
    }
    seen.sort_unstable();
    let at = |share: f64| seen[((seen.len() - 1) as f64 * share).round() as usize];
    let met = if at(0.99) < ASKED_FOR { "met" } else { "**missed**" };
    let milliseconds = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1000.0);
    format!(
        "| a revocation by somebody else is seen after | milliseconds |\n|---|---|\n| the middle of {} | {} |\n\
         | 99 of 100 (asked for: below {}) | {}, {met} |\n| the longest | {} |",
        seen.len(),
        milliseconds(at(0.5)),
        milliseconds(ASKED_FOR),
        milliseconds(at(0.99)),
        milliseconds(seen[seen.len() - 1]),
    )
}
