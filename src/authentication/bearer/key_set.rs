use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::Value;

use super::algorithm::{Algorithm, Verifier};

/// More keys are no provider's.
const MOST: usize = 100;

/// The keys that a provider publishes (RFC 7517), as far as they are of use here.
#[derive(Debug, Default)]
pub(super) struct KeySet(Vec<Key>);

/// A public key.
#[derive(Clone, Debug)]
pub(super) struct Key {
    id: Option<String>,
    /// the one it is for, where it says so
    algorithm: Option<String>,
    of: PublicKey,
}

#[derive(Clone, Debug)]
enum PublicKey {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    Curve { name: String, point: Vec<u8> },
}

#[derive(Deserialize)]
struct Published {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    used_for: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl KeySet {
    /// Reads a document. A key that is of no use here is left out; a document that is no key set is an error.
    pub(super) fn read(text: &str) -> Result<Self, &'static str> {
        let published: Published = serde_json::from_str(text).map_err(|_| "the key set is none")?;
        if published.keys.len() > MOST {
            return Err("the key set has too many keys");
        }
        Ok(Self(published.keys.into_iter().filter_map(Key::read).collect()))
    }

    /// The key of this name that fits the algorithm; of a token that names none the only one that does.
    pub(super) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<&Key> {
        let mut fitting = self.0.iter().filter(|key| key.fits(algorithm) && (id.is_none() || key.id.as_deref() == id));
        let first = fitting.next()?;
        fitting.next().is_none().then_some(first)
    }
}

impl Key {
    fn read(jwk: Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(jwk).ok()?;
        let is_for_signatures = jwk.used_for.as_deref().is_none_or(|used| used == "sig")
            && jwk.key_ops.as_ref().is_none_or(|operations| operations.iter().any(|one| one == "verify"));
        if !is_for_signatures {
            return None;
        }
        let bytes = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_deref()?).ok();
        let of = match jwk.kty.as_str() {
            "RSA" => PublicKey::Rsa { n: without_zeros(bytes(&jwk.n)?), e: without_zeros(bytes(&jwk.e)?) },
            "EC" => PublicKey::Curve { point: [vec![4], bytes(&jwk.x)?, bytes(&jwk.y)?].concat(), name: jwk.crv? },
            "OKP" => PublicKey::Curve { point: bytes(&jwk.x)?, name: jwk.crv? },
            _ => return None,
        };
        Some(Self { id: jwk.kid, algorithm: jwk.alg, of })
    }

    fn fits(&self, algorithm: Algorithm) -> bool {
        let is_its = self.algorithm.as_deref().is_none_or(|its| its == algorithm.name());
        is_its
            && match (&self.of, algorithm.verifier()) {
                (PublicKey::Rsa { .. }, Verifier::Rsa(_)) => true,
                (PublicKey::Curve { name, .. }, Verifier::Curve(curve, _)) => name == curve,
                _ => false,
            }
    }

    /// Did the other half of this key sign the message?
    pub(super) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        self.fits(algorithm)
            && match (&self.of, algorithm.verifier()) {
                (PublicKey::Rsa { n, e }, Verifier::Rsa(parameters)) => {
                    RsaPublicKeyComponents { n, e }.verify(parameters, message, signature).is_ok()
                }
                (PublicKey::Curve { point, .. }, Verifier::Curve(_, curve)) => {
                    UnparsedPublicKey::new(curve, point).verify(message, signature).is_ok()
                }
                _ => false,
            }
    }
}

/// Some providers write one before the first byte.
fn without_zeros(bytes: Vec<u8>) -> Vec<u8> {
    bytes.into_iter().skip_while(|byte| *byte == 0).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(keys: Value) -> KeySet {
        KeySet::read(&json!({ "keys": keys }).to_string()).expect("a key set")
    }

    #[test]
    fn keys_of_no_use_are_left_out() {
        let rsa = json!({"kty": "RSA", "kid": "a", "n": "AQAB", "e": "AQAB"});
        let with = |name: &str, value: Value| {
            let mut key = rsa.clone();
            key[name] = value;
            key
        };
        for of_use in
            [rsa.clone(), with("use", json!("sig")), with("key_ops", json!(["verify"])), with("x5c", json!([1]))]
        {
            assert!(set(json!([of_use])).find(Some("a"), Algorithm::Rs256).is_some(), "{of_use}");
        }
        let of_none = [
            with("use", json!("enc")),
            with("key_ops", json!(["encrypt"])),
            with("kty", json!("oct")),
            with("kty", json!("EC")),
            with("n", json!("!")),
            with("n", json!(null)),
            with("kid", json!(1)),
            json!("RSA"),
            json!({}),
            json!({"kty": "oct", "kid": "a", "k": "AQAB"}),
        ];
        for key in of_none {
            assert!(set(json!([key])).find(Some("a"), Algorithm::Rs256).is_none(), "{key}");
        }
        assert!(set(json!([with("alg", json!("RS512"))])).find(Some("a"), Algorithm::Rs256).is_none());
        for none in ["", "[]", "{}", r#"{"keys": {}}"#, r#"{"keys": null}"#, "<html>"] {
            assert!(KeySet::read(none).is_err(), "{none}");
        }
        assert!(KeySet::read(&json!({ "keys": vec![&rsa; MOST] }).to_string()).is_ok());
        assert!(KeySet::read(&json!({ "keys": vec![rsa; MOST + 1] }).to_string()).is_err());
    }

    #[test]
    fn a_token_that_names_no_key_means_the_only_one() {
        let key = |id: &str, alg: &str| json!({"kty": "RSA", "kid": id, "alg": alg, "n": "AQAB", "e": "AQAB"});
        let one = set(json!([key("a", "RS256"), key("b", "RS512")]));
        assert!(one.find(None, Algorithm::Rs256).is_some());
        assert!(one.find(Some("b"), Algorithm::Rs256).is_none() && one.find(Some("c"), Algorithm::Rs256).is_none());
        assert!(one.find(None, Algorithm::Ps256).is_none() && one.find(None, Algorithm::Es256).is_none());
        let two = set(json!([key("a", "RS256"), key("b", "RS256")]));
        assert!(two.find(None, Algorithm::Rs256).is_none() && two.find(Some("b"), Algorithm::Rs256).is_some());
        // a name that two keys have is neither's
        assert!(set(json!([key("a", "RS256"), key("a", "RS256")])).find(Some("a"), Algorithm::Rs256).is_none());
    }
}
