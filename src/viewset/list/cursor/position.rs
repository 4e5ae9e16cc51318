use sea_orm::{DbBackend, EntityTrait, ModelTrait, Value, sea_query::OptionEnum};

use crate::viewset::list::Term;

/// The values that a row has in the columns of an order, a NULL as `None`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Position(pub(crate) Vec<Option<Value>>);

/// The kind of a value, and its text.
pub(super) type Texts = Vec<Option<(String, String)>>;

impl Position {
    /// Where a row stands; `stored` is what the database has of the columns whose text the model does not keep.
    ///
    /// `None` where a column's type has no text, which is refused when the API is built.
    pub(super) fn of<M: ModelTrait>(
        row: &M,
        stored: &[Option<Option<String>>],
        terms: &[Term<<M::Entity as EntityTrait>::Column>],
        on: DbBackend,
    ) -> Option<Self> {
        let values = terms.iter().zip(stored).map(|(term, stored)| match stored {
            Some(text) => Some(text.clone().map(Value::from)),
            None => comparable(row.get(term.order.column), term.order.is_padded(on)),
        });
        values.collect::<Option<Vec<_>>>().map(Self)
    }

    pub(super) fn texts(&self) -> Texts {
        self.0.iter().map(|value| value.as_ref().and_then(text_of)).collect()
    }

    pub(super) fn read(texts: Texts) -> Option<Self> {
        let values = texts.into_iter().map(|text| match text {
            Some((kind, text)) => value_of(&kind, text).map(Some),
            None => Some(None),
        });
        values.collect::<Option<Vec<_>>>().map(Self)
    }
}

/// A value to be compared with others of its column, `None` of a NULL; nothing of a type that has no text.
fn comparable(value: Value, is_padded: bool) -> Option<Option<Value>> {
    let value = match value {
        Value::String(Some(text)) if is_padded => text.trim_end_matches(' ').into(),
        Value::Enum(OptionEnum::Some(choice)) => choice.value.to_string().into(),
        Value::Enum(OptionEnum::None(_)) => return Some(None),
        value => value,
    };
    match is_null(&value) {
        true => Some(None),
        false => text_of(&value).map(|_| Some(value)),
    }
}

/// Each kind of value that has an order, with its name in cursors. It is written as `{:?}` says it, to the last digit, and
/// read back whatever the field's bounds are now.
macro_rules! kinds {
    ($($name:literal $kind:ident,)*) => {
        fn is_null(value: &Value) -> bool {
            match value {
                Value::String(value) => value.is_none(),
                $(Value::$kind(value) => value.is_none(),)*
                _ => false,
            }
        }

        fn text_of(value: &Value) -> Option<(String, String)> {
            let (kind, text) = match value {
                Value::String(Some(text)) => ("text", text.clone()),
                $(Value::$kind(Some(value)) => ($name, format!("{value:?}")),)*
                _ => return None,
            };
            Some((kind.to_owned(), text))
        }

        fn value_of(kind: &str, text: String) -> Option<Value> {
            match kind {
                "text" => Some(text.into()),
                $($name => Some(Value::$kind(Some(text.parse().ok()?))),)*
                _ => None,
            }
        }
    };
}

kinds! {
    "bool" Bool,
    "i8" TinyInt,
    "i16" SmallInt,
    "i32" Int,
    "i64" BigInt,
    "u8" TinyUnsigned,
    "u16" SmallUnsigned,
    "u32" Unsigned,
    "u64" BigUnsigned,
    "f32" Float,
    "f64" Double,
    "decimal" Decimal,
    "uuid" Uuid,
    "date" ChronoDate,
    "time" ChronoTime,
    "local" ChronoDateTime,
    "utc" ChronoDateTimeUtc,
    "offset" ChronoDateTimeWithTimeZone,
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, FixedOffset};
    use sea_orm::prelude::Decimal;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn every_value_comes_back_as_it_went() {
        let at = DateTime::from_timestamp_micros(1_767_323_045_123_450).expect("a moment");
        let values: Vec<Value> = vec![
            true.into(),
            i8::MIN.into(),
            i16::MIN.into(),
            i32::MIN.into(),
            i64::MIN.into(),
            u8::MAX.into(),
            u16::MAX.into(),
            u32::MAX.into(),
            u64::MAX.into(),
            0.1_f32.into(),
            f64::MIN_POSITIVE.into(),
            (0.1 + 0.2).into(),
            f64::INFINITY.into(),
            Decimal::new(-12_345_678_901_234_567, 10).into(),
            Uuid::from_u128(7).into(),
            at.date_naive().into(),
            at.time().into(),
            at.naive_utc().into(),
            at.into(),
            at.with_timezone(&FixedOffset::east_opt(5400).expect("an offset")).into(),
            "a \"text\",\u{0} and more".into(),
            "".into(),
        ];
        let position = Position(values.into_iter().map(Some).chain([None]).collect());
        let text = serde_json::to_string(&position.texts()).expect("text");
        let read = Position::read(serde_json::from_str(&text).expect("texts"));
        assert_eq!(read, Some(position));
        let not_a_number = Position(vec![Some(f64::NAN.into())]);
        assert!(matches!(
            Position::read(not_a_number.texts()).expect("it is read").0[..],
            [Some(Value::Double(Some(number)))] if number.is_nan()
        ));
    }

    #[test]
    fn a_value_of_another_kind_is_none() {
        let texts = |kind: &str, text: &str| vec![Some((kind.to_owned(), text.to_owned()))];
        assert_eq!(Position::read(texts("i32", "x")), None);
        assert_eq!(Position::read(texts("i32", "2147483648")), None);
        assert_eq!(Position::read(texts("i31", "1")), None);
        assert_eq!(comparable(Value::Bytes(Some(vec![1])), false), None);
        assert_eq!(comparable(Value::Int(None), false), Some(None));
        assert_eq!(comparable("a  ".into(), true), Some(Some("a".into())));
    }
}
