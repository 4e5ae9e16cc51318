//! The detail route of a viewset, with token authentication and `ModelPermissions & (IsOwner | IsAdminUser)`, against a
//! hand-written poem-openapi and sea-orm handler that asks nobody who they are: both served by one process over one
//! SQLite file, in turn, round after round. Prints requests a second and the ratio of each round.

use std::time::{Duration, Instant};

use poem::{EndpointExt, Route, Server, endpoint::BoxEndpoint, listener::TcpListener};
use poem_openapi::{OpenApi, OpenApiService, param::Path, payload::Json};
use refrain::{
    Access, Api, IsAdminUser, IsOwner, ModelPermissions, ViewSet,
    auth::{Auth, NewUser},
    doc_example::{car, cars::Car},
    model::Models,
};
use refrain_testing::{Backend, TestDb, on};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseConnection, EntityTrait};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_secs(3);
const CONNECTIONS: usize = 16;
const ROWS: i64 = 1000;

struct Cars;

impl ViewSet for Cars {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions & (IsOwner | IsAdminUser))
    }
}

struct ByHand(DatabaseConnection);

#[OpenApi]
impl ByHand {
    #[oai(path = "/cars/:id", method = "get")]
    async fn car(&self, id: Path<i64>) -> poem::Result<Json<Car>> {
        let car = car::Entity::find_by_id(id.0).one(&self.0).await.map_err(poem::error::InternalServerError)?;
        car.map(|car| Json(car.into())).ok_or_else(|| poem::http::StatusCode::NOT_FOUND.into())
    }
}

fn main() {
    // `cargo test` runs benches once to see that they do
    let quick = std::env::args().any(|argument| argument == "--test");
    on(Backend::Sqlite, async |db: TestDb| {
        let (token, ids) = fill(&db).await;
        let refrain = Api::new("Cars", "1", db.db().clone()).mount(Cars).build().expect("the parts fit");
        let by_hand = OpenApiService::new(ByHand(db.db().clone()), "Cars", "1");
        let by_hand = Route::new().nest("/api", by_hand).map_to_response().boxed();
        let (refrain, by_hand) = (serve(refrain.into_endpoint()).await, serve(by_hand).await);
        let (rounds, length) = if quick { (1, Duration::from_millis(200)) } else { (ROUNDS, ROUND) };
        let mut ratios = Vec::new();
        for round in 0..rounds {
            let plain = load(&by_hand, &ids, None, length).await;
            let guarded = load(&refrain, &ids, Some(&token), length).await;
            println!("round {round}: by hand {plain:.0}/s, viewset {guarded:.0}/s, ratio {:.2}", guarded / plain);
            ratios.push(guarded / plain);
        }
        ratios.sort_by(f64::total_cmp);
        println!(
            "ratio viewset / by hand: median {:.2}, least {:.2}, most {:.2} ({rounds} rounds of {length:?}, \
             {CONNECTIONS} connections, sqlite)",
            ratios[ratios.len() / 2],
            ratios[0],
            ratios[ratios.len() - 1]
        );
    });
}

async fn fill(db: &TestDb) -> (String, Vec<i64>) {
    let auth = Auth::default();
    let models = Models::default().with::<car::Entity>();
    auth.sync_permissions(db.db(), &models, &Default::default()).await.expect("permissions are made");
    let alice = auth.create_user(db.db(), NewUser::new("alice")).await.expect("a user");
    alice.permissions().set(db.db(), ["drivers.view_car", "drivers.change_car"]).await.expect("grants");
    let owner_id = alice.id().and_then(|id| id.to_string().parse().ok());
    let mut ids = Vec::new();
    for n in 0..ROWS {
        let car = car::ActiveModel {
            name: Set(format!("car {n}")),
            owner_id: Set(owner_id),
            published: Set(false),
            ..Default::default()
        };
        ids.push(car.insert(db.db()).await.expect("a car").id);
    }
    (alice.token(db.db()).await.expect("a token"), ids)
}

async fn serve(endpoint: BoxEndpoint<'static, poem::Response>) -> String {
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    let address = format!("127.0.0.1:{port}");
    tokio::spawn(Server::new(TcpListener::bind(address.clone())).run(endpoint));
    while TcpStream::connect(&address).await.is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    address
}

/// Requests a second, over connections that are kept.
async fn load(address: &str, ids: &[i64], token: Option<&str>, length: Duration) -> f64 {
    let start = Instant::now();
    let clients = (0..CONNECTIONS).map(|n| {
        let (address, token) = (address.to_owned(), token.map(str::to_owned));
        let ids: Vec<i64> = ids.iter().copied().cycle().skip(n * 61).take(ids.len()).collect();
        tokio::spawn(async move {
            let mut stream = BufReader::new(TcpStream::connect(&address).await.expect("the server listens"));
            let authorization = token.map(|token| format!("Authorization: Token {token}\r\n")).unwrap_or_default();
            let mut answered = 0_u64;
            for id in ids.iter().cycle() {
                if start.elapsed() > length {
                    break;
                }
                let request = format!("GET /api/cars/{id} HTTP/1.1\r\nHost: bench\r\n{authorization}\r\n");
                stream.get_mut().write_all(request.as_bytes()).await.expect("a request is sent");
                assert_eq!(read_answer(&mut stream).await, 200);
                answered += 1;
            }
            answered
        })
    });
    let mut answered = 0;
    for client in clients.collect::<Vec<_>>() {
        answered += client.await.expect("a client ends well");
    }
    answered as f64 / start.elapsed().as_secs_f64()
}

async fn read_answer(stream: &mut BufReader<TcpStream>) -> u16 {
    let (mut line, mut status, mut length) = (String::new(), 0, 0);
    loop {
        line.clear();
        stream.read_line(&mut line).await.expect("an answer");
        if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
            status = rest[..3].parse().expect("a status");
        } else if let Some(rest) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = rest.trim().parse().expect("a length");
        } else if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.expect("a body");
    status
}
