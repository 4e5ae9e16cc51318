use std::{future::IntoFuture, pin::Pin};

use super::TestSite;
use crate::auth::{Group, NewUser, User};

type Made<'s, T> = Pin<Box<dyn Future<Output = T> + Send + 's>>;

/// A user about to be made; awaited, they are there.
///
/// ```
/// # use refrain::doc_example::Drivers;
/// # refrain::doc_example::run(async |_| {
/// use refrain::testing::TestSite;
///
/// let site = TestSite::of::<Drivers>().await;
/// site.group("editors").holding(["drivers.change_car"]).await;
/// let alice = site.user("alice").holding(["drivers.view_car"]).in_group("editors").with_password("correct horse").await;
/// assert!(alice.has_perms(site.db(), &["drivers.view_car", "drivers.change_car"]).await?);
///
/// site.user("root").superuser().await;
/// site.user("eve").staff().inactive().await;
/// # Ok(())
/// # });
/// ```
#[must_use = "nobody is made until it is awaited"]
pub struct TestUser<'s> {
    site: &'s TestSite,
    new: NewUser,
    permissions: Vec<String>,
    groups: Vec<String>,
}

impl<'s> TestUser<'s> {
    pub(super) fn new(site: &'s TestSite, name: &str) -> Self {
        Self { site, new: NewUser::new(name), permissions: Vec::new(), groups: Vec::new() }
    }

    /// Whatever is asked, they may.
    pub fn superuser(self) -> Self {
        Self { new: self.new.superuser(), ..self }
    }

    /// May enter the admin site.
    pub fn staff(self) -> Self {
        Self { new: self.new.staff(), ..self }
    }

    /// Was deactivated.
    pub fn inactive(self) -> Self {
        Self { new: self.new.inactive(), ..self }
    }

    /// Logs in by this password; without one, by none.
    pub fn with_password(self, password: &str) -> Self {
        Self { new: self.new.password(password), ..self }
    }

    /// Holds these permissions: `drivers.change_car`.
    pub fn holding<L: Into<String>>(mut self, labels: impl IntoIterator<Item = L>) -> Self {
        self.permissions.extend(labels.into_iter().map(Into::into));
        self
    }

    /// Is in this group, which is there already.
    pub fn in_group(mut self, name: &str) -> Self {
        self.groups.push(name.to_owned());
        self
    }
}

impl<'s> IntoFuture for TestUser<'s> {
    type Output = User;
    type IntoFuture = Made<'s, User>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let TestSite { auth, db, .. } = self.site;
            let user = auth.create_user(db, self.new).await.expect("the user is made");
            user.permissions().add(db, self.permissions.iter().map(String::as_str)).await.expect("they are given");
            for name in &self.groups {
                let group = auth.group(db, name).await.expect("the groups are read");
                let group = group.unwrap_or_else(|| panic!("there is no group `{name}`"));
                user.groups().add(db, [&group]).await.expect("they join the group");
            }
            self.site.remember(&user.username);
            user
        })
    }
}

/// A group about to be made; awaited, it is there.
///
/// ```
/// # use refrain::doc_example::Drivers;
/// # refrain::doc_example::run(async |_| {
/// use refrain::testing::TestSite;
///
/// let site = TestSite::of::<Drivers>().await;
/// let editors = site.group("editors").holding(["drivers.view_car", "drivers.change_car"]).await;
/// assert_eq!(editors.permissions().ids(site.db()).await?.len(), 2);
/// # Ok(())
/// # });
/// ```
#[must_use = "nothing is made until it is awaited"]
pub struct TestGroup<'s> {
    site: &'s TestSite,
    name: String,
    permissions: Vec<String>,
}

impl<'s> TestGroup<'s> {
    pub(super) fn new(site: &'s TestSite, name: &str) -> Self {
        Self { site, name: name.to_owned(), permissions: Vec::new() }
    }

    /// Its members hold these permissions: `drivers.change_car`.
    pub fn holding<L: Into<String>>(mut self, labels: impl IntoIterator<Item = L>) -> Self {
        self.permissions.extend(labels.into_iter().map(Into::into));
        self
    }
}

impl<'s> IntoFuture for TestGroup<'s> {
    type Output = Group;
    type IntoFuture = Made<'s, Group>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let TestSite { auth, db, .. } = self.site;
            let group = auth.create_group(db, &self.name).await.expect("the group is made");
            group.permissions().add(db, self.permissions.iter().map(String::as_str)).await.expect("they are given");
            group
        })
    }
}
