use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{Algorithm, Claims, key_set::Key};

/// A token has no more bytes, or is none.
const MOST_BYTES: usize = 16 * 1024;

/// Clocks differ by so many seconds.
const LEEWAY: f64 = 30.0;

/// What a token must be to count.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    pub(super) issuer: String,
    pub(super) audience: String,
    pub(super) algorithms: Vec<Algorithm>,
    /// Do those count that do not say what they are for?
    pub(super) takes_plain: bool,
}

/// Why a token does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Malformed,
    Algorithm,
    Type,
    UnknownKey,
    Signature,
    Issuer,
    Audience,
    Expired,
    NotYet,
}

impl Fault {
    /// For callers: nothing of the token is in it.
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::Malformed => "The token is malformed.",
            Self::Algorithm => "The token is signed by an algorithm that is not accepted.",
            Self::Type => "The token is not for access.",
            Self::UnknownKey => "The token is signed by an unknown key.",
            Self::Signature => "The signature of the token is wrong.",
            Self::Issuer => "The token is of another issuer.",
            Self::Audience => "The token is for another audience.",
            Self::Expired => "The token has expired.",
            Self::NotYet => "The token does not count yet.",
        }
    }
}

/// A token whose head was read, and nothing believed.
pub(super) struct Token<'t> {
    algorithm: Algorithm,
    key_id: Option<String>,
    /// head and claims, as they were signed
    signed: &'t [u8],
    claims: &'t str,
    signature: Vec<u8>,
}

impl<'t> Token<'t> {
    /// Takes a token apart. One that cannot count, whoever signed it, is refused before any key is looked for.
    pub(super) fn read(text: &'t str, expected: &Expected) -> Result<Self, Fault> {
        if text.len() > MOST_BYTES {
            return Err(Fault::Malformed);
        }
        let mut parts = text.split('.');
        let (Some(head), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Fault::Malformed);
        };
        let signed = &text.as_bytes()[..head.len() + 1 + claims.len()];
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Fault::Malformed)?;
        let head = object(head)?;
        let word = |name: &str| match head.get(name) {
            None => Ok(None),
            Some(Value::String(word)) => Ok(Some(word.as_str())),
            Some(_) => Err(Fault::Malformed),
        };
        // what it names must be understood, and nothing is (RFC 7515, 4.1.11)
        if head.contains_key("crit") {
            return Err(Fault::Malformed);
        }
        let algorithm = word("alg")?.and_then(Algorithm::named).filter(|one| expected.algorithms.contains(one));
        let algorithm = algorithm.ok_or(Fault::Algorithm)?;
        let kind = word("typ")?.map(|kind| kind.strip_prefix("application/").unwrap_or(kind));
        let is_for_access = kind.is_some_and(|kind| kind.eq_ignore_ascii_case("at+jwt"));
        let is_plain = kind.is_none_or(|kind| kind.eq_ignore_ascii_case("jwt"));
        if !(is_for_access || is_plain && expected.takes_plain) {
            return Err(Fault::Type);
        }
        Ok(Self { algorithm, key_id: word("kid")?.map(str::to_owned), signed, claims, signature })
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Which key says that it signed it?
    pub(super) fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// What it says, where the key signed it and it counts at this second.
    pub(super) fn verify(&self, key: &Key, expected: &Expected, now: i64) -> Result<Claims, Fault> {
        if !key.verifies(self.algorithm, self.signed, &self.signature) {
            return Err(Fault::Signature);
        }
        let claims = object(self.claims)?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let moment = |name: &str| match claims.get(name) {
            None => Ok(None),
            Some(at) => at.as_f64().map(Some).ok_or(Fault::Malformed),
        };
        if text("iss") != Some(&expected.issuer) {
            return Err(Fault::Issuer);
        }
        let is_for_us = match claims.get("aud") {
            Some(Value::String(audience)) => *audience == expected.audience,
            Some(Value::Array(audiences)) => audiences.iter().any(|one| one.as_str() == Some(&expected.audience)),
            _ => false,
        };
        if !is_for_us {
            return Err(Fault::Audience);
        }
        #[allow(clippy::cast_precision_loss, reason = "seconds are few")]
        let now = now as f64;
        let expires = moment("exp")?.ok_or(Fault::Malformed)?;
        if expires + LEEWAY <= now {
            return Err(Fault::Expired);
        }
        for begins in [moment("nbf")?, moment("iat")?].into_iter().flatten() {
            if begins > now + LEEWAY {
                return Err(Fault::NotYet);
            }
        }
        if text("sub").is_none_or(str::is_empty) {
            return Err(Fault::Malformed);
        }
        Ok(Claims::new(claims))
    }
}

/// A part of a token that is an object. Of a member given twice the last counts; what is signed is the signer's to write.
fn object(part: &str) -> Result<Map<String, Value>, Fault> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| Fault::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| Fault::Malformed)
}

#[cfg(test)]
mod tests {
    use ring::signature::{Ed25519KeyPair, KeyPair};
    use serde_json::json;

    use super::*;
    use crate::authentication::bearer::key_set::KeySet;

    const NOW: i64 = 1_700_000_000;

    fn expected() -> Expected {
        Expected {
            issuer: "https://id.example.com".to_owned(),
            audience: "https://api.example.com".to_owned(),
            algorithms: vec![Algorithm::EdDsa],
            takes_plain: false,
        }
    }

    fn encoded(json: &Value) -> String {
        URL_SAFE_NO_PAD.encode(json.to_string())
    }

    fn head() -> String {
        encoded(&json!({ "alg": "EdDSA", "typ": "at+jwt" }))
    }

    #[test]
    fn a_token_has_sixteen_kilobytes_at_most() {
        let read = |length: usize| {
            let head = head();
            let text = format!("{head}.{}.", "x".repeat(length - head.len() - 2));
            Token::read(&text, &expected()).map(drop)
        };
        assert_eq!(read(16 * 1024), Ok(()));
        assert_eq!(read(16 * 1024 + 1), Err(Fault::Malformed));
    }

    /// To the second, and clocks may differ by thirty.
    #[test]
    fn a_token_counts_from_its_beginning_to_its_end() {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a key");
        let public = URL_SAFE_NO_PAD.encode(pair.public_key());
        let keys = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": public }] });
        let keys = KeySet::read(&keys.to_string()).expect("a key set");
        let key = keys.find(None, Algorithm::EdDsa).expect("the only one");
        let verified = |begins: i64, issued: i64, ends: i64| {
            let claims = json!({
                "iss": "https://id.example.com", "aud": "https://api.example.com", "sub": "alice",
                "nbf": begins, "iat": issued, "exp": ends,
            });
            let signed = format!("{}.{}", head(), encoded(&claims));
            let text = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(pair.sign(signed.as_bytes())));
            let token = Token::read(&text, &expected()).expect("it is whole");
            token.verify(key, &expected(), NOW).map(drop)
        };
        assert_eq!(verified(NOW, NOW, NOW + 60), Ok(()));
        assert_eq!(verified(NOW + 30, NOW + 30, NOW - 29), Ok(()));
        assert_eq!(verified(NOW, NOW, NOW - 30), Err(Fault::Expired));
        assert_eq!(verified(NOW + 31, NOW, NOW + 60), Err(Fault::NotYet));
        assert_eq!(verified(NOW, NOW + 31, NOW + 60), Err(Fault::NotYet));
    }
}
