//! Rows whose uuids are kept as Django keeps them: guardian's grants name each by five groups of digits, whatever the
//! column has, and each is found, told of and cleaned by them.

use refrain::{
    Model, Result,
    auth::{Auth, NewUser, User},
    grants::{Checker, OrphanBatches},
    model::Models,
};
use refrain_testing::{Backend, TestDb, every_database};
use sea_orm::{ConnectionTrait, EntityTrait, ModelTrait, PaginatorTrait};
use uuid::Uuid;

use crate::{
    keyed::{self, Keyed, To, grant, grants, key_of, permission, text, unique, written},
    support::{auth, user},
};

/// A uuid as a column has it.
type Form = fn(Uuid) -> String;

struct Site {
    auth: Auth,
    alice: User,
}

impl Site {
    async fn open(db: &TestDb) -> Result<Self> {
        let auth = auth();
        keyed::open(&auth, db).await?;
        let (alice, _) = user(&auth, db, NewUser::new("alice"), &[]).await;
        Ok(Self { auth, alice })
    }

    /// Grants `view` as guardian does: on the first of the rows, and on one that is not there.
    async fn grant<M: Model>(&self, db: &TestDb) -> Result<()> {
        let (view, content_type) = permission::<M>(db, "view").await?;
        for key in [keyed::uuids()[0], Uuid::from_u128(4242)] {
            grant(db, To::User(key_of(&self.alice)), view, content_type, &key.to_string()).await?;
        }
        Ok(())
    }

    /// Every way of asking says that `granted` is, and `other` is not; the clean-up takes the grant on no row alone.
    async fn agree<M, R>(&self, db: &TestDb, granted: &R, other: &R) -> Result<()>
    where
        M: Model + EntityTrait<Model: Send + Sync>,
        R: ModelTrait<Entity = M>,
    {
        let Self { auth, alice } = self;
        let view = format!("view_{}", M::MODEL_NAME);
        let mut checker = Checker::for_user(alice);
        for (row, expected) in [(granted, true), (other, false)] {
            assert_eq!(alice.has_perm_on(db.db(), view.as_str(), row).await?, expected);
            assert_eq!(checker.has_perm(db.db(), view.as_str(), row).await?, expected);
            assert_eq!(auth.users_with_perms(row).load(db.db()).await?.len(), usize::from(expected));
        }
        let listed = || auth.objects_for_user::<M>(alice, [view.as_str()]).select(db.db());
        assert_eq!(listed().await?.count(db.db()).await?, 1);
        let models = Models::default().with::<M>();
        assert_eq!(auth.clean_orphans(db.db(), &models, OrphanBatches::default()).await?, 1, "of the row that is not");
        assert_eq!(grants(db).await?, 1, "of the row that is");

        // granted by Refrain it is the same grant
        auth.assign_perm(db.db(), view.as_str(), [alice], [granted, other]).await?;
        assert_eq!(grants(db).await?, 2);
        assert_eq!(listed().await?.count(db.db()).await?, 2);
        assert_eq!(auth.remove_all_perms(db.db(), other).await?, 1);
        assert_eq!(auth.remove_perm(db.db(), view.as_str(), [alice], [granted]).await?, 1);
        assert_eq!(grants(db).await?, 0);
        Ok(())
    }
}

/// A table with such a key, and rows of the first two uuids.
async fn table(db: &TestDb, table: &str, column: &str, keys: [String; 2]) -> Result<()> {
    db.execute_unprepared(&format!("DROP TABLE {table}")).await?;
    db.execute_unprepared(&format!(
        "CREATE TABLE {table} (id {column} NOT NULL PRIMARY KEY, name varchar(100) NOT NULL, owner_id integer)"
    ))
    .await?;
    for key in keys {
        db.execute_unprepared(&format!("INSERT INTO {table} (id, name) VALUES ({key}, 'a row')")).await?;
    }
    Ok(())
}

fn first_two(form: Form) -> [String; 2] {
    let [first, second, _] = keyed::uuids();
    [form(first), form(second)]
}

fn digits(id: Uuid) -> String {
    format!("'{}'", id.simple())
}

fn dashed(id: Uuid) -> String {
    format!("'{id}'")
}

/// Keys as texts: 32 digits as Django has them, or the five groups; on MariaDB also in its own type, as Django 5 has it.
#[every_database]
async fn a_uuid_in_a_column_of_text_is_granted_on(db: TestDb) -> Result<()> {
    let forms = [("char(32)", digits as Form, "simple"), ("varchar(36)", dashed, "dashed")];
    let native = [("uuid", dashed as Form, "dashed")];
    let native = native.into_iter().filter(|_| db.backend() == Backend::MariaDb);
    let site = Site::open(&db).await?;
    for (column, form, read) in forms.into_iter().chain(native) {
        table(&db, "keyed_written", column, first_two(form)).await?;
        site.grant::<written::Entity>(&db).await?;
        let simple = keyed::uuids().map(|id| written::Entity::row(id.simple().to_string()));
        let grouped = keyed::uuids().map(|id| written::Entity::row(id.to_string()));
        let (rows, otherwise) = if read == "simple" { (simple, grouped) } else { (grouped, simple) };
        site.agree::<written::Entity, _>(&db, &rows[0], &rows[1]).await?;
        // and named in the form that the column does not have
        assert_eq!(site.auth.assign_perm(db.db(), "view_written", [&site.alice], [&otherwise[0]]).await?, 1);
        assert!(site.alice.has_perm_on(db.db(), "view_written", &rows[0]).await?);
        assert_eq!(site.auth.remove_perm(db.db(), "view_written", [&site.alice], [&otherwise[0]]).await?, 1);
    }
    Ok(())
}

/// The columns that are compared need not have one collation: guardian's tables and the model's were made by others.
#[every_database(mariadb, because = "only there texts of two collations cannot be compared")]
async fn a_uuid_in_a_column_of_another_collation_is_granted_on(db: TestDb) -> Result<()> {
    let site = Site::open(&db).await?;
    for grants in ["guardian_userobjectpermission", "guardian_groupobjectpermission"] {
        let sql = format!("ALTER TABLE {grants} CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci");
        db.execute_unprepared(&sql).await?;
    }
    let column = "varchar(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci";
    table(&db, "keyed_written", column, first_two(digits)).await?;
    site.grant::<written::Entity>(&db).await?;
    let rows = keyed::uuids().map(|id| written::Entity::row(id.simple().to_string()));
    site.agree::<written::Entity, _>(&db, &rows[0], &rows[1]).await?;
    table(&db, "keyed_written", column, first_two(dashed)).await?;
    site.grant::<written::Entity>(&db).await?;
    let rows = keyed::uuids().map(|id| written::Entity::row(id.to_string()));
    site.agree::<written::Entity, _>(&db, &rows[0], &rows[1]).await
}

/// Keys as uuids, in a column that holds what a sea-orm program writes, and what Django does.
#[every_database]
async fn a_uuid_in_a_column_of_any_form_is_granted_on(db: TestDb) -> Result<()> {
    let bytes = |id: Uuid| format!("x'{}'", id.simple());
    let forms: &[(&str, Form)] = match db.backend() {
        Backend::Sqlite => &[("char(32)", digits), ("varchar(36)", dashed), ("blob", bytes), ("char(32)", bytes)],
        Backend::MariaDb => &[("uuid", dashed), ("binary(16)", bytes)],
        Backend::Postgres => &[("uuid", dashed)],
    };
    let site = Site::open(&db).await?;
    for (column, form) in forms {
        table(&db, "keyed_unique", column, first_two(*form)).await?;
        site.grant::<unique::Entity>(&db).await?;
        let [first, second, _] = keyed::uuids().map(unique::Entity::row);
        site.agree::<unique::Entity, _>(&db, &first, &second).await?;
    }
    Ok(())
}

/// A model that does not say what its keys are, or whose type the column does not fit, loses no grant by it.
#[every_database]
async fn a_grant_on_a_row_that_is_there_is_no_orphan_whatever_the_model_says(db: TestDb) -> Result<()> {
    let site = Site::open(&db).await?;
    table(&db, "keyed_text", "char(32)", first_two(digits)).await?;
    site.grant::<text::Entity>(&db).await?;
    let models = Models::default().with::<text::Entity>().with::<unique::Entity>();
    assert_eq!(site.auth.clean_orphans(db.db(), &models, OrphanBatches::default()).await?, 1);
    assert_eq!(grants(&db).await?, 1);
    if db.backend() != Backend::Postgres {
        table(&db, "keyed_unique", "char(32)", first_two(digits)).await?;
        site.grant::<unique::Entity>(&db).await?;
        assert_eq!(site.auth.clean_orphans(db.db(), &models, OrphanBatches::default()).await?, 1);
        assert_eq!(grants(&db).await?, 2);
    }
    Ok(())
}

/// Capitals are another text: a row of them is no uuid that a grant could name.
#[every_database]
async fn a_key_that_is_no_uuid_is_granted_nothing(db: TestDb) -> Result<()> {
    let site = Site::open(&db).await?;
    for odd in ["65BE8549-8BB5-4AC3-A2EE-8D67278CF143", "65be8549", ""] {
        let row = written::Entity::row(odd.to_owned());
        assert!(site.auth.assign_perm(db.db(), "view_written", [&site.alice], [&row]).await.is_err(), "{odd}");
        assert!(site.alice.has_perm_on(db.db(), "view_written", &row).await.is_err(), "{odd}");
        assert_eq!(site.auth.remove_all_perms(db.db(), &row).await?, 0);
    }
    Ok(())
}
