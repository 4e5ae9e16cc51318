//! For one caller a row is in the list exactly when its own route answers 200, and both are what a brute-force model
//! says, whatever was granted to whom, on which text, and wherever grants stand in an expression.

use std::{collections::BTreeSet, time::Duration};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use poem::http::Method;
use proptest::{
    prelude::*,
    test_runner::{Config, FileFailurePersistence, TestCaseError, TestRunner},
};
use refrain::{
    Action, Api, IntoPermissions, IsOwner, ModelPermissions, ObjectPermissions, Permissions, Serializer, ViewSet,
    auth::{Auth, Group, NewUser, Snapshots, User},
};
use refrain_testing::{Backend, TestDb, every_database};
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel, ModelTrait};
use serde_json::{Value as Json, json};
use tokio::{runtime::Handle, task::block_in_place};

use crate::{
    keyed::{self, Keyed, ODD, To},
    support::{Client, auth, user},
};

macro_rules! viewsets {
    ($($viewset:ident: $model:ident, $key:ty;)*) => {$(
        mod $model {
            use refrain::{Serializer, ViewSet};

            use crate::keyed::$model as model;

            #[derive(Serializer)]
            #[serializer(model = model)]
            pub struct Row {
                pub id: $key,
                pub name: String,
            }

            /// Declares nothing: a case's expression is the global default.
            #[derive(Default)]
            pub struct $viewset;

            impl ViewSet for $viewset {
                type Serializer = Row;
                const PATH: &'static str = "/rows";
            }
        }
    )*};
}

viewsets! {
    Smalls: small, i32;
    Bigs: big, i64;
    Texts: text, String;
    Uniques: unique, uuid::Uuid;
    WrittenOnes: written, String;
    OwnBigs: own_big, i64;
    OwnUniques: own_unique, uuid::Uuid;
}

/// An expression over what a row can be admitted by.
#[derive(Clone, Debug)]
enum Tree {
    Granted,
    Held,
    Owned,
    And(Box<Tree>, Box<Tree>),
    Or(Box<Tree>, Box<Tree>),
    Not(Box<Tree>),
}

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![3 => Just(Tree::Granted), 1 => Just(Tree::Held), 1 => Just(Tree::Owned)];
    leaf.prop_recursive(3, 8, 2, |inner| {
        let pair = || (inner.clone().prop_map(Box::new), inner.clone().prop_map(Box::new));
        prop_oneof![
            2 => pair().prop_map(|(a, b)| Tree::And(a, b)),
            3 => pair().prop_map(|(a, b)| Tree::Or(a, b)),
            1 => inner.clone().prop_map(|a| Tree::Not(Box::new(a))),
        ]
    })
}

impl Tree {
    fn permissions(&self) -> Permissions {
        match self {
            Self::Granted => ObjectPermissions.into_permissions(),
            Self::Held => ModelPermissions.into_permissions(),
            Self::Owned => IsOwner.into_permissions(),
            Self::And(a, b) => Permissions::And(vec![a.permissions(), b.permissions()]),
            Self::Or(a, b) => Permissions::Or(vec![a.permissions(), b.permissions()]),
            Self::Not(part) => Permissions::Not(Box::new(part.permissions())),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Holder {
    Alice,
    Bob,
    Team,
    OtherTeam,
}

/// On what something was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum On {
    Row(usize),
    /// a text that is no key's, or by chance one's
    Odd(usize),
}

#[derive(Clone, Debug)]
struct Case {
    tree: Tree,
    granted: BTreeSet<(Holder, bool, On)>,
    in_team: bool,
    holds_view: bool,
    holds_change: bool,
    is_superuser: bool,
    /// between the requests of the case
    is_kept: bool,
    /// by row: alice's
    owned: Vec<bool>,
}

fn cases() -> impl Strategy<Value = Case> {
    let holder = prop::sample::select(vec![Holder::Alice, Holder::Bob, Holder::Team, Holder::OtherTeam]);
    let on = prop_oneof![3 => (0..8_usize).prop_map(On::Row), 1 => (0..ODD.len()).prop_map(On::Odd)];
    let granted = prop::collection::btree_set((holder, any::<bool>(), on), 0..12);
    let rarely = || prop::bool::weighted(0.25);
    let flags = (any::<bool>(), rarely(), rarely(), prop::bool::weighted(0.1), any::<bool>());
    (trees(), granted, flags, prop::collection::vec(rarely(), 8)).prop_map(|(tree, granted, flags, owned)| {
        let (in_team, holds_view, holds_change, is_superuser, is_kept) = flags;
        Case { tree, granted, in_team, holds_view, holds_change, is_superuser, is_kept, owned }
    })
}

impl Case {
    /// The meaning for rows that grants name by these texts: `Err` for a constant.
    fn meaning(&self, tree: &Tree, view: bool, keys: &[String]) -> Result<Vec<bool>, bool> {
        let both = |a: &Tree, b: &Tree, absorbing: bool| {
            let (a, b) = (self.meaning(a, view, keys), self.meaning(b, view, keys));
            match (a, b) {
                (Err(a), _) if a == absorbing => Err(absorbing),
                (_, Err(b)) if b == absorbing => Err(absorbing),
                (Err(_), rest) | (rest, Err(_)) => rest,
                (Ok(a), Ok(b)) => {
                    Ok(a.into_iter().zip(b).map(|(a, b)| if absorbing { a || b } else { a && b }).collect())
                }
            }
        };
        match tree {
            Tree::Granted if self.is_superuser => Err(true),
            Tree::Granted => Ok(keys.iter().map(|key| self.is_granted(view, key, keys)).collect()),
            Tree::Held => Err(self.is_superuser || if view { self.holds_view } else { self.holds_change }),
            Tree::Owned => Ok(self.owned[..keys.len()].to_vec()),
            Tree::And(a, b) => both(a, b, false),
            Tree::Or(a, b) => both(a, b, true),
            Tree::Not(part) => match self.meaning(part, view, keys) {
                Err(constant) => Err(!constant),
                Ok(rows) => Ok(rows.into_iter().map(|admits| !admits).collect()),
            },
        }
    }

    fn is_granted(&self, view: bool, key: &str, keys: &[String]) -> bool {
        self.granted.iter().any(|(holder, grants_view, on)| {
            let counts = *holder == Holder::Alice || (*holder == Holder::Team && self.in_team);
            let text = match on {
                On::Row(place) => keys[place % keys.len()].as_str(),
                On::Odd(place) => ODD[*place],
            };
            counts && *grants_view == view && text == key
        })
    }

    /// The status for a row; `None` is a row that is not there.
    fn status(&self, view: bool, place: Option<usize>, keys: &[String]) -> u16 {
        let admits = |view: bool| match (self.meaning(&self.tree, view, keys), place) {
            (Err(constant), _) => constant,
            (Ok(_), None) => false,
            (Ok(rows), Some(place)) => rows[place],
        };
        if self.meaning(&self.tree, view, keys) == Err(false) {
            return 403;
        }
        match place {
            None => 404,
            Some(_) if admits(view) => 200,
            Some(_) if admits(true) => 403,
            Some(_) => 404,
        }
    }
}

struct Site {
    auth: Auth,
    alice: User,
    bob: User,
    team: Group,
    other_team: Group,
    token: String,
}

#[every_database]
async fn lists_details_and_checks_agree(db: TestDb) -> refrain::Result<()> {
    let auth = auth();
    keyed::open(&auth, &db).await?;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let (bob, _) = user(&auth, &db, NewUser::new("bob"), &[]).await;
    let team = auth.create_group(db.db(), "Team").await?;
    let other_team = auth.create_group(db.db(), "Other team").await?;
    bob.groups().add(db.db(), [&team, &other_team]).await?;
    let site = Site { auth, alice, bob, team, other_team, token };
    agree::<keyed::small::Entity, small::Smalls>(&db, &site);
    agree::<keyed::big::Entity, big::Bigs>(&db, &site);
    agree::<keyed::text::Entity, text::Texts>(&db, &site);
    agree::<keyed::unique::Entity, unique::Uniques>(&db, &site);
    agree::<keyed::written::Entity, written::WrittenOnes>(&db, &site);
    agree::<keyed::own_big::Entity, own_big::OwnBigs>(&db, &site);
    agree::<keyed::own_unique::Entity, own_unique::OwnUniques>(&db, &site);
    Ok(())
}

/// Over a pool that a program made itself MariaDB may take `||` for "or".
#[cfg(feature = "mysql")]
#[every_database(mariadb, because = "elsewhere `||` joins texts always")]
async fn a_uuid_is_named_over_any_pool(db: TestDb) -> refrain::Result<()> {
    use sea_orm::{
        EntityTrait, SqlxMySqlConnector,
        sqlx::mysql::{MySqlConnectOptions, MySqlPool},
    };
    let auth = auth();
    keyed::open(&auth, &db).await?;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let [granted, other, _] = keyed::uuids();
    let rows = [granted, other].map(keyed::unique::Entity::row);
    let full = rows.iter().map(|row| row.clone().into_active_model().reset_all());
    keyed::unique::Entity::insert_many(full).exec_without_returning(db.db()).await?;

    let options: MySqlConnectOptions = db.url().parse().expect("an address");
    let pool = MySqlPool::connect_lazy_with(options.pipes_as_concat(false));
    let own = SqlxMySqlConnector::from_sqlx_mysql_pool(pool);
    assert_eq!(auth.assign_perm(&own, "view_unique", [&alice], [&rows[0]]).await?, 1);
    let api = Api::new("Keyed", "1", own).auth(auth);
    let client = Client::new(api.default_permissions(ObjectPermissions).mount(unique::Uniques).build()?);
    for (id, status) in [(granted, 200), (other, 404)] {
        let answer = client.get(&format!("/api/rows/{id}"), &token).await;
        assert_eq!(answer.code(), status, "{}", answer.text);
    }
    assert_eq!(client.get("/api/rows", &token).await.json()["count"], 1);
    Ok(())
}

/// Runs cases over one viewset; a failing one is made small.
fn agree<E, V>(db: &TestDb, site: &Site)
where
    E: Keyed<Model: PartialEq + ModelTrait<Entity = E> + IntoActiveModel<E::ActiveModel>>,
    V: Default + ViewSet<Serializer: Serializer<Entity = E>>,
{
    let cases_run = if db.backend() == Backend::Sqlite { 40 } else { 6 };
    let mut runner = TestRunner::new(Config {
        cases: cases_run,
        max_shrink_iters: 500,
        max_shrink_time: 30_000,
        source_file: Some(file!()),
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..Config::default()
    });
    let run = |case| block_in_place(|| Handle::current().block_on(agrees::<E, V>(db, site, &case)));
    if let Err(failure) = runner.run(&cases(), run) {
        panic!("{failure}");
    }
}

async fn agrees<E, V>(db: &TestDb, site: &Site, case: &Case) -> Result<(), TestCaseError>
where
    E: Keyed<Model: PartialEq + ModelTrait<Entity = E> + IntoActiveModel<E::ActiveModel>>,
    V: Default + ViewSet<Serializer: Serializer<Entity = E>>,
{
    let failed = |error: refrain::Error| TestCaseError::fail(format!("{error:?}"));
    let keys: Vec<String> = E::keys().iter().map(ToString::to_string).collect();
    let texts: Vec<String> = E::keys().iter().map(E::granted_as).collect();
    let rows = settle::<E>(db, site, case).await.map_err(failed)?;
    let permissions = case.tree.permissions();
    let expression = permissions.to_string();
    let mut api = Api::new("Keyed", "1", db.db().clone()).auth(site.auth.clone()).default_permissions(permissions);
    if case.is_kept {
        api = api.snapshots(Snapshots::kept_for(Duration::from_secs(3600)));
    }
    let client = Client::new(api.mount(V::default()).build().map_err(failed)?);

    let list = client.get("/api/rows?limit=500", &site.token).await;
    let expected = if case.meaning(&case.tree, true, &texts) == Err(false) { 403 } else { 200 };
    prop_assert_eq!(list.code(), expected, "the list under {}: {}", expression, list.text);
    let list = list.json();
    let text = |key: &Json| key.as_str().map_or_else(|| key.to_string(), str::to_owned);
    let listed: Vec<String> = list["results"].as_array().into_iter().flatten().map(|row| text(&row["id"])).collect();
    if expected == 200 {
        prop_assert_eq!(list["count"].as_u64(), Some(listed.len() as u64), "the count under {}", expression);
    }
    for (place, key) in keys.iter().enumerate() {
        let path = format!("/api/rows/{}", utf8_percent_encode(key, NON_ALPHANUMERIC));
        let (get, patch) = (case.status(true, Some(place), &texts), case.status(false, Some(place), &texts));
        let answer = client.get(&path, &site.token).await;
        prop_assert_eq!(answer.code(), get, "GET {} under {}: {}", path, expression, answer.text);
        prop_assert_eq!(listed.contains(key), get == 200, "{} in the list under {}", key, expression);
        let answer = client.ask(Method::PATCH, &path, &site.token, Some(json!({"name": "new"}))).await;
        prop_assert_eq!(answer.code(), patch, "PATCH {} under {}: {}", path, expression, answer.text);
    }
    for (view, method) in [(true, Method::GET), (false, Method::PATCH)] {
        let missing = E::missing().to_string();
        let body = (!view).then(|| json!({"name": "new"}));
        let answer = client.ask(method, &format!("/api/rows/{missing}"), &site.token, body).await;
        prop_assert_eq!(answer.code(), case.status(view, None, &texts), "a missing row under {}", expression);
    }

    // the grants alone, without an expression
    let alice = site.alice.reload(db.db()).await.map_err(failed)?.expect("alice is there");
    for (view, action) in [(true, Action::Retrieve), (false, Action::Update)] {
        let first = action.codename().expect("it asks for one");
        let codename = format!("{first}_{}", E::MODEL_NAME);
        let asked = site.auth.objects_for_user::<E>(&alice, [codename.as_str()]).accept_global_perms(false);
        let objects = asked.select(db.db()).await.map_err(failed)?.all(db.db()).await.expect("the query runs");
        for ((key, text), row) in keys.iter().zip(&texts).zip(&rows) {
            let granted = case.is_superuser || case.is_granted(view, text, &texts);
            let held = alice.has_perm_on(db.db(), codename.as_str(), row).await.map_err(failed)?;
            prop_assert_eq!(held, granted, "{} on {}", codename, key);
            let named = objects.iter().any(|object| E::text_of(object) == *key);
            prop_assert_eq!(named, granted, "{} on {} in the objects", codename, key);
        }
    }
    Ok(())
}

/// Makes the database hold this case, and nothing of the one before.
async fn settle<M: Keyed>(db: &TestDb, site: &Site, case: &Case) -> refrain::Result<Vec<M::Model>>
where
    M::Model: ModelTrait<Entity = M> + IntoActiveModel<M::ActiveModel>,
{
    for table in [
        M::default().table_name(),
        "guardian_userobjectpermission",
        "guardian_groupobjectpermission",
        "keyed_big_user_grants",
        "keyed_big_group_grants",
        "keyed_unique_user_grants",
    ] {
        db.execute_unprepared(&format!("DELETE FROM {table}")).await?;
    }
    let owner = keyed::key_of(&site.alice);
    let owned = case.owned.iter().map(|owned| owned.then_some(owner));
    let rows: Vec<M::Model> = M::keys().into_iter().zip(owned).map(|(key, owner)| M::owned_row(key, owner)).collect();
    let full = rows.iter().map(|row| row.clone().into_active_model().reset_all());
    M::insert_many(full).exec_without_returning(db.db()).await?;

    let teams: &[&Group] = if case.in_team { &[&site.team] } else { &[] };
    site.alice.groups().set(db.db(), teams.iter().copied()).await?;
    let held = [("view", case.holds_view), ("change", case.holds_change)];
    let labels =
        held.into_iter().filter(|(_, held)| *held).map(|(first, _)| format!("keyed.{first}_{}", M::MODEL_NAME));
    site.alice.permissions().set(db.db(), labels).await?;
    let mut alice = site.alice.reload(db.db()).await?.expect("alice is there");
    if alice.is_superuser != case.is_superuser {
        alice.is_superuser = case.is_superuser;
        alice.save_flags(db.db()).await?;
    }
    for (holder, view, on) in &case.granted {
        let first = if *view { "view" } else { "change" };
        let codename = format!("{first}_{}", M::MODEL_NAME);
        match (on, holder) {
            (On::Row(place), Holder::Alice | Holder::Bob) => {
                let user = if *holder == Holder::Alice { &site.alice } else { &site.bob };
                site.auth.assign_perm(db.db(), codename, [user], [&rows[place % rows.len()]]).await?;
            }
            (On::Row(place), Holder::Team | Holder::OtherTeam) => {
                let group = if *holder == Holder::Team { &site.team } else { &site.other_team };
                site.auth.assign_perm(db.db(), codename, [group], [&rows[place % rows.len()]]).await?;
            }
            (On::Odd(place), holder) => {
                let to = match holder {
                    Holder::Alice => To::User(keyed::key_of(&site.alice)),
                    Holder::Bob => To::User(keyed::key_of(&site.bob)),
                    Holder::Team => To::Group(site.team.id),
                    Holder::OtherTeam => To::Group(site.other_team.id),
                };
                let (permission, content_type) = keyed::permission::<M>(db, first).await?;
                keyed::grant(db, to, permission, content_type, ODD[*place]).await?;
            }
        }
    }
    Ok(rows)
}
