use crate::{
    Error, Result,
    auth::{Group, User, UserId},
};

/// Who is granted something: a user or a group.
///
/// ```
/// # use refrain::doc_example::{Example, car};
/// # refrain::doc_example::run(async |Example { db, auth, alice, editors, car }| {
/// use refrain::grants::ToHolder;
///
/// // users and groups in one go
/// let holders = [alice.to_holder()?, editors.to_holder()?];
/// assert_eq!(auth.assign_perm(&db, car::Entity::VIEW_CAR, holders, [&car]).await?, 2);
/// # Ok(())
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A user, by their key.
    User(UserId),
    /// A group, by its key.
    Group(i32),
}

/// What can be made a holder: `&User`, which fails for an anonymous one, and `&Group`.
///
/// ```
/// # use refrain::doc_example::Example;
/// # refrain::doc_example::run(async |Example { auth, alice, .. }| {
/// use refrain::{auth::User, grants::{Holder, ToHolder}};
///
/// assert_eq!(alice.to_holder()?, Holder::User(alice.id().unwrap()));
/// assert!(User::anonymous(&auth).to_holder().is_err());
/// # Ok(())
/// # });
/// ```
pub trait ToHolder {
    /// The holder.
    fn to_holder(&self) -> Result<Holder>;
}

impl ToHolder for User {
    fn to_holder(&self) -> Result<Holder> {
        let nobody =
            "nothing can be granted to an anonymous user: load the user who stands for them, and grant it to that";
        self.id().map(Holder::User).ok_or_else(|| Error::invalid(nobody))
    }
}

impl ToHolder for Group {
    fn to_holder(&self) -> Result<Holder> {
        Ok(Holder::Group(self.id))
    }
}

impl ToHolder for Holder {
    fn to_holder(&self) -> Result<Holder> {
        Ok(*self)
    }
}

impl<H: ToHolder> ToHolder for &H {
    fn to_holder(&self) -> Result<Holder> {
        (*self).to_holder()
    }
}
