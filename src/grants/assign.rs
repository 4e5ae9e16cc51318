use std::collections::HashSet;

use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, ModelTrait, QueryResult, SqlErr, Value,
    sea_query::{Alias, Expr, OnConflict, Query},
};

use super::{
    GrantTables, Holder, PermissionOf, ToHolder,
    row_key::{RowKey, unnameable},
    table::Table,
};
use crate::{
    Db, Error, Result,
    auth::Auth,
    db::{Sql, commit},
    model::{Model, ModelInfo},
};

/// How many grants one statement writes.
const BATCH: usize = 1000;

impl Auth {
    /// Grants a permission on rows to users and groups: on each row to each holder.
    ///
    /// ```
    /// # use refrain::doc_example::{Example, car};
    /// # refrain::doc_example::run(async |Example { db, auth, alice, car, .. }| {
    /// auth.assign_perm(&db, car::Entity::CHANGE_CAR, [&alice], [&car]).await?;
    /// assert!(alice.has_perm_on(&db, car::Entity::CHANGE_CAR, &car).await?);
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// What is granted already stays.
    ///
    /// One statement for a thousand grants, after one for a thousand rows, all of them in one transaction. Returns how
    /// many grants were asked for. A permission that does not exist is an error, also where nobody is named to have it,
    /// and so is a row that was deleted meanwhile, where guardian leaves a grant to whoever gets its key next; nothing is
    /// written then (CONTRACT 8.8).
    ///
    /// The rows are held until the transaction ends, so who has one locked in a transaction gives it that transaction, not
    /// the pool, for which it would wait; and who is to write a row as well does so first. PostgreSQL lets nobody hold rows
    /// who may not `UPDATE` one of their columns.
    #[doc(alias = "bulk_assign_perm")]
    pub async fn assign_perm<'r, R: ModelTrait<Entity: Model> + 'r>(
        &self,
        db: impl Into<Db<'_>>,
        permission: impl Into<PermissionOf<R::Entity>>,
        holders: impl IntoIterator<Item = impl ToHolder>,
        rows: impl IntoIterator<Item = &'r R>,
    ) -> Result<usize> {
        self.assign(db.into(), permission.into(), Grants::of(holders, rows)?, true).await
    }

    /// The same in a transaction that is going to be rolled back: the row may be anybody's meanwhile.
    pub(crate) async fn suppose_perm<R: ModelTrait<Entity: Model>>(
        &self,
        db: Db<'_>,
        permission: PermissionOf<R::Entity>,
        holder: Holder,
        row: &R,
    ) -> Result<usize> {
        self.assign(db, permission, Grants::of([holder], [row])?, false).await
    }

    async fn assign<M: Model>(
        &self,
        db: Db<'_>,
        permission: PermissionOf<M>,
        grants: Grants,
        hold_rows: bool,
    ) -> Result<usize> {
        let codename = permission.codename()?;
        let transaction = db.begin().await?;
        let db = Db::from(&transaction);
        let found = look_up(db, &grants.model, codename).await?;
        let permission = found.ok_or_else(|| Error::unknown("permission", permission.label()))?;
        if hold_rows {
            grants.hold_rows(db).await?;
        }
        for (table, holders) in grants.by_table(self.grant_tables()) {
            let pairs: Vec<_> =
                holders.iter().flat_map(|holder| grants.keys.iter().map(move |key| (*holder, key))).collect();
            for batch in pairs.chunks(BATCH) {
                insert(db, table, batch, &permission).await?;
            }
        }
        commit(transaction).await.map_err(refused)?;
        Ok(grants.holders.len() * grants.keys.len())
    }

    /// Takes a permission on rows away from users and groups. Returns how many grants there were.
    ///
    /// ```
    /// # use refrain::doc_example::{Example, car};
    /// # refrain::doc_example::run(async |Example { db, auth, alice, editors, car, .. }| {
    /// auth.assign_perm(&db, car::Entity::VIEW_CAR, [&editors], [&car]).await?;
    /// assert_eq!(auth.remove_perm(&db, car::Entity::VIEW_CAR, [&editors], [&car]).await?, 1);
    /// assert_eq!(auth.remove_perm(&db, car::Entity::VIEW_CAR, [&alice], [&car]).await?, 0);
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// What was not granted is left as it is; a permission that does not exist takes nothing away (CONTRACT 8.12).
    #[doc(alias = "bulk_remove_perm")]
    pub async fn remove_perm<'r, R: ModelTrait<Entity: Model> + 'r>(
        &self,
        db: impl Into<Db<'_>>,
        permission: impl Into<PermissionOf<R::Entity>>,
        holders: impl IntoIterator<Item = impl ToHolder>,
        rows: impl IntoIterator<Item = &'r R>,
    ) -> Result<u64> {
        let permission = permission.into();
        let codename = permission.codename()?;
        let grants = Grants::of(holders, rows)?;
        let transaction = db.into().begin().await?;
        let db = Db::from(&transaction);
        let mut removed = 0;
        for (table, holders) in grants.by_table(self.grant_tables()) {
            for holders in holders.chunks(BATCH) {
                for keys in grants.keys.chunks(BATCH) {
                    removed += delete(db, table, &grants.model, codename, holders, keys).await?;
                }
            }
        }
        commit(transaction).await?;
        Ok(removed)
    }
}

/// What is to be granted or taken away.
struct Grants {
    model: ModelInfo,
    holders: Vec<Holder>,
    keys: Vec<RowKey>,
}

impl Grants {
    fn of<'r, R: ModelTrait<Entity: Model> + 'r>(
        holders: impl IntoIterator<Item = impl ToHolder>,
        rows: impl IntoIterator<Item = &'r R>,
    ) -> Result<Self> {
        let model = ModelInfo::of::<R::Entity>();
        let holders = holders.into_iter().map(|holder| holder.to_holder()).collect::<Result<_>>()?;
        let keys = rows.into_iter().map(|row| RowKey::of(&model, row)).collect::<Result<_>>()?;
        Ok(Self { model, holders, keys })
    }

    /// Keeps the rows from being deleted until the transaction ends: a grant is made on a row that is there, or who
    /// deletes it sees the grant.
    async fn hold_rows(&self, db: Db<'_>) -> Result<()> {
        let on = db.get_database_backend();
        let key = self.model.key().ok_or_else(|| unnameable(&self.model))?;
        let column = key.of_row(on);
        let select = format!("SELECT {} AS name FROM {} WHERE ", key.text_of(&column, on), key.rows(on));
        let lock = match on {
            DbBackend::Postgres => " FOR KEY SHARE",
            DbBackend::MySql => " LOCK IN SHARE MODE",
            // its transactions that write are one at a time
            _ => "",
        };
        for keys in self.keys.chunks(BATCH) {
            let listed = keys.iter().flat_map(|key| key.forms(on));
            let query = Sql::new(on, &select).text(&column).text(" IN (").values(listed).text(")").text(lock);
            let found = db.query_all_raw(query.statement()).await?;
            let found = found.iter().map(|row| row.try_get::<String>("", "name"));
            let found = found.collect::<Result<HashSet<_>, _>>()?;
            if let Some(missing) = keys.iter().find(|key| !found.contains(&key.text)) {
                return Err(Error::unknown(self.model.object_name(), &missing.text));
            }
        }
        Ok(())
    }

    /// Users, then groups; those of which there are none are left out.
    fn by_table(&self, tables: GrantTables) -> impl Iterator<Item = (Table, Vec<Holder>)> {
        let (users, groups): (Vec<Holder>, _) =
            self.holders.iter().partition(|holder| matches!(holder, Holder::User(_)));
        let tables = [(Table::of_users(&self.model, tables), users), (Table::of_groups(&self.model, tables), groups)];
        tables.into_iter().filter(|(_, holders)| !holders.is_empty())
    }
}

/// The keys of a permission and of its content type.
struct Found {
    permission: i32,
    content_type: i32,
}

async fn look_up(db: Db<'_>, model: &ModelInfo, codename: &str) -> Result<Option<Found>> {
    let what = "gp.id AS id, gp.content_type_id AS content_type_id";
    let query = Sql::new(db.get_database_backend(), "").permissions(what, model, Some(&[codename]));
    let read = |row: QueryResult| {
        Ok(Found { permission: row.try_get("", "id")?, content_type: row.try_get("", "content_type_id")? })
    };
    db.query_one_raw(query.statement()).await?.map(read).transpose()
}

async fn insert(db: Db<'_>, table: Table, pairs: &[(Holder, &RowKey)], found: &Found) -> Result<()> {
    let mut columns = vec![table.holder, "permission_id", table.row()];
    let unique = columns.clone().into_iter().map(Alias::new);
    let mut conflict = OnConflict::columns(unique);
    if !table.own {
        columns.push("content_type_id");
    }
    let mut statement = Query::insert()
        .into_table(Alias::new(table.name))
        .columns(columns.into_iter().map(Alias::new))
        .on_conflict(conflict.do_nothing_on([Alias::new("permission_id")]).to_owned())
        .to_owned();
    for (holder, key) in pairs {
        let mut grant: Vec<Value> = vec![value(*holder, db), found.permission.into()];
        if table.own {
            grant.push(key.value.clone());
        } else {
            grant.extend([key.text.clone().into(), found.content_type.into()]);
        }
        statement.values_panic(grant.into_iter().map(Expr::from));
    }
    db.execute(&statement).await.map_err(refused)?;
    Ok(())
}

async fn delete(
    db: Db<'_>,
    table: Table,
    model: &ModelInfo,
    codename: &str,
    holders: &[Holder],
    keys: &[RowKey],
) -> Result<u64> {
    let on = db.get_database_backend();
    let grants = table.delete(on).text(table.holder).text(" IN (");
    let grants = grants.values(holders.iter().map(|holder| value(*holder, db)));
    let grants = grants.text(") AND permission_id IN (").permissions("gp.id", model, Some(&[codename]));
    let grants = grants.text(") AND ").sql(&table.is_on(keys, on));
    Ok(db.execute_raw(grants.statement()).await?.rows_affected())
}

fn value(holder: Holder, db: Db<'_>) -> Value {
    match holder {
        Holder::User(id) => id.value(db.get_database_backend()),
        Holder::Group(id) => id.into(),
    }
}

/// A holder was deleted meanwhile; some databases say so at the commit.
fn refused(error: DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::ForeignKeyConstraintViolation(_)) => {
            Error::invalid("nothing can be granted to a user or group that does not exist")
        }
        _ => error.into(),
    }
}
