use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use refrain_entity::Secret;
use subtle::ConstantTimeEq;

use super::{SecretKey, secret_key::salted_hmac};

/// The tag is also what the key stream begins with, as in RFC 5297: no text is sealed twice by one stream.
const TAG: usize = 16;

const TAG_SALT: &str = "refrain.sealed.tag";
const STREAM_SALT: &str = "refrain.sealed.stream";

impl SecretKey {
    /// A text that only this site can read and nobody can make, for a context that must be the same when it is opened.
    pub(crate) fn seal(&self, context: &str, text: &str) -> String {
        let key = self.current();
        let tag = tag(key, context, text.as_bytes());
        let mut sealed = tag.to_vec();
        sealed.extend(masked(key, &tag, text.as_bytes()));
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// What was sealed in this context, by whichever key; `None` where none sealed it.
    pub(crate) fn open(&self, context: &str, sealed: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (given, masked_text) = bytes.split_first_chunk::<TAG>()?;
        self.keys().find_map(|key| {
            let text = masked(key, given, masked_text);
            let is_ours: bool = tag(key, context, &text).ct_eq(given).into();
            if is_ours { String::from_utf8(text).ok() } else { None }
        })
    }
}

fn tag(key: &Secret, context: &str, text: &[u8]) -> [u8; TAG] {
    // with its length, or the end of a context could be taken for the beginning of a text
    let length = (context.len() as u64).to_be_bytes();
    let digest = salted_hmac(key, TAG_SALT, &[&length, context.as_bytes(), text]);
    *digest.first_chunk().expect("a digest is longer than a tag")
}

/// The text under the key stream that begins with this tag; done twice it is the text again.
fn masked(key: &Secret, tag: &[u8; TAG], text: &[u8]) -> Vec<u8> {
    let blocks = text.chunks(32).zip(0_u64..);
    let masked = |(block, place): (&[u8], u64)| {
        let stream = salted_hmac(key, STREAM_SALT, &[tag, &place.to_be_bytes()]);
        block.iter().zip(stream).map(|(byte, mask)| byte ^ mask).collect::<Vec<_>>()
    };
    blocks.flat_map(masked).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> SecretKey {
        SecretKey::new(text).expect("a key")
    }

    #[test]
    fn what_was_sealed_is_read_in_its_context_alone() {
        let key = key("k");
        for text in ["", "a", "exactly thirty-two bytes of text", &"näher ".repeat(40)] {
            let sealed = key.seal("list", text);
            assert_eq!(key.open("list", &sealed).as_deref(), Some(text));
            assert_eq!(key.open("lis", &sealed), None);
            assert_eq!(key.open("lists", &sealed), None);
            assert_eq!(super::tests::key("another").open("list", &sealed), None);
        }
        assert_ne!(key.seal("ab", "c"), key.seal("a", "bc"));
    }

    #[test]
    fn what_was_changed_is_not_opened() {
        let key = key("k");
        let sealed = key.seal("list", "a text of some length");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert_eq!(key.open("list", &changed), None, "{changed}");
            assert_eq!(key.open("list", &sealed[..at]), None);
        }
        for text in ["", "!", "AAAA", &format!("{sealed}="), &format!("{sealed}AAAA")] {
            assert_eq!(key.open("list", text), None, "{text}");
        }
    }

    #[test]
    fn nothing_of_a_text_is_seen() {
        let key = key("k");
        let opened = |text: &str| URL_SAFE_NO_PAD.decode(key.seal("list", text)).expect("base64");
        let (one, other) = (opened("the same beginning, a"), opened("the same beginning, b"));
        assert_eq!(one.len(), TAG + 21);
        let alike = one.iter().zip(&other).filter(|(a, b)| a == b).count();
        assert!(alike < 8, "streams differ where texts do: {alike}");
        assert!(!one.windows(4).any(|part| part == b"same"));
    }

    #[test]
    fn a_key_that_sealed_before_is_still_believed() {
        let sealed = key("old").seal("list", "text");
        let both = key("new").with_fallback("old").expect("keys");
        assert_eq!(both.open("list", &sealed).as_deref(), Some("text"));
        assert_ne!(both.seal("list", "text"), sealed);
    }
}
