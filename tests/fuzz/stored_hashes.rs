use std::time::Duration;

use refrain::auth::password::{Algorithm, Passwords};

use crate::{
    driver::{Target, fuzz},
    limits::Limits,
};

const TARGET: Target = Target {
    name: "stored_hashes",
    words: &[
        "$",
        "pbkdf2_sha256$",
        "pbkdf2_sha1$",
        "argon2$argon2id$v=19$",
        "argon2$argon2i$",
        "bcrypt_sha256$$2b$",
        "bcrypt$$2b$",
        "scrypt$",
        "md5$",
        "m=",
        "t=",
        "p=",
        ",",
        "v=16",
        "=",
        "04$",
        "salt",
        "!",
        "unusable",
        "4294967295",
        "99999999999",
    ],
    limits: Limits { time: Duration::from_secs(3), ..Limits::USUAL },
};

/// An input is a password, a zero byte, and what is stored.
#[tokio::test]
async fn stored_hashes_of_any_text_open_to_their_own_password_alone() {
    fuzz(&TARGET, async |input| {
        // anew for each input: what is met once is done for every wrong password that follows
        let passwords = Passwords::default().iterations(1).accepting(Algorithm::Bcrypt).accepting(Algorithm::Md5);
        let at = input.iter().position(|byte| *byte == 0).unwrap_or(0);
        let (password, stored) = (String::from_utf8_lossy(&input[..at]), String::from_utf8_lossy(&input[at..]));
        let stored = stored.trim_start_matches('\0');
        // work that is allowed, and takes its time, would leave no time for other inputs
        if work(stored).is_some_and(|work| work > 20_000) {
            return "long".into();
        }
        let verified = passwords.verify(&password, stored).await.expect("a row that cannot be read is no error");
        if verified.is_right() && !stored.starts_with("bcrypt$") {
            let other = format!("{password}x");
            let verified = passwords.verify(&other, stored).await.expect("a row that cannot be read is no error");
            assert!(!verified.is_right(), "another password opens it too");
        }
        let named = |algorithm: &Algorithm| stored.split('$').next() == Some(algorithm.name());
        let algorithm = [Algorithm::Bcrypt, Algorithm::Md5].into_iter().chain(Algorithm::DJANGO).find(named);
        format!("{verified:?} {algorithm:?} {}", stored.split('$').count().min(8))
    })
    .await;
}

/// About how much work a row asks for that is not refused for it; in rounds of SHA-256.
fn work(stored: &str) -> Option<u64> {
    let parts: Vec<&str> = stored.split('$').collect();
    let number = |text: &str| text.parse::<u64>().ok();
    match *parts.first()? {
        "pbkdf2_sha256" | "pbkdf2_sha1" => number(parts.get(1)?),
        "scrypt" => {
            let (n, r, p) = (number(parts.get(1)?)?, number(parts.get(3)?)?, number(parts.get(4)?)?);
            n.checked_mul(r)?.checked_mul(p)
        }
        "argon2" => {
            let factors = parts.get(3)?.split(',').filter_map(|factor| number(factor.get(2..)?));
            factors.take(2).try_fold(1, u64::checked_mul)
        }
        name if name.starts_with("bcrypt") => {
            let cost = parts.iter().find_map(|part| number(part).filter(|_| part.len() == 2))?;
            1u64.checked_shl(u32::try_from(cost).ok()?)?.checked_mul(300)
        }
        _ => None,
    }
    .filter(|work| *work < 1 << 34)
}
