use sea_orm::EntityTrait;

use super::{Bounds, Fields, Rules, Serializer, Shows};
use crate::model::Model;

type ModelOf<S> = <<S as Serializer>::Entity as EntityTrait>::Model;

impl<E: Model> Fields<E> {
    /// Writes the members of a row but those that are hidden, each behind a comma: the text of its columns, without a tree.
    ///
    /// ```
    /// use refrain::Serializer;
    /// # use refrain::doc_example::{car, cars::Car};
    ///
    /// let row = car::Model { id: 7, name: "Beetle".to_owned(), owner_id: None, published: false };
    /// let mut out = Vec::new();
    /// Car::fields().write(&row, |place| place == 2, &mut out);
    /// assert_eq!(out, br#","id":7,"name":"Beetle""#);
    /// ```
    pub fn write(&self, row: &E::Model, hidden: impl Fn(usize) -> bool, out: &mut Vec<u8>) {
        let shown = self.iter().enumerate().filter(|(place, field)| field.is_shown() && !hidden(*place));
        for (_, field) in shown {
            out.extend_from_slice(&field.member);
            field.codec.write(row, out);
        }
    }
}

/// Writes a row as its reader sees it: `{"id":1,…}`; `told` is one more member, a list of words. Without the fields at the hidden places, and without what is computed
/// where nobody wants that.
pub(crate) fn write_row<S: Serializer>(
    row: &ModelOf<S>,
    hidden: &[usize],
    computed: Option<&S::Computed>,
    told: Option<(&str, &[&str])>,
    out: &mut Vec<u8>,
) {
    let start = out.len();
    S::fields().write(row, |place| hidden.contains(&place), out);
    if let Some(computed) = computed {
        S::write_computed(computed, out);
    }
    if let Some((member, words)) = told {
        out.extend_from_slice(format!(",\"{member}\":{}", serde_json::json!(words)).as_bytes());
    }
    close_object(start, out);
}

/// Writes one member, its name and colon ready made behind a comma.
pub fn write_member<T>(member: &[u8], rules: &Rules<T>, value: &T, out: &mut Vec<u8>) {
    out.extend_from_slice(member);
    (rules.write)(value, &rules.bounds, out);
}

/// Writes the member that one column is, within what the column holds: a decimal keeps its places.
pub fn write_column<S: Serializer, T>(place: usize, rules: &Rules<T>, value: &T, out: &mut Vec<u8>) {
    let field = S::fields().at(place);
    out.extend_from_slice(&field.member);
    (rules.write)(value, field.codec.bounds(), out);
}

/// Makes an object of members that stand each behind a comma: the first comma becomes its brace.
pub fn close_object(start: usize, out: &mut Vec<u8>) {
    match out.get_mut(start) {
        Some(comma) => *comma = b'{',
        None => out.push(b'{'),
    }
    out.push(b'}');
}

/// A value as JSON.
pub fn json_of(value: &impl Shows) -> String {
    let mut out = Vec::new();
    value.write(&Bounds::default(), &mut out);
    String::from_utf8(out).expect("JSON is written as UTF-8")
}
