use std::{collections::HashSet, sync::Arc};

use refrain_entity::Key;
use sea_orm::DbBackend;
use uuid::Uuid;

use super::{
    Auth, User, UserId,
    held::{Held, Known},
};

/// A key that no user has and no text holds by chance.
const INTEGER: i32 = 1_987_654_321;
const UUID: Uuid = Uuid::from_u128(0x5265_6672_6169_6e00_8000_0000_0000_0001);

impl User {
    /// Somebody made up, who holds these permissions: for asking what an endpoint would answer.
    pub(crate) fn supposed(auth: &Auth, on: DbBackend, held: impl IntoIterator<Item = String>) -> Self {
        let id = match auth.users().key {
            Key::Uuid => UserId::Uuid(UUID),
            Key::Integer | Key::BigInteger => UserId::from(INTEGER),
        };
        let user = Self::known(auth, on, id, "somebody".to_owned());
        let held = Held { direct: held.into_iter().collect(), through_groups: HashSet::new() };
        user.remember_held(Known { held: Arc::new(held), asked: None, as_of: auth.grants_made() });
        user
    }

    /// Nobody in particular, who holds nothing, as the database would say.
    pub(crate) fn supposed_nobody(auth: &Auth) -> Self {
        let user = Self::anonymous(auth);
        user.remember_held(Known { held: Arc::default(), asked: None, as_of: auth.grants_made() });
        user
    }

    /// A text about a [supposed](Self::supposed) user's rows, as one about anybody's.
    pub(crate) fn as_the_caller(text: &str) -> String {
        let (simple, dashed) = (UUID.simple().to_string(), UUID.to_string());
        let written = [format!("'{simple}'"), format!("'{dashed}'"), simple, dashed, INTEGER.to_string()];
        let text = written.iter().fold(text.to_owned(), |text, id| text.replace(id, "the caller"));
        // a column of text may hold a uuid in either form
        text.replace("IN (the caller, the caller)", "= the caller")
    }
}
