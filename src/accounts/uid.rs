//! The user that a link names: Django's `uidb64`, the key's text in base 64.

use base64::{
    Engine,
    engine::{GeneralPurpose, GeneralPurposeConfig, general_purpose::URL_SAFE_NO_PAD},
};
use refrain_entity::Key;

use crate::auth::UserId;

/// A key as a link has it.
pub(crate) fn uid_of(id: UserId) -> String {
    URL_SAFE_NO_PAD.encode(id.to_string())
}

/// The key that a link has; `None` for what is none.
pub(crate) fn user_of(uid: &str, key: Key) -> Option<UserId> {
    const FORGIVING: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent);
    // a uuid has 48 characters
    if uid.len() > 64 {
        return None;
    }
    let text = GeneralPurpose::new(&base64::alphabet::URL_SAFE, FORGIVING).decode(uid).ok()?;
    UserId::parse(str::from_utf8(&text).ok()?, key)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_key_is_written_and_read() {
        assert_eq!(uid_of(UserId::Integer(1)), "MQ");
        let id = UserId::Uuid(Uuid::from_u128(7));
        assert_eq!(user_of(&uid_of(id), Key::Uuid), Some(id));
        for (uid, id) in [("MQ", Some(1)), ("MQ==", Some(1)), ("MTA", Some(10)), ("", None), ("x", None), ("TVE", None)]
        {
            assert_eq!(user_of(uid, Key::Integer), id.map(UserId::Integer), "{uid}");
        }
        for uid in ["é", "//", "gICA", &"MQ".repeat(100), &URL_SAFE_NO_PAD.encode("99999999999999999999")] {
            assert_eq!(user_of(uid, Key::Integer), None, "{uid}");
        }
        assert_eq!(user_of("MQ", Key::Uuid), None);
    }
}
