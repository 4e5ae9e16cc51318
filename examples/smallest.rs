//! The smallest API: one model, one viewset, served from memory.
//!
//! ```text
//! cargo run --example smallest
//! curl -u admin:admin --json '{"text": "Hello"}' http://127.0.0.1:3000/api/notes
//! curl -u admin:admin http://127.0.0.1:3000/api/notes
//! ```

use poem::{Server, listener::TcpListener};
use refrain::migration::{MigratorTrait, tables};
use refrain::{Access, Api, IsAuthenticated, IsOwner, Serializer, ViewSet, auth::Auth, auth::NewUser, model::Models};
use sea_orm::{ConnectionTrait, Schema};

mod note {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "notes_note")]
    #[refrain(app = "notes", model = "Note", owner = "owner_id")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub text: String,
        pub owner_id: Option<i32>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serializer)]
#[serializer(model = note)]
struct Note {
    #[serializer(read_only)]
    id: i64,
    text: String,
    #[serializer(read_only)]
    owner_id: Option<i32>,
}

/// Everybody has notes of their own.
struct Notes;

impl ViewSet for Notes {
    type Serializer = Note;
    const PATH: &'static str = "/notes";

    fn permissions() -> Access<note::Entity> {
        Access::to(IsAuthenticated & IsOwner)
    }
}

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn refrain::migration::MigrationTrait>> {
        tables(Default::default())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (db, auth) = (refrain::connect("sqlite::memory:").await?, Auth::default());
    Migrator::up(&db, None).await?;
    db.execute(&Schema::new(db.get_database_backend()).create_table_from_entity(note::Entity)).await?;
    auth.sync_permissions(&db, &Models::default().with::<note::Entity>(), &Default::default()).await?;
    auth.create_user(&db, NewUser::new("admin").password("admin")).await?;

    let api = Api::new("Notes", "1.0", db).auth(auth).mount(Notes).build()?;
    Ok(Server::new(TcpListener::bind("127.0.0.1:3000")).run(api.into_endpoint()).await?)
}
