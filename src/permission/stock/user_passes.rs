use std::{borrow::Cow, fmt};

use async_trait::async_trait;

use crate::{
    Result,
    auth::User,
    permission::{AnyModel, Context, Operators, PermissionClass},
};

/// Lets through users of whom something is true: `UserPasses("is one of ours", |user| …)`.
///
/// ```
/// use refrain::{IsAuthenticated, UserPasses};
///
/// let staff_of_ours = IsAuthenticated & UserPasses("is one of ours", |user| user.email.ends_with("@example.com"));
/// # let _ = staff_of_ours;
/// ```
///
/// Anonymous callers are asked about as well. The words stand for it in `explain`, in the table of permissions and in the
/// document. What needs the database is a class of your own.
#[doc(alias("user_passes_test", "UserPassesTestMixin", "test_func"))]
#[derive(Clone, Copy, Operators)]
pub struct UserPasses<F: Fn(&User) -> bool = fn(&User) -> bool>(pub &'static str, pub F);

impl<F: Fn(&User) -> bool> fmt::Debug for UserPasses<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserPasses({:?})", self.0)
    }
}

#[async_trait]
impl<F: Fn(&User) -> bool + Send + Sync + 'static> PermissionClass for UserPasses<F> {
    type Model = AnyModel;

    async fn has_permission(&self, cx: &Context<'_>) -> Result<bool> {
        Ok((self.1)(cx.user()))
    }

    fn name(&self) -> Cow<'static, str> {
        format!("{self:?}").into()
    }
}
