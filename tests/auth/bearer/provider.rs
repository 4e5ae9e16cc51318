//! A provider that a test runs: its keys, and what it signs.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use poem::{
    EndpointExt, IntoResponse, Response, Route, get, handler,
    http::StatusCode,
    listener::{Acceptor, Listener, TcpListener},
    web::Data,
};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
        RsaKeyPair,
    },
};
use serde_json::{Value as Json, json};
use tokio::task::JoinHandle;

/// How it answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mood {
    Well,
    /// Every answer is a 500.
    Failing,
    /// What should be keys is a page.
    Confused,
    /// Its answers take a while.
    Slow(Duration),
    /// It says that it is another.
    Lying,
    /// Its keys are so many bytes.
    Long(usize),
}

pub struct Provider {
    pub issuer: String,
    state: Arc<State>,
    server: JoinHandle<()>,
}

struct State {
    issuer: String,
    keys: Mutex<Vec<Json>>,
    mood: Mutex<Mood>,
    fetches: AtomicUsize,
}

impl Provider {
    pub async fn start(keys: impl IntoIterator<Item = Json>) -> Self {
        let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.expect("a free port");
        let address = *acceptor.local_addr()[0].as_socket_addr().expect("an address of TCP");
        let issuer = format!("http://{address}");
        let state = Arc::new(State {
            issuer: issuer.clone(),
            keys: Mutex::new(keys.into_iter().collect()),
            mood: Mutex::new(Mood::Well),
            fetches: AtomicUsize::new(0),
        });
        let routes =
            Route::new().at("/.well-known/openid-configuration", get(configuration)).at("/keys", get(keys_now));
        let routes = routes.data(state.clone());
        let server = tokio::spawn(async move {
            poem::Server::new_with_acceptor(acceptor).run(routes).await.expect("it serves");
        });
        Self { issuer, state, server }
    }

    pub fn publish(&self, keys: impl IntoIterator<Item = Json>) {
        *self.state.keys.lock().expect("no panic") = keys.into_iter().collect();
    }

    pub fn is(&self, mood: Mood) {
        *self.state.mood.lock().expect("no panic") = mood;
    }

    /// How often its keys were asked for.
    pub fn fetches(&self) -> usize {
        self.state.fetches.load(Ordering::SeqCst)
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.server.abort();
    }
}

#[handler]
async fn configuration(Data(state): Data<&Arc<State>>) -> Response {
    let issuer = match *state.mood.lock().expect("no panic") {
        Mood::Lying => "https://id.example.org",
        _ => &state.issuer,
    };
    json!({ "issuer": issuer, "jwks_uri": format!("{}/keys", state.issuer) }).to_string().into_response()
}

#[handler]
async fn keys_now(Data(state): Data<&Arc<State>>) -> Response {
    state.fetches.fetch_add(1, Ordering::SeqCst);
    let mood = *state.mood.lock().expect("no panic");
    match mood {
        Mood::Failing => return StatusCode::INTERNAL_SERVER_ERROR.into(),
        Mood::Confused => return "<html>".into_response(),
        Mood::Slow(by) => tokio::time::sleep(by).await,
        Mood::Well | Mood::Lying | Mood::Long(_) => {}
    }
    let keys = json!({ "keys": *state.keys.lock().expect("no panic") }).to_string();
    let spaces = if let Mood::Long(bytes) = mood { bytes - keys.len() } else { 0 };
    (keys + &" ".repeat(spaces)).into_response()
}

/// A key that signs.
pub struct Signer {
    pub id: &'static str,
    pair: Pair,
}

enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

impl Signer {
    pub fn es256(id: &'static str) -> Self {
        let (random, curve) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let pair = EcdsaKeyPair::generate_pkcs8(curve, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(curve, pair.as_ref(), &random).expect("a key");
        Self { id, pair: Pair::Es256(pair) }
    }

    pub fn eddsa(id: &'static str) -> Self {
        let pair = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
        Self { id, pair: Pair::EdDsa(Ed25519KeyPair::from_pkcs8(pair.as_ref()).expect("a key")) }
    }

    /// One of a test's own, which opens nothing.
    pub fn rsa(id: &'static str) -> Self {
        let pem: String = include_str!("rsa.pem").lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(pem).expect("base64");
        Self { id, pair: Pair::Rsa(RsaKeyPair::from_pkcs8(&der).expect("a key")) }
    }

    /// As the provider publishes it.
    pub fn public(&self) -> Json {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut key = match &self.pair {
            Pair::Es256(pair) => {
                let point = pair.public_key().as_ref();
                json!({ "kty": "EC", "crv": "P-256", "x": text(&point[1..33]), "y": text(&point[33..]) })
            }
            Pair::EdDsa(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref()) })
            }
            Pair::Rsa(pair) => {
                let parts = ring::signature::RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
                json!({ "kty": "RSA", "n": text(&parts.n), "e": text(&parts.e) })
            }
        };
        (key["kid"], key["use"]) = (json!(self.id), json!("sig"));
        key
    }

    pub fn algorithm(&self) -> &'static str {
        match self.pair {
            Pair::Es256(_) => "ES256",
            Pair::EdDsa(_) => "EdDSA",
            Pair::Rsa(_) => "RS256",
        }
    }

    /// A token with this head and these claims.
    pub fn sign(&self, head: &Json, claims: &Json) -> String {
        let signed = unsigned(head, claims);
        let random = SystemRandom::new();
        let signature = match &self.pair {
            Pair::Es256(pair) => pair.sign(&random, signed.as_bytes()).expect("a signature").as_ref().to_vec(),
            Pair::EdDsa(pair) => pair.sign(signed.as_bytes()).as_ref().to_vec(),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let padding: &dyn ring::signature::RsaEncoding =
                    if head["alg"] == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                pair.sign(padding, &random, signed.as_bytes(), &mut signature).expect("a signature");
                signature
            }
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// What anybody can make who knows the public key: it, as a shared secret.
    pub fn sign_by_public_key(&self, head: &Json, claims: &Json) -> String {
        let public = match &self.pair {
            Pair::Es256(pair) => pair.public_key().as_ref().to_vec(),
            Pair::EdDsa(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Rsa(pair) => pair.public().as_ref().to_vec(),
        };
        let signed = unsigned(head, claims);
        let key = hmac::Key::new(hmac::HMAC_SHA256, &public);
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes())))
    }
}

/// Head and claims.
pub fn unsigned(head: &Json, claims: &Json) -> String {
    [head, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".")
}
