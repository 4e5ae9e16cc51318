use sea_orm::{ColumnTrait, EntityTrait, PrimaryKeyTrait, Value};

use super::{Bounds, FieldType, MetaSchemaRef, NotRead};
use crate::model::key_columns;

/// A key that a path names: one value, or a tuple of them, each in its own text.
///
/// ```
/// use refrain::serializer::{Bounds, PathKey};
///
/// assert_eq!(<i64 as PathKey>::read(&["7"], &[Bounds::default()]), Ok(vec![7_i64.into()]));
/// assert!(<i64 as PathKey>::read(&["seven"], &[Bounds::default()]).is_err());
/// // a key of two columns is two steps of the path
/// assert_eq!(<(i64, String) as PathKey>::schemas().len(), 2);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in a path",
    label = "a key is a value that Refrain reads from text, or a tuple of such"
)]
pub trait PathKey: Sized {
    /// Reads its parts, within what their columns hold.
    fn read(parts: &[&str], bounds: &[Bounds]) -> Result<Vec<Value>, NotRead>;
    /// How the document describes each part.
    fn schemas() -> Vec<MetaSchemaRef>;
}

impl<T: FieldType + Into<Value>> PathKey for T {
    fn read(parts: &[&str], bounds: &[Bounds]) -> Result<Vec<Value>, NotRead> {
        let [part] = parts else { return Err(NotRead::Beyond) };
        Ok(vec![T::from_text(part, &bounds[0])?.into()])
    }

    fn schemas() -> Vec<MetaSchemaRef> {
        vec![T::schema()]
    }
}

macro_rules! tuples {
    ($(($count:literal: $($part:ident $place:tt),*);)*) => {$(
        impl<$($part: FieldType + Into<Value>),*> PathKey for ($($part,)*) {
            fn read(parts: &[&str], bounds: &[Bounds]) -> Result<Vec<Value>, NotRead> {
                if parts.len() != $count {
                    return Err(NotRead::Beyond);
                }
                Ok(vec![$($part::from_text(parts[$place], &bounds[$place])?.into()),*])
            }

            fn schemas() -> Vec<MetaSchemaRef> {
                vec![$($part::schema()),*]
            }
        }
    )*};
}

tuples! {
    (2: A 0, B 1);
    (3: A 0, B 1, C 2);
    (4: A 0, B 1, C 2, D 3);
    (5: A 0, B 1, C 2, D 3, F 4);
    (6: A 0, B 1, C 2, D 3, F 4, G 5);
}

/// An entity's key from the parts of a path: each column with its value.
pub(crate) fn read_key<E>(parts: &[&str]) -> Result<Vec<(E::Column, Value)>, NotRead>
where
    E: EntityTrait<PrimaryKey: PrimaryKeyTrait<ValueType: PathKey>>,
{
    let columns: Vec<E::Column> = key_columns::<E>().collect();
    let bounds: Vec<Bounds> = columns.iter().map(|column| Bounds::of(&column.def())).collect();
    let values = <<E::PrimaryKey as PrimaryKeyTrait>::ValueType as PathKey>::read(parts, &bounds)?;
    Ok(columns.into_iter().zip(values).collect())
}
