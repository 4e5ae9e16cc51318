//! Whatever is sent, the answer is a clear problem that tells nothing of the inside; what is refused writes nothing, and
//! the server goes on.
//!
//! Over a real port: a test client would not send half of this.

use base64::{Engine, engine::general_purpose::STANDARD};
use poem_openapi::{Object, OpenApi, payload};
use refrain::{
    Access, AllowAny, Api, Context, Guarded, IsOwnerOrReadOnly, ModelPermissions, ObtainToken, Problem, Serializer,
    ViewSet, auth::NewUser,
};
use refrain_testing::{Backend, TestDb, every_database};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseConnection, EntityTrait, QueryOrder};
use serde_json::{Value as Json, json};

use crate::support::{
    Answer, Car, Rules, auth, car, car_of, cars, sync, token_and_basic, user,
    wire::{Header, Sent, Wire},
};

const JSON: Header<'static> = ("Content-Type", b"application/json");
const LIST: &str = "/api/cars";
const LIMIT: usize = 2_621_440;

struct Owned;

impl Rules for Owned {
    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions & IsOwnerOrReadOnly)
    }
}

/// A site with one car, and its owner, who may do everything.
struct Site {
    db: DatabaseConnection,
    backend: Backend,
    wire: Wire,
    token: String,
    row: String,
}

impl Site {
    async fn new(db: &TestDb) -> Self {
        let auth = auth().with_password_tries(None);
        sync(&auth, db).await;
        let (alice, token) = user(&auth, db, NewUser::new("alice"), &["add", "change", "delete", "view"]).await;
        let row = format!("{LIST}/{}", car_of(db, Some(&alice), "as it was").await.id);
        let api = Api::new("Drivers", "1", db.db().clone())
            .auth(auth)
            .authenticators(token_and_basic())
            .mount(cars::<Owned>())
            .mount(Loose)
            .mount(Breaking)
            .with(Handlers);
        let wire = Wire::serve(api.build().expect("the parts fit").into_endpoint()).await;
        Self { db: db.db().clone(), backend: db.backend(), wire, token, row }
    }

    async fn ask(&self, method: &str, target: &str, headers: &[Header<'_>], sent: Sent) -> Answer {
        let token = format!("Token {}", self.token);
        let headers = [headers, &[("Authorization", token.as_bytes())]].concat();
        self.wire.ask(method, target, &headers, &sent).await
    }

    async fn rows(&self) -> Vec<car::Model> {
        car::Entity::find().order_by_asc(car::Column::Id).all(&self.db).await.expect("the cars")
    }

    /// One car, as it was, and a server that still answers.
    async fn is_as_it_was(&self) {
        let names: Vec<String> = self.rows().await.into_iter().map(|car| car.name).collect();
        assert_eq!(names, ["as it was"]);
        let list = self.ask("GET", LIST, &[], Sent::Nothing).await;
        assert_eq!((list.code(), &list.json()["count"]), (200, &json!(1)));
    }
}

fn invalid(errors: Json) -> (u16, &'static str, &'static str, Json) {
    (400, "invalid", "Invalid input.", errors)
}

fn whole(sentence: &str) -> (u16, &'static str, &'static str, Json) {
    invalid(json!({"non_field_errors": [sentence]}))
}

fn unreadable() -> (u16, &'static str, &'static str, Json) {
    (400, "parse_error", "JSON parse error - …", Json::Null)
}

#[every_database]
async fn bodies_that_are_no_json_object(db: TestDb) {
    let site = Site::new(&db).await;
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    let expected = |got: &str| whole(&format!("Invalid data. Expected a dictionary, but got {got}."));
    let cases = [
        (b"{\"name\"".to_vec(), unreadable()),
        (b"name=x".to_vec(), unreadable()),
        (b"{'name': 'x'}".to_vec(), unreadable()),
        (b"{\"name\": \"x\",}".to_vec(), unreadable()),
        (b"{\"name\": \"x\"} {}".to_vec(), unreadable()),
        (b"{\"name\": NaN}".to_vec(), unreadable()),
        (b"{\"name\": \"x\", \"owner_id\": 1e400}".to_vec(), unreadable()),
        (b"{\"name\": \"\xff\"}".to_vec(), unreadable()),
        (b"{\"name\": \"\\ud800\"}".to_vec(), unreadable()),
        (b"{\"name\": \"a\0b\"}".to_vec(), unreadable()),
        (b"\xef\xbb\xbf{\"name\": \"x\"}".to_vec(), unreadable()),
        (b" ".to_vec(), unreadable()),
        (deep("[", "]").into_bytes(), unreadable()),
        (format!("{{\"name\": {}}}", deep("[", "]")).into_bytes(), unreadable()),
        (deep("{\"name\":", "}").into_bytes(), unreadable()),
        (b"null".to_vec(), whole("No data provided")),
        (b"[]".to_vec(), expected("list")),
        (b"[{\"name\": \"x\"}]".to_vec(), expected("list")),
        (b"\"x\"".to_vec(), expected("str")),
        (b"7".to_vec(), expected("int")),
        (b"1.5".to_vec(), expected("float")),
        (b"true".to_vec(), expected("bool")),
    ];
    for (body, (status, code, detail, errors)) in cases {
        for (method, path) in [("POST", LIST), ("PUT", &site.row), ("PATCH", &site.row)] {
            let answer = site.ask(method, path, &[JSON], Sent::Whole(body.clone())).await;
            eprintln!("{method} {}", body[..body.len().min(60)].escape_ascii());
            answer.is_problem(status, code, detail, &errors);
        }
    }
    site.is_as_it_was().await;
}

#[every_database]
async fn fields_of_the_wrong_type_or_size(db: TestDb) {
    let site = Site::new(&db).await;
    let string = || json!({"name": ["Not a valid string."]});
    let integer = || json!({"owner_id": ["A valid integer is required."]});
    let above = || json!({"owner_id": ["Ensure this value is less than or equal to 2147483647."]});
    let below = || json!({"owner_id": ["Ensure this value is greater than or equal to -2147483648."]});
    let owner = |value: &str| format!("{{\"name\": \"x\", \"owner_id\": {value}}}");
    let cases = [
        ("{\"name\": null}".to_owned(), json!({"name": ["This field may not be null."]})),
        ("{\"name\": 7}".to_owned(), string()),
        ("{\"name\": true}".to_owned(), string()),
        ("{\"name\": []}".to_owned(), string()),
        ("{\"name\": {\"name\": \"x\"}}".to_owned(), string()),
        ("{\"name\": \"\"}".to_owned(), json!({"name": ["This field may not be blank."]})),
        (
            format!("{{\"name\": \"{}\"}}", "é".repeat(101)),
            json!({"name": ["Ensure this field has no more than 100 characters."]}),
        ),
        ("{\"name\": \"a\\u0000b\"}".to_owned(), json!({"name": ["Null characters are not allowed."]})),
        (owner("\"x\""), integer()),
        (owner("1.5"), integer()),
        (owner("true"), integer()),
        (owner("[1]"), integer()),
        (owner("{}"), integer()),
        (owner("2147483648"), above()),
        (owner("9223372036854775808"), above()),
        (owner("99999999999999999999999"), above()),
        (owner("1e10"), above()),
        (owner("-2147483649"), below()),
        (owner("-99999999999999999999999"), below()),
        ("{\"name\": \"first\", \"name\": 7}".to_owned(), json!({"name": ["This field was given twice."]})),
        ("{\"name\": \"x\", \"na\\u006de\": \"x\"}".to_owned(), json!({"name": ["This field was given twice."]})),
        (
            "{\"name\": null, \"owner_id\": \"x\", \"unknown\": 1}".to_owned(),
            json!({"name": ["This field may not be null."], "owner_id": ["A valid integer is required."]}),
        ),
    ];
    for (body, errors) in cases {
        for (method, path) in [("POST", LIST), ("PUT", &site.row), ("PATCH", &site.row)] {
            let answer = site.ask(method, path, &[JSON], Sent::text(body.clone())).await;
            answer.is_problem(400, "invalid", "Invalid input.", &errors);
        }
    }
    let required = json!({"name": ["This field is required."]});
    for body in ["{}", "{\"Name\": \"x\"}", "{\"id\": 7, \"published\": true}", ""] {
        for (method, path) in [("POST", LIST), ("PUT", &site.row)] {
            let answer = site.ask(method, path, &[JSON], Sent::text(body)).await;
            answer.is_problem(400, "invalid", "Invalid input.", &required);
        }
    }
    site.is_as_it_was().await;
}

/// What cannot be written is passed over, and given twice too (CONTRACT 7.9).
#[every_database]
async fn odd_bodies_that_are_fine(db: TestDb) {
    let site = Site::new(&db).await;
    let longest = format!("{{\"name\": \"{}\"}}", "é".repeat(100));
    for (body, name) in [
        ("{\"name\": \"x\", \"id\": 1, \"id\": 2}", "x"),
        ("{\"name\": \"x\", \"id\": 777, \"published\": true, \"\": {}, \"no such\": [1]}", "x"),
        ("\r\n\t {\"name\":\"\\ud83d\\ude97 \\\" '; -- %_\"} ", "🚗 \" '; -- %_"),
        (&longest, &"é".repeat(100)),
    ] {
        let answer = site.ask("POST", LIST, &[JSON], Sent::text(body)).await;
        assert_eq!(answer.code(), 201, "{}", answer.text);
        let made = answer.json();
        assert_eq!((&made["name"], &made["published"]), (&json!(name), &json!(false)), "{body}");
        assert_ne!(made["id"], 777);
        let path = format!("{LIST}/{}", made["id"]);
        assert_eq!(site.ask("GET", &path, &[], Sent::Nothing).await.json(), made);
        assert_eq!(site.ask("DELETE", &path, &[], Sent::text("{\"name\"")).await.code(), 204, "its body is not read");
    }
    let unchanged = site.ask("PATCH", &site.row, &[("Content-Type", b"text/plain")], Sent::Nothing).await;
    assert_eq!((unchanged.code(), &unchanged.json()["name"]), (200, &json!("as it was")));
    site.is_as_it_was().await;
}

#[every_database]
async fn bodies_that_say_they_are_no_json(db: TestDb) {
    let site = Site::new(&db).await;
    let long = format!("text/{}", "x".repeat(300));
    let cases: [(&[u8], &str); 9] = [
        (b"text/plain", "text/plain"),
        (b"application/x-www-form-urlencoded", "application/x-www-form-urlencoded"),
        (b"multipart/form-data; boundary=x", "multipart/form-data; boundary=x"),
        (b"application/vnd.api+json", "application/vnd.api+json"),
        (b"application/jsonp", "application/jsonp"),
        (b"json", "json"),
        (b"", ""),
        (b"\xff/\xfe", "\u{fffd}/\u{fffd}"),
        (long.as_bytes(), &long),
    ];
    for (given, shown) in cases {
        for (method, path) in [("POST", LIST), ("PUT", &site.row), ("PATCH", &site.row)] {
            let sent = Sent::text("{\"name\": \"x\"}");
            let answer = site.ask(method, path, &[("Content-Type", given)], sent).await;
            let detail = format!("Unsupported media type \"{shown}\" in request.");
            answer.is_problem(415, "unsupported_media_type", &detail, &Json::Null);
            let empty = site.ask(method, path, &[("Content-Type", given)], Sent::Whole(Vec::new())).await;
            assert_eq!(empty.code(), if method == "PATCH" { 200 } else { 400 }, "an empty body is an empty object");
        }
    }
    let none = site.ask("POST", LIST, &[], Sent::text("{\"name\": \"x\"}")).await;
    none.is_problem(415, "unsupported_media_type", "Unsupported media type \"\" in request.", &Json::Null);
    site.is_as_it_was().await;
    let fine = [("Content-Type", b"APPLICATION/Json; charset=utf-16".as_slice())];
    assert_eq!(site.ask("POST", LIST, &fine, Sent::text("{\"name\": \"x\"}")).await.code(), 201);
}

#[every_database]
async fn bodies_that_are_too_large(db: TestDb) {
    let site = Site::new(&db).await;
    let huge = |size: usize| {
        let mut body = b"{\"name\": \"x\"}".to_vec();
        body.resize(size, b' ');
        body
    };
    for size in [LIMIT + 1, 10_000_000] {
        for sent in [Sent::Whole(huge(size)), Sent::Chunked(huge(size))] {
            for (method, path) in [("POST", LIST), ("PUT", &*site.row), ("PATCH", &site.row), ("POST", "/api/echo")] {
                let answer = site.ask(method, path, &[JSON], sent.clone()).await;
                answer.is_problem(413, "payload_too_large", "The request body is too large.", &Json::Null);
            }
        }
    }
    site.is_as_it_was().await;
    for sent in [Sent::Whole(huge(LIMIT)), Sent::Chunked(huge(LIMIT))] {
        assert_eq!(site.ask("PATCH", &site.row, &[JSON], sent.clone()).await.code(), 200);
        assert_eq!(site.ask("POST", "/api/echo", &[JSON], sent).await.code(), 200);
    }
}

#[every_database]
async fn bodies_of_too_many_values(db: TestDb) {
    let site = Site::new(&db).await;
    let detail = "JSON parse error - the body holds more than 10000 values";
    // 2.5 MB of members that nobody asked for, in one list or each by itself, and lists in lists
    let many = ["1", "[]", "\"x\""].map(|item| format!("{{\"x\": [{}]}}", vec![item; 10_001].join(",")));
    let members: Vec<String> = (0..200_000).map(|number| format!("\"{number}\":0")).collect();
    for body in many.into_iter().chain([format!("{{{}}}", members.join(","))]) {
        for (method, path) in [("POST", LIST), ("PUT", &*site.row), ("PATCH", &site.row), ("POST", "/api/echo")] {
            for sent in [Sent::text(&*body), Sent::Chunked(body.clone().into_bytes())] {
                site.ask(method, path, &[JSON], sent).await.is_problem(400, "parse_error", detail, &Json::Null);
            }
        }
    }
    let deep = format!("{{\"x\": {}{}}}", "[".repeat(128), "]".repeat(128));
    let deeper = site.ask("PATCH", &site.row, &[JSON], Sent::text(deep)).await;
    deeper.is_problem(400, "parse_error", "JSON parse error - the body is nested too deeply", &Json::Null);
    site.is_as_it_was().await;
    let most = format!("{{\"x\": [{}], \"name\": \"one, two: [three]\"}}", vec!["1"; 9_996].join(","));
    assert_eq!(site.ask("PATCH", &site.row, &[JSON], Sent::text(most)).await.json()["name"], "one, two: [three]");
}

#[every_database]
async fn a_log_in_is_small(db: TestDb) {
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth()).with(ObtainToken);
    let wire = Wire::serve(api.build().expect("the parts fit").into_endpoint()).await;
    let log_in = |size: usize| {
        let body = json!({"username": "alice", "password": ""}).to_string();
        body.replace("\"\"", &format!("\"{}\"", "x".repeat(size - body.len()))).into_bytes()
    };
    for (size, status) in [(4096, 400), (4097, 413), (2_000_000, 413)] {
        for sent in [Sent::Whole(log_in(size)), Sent::Chunked(log_in(size))] {
            assert_eq!(wire.ask("POST", "/api/auth/token", &[JSON], &sent).await.code(), status, "{size}");
        }
    }
}

#[every_database]
async fn a_length_that_is_not_the_bodys_bounds_nothing(db: TestDb) {
    let site = Site::new(&db).await;
    let token = format!("Token {}", site.token);
    let mut request = format!(
        "PATCH {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: {token}\r\n\
         Content-Type: application/json\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        site.row
    );
    for _ in 0..60 {
        request.push_str(&format!("{:x}\r\n{}\r\n", 60_000, " ".repeat(60_000)));
    }
    request.push_str("0\r\n\r\n");
    let answer = String::from_utf8_lossy(&site.wire.exchange(request.into_bytes()).await).into_owned();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    site.is_as_it_was().await;
}

#[every_database]
async fn query_strings(db: TestDb) {
    let site = Site::new(&db).await;
    let integer = |name: &str| invalid(json!({ (name): ["A valid integer is required."] }));
    let unknown = |name: &str| invalid(json!({ (name): ["This list has no such parameter."] }));
    let no_page = || (404, "not_found", "Invalid page.", Json::Null);
    let cases = [
        ("limit=0", invalid(json!({"limit": ["Ensure this value is greater than or equal to 1."]}))),
        ("limit=-1", integer("limit")),
        ("limit=", integer("limit")),
        ("limit=ten", integer("limit")),
        ("limit=1.0", integer("limit")),
        ("limit=%FF", integer("limit")),
        ("limit=9223372036854775808", integer("limit")),
        ("limit=99999999999999999999999999", integer("limit")),
        ("limit=5&limit=x", invalid(json!({"limit": ["This parameter was given twice."]}))),
        ("limit=x&limit=5", invalid(json!({"limit": ["This parameter was given twice."]}))),
        ("offset=0&offset=0", invalid(json!({"offset": ["This parameter was given twice."]}))),
        ("offset=-1", integer("offset")),
        ("offset=x", integer("offset")),
        ("offset=%00", integer("offset")),
        ("offset=9223372036854775808", integer("offset")),
        ("offset=1", no_page()),
        ("offset=9223372036854775807", no_page()),
        ("limit=9223372036854775807&offset=9223372036854775807", no_page()),
        ("colour=red", unknown("colour")),
        ("id=1", unknown("id")),
        ("NAME=x", unknown("NAME")),
        ("name__contains=x", unknown("name__contains")),
        ("=x", unknown("")),
        ("%00=x", unknown("\0")),
        ("%FF=x", unknown("\u{fffd}")),
        ("name[]=x", unknown("name[]")),
        ("page=2", unknown("page")),
        ("page_size=2", unknown("page_size")),
        ("cursor=x", unknown("cursor")),
        ("search=x", unknown("search")),
        ("owner_id=x", integer("owner_id")),
        ("owner_id=", integer("owner_id")),
        ("owner_id=1.0", integer("owner_id")),
        ("owner_id=null", integer("owner_id")),
        ("owner_id=1%20OR%201", integer("owner_id")),
        ("owner_id=%00", integer("owner_id")),
        ("published=maybe", invalid(json!({"published": ["Must be a valid boolean."]}))),
        ("published=", invalid(json!({"published": ["Must be a valid boolean."]}))),
        ("name=a&name=b", invalid(json!({"name": ["This parameter was given twice."]}))),
        ("ordering=name&ordering=name", invalid(json!({"ordering": ["This parameter was given twice."]}))),
        ("ordering=owner_id", invalid(json!({"ordering": ["This list cannot be ordered by \"owner_id\"."]}))),
        ("ordering=name,--name", invalid(json!({"ordering": ["This list cannot be ordered by \"-name\"."]}))),
        ("ordering=name;", invalid(json!({"ordering": ["This list cannot be ordered by \"name;\"."]}))),
    ];
    for (query, (status, code, detail, errors)) in cases {
        eprintln!("?{query}");
        let answer = site.ask("GET", &format!("{LIST}?{query}"), &[], Sent::Nothing).await;
        answer.is_problem(status, code, detail, &errors);
    }
    for (query, count) in [
        ("", 1),
        ("&&", 1),
        ("limit=9223372036854775807", 1),
        ("ordering=", 1),
        ("ordering=,name,,", 1),
        ("name=as%20it+was", 1),
        ("name=%00", 0),
        ("name=as%00it%00was", 0),
        ("name=%FF", 0),
        ("name=", 0),
        ("name=%25", 0),
        ("name=' OR '1'='1", 0),
        ("owner_id=2147483648", 0),
        ("owner_id=-99999999999999999999999999999999999999999999999999", 0),
    ] {
        let target = format!("{LIST}?{}", query.replace(' ', "%20"));
        let answer = site.ask("GET", &target, &[], Sent::Nothing).await;
        assert_eq!(answer.code(), 200, "{query}: {}", answer.text);
        assert_eq!(answer.json()["count"], count, "{query}");
    }
    site.is_as_it_was().await;
}

/// Text that is no key is nothing; a key that no row has is a row that is not there (CONTRACT 7.10).
#[every_database]
async fn ids_of_the_wrong_shape(db: TestDb) {
    let site = Site::new(&db).await;
    let (nothing, no_row) = ("Not found.", "No Car matches the given query.");
    for (id, detail) in [
        ("abc", nothing),
        ("1.0", nothing),
        ("1%20", nothing),
        ("0x1", nothing),
        ("1e0", nothing),
        ("-", nothing),
        ("%00", nothing),
        ("1%00", nothing),
        ("%FF", nothing),
        ("%2F", nothing),
        ("1%2Fpublish", nothing),
        ("1%2F..%2F1", nothing),
        ("%ZZ", nothing),
        ("%D9%A1", nothing),
        ("1'--", nothing),
        ("1;DROP", nothing),
        ("1/2", nothing),
        ("0", no_row),
        ("-1", no_row),
        ("2147483648", no_row),
        ("9223372036854775807", no_row),
        ("-9223372036854775808", no_row),
        ("9223372036854775808", no_row),
        ("99999999999999999999999999999999999999999999999999", no_row),
    ] {
        for method in ["GET", "PUT", "PATCH", "DELETE"] {
            eprintln!("{method} {id}");
            let sent = if method == "GET" { Sent::Nothing } else { Sent::text("{\"name\"") };
            let answer = site.ask(method, &format!("{LIST}/{id}"), &[JSON], sent).await;
            answer.is_problem(404, "not_found", detail, &Json::Null);
        }
    }
    site.is_as_it_was().await;
}

/// A wrong credential is an error wherever it is shown, on open handlers too (CONTRACT 5.23).
#[every_database]
async fn credentials_that_cannot_be_read(db: TestDb) {
    let site = Site::new(&db).await;
    let basic = |text: &[u8]| format!("Basic {}", STANDARD.encode(text)).into_bytes();
    let long = format!("Token {}", "f".repeat(9000)).into_bytes();
    let wrong_password = "Invalid username/password.";
    let cases = [
        (b"Token".to_vec(), "Invalid token header. No credentials provided."),
        (b"Token a b".to_vec(), "Invalid token header. Token string should not contain spaces."),
        (b"Token \xff".to_vec(), "Invalid token header. Token string should not contain invalid characters."),
        (b"Token %00".to_vec(), "Invalid token."),
        (b"Token ' OR '1'='1".to_vec(), "Invalid token header. Token string should not contain spaces."),
        (b"Token '||'".to_vec(), "Invalid token."),
        ("Token clé".into(), "Invalid token."),
        (long, "Invalid token."),
        (b"Basic".to_vec(), "Invalid basic header. No credentials provided."),
        (b"Basic %".to_vec(), "Invalid basic header. Credentials not correctly base64 encoded."),
        (basic(b"no colon"), "Invalid basic header. Credentials not correctly base64 encoded."),
        (basic(b"al\0ice:secret"), wrong_password),
        (basic(b"\0:\0"), wrong_password),
        (basic(b":"), wrong_password),
        (basic(b"\xff:\xff"), wrong_password),
        (basic(format!("{}:x", "a".repeat(5000)).as_bytes()), wrong_password),
        (basic(format!("alice:{}", "x".repeat(6000)).as_bytes()), wrong_password),
    ];
    for (header, detail) in cases {
        for (method, target) in [("GET", LIST), ("POST", LIST), ("GET", "/api/open"), ("DELETE", &site.row)] {
            eprintln!("{method} {}", header[..header.len().min(40)].escape_ascii());
            let headers = [("Authorization", header.as_slice()), JSON];
            let answer = site.wire.ask(method, target, &headers, &Sent::text("{\"name\"")).await;
            answer.is_problem(401, "authentication_failed", detail, &Json::Null);
            assert_eq!(answer.header("www-authenticate"), Some("Token"));
        }
    }
    let token = format!("Token {}", site.token).into_bytes();
    let twice = [("Authorization", token.as_slice()), ("Authorization", token.as_slice())];
    assert_eq!(site.wire.ask("GET", LIST, &twice, &Sent::Nothing).await.code(), 401);
    site.is_as_it_was().await;
}

#[every_database]
async fn answers_that_cannot_be_given_as_wanted(db: TestDb) {
    let site = Site::new(&db).await;
    let refused: [&[u8]; 7] = [
        b"text/html",
        b"application/xml, text/*",
        b"",
        b"json",
        b"application",
        b"\xff/\xff",
        b"application/problem+json",
    ];
    for accept in refused {
        for (method, target) in [("GET", LIST), ("POST", LIST), ("DELETE", &*site.row), ("OPTIONS", LIST)] {
            let headers = [("Accept", accept), ("Authorization", b"Token wrong".as_slice())];
            let answer = site.wire.ask(method, target, &headers, &Sent::text("{")).await;
            let detail = "Could not satisfy the request Accept header.";
            answer.is_problem(406, "not_acceptable", detail, &Json::Null);
        }
    }
    let taken: [&[u8]; 6] = [
        b"*/*",
        b"application/*",
        b"application/json;q=0",
        b"text/html, application/json; indent=4",
        b"\xff, APPLICATION/JSON",
        b"text/html,*/*;q=0.1",
    ];
    for accept in taken {
        let answer = site.ask("GET", LIST, &[("Accept", accept)], Sent::Nothing).await;
        assert_eq!(answer.code(), 200, "{}: {}", accept.escape_ascii(), answer.text);
    }
    site.is_as_it_was().await;
}

/// What the input type lets through and the database does not.
#[every_database]
async fn values_that_only_the_database_refuses(db: TestDb) {
    let site = Site::new(&db).await;
    let long = json!({"name": "x".repeat(101)}).to_string();
    for (method, path) in [("POST", "/api/loose".to_owned()), ("PATCH", site.row.replace("cars", "loose"))] {
        let answer = site.ask(method, &path, &[JSON], Sent::text(long.clone())).await;
        if site.backend == Backend::Sqlite {
            assert!(answer.status.is_success(), "SQLite has no lengths: {}", answer.text);
            continue;
        }
        // PostgreSQL does not say which
        let field = if site.backend == Backend::MariaDb { "name" } else { "non_field_errors" };
        let errors = json!({ (field): ["The value cannot be stored."] });
        answer.is_problem(400, "invalid", "Invalid input.", &errors);
        let answer = site.ask(method, &path, &[JSON], Sent::text("{\"name\": \"a\\u0000b\"}")).await;
        let errors = json!({"name": ["Null characters are not allowed."]});
        answer.is_problem(400, "invalid", "Invalid input.", &errors);
    }
    if site.backend != Backend::Sqlite {
        site.is_as_it_was().await;
    }
    let nobody = Sent::text("{\"name\": \"x\", \"owner_id\": 424242}");
    let before = site.rows().await;
    let answer = site.ask("POST", "/api/loose", &[JSON], nobody).await;
    assert_eq!(answer.code(), 400, "{}", answer.text);
    assert_eq!(answer.json()["code"], "invalid");
    answer.tells_nothing_of_the_inside();
    assert_eq!(site.rows().await, before);
}

#[every_database]
async fn routes_and_methods_that_are_not_there(db: TestDb) {
    let site = Site::new(&db).await;
    for target in
        ["/nothing", "/api", "/api/", "/apis", "/api/carts", "/api/cars/1/2/3", "/api/%63ars", "//", "/%", "*"]
    {
        for method in ["GET", "POST", "DELETE", "OPTIONS"] {
            let answer = site.ask(method, target, &[JSON], Sent::text("{")).await;
            eprintln!("{method} {target}");
            answer.is_problem(404, "not_found", "Not found.", &Json::Null);
        }
    }
    for (target, allow, methods) in [
        ("/api/open", "GET, HEAD", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"].as_slice()),
        ("/api/echo", "POST", &["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]),
        (LIST, "GET, POST, HEAD, OPTIONS", &["PUT", "PATCH", "DELETE", "TRACE"]),
        (&site.row, "GET, PUT, PATCH, DELETE, HEAD, OPTIONS", &["POST", "TRACE"]),
    ] {
        for method in methods {
            let answer = site.ask(method, target, &[JSON], Sent::text("{")).await;
            let detail = format!("Method \"{method}\" not allowed.");
            answer.is_problem(405, "method_not_allowed", &detail, &Json::Null);
            assert_eq!(answer.header("allow"), Some(allow), "{method} {target}");
        }
    }
    for method in ["PROPFIND", "get", "X"] {
        for (target, allow) in [
            (LIST, "GET, POST, HEAD, OPTIONS"),
            (&site.row, "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
            ("/api/echo", "POST"),
        ] {
            let answer = site.ask(method, target, &[], Sent::Nothing).await;
            let detail = format!("Method \"{method}\" not allowed.");
            answer.is_problem(405, "method_not_allowed", &detail, &Json::Null);
            assert_eq!(answer.header("allow"), Some(allow), "{method} {target}");
        }
    }
    site.is_as_it_was().await;
}

#[every_database]
async fn plain_handlers_answer_alike(db: TestDb) {
    let site = Site::new(&db).await;
    let malformed = (400, "parse_error", "Malformed request.");
    for body in ["{\"name\"", "null", "[]", "{}", "{\"name\": []}", "", "{\"name\": \"\"}"] {
        let answer = site.ask("POST", "/api/echo", &[JSON], Sent::text(body)).await;
        answer.is_problem(malformed.0, malformed.1, malformed.2, &Json::Null);
    }
    let typed = [("Content-Type", b"text/plain".as_slice())];
    let answer = site.ask("POST", "/api/echo", &typed, Sent::text("{}")).await;
    answer.is_problem(415, "unsupported_media_type", "Unsupported media type in request.", &Json::Null);
    site.is_as_it_was().await;
}

/// A panic is an answer like any other, also in the middle of a write, whose transaction ends with it.
#[every_database]
async fn what_breaks_is_a_500_and_writes_nothing(db: TestDb) {
    let site = Site::new(&db).await;
    let breaking = site.row.replace("cars", "breaking");
    for (method, target) in [
        ("GET", "/api/panics"),
        ("GET", "/api/fails"),
        ("POST", "/api/breaking"),
        ("PUT", &breaking),
        ("PATCH", &breaking),
        ("DELETE", &breaking),
    ] {
        for _ in 0..20 {
            let sent = if method == "GET" { Sent::Nothing } else { Sent::text("{\"name\": \"broken\"}") };
            let answer = site.ask(method, target, &[JSON], sent).await;
            answer.is_problem(500, "error", "A server error occurred.", &Json::Null);
        }
    }
    site.is_as_it_was().await;
    let fine = site.ask("PATCH", &site.row, &[JSON], Sent::text("{\"name\": \"written\"}")).await;
    assert_eq!(fine.code(), 200, "no lock is left: {}", fine.text);
}

/// What is no HTTP is refused before there is a request to answer.
#[every_database]
async fn what_is_no_http(db: TestDb) {
    let site = Site::new(&db).await;
    for bytes in [
        b"\0\0\0\0\r\n\r\n".to_vec(),
        b"GET\r\n\r\n".to_vec(),
        b"GET /api/cars HTTP/1.1\r\nHost: x\r\nAuthorization: Token a\0b\r\n\r\n".to_vec(),
        b"GET /api/cars\0 HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(),
        b"POST /api/cars HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef".to_vec(),
        b"POST /api/cars HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n".to_vec(),
    ] {
        let answer = site.wire.exchange(bytes.clone()).await;
        let text = String::from_utf8_lossy(&answer);
        assert!(text.starts_with("HTTP/1.1 400 "), "{}: {text}", bytes.escape_ascii());
        assert!(text.ends_with("\r\n\r\n"), "nothing is said: {text}");
    }
    // a body that ends before it is whole
    let half = format!(
        "POST {LIST} HTTP/1.1\r\nHost: x\r\nAuthorization: Token {}\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
        site.token
    );
    let answer = site.wire.exchange(half.into_bytes()).await;
    assert!(answer.starts_with(b"HTTP/1.1 400 "), "{}", answer.escape_ascii());
    site.is_as_it_was().await;
}

/// The cars without any bounds on what is put in.
struct Loose;

#[derive(Serializer)]
#[serializer(model = car)]
struct LooseCar {
    #[serializer(read_only)]
    id: i64,
    name: String,
    owner_id: Option<i32>,
    #[serializer(read_only, default = false)]
    published: bool,
}

impl ViewSet for Loose {
    type Serializer = LooseCar;
    const PATH: &'static str = "/loose";

    fn permissions() -> Access<car::Entity> {
        Access::to(AllowAny)
    }
}

/// The cars with hooks that break after they wrote.
struct Breaking;

impl ViewSet for Breaking {
    type Serializer = Car;
    const PATH: &'static str = "/breaking";

    fn permissions() -> Access<car::Entity> {
        Access::to(AllowAny)
    }

    async fn perform_create(
        &self,
        cx: &Context<'_>,
        _: car::ActiveModel,
        (): &(),
    ) -> Result<car::ActiveModel, Problem> {
        break_after_writing(cx).await
    }

    async fn perform_update(
        &self,
        cx: &Context<'_>,
        _: car::ActiveModel,
        _: &car::Model,
        (): &(),
    ) -> Result<car::ActiveModel, Problem> {
        break_after_writing(cx).await
    }

    async fn perform_destroy(&self, cx: &Context<'_>, _: &car::Model) -> Result<(), Problem> {
        break_after_writing(cx).await
    }
}

async fn break_after_writing<T>(cx: &Context<'_>) -> Result<T, Problem> {
    let row = car::ActiveModel { name: Set("never".to_owned()), published: Set(false), ..Default::default() };
    row.insert(&cx.db()).await?;
    panic!("SELECT broken FROM drivers_car");
}

struct Handlers;

#[derive(Object)]
struct Echo {
    #[oai(validator(min_length = 1))]
    name: String,
}

#[OpenApi]
impl Handlers {
    #[oai(path = "/open", method = "get")]
    async fn open(&self, _open: Guarded<AllowAny>) -> payload::PlainText<&'static str> {
        payload::PlainText("open")
    }

    #[oai(path = "/echo", method = "post")]
    async fn echo(&self, _open: Guarded<AllowAny>, body: payload::Json<Echo>) -> payload::Json<Echo> {
        body
    }

    #[oai(path = "/panics", method = "get")]
    async fn panics(&self, _open: Guarded<AllowAny>) -> payload::PlainText<String> {
        panic!("SELECT broken FROM drivers_car");
    }

    #[oai(path = "/fails", method = "get")]
    async fn fails(&self, _open: Guarded<AllowAny>) -> poem::Result<payload::PlainText<String>> {
        let error = sea_orm::DbErr::Custom("SELECT broken FROM drivers_car".to_owned());
        Err(poem::error::InternalServerError(error))
    }
}
