//! The tables, read by sea-orm's own schema tools.

use std::collections::BTreeMap;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, Statement,
    sea_query::{ColumnType, StringLen, TableCreateStatement, TableRef},
};
use sea_schema::{mysql, postgres, sqlite};

use crate::{
    declaration::Kind,
    error::{Error, Result},
    names::is_plain,
};

/// All tables of the site's schema, by their names.
pub(super) struct Tables(BTreeMap<String, Table>);

pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    pub(super) primary_key: Vec<String>,
    pub(super) foreign_keys: Vec<ForeignKey>,
}

pub(super) struct Column {
    pub(super) name: String,
    /// none where the library reads nothing like it
    pub(super) kind: Option<Kind>,
    /// as the database says it
    pub(super) said: String,
    pub(super) nullable: bool,
    pub(super) counted: bool,
    pub(super) unique: bool,
}

pub(super) struct ForeignKey {
    pub(super) column: String,
    pub(super) table: String,
    pub(super) to: String,
}

impl Tables {
    pub(super) async fn read(db: &DatabaseConnection) -> Result<Self> {
        let backend = db.get_database_backend();
        let json = json_columns(db).await?;
        let statements = match backend {
            DbBackend::Sqlite => sqlite_tables(db).await?,
            DbBackend::Postgres => postgres_tables(db).await?,
            _ => mysql_tables(db).await?,
        };
        let tables = statements.iter().filter_map(|(statement, marks)| {
            let mut table = Table::of(statement, backend)?;
            for column in &mut table.columns {
                let place = (table.name.clone(), column.name.clone());
                if let Some(kind) = marks.get(&column.name).filter(|_| is_plain(&column.name)) {
                    column.kind = Some(*kind);
                }
                if json.contains(&place) && is_plain(&column.name) {
                    column.kind = Some(Kind::Json);
                }
            }
            Some((table.name.clone(), table))
        });
        Ok(Self(tables.collect()))
    }

    pub(super) fn get(&self, name: &str) -> Option<&Table> {
        self.0.get(name)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Table> {
        self.0.values()
    }
}

impl Table {
    fn of(statement: &TableCreateStatement, backend: DbBackend) -> Option<Self> {
        let name = table_name(statement.get_table_name()?)?;
        let mut primary_key = Vec::new();
        let mut unique = Vec::new();
        for index in statement.get_indexes() {
            let columns = index.get_index_spec().get_column_names();
            if index.is_primary_key() {
                primary_key.extend(columns);
            } else if let ([column], true) = (columns.as_slice(), index.is_unique_key()) {
                unique.push(column.clone());
            }
        }
        let columns: Vec<Column> = statement
            .get_columns()
            .iter()
            .map(|column| {
                let (name, spec) = (column.get_column_name(), column.get_column_spec());
                if spec.primary_key && !primary_key.contains(&name) {
                    primary_key.push(name.clone());
                }
                let kind = column.get_column_type();
                Column {
                    unique: spec.unique || unique.contains(&name),
                    kind: kind.filter(|_| is_plain(&name)).and_then(|kind| kind_of(kind, backend)),
                    said: kind.map(|kind| format!("{kind:?}")).unwrap_or_default(),
                    nullable: spec.nullable.unwrap_or(true),
                    counted: spec.auto_increment,
                    name,
                }
            })
            .collect();
        let foreign_keys = statement.get_foreign_key_create_stmts().iter().filter_map(|statement| {
            let key = statement.get_foreign_key();
            let ([column], [to]) = (&*key.get_columns(), &*key.get_ref_columns()) else { return None };
            let table = table_name(key.get_ref_table()?)?;
            Some(ForeignKey { column: column.clone(), table, to: to.clone() })
        });
        let foreign_keys = foreign_keys.collect();
        Some(Self { name, columns, primary_key, foreign_keys })
    }

    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The table that this column names rows of.
    pub(super) fn refers_to(&self, column: &str) -> Option<&ForeignKey> {
        self.foreign_keys.iter().find(|key| key.column == column)
    }

    /// Its one key.
    pub(super) fn key(&self) -> Option<&Column> {
        match self.primary_key.as_slice() {
            [one] => self.column(one),
            _ => None,
        }
    }

    /// Does it only link rows of two others, as a `ManyToManyField` does?
    pub(super) fn links(&self) -> bool {
        self.foreign_keys.len() == 2 && self.columns.len() == 3
    }
}

fn table_name(table: &TableRef) -> Option<String> {
    match table {
        TableRef::Table(name, _) => Some(name.1.to_string()),
        _ => None,
    }
}

/// What Django keeps in a column of this type.
fn kind_of(kind: &ColumnType, backend: DbBackend) -> Option<Kind> {
    let is_sqlite = backend == DbBackend::Sqlite;
    Some(match kind {
        ColumnType::TinyInteger | ColumnType::SmallInteger => Kind::SmallInt,
        ColumnType::Integer => Kind::Int,
        ColumnType::BigInteger => Kind::BigInt,
        ColumnType::TinyUnsigned | ColumnType::SmallUnsigned => Kind::SmallUnsigned,
        ColumnType::Unsigned => Kind::Unsigned,
        ColumnType::BigUnsigned => Kind::BigUnsigned,
        ColumnType::Float => Kind::Float,
        ColumnType::Double => Kind::Double,
        ColumnType::Decimal(Some((digits, places))) => Kind::Decimal(*digits, *places),
        // SQLite keeps no digits of what Django declared; all that it holds whole
        ColumnType::Decimal(None) if is_sqlite => Kind::Decimal(15, 2),
        ColumnType::Boolean => Kind::Bool,
        ColumnType::Text => Kind::Text,
        ColumnType::String(StringLen::N(length)) => Kind::Varchar(*length),
        ColumnType::String(_) => Kind::Text,
        // what Django has for a UUIDField where the database has no type for it
        ColumnType::Char(Some(32)) if backend != DbBackend::Postgres => Kind::UuidText,
        ColumnType::Char(Some(length)) => Kind::Char(*length),
        ColumnType::Uuid => Kind::Uuid,
        ColumnType::TimestampWithTimeZone => Kind::Moment,
        // MySQL's has no zone: Django writes UTC
        ColumnType::DateTime if backend == DbBackend::MySql => Kind::Moment,
        ColumnType::DateTime => Kind::DateTime,
        ColumnType::Date => Kind::Date,
        ColumnType::Time => Kind::Time,
        ColumnType::Blob | ColumnType::Binary(_) | ColumnType::VarBinary(_) => Kind::Bytes,
        ColumnType::Json => Kind::Json,
        ColumnType::JsonBinary => Kind::JsonBinary,
        ColumnType::Custom(name) if is_sqlite => match &*name.to_string().to_lowercase() {
            "bool" => Kind::Bool,
            "datetime" => Kind::Moment,
            "date" => Kind::Date,
            "time" => Kind::Time,
            _ => return None,
        },
        _ => return None,
    })
}

/// What the statement does not say as it is, by column.
type Marks = BTreeMap<String, Kind>;

async fn sqlite_tables(db: &DatabaseConnection) -> Result<Vec<(TableCreateStatement, Marks)>> {
    let discovery = sqlite::discovery::SchemaDiscovery::new(db.get_sqlite_connection_pool().clone());
    let schema = discovery.discover().await.map_err(|error| Error::Tables(error.to_string()))?;
    Ok(schema.tables.iter().map(|table| (table.write(), Marks::new())).collect())
}

async fn postgres_tables(db: &DatabaseConnection) -> Result<Vec<(TableCreateStatement, Marks)>> {
    let name = one(db, "SELECT current_schema()::text").await?;
    let pool = db.get_postgres_connection_pool().clone();
    let discovery = postgres::discovery::SchemaDiscovery::new(pool, &name);
    let schema = discovery.discover().await.map_err(|error| Error::Tables(error.to_string()))?;
    Ok(schema.tables.iter().map(|table| (table.write(), Marks::new())).collect())
}

async fn mysql_tables(db: &DatabaseConnection) -> Result<Vec<(TableCreateStatement, Marks)>> {
    use mysql::def::Type;
    let name = one(db, "SELECT DATABASE()").await?;
    let discovery = mysql::discovery::SchemaDiscovery::new(db.get_mysql_connection_pool().clone(), &name);
    let schema = discovery.discover().await.map_err(|error| Error::Tables(error.to_string()))?;
    let each = schema.tables.iter().map(|table| {
        let marks = table.columns.iter().filter_map(|column| {
            let kind = match &column.col_type {
                Type::TinyInt(number) if number.maximum == Some(1) => Kind::Bool,
                Type::Bool => Kind::Bool,
                Type::LongText(_) | Type::MediumText(_) => Kind::Text,
                Type::LongBlob | Type::MediumBlob => Kind::Bytes,
                // MariaDB's own type
                Type::Unknown(name) if name.eq_ignore_ascii_case("uuid") => Kind::UuidText,
                _ => return None,
            };
            Some((column.name.clone(), kind))
        });
        let marks = marks.collect();
        (table.write(), marks)
    });
    Ok(each.collect())
}

/// Columns of text that hold JSON: a check says so, on SQLite and MariaDB.
async fn json_columns(db: &DatabaseConnection) -> Result<Vec<(String, String)>> {
    let sql = match db.get_database_backend() {
        DbBackend::Sqlite => "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql LIKE '%JSON_VALID%'",
        DbBackend::MySql => {
            "SELECT t.table_name, c.check_clause FROM information_schema.check_constraints c \
             JOIN information_schema.table_constraints t ON t.constraint_schema = c.constraint_schema \
             AND t.constraint_name = c.constraint_name WHERE c.constraint_schema = DATABASE() \
             AND LOWER(c.check_clause) LIKE '%json_valid%'"
        }
        _ => return Ok(Vec::new()),
    };
    let mut found = Vec::new();
    for row in db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await? {
        let (table, clause): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let lower = clause.to_lowercase();
        for (at, _) in lower.match_indices("json_valid(") {
            let rest = clause[at + "json_valid(".len()..].trim_start_matches(['"', '`', '(']);
            let column: String = rest.chars().take_while(|one| !"\"`)".contains(*one)).collect();
            found.push((table.clone(), column));
        }
    }
    Ok(found)
}

async fn one(db: &DatabaseConnection, sql: &str) -> Result<String> {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    let none = || Error::refused("the address names no database");
    row.ok_or_else(none)?.try_get_by_index::<Option<String>>(0)?.ok_or_else(none)
}
