//! Two organizations, and somebody to try the program as.

use std::{fmt::Write, net::SocketAddr};

use refrain::{
    Result,
    auth::{Auth, NewUser, User},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseConnection, DatabaseTransaction, TransactionTrait};

use super::{
    memberships::{Role, membership},
    organizations::organization,
    projects::project,
    tasks::{Status, task},
};

/// The password of all of them.
pub const PASSWORD: &str = "tracks";

/// Their names, and who they are.
pub const PEOPLE: [(&str, &str); 5] = [
    ("root", "superuser"),
    ("alice", "admin of acme"),
    ("bob", "member of acme"),
    ("carol", "member of acme"),
    ("dave", "admin of beta"),
];

/// One of them, with a token to try the program with.
#[derive(Debug, PartialEq, Eq)]
pub struct Person {
    /// The name to log in with.
    pub name: &'static str,
    who: &'static str,
    /// The token.
    pub token: String,
}

/// By its address a demo user is told from somebody who happens to have the name: `.invalid` is nobody's domain.
fn address_of(name: &str) -> String {
    format!("{name}@demo.invalid")
}

/// Adds all of them where none of their names is taken, with their organizations; or nothing.
pub async fn add(db: &DatabaseConnection, auth: &Auth) -> Result<()> {
    for (name, _) in PEOPLE {
        if auth.user(db, name).await?.is_some() {
            return Ok(());
        }
    }
    let transaction = db.begin().await?;
    let mut people = Vec::new();
    for (name, _) in PEOPLE {
        let user = NewUser::new(name).email(address_of(name)).password(PASSWORD);
        let user = if name == "root" { user.superuser() } else { user };
        people.push(auth.create_user(&transaction, user).await?);
    }
    let [_, alice, bob, carol, dave] = &people[..] else { return Ok(()) };
    let belong = [(alice, Role::Admin), (bob, Role::Member), (carol, Role::Member)];
    let acme = organization(&transaction, "acme", "Acme", &belong).await?;
    organization(&transaction, "beta", "Beta", &[(dave, Role::Admin)]).await?;
    let rocket = project::ActiveModel {
        organization_id: Set(acme.id),
        name: Set("Rocket".to_owned()),
        archived: Set(false),
        budget: Set(Some(sea_orm::prelude::Decimal::new(1_000_000, 2))),
        ..Default::default()
    };
    let rocket = rocket.insert(&transaction).await?;
    for (title, assignee, private) in
        [("Draw it", bob, false), ("Build it", carol, false), ("Ask for a raise", bob, true)]
    {
        let task = task::ActiveModel {
            project_id: Set(rocket.id),
            title: Set(title.to_owned()),
            assignee_id: Set(key(assignee)),
            status: Set(Status::Open),
            private: Set(private),
            labels: Set(serde_json::json!([])),
            version: Set(1),
            ..Default::default()
        };
        task.insert(&transaction).await?;
    }
    transaction.commit().await?;
    auth.permissions_changed();
    Ok(())
}

async fn organization(
    db: &DatabaseTransaction,
    slug: &str,
    name: &str,
    people: &[(&User, Role)],
) -> Result<organization::Model> {
    let made =
        organization::ActiveModel { slug: Set(slug.to_owned()), name: Set(name.to_owned()), ..Default::default() };
    let made = made.insert(db).await?;
    for (user, role) in people {
        let Some(user_id) = key(user) else { continue };
        let belongs = membership::ActiveModel {
            organization_id: Set(made.id),
            user_id: Set(user_id),
            role: Set(*role),
            ..Default::default()
        };
        belongs.insert(db).await?;
    }
    Ok(made)
}

fn key(user: &User) -> Option<i32> {
    user.key().ok()
}

/// The demo users there are, whenever they were made; nobody else's token is asked for.
pub async fn people(db: &DatabaseConnection, auth: &Auth) -> Result<Vec<Person>> {
    let mut people = Vec::new();
    for (name, who) in PEOPLE {
        let user = auth.user(db, name).await?.filter(|user| user.email == address_of(name));
        if let Some(user) = user {
            people.push(Person { name, who, token: user.token(db).await? });
        }
    }
    Ok(people)
}

/// What the terminal shows: who there is, and three things to try. Nothing where there is nobody.
pub fn greeting(address: SocketAddr, people: &[Person]) -> String {
    if people.is_empty() {
        return String::new();
    }
    let mut text = format!("Demo users, all with the password `{PASSWORD}`:\n\n");
    for Person { name, who, token } in people {
        let _ = writeln!(text, "  {name:<6} {token}  {who}");
    }
    let token_of = |name| people.iter().find(|person| person.name == name).map(|person| &*person.token);
    if let (Some(alice), Some(bob), Some(dave)) = (token_of("alice"), token_of("bob"), token_of("dave")) {
        let _ = writeln!(
            text,
            "\nTo try: bob sees the tasks of acme, dave does not; alice shares a project with him.\n\n  \
             curl -H 'Authorization: Token {bob}' http://{address}/api/tasks\n  \
             curl -H 'Authorization: Token {alice}' --json '{{\"username\": \"dave\"}}' http://{address}/api/projects/1/share\n  \
             curl -H 'Authorization: Token {dave}' http://{address}/api/projects/1/tasks"
        );
    }
    text + "\n"
}
