use crate::{
    Error, Result,
    auth::{Group, User, UserId},
};

/// Who is granted something: a user or a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A user, by their key.
    User(UserId),
    /// A group, by its key.
    Group(i32),
}

/// What can be made a holder: `&User`, which fails for an anonymous one, and `&Group`.
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
