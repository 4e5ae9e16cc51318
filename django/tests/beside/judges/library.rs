//! The library, asked by lines of JSON.

use std::collections::HashMap;

use refrain::{
    Error, Model,
    auth::{Auth, Group, User, UserId},
    entity::{Key, UserColumn, UserTable},
    grants::{Checker, GrantTables, GroupWithPerms, Holder, OrphanBatches, UserWithPerms},
};
use sea_orm::{DatabaseConnection, ModelTrait};
use serde_json::{Value, json};

use super::{
    models::{self, Keyed},
    views,
};

pub type Told = Result<Value, Error>;

/// What answers a suite's questions.
pub struct Library<'d> {
    db: &'d DatabaseConnection,
    /// one for each model of users and each pair of tables of grants that were asked about
    sites: HashMap<String, Auth>,
    checkers: Vec<Checker<'static>>,
    /// a value for each user object that was asked about
    users: Vec<User>,
}

/// Who a question is about.
enum Who {
    User(Box<User>),
    Group(Group),
}

impl<'d> Library<'d> {
    pub fn new(db: &'d DatabaseConnection) -> Self {
        Self { db, sites: HashMap::new(), checkers: Vec::new(), users: Vec::new() }
    }

    /// The line that answers a question.
    pub async fn answer(&mut self, question: &Value) -> Value {
        let told = match &question["model"] {
            _ if question["ask"] == "http" => views::answer(self.db, question).await,
            Value::Null if question["rows"].is_null() => self.answer_about_people(question).await,
            Value::Null => self.answer_about(&question["rows"]["model"], question).await,
            model => self.answer_about(model, question).await,
        };
        match told {
            Ok(told) => json!({ "ok": told }),
            Err(Error::Unknown { kind, name }) => {
                let message = format!("no {kind} is called `{name}`");
                json!({ "error": { "kind": "unknown", "looked_for": kind, "message": message } })
            }
            Err(Error::Invalid(message)) => json!({ "error": { "kind": "invalid", "message": message } }),
            Err(error) => json!({ "error": { "kind": "other", "message": format!("{error}: {error:?}") } }),
        }
    }

    async fn answer_about_people(&mut self, question: &Value) -> Told {
        let (db, label) = (self.db, text(&question["perm"]));
        let asked = text(&question["ask"]);
        if asked == "clean_orphans" {
            let mut batches = OrphanBatches::default();
            batches.size = question["batch_size"].as_u64().unwrap_or(batches.size);
            batches.most = question["max_batches"].as_u64();
            let site = self.site(question, question);
            return Ok(json!(site.clean_orphans(db, &models::all(), batches).await?));
        }
        if asked == "with_perm" {
            let found = self.site(question, question).with_perm(db, label).await?;
            return Ok(found.iter().filter_map(User::id).map(key).collect());
        }
        match (asked, question["user"].as_u64().and_then(|place| usize::try_from(place).ok())) {
            ("new_checker", _) => {
                let who = self.who(question).await?;
                self.checkers.push(checker_for(who));
                Ok(json!(self.checkers.len() - 1))
            }
            ("new_user", _) => {
                let Who::User(user) = self.who(question).await? else { panic!("no user: {question}") };
                self.users.push(*user);
                Ok(json!(self.users.len() - 1))
            }
            (_, Some(place)) => self.answer_about_user(asked, &self.users[place], question).await,
            _ => panic!("no such question: {question}"),
        }
    }

    async fn answer_about_user(&self, asked: &str, user: &User, question: &Value) -> Told {
        let db = self.db;
        match asked {
            "has_perm" => Ok(json!(user.has_perm(db, text(&question["perm"])).await?)),
            "has_module_perms" => Ok(json!(user.has_module_perms(db, text(&question["app"])).await?)),
            "user_permissions" => Ok(json!(user.user_permissions(db).await?)),
            "group_permissions" => Ok(json!(user.group_permissions(db).await?)),
            "all_permissions" => Ok(json!(user.all_permissions(db).await?)),
            _ => panic!("no such question: {question}"),
        }
    }

    /// The same about a model, or about rows of it.
    pub(super) async fn about<M>(&mut self, question: &Value) -> Told
    where
        M: Model,
        M::Model: Keyed + ModelTrait<Entity = M>,
    {
        let (db, auth) = (self.db, self.site(question, question));
        let keys = question["rows"]["keys"].as_array().into_iter().flatten();
        let row = |key| M::Model::keyed(key).unwrap_or_else(|| panic!("no key of `{}`: {key}", M::OBJECT_NAME));
        let rows: Vec<M::Model> = keys.map(row).collect();
        let (first, perm) = (rows.first(), text(&question["perm"]));
        match (text(&question["ask"]), first) {
            ("assign", _) => Ok(json!(auth.assign_perm(db, perm, holders(question), &rows).await?)),
            ("remove", _) => Ok(json!(auth.remove_perm(db, perm, holders(question), &rows).await?)),
            ("checker.has_perm", Some(row)) => Ok(json!(self.checker(question).has_perm(db, perm, row).await?)),
            ("checker.perms", Some(row)) => Ok(json!(self.checker(question).perms(db, row).await?)),
            ("checker.prefetch", _) => Ok(json!(self.checker(question).prefetch(db, &rows).await?)),
            ("user_perms", Some(row)) => match self.who(question).await? {
                Who::User(user) => Ok(json!(user.user_perms(db, row).await?)),
                Who::Group(_) => panic!("a group has nothing of its own apart: {question}"),
            },
            ("group_perms", Some(row)) => match self.who(question).await? {
                Who::User(user) => Ok(json!(user.group_perms(db, row).await?)),
                Who::Group(group) => Ok(json!(group.perms(db, row).await?)),
            },
            ("permissions_of_model", _) => {
                let found = auth.perms_for_model::<M>(db).await?;
                Ok(json!(found.into_iter().map(|permission| permission.codename).collect::<Vec<_>>()))
            }
            ("users_with_perms", Some(row)) => {
                let mut asked = auth.users_with_perms(row).with_superusers(flag(question, "with_superusers"));
                asked = asked.with_group_users(flag(question, "with_group_users"));
                if let Some(only) = names(&question["only"]) {
                    asked = asked.only_with_perms_in(only);
                }
                let told = |user: UserWithPerms| json!({ "id": user.id.to_string().parse::<i64>().ok(), "codenames": user.codenames });
                Ok(asked.load(db).await?.into_iter().map(told).collect())
            }
            ("groups_with_perms", Some(row)) => {
                let mut asked = auth.groups_with_perms(row);
                if let Some(only) = names(&question["only"]) {
                    asked = asked.only_with_perms_in(only);
                }
                let told = |group: GroupWithPerms| json!({ "id": group.id, "codenames": group.codenames });
                Ok(asked.load(db).await?.into_iter().map(told).collect())
            }
            ("objects_for_user", _) => {
                let Who::User(user) = self.who(question).await? else { panic!("no user: {question}") };
                let perms = names(&question["perms"]).unwrap_or_default();
                let asked = match perms.is_empty() {
                    true => auth.objects_for_user_with_any_perm::<M>(&user),
                    false => auth.objects_for_user(&user, perms),
                };
                let asked = asked.use_groups(flag(question, "use_groups")).any_perm(flag(question, "any_perm"));
                let asked = asked.with_superuser(flag(question, "with_superuser")).with_anonymous();
                let found = asked.accept_global_perms(flag(question, "accept_global_perms")).select(db).await?;
                Ok(found.all(db).await?.iter().map(Keyed::key).collect())
            }
            ("objects_for_group", _) => {
                let Who::Group(group) = self.who(question).await? else { panic!("no group: {question}") };
                let perms = names(&question["perms"]).unwrap_or_default();
                let asked = match perms.is_empty() {
                    true => auth.objects_for_group_with_any_perm::<M>(&group),
                    false => auth.objects_for_group(&group, perms),
                };
                let asked = asked.any_perm(flag(question, "any_perm"));
                let found = asked.accept_global_perms(flag(question, "accept_global_perms")).select(db).await?;
                Ok(found.all(db).await?.iter().map(Keyed::key).collect())
            }
            _ => panic!("no such question: {question}"),
        }
    }

    /// A user as the object that was asked about has them: with its flags, saved or not.
    async fn who(&mut self, question: &Value) -> Result<Who, Error> {
        let named = &question["who"];
        let site = self.site(named, question);
        if let Some(id) = named["group"].as_i64() {
            let group = site.group_by_id(self.db, small(id)).await?;
            return group.map(Who::Group).ok_or_else(|| Error::Unknown { kind: "group", name: id.to_string() });
        }
        let Some(id) = user_id(&named["user"]) else { return Ok(Who::User(Box::new(User::anonymous(&site)))) };
        let user = site.user_by_id(self.db, id).await?;
        let mut user = user.ok_or_else(|| Error::Unknown { kind: "user", name: id.to_string() })?;
        user.is_active = flag(named, "is_active");
        user.is_superuser = flag(named, "is_superuser");
        Ok(Who::User(Box::new(user)))
    }

    /// How the site keeps its users and its grants: the users of who is asked about, else those of its own.
    fn site(&mut self, who: &Value, question: &Value) -> Auth {
        let users = if who["users"].is_null() { &question["users"] } else { &who["users"] };
        let model = if question["model"].is_null() { &question["rows"]["model"] } else { &question["model"] };
        let tables = &model["generic"];
        let new = || {
            let key = if users["key"] == "uuid" { Key::Uuid } else { Key::Integer };
            let mut table = UserTable::custom(text(&users["app"]), text(&users["model"]), key);
            table.username = text(&users["username"]).to_owned().into();
            let of_abstract_user = [
                UserColumn::FirstName,
                UserColumn::LastName,
                UserColumn::Email,
                UserColumn::IsStaff,
                UserColumn::DateJoined,
            ];
            let lacking = users["lacking"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let lacking: Vec<&str> = lacking.collect();
            table.lacking = of_abstract_user.into_iter().filter(|column| lacking.contains(&column.name())).collect();
            let leaked = |name: &Value| &*text(name).to_owned().leak();
            let tables =
                tables.is_array().then(|| GrantTables { users: leaked(&tables[0]), groups: leaked(&tables[1]) });
            Auth::new(table).with_grant_tables(tables.unwrap_or_default())
        };
        self.sites.entry(format!("{users}{tables}")).or_insert_with(new).clone()
    }

    fn checker(&mut self, question: &Value) -> &mut Checker<'static> {
        let place = question["checker"].as_u64().and_then(|place| usize::try_from(place).ok());
        place.and_then(|place| self.checkers.get_mut(place)).expect("a checker that was made")
    }
}

/// Who it is for lives as long as the suite runs: a checker borrows them.
fn checker_for(who: Who) -> Checker<'static> {
    match who {
        Who::User(user) => Checker::for_user(Box::leak(user)).with_anonymous(),
        Who::Group(group) => Checker::for_group(Box::leak(Box::new(group))),
    }
}

fn user_id(named: &Value) -> Option<UserId> {
    named.as_i64().map(|id| small(id).into()).or_else(|| UserId::parse(named.as_str()?, Key::Uuid))
}

fn key(id: UserId) -> Value {
    match id {
        UserId::Integer(id) => json!(id),
        UserId::Uuid(id) => json!(id),
    }
}

fn holders(question: &Value) -> Vec<Holder> {
    let named = question["to"].as_array().into_iter().flatten();
    let holder = |named: &Value| match (user_id(&named["user"]), named["group"].as_i64()) {
        (Some(id), _) => Holder::User(id),
        (_, Some(id)) => Holder::Group(small(id)),
        _ => panic!("no holder: {named}"),
    };
    named.map(holder).collect()
}

fn names(value: &Value) -> Option<Vec<String>> {
    Some(value.as_array()?.iter().map(|name| text(name).to_owned()).collect())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn flag(value: &Value, name: &str) -> bool {
    value[name].as_bool().unwrap_or_else(|| panic!("`{name}` is not said: {value}"))
}

fn small(id: i64) -> i32 {
    i32::try_from(id).expect("the keys of a test are small")
}
