//! casbin: a policy for each group and table, and a user in eight of the groups.

use std::hint::black_box;

use casbin::{CachedEnforcer, CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};

use crate::{
    Decide,
    site::{CARS, Site},
};

/// The matcher compares what is cheap first.
const MODEL: &str = "[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.obj == p.obj && r.act == p.act && g(r.sub, p.sub)
";

pub(crate) async fn decision(site: Site) -> Decide {
    asked(filled::<Enforcer>(site).await)
}

/// Keeps the answers it gave, until a policy changes.
pub(crate) async fn cached_decision(site: Site) -> Decide {
    asked(filled::<CachedEnforcer>(site).await)
}

fn asked(enforcer: impl CoreApi + 'static) -> Decide {
    Box::new(move || enforcer.enforce(black_box(("alice", CARS, "change"))).expect("a decision"))
}

async fn filled<E: CoreApi + MgmtApi>(site: Site) -> E {
    let model = DefaultModel::from_str(MODEL).await.expect("a model");
    let mut enforcer = E::new(model, MemoryAdapter::default()).await.expect("an enforcer");
    let policies = site.grants().map(|(group, table)| vec![format!("g{group}"), table, "change".to_owned()]);
    enforcer.add_policies(policies.collect()).await.expect("policies");
    let groups = site.users_groups().map(|group| vec!["alice".to_owned(), format!("g{group}")]);
    enforcer.add_grouping_policies(groups.collect()).await.expect("groups");
    enforcer
}
