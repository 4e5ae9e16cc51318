use std::collections::HashSet;

use refrain_entity::{Moment, Secret};
use sea_orm::{
    ConnectionTrait, DbErr, QueryResult, Value,
    sea_query::{Alias, Expr, ExprTrait, Order, Query, SelectStatement},
};

use super::{NamedToken, NewToken, TABLE, digest_of, read::read_ceiling, secret::new_token};
use crate::{
    Db, Error, Result,
    auth::{Auth, Ceiling, User},
    db::{commit, moment},
};

/// The most tokens that a user may have where nothing is said.
pub(crate) const MOST_TOKENS: u64 = 100;

/// The most characters of a name.
const LONGEST_NAME: usize = 100;

/// The most permissions of a ceiling.
const MOST_LABELS: usize = 1000;

/// Why a token is not made: the field that says so, and why.
#[derive(Debug)]
pub(crate) enum Mistake {
    /// What was asked for is wrong.
    Field(&'static str, String),
    /// There are so many already.
    TooMany(u64),
}

impl User {
    /// Makes a token, and tells it: it is stored nowhere, and nobody can tell it again.
    ///
    /// ```
    /// # refrain::doc_example::run(async |refrain::doc_example::Example { db, alice, .. }| {
    /// use refrain::auth::{Ceiling, NewToken};
    ///
    /// let reading = NewToken::new("dashboard").within(Ceiling::new(["drivers.view_car"]));
    /// let (token, secret) = alice.make_token(&db, reading).await?;
    /// println!("{}: {}", token.name, secret.expose());
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// Those of the user's that have ended are deleted by the way. A ceiling that names a permission there is none of is
    /// an error, and so are more than a hundred tokens.
    pub async fn make_token(&self, db: impl Into<Db<'_>>, new: NewToken) -> Result<(NamedToken, Secret)> {
        self.make_token_of(db.into(), new, MOST_TOKENS).await?.map_err(|mistake| {
            Error::invalid(match mistake {
                Mistake::Field(field, sentence) => format!("{field}: {sentence}"),
                Mistake::TooMany(most) => format!("{} has {most} tokens already", self.username),
            })
        })
    }

    /// The same with another bound, and with what is wrong told by field.
    pub(crate) async fn make_token_of(
        &self,
        db: Db<'_>,
        new: NewToken,
        most: u64,
    ) -> Result<std::result::Result<(NamedToken, Secret), Mistake>> {
        self.check_makes_tokens()?;
        let now = Moment::now();
        if let Some(mistake) = new.mistake(self.auth(), db, now).await? {
            return Ok(Err(mistake));
        }
        let secret = new_token();
        let digest = digest_of(secret.expose()).ok_or_else(|| Error::wiring("a token that was just made is none"))?;
        let user = self.key_value(db)?;
        let transaction = db.begin().await?;
        let db = Db::from(&transaction);
        // one after the other, or two requests at once would both find room for one
        let users = Alias::new(&*self.auth().users().table);
        let lock = Query::select()
            .column(Alias::new("id"))
            .from(users)
            .and_where(column("id").eq(user.clone()))
            .lock_exclusive()
            .to_owned();
        if db.query_one(&lock).await?.is_none() {
            return Err(Error::unknown("user", &self.username));
        }
        let ended = Query::delete()
            .from_table(Alias::new(TABLE))
            .and_where(column("user_id").eq(user.clone()))
            .and_where(column("expires_at").lte(moment(now, db.get_database_backend())))
            .to_owned();
        db.execute(&ended).await?;
        let count = Query::select()
            .expr_as(Expr::cust("COUNT(*)"), Alias::new("tokens"))
            .from(Alias::new(TABLE))
            .and_where(column("user_id").eq(user.clone()))
            .to_owned();
        let there: i64 = db.query_one(&count).await?.map_or(Ok(0), |row| row.try_get("", "tokens"))?;
        if u64::try_from(there).unwrap_or(u64::MAX) >= most {
            commit(transaction).await?;
            return Ok(Err(Mistake::TooMany(most)));
        }
        let ceiling = new.ceiling.as_ref().map(|ceiling| ceiling.labels().collect::<Vec<_>>());
        let ceiling = ceiling.map(|labels| serde_json::json!(labels).to_string());
        let values: [(&str, Value); 6] = [
            ("name", new.name.into()),
            ("digest", digest.clone().into()),
            ("created", now.into()),
            ("expires_at", new.expires_at.into()),
            ("ceiling", ceiling.into()),
            ("user_id", user),
        ];
        let insert = Query::insert()
            .into_table(Alias::new(TABLE))
            .columns(values.iter().map(|(name, _)| Alias::new(*name)))
            .values_panic(values.into_iter().map(|(_, value)| Expr::from(value)))
            .to_owned();
        db.execute(&insert).await?;
        let made = db.query_one(&select().and_where(column("digest").eq(digest)).to_owned()).await?;
        let made = read(&made.ok_or_else(|| Error::wiring("a token was made and is not there"))?)?;
        commit(transaction).await?;
        Ok(Ok((made, secret)))
    }

    /// The user's tokens that have not ended, the oldest first.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, alice, .. }| {
    /// use refrain::auth::NewToken;
    ///
    /// let (token, _secret) = alice.make_token(&db, NewToken::new("dashboard")).await?;
    /// assert_eq!(alice.named_tokens(&db).await?, [token]);
    /// # Ok(())
    /// # });
    /// ```
    pub async fn named_tokens(&self, db: impl Into<Db<'_>>) -> Result<Vec<NamedToken>> {
        let db = db.into();
        let lives = column("expires_at").is_null().or(column("expires_at").gt(Moment::now()));
        let statement = select().and_where(column("user_id").eq(self.key_value(db)?)).and_where(lives).to_owned();
        Ok(db.query_all(&statement).await?.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// Revokes one of the user's tokens: requests with it are refused from now on. Was it there?
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, alice, .. }| {
    /// use refrain::auth::NewToken;
    ///
    /// let (token, _secret) = alice.make_token(&db, NewToken::new("dashboard")).await?;
    /// assert!(alice.revoke_named_token(&db, token.id).await?);
    /// assert!(!alice.revoke_named_token(&db, token.id).await?);
    /// # Ok(())
    /// # });
    /// ```
    pub async fn revoke_named_token(&self, db: impl Into<Db<'_>>, id: i64) -> Result<bool> {
        let db = db.into();
        let statement = Query::delete()
            .from_table(Alias::new(TABLE))
            .and_where(column("id").eq(id))
            .and_where(column("user_id").eq(self.key_value(db)?))
            .to_owned();
        let revoked = db.execute_whole(&statement).await?.rows_affected() > 0;
        self.changed();
        Ok(revoked)
    }

    /// Revokes all of them. Returns how many there were.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, alice, .. }| {
    /// use refrain::auth::NewToken;
    ///
    /// alice.make_token(&db, NewToken::new("dashboard")).await?;
    /// assert_eq!(alice.revoke_named_tokens(&db).await?, 1);
    /// # Ok(())
    /// # });
    /// ```
    pub async fn revoke_named_tokens(&self, db: impl Into<Db<'_>>) -> Result<u64> {
        let db = db.into();
        let statement = Query::delete()
            .from_table(Alias::new(TABLE))
            .and_where(column("user_id").eq(self.key_value(db)?))
            .to_owned();
        let revoked = db.execute_whole(&statement).await?.rows_affected();
        self.changed();
        Ok(revoked)
    }
}

impl NewToken {
    async fn mistake(&self, auth: &Auth, db: Db<'_>, now: Moment) -> Result<Option<Mistake>> {
        let field = |field, sentence: String| Ok(Some(Mistake::Field(field, sentence)));
        if self.name.trim().is_empty() {
            return field("name", "This field may not be blank.".to_owned());
        }
        if self.name.chars().count() > LONGEST_NAME {
            return field("name", format!("Ensure this field has no more than {LONGEST_NAME} characters."));
        }
        if self.name.contains('\0') {
            return field("name", "Null characters are not allowed.".to_owned());
        }
        if self.expires_at.is_some_and(|end| end <= now) {
            return field("expires_at", "A token ends in the future.".to_owned());
        }
        let Some(ceiling) = &self.ceiling else { return Ok(None) };
        if ceiling.labels().count() > MOST_LABELS {
            return field("ceiling", format!("Ensure this field has no more than {MOST_LABELS} elements."));
        }
        match auth.unknown_label(db, ceiling).await? {
            Some(label) => field("ceiling", format!("There is no permission {label:?}.")),
            None => Ok(None),
        }
    }
}

impl Auth {
    /// The first label of a ceiling that is no permission's.
    async fn unknown_label<'c>(&self, db: Db<'_>, ceiling: &'c Ceiling) -> Result<Option<&'c str>> {
        if ceiling.labels().next().is_none() {
            return Ok(None);
        }
        // compared here: collations take one text for another
        let known: HashSet<String> = self.permissions(db).await?.iter().map(|permission| permission.label()).collect();
        Ok(ceiling.labels().find(|label| !known.contains(*label)))
    }
}

/// Deletes the tokens that have ended, so many at once. Returns how many there were.
///
/// ```
/// # use refrain::doc_example::Example;
/// # refrain::doc_example::run(async |Example { db, .. }| {
/// use refrain::auth::clear_expired_tokens;
///
/// assert_eq!(clear_expired_tokens(&db, 1000).await?, 0);
/// # Ok(())
/// # });
/// ```
///
/// Nobody is let in by one of them anyway: it is for the room that they take.
pub async fn clear_expired_tokens(db: impl Into<Db<'_>>, batch: u64) -> Result<u64> {
    let db = db.into();
    let mut deleted = 0;
    loop {
        // looked for before they are deleted: not every database bounds a `DELETE`
        let ended = Query::select()
            .column(Alias::new("id"))
            .from(Alias::new(TABLE))
            .and_where(column("expires_at").lte(Moment::now()))
            .limit(Ord::max(batch, 1))
            .to_owned();
        let ended: Vec<i64> =
            db.query_all(&ended).await?.iter().map(|row| row.try_get("", "id")).collect::<Result<_, DbErr>>()?;
        if ended.is_empty() {
            return Ok(deleted);
        }
        let delete = Query::delete().from_table(Alias::new(TABLE)).and_where(column("id").is_in(ended)).to_owned();
        deleted += db.execute_whole(&delete).await?.rows_affected();
    }
}

fn column(name: &'static str) -> Expr {
    Expr::col(Alias::new(name))
}

fn select() -> SelectStatement {
    Query::select()
        .columns(["id", "name", "created", "expires_at", "last_used", "ceiling"].map(Alias::new))
        .from(Alias::new(TABLE))
        .order_by(Alias::new("id"), Order::Asc)
        .to_owned()
}

fn read(row: &QueryResult) -> Result<NamedToken, DbErr> {
    Ok(NamedToken {
        id: row.try_get("", "id")?,
        name: row.try_get("", "name")?,
        created: row.try_get("", "created")?,
        expires_at: row.try_get("", "expires_at")?,
        last_used: row.try_get("", "last_used")?,
        ceiling: read_ceiling(row.try_get("", "ceiling")?)?,
    })
}
