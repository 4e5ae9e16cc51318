//! Models with every kind of key, and grants written as another program might have written them.

#![allow(dead_code, missing_docs, unreachable_pub)]

use refrain::{
    Model, Result,
    auth::{Auth, User},
    model::{ModelInfo, Models},
};
use refrain_testing::TestDb;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, Schema, Value,
    sea_query::{Alias, Expr, ExprTrait, OnConflict, Query},
};
use uuid::Uuid;

macro_rules! models {
    ($($module:ident: $key:ty, $table:literal, $model:literal $(, $more:ident = $text:literal)*;)*) => {$(
        pub mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
            #[sea_orm(table_name = $table)]
            #[refrain(app = "keyed", model = $model, owner = "owner_id" $(, $more = $text)*)]
            pub struct Model {
                #[sea_orm(primary_key, auto_increment = false)]
                pub id: $key,
                pub name: String,
                pub owner_id: Option<i32>,
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    )*};
}

models! {
    small: i32, "keyed_small", "Small";
    big: i64, "keyed_big", "Big";
    text: String, "keyed_text", "Textual";
    unique: Uuid, "keyed_unique", "Unique";
    written: String, "keyed_written", "Written", key = "uuid";
    own_big: i64, "keyed_own_big", "OwnBig", user_grants = "keyed_big_user_grants", group_grants = "keyed_big_group_grants";
    own_unique: Uuid, "keyed_own_unique", "OwnUnique", user_grants = "keyed_unique_user_grants";
}

/// A model whose rows a test can make.
pub trait Keyed: Model {
    type Key: Into<Value> + Clone + Send + ToString;
    /// Keys of rows, in no order a key has.
    fn keys() -> Vec<Self::Key>;
    /// The key of no row.
    fn missing() -> Self::Key;
    fn owned_row(key: Self::Key, owner_id: Option<i32>) -> Self::Model;

    fn row(key: Self::Key) -> Self::Model {
        Self::owned_row(key, None)
    }

    fn text_of(row: &Self::Model) -> String;

    /// The key as guardian writes it.
    fn granted_as(key: &Self::Key) -> String {
        key.to_string()
    }
}

macro_rules! keyed {
    ($($module:ident: $key:ty = $keys:expr, not $missing:expr $(, as $as:expr)?;)*) => {$(
        impl Keyed for $module::Entity {
            type Key = $key;
            fn keys() -> Vec<$key> {
                $keys
            }
            fn missing() -> $key {
                $missing
            }
            fn owned_row(id: $key, owner_id: Option<i32>) -> $module::Model {
                $module::Model { name: id.to_string(), id, owner_id }
            }
            fn text_of(row: &$module::Model) -> String {
                row.id.to_string()
            }
            $(
                fn granted_as(key: &$key) -> String {
                    $as(key)
                }
            )?
        }
    )*};
}

keyed! {
    small: i32 = vec![7, 1, -1, 0, i32::MAX, i32::MIN], not 4242;
    big: i64 = vec![7, 1, -1, 0, 999_999_999_999_999_999, -1_000_000_000_000_000_000, i64::MAX, i64::MIN], not 4242;
    text: String = ["7", "007", "7abc", "abc", "Abc", "0", "ß", "a b"].map(String::from).to_vec(), not "nothing".to_owned();
    unique: Uuid = uuids().to_vec(), not Uuid::from_u128(4242);
    written: String = written_uuids(), not Uuid::from_u128(4242).to_string(), as dashed;
    own_big: i64 = vec![7, -1, i64::MAX], not 4242;
    own_unique: Uuid = uuids().to_vec(), not Uuid::from_u128(4242);
}

/// Texts that are no key's own, though each might be taken for one.
pub const ODD: [&str; 24] = [
    "007",
    "7abc",
    " 7",
    "7 ",
    "+7",
    "-0",
    "7.0",
    "7e0",
    "0x7",
    "7\n",
    "07",
    "--7",
    "-",
    "",
    "ABC",
    "ABC ",
    "NULL",
    "seven",
    "9223372036854775808",
    "-9223372036854775809",
    "99999999999999999999",
    "2147483648",
    "65BE8549-8BB5-4AC3-A2EE-8D67278CF143",
    "65be85498bb54ac3a2ee8d67278cf143",
];

pub fn uuids() -> [Uuid; 3] {
    [0x65be8549_8bb5_4ac3_a2ee_8d67278cf143, 0, u128::MAX].map(Uuid::from_u128)
}

/// As Django writes them into text, and as others do.
fn written_uuids() -> Vec<String> {
    let [first, second, third] = uuids();
    vec![first.simple().to_string(), second.to_string(), third.simple().to_string()]
}

fn dashed(key: &str) -> String {
    Uuid::parse_str(key).expect("a uuid").to_string()
}

/// Makes the tables of every model here, and their permissions.
pub async fn open(auth: &Auth, db: &TestDb) -> Result<Models> {
    let models = Models::default()
        .with::<small::Entity>()
        .with::<big::Entity>()
        .with::<text::Entity>()
        .with::<unique::Entity>()
        .with::<written::Entity>()
        .with::<own_big::Entity>()
        .with::<own_unique::Entity>();
    create::<small::Entity>(db).await?;
    create::<big::Entity>(db).await?;
    create::<text::Entity>(db).await?;
    create::<unique::Entity>(db).await?;
    create::<written::Entity>(db).await?;
    create::<own_big::Entity>(db).await?;
    create::<own_unique::Entity>(db).await?;
    let uuid = match db.get_database_backend() {
        sea_orm::DbBackend::Postgres => "uuid",
        sea_orm::DbBackend::MySql => "binary(16)",
        _ => "blob",
    };
    for (table, holder, key) in [
        ("keyed_big_user_grants", "user_id", "bigint"),
        ("keyed_big_group_grants", "group_id", "bigint"),
        ("keyed_unique_user_grants", "user_id", uuid),
    ] {
        let sql = format!(
            "CREATE TABLE {table} ({holder} integer NOT NULL, permission_id integer NOT NULL, \
             content_object_id {key} NOT NULL, UNIQUE ({holder}, permission_id, content_object_id))"
        );
        db.execute_unprepared(&sql).await?;
    }
    auth.sync_permissions(db.db(), &models, &Default::default()).await?;
    Ok(models)
}

async fn create<E: EntityTrait>(db: &TestDb) -> Result<(), DbErr> {
    let schema = Schema::new(db.get_database_backend());
    db.execute(&schema.create_table_from_entity(E::default())).await.map(drop)
}

/// A row for each of the model's keys.
pub async fn rows<M: Keyed>(db: &TestDb) -> Result<Vec<M::Model>>
where
    M::Model: IntoActiveModel<M::ActiveModel>,
{
    let rows: Vec<M::Model> = M::keys().into_iter().map(M::row).collect();
    let full = rows.iter().map(|row| row.clone().into_active_model().reset_all());
    M::insert_many(full).exec_without_returning(db.db()).await?;
    Ok(rows)
}

/// Who a raw grant is to.
#[derive(Clone, Copy, Debug)]
pub enum To {
    User(i32),
    Group(i32),
}

/// A grant in guardian's tables, written past Refrain: any text, and any pair of permission and content type. What is
/// there stays.
pub async fn grant(db: &TestDb, to: To, permission: i32, content_type: i32, text: &str) -> Result<(), DbErr> {
    let (table, holder, id) = match to {
        To::User(id) => ("guardian_userobjectpermission", "user_id", id),
        To::Group(id) => ("guardian_groupobjectpermission", "group_id", id),
    };
    let statement = Query::insert()
        .into_table(Alias::new(table))
        .columns([holder, "permission_id", "content_type_id", "object_pk"].map(Alias::new))
        .values_panic([id.into(), permission.into(), content_type.into(), Expr::from(text)])
        .on_conflict(
            OnConflict::columns([holder, "permission_id", "object_pk"].map(Alias::new))
                .do_nothing_on([Alias::new("permission_id")])
                .to_owned(),
        )
        .to_owned();
    db.execute(&statement).await.map(drop)
}

/// The keys of a model's permission and of its content type.
pub async fn permission<M: Model>(db: &TestDb, first: &str) -> Result<(i32, i32)> {
    let model = ModelInfo::of::<M>();
    let statement = Query::select()
        .column((Alias::new("p"), Alias::new("id")))
        .column((Alias::new("p"), Alias::new("content_type_id")))
        .from_as(Alias::new("auth_permission"), Alias::new("p"))
        .and_where(Expr::col(Alias::new("codename")).eq(format!("{first}_{}", model.model_name())))
        .to_owned();
    let row = db.query_one(&statement).await?.expect("the permission was made");
    Ok((row.try_get("", "id")?, row.try_get("", "content_type_id")?))
}

/// How many grants there are in guardian's tables.
pub async fn grants(db: &TestDb) -> Result<i64> {
    let sql = "SELECT (SELECT count(*) FROM guardian_userobjectpermission) \
               + (SELECT count(*) FROM guardian_groupobjectpermission) AS n";
    let row = db.query_one_raw(db.statement(sql)).await?.expect("a count");
    Ok(row.try_get("", "n")?)
}

pub fn key_of(user: &User) -> i32 {
    user.id().expect("a known user").to_string().parse().expect("an integer key")
}
