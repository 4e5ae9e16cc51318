//! poem-grants: each endpoint names its permission, and a middleware reads all that the caller holds by one statement a
//! request. Who owns a row is compared by hand, in the transaction that locks it.

use std::collections::HashSet;

use poem::{
    Endpoint, EndpointExt, IntoResponse, Request, Response, Result, Route, Server, error::InternalServerError,
    http::StatusCode, listener::TcpAcceptor, web::Data,
};
use poem_grants::authorities::AttachAuthorities;
use poem_openapi::{ApiResponse, Object, OpenApi, OpenApiService, param, payload::Json};
use refrain::doc_example::car;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseConnection, DbBackend, EntityTrait, PaginatorTrait, QueryOrder,
    QuerySelect, Select, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use tokio::net::TcpListener;

use crate::caller;

pub(crate) async fn serve(listener: TcpListener, db: DatabaseConnection) {
    let service = OpenApiService::new(Cars { db: db.clone() }, "Cars", "1");
    let endpoint = Route::new().nest("/api", service).around(move |endpoint, request| {
        let db = db.clone();
        async move { held(&db, &endpoint, request).await }
    });
    let acceptor = TcpAcceptor::from_tokio(listener).expect("it listens");
    Server::new_with_acceptor(acceptor).run(endpoint).await.expect("it serves until it is killed");
}

#[derive(Clone, Copy)]
struct Caller(i32);

/// Attaches what the caller holds, as labels.
async fn held(db: &DatabaseConnection, endpoint: &impl Endpoint, mut request: Request) -> Result<Response> {
    let token = caller::token(request.header("authorization")).ok_or(StatusCode::UNAUTHORIZED)?;
    let together = if db.get_database_backend() == DbBackend::Postgres { "string_agg" } else { "group_concat" };
    let labels = format!(
        "(SELECT {together}(c.app_label || '.' || p.codename, ' ') FROM auth_permission p \
         JOIN django_content_type c ON c.id = p.content_type_id WHERE p.id IN \
         (SELECT permission_id FROM auth_user_user_permissions WHERE user_id = u.id \
         UNION ALL SELECT h.permission_id FROM auth_user_groups g JOIN auth_group_permissions h ON h.group_id = g.group_id \
         WHERE g.user_id = u.id)) AS held"
    );
    let user = caller::look_up(db, token, &labels, None).await.map_err(InternalServerError)?;
    let user = user.ok_or(StatusCode::UNAUTHORIZED)?;
    let held: Option<String> = user.try_get("", "held").map_err(InternalServerError)?;
    request.attach(held.unwrap_or_default().split(' ').map(str::to_owned).collect::<HashSet<_>>());
    request.extensions_mut().insert(Caller(user.try_get("", "id").map_err(InternalServerError)?));
    Ok(endpoint.call(request).await?.into_response())
}

struct Cars {
    db: DatabaseConnection,
}

#[derive(Object)]
struct Car {
    id: i64,
    name: String,
    published: bool,
}

impl From<car::Model> for Car {
    fn from(car: car::Model) -> Self {
        Self { id: car.id, name: car.name, published: car.published }
    }
}

#[derive(Object)]
struct Body {
    name: String,
}

#[derive(Object)]
struct Page {
    count: u64,
    results: Vec<Car>,
}

#[derive(Object)]
struct Uncounted {
    more: bool,
    results: Vec<Car>,
}

#[derive(ApiResponse)]
enum Created {
    #[oai(status = 201)]
    Car(Json<Car>),
}

#[poem_grants::open_api]
#[OpenApi]
impl Cars {
    #[protect("drivers.view_car")]
    #[oai(path = "/cars/:id", method = "get")]
    async fn car(&self, id: param::Path<i64>) -> Result<Json<Car>> {
        let car = car::Entity::find_by_id(id.0).one(&self.db).await.map_err(InternalServerError)?;
        Ok(Json(car.ok_or(StatusCode::NOT_FOUND)?.into()))
    }

    #[protect("drivers.view_car")]
    #[oai(path = "/cars", method = "get")]
    async fn cars(&self, limit: param::Query<u64>, offset: param::Query<u64>) -> Result<Json<Page>> {
        let count = car::Entity::find().count(&self.db).await.map_err(InternalServerError)?;
        let results = page(limit.0, offset.0).all(&self.db).await.map_err(InternalServerError)?;
        Ok(Json(Page { count, results: results.into_iter().map(Car::from).collect() }))
    }

    #[protect("drivers.view_car")]
    #[oai(path = "/uncounted", method = "get")]
    async fn uncounted(&self, limit: param::Query<u64>, offset: param::Query<u64>) -> Result<Json<Uncounted>> {
        // one more, to see whether there is another page
        let mut results = page(limit.0 + 1, offset.0).all(&self.db).await.map_err(InternalServerError)?;
        let more = results.len() as u64 > limit.0;
        results.truncate(limit.0 as usize);
        Ok(Json(Uncounted { more, results: results.into_iter().map(Car::from).collect() }))
    }

    #[protect("drivers.add_car")]
    #[oai(path = "/cars", method = "post")]
    async fn create(&self, caller: Data<&Caller>, body: Json<Body>) -> Result<Created> {
        let car = car::ActiveModel {
            name: Set(body.0.name),
            owner_id: Set(Some(caller.0.0)),
            published: Set(false),
            ..Default::default()
        };
        Ok(Created::Car(Json(car.insert(&self.db).await.map_err(InternalServerError)?.into())))
    }

    #[protect("drivers.change_car")]
    #[oai(path = "/cars/:id", method = "patch")]
    async fn update(&self, caller: Data<&Caller>, id: param::Path<i64>, body: Json<Body>) -> Result<Json<Car>> {
        // SQLite locks no row: it lets one writer in, from the start
        let options = TransactionOptions {
            sqlite_transaction_mode: (self.db.get_database_backend() == DbBackend::Sqlite)
                .then_some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let transaction = self.db.begin_with_options(options).await.map_err(InternalServerError)?;
        let car =
            car::Entity::find_by_id(id.0).lock_exclusive().one(&transaction).await.map_err(InternalServerError)?;
        let car = car.ok_or(StatusCode::NOT_FOUND)?;
        if car.owner_id != Some(caller.0.0) {
            return Err(StatusCode::FORBIDDEN.into());
        }
        let mut car: car::ActiveModel = car.into();
        car.name = Set(body.0.name);
        let car = car.update(&transaction).await.map_err(InternalServerError)?;
        transaction.commit().await.map_err(InternalServerError)?;
        Ok(Json(car.into()))
    }
}

fn page(limit: u64, offset: u64) -> Select<car::Entity> {
    car::Entity::find().order_by_asc(car::Column::Id).limit(limit).offset(offset)
}
