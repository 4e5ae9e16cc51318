//! Users, groups and what they hold; passwords, tokens and names; the permissions that models declare.

#![allow(missing_docs, unreachable_pub)]

#[macro_use]
#[path = "../people/mod.rs"]
mod people;
#[path = "../support/mod.rs"]
mod support;

#[cfg(feature = "openid")]
mod bearer; // tokens of an OpenID provider
mod browser;
mod changing_passwords; // who is logged in
mod exact_names; // names are made and found to the last character
mod granting; // permissions and groups, given and taken away
mod logging_in; // passwords, names vouched for, tokens
mod mails;
mod named_tokens; // tokens with a name, an end and a ceiling
mod native_uuids; // users' keys in MariaDB's own type
mod password_validators; // which passwords may be chosen
mod permission_sync; // permissions follow the declarations
mod registering; // at once, and by a mail
mod resetting_passwords; // who cannot log in
mod rights_of_a_caller; // groups too, and no more than the authenticator left
mod seed_article; // the article's lines on users and viewsets
mod sessions; // logging in, and what other sites do not
mod strangers_guesses; // who makes this site hash keeps nobody out
mod time_does_not_tell; // whose hash is of which kind, and who has none
mod users_and_groups; // who holds which permission
