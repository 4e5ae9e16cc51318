//! The routes as a hand writes them with poem-openapi and sea-orm: without asking who calls, and with a look at their
//! token and at one permission, and at the row's owner where it is written.

use poem::{Request, error::InternalServerError, http::StatusCode};
use poem_openapi::{ApiResponse, Object, OpenApi, param, payload::Json};
use refrain::doc_example::car;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, PaginatorTrait,
    QueryOrder, QuerySelect, Select, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

pub(crate) struct ByHand {
    pub(crate) db: DatabaseConnection,
    /// Is the caller looked up, and what they hold?
    pub(crate) checked: bool,
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

#[OpenApi]
impl ByHand {
    #[oai(path = "/cars/:id", method = "get")]
    async fn car(&self, request: &Request, id: param::Path<i64>) -> poem::Result<Json<Car>> {
        self.check(request, "view_car").await?;
        let car = car::Entity::find_by_id(id.0).one(&self.db).await.map_err(InternalServerError)?;
        car.map(|car| Json(car.into())).ok_or_else(not_found)
    }

    #[oai(path = "/cars", method = "get")]
    async fn cars(
        &self,
        request: &Request,
        limit: param::Query<u64>,
        offset: param::Query<u64>,
    ) -> poem::Result<Json<Page>> {
        self.check(request, "view_car").await?;
        let count = car::Entity::find().count(&self.db).await.map_err(InternalServerError)?;
        let results = page(limit.0, offset.0).all(&self.db).await.map_err(InternalServerError)?;
        Ok(Json(Page { count, results: results.into_iter().map(Car::from).collect() }))
    }

    #[oai(path = "/uncounted", method = "get")]
    async fn uncounted(
        &self,
        request: &Request,
        limit: param::Query<u64>,
        offset: param::Query<u64>,
    ) -> poem::Result<Json<Uncounted>> {
        self.check(request, "view_car").await?;
        // one more, to see whether there is another page
        let mut results = page(limit.0 + 1, offset.0).all(&self.db).await.map_err(InternalServerError)?;
        let more = results.len() as u64 > limit.0;
        results.truncate(limit.0 as usize);
        Ok(Json(Uncounted { more, results: results.into_iter().map(Car::from).collect() }))
    }

    #[oai(path = "/cars", method = "post")]
    async fn create(&self, request: &Request, body: Json<Body>) -> poem::Result<Created> {
        let owner_id = self.check(request, "add_car").await?;
        let car = car::ActiveModel {
            name: Set(body.0.name),
            owner_id: Set(owner_id),
            published: Set(false),
            ..Default::default()
        };
        Ok(Created::Car(Json(car.insert(&self.db).await.map_err(InternalServerError)?.into())))
    }

    #[oai(path = "/cars/:id", method = "patch")]
    async fn update(&self, request: &Request, id: param::Path<i64>, body: Json<Body>) -> poem::Result<Json<Car>> {
        let caller = self.check(request, "change_car").await?;
        // SQLite locks no row: it lets one writer in, from the start
        let options = TransactionOptions {
            sqlite_transaction_mode: (self.db.get_database_backend() == DbBackend::Sqlite)
                .then_some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let transaction = self.db.begin_with_options(options).await.map_err(InternalServerError)?;
        let car =
            car::Entity::find_by_id(id.0).lock_exclusive().one(&transaction).await.map_err(InternalServerError)?;
        let car = car.ok_or_else(not_found)?;
        if self.checked && car.owner_id != caller {
            return Err(StatusCode::FORBIDDEN.into());
        }
        let mut car: car::ActiveModel = car.into();
        car.name = Set(body.0.name);
        let car = car.update(&transaction).await.map_err(InternalServerError)?;
        transaction.commit().await.map_err(InternalServerError)?;
        Ok(Json(car.into()))
    }
}

impl ByHand {
    /// The caller's key: nobody's where nobody is asked.
    async fn check(&self, request: &Request, codename: &str) -> poem::Result<Option<i32>> {
        if !self.checked {
            return Ok(None);
        }
        let token = request.header("authorization").and_then(|header| header.strip_prefix("Token "));
        let token = token.ok_or(StatusCode::UNAUTHORIZED)?;
        let backend = self.db.get_database_backend();
        let (token_place, codename_place) = if backend == DbBackend::Postgres { ("$1", "$2") } else { ("?1", "?2") };
        let held = "JOIN auth_permission p ON p.id = h.permission_id \
                    JOIN django_content_type c ON c.id = p.content_type_id";
        let asked = format!("c.app_label = 'drivers' AND p.codename = {codename_place}");
        let sql = format!(
            "SELECT u.id, u.is_superuser OR EXISTS (SELECT 1 FROM auth_user_user_permissions h {held} \
             WHERE h.user_id = u.id AND {asked}) \
             OR EXISTS (SELECT 1 FROM auth_user_groups g JOIN auth_group_permissions h ON h.group_id = g.group_id {held} \
             WHERE g.user_id = u.id AND {asked}) AS may \
             FROM authtoken_token t JOIN auth_user u ON u.id = t.user_id WHERE t.key = {token_place} AND u.is_active"
        );
        let statement = Statement::from_sql_and_values(backend, sql, [token.into(), codename.into()]);
        let user = self.db.query_one_raw(statement).await.map_err(InternalServerError)?;
        let user = user.ok_or(StatusCode::UNAUTHORIZED)?;
        match user.try_get("", "may").map_err(InternalServerError)? {
            true => user.try_get("", "id").map(Some).map_err(InternalServerError),
            false => Err(StatusCode::FORBIDDEN.into()),
        }
    }
}

fn page(limit: u64, offset: u64) -> Select<car::Entity> {
    car::Entity::find().order_by_asc(car::Column::Id).limit(limit).offset(offset)
}

fn not_found() -> poem::Error {
    StatusCode::NOT_FOUND.into()
}
