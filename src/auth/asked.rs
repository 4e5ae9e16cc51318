use std::{collections::HashSet, fmt};

use sea_orm::Value;

/// The permissions that an endpoint can ask for, known before any request.
///
/// Authentication reads which of them the caller holds, and nothing else of what they hold.
#[derive(Clone, Default)]
pub(crate) struct Asked {
    labels: HashSet<String>,
    /// what the database is asked for: it may find more than the labels, and none of them less
    apps: Vec<String>,
    codenames: Vec<String>,
    /// Was a label added that nobody had announced?
    is_extended: bool,
}

/// An app's name and a codename have a hundred characters at most (CONTRACT 1.1), and a dot between them.
///
/// A label may come from anywhere: one that nobody can hold is not to cost anything.
const LONGEST: usize = 201;

impl Asked {
    pub(crate) fn new(labels: impl IntoIterator<Item = String>) -> Self {
        let mut asked = Self::default();
        for label in labels {
            asked.insert(label);
        }
        asked
    }

    /// The same with a label that nobody had announced.
    pub(super) fn and(&self, label: &str) -> Self {
        let mut asked = Self { is_extended: true, ..self.clone() };
        asked.insert(label.to_owned());
        asked
    }

    pub(super) fn contains(&self, label: &str) -> bool {
        self.labels.contains(label)
    }

    pub(super) fn is_extended(&self) -> bool {
        self.is_extended
    }

    fn insert(&mut self, label: String) {
        // a NUL is in no text that PostgreSQL holds, and an error where it is asked for
        if !label.contains('\0') && label.chars().count() <= LONGEST {
            // an app's own name may have dots in it, as a codename may: each of them may be the one between the two
            for (dot, _) in label.match_indices('.') {
                push(&mut self.apps, &label[..dot]);
                push(&mut self.codenames, &label[dot + 1..]);
            }
        }
        self.labels.insert(label);
    }

    /// Is there nothing to ask the database for?
    pub(super) fn is_empty(&self) -> bool {
        self.apps.is_empty()
    }

    /// How many places a statement has for the apps and the codenames: few statements serve all endpoints.
    pub(super) fn places(&self) -> (usize, usize) {
        (places(&self.apps), places(&self.codenames))
    }

    /// What stands in these places, in their order.
    pub(super) fn values(&self) -> impl Iterator<Item = Value> {
        filled(&self.apps).chain(filled(&self.codenames))
    }
}

fn push(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

fn places(names: &[String]) -> usize {
    if names.is_empty() { 0 } else { names.len().next_power_of_two() }
}

/// The places left over are filled with the last name again.
fn filled(names: &[String]) -> impl Iterator<Item = Value> {
    let over = places(names) - names.len();
    names.iter().chain(names.last().into_iter().cycle().take(over)).map(|name| Value::from(name.as_str()))
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Asked").field(&self.labels).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(labels: &[&str]) -> Vec<String> {
        let asked = Asked::new(labels.iter().map(|label| (*label).to_owned()));
        asked.values().map(|value| value.unwrap()).collect()
    }

    #[test]
    fn names_are_sent_once_and_fill_places_of_few_numbers() {
        assert_eq!(sent(&["drivers.view_car"]), ["drivers", "view_car"]);
        let three = ["drivers.view_car", "drivers.add_car", "drivers.change_car"];
        assert_eq!(sent(&three), ["drivers", "view_car", "add_car", "change_car", "change_car"]);
        assert_eq!(Asked::new(three.map(str::to_owned)).places(), (1, 4));
        assert_eq!(sent(&["a.b", "c.b"]), ["a", "c", "b"]);
        assert_eq!(sent(&["a.b.c"]), ["a", "a.b", "b.c", "c"]);
    }

    #[test]
    fn what_is_no_label_is_asked_of_nobody() {
        let dots = ".".repeat(202);
        for nothing in [&[][..], &["view_car"], &["drivers.view\0car"], &[""], &[&dots]] {
            assert_eq!(sent(nothing), [""; 0], "{nothing:?}");
            let asked = Asked::new(nothing.iter().map(|label| (*label).to_owned()));
            assert!(nothing.iter().all(|label| asked.contains(label)), "it is known that nobody holds it");
            assert_eq!(asked.places(), (0, 0));
        }
    }
}
