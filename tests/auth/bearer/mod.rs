//! Bearer tokens of a provider that the test runs: which count, whose they are, and what happens while its keys change,
//! are away, or are asked for by a flood.

mod provider;

use std::{
    future::Future,
    task::Poll,
    time::{Duration, Instant},
};

use chrono::Utc;
use poem::{EndpointExt, Route, http::Method, test::TestClient};
use refrain::{
    Access, AllowAny, Api, BuiltApi, Guarded, Me, ModelPermissions, NamedTokens, Result, async_trait,
    auth::{Auth, Ceiling, NewUser, User},
    authentication::{
        Authenticators, TokenAuthentication,
        bearer::{Algorithm, BearerAuthentication, BearerUsers, Claims},
    },
    serving::ResourceMetadata,
};
use refrain_testing::{TestDb, counted, every_database};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::{Value as Json, json};

use self::provider::{Mood, Provider, Signer, unsigned};
use crate::support::{Answer, Client, Rules, answer, auth, car, car_of, cars, log::log, sync, user};

const AUDIENCE: &str = "https://api.example.com";

struct ByModel;

impl Rules for ByModel {
    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions)
    }
}

struct Open;

#[poem_openapi::OpenApi]
impl Open {
    #[oai(path = "/open", method = "get")]
    async fn open(&self, _open: Guarded<AllowAny>) -> poem_openapi::payload::PlainText<&'static str> {
        poem_openapi::payload::PlainText("open")
    }
}

/// Takes all the algorithms that the tests sign with, and looks for new keys as often as they are asked for.
fn bearer(provider: &Provider) -> BearerAuthentication {
    let algorithms = [Algorithm::Es256, Algorithm::Rs256, Algorithm::Ps256, Algorithm::EdDsa];
    let bearer = BearerAuthentication::new(&provider.issuer, AUDIENCE, algorithms).expect("an issuer");
    bearer.with_pause(Duration::ZERO)
}

fn built(db: &DatabaseConnection, auth: &Auth, bearer: BearerAuthentication) -> BuiltApi {
    let authenticators = Authenticators::none().with(bearer).with(TokenAuthentication::default());
    let api = Api::new("Drivers", "1.0", db.clone()).auth(auth.clone()).authenticators(authenticators);
    api.mount(cars::<ByModel>()).with(NamedTokens::default()).with(Me).with(Open).build().expect("the parts fit")
}

/// Alice views cars, bob nothing, dave is inactive.
async fn people(db: &TestDb) -> Auth {
    let auth = auth();
    sync(&auth, db).await;
    user(&auth, db, NewUser::new("alice"), &["view", "change"]).await;
    user(&auth, db, NewUser::new("bob"), &[]).await;
    user(&auth, db, NewUser::new("dave").inactive(), &["view"]).await;
    auth
}

fn head(signer: &Signer) -> Json {
    json!({ "alg": signer.algorithm(), "typ": "at+jwt", "kid": signer.id })
}

fn claims(provider: &Provider, subject: &str) -> Json {
    let now = Utc::now().timestamp();
    json!({ "iss": provider.issuer, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + 300, "jti": "1" })
}

fn token(provider: &Provider, signer: &Signer, subject: &str) -> String {
    signer.sign(&head(signer), &claims(provider, subject))
}

/// The same with another value, or none, of a member.
fn with(object: &Json, name: &str, value: Json) -> Json {
    let mut object = object.clone();
    match value {
        Json::Null => drop(object.as_object_mut().expect("an object").remove(name)),
        value => object[name] = value,
    }
    object
}

async fn get(client: &Client, path: &str, authorization: &str) -> Answer {
    answer(client.raw().get(path).header("authorization", authorization).send().await).await
}

async fn ask(client: &Client, token: &str) -> Answer {
    get(client, "/api/cars", &format!("Bearer {token}")).await
}

#[track_caller]
fn is_refused(answer: &Answer, sentence: &str) {
    answer.is_problem(401, "authentication_failed", sentence, &Json::Null);
    let challenge = format!("Bearer error=\"invalid_token\", error_description=\"{sentence}\"");
    assert_eq!(answer.header("www-authenticate"), Some(&*challenge));
}

#[track_caller]
fn could_not_tell(answer: &Answer) {
    assert_eq!(answer.code(), 503, "{}", answer.text);
    assert!(answer.header("retry-after").is_some() && answer.header("www-authenticate").is_none(), "{answer:?}");
}

#[every_database]
async fn who_is_let_in(db: TestDb) {
    let auth = people(&db).await;
    let signers = [Signer::es256("e"), Signer::eddsa("d"), Signer::rsa("r")];
    let provider = Provider::start(signers.iter().map(Signer::public)).await;
    let client = Client::new(built(&db, &auth, bearer(&provider)));
    for signer in &signers {
        let alice = token(&provider, signer, "alice");
        assert_eq!(ask(&client, &alice).await.code(), 200, "{}", signer.algorithm());
        assert_eq!(get(&client, "/api/cars", &format!("bEaReR \t {alice}")).await.code(), 200);
        assert_eq!(ask(&client, &token(&provider, signer, "bob")).await.code(), 403);
        for nobody in ["dave", "zoe", "Alice", "alice ", "a\u{0}", "\u{ff41}lice"] {
            is_refused(&ask(&client, &token(&provider, signer, nobody)).await, "The token is no user's.");
        }
    }
    let pss = signers[2].sign(&with(&head(&signers[2]), "alg", json!("PS256")), &claims(&provider, "alice"));
    assert_eq!(ask(&client, &pss).await.code(), 200);
    for (name, value) in [
        ("aud", json!(["x", AUDIENCE])),
        ("aud", json!([AUDIENCE])),
        ("exp", json!(Utc::now().timestamp() - 20)),
        ("nbf", json!(1.5)),
    ] {
        let token = signers[0].sign(&head(&signers[0]), &with(&claims(&provider, "alice"), name, value));
        assert_eq!(ask(&client, &token).await.code(), 200, "{name}");
    }
    for kind in ["AT+JWT", "application/at+jwt"] {
        let token = signers[0].sign(&with(&head(&signers[0]), "typ", json!(kind)), &claims(&provider, "alice"));
        assert_eq!(ask(&client, &token).await.code(), 200, "{kind}");
    }
    assert_eq!(provider.fetches(), 1);
    // nobody said who they are
    let answer = client.get("/api/cars", "").await;
    assert_eq!((answer.code(), answer.header("www-authenticate")), (401, Some("Bearer")));
}

#[every_database]
async fn what_does_not_count(db: TestDb) {
    let auth = people(&db).await;
    let (signer, rsa, other) = (Signer::es256("e"), Signer::rsa("r"), Signer::es256("e"));
    let provider = Provider::start([signer.public(), rsa.public()]).await;
    let only = BearerAuthentication::new(&provider.issuer, AUDIENCE, [Algorithm::Es256, Algorithm::Rs256]);
    let client = Client::new(built(&db, &auth, only.expect("an issuer")));
    let (head, claims) = (head(&signer), claims(&provider, "alice"));
    let now = Utc::now().timestamp();
    let headed = |name: &str, value: Json| signer.sign(&with(&head, name, value), &claims);
    let claiming = |name: &str, value: Json| signer.sign(&head, &with(&claims, name, value));
    let right = signer.sign(&head, &claims);
    let (signed, signature) = right.rsplit_once('.').expect("three parts");
    assert_eq!(ask(&client, &right).await.code(), 200);

    let malformed = "The token is malformed.";
    let algorithm = "The token is signed by an algorithm that is not accepted.";
    let wrong = "The signature of the token is wrong.";
    let none = with(&head, "alg", json!("none"));
    let rsa_head = |algorithm: &str| json!({ "alg": algorithm, "typ": "at+jwt", "kid": "r" });
    for (token, sentence) in [
        (String::new(), malformed),
        ("x".to_owned(), malformed),
        ("..".to_owned(), malformed),
        (format!("{signed}."), wrong),
        (signed.to_owned(), malformed),
        (format!("{right}."), malformed),
        (format!("{right}.x"), malformed),
        (format!("{right}="), malformed),
        (format!("{signed}.{}", &signature[..signature.len() - 2]), wrong),
        (format!("{}.{signature}", unsigned(&head, &with(&claims, "sub", json!("root")))), wrong),
        (format!("{}.{signature}", unsigned(&json!([]), &claims)), malformed),
        (other.sign(&head, &claims), wrong),
        // none, by any spelling, with a signature or without
        (format!("{}.", unsigned(&none, &claims)), algorithm),
        (format!("{}.{signature}", unsigned(&none, &claims)), algorithm),
        (headed("alg", json!("NONE")), algorithm),
        (headed("alg", Json::Null), algorithm),
        (headed("alg", json!(["ES256"])), malformed),
        // a public key is no shared secret
        (signer.sign_by_public_key(&with(&head, "alg", json!("HS256")), &claims), algorithm),
        (rsa.sign_by_public_key(&rsa_head("HS256"), &claims), algorithm),
        (rsa.sign_by_public_key(&rsa_head("RS256"), &claims), wrong),
        // another than the key's, and another than was named
        (headed("alg", json!("RS256")), "The token is signed by an unknown key."),
        (rsa.sign(&rsa_head("PS256"), &claims), algorithm),
        (headed("kid", json!("x")), "The token is signed by an unknown key."),
        (headed("kid", json!(1)), malformed),
        (headed("crit", json!(["exp"])), malformed),
        (headed("typ", json!("JWT")), "The token is not for access."),
        (headed("typ", Json::Null), "The token is not for access."),
        (headed("typ", json!("logout+jwt")), "The token is not for access."),
        (claiming("iss", json!("https://id.example.org")), "The token is of another issuer."),
        (claiming("iss", json!(format!("{}/", provider.issuer))), "The token is of another issuer."),
        (claiming("iss", json!([provider.issuer])), "The token is of another issuer."),
        (claiming("iss", Json::Null), "The token is of another issuer."),
        (claiming("aud", json!("https://other.example.com")), "The token is for another audience."),
        (claiming("aud", json!([])), "The token is for another audience."),
        (claiming("aud", json!(["https://other.example.com"])), "The token is for another audience."),
        (claiming("aud", json!(["x", 1, null, [AUDIENCE]])), "The token is for another audience."),
        (claiming("aud", json!({ AUDIENCE: 1 })), "The token is for another audience."),
        (claiming("aud", Json::Null), "The token is for another audience."),
        (claiming("exp", json!(now - 31)), "The token has expired."),
        (claiming("exp", json!(0)), "The token has expired."),
        (claiming("exp", json!(-1)), "The token has expired."),
        (claiming("exp", json!((now + 300).to_string())), malformed),
        (claiming("exp", Json::Null), malformed),
        (claiming("nbf", json!(now + 90)), "The token does not count yet."),
        (claiming("nbf", json!("soon")), malformed),
        (claiming("iat", json!(now + 90)), "The token does not count yet."),
        (claiming("sub", Json::Null), malformed),
        (claiming("sub", json!("")), malformed),
        (claiming("sub", json!(7)), malformed),
        (claiming("padding", json!("x".repeat(20_000))), malformed),
        (format!("{}.{signed}", "x".repeat(30_000)), malformed),
    ] {
        is_refused(&ask(&client, &token).await, sentence);
        // where anybody may come in as well
        is_refused(&get(&client, "/api/open", &format!("Bearer {token}")).await, sentence);
    }
    is_refused(&get(&client, "/api/cars", &format!("Bearer {right} x")).await, malformed);
    let two = client.raw().get("/api/cars").header("authorization", format!("Bearer {right}"));
    let two = answer(two.header("authorization", format!("Bearer {right}")).send().await).await;
    is_refused(&two, malformed);
    assert_eq!(ask(&client, &right).await.code(), 200);
}

#[every_database]
async fn plain_tokens_count_where_it_was_said(db: TestDb) {
    let auth = people(&db).await;
    let signer = Signer::es256("e");
    let provider = Provider::start([signer.public()]).await;
    let client = Client::new(built(&db, &auth, bearer(&provider).taking_plain_tokens()));
    for (kind, code) in [(json!("JWT"), 200), (Json::Null, 200), (json!("at+jwt"), 200), (json!("logout+jwt"), 401)] {
        let token = signer.sign(&with(&head(&signer), "typ", kind.clone()), &claims(&provider, "alice"));
        assert_eq!(ask(&client, &token).await.code(), code, "{kind}");
    }
}

#[every_database]
async fn keys_change(db: TestDb) {
    let auth = people(&db).await;
    let (old, new) = (Signer::es256("old"), Signer::es256("new"));
    let provider = Provider::start([old.public()]).await;
    let fresh = Duration::from_millis(400);
    let client = Client::new(built(&db, &auth, bearer(&provider).with_keys_for(fresh, Duration::from_secs(60))));
    let [by_old, by_new] = [&old, &new].map(|signer| token(&provider, signer, "alice"));
    assert_eq!(ask(&client, &by_old).await.code(), 200);
    is_refused(&ask(&client, &by_new).await, "The token is signed by an unknown key.");
    // a key that is not known is looked for at once
    provider.publish([old.public(), new.public()]);
    assert_eq!(ask(&client, &by_new).await.code(), 200);
    assert_eq!(ask(&client, &by_old).await.code(), 200);
    // one that was taken away counts no more, soon
    provider.publish([new.public()]);
    tokio::time::sleep(fresh * 3).await;
    is_refused(&ask(&client, &by_old).await, "The token is signed by an unknown key.");
    assert_eq!(ask(&client, &by_new).await.code(), 200);
    // another key by an old name
    let again = Signer::es256("new");
    provider.publish([again.public()]);
    tokio::time::sleep(fresh * 3).await;
    is_refused(&ask(&client, &by_new).await, "The signature of the token is wrong.");
    assert_eq!(ask(&client, &token(&provider, &again, "alice")).await.code(), 200);
}

#[every_database]
async fn keys_may_be_at_an_address_of_their_own(db: TestDb) {
    let auth = people(&db).await;
    let signer = Signer::es256("e");
    let provider = Provider::start([signer.public()]).await;
    // nobody answers where this issuer would say it
    let bearer = BearerAuthentication::new("https://id.invalid", AUDIENCE, [Algorithm::Es256]).expect("an issuer");
    let bearer = bearer.with_keys_at(&format!("{}/keys", provider.issuer)).expect("an address");
    let client = Client::new(built(&db, &auth, bearer));
    let claims = with(&claims(&provider, "alice"), "iss", json!("https://id.invalid"));
    assert_eq!(ask(&client, &signer.sign(&head(&signer), &claims)).await.code(), 200);
    assert_eq!(provider.fetches(), 1);
}

#[every_database]
async fn a_flood_of_unknown_keys_makes_few_fetches(db: TestDb) {
    let auth = people(&db).await;
    let signer = Signer::es256("e");
    let provider = Provider::start([signer.public()]).await;
    let client = Client::new(built(&db, &auth, bearer(&provider).with_pause(Duration::from_secs(10))));
    let alice = token(&provider, &signer, "alice");
    assert_eq!(ask(&client, &alice).await.code(), 200);
    let flood = (0..300).map(|each| {
        let head = with(&head(&signer), "kid", json!(each.to_string()));
        let (client, token) = (&client, signer.sign(&head, &claims(&provider, "alice")));
        async move { ask(client, &token).await }
    });
    let began = Instant::now();
    let mut flood: Vec<_> = flood.map(Box::pin).collect();
    let answers = std::future::poll_fn(move |cx| {
        let mut done = Vec::new();
        flood.retain_mut(|one| match one.as_mut().poll(cx) {
            Poll::Ready(answer) => {
                done.push(answer);
                false
            }
            Poll::Pending => true,
        });
        done.iter().for_each(|answer| is_refused(answer, "The token is signed by an unknown key."));
        if flood.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    });
    answers.await;
    assert!(
        provider.fetches() <= 1 + usize::try_from(began.elapsed().as_secs() / 10 + 1).expect("few"),
        "{}",
        provider.fetches()
    );
    assert_eq!(ask(&client, &alice).await.code(), 200);
}

#[every_database]
async fn keys_that_never_came_are_no_wrong_token(db: TestDb) {
    let auth = people(&db).await;
    let signer = Signer::es256("e");
    let provider = Provider::start([signer.public()]).await;
    let client = Client::new(built(&db, &auth, bearer(&provider)));
    let alice = token(&provider, &signer, "alice");
    for mood in [Mood::Failing, Mood::Confused, Mood::Lying] {
        provider.is(mood);
        could_not_tell(&ask(&client, &alice).await);
        could_not_tell(&get(&client, "/api/open", &format!("Bearer {alice}")).await);
        // what is none, whoever signs
        is_refused(&ask(&client, "x.y.z").await, "The token is malformed.");
        // others are let in meanwhile
        assert_eq!(client.get("/api/open", "").await.code(), 200);
    }
    provider.is(Mood::Well);
    assert_eq!(ask(&client, &alice).await.code(), 200);

    // a provider that nobody reaches is asked once, for a while
    let gone = Provider::start([]).await;
    let issuer = gone.issuer.clone();
    drop(gone);
    let nobody = BearerAuthentication::new(&issuer, AUDIENCE, [Algorithm::Es256]).expect("an issuer");
    let client = Client::new(built(&db, &auth, nobody));
    for _ in 0..3 {
        could_not_tell(&ask(&client, &alice).await);
    }
}

#[every_database]
async fn keys_are_half_a_mebibyte_at_most(db: TestDb) {
    let auth = people(&db).await;
    let signer = Signer::es256("e");
    for (bytes, status) in [(512 * 1024, 200), (512 * 1024 + 1, 503)] {
        let provider = Provider::start([signer.public()]).await;
        provider.is(Mood::Long(bytes));
        let client = Client::new(built(&db, &auth, bearer(&provider)));
        assert_eq!(ask(&client, &token(&provider, &signer, "alice")).await.code(), status, "{bytes}");
    }
}

#[every_database]
async fn known_keys_count_for_a_while(db: TestDb) {
    let auth = people(&db).await;
    let (signer, new) = (Signer::es256("e"), Signer::es256("new"));
    let provider = Provider::start([signer.public()]).await;
    let (fresh, stale) = (Duration::from_millis(100), Duration::from_millis(1500));
    let client = Client::new(built(&db, &auth, bearer(&provider).with_keys_for(fresh, stale)));
    let alice = token(&provider, &signer, "alice");
    assert_eq!(ask(&client, &alice).await.code(), 200);
    let began = Instant::now();
    provider.is(Mood::Failing);
    tokio::time::sleep(fresh * 3).await;
    let answer = ask(&client, &alice).await;
    if began.elapsed() < stale {
        assert_eq!(answer.code(), 200, "{}", answer.text);
        // of a key that is not known nobody can tell: the provider may have it by now
        could_not_tell(&ask(&client, &token(&provider, &new, "alice")).await);
    }
    tokio::time::sleep(stale).await;
    could_not_tell(&ask(&client, &alice).await);
    provider.is(Mood::Well);
    assert_eq!(ask(&client, &alice).await.code(), 200);
}

#[every_database]
async fn a_provider_that_hangs_keeps_nobody_waiting(db: TestDb) {
    let auth = people(&db).await;
    let signer = Signer::es256("e");
    let provider = Provider::start([signer.public()]).await;
    let fresh = Duration::from_millis(50);
    let hanging = bearer(&provider).with_keys_for(fresh, Duration::from_secs(600)).with_pause(Duration::from_secs(5));
    let client = Client::new(built(&db, &auth, hanging));
    let alice = token(&provider, &signer, "alice");
    assert_eq!(ask(&client, &alice).await.code(), 200);
    tokio::time::sleep(Duration::from_millis(5100)).await;
    provider.is(Mood::Slow(Duration::from_secs(60)));
    for _ in 0..3 {
        let began = Instant::now();
        assert_eq!(ask(&client, &alice).await.code(), 200);
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
}

#[every_database]
async fn a_request_that_is_dropped_stops_no_fetch(db: TestDb) {
    let auth = people(&db).await;
    let signer = Signer::es256("e");
    let provider = Provider::start([signer.public()]).await;
    provider.is(Mood::Slow(Duration::from_millis(300)));
    let client = Client::new(built(&db, &auth, bearer(&provider).with_pause(Duration::from_secs(10))));
    let alice = token(&provider, &signer, "alice");
    for _ in 0..3 {
        let given_up = tokio::time::timeout(Duration::from_millis(30), ask(&client, &alice)).await;
        assert!(given_up.is_err(), "the keys are not there yet");
    }
    assert_eq!(ask(&client, &alice).await.code(), 200);
    assert_eq!(provider.fetches(), 1);
}

#[every_database]
async fn scopes_are_a_ceiling(db: TestDb) {
    let auth = people(&db).await;
    let signer = Signer::es256("e");
    let provider = Provider::start([signer.public()]).await;
    let scoped = bearer(&provider).with_ceiling(|claims| Some(Ceiling::new(claims.scopes())));
    let client = Client::new(built(&db, &auth, scoped));
    let row = car_of(&db, None, "a car").await;
    let path = format!("/api/cars/{}", row.id);
    let scoped = |name: &str, value: Json| signer.sign(&head(&signer), &with(&claims(&provider, "alice"), name, value));
    for (token, view, change) in [
        (scoped("scope", json!("openid drivers.view_car")), 200, 403),
        (scoped("scp", json!(["drivers.change_car", 7])), 403, 200),
        (scoped("scope", json!("drivers.view_car drivers.change_car")), 200, 200),
        (scoped("scope", json!("drivers.delete_car")), 403, 403),
        (scoped("x", json!(1)), 403, 403),
    ] {
        assert_eq!(ask(&client, &token).await.code(), view);
        let changing = client.raw().patch(&path).header("authorization", format!("Bearer {token}"));
        let changed = answer(changing.body_json(&json!({"name": "new"})).send().await).await;
        assert_eq!(changed.code(), change, "{}", changed.text);
    }
}

#[every_database]
async fn what_ends_by_itself_makes_no_token(db: TestDb) {
    let auth = people(&db).await;
    let signer = Signer::es256("e");
    let provider = Provider::start([signer.public()]).await;
    let client = Client::new(built(&db, &auth, bearer(&provider)));
    let making = client.raw().post("/api/auth/tokens");
    let making = making.header("authorization", format!("Bearer {}", token(&provider, &signer, "alice")));
    let answer = answer(making.body_json(&json!({"name": "x"})).send().await).await;
    assert_eq!((answer.code(), answer.json()["code"].as_str()), (403, Some("insufficient_scope")));
}

#[every_database]
async fn reading_a_row_costs_one_statement(db: TestDb) {
    let auth = people(&db).await;
    let signer = Signer::es256("e");
    let provider = Provider::start([signer.public()]).await;
    let path = format!("/api/cars/{}", car_of(&db, None, "a car").await.id);
    let (counting, counter) = counted(&db);
    let client = Client::new(built(&counting, &auth, bearer(&provider)));
    let alice = format!("Bearer {}", token(&provider, &signer, "alice"));
    for (authorization, status, statements) in [(&*alice, 200, 1), ("Bearer x.y.z", 401, 0)] {
        assert_eq!(get(&client, &path, authorization).await.code(), status);
        let sql = counter.take();
        assert_eq!(sql.len(), statements, "{sql:#?}");
    }
}

#[every_database]
async fn users_are_found_as_the_program_says(db: TestDb) {
    struct WhoeverComes;
    #[async_trait]
    impl BearerUsers for WhoeverComes {
        async fn user(&self, auth: &Auth, db: refrain::Db<'_>, claims: &Claims) -> Result<Option<User>> {
            match auth.user(db, claims.subject()).await? {
                Some(user) => Ok(Some(user)),
                None => auth.create_user(db, NewUser::new(claims.subject())).await.map(Some),
            }
        }
    }
    let auth = people(&db).await;
    let signer = Signer::es256("e");
    let provider = Provider::start([signer.public()]).await;
    let making = Client::new(built(&db, &auth, bearer(&provider).with_users(WhoeverComes)));
    assert_eq!(ask(&making, &token(&provider, &signer, "zoe")).await.code(), 403);
    assert!(auth.user(db.db(), "zoe").await.expect("the database answers").is_some());
    is_refused(&ask(&making, &token(&provider, &signer, "dave")).await, "The token is no user's.");

    let by_name = Client::new(built(&db, &auth, bearer(&provider).with_username_in("preferred_username")));
    let claims = with(&claims(&provider, "248289761001"), "preferred_username", json!("alice"));
    assert_eq!(ask(&by_name, &signer.sign(&head(&signer), &claims)).await.code(), 200);
    is_refused(&ask(&by_name, &token(&provider, &signer, "alice")).await, "The token is no user's.");
    // nor is one without a name somebody's who has none
    db.execute_unprepared("UPDATE auth_user SET username = '' WHERE username = 'bob'").await.expect("it is written");
    for nameless in [json!(""), json!(7), Json::Null] {
        let claims = with(&claims, "preferred_username", nameless);
        is_refused(&ask(&by_name, &signer.sign(&head(&signer), &claims)).await, "The token is no user's.");
    }
}

#[every_database]
async fn clients_find_where_to_get_one(db: TestDb) {
    let auth = people(&db).await;
    let provider = Provider::start([]).await;
    let address = format!("{AUDIENCE}{}", ResourceMetadata::PATH);
    let bearer = bearer(&provider).with_metadata_at(&address);
    let metadata = ResourceMetadata::of(&bearer).with_scopes(["drivers.view_car"]);
    let api = built(&db, &auth, bearer).into_endpoint();
    let client = TestClient::new(Route::new().at(ResourceMetadata::PATH, metadata).nest("/", api).boxed());
    let asked = answer(client.get("/api/cars").send().await).await;
    assert_eq!(asked.header("www-authenticate"), Some(&*format!("Bearer resource_metadata=\"{address}\"")));
    let wrong = answer(client.get("/api/cars").header("authorization", "Bearer x").send().await).await;
    let said = "Bearer error=\"invalid_token\", error_description=\"The token is malformed.\"";
    assert_eq!(wrong.header("www-authenticate"), Some(&*format!("{said}, resource_metadata=\"{address}\"")));
    let found = answer(client.get(ResourceMetadata::PATH).send().await).await;
    assert_eq!((found.code(), found.header("content-type")), (200, Some("application/json")));
    let document = json!({
        "resource": AUDIENCE, "authorization_servers": [provider.issuer], "bearer_methods_supported": ["header"],
        "scopes_supported": ["drivers.view_car"],
    });
    assert_eq!(found.json(), document);
    let refused = answer(client.request(Method::POST, ResourceMetadata::PATH).send().await).await;
    assert_eq!((refused.code(), refused.header("allow")), (405, Some("GET, HEAD")));
}

#[every_database]
async fn no_token_is_logged(db: TestDb) {
    log();
    let auth = people(&db).await;
    let signer = Signer::es256("e");
    let provider = Provider::start([signer.public()]).await;
    let client = Client::new(built(&db, &auth, bearer(&provider)));
    let alice = token(&provider, &signer, "alice");
    let wrong = signer.sign(&with(&head(&signer), "kid", json!("other")), &claims(&provider, "alice"));
    for token in [&alice, &wrong] {
        ask(&client, token).await;
    }
    for mood in [Mood::Confused, Mood::Failing] {
        provider.is(mood);
        ask(&client, &wrong).await;
    }
    let logged = log().text();
    assert!(logged.contains("the keys of bearer tokens could not be fetched"), "what goes wrong is told");
    assert!(logged.contains("the answer is 500"), "with its cause");
    for token in [alice, wrong] {
        for part in token.split('.').skip(1) {
            assert!(!logged.contains(part), "a token is in the log");
        }
    }
}

#[test]
fn what_fits_no_provider_is_refused_when_it_is_built() {
    let built = |issuer: &str, algorithms: &[Algorithm]| {
        BearerAuthentication::new(issuer, AUDIENCE, algorithms.iter().copied()).map_err(|error| error.to_string())
    };
    assert!(built("https://id.example.com", &[Algorithm::Es256]).is_ok());
    assert!(built("https://id.example.com", &[]).unwrap_err().contains("name one"));
    assert!(built("http://id.example.com", &[Algorithm::Es256]).unwrap_err().contains("not over https"));
    let bearer = built("https://id.example.com", &[Algorithm::Es256]).expect("an issuer");
    assert!(bearer.clone().with_keys_at("http://keys.example.com").is_err());
    let told = Authenticators::none().with(bearer.clone());
    assert_eq!((told.varies_by(), told.challenge().as_deref()), (vec!["Authorization"], Some("Bearer")));
    assert!(bearer.with_keys_at("https://keys.example.com/a").is_ok());
}
