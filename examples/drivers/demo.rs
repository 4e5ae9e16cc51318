//! Somebody to try the program as.

use std::{fmt::Write, net::SocketAddr};

use refrain::{
    Result,
    auth::{Auth, NewUser},
    entity::{Secret, user},
};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, TransactionTrait, sea_query::Expr};

/// The password of all of them.
pub const PASSWORD: &str = "wheels";

/// Their names, and who they are.
pub const PEOPLE: [(&str, &str); 5] = [
    ("root", "superuser"),
    ("alice", "in the group Editors, which adds, changes and views cars"),
    ("bob", "views cars"),
    ("carol", "holds nothing"),
    ("dave", "inactive"),
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
pub fn address_of(name: &str) -> String {
    format!("{name}@demo.invalid")
}

/// Adds those whose names nobody has. What is there stays as it is.
pub async fn add(db: &DatabaseConnection, auth: &Auth) -> Result<()> {
    let mut missing = Vec::new();
    for (name, _) in PEOPLE {
        if auth.user(db, name).await?.is_none() {
            missing.push(name);
        }
    }
    if missing.is_empty() { Ok(()) } else { make(db, auth, &missing).await }
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

/// All of them, or on an error nobody.
async fn make(db: &DatabaseConnection, auth: &Auth, names: &[&str]) -> Result<()> {
    // the same for all: hashing takes its time on purpose
    let password = Secret::from(auth.passwords().hash(PASSWORD).await?);
    let transaction = db.begin().await?;
    let may_edit = ["drivers.add_car", "drivers.change_car", "drivers.view_car"];
    // a group of this name that is there already may hold anything
    let editors = match auth.group(&transaction, "Editors").await? {
        Some(_) => None,
        None => {
            let editors = auth.create_group(&transaction, "Editors").await?;
            editors.permissions().add(&transaction, may_edit).await?;
            Some(editors)
        }
    };
    for name in names {
        let user = NewUser::new(*name).email(address_of(name));
        let user = match *name {
            "root" => user.superuser(),
            "dave" => user.inactive(),
            _ => user,
        };
        let user = auth.create_user(&transaction, user).await?;
        match *name {
            "alice" => match &editors {
                Some(editors) => user.groups().add(&transaction, [editors]).await?,
                None => user.permissions().add(&transaction, may_edit).await?,
            },
            "bob" => user.permissions().add(&transaction, ["drivers.view_car"]).await?,
            _ => {}
        }
    }
    user::Entity::update_many()
        .col_expr(user::Column::Password, Expr::value(password))
        .filter(user::Column::Username.is_in(names.iter().copied()))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    auth.permissions_changed();
    Ok(())
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
    if let (Some(root), Some(alice), Some(bob)) = (token_of("root"), token_of("alice"), token_of("bob")) {
        let _ = writeln!(
            text,
            "\nTo try: alice adds a car, bob sees it, root publishes it.\n\n  \
             curl -H 'Authorization: Token {alice}' --json '{{\"name\": \"Beetle\"}}' http://{address}/api/cars\n  \
             curl -H 'Authorization: Token {bob}' http://{address}/api/cars\n  \
             curl -H 'Authorization: Token {root}' -X POST http://{address}/api/cars/1/publish"
        );
    }
    text + "\n"
}
