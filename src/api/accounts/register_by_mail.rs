use std::{sync::Arc, time::Duration};

use poem_openapi::OpenApi;

use super::{
    Accepted, Done, INVALID_LINK,
    registration::{Applicant, Exactly, RegistrationByMail},
};
use crate::{
    Result,
    accounts::{Confirmation, LinkTokens, Mailer, Outbox, RegistrationMail, uid_of, user_of},
    api::{Guarded, LimitedAuth, Valid, credentials::MOST_BYTES},
    auth::{NewUser, User},
    http::{Problem, Site, WHOLE_BODY},
    permission::AllowAny,
    serializer::Serializer,
    sessions::SecretKey,
    throttle::{Rate, Recipients},
};

/// `POST /auth/register` and `POST /auth/register/confirm`: who has no account makes one, and confirms the address by a
/// link.
///
/// ```
/// use refrain::{Api, RegisterByMail, accounts::RegistrationMail, sessions::SecretKey};
///
/// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
/// # let key = SecretKey::random();
/// let register = RegisterByMail::new(key, |mail: RegistrationMail| async move {
///     match mail {
///         RegistrationMail::Confirm(mail) => {
///             let link = format!("https://example.com/confirm/{}/{}", mail.uid, mail.token.expose());
///             println!("to {}: {link}", mail.user.email);
///         }
///         RegistrationMail::NameTaken { username, email } => println!("to {email}: `{username}` is somebody else's name"),
///         _ => {}
///     }
///     Ok(())
/// });
/// let api = Api::new("Drivers", "1.0", db).with(register).build()?;
/// # let _ = api;
/// # Ok(())
/// # });
/// ```
///
/// The first takes a name, an address and a password, and answers 202 whether somebody has the name or not: in the same
/// words, and before it was looked for. The account is made behind the answer, inactive; who has the link makes it active,
/// which is answered 204. Only a mail to the address that was given tells of a name that is taken.
///
/// Either route counts as a try for a password from the caller's address, and an address is written to five times an hour
/// at most. What was never confirmed stays, inactive, and keeps its name: delete what has not logged in for long.
#[doc(alias("signup", "activation"))]
pub struct RegisterByMail {
    tokens: LinkTokens,
    mailer: Mailer<RegistrationMail>,
    outbox: Outbox,
    recipients: Recipients,
}

impl RegisterByMail {
    /// Signs links by this key, and has them sent by this closure.
    pub fn new<F, S>(key: SecretKey, send: F) -> Self
    where
        F: Fn(RegistrationMail) -> S + Send + Sync + 'static,
        S: Future<Output = Result<()>> + Send + 'static,
    {
        Self {
            tokens: LinkTokens::confirming(key),
            mailer: Mailer::new(send),
            outbox: Outbox::default(),
            recipients: Recipients::of("registration mail to"),
        }
    }

    /// How long a link works; three days where nothing is said.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use refrain::{RegisterByMail, throttle::Rate};
    ///
    /// fn shorter(register: RegisterByMail) -> RegisterByMail {
    ///     register.lasting(Duration::from_secs(60 * 60)).mails(Rate::per_day(3))
    /// }
    /// ```
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

/// What a link holds.
#[derive(Serializer)]
struct RegistrationConfirmation {
    /// Names the user.
    #[serializer(length(1..))]
    uid: String,
    /// Shows that the link was sent.
    #[serializer(length(1..))]
    token: String,
}

#[OpenApi]
impl RegisterByMail {
    /// Register
    #[oai(path = "/auth/register", method = "post", operation_id = "auth_register")]
    async fn register(
        &self,
        _open: Guarded<AllowAny>,
        users: LimitedAuth,
        form: Exactly<RegistrationByMail>,
    ) -> Result<Accepted, Problem> {
        let applicant = Applicant::of(form.0, &users).await?;
        self.recipients.count(&users.site.counts, &applicant.email).await?;
        let (user, stored) = applicant.user(&users).await?;
        let making = Making { site: users.site.clone(), tokens: self.tokens.clone(), applicant, user, stored };
        self.outbox.post(making.make(self.mailer.clone()))?;
        Ok(Accepted::Accepted)
    }

    /// Confirm the address of a new account
    #[oai(path = "/auth/register/confirm", method = "post", operation_id = "auth_register_confirm")]
    async fn confirm(
        &self,
        _open: Guarded<AllowAny>,
        users: LimitedAuth,
        confirmation: Valid<RegistrationConfirmation, MOST_BYTES>,
    ) -> Result<Done, Problem> {
        let RegistrationConfirmation { uid, token } = confirmation.0;
        let tried = users.begin("confirm", &token).await?;
        let (site, db) = (&users.site, &users.site.db);
        let mut user = match user_of(&uid, site.auth.users().key) {
            Some(id) => site.auth.user_by_id(db, id).await?.filter(|user| !user.is_active),
            None => None,
        }
        .unwrap_or_else(|| User::anonymous(&site.auth));
        if !self.tokens.check(&user, &token) || !user.activate(db.into()).await? {
            return Err(Problem::invalid([(WHOLE_BODY, INVALID_LINK)]));
        }
        if let Some(tried) = tried {
            tried.take_back().await;
        }
        Ok(Done::Done)
    }
}

/// An account to be made behind the answer.
struct Making {
    site: Arc<Site>,
    tokens: LinkTokens,
    applicant: Applicant,
    user: NewUser,
    stored: String,
}

impl Making {
    /// Makes it and sends the link; or says that the name is somebody else's.
    async fn make(self, mailer: Mailer<RegistrationMail>) -> Result<()> {
        let Self { site, tokens, applicant, user, stored } = self;
        let made = site.auth.create_user_unless_taken((&site.db).into(), user.inactive(), stored).await?;
        let mail = match made.and_then(|user| Some((user.id()?, user))) {
            Some((id, user)) => {
                let (uid, token) = (uid_of(id), tokens.make(&user));
                RegistrationMail::Confirm(Confirmation { user, uid, token })
            }
            None => RegistrationMail::NameTaken { username: applicant.username, email: applicant.email },
        };
        mailer.send(mail).await
    }
}
