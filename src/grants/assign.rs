use sea_orm::{
    ConnectionTrait, ModelTrait,
    sea_query::{Alias, Expr, ExprTrait, OnConflict, Query},
};

use super::{Holder, PermissionOf, ToHolder, granted::exactly};
use crate::{
    Db, Error, Result,
    auth::Auth,
    model::{Model, ModelInfo},
};

/// How many rows one statement writes.
const BATCH: usize = 1000;

impl Auth {
    /// Grants a permission on rows, to users and groups: on each row to each holder, what is granted already left as
    /// it is.
    ///
    /// One statement for a thousand grants, all of them in one transaction. Returns how many grants there were to make.
    #[doc(alias = "bulk_assign_perm")]
    pub async fn assign_perm<'r, M: Model>(
        &self,
        db: impl Into<Db<'_>>,
        permission: impl Into<PermissionOf<M>>,
        holders: impl IntoIterator<Item = impl ToHolder>,
        rows: impl IntoIterator<Item = &'r M::Model>,
    ) -> Result<usize>
    where
        M::Model: 'r,
    {
        let permission = permission.into();
        let model = ModelInfo::of::<M>();
        let grants = Grants::of::<M>(&model, holders, rows)?;
        if grants.is_empty() {
            return Ok(0);
        }
        let transaction = db.into().begin().await?;
        let db = Db::from(&transaction);
        let (permission, content_type) = find(db, &model, permission.codename()?).await?;
        for (users, holders) in grants.by_kind() {
            let table = Table::of(&model, users);
            let pairs: Vec<_> = holders.iter().flat_map(|holder| grants.keys.iter().map(move |key| (*holder, key))).collect();
            for batch in pairs.chunks(BATCH) {
                table.insert(db, batch, permission, content_type).await?;
            }
        }
        transaction.commit().await?;
        self.permissions_changed();
        Ok(grants.holders.len() * grants.keys.len())
    }

    /// Takes a permission on rows away from users and groups. Returns how many grants there were.
    ///
    /// What was not granted is left as it is; a permission that does not exist takes nothing away (CONTRACT 8.12).
    #[doc(alias = "bulk_remove_perm")]
    pub async fn remove_perm<'r, M: Model>(
        &self,
        db: impl Into<Db<'_>>,
        permission: impl Into<PermissionOf<M>>,
        holders: impl IntoIterator<Item = impl ToHolder>,
        rows: impl IntoIterator<Item = &'r M::Model>,
    ) -> Result<u64>
    where
        M::Model: 'r,
    {
        let permission = permission.into();
        let model = ModelInfo::of::<M>();
        let grants = Grants::of::<M>(&model, holders, rows)?;
        let transaction = db.into().begin().await?;
        let db = Db::from(&transaction);
        let mut removed = 0;
        if let Some((permission, _)) = look_up(db, &model, permission.codename()?).await? {
            for (users, holders) in grants.by_kind() {
                let table = Table::of(&model, users);
                for keys in grants.keys.chunks(BATCH) {
                    removed += table.delete(db, &holders, keys, permission).await?;
                }
            }
        }
        transaction.commit().await?;
        self.permissions_changed();
        Ok(removed)
    }
}

/// What is to be granted or taken away.
struct Grants {
    holders: Vec<Holder>,
    keys: Vec<RowKey>,
}

/// A row's key as grants name it.
pub(super) struct RowKey {
    pub(super) text: String,
    pub(super) value: sea_orm::Value,
}

impl RowKey {
    pub(super) fn of<M: Model>(model: &ModelInfo, row: &M::Model) -> Result<Self> {
        let key = model.key().ok_or_else(|| unnameable(model))?;
        let value = row.get(first_key::<M>());
        let text = key.text(&value).ok_or_else(|| unnameable(model))?;
        Ok(Self { text, value })
    }
}

pub(crate) fn unnameable(model: &ModelInfo) -> Error {
    Error::wiring(format!("`{model}` has a key that grants cannot name: one column of integers, text or uuids is needed"))
}

fn first_key<M: Model>() -> M::Column {
    use sea_orm::{Iterable, PrimaryKeyToColumn};
    M::PrimaryKey::iter().next().expect("a sea-orm entity has a primary key").into_column()
}

impl Grants {
    fn of<'r, M: Model>(
        model: &ModelInfo,
        holders: impl IntoIterator<Item = impl ToHolder>,
        rows: impl IntoIterator<Item = &'r M::Model>,
    ) -> Result<Self>
    where
        M::Model: 'r,
    {
        let holders = holders.into_iter().map(|holder| holder.to_holder()).collect::<Result<_>>()?;
        let keys = rows.into_iter().map(|row| RowKey::of::<M>(model, row)).collect::<Result<_>>()?;
        Ok(Self { holders, keys })
    }

    fn is_empty(&self) -> bool {
        self.holders.is_empty() || self.keys.is_empty()
    }

    /// Users first, then groups; a kind of which there are none is left out.
    fn by_kind(&self) -> impl Iterator<Item = (bool, Vec<Holder>)> + '_ {
        [true, false].into_iter().filter_map(|users| {
            let of_kind = |holder: &&Holder| matches!(holder, Holder::User(_)) == users;
            let holders: Vec<Holder> = self.holders.iter().filter(of_kind).copied().collect();
            (!holders.is_empty()).then_some((users, holders))
        })
    }
}

/// A table of grants.
struct Table {
    name: &'static str,
    holder: &'static str,
    direct: bool,
}

impl Table {
    fn of(model: &ModelInfo, users: bool) -> Self {
        let (own, generic, holder) = match users {
            true => (model.user_grants(), "guardian_userobjectpermission", "user_id"),
            false => (model.group_grants(), "guardian_groupobjectpermission", "group_id"),
        };
        Self { name: own.unwrap_or(generic), holder, direct: own.is_some() }
    }

    async fn insert(&self, db: Db<'_>, pairs: &[(Holder, &RowKey)], permission: i32, content_type: i32) -> Result<()> {
        let object = if self.direct { "content_object_id" } else { "object_pk" };
        let mut columns = vec![self.holder, "permission_id", object];
        if !self.direct {
            columns.push("content_type_id");
        }
        let unique = [self.holder, "permission_id", object].map(Alias::new);
        let mut statement = Query::insert()
            .into_table(Alias::new(self.name))
            .columns(columns.into_iter().map(Alias::new))
            .on_conflict(OnConflict::columns(unique).do_nothing_on([Alias::new("permission_id")]).to_owned())
            .to_owned();
        for (holder, key) in pairs {
            let object = if self.direct { key.value.clone() } else { key.text.clone().into() };
            let mut values = vec![value(*holder, db).into(), permission.into(), object.into()];
            if !self.direct {
                values.push(content_type.into());
            }
            statement.values_panic::<Vec<Expr>>(values);
        }
        db.execute(&statement).await?;
        Ok(())
    }

    async fn delete(&self, db: Db<'_>, holders: &[Holder], keys: &[RowKey], permission: i32) -> Result<u64> {
        let col = |name: &'static str| Expr::col(Alias::new(name));
        let objects = match self.direct {
            true => col("content_object_id").is_in(keys.iter().map(|key| key.value.clone())),
            false => col("object_pk").is_in(keys.iter().map(|key| key.text.clone())),
        };
        let statement = Query::delete()
            .from_table(Alias::new(self.name))
            .and_where(col(self.holder).is_in(holders.iter().map(|holder| value(*holder, db))))
            .and_where(col("permission_id").eq(permission))
            .and_where(objects)
            .to_owned();
        Ok(db.execute(&statement).await?.rows_affected())
    }
}

fn value(holder: Holder, db: Db<'_>) -> sea_orm::Value {
    match holder {
        Holder::User(id) => id.value(db.get_database_backend()),
        Holder::Group(id) => id.into(),
    }
}

/// The keys of a model's permission and content type.
async fn find(db: Db<'_>, model: &ModelInfo, codename: &str) -> Result<(i32, i32)> {
    let found = look_up(db, model, codename).await?;
    found.ok_or_else(|| Error::unknown("permission", format!("{}.{codename}", model.app_label())))
}

async fn look_up(db: Db<'_>, model: &ModelInfo, codename: &str) -> Result<Option<(i32, i32)>> {
    let on = db.get_database_backend();
    let statement = Query::select()
        .expr_as(Expr::cust("p.id"), Alias::new("permission"))
        .expr_as(Expr::cust("ct.id"), Alias::new("content_type"))
        .from_as(Alias::new("auth_permission"), Alias::new("p"))
        .join_as(
            sea_orm::JoinType::InnerJoin,
            Alias::new("django_content_type"),
            Alias::new("ct"),
            Expr::cust("ct.id = p.content_type_id"),
        )
        .and_where(exactly("app_label", model.app_label(), on))
        .and_where(exactly("model", model.model_name(), on))
        .and_where(exactly("codename", codename, on))
        .to_owned();
    let row = db.query_one(&statement).await?;
    row.map(|row| Ok((row.try_get("", "permission")?, row.try_get("", "content_type")?))).transpose()
}

