//! Random trees of models under random expressions: list = row = brute force.

use std::time::Duration;

use poem::{Response, endpoint::BoxEndpoint, http::Method, test::TestClient};
use proptest::{
    prelude::*,
    test_runner::{Config, FileFailurePersistence, TestCaseError, TestRunner},
};
use refrain::{
    Action, AllowAny, Api, Context, DenyAll, Hook, IntoPermissions, IsOwner, IsSuperuser, Lists, ModelPermissions,
    ObjectPermissions, PermissionClass, Permissions, Result, RowHook, Rule, Through, async_trait, auth::Snapshots,
    authentication::Authenticators,
};
use refrain_testing::{Backend, TestDb, every_database};
use sea_orm::sea_query::{Expr, ExprTrait};
use serde_json::{Value as Json, json};
use tokio::{runtime::Handle, task::block_in_place};

use crate::rules_agree::world::ByKey;

use super::world::{Buses, Chosen, Fleets, PATHS, Roots, Row, Seats, Site, bus, choose, fleet, seat};

#[derive(Clone, Debug)]
enum Tree {
    AllowAny,
    DenyAll,
    IsSuperuser,
    ModelPermissions,
    IsOwner,
    Granted,
    /// the row's own column; NULL is no
    IsOpen,
    /// of the last level, which nobody follows a key to, what only Rust can say; of the others everybody
    IsOdd,
    /// by the key, for retrieving or for changing; of the first level, which has no parent, everybody
    Through(bool),
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
}

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        1 => Just(Tree::AllowAny),
        1 => Just(Tree::DenyAll),
        1 => Just(Tree::IsSuperuser),
        1 => Just(Tree::ModelPermissions),
        2 => Just(Tree::IsOwner),
        2 => Just(Tree::Granted),
        2 => Just(Tree::IsOpen),
        1 => Just(Tree::IsOdd),
        6 => any::<bool>().prop_map(Tree::Through),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..=3).prop_map(Tree::And),
            prop::collection::vec(inner.clone(), 2..=3).prop_map(Tree::Or),
            inner.prop_map(|tree| Tree::Not(Box::new(tree))),
        ]
    })
}

impl Tree {
    fn size(&self, above: usize) -> usize {
        match self {
            Self::Through(_) => 1 + above,
            Self::And(parts) | Self::Or(parts) => parts.iter().map(|part| part.size(above)).sum(),
            Self::Not(part) => part.size(above),
            _ => 1,
        }
    }

    fn permissions(&self, level: usize) -> Permissions {
        let all = |parts: &[Self]| parts.iter().map(|part| part.permissions(level)).collect();
        match self {
            Self::AllowAny => AllowAny.into_permissions(),
            Self::DenyAll => DenyAll.into_permissions(),
            Self::IsSuperuser => IsSuperuser.into_permissions(),
            Self::ModelPermissions => ModelPermissions.into_permissions(),
            Self::IsOwner => IsOwner.into_permissions(),
            Self::Granted => ObjectPermissions.into_permissions(),
            Self::IsOpen => match level {
                0 | 1 => IsOpen::<fleet::Entity>::default().into_permissions(),
                2 => IsOpen::<bus::Entity>::default().into_permissions(),
                _ => IsOpen::<seat::Entity>::default().into_permissions(),
            },
            Self::IsOdd if level == 3 => Hook(IsOdd).into_permissions(),
            Self::IsOdd => AllowAny.into_permissions(),
            Self::Through(changing) => {
                let action = if *changing { Action::PartialUpdate } else { Action::Retrieve };
                match level {
                    0 => AllowAny.into_permissions(),
                    1 => Through::<Roots>::by(fleet::Column::ParentId).for_action(action).into_permissions(),
                    2 => Through::<Fleets>::by(bus::Column::FleetId).for_action(action).into_permissions(),
                    _ => Through::<Buses>::by(seat::Column::BusId).for_action(action).into_permissions(),
                }
            }
            Self::And(parts) => Permissions::And(all(parts)),
            Self::Or(parts) => Permissions::Or(all(parts)),
            Self::Not(part) => Permissions::Not(Box::new(part.permissions(level))),
        }
    }
}

struct IsOpen<E>(std::marker::PhantomData<fn() -> E>);

impl<E> Default for IsOpen<E> {
    fn default() -> Self {
        Self(std::marker::PhantomData)
    }
}

#[async_trait]
impl<E: refrain::Model> PermissionClass for IsOpen<E> {
    type Model = E;

    async fn rows(&self, _: &Context<'_>) -> Result<Rule> {
        tokio::task::yield_now().await;
        Ok(Rule::when(Expr::col((E::default(), sea_orm::sea_query::Alias::new("open"))).eq(true)))
    }
}

#[derive(Clone, Copy)]
struct IsOdd;

#[async_trait]
impl RowHook for IsOdd {
    type Entity = seat::Entity;
    const LISTS: Lists = Lists::InMemory { at_most: 100 };

    async fn has_object_permission(&self, _: &Context<'_>, row: &seat::Model) -> Result<bool> {
        tokio::task::yield_now().await;
        Ok(row.id % 2 == 1)
    }
}

/// One case: the rows, the expressions, who asks.
#[derive(Clone, Debug)]
struct Case {
    /// fleets, buses, seats
    rows: [Vec<Row>; 3],
    trees: [Tree; 4],
    chooses: [bool; 4],
    granted: Vec<(usize, &'static str, i32)>,
    who: Option<&'static str>,
    /// between the requests of the case
    is_kept: bool,
}

fn cases(owners: [i32; 2]) -> impl Strategy<Value = Case> {
    let rows = move || {
        let row = (
            prop::option::weighted(0.8, 1..=4_i32),
            prop::option::of(prop::sample::select(owners.to_vec())),
            any::<Option<bool>>(),
        );
        prop::collection::vec(row, 1..=4).prop_map(|rows| {
            let rows = rows.into_iter().zip(1..);
            rows.map(|((points_at, owner, open), id)| Row { id, points_at, owner, open }).collect::<Vec<_>>()
        })
    };
    let grant = (0..3_usize, prop::sample::select(vec!["view", "change"]), 1..=4_i32);
    let who = prop::sample::select(vec![None, Some("alice"), Some("alice"), Some("bob"), Some("root")]);
    (
        [rows(), rows(), rows()],
        [trees(), trees(), trees(), trees()],
        [prop::bool::weighted(0.2), prop::bool::weighted(0.2), prop::bool::weighted(0.2), prop::bool::weighted(0.2)],
        prop::collection::vec(grant, 0..=5),
        (who, any::<bool>()),
    )
        .prop_map(|(rows, trees, chooses, granted, (who, is_kept))| Case {
            rows,
            trees,
            chooses,
            granted,
            who,
            is_kept,
        })
        .prop_filter("a statement of hundreds of sub-queries", |case| case.size_of_statement() <= 60)
}

impl Case {
    /// How many leaves the last level's expression has, those of the levels above in the place of each that follows.
    fn size_of_statement(&self) -> usize {
        self.trees.iter().fold(0, |above, tree| tree.size(above))
    }

    fn table(level: usize) -> usize {
        level.saturating_sub(1)
    }

    /// May who asks do this to the row of a level's viewset that has this key?
    fn admits(&self, site: &Site, level: usize, key: Option<i32>, changing: bool) -> bool {
        let Some(row) = key.and_then(|key| self.rows[Self::table(level)].iter().find(|row| row.id == key)) else {
            return false;
        };
        let is_there = !self.chooses[level] || row.open == Some(true);
        is_there && self.holds(site, &self.trees[level], level, row, changing)
    }

    fn holds(&self, site: &Site, tree: &Tree, level: usize, row: &Row, changing: bool) -> bool {
        match tree {
            Tree::AllowAny => true,
            Tree::DenyAll => false,
            Tree::IsSuperuser | Tree::ModelPermissions => self.who == Some("root"),
            Tree::IsOwner => self.who.is_some_and(|who| row.owner == Some(site.key(who))),
            Tree::Granted => {
                let first = if changing { "change" } else { "view" };
                let is_this = |(table, codename, id): &(usize, &str, i32)| {
                    *table == Self::table(level) && *codename == first && *id == row.id
                };
                self.who == Some("root") || (self.who == Some("alice") && self.granted.iter().any(is_this))
            }
            Tree::IsOpen => row.open == Some(true),
            Tree::IsOdd => level != 3 || row.id % 2 == 1,
            Tree::Through(_) if level == 0 => true,
            Tree::Through(changing) => self.admits(site, level - 1, row.points_at, *changing),
            Tree::And(parts) => parts.iter().all(|part| self.holds(site, part, level, row, changing)),
            Tree::Or(parts) => parts.iter().any(|part| self.holds(site, part, level, row, changing)),
            Tree::Not(part) => !self.holds(site, part, level, row, changing),
        }
    }
}

#[every_database]
async fn lists_rows_and_writes_agree(db: TestDb) {
    let site = Site::open(&db).await;
    let count = if db.backend() == Backend::Sqlite { 120 } else { 15 };
    let mut runner = TestRunner::new(Config {
        cases: count,
        max_shrink_iters: 500,
        max_shrink_time: 30_000,
        source_file: Some(file!()),
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..Config::default()
    });
    let owners = [site.key("alice"), site.key("bob")];
    let run = |case| block_in_place(|| Handle::current().block_on(agrees(&site, &case)));
    if let Err(failure) = runner.run(&cases(owners), run) {
        panic!("{failure}");
    }
}

async fn agrees(site: &Site, case: &Case) -> Result<(), TestCaseError> {
    site.settle(&case.rows, &case.granted).await;
    let permissions = [0, 1, 2, 3].map(|level| case.trees[level].permissions(level));
    let words = permissions.each_ref().map(ToString::to_string);
    choose(Chosen { permissions, chooses: case.chooses });
    let mut api = Api::new("Through", "1", site.db.clone())
        .auth(site.auth.clone())
        .authenticators(Authenticators::none().with(ByKey));
    if case.is_kept {
        api = api.snapshots(Snapshots::kept_for(Duration::from_secs(3600)));
    }
    let api = api.mount(Seats).mount(Buses).mount(Fleets).mount(Roots).build().expect("every key can be followed");
    let client = TestClient::new(api.into_endpoint());
    let who = case.who.map(|name| site.key(name));
    for (level, path) in PATHS.iter().enumerate() {
        let rows = &case.rows[Case::table(level)];
        let seen: Vec<i32> =
            rows.iter().map(|row| row.id).filter(|id| case.admits(site, level, Some(*id), false)).collect();
        let (status, body) = ask(&client, Method::GET, path, who).await;
        let listed: Vec<i32> = body["results"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|row| row["id"].as_i64().and_then(|id| id.try_into().ok()))
            .collect();
        prop_assert!(matches!(status, 200 | 401 | 403), "{} {}: {}", status, path, body);
        prop_assert_eq!(&listed, &seen, "the list at {} under {:?}", path, words);
        if status == 200 {
            prop_assert_eq!(body["count"].as_u64(), Some(seen.len() as u64), "the count under {:?}", words);
        }
        for id in 1..=5 {
            let path = format!("{path}/{id}");
            let (status, _) = ask(&client, Method::GET, &path, who).await;
            prop_assert_eq!(status == 200, seen.contains(&id), "GET {} under {:?}: {}", path, words, status);
            prop_assert!(matches!(status, 200 | 401 | 403 | 404), "GET {} under {:?}: {}", path, words, status);
            let (status, _) = ask(&client, Method::PATCH, &path, who).await;
            let may = case.admits(site, level, Some(id), true) && seen.contains(&id);
            prop_assert_eq!(status == 200, may, "PATCH {} under {:?}: {}", path, words, status);
            prop_assert!(matches!(status, 200 | 401 | 403 | 404), "PATCH {} under {:?}: {}", path, words, status);
        }
    }
    Ok(())
}

async fn ask(
    client: &TestClient<BoxEndpoint<'static, Response>>,
    method: Method,
    path: &str,
    who: Option<i32>,
) -> (u16, Json) {
    let mut request = client.request(method.clone(), path);
    if let Some(key) = who {
        request = request.header("x-key", key.to_string());
    }
    if method == Method::PATCH {
        request = request.body_json(&json!({}));
    }
    let mut response = request.send().await.0;
    let text = response.take_body().into_string().await.expect("a body of text");
    (response.status().as_u16(), serde_json::from_str(&text).unwrap_or(Json::Null))
}
