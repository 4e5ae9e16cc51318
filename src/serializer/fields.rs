use sea_orm::{DbBackend, EntityTrait};

use super::Field;
use crate::model::Model;

/// The fields of a serializer, in the order in which they were declared.
///
/// ```
/// use refrain::Serializer;
/// # use refrain::doc_example::{car, cars::Car};
///
/// let fields = Car::fields();
/// assert_eq!(fields.iter().count(), 3);
/// assert!(fields.named("name").is_some());
/// assert_eq!(fields.of_column(&car::Column::Name).unwrap().name(), "name");
/// assert!(fields.of_column(&car::Column::OwnerId).is_none());
/// ```
pub struct Fields<E: EntityTrait>(Vec<Field<E>>);

impl<E: Model> Fields<E> {
    /// A table of fields.
    ///
    /// ```
    /// # use refrain::doc_example::car;
    /// use std::sync::LazyLock;
    ///
    /// use refrain::serializer::{Field, Fields, Rules, rules};
    ///
    /// static NAME: LazyLock<Rules<String>> = LazyLock::new(rules);
    ///
    /// let fields = Fields::of(vec![Field::<car::Entity>::new("name", "name", |car| &car.name, &NAME)]);
    /// assert_eq!(fields.iter().count(), 1);
    /// ```
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
