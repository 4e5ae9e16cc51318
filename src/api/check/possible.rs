use http::HeaderMap;

use super::{Finding, Looked, open_write::names};
use crate::{
    api::gate::{Gate, question},
    auth::User,
    http::Site,
    permission::DenyAll,
    viewset::Declared,
};

/// With more permissions asked than these, nothing is proved.
const MOST_ASKED: usize = 8;

impl Looked<'_> {
    /// An expression that holds for nobody, superusers included, on no row.
    ///
    /// It is proved, or nothing is said: every combination of flags and of the permissions asked is tried, and what a
    /// part cannot say without a row or the database may be either.
    pub(super) fn never_holds(&self, gate: &Gate) -> Option<Finding> {
        let expression = &self.endpoint.permissions;
        if self.endpoint.permissions_asked.len() > MOST_ASKED || self.may_hold(&gate.site) {
            return None;
        }
        if self.endpoint.declared == Declared::Action && names::<DenyAll>(expression) {
            return Some(self.note("cannot_hold", "nobody may do it: it says `DenyAll` itself".to_owned()));
        }
        let leave = match self.endpoint.is_standard() {
            true => "leave it out of `ACTIONS`",
            false => "take the handler away",
        };
        let meant = self.only_here(&"DenyAll");
        let message = format!("nobody can do it, superusers included: `{expression}` never holds");
        let write = format!("classes that somebody can meet, or {leave}; if it is meant, {meant}");
        Some(self.error("cannot_hold", message).write(write))
    }

    fn may_hold(&self, site: &Site) -> bool {
        let asked = &self.endpoint.permissions_asked;
        let headers = HeaderMap::new();
        let mut callers = (0..1_u32 << asked.len()).flat_map(|held| {
            let held = asked.iter().enumerate().filter(move |(place, _)| held & (1 << place) != 0);
            with_any_flags(site, held.map(|(_, label)| label.clone()).collect())
        });
        callers.any(|user| self.endpoint.permissions.may_hold(&question(self.endpoint, site, &user, &headers)))
    }
}

/// Everybody who could hold these. An authenticator may set flags as it likes, also on a caller without a name.
fn with_any_flags(site: &Site, held: Vec<String>) -> impl Iterator<Item = User> {
    (0..16_u8).map(move |bits| {
        let is = |bit: u8| bits & (1 << bit) != 0;
        let mut user = match is(0) {
            true => User::supposed(&site.auth, site.db.get_database_backend(), held.clone()),
            false => User::supposed_nobody(&site.auth),
        };
        (user.is_active, user.is_staff, user.is_superuser) = (is(1), is(2), is(3));
        user
    })
}
