use poem_openapi::{ApiResponse, OpenApi, payload::Json};

use super::registration::{Applicant, Exactly, Registration};
use crate::{
    api::{
        Guarded, LimitedAuth,
        me::{Me, Profile},
    },
    http::Problem,
    permission::AllowAny,
};

/// `POST /auth/register`: who has no account makes one, and can log in at once.
///
/// ```
/// use refrain::{Api, ObtainToken, Register};
///
/// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
/// let api = Api::new("Drivers", "1.0", db).with(ObtainToken).with(Register).build()?;
/// # let _ = api;
/// # Ok(())
/// # });
/// ```
///
/// It takes a name, a password and, if one is given, an address, and answers 201 with the new user as
/// [`Me`] tells them: active, with nothing else, neither staff nor in a group. A member of the body that
/// says otherwise is refused. What names and passwords must be like is as in Django.
///
/// A name that somebody has is told: who registers has to choose another. So who asks can find out who is there, ten times
/// a minute from an address. Where nobody is to find out, take [`RegisterByMail`](super::super::RegisterByMail).
#[doc(alias("UserCreationForm", "signup"))]
#[derive(Clone, Copy, Debug)]
pub struct Register;

#[derive(ApiResponse)]
enum Registered {
    /// The user who was made.
    #[oai(status = 201)]
    User(Json<Profile>),
}

#[OpenApi]
impl Register {
    /// Register
    #[oai(path = "/auth/register", method = "post", operation_id = "auth_register")]
    async fn register(
        &self,
        _open: Guarded<AllowAny>,
        users: LimitedAuth,
        form: Exactly<Registration>,
    ) -> Result<Registered, Problem> {
        let (user, stored) = Applicant::of(form.0, &users).await?.user(&users).await?;
        let db = &users.site.db;
        let made = users.create_user_unless_taken(db.into(), user, stored).await?;
        let taken = || Problem::invalid([("username", "A user with that username already exists.")]);
        let user = made.ok_or_else(taken)?;
        Ok(Registered::User(Json(Me::profile(&user, db).await?)))
    }
}
