//! A hash set of what the user may do, and nothing else.

use std::{collections::HashSet, hint::black_box};

use crate::{Decide, site::Site};

pub(crate) fn decision(site: Site) -> Decide {
    let held = labels(site);
    Box::new(move || held.contains(black_box("drivers.change_car")))
}

/// The labels of what the user holds through their groups.
pub(crate) fn labels(site: Site) -> HashSet<String> {
    let tables = site.users_groups().flat_map(|group| site.tables(group));
    tables.map(|table| format!("drivers.change_{table}")).collect()
}
