//! Forms of pages: the token against cross-site request forgery, and logging in by one (CONTRACT 5.14 to 5.17).

use std::{collections::BTreeMap, sync::Mutex};

use poem::{
    EndpointExt, Response, Route,
    endpoint::BoxEndpoint,
    get, handler,
    http::{Method, header::SET_COOKIE},
    test::TestClient,
    web::Form,
};
use refrain::{
    AllowAny, Api, Caller, IsAuthenticated, PageSession, Problem,
    auth::NewUser,
    authentication::{Authenticators, SessionAuthentication, TokenAuthentication},
    sessions::{SecretKey, Sessions},
};
use refrain_testing::{TestDb, every_database};

use crate::{
    beside::boxed,
    support::{self, Answer, auth, sync, user},
};

const PASSWORD: &str = "a password of four words";

type Fields = Form<BTreeMap<String, String>>;

#[handler]
fn form(session: PageSession<'_>) -> String {
    format!("{} {}", session.form_token(), session.form_token())
}

#[handler]
async fn log_in(session: PageSession<'_>, fields: Fields) -> Result<String, Problem> {
    let user = session.log_in(&fields["username"], &fields["password"]).await?;
    Ok(user.map(|user| user.username).unwrap_or_default())
}

#[handler]
async fn log_out(session: PageSession<'_>) -> Result<(), Problem> {
    session.log_out().await
}

#[handler]
fn sent(caller: Caller, fields: Fields) -> String {
    format!("{} sent {}", caller.username, fields["name"])
}

/// A browser before three pages: one to log in by, one to log out by, and one for who has logged in.
struct Browser {
    client: TestClient<BoxEndpoint<'static, Response>>,
    cookies: Mutex<BTreeMap<String, String>>,
    token: String,
}

impl Browser {
    async fn open(db: &TestDb) -> Self {
        Self::open_with(db, 2000).await
    }

    async fn open_with(db: &TestDb, body_limit: usize) -> Self {
        let auth = auth();
        sync(&auth, db).await;
        let (_, token) = user(&auth, db, NewUser::new("alice").password(PASSWORD), &[]).await;
        let sessions = Sessions::new(SecretKey::new("the site's own").expect("a key"));
        let authenticators =
            Authenticators::none().with(TokenAuthentication::default()).with(SessionAuthentication::new(sessions));
        let api = Api::new("Drivers", "1.0", db.db().clone()).auth(auth).authenticators(authenticators);
        let api = api.body_limit(body_limit).build().expect("the parts fit");
        let everybody = api.guarding(AllowAny).expect("it guards").or_log_in_at("/login");
        let known = api.guarding(IsAuthenticated).expect("it guards").or_log_in_at("/login");
        let routes = Route::new()
            .at("/login", get(form).post(log_in).with(everybody))
            .at("/logout", poem::post(log_out).with(known.clone()))
            .at("/cars", get(form).post(sent).with(known));
        Self { client: boxed(routes), cookies: Mutex::default(), token }
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], fields: &str) -> Answer {
        let mut request = self.client.request(method, path).header("host", "cars.example.com");
        let cookies = self.cookies.lock().expect("no panic").clone();
        if !cookies.is_empty() {
            let pairs: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", pairs.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !fields.is_empty() {
            request = request.content_type("application/x-www-form-urlencoded").body(fields.to_owned());
        }
        let response = request.send().await;
        for cookie in response.0.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().expect("ASCII").split(';').next().expect("a pair");
            let (name, value) = pair.split_once('=').expect("a name and a value");
            self.cookies.lock().expect("no panic").insert(name.to_owned(), value.to_owned());
        }
        support::answer(response).await
    }

    async fn token(&self, path: &str) -> String {
        let page = self.send(Method::GET, path, &[], "").await;
        let (one, two) = page.text.split_once(' ').expect("two tokens");
        assert!(one.len() == 64 && two.len() == 64 && one != two, "masked anew each time: {}", page.text);
        two.to_owned()
    }

    async fn post(&self, path: &str, fields: &str) -> Answer {
        self.send(Method::POST, path, &[], fields).await
    }

    async fn log_in(&self) {
        let token = self.token("/login").await;
        let fields = format!("csrfmiddlewaretoken={token}&username=alice&password=a+password+of+four+words");
        let answer = self.post("/login", &fields).await;
        assert_eq!((answer.code(), &*answer.text), (200, "alice"));
    }
}

fn is_forged(answer: &Answer, reason: &str) {
    assert_eq!(answer.code(), 403, "{}", answer.text);
    assert!(answer.text.contains(&format!("CSRF Failed: {reason}")), "{}", answer.text);
}

#[every_database]
async fn a_form_that_brings_the_token_is_read(db: TestDb) {
    let browser = Browser::open(&db).await;
    browser.log_in().await;
    let token = browser.token("/cars").await;
    let answer = browser.post("/cars", &format!("name=Golf&csrfmiddlewaretoken={token}")).await;
    assert_eq!((answer.code(), &*answer.text), (200, "alice sent Golf"));
    // in the header as well
    let header = [("x-csrftoken", &*token)];
    assert_eq!(browser.send(Method::POST, "/cars", &header, "name=Golf").await.code(), 200);
    let emptied = browser.send(Method::POST, "/cars", &header, "name=Golf&csrfmiddlewaretoken=").await;
    assert_eq!(emptied.code(), 200);
    assert_eq!(browser.post("/logout", &format!("csrfmiddlewaretoken={token}")).await.code(), 200);
    assert_eq!(browser.post("/cars", &format!("name=Golf&csrfmiddlewaretoken={token}")).await.code(), 302);
}

#[every_database]
async fn one_that_does_not_is_another_sites(db: TestDb) {
    let browser = Browser::open(&db).await;
    // nobody is logged in as somebody else, by a page that has not seen the form
    let unseen = "username=alice&password=a+password+of+four+words";
    is_forged(&browser.post("/login", unseen).await, "CSRF cookie not set.");
    browser.token("/login").await;
    is_forged(&browser.post("/login", unseen).await, "CSRF token missing.");
    browser.log_in().await;
    let token = browser.token("/cars").await;
    is_forged(&browser.post("/cars", "name=Golf").await, "CSRF token missing.");
    for (field, reason) in [
        ("short".to_owned(), "CSRF token from POST has incorrect length."),
        ("%FF".to_owned(), "CSRF token from POST has incorrect length."),
        ("a".repeat(32), "CSRF token from POST incorrect."),
        // of two the last counts
        (format!("{token}&csrfmiddlewaretoken={}", "a".repeat(64)), "CSRF token from POST incorrect."),
    ] {
        let fields = format!("name=Golf&csrfmiddlewaretoken={field}");
        // a header does not make up for it
        let answer = browser.send(Method::POST, "/cars", &[("x-csrftoken", &token)], &fields).await;
        is_forged(&answer, reason);
    }
    let fields = format!("name=Golf&csrfmiddlewaretoken={token}");
    let elsewhere = [("origin", "https://evil.example")];
    let answer = browser.send(Method::POST, "/cars", &elsewhere, &fields).await;
    is_forged(&answer, "Origin checking failed");
    // a token of the API is nothing that browsers send by themselves
    let authorization = format!("Token {}", browser.token);
    browser.cookies.lock().expect("no panic").clear();
    let answer = browser.send(Method::POST, "/cars", &[("authorization", &authorization)], "name=Golf").await;
    assert_eq!((answer.code(), &*answer.text), (200, "alice sent Golf"));
}

#[every_database(sqlite, because = "it is about no row")]
async fn wrong_passwords_log_nobody_in_and_are_counted(db: TestDb) {
    let browser = Browser::open(&db).await;
    let token = browser.token("/login").await;
    let fields = format!("csrfmiddlewaretoken={token}&username=alice&password=wrong");
    for _ in 0..50 {
        let answer = browser.post("/login", &fields).await;
        assert_eq!((answer.code(), &*answer.text), (200, ""));
    }
    assert!(!browser.cookies.lock().expect("no panic").contains_key("sessionid"));
    assert_eq!(browser.post("/login", &fields).await.code(), 429);
}

/// A name of more than 4,096 bytes is nobody's; as many of them as somebody makes up are tried as one.
#[every_database(sqlite, because = "it is about no row")]
async fn names_that_nobody_can_have_are_counted_as_one(db: TestDb) {
    let browser = Browser::open_with(&db, 20_000).await;
    let token = browser.token("/login").await;
    let try_name = async |name: String| {
        let fields = format!("csrfmiddlewaretoken={token}&username={name}&password=wrong");
        let answer = browser.post("/login", &fields).await;
        assert!(answer.code() != 200 || answer.text.is_empty(), "{}", answer.text);
        answer.code()
    };
    for place in 0..50 {
        assert_eq!(try_name(format!("{place:0>4097}")).await, 200);
    }
    assert_eq!(try_name("a".repeat(4097)).await, 429);
    assert_eq!(try_name("a".repeat(4096)).await, 200);
}

#[every_database(sqlite, because = "it is about no row")]
async fn a_form_has_a_bound(db: TestDb) {
    let browser = Browser::open(&db).await;
    browser.log_in().await;
    let token = browser.token("/cars").await;
    let long = format!("csrfmiddlewaretoken={token}&name={}", "a".repeat(2000));
    assert_eq!(browser.post("/cars", &long).await.code(), 413);
    let parts = [("content-type", "multipart/form-data; boundary=x")];
    is_forged(&browser.send(Method::POST, "/cars", &parts, "").await, "CSRF token missing.");
}
