use refrain_entity::{Key, UserTable};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr,
    sea_query::{ColumnDef, ForeignKey, Table, TableCreateStatement},
};
use sea_orm_migration::{MigrationTrait, MigratorTraitSelf};

/// The tables a test finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tables {
    /// Django's, with `auth_user`, Refrain's own, and those of the drivers example.
    Django,
    /// The same for a site whose `AUTH_USER_MODEL` is `club.Member`, with uuid keys.
    UuidUsers,
    /// None at all.
    None,
}

/// Changes whenever the tables might.
pub(crate) const FINGERPRINT: &str = env!("REFRAIN_TABLES");

impl Tables {
    /// The table of users; `None` where there are no tables.
    pub fn users(self) -> Option<UserTable> {
        match self {
            Self::Django => Some(UserTable::default()),
            Self::UuidUsers => Some(UserTable::custom("club", "Member", Key::Uuid)),
            Self::None => None,
        }
    }

    /// The name of a template database with these tables.
    pub(crate) fn template(self) -> Option<String> {
        match self {
            Self::Django => Some(format!("refrain_django_{FINGERPRINT}")),
            Self::UuidUsers => Some(format!("refrain_uuid_users_{FINGERPRINT}")),
            Self::None => None,
        }
    }

    /// Makes the tables in an empty database.
    pub(crate) async fn create(self, db: &DatabaseConnection) -> Result<(), DbErr> {
        let Some(users) = self.users() else {
            return Ok(());
        };
        Django(users.clone()).up(db, None).await?;
        let on = db.get_database_backend();
        let mut car = owned(&users, on, "drivers_car", "name");
        db.execute(car.col(ColumnDef::new("published").boolean().not_null())).await?;
        db.execute(&owned(&users, on, "drivers_trip", "title")).await?;
        Ok(())
    }
}

struct Django(UserTable);

impl MigratorTraitSelf for Django {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        let mut all = refrain_migration::django_tables(self.0.clone());
        all.extend(refrain_migration::named_tokens(self.0.clone()));
        all
    }
}

/// A table as Django would make it: a key, a text of 100 characters, and an owner or none.
fn owned(users: &UserTable, on: DbBackend, table: &'static str, text: &'static str) -> TableCreateStatement {
    let mut owner = ColumnDef::new("owner_id");
    match users.key {
        Key::Integer => owner.integer(),
        Key::BigInteger => owner.big_integer(),
        Key::Uuid if on == DbBackend::Postgres => owner.uuid(),
        Key::Uuid => owner.char_len(32),
    };
    let mut references = ForeignKey::create();
    references.name(format!("{table}_owner_id_fk")).from(table, "owner_id").to(users.table.to_string(), "id");
    Table::create()
        .table(table)
        .col(ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key())
        .col(ColumnDef::new(text).string_len(100).not_null())
        .col(owner.null())
        .foreign_key(&mut references)
        .take()
}
