use poem::Request;
use poem_openapi::OpenApi;

use super::{Done, committed, mistakes};
use crate::{
    Error,
    api::{CallerSession, Guarded, LimitedAuth, Valid, credentials::MOST_BYTES},
    db::{begin_write, roll_back},
    http::Problem,
    permission::IsAuthenticated,
    serializer::Serializer,
};

/// `POST /auth/password`: who knows their password gives themselves another.
///
/// ```
/// use refrain::{Api, ChangePassword, ObtainToken};
///
/// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
/// let api = Api::new("Drivers", "1.0", db).with(ObtainToken).with(ChangePassword).build()?;
/// # let _ = api;
/// # Ok(())
/// # });
/// ```
///
/// It answers 204. The session that the request came with goes on, under another key; every other session of the user is
/// over, and so is every link that resets the password. Tokens stay valid, as in Django: where the old password may be in
/// other hands, end them by [`User::revoke_token`](crate::auth::User::revoke_token).
///
/// A wrong old password counts as one at a log-in does, and what the new one must be like is said by
/// [`Auth::with_password_validators`](crate::auth::Auth::with_password_validators).
#[doc(alias("PasswordChangeView", "update_session_auth_hash"))]
#[derive(Clone, Copy, Debug)]
pub struct ChangePassword;

/// The password somebody has, and the one they want.
#[derive(Serializer)]
struct PasswordChange {
    /// The password they have.
    #[serializer(length(1..))]
    old_password: String,
    /// The password they want.
    #[serializer(length(1..))]
    new_password: String,
}

const WRONG: (&str, &str) = ("old_password", "Your old password was entered incorrectly. Please enter it again.");

#[OpenApi]
impl ChangePassword {
    /// Change the password
    #[oai(path = "/auth/password", method = "post", operation_id = "auth_password")]
    async fn change(
        &self,
        caller: Guarded<IsAuthenticated>,
        users: LimitedAuth,
        request: &Request,
        change: Valid<PasswordChange, MOST_BYTES>,
    ) -> Result<Done, Problem> {
        let PasswordChange { old_password, new_password } = change.0;
        let (site, db) = (&users.site, &users.site.db);
        let user = caller.reload(db).await?.filter(|user| user.is_active);
        let mut user = user.ok_or_else(|| site.inactive_user())?;
        let is_right = users.confirm_password(&user, &old_password).await?;
        let mut refused = mistakes(&users, "new_password", &new_password, (&user).into()).await?;
        if !is_right {
            refused.push((WRONG.0, WRONG.1.to_owned()));
        }
        if !refused.is_empty() {
            return Err(Problem::invalid(refused));
        }
        let stored = users.passwords().hash(&new_password).await.map_err(Error::from)?;

        let session = CallerSession::sent(request, site);
        let mut own = match &session {
            Some(session) => session.logged_in(&user).await?,
            None => None,
        };
        let transaction = begin_write(db).await?;
        let writing = (&transaction).into();
        // in the order in which a log-in writes them: two at once do not wait for each other
        if let (Some(session), Some(going_on)) = (&session, &mut own)
            && !session.go_on(writing, going_on, &stored).await?
        {
            // it was ended meanwhile, and stays so
            own = None;
        }
        if !user.replace_password(writing, stored).await? {
            roll_back(transaction).await?;
            return Err(Problem::invalid([WRONG]));
        }
        committed(transaction).await?;
        user.changed();
        if let (Some(session), Some(own)) = (session, own) {
            session.keep(&own);
        }
        Ok(Done::Done)
    }
}
