//! gatehouse: a policy that looks into what the subject holds.

use std::{collections::HashSet, hint::black_box};

use gatehouse::{EvaluationSession, PermissionChecker, PolicyBuilder, PolicyDomain};

use crate::{Decide, at_once, floor::labels, site::Site};

struct User {
    held: HashSet<String>,
}

struct Change;

struct Table {
    change: &'static str,
}

struct Tables;

impl PolicyDomain for Tables {
    type Subject = User;
    type Action = Change;
    type Resource = Table;
    type Context = ();
}

pub(crate) fn decision(site: Site) -> Decide {
    let holds = PolicyBuilder::<Tables>::new("holds the permission")
        .when(|user: &User, _: &Change, table: &Table, (): &()| user.held.contains(table.change))
        .build();
    let mut checker = PermissionChecker::<Tables>::new();
    checker.add_policy(holds);
    let (user, cars, session) =
        (User { held: labels(site) }, Table { change: "drivers.change_car" }, EvaluationSession::empty());
    Box::new(move || {
        let bound = checker.bind(&session, black_box(&user), &Change, &());
        at_once(bound.authorize(black_box(&cars))).is_ok()
    })
}
