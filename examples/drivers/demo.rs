//! Somebody to try the program as.

use std::{fmt::Write, net::SocketAddr};

use refrain::{
    Error, Result,
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

/// Adds those that are not there, and gives everybody's token. What is there stays as it is.
pub async fn add(db: &DatabaseConnection, auth: &Auth) -> Result<Vec<String>> {
    let mut missing = Vec::new();
    for (name, _) in PEOPLE {
        if auth.user(db, name).await?.is_none() {
            missing.push(name);
        }
    }
    if !missing.is_empty() {
        make(db, auth, &missing).await?;
    }
    let mut tokens = Vec::new();
    for (name, _) in PEOPLE {
        let user = auth.user(db, name).await?.ok_or_else(|| Error::wiring(format!("`{name}` is gone")))?;
        tokens.push(user.token(db).await?);
    }
    Ok(tokens)
}

/// All of them, or on an error nobody.
async fn make(db: &DatabaseConnection, auth: &Auth, names: &[&str]) -> Result<()> {
    // the same for all: hashing takes its time on purpose
    let password = Secret::from(auth.passwords().hash(PASSWORD).await?);
    let transaction = db.begin().await?;
    let editors = match auth.group(&transaction, "Editors").await? {
        Some(editors) => editors,
        None => {
            let editors = auth.create_group(&transaction, "Editors").await?;
            let permissions = ["drivers.add_car", "drivers.change_car", "drivers.view_car"];
            editors.permissions().add(&transaction, permissions).await?;
            editors
        }
    };
    for name in names {
        let user = NewUser::new(*name);
        let user = match *name {
            "root" => user.superuser(),
            "dave" => user.inactive(),
            _ => user,
        };
        let user = auth.create_user(&transaction, user).await?;
        match *name {
            "alice" => user.groups().add(&transaction, [&editors]).await?,
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

/// What the terminal shows: who there is, and three things to try.
pub fn greeting(address: SocketAddr, tokens: &[String]) -> String {
    let mut text = format!("Demo users, all with the password `{PASSWORD}` (DEMO_DATA=0 makes none):\n\n");
    for ((name, who), token) in PEOPLE.iter().zip(tokens) {
        let _ = writeln!(text, "  {name:<6} {token}  {who}");
    }
    let [root, alice, bob] = [&tokens[0], &tokens[1], &tokens[2]];
    let _ = writeln!(
        text,
        "\nTo try: alice adds a car, bob sees it, root publishes it.\n\n  \
         curl -H 'Authorization: Token {alice}' --json '{{\"name\": \"Beetle\"}}' http://{address}/api/cars\n  \
         curl -H 'Authorization: Token {bob}' http://{address}/api/cars\n  \
         curl -H 'Authorization: Token {root}' -X POST http://{address}/api/cars/1/publish\n"
    );
    text
}
