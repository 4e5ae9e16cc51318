//! The rows of `django_session`.

use refrain_entity::{Moment, Secret, session};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};
use subtle::ConstantTimeEq;

use super::{
    SALT, Session, Sessions,
    data::Data,
    session::{is_key, new_key},
    signing::{sign, unsign},
};
use crate::{
    Db, Error, Result,
    db::{commit, moment, roll_back},
};

impl Sessions {
    /// The session with this key, as a cookie has it; `None` where there is none that has not ended.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, .. }| {
    /// use refrain::sessions::{SecretKey, Sessions};
    ///
    /// let sessions = Sessions::new(SecretKey::random());
    /// assert!(sessions.load(&db, "q6o5m3bxk1l2d5z7h8t9v0w1y2a3c4e5").await?.is_none());
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// One whose data cannot be read, or was signed by nobody, is empty (CONTRACT 5.8).
    pub async fn load(&self, db: impl Into<Db<'_>>, key: &str) -> Result<Option<Session>> {
        if !is_key(key) {
            return Ok(None);
        }
        let row = session::Entity::find()
            .filter(session::Column::SessionKey.eq(key))
            .filter(session::Column::ExpireDate.gt(Moment::now()))
            .one(&db.into())
            .await?;
        // MariaDB's collations find `ABC` for `abc`
        let row = row.filter(|row| row.session_key.expose().as_bytes().ct_eq(key.as_bytes()).into());
        Ok(row.map(|row| {
            let payload = unsign(self.key(), SALT, row.session_data.expose());
            let data = payload.and_then(Data::of_payload).unwrap_or_else(|| {
                tracing::warn!(
                    "the data of a session cannot be read, or was signed by another key: it counts as empty"
                );
                Data::default()
            });
            Session { key: Some(row.session_key), data }
        }))
    }

    /// Writes a session: a new one under a key of its own, another where it was.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, .. }| {
    /// use refrain::sessions::{SecretKey, Session, Sessions};
    ///
    /// let sessions = Sessions::new(SecretKey::random());
    /// let mut session = Session::default();
    /// session.set("cart", [7, 8]);
    /// sessions.save(&db, &mut session).await?;
    /// assert!(sessions.cycle_key(&db, &mut session).await?);
    /// sessions.flush(&db, session).await?;
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// It then lasts as long as a new one. One that was ended meanwhile, by a log-out say, stays ended: that is an error.
    pub async fn save(&self, db: impl Into<Db<'_>>, session: &mut Session) -> Result<()> {
        let db = db.into();
        let Some(key) = &session.key else {
            session.key = Some(self.insert_whole(db, session).await?);
            return Ok(());
        };
        let update = session::Entity::update_many()
            .set(session::ActiveModel {
                session_data: Set(self.signed(session)?),
                expire_date: Set(session.expires(self.settings().age)),
                ..Default::default()
            })
            .filter(session::Column::SessionKey.eq(key.clone()))
            .into_query();
        match db.execute_whole(&update).await?.rows_affected() {
            0 => Err(Error::invalid("the session was ended meanwhile")),
            _ => Ok(()),
        }
    }

    /// Gives a session another key and writes it; what has the old key finds nothing any more. Was it still there?
    ///
    /// One that was ended meanwhile stays ended.
    pub async fn cycle_key(&self, db: impl Into<Db<'_>>, session: &mut Session) -> Result<bool> {
        let transaction = db.into().begin().await?;
        let db = Db::from(&transaction);
        if let Some(key) = &session.key
            && !delete(db, key).await?
        {
            roll_back(transaction).await?;
            return Ok(false);
        }
        let key = self.insert(db, session).await?;
        commit(transaction).await?;
        session.key = Some(key);
        Ok(true)
    }

    /// Ends a session: its row goes, and all that it held.
    #[doc(alias = "delete")]
    pub async fn flush(&self, db: impl Into<Db<'_>>, session: Session) -> Result<()> {
        match session.key {
            Some(key) => self.flush_key(db.into(), key.expose()).await,
            None => Ok(()),
        }
    }

    /// The same by the key, as a cookie has it, whoever's it is.
    pub(crate) async fn flush_key(&self, db: Db<'_>, key: &str) -> Result<()> {
        if is_key(key) {
            let delete = session::Entity::delete_many().filter(session::Column::SessionKey.eq(key)).into_query();
            db.execute_whole(&delete).await?;
        }
        Ok(())
    }

    /// Writes it as a new row, whose key is told.
    pub(super) async fn insert(&self, db: Db<'_>, session: &Session) -> Result<Secret> {
        let (key, insert) = self.inserting(session)?;
        db.execute(&insert).await?;
        Ok(key)
    }

    async fn insert_whole(&self, db: Db<'_>, session: &Session) -> Result<Secret> {
        let (key, insert) = self.inserting(session)?;
        db.execute_whole(&insert).await?;
        Ok(key)
    }

    fn inserting(&self, session: &Session) -> Result<(Secret, sea_orm::sea_query::InsertStatement)> {
        let key = new_key();
        let row = session::ActiveModel {
            session_key: Set(key.clone()),
            session_data: Set(self.signed(session)?),
            expire_date: Set(session.expires(self.settings().age)),
        };
        Ok((key, session::Entity::insert(row).into_query()))
    }

    fn signed(&self, session: &Session) -> Result<Secret> {
        let payload = session.data.to_payload().ok_or_else(|| Error::invalid("a session holds too much"))?;
        let now = u64::try_from(Moment::now().to_utc().timestamp()).unwrap_or_default();
        Ok(sign(self.key(), SALT, &payload, now).into())
    }
}

/// Deletes a row. Was it there?
pub(super) async fn delete(db: Db<'_>, key: &Secret) -> Result<bool> {
    let delete = session::Entity::delete_many().filter(session::Column::SessionKey.eq(key.clone())).into_query();
    Ok(db.execute(&delete).await?.rows_affected() > 0)
}

/// How many rows a clean-up deletes at once where nothing is said.
pub const BATCH: u64 = 1000;

/// Deletes the sessions that have ended, so many at once. Returns how many there were.
///
/// ```
/// # use refrain::doc_example::Example;
/// # refrain::doc_example::run(async |Example { db, .. }| {
/// use refrain::sessions::{BATCH, clear_expired};
///
/// assert_eq!(clear_expired(&db, BATCH).await?, 0);
/// # Ok(())
/// # });
/// ```
///
/// Nobody is let in by one of them anyway: it is for the room that they take.
#[doc(alias = "clearsessions")]
pub async fn clear_expired(db: impl Into<Db<'_>>, batch: u64) -> Result<u64> {
    let db = db.into();
    let ended = || session::Entity::find().filter(session::Column::ExpireDate.lt(Moment::now()));
    let mut deleted = 0;
    loop {
        // looked for before they are deleted: not every database bounds a `DELETE`
        let keys: Vec<Secret> = ended()
            .select_only()
            .column(session::Column::SessionKey)
            .limit(Ord::max(batch, 1))
            .into_tuple()
            .all(&db)
            .await?;
        if keys.is_empty() {
            return Ok(deleted);
        }
        let delete = session::Entity::delete_many()
            .filter(session::Column::SessionKey.is_in(keys))
            // one may have been saved since
            .filter(Expr::col(session::Column::ExpireDate).lt(moment(Moment::now(), db.get_database_backend())))
            .into_query();
        deleted += db.execute_whole(&delete).await?.rows_affected();
    }
}
