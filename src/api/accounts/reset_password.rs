use std::{sync::Arc, time::Duration};

use poem_openapi::OpenApi;

use super::{Accepted, Done, INVALID_LINK, committed, email, mistakes};
use crate::{
    Error, Result,
    accounts::{LinkTokens, Mailer, Outbox, PasswordReset, uid_of, user_of},
    api::{Guarded, LimitedAuth, Valid, credentials::MOST_BYTES},
    auth::User,
    db::{begin_write, roll_back},
    http::{Problem, Site, WHOLE_BODY},
    permission::AllowAny,
    serializer::Serializer,
    sessions::SecretKey,
    throttle::{Rate, Recipients},
};

/// `POST /auth/password/reset` and `POST /auth/password/reset/confirm`: who cannot log in gets a link, and with it another
/// password.
///
/// ```
/// use refrain::{Api, ResetPassword, accounts::PasswordReset, sessions::SecretKey};
///
/// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
/// # let key = SecretKey::random();
/// let reset = ResetPassword::new(key, |reset: PasswordReset| async move {
///     println!("to {}: https://example.com/reset/{}/{}", reset.user.email, reset.uid, reset.token.expose());
///     Ok(())
/// });
/// let api = Api::new("Drivers", "1.0", db).with(reset).build()?;
/// # let _ = api;
/// # Ok(())
/// # });
/// ```
///
/// The first takes an address and answers 202, whoever has it or nobody: in the same words, and before it was looked for.
/// Whoever is active, has it as theirs and has a password to log in by is then sent a link, behind the answer. The second
/// takes what the link holds and the new password, and answers 204. The links are Django's own: those of a site beside with
/// the same key work here, and the other way round. Each works once, for three days, until a log-in or a change of password
/// or address.
///
/// Sessions of before are over; tokens stay valid, as in Django. Nobody is logged in. Either route counts as a try for a
/// password from the caller's address, and an address is written to five times an hour at most.
#[doc(alias("PasswordResetView", "PasswordResetConfirmView", "PasswordResetTokenGenerator"))]
pub struct ResetPassword {
    tokens: LinkTokens,
    mailer: Mailer<PasswordReset>,
    outbox: Outbox,
    recipients: Recipients,
}

impl ResetPassword {
    /// Signs links by this key, and has them sent by this closure.
    pub fn new<F, S>(key: SecretKey, send: F) -> Self
    where
        F: Fn(PasswordReset) -> S + Send + Sync + 'static,
        S: Future<Output = Result<()>> + Send + 'static,
    {
        Self {
            tokens: LinkTokens::resetting(key),
            mailer: Mailer::new(send),
            outbox: Outbox::default(),
            recipients: Recipients::of("reset mail to"),
        }
    }

    /// How long a link works; three days where nothing is said.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use refrain::{ResetPassword, throttle::Rate};
    ///
    /// fn shorter(reset: ResetPassword) -> ResetPassword {
    ///     reset.lasting(Duration::from_secs(60 * 60)).mails(Rate::per_day(3))
    /// }
    /// ```
    #[doc(alias = "PASSWORD_RESET_TIMEOUT")]
    #[must_use]
    pub fn lasting(self, lasting: Duration) -> Self {
        Self { tokens: self.tokens.lasting(lasting), ..self }
    }

    /// How often one address is written to at most; five times an hour where nothing is said.
    #[must_use]
    pub fn mails(self, rate: Rate) -> Self {
        Self { recipients: self.recipients.at(rate), ..self }
    }
}

/// Who wants another password.
#[derive(Serializer)]
struct ResetRequest {
    /// The address of the account.
    #[serializer(length(1..=254), with = email)]
    email: String,
}

/// What a link holds, and the password somebody wants.
#[derive(Serializer)]
struct ResetConfirmation {
    /// Names the user.
    #[serializer(length(1..))]
    uid: String,
    /// Shows that the link was sent.
    #[serializer(length(1..))]
    token: String,
    /// The password they want.
    #[serializer(length(1..))]
    new_password: String,
}

#[OpenApi]
impl ResetPassword {
    /// Ask for a link that resets the password
    #[oai(path = "/auth/password/reset", method = "post", operation_id = "auth_password_reset")]
    async fn ask(
        &self,
        _open: Guarded<AllowAny>,
        users: LimitedAuth,
        asked: Valid<ResetRequest, MOST_BYTES>,
    ) -> Result<Accepted, Problem> {
        let email = asked.0.email.trim().to_owned();
        users.begin("reset", &email).await?;
        self.recipients.count(&users.site.counts, &email).await?;
        let work = send_links(users.site.clone(), self.tokens.clone(), self.mailer.clone(), email);
        self.outbox.post(work)?;
        Ok(Accepted::Accepted)
    }

    /// Choose another password by a link
    #[oai(path = "/auth/password/reset/confirm", method = "post", operation_id = "auth_password_reset_confirm")]
    async fn confirm(
        &self,
        _open: Guarded<AllowAny>,
        users: LimitedAuth,
        confirmation: Valid<ResetConfirmation, MOST_BYTES>,
    ) -> Result<Done, Problem> {
        let ResetConfirmation { uid, token, new_password } = confirmation.0;
        // the token and not the user: a stranger keeps nobody from a link that they have
        let tried = users.begin("confirm", &token).await?;
        let (site, db) = (&users.site, &users.site.db);
        let mut user = match user_of(&uid, site.auth.users().key) {
            Some(id) => site.auth.user_by_id(db, id).await?.filter(|user| user.is_active),
            None => None,
        }
        .unwrap_or_else(|| User::anonymous(&site.auth));
        if !self.tokens.check(&user, &token) {
            return Err(Problem::invalid([(WHOLE_BODY, INVALID_LINK)]));
        }
        if let Some(tried) = tried {
            tried.take_back().await;
        }
        // only who has the link is told anything that depends on the user
        let refused = mistakes(&users, "new_password", &new_password, (&user).into()).await?;
        if !refused.is_empty() {
            return Err(Problem::invalid(refused));
        }
        let stored = users.passwords().hash(&new_password).await.map_err(Error::from)?;
        let transaction = begin_write(db).await?;
        // of two at once the second finds another password, and its link has been used
        if !user.replace_password((&transaction).into(), stored).await? {
            roll_back(transaction).await?;
            return Err(Problem::invalid([(WHOLE_BODY, INVALID_LINK)]));
        }
        committed(transaction).await?;
        user.changed();
        Ok(Done::Done)
    }
}

/// Sends a link to everybody whose address this is.
async fn send_links(
    site: Arc<Site>,
    tokens: LinkTokens,
    mailer: Mailer<PasswordReset>,
    email: String,
) -> Result<(), Error> {
    for user in site.auth.users_to_reset((&site.db).into(), &email).await? {
        let Some(id) = user.id() else { continue };
        let (uid, token) = (uid_of(id), tokens.make(&user));
        // one that cannot be written to keeps nobody else waiting
        if let Err(error) = mailer.send(PasswordReset { user, uid, token }).await {
            tracing::error!(%error, user = %id, "a link could not be sent");
        }
    }
    Ok(())
}
