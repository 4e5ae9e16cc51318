//! Links that register people and reset their passwords. A program sends them; this one prints them to its log.

use std::env;

use refrain::{
    RegisterByMail, ResetPassword,
    accounts::{PasswordReset, RegistrationMail},
    sessions::SecretKey,
};

/// Who cannot log in gets a link.
pub fn reset_password(key: SecretKey) -> ResetPassword {
    ResetPassword::new(key, |reset: PasswordReset| async move {
        let (uid, token) = (&reset.uid, reset.token.expose());
        let body = format!(r#"{{"uid": "{uid}", "token": "{token}", "new_password": "…"}}"#);
        print_link("reset the password of", &reset.user.username, &format!("reset/{uid}/{token}"));
        print_call("password/reset/confirm", &body);
        Ok(())
    })
}

/// Who has no account gets one, and a link that makes it active.
pub fn register(key: SecretKey) -> RegisterByMail {
    RegisterByMail::new(key, |mail: RegistrationMail| async move {
        match mail {
            RegistrationMail::Confirm(mail) => {
                let (uid, token) = (&mail.uid, mail.token.expose());
                print_link("confirm the account of", &mail.user.username, &format!("confirm/{uid}/{token}"));
                print_call("register/confirm", &format!(r#"{{"uid": "{uid}", "token": "{token}"}}"#));
            }
            RegistrationMail::NameTaken { username, email } => {
                eprintln!("mail to {email}: nobody was registered, `{username}` is somebody else's name");
            }
            _ => {}
        }
        Ok(())
    })
}

/// A link as a mail would have it; what answers there is a page of your own.
fn print_link(what: &str, username: &str, path: &str) {
    eprintln!("mail to `{username}`: to {what} `{username}`, follow http://{}/{path}", address());
}

/// What such a page sends.
fn print_call(path: &str, body: &str) {
    eprintln!("  curl --json '{body}' http://{}/api/auth/{path}", address());
}

fn address() -> String {
    env::var("BIND").unwrap_or_else(|_| "127.0.0.1:3000".to_owned())
}
