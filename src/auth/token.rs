use rand::RngExt;
use refrain_entity::Moment;
use sea_orm::{
    ConnectionTrait, SqlErr, Value,
    sea_query::{Alias, Expr, ExprTrait, Query},
};

use super::{Auth, Lookup, User, named_token::digest_of};
use crate::{Db, Error, Result};

/// DRF's tokens: one for a user, 40 hexadecimal digits (CONTRACT 5.27).
impl Auth {
    /// The user whose token this is, with the permissions they hold, in one statement.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, auth, alice, .. }| {
    /// let token = alice.token(&db).await?;
    /// assert_eq!(auth.user_by_token(&db, &token).await?.unwrap().username, "alice");
    /// # Ok(())
    /// # });
    /// ```
    pub async fn user_by_token(&self, db: impl Into<Db<'_>>, key: &str) -> Result<Option<User>> {
        Ok(self.load(db.into(), Lookup::Token(key)).await?)
    }

    /// The user whose [named token](super::NamedToken) this is, within its ceiling, in one statement; `None` where it was
    /// revoked or has ended, or is none.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, auth, alice, .. }| {
    /// use refrain::auth::NewToken;
    ///
    /// let (_, secret) = alice.make_token(&db, NewToken::new("dashboard")).await?;
    /// assert_eq!(auth.user_by_named_token(&db, secret.expose()).await?.unwrap().username, "alice");
    /// # Ok(())
    /// # });
    /// ```
    pub async fn user_by_named_token(&self, db: impl Into<Db<'_>>, token: &str) -> Result<Option<User>> {
        match digest_of(token) {
            Some(digest) => Ok(self.load(db.into(), Lookup::NamedToken(&digest)).await?),
            None => Ok(None),
        }
    }
}

impl User {
    /// The user's token; made where there is none.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, alice, .. }| {
    /// let token = alice.token(&db).await?;
    /// assert_eq!(alice.token(&db).await?, token);
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// An error within a [ceiling](User::within): it has none.
    pub async fn token(&self, db: impl Into<Db<'_>>) -> Result<String> {
        self.check_makes_tokens()?;
        let db = db.into();
        if let Some(key) = self.find_token(db).await? {
            return Ok(key);
        }
        let key = hex::encode(rand::rng().random::<[u8; 20]>());
        let statement = Query::insert()
            .into_table(table())
            .columns(["key", "created", "user_id"].map(Alias::new))
            .values_panic([key.clone().into(), Expr::from(Value::from(Moment::now())), self.key_value(db)?.into()])
            .to_owned();
        match db.execute_whole(&statement).await {
            Ok(_) => Ok(key),
            // somebody else made it between the look and the insert
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
                self.find_token(db).await?.ok_or_else(|| Error::from(error))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Takes the user's token away; requests with it are refused from now on.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, auth, alice, .. }| {
    /// let token = alice.token(&db).await?;
    /// alice.revoke_token(&db).await?;
    /// assert!(auth.user_by_token(&db, &token).await?.is_none());
    /// # Ok(())
    /// # });
    /// ```
    pub async fn revoke_token(&self, db: impl Into<Db<'_>>) -> Result<()> {
        let db = db.into();
        let statement = Query::delete().from_table(table()).and_where(user_is(self.key_value(db)?)).to_owned();
        db.execute_whole(&statement).await?;
        self.changed();
        Ok(())
    }

    async fn find_token(&self, db: Db<'_>) -> Result<Option<String>> {
        let statement =
            Query::select().column(Alias::new("key")).from(table()).and_where(user_is(self.key_value(db)?)).to_owned();
        Ok(db.query_one(&statement).await?.map(|row| row.try_get("", "key")).transpose()?)
    }
}

fn table() -> Alias {
    Alias::new("authtoken_token")
}

fn user_is(key: Value) -> Expr {
    Expr::col(Alias::new("user_id")).eq(key)
}
