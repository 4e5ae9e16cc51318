use std::cmp::Ordering;

use sea_orm::{ColumnTrait, Value};

use super::{ColumnKind, Lookup};
use crate::{
    serializer::{Field, FieldType, NotRead},
    viewset::Resource,
};

/// The most values of an `in`.
pub(crate) const MOST_VALUES: usize = 200;

/// The most characters of a text to be looked for in others.
pub(crate) const MOST_CHARACTERS: usize = 1000;

/// What is asked of a column's value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Comparison {
    /// What no row can answer.
    Nothing,
    Null(bool),
    Equal(Value),
    OneOf(Vec<Value>),
    Above {
        value: Value,
        or_equal: bool,
    },
    Below {
        value: Value,
        or_equal: bool,
    },
    Within(Value, Value),
    Contains(String),
    ContainsInAnyCase(String),
    StartsWith(String),
}

/// What a query's text asks of a field, or what is wrong with it.
pub(crate) fn read_comparison<E: Resource>(field: &Field<E>, lookup: Lookup, text: &str) -> Result<Comparison, String> {
    match lookup {
        Lookup::Exact => Ok(read_values(field, [text])?.pop().map_or(Comparison::Nothing, Comparison::Equal)),
        Lookup::In => {
            let texts: Vec<&str> = text.split(',').collect();
            if texts.len() > MOST_VALUES {
                return Err(format!("Ensure that there are no more than {MOST_VALUES} values."));
            }
            let values = read_values(field, texts)?;
            Ok(if values.is_empty() { Comparison::Nothing } else { Comparison::OneOf(values) })
        }
        Lookup::Gt | Lookup::Gte => Ok(read_bound(field, text)?.above(lookup == Lookup::Gte)),
        Lookup::Lt | Lookup::Lte => Ok(read_bound(field, text)?.below(lookup == Lookup::Lte)),
        Lookup::Range => {
            let (Some((first, last)), 1) = (text.split_once(','), text.matches(',').count()) else {
                return Err("Two values are required.".to_owned());
            };
            within(read_bound(field, first)?, read_bound(field, last)?)
                .ok_or_else(|| "Ensure that the first value is not greater than the second.".to_owned())
        }
        Lookup::Contains => read_text(text, Comparison::Contains),
        Lookup::IContains => read_text(text, Comparison::ContainsInAnyCase),
        Lookup::StartsWith => read_text(text, Comparison::StartsWith),
        Lookup::IsNull => match bool::from_text(text, &Default::default()) {
            Ok(is_null) => Ok(Comparison::Null(is_null)),
            Err(_) => Err("Must be a valid boolean.".to_owned()),
        },
    }
}

/// What a search asks of every field for a term.
pub(crate) fn searching(term: &str) -> Comparison {
    Comparison::ContainsInAnyCase(term.to_owned())
}

/// The values that a row can have at all.
fn read_values<'a, E: Resource>(
    field: &Field<E>,
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<Value>, String> {
    let mut values = Vec::new();
    for text in texts {
        match field.codec.text(text) {
            Ok(value) => values.push(value),
            Err(NotRead::Beyond) => {}
            Err(NotRead::Malformed(sentence)) => return Err(sentence.to_owned()),
        }
    }
    Ok(values)
}

/// One end of a stretch of values.
#[derive(Clone, Debug, PartialEq)]
enum Bound {
    Value(Value),
    /// Below every value of the column.
    BelowAll,
    AboveAll,
    /// Beside all of them: no row compares with it.
    Nowhere,
}

/// A number that the column cannot hold is still smaller or greater than those it can.
fn read_bound<E: Resource>(field: &Field<E>, text: &str) -> Result<Bound, String> {
    match field.codec.text_unbounded(text) {
        Ok(value) => Ok(Bound::Value(value)),
        Err(NotRead::Malformed(sentence)) => Err(sentence.to_owned()),
        Err(NotRead::Beyond) => Ok(match ColumnKind::of(field.column().def().get_column_type()) {
            ColumnKind::Ordered if text.starts_with('-') => Bound::BelowAll,
            ColumnKind::Ordered => Bound::AboveAll,
            _ => Bound::Nowhere,
        }),
    }
}

impl Bound {
    fn above(self, or_equal: bool) -> Comparison {
        match self {
            Self::Value(value) => Comparison::Above { value, or_equal },
            Self::BelowAll => Comparison::Null(false),
            Self::AboveAll | Self::Nowhere => Comparison::Nothing,
        }
    }

    fn below(self, or_equal: bool) -> Comparison {
        match self {
            Self::Value(value) => Comparison::Below { value, or_equal },
            Self::AboveAll => Comparison::Null(false),
            Self::BelowAll | Self::Nowhere => Comparison::Nothing,
        }
    }
}

/// `None` where they are the wrong way round.
fn within(first: Bound, last: Bound) -> Option<Comparison> {
    use Bound::{AboveAll, BelowAll, Nowhere, Value};
    Some(match (first, last) {
        (Nowhere, _) | (_, Nowhere) | (BelowAll, BelowAll) | (AboveAll, AboveAll) => Comparison::Nothing,
        (AboveAll, _) | (_, BelowAll) => return None,
        (BelowAll, last) => last.below(true),
        (first, AboveAll) => first.above(true),
        (Value(first), Value(last)) => match compared(&first, &last) {
            Some(Ordering::Greater) => return None,
            _ => Comparison::Within(first, last),
        },
    })
}

/// How two values of one column stand to each other.
fn compared(first: &Value, last: &Value) -> Option<Ordering> {
    macro_rules! of_one_kind {
        ($($kind:ident),*) => {
            match (first, last) {
                $((Value::$kind(Some(first)), Value::$kind(Some(last))) => first.partial_cmp(last),)*
                _ => None,
            }
        };
    }
    of_one_kind!(
        TinyInt,
        SmallInt,
        Int,
        BigInt,
        TinyUnsigned,
        SmallUnsigned,
        Unsigned,
        BigUnsigned,
        Float,
        Double,
        Decimal,
        Uuid,
        ChronoDate,
        ChronoTime,
        ChronoDateTime,
        ChronoDateTimeUtc,
        ChronoDateTimeWithTimeZone
    )
}

fn read_text(text: &str, asks: fn(String) -> Comparison) -> Result<Comparison, String> {
    if text.chars().count() > MOST_CHARACTERS {
        return Err(format!("Ensure this field has no more than {MOST_CHARACTERS} characters."));
    }
    // no row has one, and not every database can be asked about it
    Ok(if text.contains('\0') { Comparison::Nothing } else { asks(text.to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_a_stretch_or_the_wrong_way_round() {
        let bound = |number: i32| Bound::Value(number.into());
        use Bound::{AboveAll, BelowAll, Nowhere};
        for (first, last, expected) in [
            (bound(1), bound(2), Some(Comparison::Within(1.into(), 2.into()))),
            (bound(1), bound(1), Some(Comparison::Within(1.into(), 1.into()))),
            (bound(2), bound(1), None),
            (BelowAll, AboveAll, Some(Comparison::Null(false))),
            (BelowAll, bound(1), Some(Comparison::Below { value: 1.into(), or_equal: true })),
            (bound(1), AboveAll, Some(Comparison::Above { value: 1.into(), or_equal: true })),
            (AboveAll, bound(1), None),
            (bound(1), BelowAll, None),
            (AboveAll, BelowAll, None),
            (AboveAll, AboveAll, Some(Comparison::Nothing)),
            (BelowAll, BelowAll, Some(Comparison::Nothing)),
            (Nowhere, bound(1), Some(Comparison::Nothing)),
        ] {
            assert_eq!(within(first.clone(), last.clone()), expected, "{first:?} {last:?}");
        }
    }
}
