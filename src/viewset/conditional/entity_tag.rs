use http::HeaderValue;
use sha2::{Digest, Sha256};

use super::tag_list::{SentTag, TagList};

/// The tag of a row as one caller sees it: `"<hash>"`, or `"<version>-<hash>"` where a column counts the row's writes.
///
/// The hash is 128 bits of the representation's SHA-256. It makes the tag strong: whatever the caller is shown
/// otherwise has another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EntityTag {
    version: Option<i64>,
    opaque: String,
}

/// How many bytes of the hash are kept.
const KEPT: usize = 16;

impl EntityTag {
    pub(crate) fn of(representation: &[u8], version: Option<i64>) -> Self {
        let hash = hex::encode(&Sha256::digest(representation)[..KEPT]);
        let opaque = match version {
            Some(version) => format!("{version}-{hash}"),
            None => hash,
        };
        Self { version, opaque }
    }

    pub(crate) fn header(&self) -> HeaderValue {
        HeaderValue::try_from(["\"", &*self.opaque, "\""].concat()).expect("digits and a minus are a header's value")
    }

    /// Is it among these for whoever writes (RFC 9110, 13.1.1)? A weak tag is never. With a version the row is what it
    /// was where its version is, whatever its caller is told of it besides.
    pub(super) fn is_matched_by(&self, tags: &TagList) -> bool {
        let matches = |tag: &SentTag| match self.version {
            Some(version) => version_in(tag) == Some(version),
            None => tag.opaque == self.opaque,
        };
        match tags {
            TagList::Any => true,
            TagList::Tags(tags) => tags.iter().any(|tag| !tag.is_weak && matches(tag)),
        }
    }

    /// Is it among these for whoever has a copy (RFC 9110, 13.1.2)?
    pub(super) fn is_held_in(&self, tags: &TagList) -> bool {
        match tags {
            TagList::Any => true,
            TagList::Tags(tags) => tags.iter().any(|tag| tag.opaque == self.opaque),
        }
    }
}

/// The version in a tag of ours.
pub(super) fn version_in(tag: &SentTag) -> Option<i64> {
    let (version, hash) = tag.opaque.rsplit_once('-')?;
    let is_hash = hash.len() == 2 * KEPT && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash { version.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(tag: &EntityTag, is_weak: bool) -> TagList {
        TagList::Tags(vec![SentTag { is_weak, opaque: tag.opaque.clone() }])
    }

    #[test]
    fn without_a_version_the_representation_is_compared() {
        let tag = EntityTag::of(b"{\"id\":1}", None);
        let other = EntityTag::of(b"{\"id\":2}", None);
        assert_eq!(tag.header().to_str().unwrap().len(), 34);
        assert!(tag.is_matched_by(&sent(&tag, false)) && tag.is_held_in(&sent(&tag, true)));
        assert!(!tag.is_matched_by(&sent(&tag, true)), "a weak tag matches no write");
        assert!(!tag.is_matched_by(&sent(&other, false)) && !tag.is_held_in(&sent(&other, false)));
        assert!(tag.is_matched_by(&TagList::Any) && tag.is_held_in(&TagList::Any));
    }

    #[test]
    fn with_a_version_writes_compare_it_alone() {
        let tag = EntityTag::of(b"{\"id\":1}", Some(-7));
        let shown_otherwise = EntityTag::of(b"{\"id\":1,\"permissions\":[]}", Some(-7));
        let later = EntityTag::of(b"{\"id\":1}", Some(8));
        assert!(tag.is_matched_by(&sent(&shown_otherwise, false)));
        assert!(!tag.is_held_in(&sent(&shown_otherwise, false)));
        assert!(!tag.is_matched_by(&sent(&later, false)));
        assert!(!tag.is_matched_by(&sent(&shown_otherwise, true)));
        for foreign in ["-7", "-7-", "-7-abc", "x-00000000000000000000000000000000"] {
            let foreign = SentTag { is_weak: false, opaque: foreign.to_owned() };
            assert!(!tag.is_matched_by(&TagList::Tags(vec![foreign])));
        }
    }
}
