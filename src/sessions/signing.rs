//! Django's signatures with a time: `payload:time:signature` (CONTRACT 5.8).

use super::SecretKey;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Signs a payload and a time, in seconds since 1970.
pub(super) fn sign(key: &SecretKey, salt: &str, payload: &str, at: u64) -> String {
    let signed = format!("{payload}:{}", base62(at));
    let signature = key.signature(&signer(salt), &signed);
    format!("{signed}:{signature}")
}

/// The payload of what was signed, by whichever key; `None` where none signed it.
pub(super) fn unsign<'a>(key: &SecretKey, salt: &str, text: &'a str) -> Option<&'a str> {
    let (signed, signature) = text.rsplit_once(':')?;
    key.signed_by(&signer(salt), signed, signature)?;
    let (payload, time) = signed.rsplit_once(':')?;
    let is_time = !time.is_empty() && time.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_time.then_some(payload)
}

fn signer(salt: &str) -> String {
    format!("{salt}signer")
}

fn base62(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(DIGITS[(number % 62) as usize]));
        number /= 62;
        if number == 0 {
            break digits.into_iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::SALT;

    fn key(text: &str) -> SecretKey {
        SecretKey::new(text).expect("a key")
    }

    #[test]
    fn a_time_is_written_in_base_62() {
        assert_eq!([0, 61, 62, 1_700_000_000].map(base62), ["0", "z", "10", "1r31eq"]);
    }

    #[test]
    fn what_is_signed_without_a_time_is_nothing() {
        let key = key("secret-for-vectors");
        let signed = |text: &str| format!("{text}:{}", key.signature(&signer(SALT), text));
        assert_eq!(unsign(&key, SALT, &signed("eyJhIjoxfQ:1r31eq")), Some("eyJhIjoxfQ"));
        for text in ["eyJhIjoxfQ", "eyJhIjoxfQ:", "eyJhIjoxfQ:1r 1eq"] {
            assert_eq!(unsign(&key, SALT, &signed(text)), None, "{text}");
        }
    }

    #[test]
    fn it_signs_as_django_does() {
        let signed = sign(&key("secret-for-vectors"), SALT, "eyJhIjoxfQ", 1_700_000_000);
        assert_eq!(signed, "eyJhIjoxfQ:1r31eq:5b9REIN8ZYx-Pz2qWhrZ6rkgQ9H1eLtr-ZOHVmoLFIs");
        assert_eq!(unsign(&key("secret-for-vectors"), SALT, &signed), Some("eyJhIjoxfQ"));
        assert_eq!(unsign(&key("another"), SALT, &signed), None);
    }

    #[test]
    fn what_was_changed_is_not_believed() {
        let key = key("k");
        let signed = sign(&key, SALT, "payload", 5);
        assert_eq!(unsign(&key, SALT, &signed), Some("payload"));
        for at in 0..signed.len() {
            let mut changed = signed.clone().into_bytes();
            changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert_eq!(unsign(&key, SALT, &changed), None, "{changed}");
        }
        for text in ["", ":", "::", "payload", "payload:5", "garbage", &signed[1..], &format!("{signed}=")] {
            assert_eq!(unsign(&key, SALT, text), None, "{text}");
        }
        // signed, and without a time
        let without = format!("payload:{}", key.signature(&signer(SALT), "payload"));
        assert_eq!(unsign(&key, SALT, &without), None);
    }
}
