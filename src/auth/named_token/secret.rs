use rand::{
    distr::{Alphanumeric, SampleString},
    rand_core::UnwrapErr,
    rngs::SysRng,
};
use refrain_entity::Secret;
use sha2::{Digest, Sha256};

/// By which a token that lies about is known for one, and tokens of one table from those of another.
const PREFIX: &str = "rfn_";

/// So many characters out of 62 are 178 random bits.
const RANDOM: usize = 30;

/// The characters behind them, a checksum: what is mistyped, or only looks like a token, costs no statement, and who looks
/// for tokens in places where none should be finds no others.
const CHECKSUM: usize = 6;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A token that nobody has.
pub(super) fn new_token() -> Secret {
    let random = Alphanumeric.sample_string(&mut UnwrapErr(SysRng), RANDOM);
    format!("{PREFIX}{random}{}", checksum(&random)).into()
}

/// Is this a token of this kind, right or wrong?
pub(crate) fn is_named_token(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// What is stored of a token; `None` where the text is none.
///
/// One round of a fast hash is enough: nobody guesses 178 bits, however many they try in a second.
pub(in crate::auth) fn digest_of(text: &str) -> Option<String> {
    let (random, sum) = text.strip_prefix(PREFIX)?.split_at_checked(RANDOM)?;
    let is_token = random.bytes().all(|byte| byte.is_ascii_alphanumeric()) && sum == checksum(random);
    is_token.then(|| hex::encode(Sha256::digest(text)))
}

/// The CRC-32 in six digits to the base of 62, the first first.
fn checksum(random: &str) -> String {
    let mut left = crc32fast::hash(random.as_bytes());
    let mut digits = [b'0'; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(left % 62) as usize];
        left /= 62;
    }
    digits.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_form() {
        let token = new_token().into_exposed();
        assert_eq!(token.len(), 40);
        assert!(is_named_token(&token) && digest_of(&token).is_some_and(|digest| digest.len() == 64));
        assert_ne!(token, new_token().into_exposed());
        assert_ne!(digest_of(&token), digest_of(new_token().expose()));
    }

    #[test]
    fn the_checksum_is_crc_32() {
        // of 123456789 it is cbf43926, by everybody's tables
        assert_eq!(checksum("123456789"), base62(0xcbf4_3926));
        assert_eq!(base62(61), "00000z");
        assert_eq!(base62(62), "000010");
        assert_eq!(base62(u32::MAX), "4gfFC3");
    }

    /// Another way to the same digits.
    fn base62(mut number: u32) -> String {
        let mut text = String::new();
        while number > 0 {
            text.insert(0, char::from(DIGITS[(number % 62) as usize]));
            number /= 62;
        }
        format!("{text:0>6}")
    }

    #[test]
    fn what_is_none() {
        let token = new_token().into_exposed();
        let changed = |at: usize| {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'a' { b'b' } else { b'a' };
            String::from_utf8(bytes).expect("ASCII")
        };
        let spelled = ["", "rfn_", "rfn_é", &token[4..], &token[..39]].map(str::to_owned);
        let longer =
            [format!("{token}0"), format!("{token} "), token.to_uppercase(), format!("rfn_{}", "é".repeat(18))];
        for text in spelled.into_iter().chain(longer).chain((0..40).map(changed)) {
            assert_eq!(digest_of(&text), None, "{} characters", text.len());
        }
        assert!(!is_named_token("9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b"));
    }
}
