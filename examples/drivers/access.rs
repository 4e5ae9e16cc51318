//! Who is asked who callers are: tokens, passwords, and the sessions of browsers where there is a key to sign them. And
//! where it is counted how often they ask.

use std::env;

use refrain::{
    Result,
    authentication::{Authenticators, BasicAuthentication, SessionAuthentication, TokenAuthentication},
    sessions::{SecretKey, Sessions},
    throttle::{Counts, RedisCounts},
};
use sea_orm::DatabaseConnection;

/// The authenticators, and the key that signs their sessions, where they take any.
pub fn authenticators(db: &DatabaseConnection) -> Result<(Authenticators, Option<SecretKey>)> {
    let authenticators = Authenticators::none()
        .with(TokenAuthentication::default().with_named_tokens())
        .with(BasicAuthentication::default());
    let origins = listed("ALLOWED_ORIGINS");
    let authenticators = origins.iter().fold(authenticators, |them, origin| them.trusting_origin(origin));
    Ok(match secret_key(db)? {
        Some(key) => (authenticators.with(SessionAuthentication::new(Sessions::new(key.clone()))), Some(key)),
        None => (authenticators, None),
    })
}

/// The site's, or one of the program's own beside its SQLite file. `None` on a server, where nobody said one.
pub fn secret_key(db: &DatabaseConnection) -> Result<Option<SecretKey>> {
    let key = match env::var("SECRET_KEY").ok().filter(|key| !key.is_empty()) {
        Some(key) => Some(SecretKey::new(key)?),
        None => SecretKey::kept_beside(db)?,
    };
    let Some(key) = key else { return Ok(None) };
    listed("SECRET_KEY_FALLBACKS").into_iter().try_fold(key, |key, fallback| key.with_fallback(fallback)).map(Some)
}

/// Where callers are counted: in the Redis that `REDIS_URL` names, for several nodes, else in the process.
pub fn counts() -> Result<Counts> {
    match env::var("REDIS_URL").ok().filter(|url| !url.is_empty()) {
        Some(url) => Ok(RedisCounts::at(&url)?.named("drivers").into()),
        None => Ok(Counts::in_process()),
    }
}

/// What a variable names, by commas.
pub fn listed(variable: &str) -> Vec<String> {
    let listed = env::var(variable).unwrap_or_default();
    listed.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect()
}
