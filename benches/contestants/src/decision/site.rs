//! Who may change what, for every engine alike.

/// Groups that may each change five tables, and a user in eight of them, who so may change 40: cars among them, which one
/// of the eight lets them.
#[derive(Clone, Copy)]
pub(crate) struct Site {
    pub(crate) groups: usize,
}

/// The tables; a prime, so that groups spread over them.
pub(crate) const TABLES: usize = 1_009;
/// What the user holds.
pub(crate) const HELD: usize = 40;
/// The table in question.
pub(crate) const CARS: &str = "car";

impl Site {
    /// The user's groups, spread over all.
    pub(crate) fn users_groups(self) -> impl Iterator<Item = usize> {
        (0..8).map(move |n| n * (self.groups / 8))
    }

    /// The tables a group may change.
    pub(crate) fn tables(self, group: usize) -> impl Iterator<Item = String> {
        (0..5).map(move |n| self.table((group * 5 + n) % TABLES))
    }

    /// Every pair of a group and a table it may change.
    pub(crate) fn grants(self) -> impl Iterator<Item = (usize, String)> {
        (0..self.groups).flat_map(move |group| self.tables(group).map(move |table| (group, table)))
    }

    /// Cars are the first table of the user's fifth group.
    pub(crate) fn table(self, number: usize) -> String {
        if number == 4 * (self.groups / 8) * 5 % TABLES { CARS.to_owned() } else { format!("t{number}") }
    }
}
