//! What is an address, and whose.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Func, Order, Query},
};
use unicode_normalization::UnicodeNormalization;

use crate::{
    Db, Result,
    auth::{Auth, Lookup, User, UserId, password::is_usable},
};

/// Has a text the form of an address? Whether somebody reads what is sent there, only sending tells.
///
/// A part before the `@` of the characters that need no quotes, and behind it the name of a host with a dot in it, or
/// `localhost`.
pub(crate) fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_atom = |atom: &str| {
        let may_be = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
        !atom.is_empty() && atom.bytes().all(may_be)
    };
    let is_label = |label: &str| {
        let may_be = |character: char| character.is_alphanumeric() || character == '-';
        (1..=63).contains(&label.len()) && label.chars().all(may_be) && !label.starts_with('-') && !label.ends_with('-')
    };
    let labels: Vec<&str> = domain.split('.').collect();
    let has_end = labels.len() > 1 && labels.last().is_some_and(|last| last.chars().count() > 1);
    text.len() <= LONGEST
        && local.split('.').all(is_atom)
        && labels.iter().all(|label| is_label(label))
        && (has_end || domain.eq_ignore_ascii_case("localhost"))
}

/// As many bytes as a path of SMTP has (RFC 5321); the column has 254 characters.
const LONGEST: usize = 254;

/// Of more accounts with one address the first are written to.
const MOST_ACCOUNTS: u64 = 20;

impl Auth {
    /// Those who may reset their password by a mail to this address: active, and with a password that they log in by.
    ///
    /// Without case, as Django compares; what the database finds beyond that is left out again.
    pub(crate) async fn users_to_reset(&self, db: Db<'_>, email: &str) -> Result<Vec<User>> {
        let on = db.get_database_backend();
        let column = |name: &'static str| Expr::col(Alias::new(name));
        let statement = Query::select()
            .column(Alias::new("id"))
            .from(Alias::new(&*self.users().table))
            .and_where(Expr::from(Func::upper(column("email"))).eq(Func::upper(Expr::val(email))))
            .and_where(column("is_active").eq(true))
            .order_by(Alias::new("id"), Order::Asc)
            .limit(MOST_ACCOUNTS)
            .to_owned();
        let mut users = Vec::new();
        for row in db.query_all(&statement).await? {
            let id = UserId::read(&row, 0, self.users().key, on)?;
            let user = self.load(db, Lookup::Id(id)).await?;
            users.extend(user.filter(|user| {
                user.is_active && is_usable(user.password()) && simplified(&user.email) == simplified(email)
            }));
        }
        Ok(users)
    }
}

fn simplified(address: &str) -> String {
    address.nfkc().collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn what_is_an_address() {
        for text in
            ["a@b.co", "A.b+c@EXAMPLE.com", "a@localhost", "o'neil@sub.example.org", "a@bücher.example", "1@2.io"]
        {
            assert!(is_address(text), "{text}");
        }
        let long = format!("{}@example.com", "a".repeat(250));
        for text in [
            "",
            "@",
            "a",
            "a@",
            "@b.co",
            "a@b",
            "a b@c.co",
            "a@b c.co",
            ".a@b.co",
            "a.@b.co",
            "a..b@c.co",
            "a@.co",
            "a@b.",
            "a@b..co",
            "a@-b.co",
            "a@b-.co",
            "a@b.c",
            "a@b@c.co",
            "a@b.co\n",
            "a\n@b.co",
            "a,b@c.co",
            "<a@b.co>",
            &long,
        ] {
            assert!(!is_address(text), "{text:?}");
        }
    }
}
