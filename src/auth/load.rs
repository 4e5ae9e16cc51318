use std::sync::Arc;

use refrain_entity::Moment;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement, Value};
use subtle::ConstantTimeEq;

use super::{
    Asked, Auth, User, UserId,
    held::{Held, Known},
    joined_row::{JoinedRow, Read, Text},
    named_token::{COLUMNS, TokenRow},
    snapshots::Credential,
    statements::USER,
};
use crate::{Db, db::Isolation};

/// By what a user is looked for.
pub(crate) enum Lookup<'a> {
    Id(UserId),
    Username(&'a str),
    Token(&'a str),
    /// A name that somebody else vouched for.
    #[cfg(feature = "openid")]
    VouchedFor(&'a str),
    /// of a token with a name, its digest
    NamedToken(&'a str),
}

impl Auth {
    /// A user and the permissions they hold, directly and through groups: as they are kept, where this handle may look
    /// there and what is kept counts, and else loaded in one statement: all that they hold or, where this handle is
    /// [asking](Auth::asking), those that are asked.
    pub(crate) async fn load(&self, db: Db<'_>, lookup: Lookup<'_>) -> Result<Option<User>, DbErr> {
        let db = db.of_identity();
        let keeping = self.kept(db).and_then(|kept| Some((kept, Credential::of(&lookup)?)));
        let Some((kept, credential)) = keeping else {
            return Ok(self.load_now(db, lookup, self.asked()).await?.and_then(|found| found.open(self, db)));
        };
        if let Some(snapshot) = kept.find(self, &credential) {
            let found = Found { user: snapshot.user(self), token: snapshot.token.clone() };
            return Ok(found.open(self, db));
        }
        let reading = kept.reading(self);
        // whatever the next request asks
        let Some(found) = self.load_now(db, lookup, None).await? else { return Ok(None) };
        if let Some(known) = found.user.known_held() {
            kept.keep(credential, reading, &found.user, known, found.token.clone());
        }
        Ok(found.open(self, db))
    }

    async fn load_now(
        &self,
        db: Db<'_>,
        lookup: Lookup<'_>,
        asked: Option<&Arc<Asked>>,
    ) -> Result<Option<Found>, DbErr> {
        // read before the statement: a grant made while it runs makes the user ask again
        let as_of = self.grants_made();
        let on = db.get_database_backend();
        let statements = self.statements(on).loading(asked);
        let (sql, value) = match &lookup {
            Lookup::Id(id) => (&statements.by_id, id.value(on)),
            Lookup::Username(name) => (&statements.by_username, Value::from(*name)),
            #[cfg(feature = "openid")]
            Lookup::VouchedFor(name) => (&statements.by_username, Value::from(*name)),
            Lookup::Token(key) => (&statements.by_token, Value::from(*key)),
            Lookup::NamedToken(digest) => (&statements.by_named_token, Value::from(*digest)),
        };
        let text = match &lookup {
            Lookup::Username(text) | Lookup::Token(text) => *text,
            #[cfg(feature = "openid")]
            Lookup::VouchedFor(text) => text,
            Lookup::Id(_) | Lookup::NamedToken(_) => "",
        };
        if text.contains('\0') {
            return Ok(None);
        }
        // who gives a name has to prove it yet, and reads nothing before
        let joined = self.joined(db).filter(|_| !matches!(lookup, Lookup::Username(_)));
        let Some(row) = db.query_one_raw(statement(on, sql, asked, joined.map(|row| &**row), value)).await? else {
            return Ok(None);
        };
        let behind = match lookup {
            Lookup::Id(_) | Lookup::Username(_) => 0,
            #[cfg(feature = "openid")]
            Lookup::VouchedFor(_) => 0,
            Lookup::Token(_) => 1,
            Lookup::NamedToken(_) => COLUMNS.len(),
        };
        let user = self.read_user(&row, on, USER + behind, asked, as_of)?;
        let token = match lookup {
            Lookup::NamedToken(_) => Some(TokenRow::read(&row, USER)?),
            _ => None,
        };
        // MariaDB's collations find `Alice ` for `alice`; names and tokens are exact here
        let exact = match (lookup, &token) {
            (Lookup::Id(_), _) => true,
            (Lookup::Username(name), _) => user.username == name,
            #[cfg(feature = "openid")]
            (Lookup::VouchedFor(name), _) => user.username == name,
            (Lookup::Token(key), _) => row.try_get_by_index::<String>(USER)?.as_bytes().ct_eq(key.as_bytes()).into(),
            (Lookup::NamedToken(digest), Some(token)) => token.is_of(digest),
            (Lookup::NamedToken(_), None) => false,
        };
        if !exact {
            return Ok(None);
        }
        if let Some(of) = joined.cloned() {
            user.remember_joined(Read { row, of, as_of });
        }
        Ok(Some(Found { user, token }))
    }

    /// The same by key as a write's first look at its caller: it tells too whether the transaction is READ COMMITTED.
    pub(crate) async fn load_in_write(
        &self,
        db: Db<'_>,
        id: UserId,
        asked: Option<&Arc<Asked>>,
    ) -> Result<Option<(User, bool)>, DbErr> {
        let as_of = self.grants_made();
        let on = db.get_database_backend();
        let statements = self.statements(on).loading(asked);
        let statement = statement(on, &statements.by_id_in_write, asked, None, id.value(on));
        let Some(row) = db.query_one_raw(statement).await? else { return Ok(None) };
        let user = self.read_user(&row, on, USER + 1, asked, as_of)?;
        Ok(Some((user, Isolation::is_read_committed(&row)?)))
    }

    /// The permissions a user holds now, of those asked for or all; `None` where the user is gone.
    pub(super) async fn load_held(
        &self,
        db: Db<'_>,
        id: UserId,
        asked: Option<&Arc<Asked>>,
    ) -> Result<Option<Held>, DbErr> {
        let db = db.of_identity();
        let on = db.get_database_backend();
        if asks_nothing(asked) {
            return Ok(Some(Held::default()));
        }
        let statements = self.statements(on).loading(asked);
        let statement = statement(on, &statements.held, asked, None, id.value(on));
        db.query_one_raw(statement).await?.map(|row| Held::read(&row, 1)).transpose()
    }

    /// Reads a row whose columns of what is held begin at `held`.
    pub(super) fn read_user(
        &self,
        row: &QueryResult,
        on: DbBackend,
        held: usize,
        asked: Option<&Arc<Asked>>,
        as_of: u64,
    ) -> Result<User, DbErr> {
        // by place: a name is looked up, and copied, for each column of each row
        let id = UserId::read(row, 0, self.users().key, on)?;
        let mut user = User::known(self, on, id, row.try_get_by_index(1)?);
        user.first_name = row.try_get_by_index(2)?;
        user.last_name = row.try_get_by_index(3)?;
        user.email = row.try_get_by_index(4)?;
        user.is_active = row.try_get_by_index(5)?;
        user.is_staff = row.try_get_by_index(6)?;
        user.is_superuser = row.try_get_by_index(7)?;
        user.remember_flags();
        user.last_login = row.try_get_by_index::<Option<Moment>>(8)?;
        user.date_joined = row.try_get_by_index::<Option<Moment>>(9)?;
        user.remember_password(row.try_get_by_index(10)?);
        let read = if asks_nothing(asked) { Held::default() } else { Held::read(row, held)? };
        user.remember_asked(asked.cloned());
        user.remember_held(Known { held: Arc::new(read), asked: asked.cloned(), as_of });
        Ok(user)
    }
}

/// A user, and the token with a name that they were found by.
struct Found {
    user: User,
    token: Option<TokenRow>,
}

impl Found {
    /// The user as far as the token stands for them; nobody where it has ended.
    fn open(self, auth: &Auth, db: Db<'_>) -> Option<User> {
        let Some(token) = self.token else { return Some(self.user) };
        let now = Moment::now();
        if token.has_ended(now) {
            return None;
        }
        if self.user.is_active {
            auth.last_used().note(db, token.id, token.last_used, now);
        }
        Some(token.stands_for(self.user))
    }
}

fn asks_nothing(asked: Option<&Arc<Asked>>) -> bool {
    asked.is_some_and(|asked| asked.is_empty())
}

/// With what is asked for in its places, a row that is read too, and what the user is found by.
fn statement(
    on: DbBackend,
    text: &Text,
    asked: Option<&Arc<Asked>>,
    joined: Option<&JoinedRow>,
    found_by: Value,
) -> Statement {
    let mut values: Vec<Value> = Vec::new();
    if let Some(asked) = asked {
        values.extend(asked.values());
        // there they are named twice: where it is held directly, and through groups
        if on == DbBackend::MySql {
            values.extend(asked.values());
        }
    }
    let (sql, values) = text.with(joined, values, found_by);
    Statement::from_sql_and_values(on, sql, values)
}
