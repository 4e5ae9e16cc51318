//! Fields by permission: for a caller a guarded field is there where its rule holds, and is nothing elsewhere. Whatever
//! they ask, two databases that differ in hidden values only answer alike.

use std::sync::{PoisonError, RwLock};

use poem::http::Method;
use proptest::{
    prelude::*,
    test_runner::{Config, FileFailurePersistence, TestCaseError, TestRunner},
};
use refrain::{
    Access, Action, AllowAny, Api, Context, Error, Explanation, Filter, HasPerm, Hook, IsAuthenticated, IsOwner, Lists,
    Lookup, Operators, Pagination, PermissionClass, Result, RowHook, Rule, Serializer, Verdict, ViewSet, async_trait,
    auth::NewUser, model::Models, sessions::SecretKey,
};
use refrain_testing::{Backend, TestDb, counted, every_database};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, Schema,
};
use serde_json::{Value as Json, json};
use tokio::{runtime::Handle, task::block_in_place};

use crate::support::{Answer, Client, auth, user};

mod staff {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "guarded_staff")]
    #[refrain(app = "hr", model = "Staff", permissions(set_salary = "Can set salaries"), owner = "owner_id")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub owner_id: Option<i32>,
        pub open: bool,
        pub salary: Option<i32>,
        #[sea_orm(column_type = "String(StringLen::N(20))")]
        pub note: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The rows that show a caller the guarded fields, as a case says.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Shown {
    Everywhere,
    Nowhere,
    Own,
    Open,
    NotOpen,
    OwnOrOpen,
}

static SHOWN: RwLock<Shown> = RwLock::new(Shown::Nowhere);

#[derive(Clone, Copy, Operators)]
struct AsTheCaseSays;

#[async_trait]
impl PermissionClass for AsTheCaseSays {
    type Model = staff::Entity;

    async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
        let own = cx.user().owns(staff::Column::OwnerId);
        let open = Rule::when(staff::Column::Open.eq(true));
        Ok(match *SHOWN.read().unwrap_or_else(PoisonError::into_inner) {
            Shown::Everywhere => Rule::Always,
            Shown::Nowhere => Rule::Never,
            Shown::Own => own,
            Shown::Open => open,
            Shown::NotOpen => !open,
            Shown::OwnOrOpen => own | open,
        })
    }
}

#[derive(Serializer)]
#[serializer(model = staff)]
struct Staff {
    id: i32,
    owner_id: Option<i32>,
    #[serializer(default = false)]
    open: bool,
    #[serializer(read_if = AsTheCaseSays)]
    salary: Option<i32>,
    #[serializer(read_if = AsTheCaseSays, default = String::new())]
    note: String,
}

macro_rules! viewset {
    ($viewset:ident, $path:literal, $pagination:expr) => {
        struct $viewset;

        impl ViewSet for $viewset {
            type Serializer = Staff;
            const PATH: &'static str = $path;
            const CHECKS_RESULT: bool = true;

            fn permissions() -> Access<staff::Entity> {
                Access::to(AllowAny)
            }

            fn pagination() -> Pagination {
                $pagination
            }

            fn filters() -> Vec<Filter<staff::Column>> {
                let lookups = [Lookup::Exact, Lookup::In, Lookup::Gte, Lookup::Lt, Lookup::IsNull];
                vec![
                    Filter::of(staff::Column::Salary).lookups(lookups),
                    Filter::of(staff::Column::Note).lookups([Lookup::StartsWith, Lookup::IContains]),
                ]
            }

            fn search() -> Vec<staff::Column> {
                vec![staff::Column::Note]
            }

            fn orderings() -> Vec<staff::Column> {
                vec![staff::Column::Salary, staff::Column::Note, staff::Column::Id]
            }
        }
    };
}

viewset!(ByOffset, "/staff", Pagination::limit_offset(50));
viewset!(ByCursor, "/staff-by-cursor", Pagination::cursor(2));

struct Site {
    client: Client,
    db: DatabaseConnection,
    /// alice and bob: their keys and tokens
    people: Vec<(i32, String)>,
}

async fn site(db: &TestDb) -> Site {
    let auth = auth();
    let schema = Schema::new(db.get_database_backend());
    db.execute(&schema.create_table_from_entity(staff::Entity)).await.unwrap();
    auth.sync_permissions(db.db(), &Models::default().with::<staff::Entity>(), &Default::default()).await.unwrap();
    let mut people = Vec::new();
    for name in ["alice", "bob"] {
        let (user, token) = user(&auth, db, NewUser::new(name), &[]).await;
        people.push((user.key().unwrap(), token));
    }
    let api = Api::new("Guarded", "1", db.db().clone())
        .auth(auth)
        .secret_key(SecretKey::new("what these tests seal with").unwrap())
        .mount(ByOffset)
        .mount(ByCursor);
    Site { client: Client::new(api.build().unwrap()), db: db.db().clone(), people }
}

/// One case: rows, of which the second halves are what a hidden field has in the other database.
#[derive(Clone, Debug)]
struct Case {
    shown: Shown,
    /// who asks: nobody, alice or bob
    who: Option<usize>,
    rows: Vec<(staff::Model, Option<i32>, String)>,
}

fn cases(owners: [i32; 2]) -> impl Strategy<Value = Case> {
    let note = || prop::sample::select(vec!["", "a", "b", "ab", "B"]);
    let salary = || prop::option::of(1..=4_i32);
    let owner = prop::option::of(prop::sample::select(owners.to_vec()));
    let row = (owner, any::<bool>(), salary(), note(), salary(), note());
    let rows = prop::collection::vec(row, 0..6).prop_map(|rows| {
        let rows = rows.into_iter().zip(1..);
        let row = |((owner_id, open, salary, note, other, other_note), id): (_, i32)| {
            let note: &str = note;
            let other_note: &str = other_note;
            (staff::Model { id, owner_id, open, salary, note: note.to_owned() }, other, other_note.to_owned())
        };
        rows.map(row).collect()
    });
    use Shown::*;
    let shown = prop::sample::select(vec![Everywhere, Nowhere, Own, Open, NotOpen, OwnOrOpen]);
    let who = prop::sample::select(vec![None, Some(0), Some(1)]);
    (shown, who, rows).prop_map(|(shown, who, rows)| Case { shown, who, rows })
}

impl Case {
    fn shows(&self, site: &Site, row: &staff::Model) -> bool {
        let own = self.who.is_some_and(|who| row.owner_id == Some(site.people[who].0));
        match self.shown {
            Shown::Everywhere => true,
            Shown::Nowhere => false,
            Shown::Own => own,
            Shown::Open => row.open,
            Shown::NotOpen => !row.open,
            Shown::OwnOrOpen => own || row.open,
        }
    }

    /// The rows as they are, or with other values in what is hidden.
    async fn settle(&self, site: &Site, otherwise: bool) -> Vec<staff::Model> {
        site.db.execute_unprepared("DELETE FROM guarded_staff").await.unwrap();
        let mut rows = Vec::new();
        for (row, salary, note) in &self.rows {
            let mut row = row.clone();
            if otherwise && !self.shows(site, &row) {
                (row.salary, row.note) = (*salary, note.clone());
            }
            let active = staff::ActiveModel {
                id: Set(row.id),
                owner_id: Set(row.owner_id),
                open: Set(row.open),
                salary: Set(row.salary),
                note: Set(row.note.clone()),
            };
            active.insert(&site.db).await.unwrap();
            rows.push(row);
        }
        rows
    }

    /// Everything that who asks finds out.
    async fn asked(&self, site: &Site) -> Vec<String> {
        let token = self.who.map_or("", |who| site.people[who].1.as_str());
        let mut said = Vec::new();
        for query in [
            "",
            "?ordering=salary",
            "?ordering=-salary",
            "?ordering=note,-id",
            "?ordering=-note,salary",
            "?salary=2",
            "?salary__in=1,3",
            "?salary__gte=2",
            "?salary__lt=3",
            "?salary__isnull=true",
            "?salary__isnull=false",
            "?note__startswith=a",
            "?note__icontains=b",
            "?search=a",
            "?search=a%20b&ordering=-salary",
            "?ordering=salary&limit=2&offset=1",
        ] {
            said.push(told(&site.client.get(&format!("/api/staff{query}"), token).await));
        }
        for query in ["?ordering=salary", "?ordering=-salary,note", "?ordering=note", "?salary__gte=2&ordering=-note"] {
            said.push(self.walk(site, &format!("/api/staff-by-cursor{query}"), token).await);
        }
        for (row, ..) in &self.rows {
            let path = format!("/api/staff/{}", row.id);
            let answer = site.client.get(&path, token).await;
            said.push(told(&answer));
            let tag = answer.header("etag").unwrap_or_default().to_owned();
            let conditional = site.client.raw().get(&path).header("if-none-match", &tag);
            let conditional = conditional.header("authorization", format!("Token {token}"));
            if !token.is_empty() {
                said.push(conditional.send().await.0.status().to_string());
            }
            for body in [
                json!({"salary": 4}),
                json!({"note": "z"}),
                json!({"salary": "x"}),
                json!({"open": row.open}),
                json!({}),
            ] {
                let change = site.client.raw().patch(&path).header("if-match", &tag).body_json(&body);
                let change = match token {
                    "" => change,
                    token => change.header("authorization", format!("Token {token}")),
                };
                said.push(told(&crate::support::answer(change.send().await).await));
            }
        }
        for body in [
            json!({"id": 7, "owner_id": null, "open": true}),
            json!({"id": 8, "owner_id": null, "open": false, "salary": 3}),
            json!({"id": 9, "owner_id": null, "open": true, "note": "n"}),
        ] {
            said.push(told(&site.client.ask(Method::POST, "/api/staff", token, Some(body)).await));
        }
        said
    }

    /// The rows of every page; where they begin is sealed anew each time.
    async fn walk(&self, site: &Site, first: &str, token: &str) -> String {
        let (mut pages, mut at) = (Vec::new(), first.to_owned());
        for _ in 0..10 {
            let page = site.client.get(&at, token).await;
            assert_eq!(page.code(), 200, "{at}: {}", page.text);
            let page = page.json();
            pages.push(page["results"].clone());
            match page["next"].as_str() {
                Some(next) => at = next.to_owned(),
                None => return json!(pages).to_string(),
            }
        }
        panic!("the pages do not end");
    }
}

fn told(answer: &Answer) -> String {
    format!("{} {:?} {}", answer.code(), answer.header("etag"), answer.text)
}

#[every_database]
async fn what_is_hidden_changes_no_answer(db: TestDb) {
    let site = site(&db).await;
    let owners = [site.people[0].0, site.people[1].0];
    let mut runner = TestRunner::new(Config {
        cases: if db.backend() == Backend::Sqlite { 30 } else { 6 },
        max_shrink_iters: 200,
        max_shrink_time: 30_000,
        source_file: Some(file!()),
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..Config::default()
    });
    let run = |case| block_in_place(|| Handle::current().block_on(agrees(&site, &case)));
    if let Err(failure) = runner.run(&cases(owners), run) {
        panic!("{failure}");
    }
}

async fn agrees(site: &Site, case: &Case) -> Result<(), TestCaseError> {
    *SHOWN.write().unwrap_or_else(PoisonError::into_inner) = case.shown;
    let token = case.who.map_or("", |who| site.people[who].1.as_str());
    let rows = case.settle(site, false).await;
    // what is shown is what is there
    for row in &rows {
        let shown = site.client.get(&format!("/api/staff/{}", row.id), token).await.json();
        let mut expected = json!({"id": row.id, "owner_id": row.owner_id, "open": row.open});
        if case.shows(site, row) {
            expected["salary"] = json!(row.salary);
            expected["note"] = json!(row.note);
        }
        prop_assert_eq!(shown, expected);
    }
    // and what a filter finds is what it may be asked about
    let found = site.client.get("/api/staff?salary__gte=2", token).await.json();
    let found: Vec<i64> =
        found["results"].as_array().into_iter().flatten().filter_map(|row| row["id"].as_i64()).collect();
    let expected = rows.iter().filter(|row| case.shows(site, row) && row.salary >= Some(2));
    prop_assert_eq!(found, expected.map(|row| i64::from(row.id)).collect::<Vec<_>>());
    let first = case.asked(site).await;
    case.settle(site, true).await;
    let second = case.asked(site).await;
    for (first, second) in first.iter().zip(&second) {
        prop_assert_eq!(first, second);
    }
    Ok(())
}

/// Who may write is another question than who may read, asked of the row as it is and as it becomes.
#[every_database]
async fn a_field_is_written_by_permission(db: TestDb) {
    #[derive(Serializer)]
    #[serializer(model = staff)]
    struct Paid {
        id: i32,
        owner_id: Option<i32>,
        #[serializer(default = false)]
        open: bool,
        #[serializer(read_if = IsOwner | HasPerm("hr.set_salary"), write_if = HasPerm("hr.set_salary"))]
        salary: Option<i32>,
        #[serializer(write_if = IsOwner, default = String::new())]
        note: String,
    }
    struct Payroll;
    impl ViewSet for Payroll {
        type Serializer = Paid;
        const PATH: &'static str = "/payroll";
        const BULK: &'static [Action] = &[Action::Create, Action::PartialUpdate];
        fn permissions() -> Access<staff::Entity> {
            Access::to(IsAuthenticated)
        }
    }
    let Site { db, people, .. } = site(&db).await;
    let auth = auth();
    let alice = auth.user(&db, "alice").await.unwrap().unwrap();
    let (key, token) = &people[0];
    let api = Api::new("Guarded", "1", db.clone()).auth(auth.clone()).mount(Payroll).build().unwrap();
    let document: Json = serde_json::from_str(api.document()).unwrap();
    let schema = &document["components"]["schemas"]["Paid"];
    assert_eq!(schema["required"], json!(["id", "owner_id", "open", "note"]));
    assert_eq!(
        schema["properties"]["salary"]["description"],
        "Shown where `IsOwner | HasPerm(\"hr.set_salary\")` holds. Written where `HasPerm(\"hr.set_salary\")` holds."
    );
    let explained = async |path: &str| api.explain(Some("alice"), &Method::PATCH, path).await.unwrap();
    for (id, owner_id) in [(11, Some(*key)), (12, None)] {
        let row = staff::ActiveModel {
            id: Set(id),
            owner_id: Set(owner_id),
            open: Set(true),
            salary: Set(None),
            note: Set(String::new()),
        };
        row.insert(&db).await.unwrap();
    }
    let of = |explanation: &Explanation, field: &str| {
        let of = explanation.fields.iter().find(|of| of.field == field).expect("it is guarded");
        (of.shown.as_ref().map(|part| part.verdict), of.written.as_ref().map(|part| part.verdict))
    };
    let (hers, nobodys) = (explained("/api/payroll/11").await, explained("/api/payroll/12").await);
    assert_eq!(of(&hers, "salary"), (Some(Verdict::Yes), Some(Verdict::No)));
    assert_eq!(of(&nobodys, "salary"), (Some(Verdict::No), Some(Verdict::No)));
    assert_eq!(of(&hers, "note"), (None, Some(Verdict::Yes)));
    assert!(hers.to_string().contains("the field `note` is written where:\n  IsOwner: yes"), "{hers}");
    staff::Entity::delete_many().exec(&db).await.unwrap();
    let client = Client::new(api);
    let send = async |method: Method, path: &str, body: Json| client.ask(method, path, token, Some(body)).await;
    let refused = |field: &str| json!({field: ["You do not have permission to write this field."]});
    let denied = "You do not have permission to perform this action.";

    let mine = send(Method::POST, "/api/payroll", json!({"id": 1, "note": "mine"})).await;
    assert_eq!(
        (mine.code(), mine.json()),
        (201, json!({"id": 1, "owner_id": key, "open": false, "salary": null, "note": "mine"}))
    );
    let answer = send(Method::POST, "/api/payroll", json!({"id": 2, "salary": 5})).await;
    answer.is_problem(403, "permission_denied", denied, &refused("salary"));
    // a row that would not be hers
    let answer = send(Method::POST, "/api/payroll", json!({"id": 2, "owner_id": null, "note": "x"})).await;
    answer.is_problem(403, "permission_denied", denied, &refused("note"));
    // who may not write a field is not told what its row collides with
    let answer = send(Method::POST, "/api/payroll", json!({"id": 1, "salary": 5})).await;
    answer.is_problem(403, "permission_denied", denied, &refused("salary"));
    let answer = send(Method::POST, "/api/payroll", json!({"id": 1, "owner_id": null, "note": "x"})).await;
    answer.is_problem(403, "permission_denied", denied, &Json::Null);
    assert_eq!(send(Method::POST, "/api/payroll", json!({"id": 1, "note": "x"})).await.code(), 409);
    assert_eq!(send(Method::POST, "/api/payroll", json!({"id": 2, "owner_id": null})).await.code(), 201);
    let answer = send(Method::PATCH, "/api/payroll/2", json!({"note": ""})).await;
    answer.is_problem(403, "permission_denied", denied, &refused("note"));
    // neither does she leave a note on the row that she gives away
    let answer = send(Method::PATCH, "/api/payroll/1", json!({"note": "bye", "owner_id": null})).await;
    answer.is_problem(403, "permission_denied", denied, &refused("note"));
    assert_eq!(send(Method::PATCH, "/api/payroll/1", json!({"note": "still"})).await.code(), 200);
    // a PUT leaves out what its sender may not write
    let put = json!({"id": 2, "owner_id": null, "open": true});
    assert_eq!(send(Method::PUT, "/api/payroll/2", put).await.code(), 200);
    // many at once, as one at a time: all or nothing
    let many = send(Method::POST, "/api/payroll/bulk", json!([{"id": 3}, {"id": 4, "salary": 1}])).await;
    assert_eq!(many.code(), 403, "{}", many.text);
    assert!(many.text.contains("salary"), "{}", many.text);
    assert_eq!(staff::Entity::find().all(&db).await.unwrap().len(), 2);

    alice.permissions().add(&db, ["hr.set_salary"]).await.unwrap();
    assert_eq!(send(Method::POST, "/api/payroll", json!({"id": 3, "salary": 5})).await.json()["salary"], 5);
    assert_eq!(send(Method::PATCH, "/api/payroll/2", json!({"salary": 7})).await.json()["salary"], 7);
}

/// Beside what the reader is told that they may do with the row.
#[every_database]
async fn a_field_is_hidden_where_permissions_are_told_too(db: TestDb) {
    #[derive(Serializer)]
    #[serializer(model = staff, filled(id, open, note))]
    struct Told {
        #[serializer(read_only)]
        id: i32,
        #[serializer(read_only, read_if = IsOwner)]
        salary: Option<i32>,
    }
    struct Telling;
    impl ViewSet for Telling {
        type Serializer = Told;
        const PATH: &'static str = "/telling";
        const ROW_PERMISSIONS: bool = true;
        fn permissions() -> Access<staff::Entity> {
            Access::to(IsAuthenticated)
        }
    }
    let Site { db, people, .. } = site(&db).await;
    for (id, owner) in [(1, &people[0]), (2, &people[1])] {
        let note = Set(String::new());
        let (id, owner_id, salary) = (Set(id), Set(Some(owner.0)), Set(Some(id)));
        let row = staff::ActiveModel { id, owner_id, open: Set(true), salary, note };
        row.insert(&db).await.unwrap();
    }
    let api = Api::new("Guarded", "1", db).auth(auth()).mount(Telling);
    let client = Client::new(api.build().unwrap());
    let told = ["view", "change", "delete"];
    let expected = [json!({"id": 1, "salary": 1, "permissions": told}), json!({"id": 2, "permissions": told})];
    let token = &people[0].1;
    assert_eq!(client.get("/api/telling", token).await.json()["results"], json!(expected));
    for (id, row) in (1..).zip(&expected) {
        assert_eq!(client.get(&format!("/api/telling/{id}"), token).await.json(), *row);
    }
}

/// What fields ask of what their reader and writer holds is read with them.
#[every_database]
async fn a_fields_permission_costs_no_statement(db: TestDb) {
    macro_rules! staff {
        ($viewset:ident, $shown:ident, $path:literal, #[$guard:meta]) => {
            #[derive(Serializer)]
            #[serializer(model = staff, filled(id, open, note))]
            struct $shown {
                #[serializer(read_only)]
                id: i32,
                #[$guard]
                salary: Option<i32>,
            }
            struct $viewset;
            impl ViewSet for $viewset {
                type Serializer = $shown;
                const PATH: &'static str = $path;
                fn permissions() -> Access<staff::Entity> {
                    Access::to(IsAuthenticated)
                }
            }
        };
    }
    staff!(Open, OpenStaff, "/open", #[serializer()]);
    staff!(
        Closed,
        ClosedStaff,
        "/closed",
        #[serializer(read_if = HasPerm("hr.set_salary"), write_if = HasPerm("hr.set_salary"))]
    );
    let Site { db, people, .. } = site(&db).await;
    let auth = auth();
    let alice = auth.user(&db, "alice").await.unwrap().unwrap();
    alice.permissions().add(&db, ["hr.set_salary"]).await.unwrap();
    let note = Set(String::new());
    let row = staff::ActiveModel { id: Set(1), owner_id: Set(None), open: Set(true), salary: Set(Some(1)), note };
    row.insert(&db).await.unwrap();
    let (counting, counter) = counted(&db);
    let api = Api::new("Guarded", "1", counting).auth(auth).mount(Open).mount(Closed);
    let client = Client::new(api.build().unwrap());
    let ask = async |method: Method, path: &str, salary: i32| {
        let body = (method == Method::PATCH).then(|| json!({ "salary": salary }));
        let answer = client.ask(method, path, &people[0].1, body).await;
        assert_eq!(answer.code(), 200, "{path}: {}", answer.text);
        assert!(answer.text.contains("salary"), "{}", answer.text);
        counter.take()
    };
    // the first write of all finds out what isolation it has
    ask(Method::PATCH, "/api/open/1", 2).await;
    for (salary, (method, row)) in (3..).step_by(2).zip([(Method::GET, ""), (Method::GET, "/1"), (Method::PATCH, "/1")])
    {
        let open = ask(method.clone(), &format!("/api/open{row}"), salary).await;
        let closed = ask(method.clone(), &format!("/api/closed{row}"), salary + 1).await;
        assert_eq!(closed.len(), open.len(), "{method} {row}: {closed:#?}");
        assert!(closed[0].contains("codename IN ("), "{}", closed[0]);
    }
}

/// Where a rule cannot be asked by a statement, and where an address would tell, the API is not built.
#[every_database]
async fn what_cannot_be_hidden_is_refused(db: TestDb) {
    struct Odd;
    #[async_trait]
    impl RowHook for Odd {
        type Entity = staff::Entity;
        const LISTS: Lists = Lists::InMemory { at_most: 10 };
        async fn has_object_permission(&self, _: &Context<'_>, row: &staff::Model) -> Result<bool> {
            Ok(row.id % 2 == 1)
        }
    }
    #[derive(Serializer)]
    #[serializer(model = staff, filled(owner_id, open, note))]
    struct Hooked {
        id: i32,
        #[serializer(read_if = Hook(Odd))]
        salary: Option<i32>,
    }
    struct Filtered;
    impl ViewSet for Filtered {
        type Serializer = Hooked;
        const PATH: &'static str = "/filtered";
        fn permissions() -> Access<staff::Entity> {
            Access::to(AllowAny)
        }
        fn filters() -> Vec<Filter<staff::Column>> {
            vec![staff::Column::Salary.into()]
        }
    }
    struct Shown;
    impl ViewSet for Shown {
        type Serializer = Hooked;
        const PATH: &'static str = "/shown";
        const ACTIONS: &'static [Action] = &[Action::Retrieve];
        fn permissions() -> Access<staff::Entity> {
            Access::to(AllowAny)
        }
    }
    let Site { db, .. } = site(&db).await;
    match Api::new("Guarded", "1", db.clone()).mount(Filtered).build() {
        Err(Error::Wiring(message)) => assert!(message.contains("`read_if` asks a row hook"), "{message}"),
        _ => panic!("it was built"),
    }
    let client = Client::new(Api::new("Guarded", "1", db.clone()).mount(Shown).build().unwrap());
    for id in [1, 2] {
        let row = staff::ActiveModel {
            id: Set(id),
            open: Set(true),
            salary: Set(Some(5)),
            note: Set(String::new()),
            owner_id: Set(None),
        };
        row.insert(&db).await.unwrap();
    }
    assert_eq!(client.get("/api/shown/1", "").await.json(), json!({"id": 1, "salary": 5}));
    assert_eq!(client.get("/api/shown/2", "").await.json(), json!({"id": 2}));
}
