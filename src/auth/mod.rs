//! Users, groups and permissions, in Django's tables. Nothing here knows of HTTP.

mod answer;
mod asked;
mod backend;
mod caller_kind;
mod ceiling;
mod check;
mod group;
mod held;
mod how_held;
mod joined_row;
mod links;
mod load;
mod named_token;
pub mod password;
pub mod password_validators;
mod permission;
mod settings;
mod snapshots;
mod statements;
mod supposed;
pub mod sync;
mod token;
mod user;
mod user_id;
mod users;

pub use answer::Answer;
pub use backend::{Backend, Credentials, Login, ModelBackend, RemoteUserBackend};
pub use caller_kind::CallerKind;
pub use ceiling::Ceiling;
pub use group::Group;
pub use links::{GroupRef, Links};
pub use named_token::{NamedToken, NewToken, clear_expired_tokens};
pub use permission::{Permission, PermissionRef};
pub use settings::Auth;
pub use snapshots::Snapshots;
pub use user::User;
pub use user_id::{NoKey, UserId};
pub use users::NewUser;
pub(crate) use users::normalized_address;

pub(crate) use asked::Asked;
pub(crate) use joined_row::{CALLER, JoinedRow, TAKEN};
pub(crate) use load::Lookup;
#[cfg(feature = "cli")]
pub(crate) use named_token::TABLE as TOKEN_TABLE;
pub(crate) use named_token::{MOST_TOKENS, Mistake, is_named_token};
pub(crate) use snapshots::KeptUsers;
