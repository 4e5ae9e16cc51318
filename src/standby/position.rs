use std::{fmt, str::FromStr};

/// A place in the log in which PostgreSQL writes what changes (WAL): whatever is before it was changed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position(u64);

impl Position {
    /// Of a change of which nobody knows where it is, or whether it was made: no standby is there ever.
    pub(super) const UNKNOWN: Self = Self(u64::MAX);

    /// The same, said as a standby says it. Where nothing is on a page yet, the primary names the place behind its header,
    /// and a standby the end of the page before.
    pub(super) fn before_header(self, segment: u64) -> Self {
        let header = if self.0 % segment < PAGE { LONG_HEADER } else { HEADER };
        Self(if self.0 % PAGE == header { self.0 - header } else { self.0 })
    }
}

/// Bytes of a page of the log, of its header, and of that of a segment's first page.
const PAGE: u64 = 8192;
const HEADER: u64 = 24;
const LONG_HEADER: u64 = 40;

/// As PostgreSQL writes it: `16/B374D848`.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}/{:X}", self.0 >> 32, self.0 & 0xffff_ffff)
    }
}

/// Something else than a position.
#[derive(Debug, thiserror::Error)]
#[error("no position in PostgreSQL's log")]
pub(super) struct NoPosition;

impl FromStr for Position {
    type Err = NoPosition;

    fn from_str(text: &str) -> Result<Self, NoPosition> {
        let (file, byte) = text.split_once('/').ok_or(NoPosition)?;
        let half = |half: &str| {
            let is_hex = (1..=8).contains(&half.len()) && half.bytes().all(|digit| digit.is_ascii_hexdigit());
            is_hex.then(|| u64::from_str_radix(half, 16).ok()).flatten().ok_or(NoPosition)
        };
        Ok(Self(half(file)? << 32 | half(byte)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_is_written() {
        for text in ["0/0", "0/1549F60", "16/B374D848", "FFFFFFFF/FFFFFFFF"] {
            assert_eq!(text.parse::<Position>().expect("a position").to_string(), text);
        }
        for text in ["", "/", "1", "1/", "/1", "+1/1", "1/-1", " 1/1", "1/1 ", "1/1/1", "123456789/1", "1/G", "１/1"] {
            assert!(text.parse::<Position>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_page_without_a_record_begins_where_the_one_before_ends() {
        let before = |text: &str| text.parse::<Position>().expect("a position").before_header(16 << 20).to_string();
        // a segment's first page, another page, the same with something on it
        assert_eq!(before("0/3000028"), "0/3000000");
        assert_eq!(before("0/3002018"), "0/3002000");
        for text in ["0/3000018", "0/3002028", "0/3002000", "0/3000060"] {
            assert_eq!(before(text), text);
        }
    }

    #[test]
    fn later_is_greater() {
        let at = |text: &str| text.parse::<Position>().expect("a position");
        assert!(at("1/0") > at("0/FFFFFFFF"));
        assert!(at("9/A") > at("9/9"));
        assert!(at("10/0") > at("9/FFFFFFFF"));
        assert!(Position::UNKNOWN > at("FFFFFFFE/FFFFFFFF"));
    }
}
