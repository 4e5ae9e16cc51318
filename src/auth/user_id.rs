use std::fmt;

use refrain_entity::Key;
use sea_orm::{
    ColIdx, ColumnTrait, DbBackend, DbErr, QueryResult, Value,
    sea_query::{ColumnType, Expr, ExprTrait},
};
use uuid::Uuid;

/// A user's primary key.
///
/// ```
/// use refrain::{auth::UserId, entity::Key};
///
/// assert_eq!(UserId::parse("7", Key::Integer), Some(UserId::from(7)));
/// assert_eq!(UserId::parse("seven", Key::Integer), None);
/// assert_eq!(i32::try_from(UserId::Integer(7)), Ok(7));
/// ```
///
/// A type of its own, and no sea-orm value when it is absent: `column.eq(user.id())` does not compile, because for an
/// anonymous caller it would mean `IS NULL` and give them every row nobody owns. Compare with
/// [`User::owns`](super::User::owns).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UserId {
    /// Django's `AutoField` or `BigAutoField`.
    Integer(i64),
    /// Django's `UUIDField`.
    Uuid(Uuid),
}

impl UserId {
    /// As the user table and the tables that point at it hold it: Django keeps a uuid as 32 hexadecimal digits where
    /// the database has no such type (CONTRACT 1.10).
    pub(crate) fn value(self, backend: DbBackend) -> Value {
        match (self, backend) {
            (Self::Integer(id), _) => id.into(),
            (Self::Uuid(id), DbBackend::Postgres) => id.into(),
            (Self::Uuid(id), _) => hex(id).into(),
        }
    }

    /// Reads a key column of a row.
    pub(crate) fn read(row: &QueryResult, column: impl ColIdx, key: Key, on: DbBackend) -> Result<Self, DbErr> {
        let narrow = || row.try_get_by::<i32, _>(column).map(Self::from);
        let wide = || row.try_get_by::<i64, _>(column).map(Self::from);
        match (key, on) {
            // the width is the site's, and may be another than it said: PostgreSQL decodes neither as the other
            // (CONTRACT 1.5), and an error made for nothing takes its time
            (Key::Integer, DbBackend::Postgres) => narrow().or_else(|_| wide()),
            (Key::Integer | Key::BigInteger, _) => wide().or_else(|_| narrow()),
            (Key::Uuid, _) => row.try_get_by::<Uuid, _>(column).map(Self::Uuid).or_else(|_| {
                let text: String = row.try_get_by(column)?;
                let id = Uuid::parse_str(&text).map_err(|_| DbErr::Type(format!("`{column:?}` is no uuid")))?;
                Ok(Self::Uuid(id))
            }),
        }
    }

    /// Reads a key written as text, as Django's session does.
    pub fn parse(text: &str, key: Key) -> Option<Self> {
        match key {
            Key::Integer | Key::BigInteger => text.parse().ok().map(Self::Integer),
            Key::Uuid => Uuid::parse_str(text).ok().map(Self::Uuid),
        }
    }

    /// The condition that a column holds this key, in whichever form the column keeps it; `None` where the column
    /// can hold no such key.
    pub(crate) fn is_in<C: ColumnTrait>(self, column: C, backend: DbBackend) -> Option<Expr> {
        let definition = column.def();
        let at = || Expr::col(column.as_column_ref());
        match (self, definition.get_column_type()) {
            (
                Self::Integer(id),
                ColumnType::TinyInteger
                | ColumnType::SmallInteger
                | ColumnType::Integer
                | ColumnType::BigInteger
                | ColumnType::Unsigned
                | ColumnType::BigUnsigned,
            ) => Some(at().eq(id)),
            (Self::Uuid(id), ColumnType::Uuid) if backend == DbBackend::Postgres => Some(at().eq(id)),
            // sea-orm writes a blob into such a column, Django writes text
            (Self::Uuid(id), ColumnType::Uuid) => Some(at().is_in([Value::from(id), hex(id).into()])),
            (Self::Uuid(id), ColumnType::Char(_) | ColumnType::String(_) | ColumnType::Text) => {
                Some(at().is_in([hex(id), id.to_string()]))
            }
            _ => None,
        }
    }
}

impl UserId {
    /// The key as values of an entity's column, of which its field takes one; none where the column can hold no such key.
    pub(crate) fn values_for(self, column: impl ColumnTrait) -> Vec<Value> {
        match (self, column.def().get_column_type()) {
            (Self::Integer(id), ColumnType::SmallInteger) => i16::try_from(id).into_iter().map(Value::from).collect(),
            (Self::Integer(id), ColumnType::Integer) => i32::try_from(id).into_iter().map(Value::from).collect(),
            (Self::Integer(id), ColumnType::BigInteger) => vec![id.into()],
            // a `Uuid`, or a `UuidText`
            (Self::Uuid(id), ColumnType::Uuid) => vec![id.into(), hex(id).into()],
            (Self::Uuid(id), ColumnType::Char(_) | ColumnType::String(_) | ColumnType::Text) => vec![hex(id).into()],
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(id) => id.fmt(f),
            Self::Uuid(id) => id.fmt(f),
        }
    }
}

/// A caller without a key, or whose key is of another type than was asked for.
///
/// ```
/// use refrain::auth::{Auth, NoKey, User};
///
/// assert_eq!(User::anonymous(&Auth::default()).key::<i32>(), Err(NoKey));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the caller has no such key")]
pub struct NoKey;

impl TryFrom<UserId> for i32 {
    type Error = NoKey;

    fn try_from(id: UserId) -> Result<Self, NoKey> {
        i64::try_from(id)?.try_into().map_err(|_| NoKey)
    }
}

impl TryFrom<UserId> for i64 {
    type Error = NoKey;

    fn try_from(id: UserId) -> Result<Self, NoKey> {
        match id {
            UserId::Integer(id) => Ok(id),
            UserId::Uuid(_) => Err(NoKey),
        }
    }
}

impl TryFrom<UserId> for Uuid {
    type Error = NoKey;

    fn try_from(id: UserId) -> Result<Self, NoKey> {
        match id {
            UserId::Uuid(id) => Ok(id),
            UserId::Integer(_) => Err(NoKey),
        }
    }
}

impl From<i32> for UserId {
    fn from(id: i32) -> Self {
        Self::Integer(id.into())
    }
}

impl From<i64> for UserId {
    fn from(id: i64) -> Self {
        Self::Integer(id)
    }
}

impl From<Uuid> for UserId {
    fn from(id: Uuid) -> Self {
        Self::Uuid(id)
    }
}

fn hex(id: Uuid) -> String {
    id.simple().to_string()
}

#[cfg(test)]
mod tests {
    use sea_orm::{DbBackend, entity::prelude::*};

    use super::UserId;
    use crate::{auth::NoKey, db::StatementText};

    /// Every kind of column that may point at users, and one that cannot.
    mod row {
        use sea_orm::entity::prelude::*;

        #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
        #[sea_orm(table_name = "row")]
        pub(super) struct Model {
            #[sea_orm(primary_key)]
            pub(super) id: i64,
            pub(super) small: i16,
            pub(super) plain: i32,
            pub(super) uuid: Uuid,
            pub(super) text: String,
            pub(super) truth: bool,
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub(super) enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}
    }

    #[test]
    fn a_key_is_written_as_its_column_holds_it() {
        use row::Column::{Id, Plain, Small, Text, Truth, Uuid as Native};
        let (uuid, hex) = (Uuid::from_u128(0x0123_4567_89ab_cdef), "00000000000000000123456789abcdef");
        for (key, column, values) in [
            (UserId::from(7), Id, vec![Value::from(7_i64)]),
            (UserId::from(7), Plain, vec![Value::from(7_i32)]),
            (UserId::from(7), Small, vec![Value::from(7_i16)]),
            (UserId::from(70_000), Small, vec![]),
            (UserId::from(5_000_000_000_i64), Plain, vec![]),
            (UserId::from(5_000_000_000_i64), Id, vec![Value::from(5_000_000_000_i64)]),
            (UserId::from(7), Native, vec![]),
            (UserId::from(7), Truth, vec![]),
            (UserId::from(uuid), Native, vec![Value::from(uuid), Value::from(hex)]),
            (UserId::from(uuid), Text, vec![Value::from(hex)]),
            (UserId::from(uuid), Id, vec![]),
        ] {
            assert_eq!(key.values_for(column), values, "{key} in {column:?}");
        }
    }

    /// sea-orm writes a uuid as bytes where the database has no such type, and Django as text: a row may have either.
    #[test]
    fn a_key_is_looked_for_in_each_form_that_its_column_may_keep() {
        use row::Column::{Plain, Text, Truth, Uuid as Native};
        let uuid = Uuid::from_u128(0x0123_4567_89ab_cdef);
        let (hex, dashed) = (uuid.simple().to_string(), uuid.to_string());
        let forms = |key: UserId, column: row::Column, on: DbBackend| {
            Some(StatementText::new(on).expr(&key.is_in(column, on)?).parts().1)
        };
        for on in [DbBackend::Sqlite, DbBackend::MySql, DbBackend::Postgres] {
            let native = match on {
                DbBackend::Postgres => vec![Value::from(uuid)],
                _ => vec![Value::from(uuid), Value::from(hex.as_str())],
            };
            let text = [&hex, &dashed].map(|form| Value::from(form.as_str()));
            assert_eq!(forms(UserId::from(uuid), Native, on), Some(native), "{on:?}");
            assert_eq!(forms(UserId::from(uuid), Text, on), Some(text.into()), "{on:?}");
            assert_eq!(forms(UserId::from(7), Plain, on), Some(vec![Value::from(7_i64)]), "{on:?}");
            for (key, column) in [(UserId::from(uuid), Plain), (UserId::from(7), Native), (UserId::from(7), Truth)] {
                assert_eq!(forms(key, column, on), None, "{key} in {column:?}");
            }
        }
    }

    #[test]
    fn a_key_of_another_type_is_none() {
        let uuid = Uuid::from_u128(7);
        assert_eq!(Uuid::try_from(UserId::from(uuid)), Ok(uuid));
        assert_eq!(Uuid::try_from(UserId::from(7)), Err(NoKey));
        assert_eq!(i64::try_from(UserId::from(uuid)), Err(NoKey));
        assert_eq!(i64::try_from(UserId::from(7)), Ok(7));
        assert_eq!(i32::try_from(UserId::from(5_000_000_000_i64)), Err(NoKey));
    }
}
