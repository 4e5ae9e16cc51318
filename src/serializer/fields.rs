use sea_orm::{DbBackend, EntityTrait};

use super::Field;
use crate::model::Model;

/// The fields of a serializer, in the order in which they were declared.
pub struct Fields<E: EntityTrait>(Vec<Field<E>>);

impl<E: Model> Fields<E> {
    /// A table of fields.
    pub fn of(fields: Vec<Field<E>>) -> Self {
        Self(fields)
    }

    /// Each of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Field<E>> {
        self.0.iter()
    }

    pub(crate) fn at(&self, place: usize) -> &Field<E> {
        &self.0[place]
    }

    /// The field of this name.
    pub fn named(&self, name: &str) -> Option<&Field<E>> {
        self.iter().find(|field| field.name == name)
    }

    /// The field of this column.
    pub fn of_column(&self, column: &E::Column) -> Option<&Field<E>> {
        self.iter().find(|field| super::field::same_column::<E>(&field.column, column))
    }

    /// Everything that is wrong with them on this database.
    pub(crate) fn mistakes(&self, on: Option<DbBackend>) -> Vec<String> {
        let of = |field: &Field<E>| {
            let mistakes = field.mistakes(on).into_iter();
            mistakes.map(|mistake| format!("the field `{}`: {mistake}", field.of)).collect::<Vec<_>>()
        };
        self.iter().flat_map(of).collect()
    }
}

impl<'a, E: Model> IntoIterator for &'a Fields<E> {
    type Item = &'a Field<E>;
    type IntoIter = std::slice::Iter<'a, Field<E>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
