//! Cedar: a policy for each group and table; and one policy for all, where a table names the groups that may change it.

use std::{collections::BTreeMap, fmt::Write, hint::black_box};

use cedar_policy::{Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request};

use crate::{
    Decide,
    site::{CARS, Site},
};

pub(crate) fn decision(site: Site) -> Decide {
    let mut policies = String::new();
    for (group, table) in site.grants() {
        let _ = writeln!(
            policies,
            r#"permit(principal in Group::"{group}", action == Action::"change", resource == Table::"{table}");"#
        );
    }
    asked(&policies, &format!("[{}]", user(site)))
}

pub(crate) fn decision_by_one_policy(site: Site) -> Decide {
    let policy = r#"permit(principal, action == Action::"change", resource) when { principal in resource.changers };"#;
    let mut tables = BTreeMap::<String, Vec<String>>::new();
    for (group, table) in site.grants() {
        tables.entry(table).or_default().push(format!(r#"{{"__entity": {{"type": "Group", "id": "{group}"}}}}"#));
    }
    let tables = tables.into_iter().map(|(table, changers)| {
        let changers = changers.join(", ");
        format!(
            r#"{{"uid": {{"type": "Table", "id": "{table}"}}, "attrs": {{"changers": [{changers}]}}, "parents": []}}"#
        )
    });
    asked(policy, &format!("[{}]", tables.chain([user(site)]).collect::<Vec<_>>().join(", ")))
}

fn user(site: Site) -> String {
    let groups = site.users_groups().map(|group| format!(r#"{{"type": "Group", "id": "{group}"}}"#));
    let groups = groups.collect::<Vec<_>>().join(", ");
    format!(r#"{{"uid": {{"type": "User", "id": "alice"}}, "attrs": {{}}, "parents": [{groups}]}}"#)
}

fn asked(policies: &str, entities: &str) -> Decide {
    let policies: PolicySet = policies.parse().expect("policies");
    let entities = Entities::from_json_str(entities, None).expect("entities");
    let uid = |text: String| text.parse::<EntityUid>().expect("a name");
    let (principal, action) = (uid(r#"User::"alice""#.into()), uid(r#"Action::"change""#.into()));
    let resource = uid(format!(r#"Table::"{CARS}""#));
    let request = Request::new(principal, action, resource, Context::empty(), None).expect("no schema forbids it");
    let authorizer = Authorizer::new();
    Box::new(move || authorizer.is_authorized(black_box(&request), &policies, &entities).decision() == Decision::Allow)
}
