use std::env;

use super::{
    Failure, Outcome, Project,
    arguments::{ChangePassword, CreateSuperuser},
    clear_tokens::has_named_tokens,
    prompt,
};
use refrain_entity::UserColumn;

use crate::{
    Error,
    auth::{NewUser, password_validators::PasswordOwner},
    db::{begin_write, commit},
};

/// Makes a superuser, asking for what was not given; with `--no-input` the environment is asked, as Django does, and a
/// password from there is taken as it is.
pub(super) async fn create_superuser<P: Project>(options: CreateSuperuser) -> Outcome {
    let auth = P::auth();
    let db = options.database.open_migrated::<P>().await?;
    let from_environment = |name: &str| env::var(name).ok().filter(|_| options.no_input);

    let by_address = auth.users().is_named_by_address();
    let given_email = options.email.or_else(|| from_environment("DJANGO_SUPERUSER_EMAIL"));
    let given_name = options.username.or_else(|| from_environment("DJANGO_SUPERUSER_USERNAME"));
    let username = match given_name.or_else(|| given_email.clone().filter(|_| by_address)) {
        Some(username) => username,
        None if options.no_input && by_address => {
            return Err(Failure::saying("with `--no-input`, `--email` must be given"));
        }
        None if options.no_input => return Err(Failure::saying("with `--no-input`, `--username` must be given")),
        None if by_address => prompt::line("Email address: ")?,
        None => prompt::line("Username: ")?,
    };
    if auth.user(&db, &username).await?.is_some() {
        return Err(Failure::saying(format!("there is a user called `{username}`")));
    }
    let email = match given_email {
        Some(email) => email,
        None if by_address || options.no_input || !auth.users().has(UserColumn::Email) => String::new(),
        None => prompt::line("Email address: ")?,
    };
    let password = match from_environment("DJANGO_SUPERUSER_PASSWORD") {
        Some(password) if password.is_empty() => return Err(Failure::saying("the password is empty")),
        None if !options.no_input => {
            let owner = PasswordOwner::new(&username, &email);
            Some(prompt::new_password(auth.password_validators(), owner).await?)
        }
        given => given,
    };

    let mut user = NewUser::new(username).email(email).superuser();
    let can_log_in = password.is_some();
    if let Some(password) = password {
        user = user.password(password);
    }
    let user = auth.create_user(&db, user).await?;
    println!("made the superuser `{}`", user.username);
    if !can_log_in {
        println!("no password was given: set one with `changepassword`");
    }
    Ok(())
}

/// Asks for a password, and gives it to the user; ends what was handed out for the old one where that is asked for.
pub(super) async fn change_password<P: Project>(options: ChangePassword) -> Outcome {
    let db = options.database.open_migrated::<P>().await?;
    let user = P::auth().user(&db, &options.username).await?;
    let mut user = user.ok_or_else(|| Error::unknown("user", options.username))?;
    println!("changing the password of `{}`", user.username);
    let password = prompt::new_password(user.auth().password_validators(), (&user).into()).await?;
    if !options.end_tokens {
        user.set_password(&db, &password).await?;
        println!("the password is changed");
        return Ok(());
    }
    let has_named_tokens = has_named_tokens(&db).await?;
    // all or nothing
    let transaction = begin_write(&db).await?;
    user.set_password(&transaction, &password).await?;
    user.revoke_token(&transaction).await?;
    if has_named_tokens {
        user.revoke_named_tokens(&transaction).await?;
    }
    commit(transaction).await?;
    println!("the password is changed, and no token of before is valid");
    Ok(())
}
