//! The classes that come with the library.

mod has_perm;
mod model_permissions;
mod object_permissions;
mod owner;
mod user_passes;
mod who;

pub use has_perm::{HasPerm, HasPerms};
pub use model_permissions::{ModelPermissions, ModelPermissionsOrAnonReadOnly};
pub use object_permissions::{ObjectPermissions, ObjectPermissionsWithAnonymous};
pub use owner::{IsOwner, IsOwnerOrReadOnly};
pub use user_passes::UserPasses;
pub use who::{AllowAny, DenyAll, IsAdminUser, IsAuthenticated, IsAuthenticatedOrReadOnly, IsSuperuser, ReadOnly};

use super::Rule;

/// Every row or none.
fn all_or_none(yes: bool) -> Rule {
    if yes { Rule::Always } else { Rule::Never }
}
