//! Questions to whoever sits before the terminal; where there is none, the answers are lines of the input.

use std::io::{self, IsTerminal, Write};

use super::{Failure, Outcome};
use crate::auth::password_validators::{PasswordOwner, PasswordValidators};

/// How often a password is asked for.
const ATTEMPTS: usize = 3;

/// Asks for a line.
pub(super) fn line(question: &str) -> Outcome<String> {
    let mut out = io::stderr();
    write!(out, "{question}").and_then(|()| out.flush())?;
    next_line()
}

/// Asks for a password twice, until it is one that these validators take; it is never shown.
pub(super) async fn new_password(validators: &PasswordValidators, owner: PasswordOwner<'_>) -> Outcome<String> {
    for _ in 0..ATTEMPTS {
        let password = secret("Password: ")?;
        if password.is_empty() {
            eprintln!("The password is empty.");
            continue;
        }
        if secret("Password (again): ")? != password {
            eprintln!("The two are not the same.");
            continue;
        }
        let mistakes = validators.check(&password, owner).await?;
        if mistakes.is_empty() {
            return Ok(password);
        }
        mistakes.iter().for_each(|mistake| eprintln!("{}", mistake.sentence));
    }
    Err(Failure::saying(format!("no password after {ATTEMPTS} attempts")))
}

fn secret(question: &str) -> Outcome<String> {
    if !io::stdin().is_terminal() {
        return next_line();
    }
    rpassword::prompt_password(question).map_err(|error| Failure::new("the password could not be read", error))
}

fn next_line() -> Outcome<String> {
    let mut line = String::new();
    if io::stdin().read_line(&mut line)? == 0 {
        return Err(Failure::saying("the input ended before the question was answered"));
    }
    let line = line.strip_suffix('\n').unwrap_or(&line);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}
