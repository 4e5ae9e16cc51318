//! Logging in, and being the one who logged in.

use refrain_entity::Secret;

use super::{Session, Sessions, rows::delete, secret_key::SignedBy};
use crate::{
    Db, Error, Result,
    auth::{User, UserId},
    db::commit,
};

/// The salt of the digest of a password (CONTRACT 5.10).
const PASSWORD: &str = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash";

impl Sessions {
    /// Logs a user in: gives the session that they had a new key, in which it is written who they are.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, mut alice, .. }| {
    /// use refrain::sessions::{SecretKey, Session, Sessions};
    ///
    /// let sessions = Sessions::new(SecretKey::random());
    /// let mut visitor = Session::default();
    /// visitor.set("cart", [7, 8]);
    /// let session = sessions.log_in(&db, visitor, &mut alice).await?;
    /// assert!(session.get("cart").is_some());
    /// assert!(alice.last_login.is_some());
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// What an anonymous visitor's session held is kept; what another user's held is not (CONTRACT 5.12). The old key
    /// finds nothing any more, so that whoever knew it, or had set it, is not logged in. `last_login` is written as
    /// Django writes it, in the same transaction. Whether the password was right, or a server in front vouched, is for
    /// the caller to know.
    #[doc(alias = "login")]
    pub async fn log_in(&self, db: impl Into<Db<'_>>, session: Session, user: &mut User) -> Result<Session> {
        let db = db.into();
        user.check_makes_tokens()?;
        let id = user.id().filter(|_| user.is_active);
        let id = id.ok_or_else(|| Error::invalid("somebody who is inactive, or nobody, cannot log in"))?;
        let hash = self.hash(user.password());
        let Session { key: old, data } = session;
        let mut session = Session { key: None, data };
        if !self.is_of(&session, id, &hash, user) {
            session.data = Default::default();
        }
        let transaction = db.begin().await?;
        let writing = Db::from(&transaction);
        // one that was ended meanwhile leaves nothing
        if !had(writing, old.as_ref()).await? {
            session.data = Default::default();
        }
        session.remember(id, self.backend(), &hash);
        let key = self.insert(writing, &session).await?;
        user.write_last_login(writing).await?;
        commit(transaction).await?;
        session.key = Some(key);
        Ok(session)
    }

    /// May this user go on with what the session holds: an anonymous visitor's, or their own?
    fn is_of(&self, session: &Session, id: UserId, hash: &str, user: &User) -> bool {
        match session.logged_in() {
            None => session.get("_auth_user_id").is_none(),
            Some(before) => {
                let is_theirs = UserId::parse(&before.user, user.auth().users().key) == Some(id);
                is_theirs && before.hash.as_deref() == Some(hash)
            }
        }
    }

    /// Is the password still the one that this digest was made of? By which key it was made is told.
    pub(crate) fn fits(&self, hash: Option<&str>, user: &User) -> Option<SignedBy> {
        self.key().digested_by(PASSWORD, user.password(), hash?)
    }

    /// Writes the session anew, under another key, with the digest of today's key. Was it still there?
    pub(crate) async fn renew(&self, db: Db<'_>, session: &mut Session, user: &User) -> Result<bool> {
        let (Some(id), Some(before)) = (user.id(), session.logged_in()) else { return Ok(false) };
        session.remember(id, &before.backend, &self.hash(user.password()));
        self.cycle_key(db, session).await
    }

    /// Did this user log in in the session, and is their password still the one they had then?
    pub(crate) fn is_in(&self, session: &Session, user: &User) -> bool {
        session.logged_in().zip(user.id()).is_some_and(|(before, id)| {
            self.accepts(&before.backend)
                && UserId::parse(&before.user, user.auth().users().key) == Some(id)
                && self.fits(before.hash.as_deref(), user).is_some()
        })
    }

    /// Lets a session go on whose user has another password from now on, stored as this, under another key: as Django's
    /// `update_session_auth_hash`. Was it still there?
    ///
    /// Within a transaction of the caller's. It begins none of its own: one that is still committed by itself while its
    /// request was given up would be in the way of the other's end.
    pub(crate) async fn go_on(&self, within: Db<'_>, session: &mut Session, stored: &str) -> Result<bool> {
        let Some(key) = &session.key else { return Ok(false) };
        if !delete(within, key).await? {
            return Ok(false);
        }
        session.remember_hash(&self.hash(stored));
        session.key = Some(self.insert(within, session).await?);
        Ok(true)
    }

    fn hash(&self, stored: &str) -> String {
        self.key().hex_digest(PASSWORD, stored)
    }
}

/// Takes the old row away. A session that has none is no worse for it.
async fn had(db: Db<'_>, key: Option<&Secret>) -> Result<bool> {
    match key {
        Some(key) => delete(db, key).await,
        None => Ok(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{auth::Auth, sessions::SecretKey};

    fn alice(password: &str) -> User {
        User::known_for_test(&Auth::default(), 1, "alice", password)
    }

    /// One in which alice logged in while this was her stored password.
    fn session_of_alice(sessions: &Sessions, password: &str) -> Session {
        let mut session = Session::default();
        session.remember(1.into(), sessions.backend(), &sessions.hash(password));
        session
    }

    #[test]
    fn a_session_is_its_users_while_their_password_is_the_same() {
        let sessions = Sessions::new(SecretKey::new("secret-for-vectors").expect("a key"));
        let session = session_of_alice(&sessions, "hash");
        assert!(sessions.is_in(&session, &alice("hash")));
        assert!(!sessions.is_in(&session, &alice("another hash")));
        assert!(!sessions.is_in(&session, &User::known_for_test(&Auth::default(), 2, "bob", "hash")));
        assert!(!sessions.is_in(&session, &User::anonymous(&Auth::default())));
        assert!(!sessions.is_in(&Session::default(), &alice("hash")));
        let mut elsewhere = Session::default();
        elsewhere.remember(1.into(), "a.backend.of.its.own", &sessions.hash("hash"));
        assert!(!sessions.is_in(&elsewhere, &alice("hash")));
    }

    #[test]
    fn what_a_session_holds_is_kept_for_its_own_user_alone() {
        let sessions = Sessions::new(SecretKey::new("secret-for-vectors").expect("a key"));
        let (hash, session) = (sessions.hash("hash"), session_of_alice(&sessions, "hash"));
        let is_of = |session: &Session, id: i64, hash: &str| sessions.is_of(session, id.into(), hash, &alice("hash"));
        assert!(is_of(&session, 1, &hash) && is_of(&Session::default(), 1, &hash));
        assert!(!is_of(&session, 2, &hash) && !is_of(&session, 1, &sessions.hash("another hash")));
        // one that names somebody, and not how they came in
        let mut half = Session::default();
        half.set("_auth_user_id", "1");
        assert!(!is_of(&half, 1, &hash));
    }

    #[test]
    fn a_password_is_digested_as_django_does() {
        let digest =
            SecretKey::new("secret-for-vectors").expect("a key").hex_digest(PASSWORD, "pbkdf2_sha256$1000$abc$def");
        assert_eq!(digest, "dd7de6208ca40f6cd9a121522de9194f3fd0c2322da98c956fe8d414aaa73f82");
    }
}
