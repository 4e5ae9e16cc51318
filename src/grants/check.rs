use std::collections::HashSet;

use super::{Checker, PermissionOf};
use crate::{
    Db, Result,
    auth::{Group, User},
    model::Model,
};

impl User {
    /// Was the user granted a permission on this row, directly or through a group?
    ///
    /// The row's grants alone are asked; the model's permissions are not (CONTRACT 8.16). An active superuser holds
    /// every permission, an inactive user none. A label of another app is held by nobody, and logged, where guardian
    /// raises (CONTRACT 8.13).
    pub async fn has_perm_on<M: Model>(
        &self,
        db: impl Into<Db<'_>>,
        permission: impl Into<PermissionOf<M>>,
        row: &M::Model,
    ) -> Result<bool> {
        let permission = permission.into();
        if !self.is_active {
            return Ok(false);
        }
        if self.is_superuser {
            return Ok(true);
        }
        match permission.codename() {
            Ok(codename) => Ok(self.perms::<M>(db, row).await?.contains(codename)),
            Err(error) => {
                tracing::warn!(%error, "asked for a permission of another model");
                Ok(false)
            }
        }
    }

    /// The codenames granted to the user on this row, directly or through groups, in one statement; of an active
    /// superuser every codename of the model (CONTRACT 8.17).
    #[doc(alias = "get_perms")]
    pub async fn perms<M: Model>(&self, db: impl Into<Db<'_>>, row: &M::Model) -> Result<HashSet<String>> {
        Checker::for_user(self).perms::<M>(db, row).await
    }
}

impl Group {
    /// The codenames granted to the group on this row.
    #[doc(alias = "get_group_perms")]
    pub async fn perms<M: Model>(&self, db: impl Into<Db<'_>>, row: &M::Model) -> Result<HashSet<String>> {
        Checker::for_group(self).perms::<M>(db, row).await
    }
}
