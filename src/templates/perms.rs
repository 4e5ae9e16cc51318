use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use minijinja::value::{Enumerator, Object, ObjectRepr, Value};

use crate::{Db, Result, auth::User};

/// What a user holds, as a template asks for it (CONTRACT 4.8).
///
/// ```
/// # refrain::doc_example::run(async |refrain::doc_example::Example { db, alice, .. }| {
/// use minijinja::{Environment, context};
/// use refrain::templates::Perms;
///
/// alice.permissions().add(&db, ["drivers.change_car"]).await?;
/// let perms = Perms::of(&db, &alice).await?.into_value();
/// let button = "{% if perms.drivers.change_car %}Edit{% endif %}";
/// assert_eq!(Environment::new().render_str(button, context! { perms })?, "Edit");
/// # Ok(())
/// # });
/// ```
///
/// | in a template | is true where the user |
/// |---|---|
/// | `perms.drivers.change_car`, `"drivers.change_car" in perms`, `"change_car" in perms.drivers` | holds the permission |
/// | `perms.drivers`, `"drivers" in perms` | holds any of the app |
///
/// `{% for app in perms %}` and `{% for codename in perms.drivers %}` go over what is held. An active superuser holds
/// whatever is asked for.
///
/// It is read when it is made, since a template cannot wait for a database: make one for each page.
#[doc(alias("PermWrapper", "PermLookupDict"))]
#[derive(Debug)]
pub struct Perms(BTreeMap<String, Arc<AppPerms>>, bool);

/// What is held of one app.
#[derive(Debug, Default)]
struct AppPerms {
    codenames: BTreeSet<String>,
    holds_all: bool,
}

impl Perms {
    /// Those of a user, anonymous ones included.
    pub async fn of(db: impl Into<Db<'_>>, user: &User) -> Result<Self> {
        let (db, holds_all) = (db.into(), user.is_active && user.is_superuser);
        let mut apps: BTreeMap<String, AppPerms> = BTreeMap::new();
        for label in user.all_permissions(db).await? {
            // a backend may veto what another grants
            if let Some((app, codename)) = label.split_once('.')
                && user.has_perm(db, &label).await?
            {
                let of_app = apps.entry(app.to_owned()).or_default();
                of_app.codenames.insert(codename.to_owned());
                of_app.holds_all = holds_all;
            }
        }
        Ok(Self(apps.into_iter().map(|(app, perms)| (app, Arc::new(perms))).collect(), holds_all))
    }

    /// For a template's context.
    pub fn into_value(self) -> Value {
        Value::from_object(self)
    }

    fn app(&self, app: &str) -> Arc<AppPerms> {
        let nothing = || Arc::new(AppPerms { codenames: BTreeSet::new(), holds_all: self.1 });
        self.0.get(app).cloned().unwrap_or_else(nothing)
    }
}

impl Object for Perms {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    /// Of `… in perms`: what is not held is not there.
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()?.split_once('.') {
            Some((app, codename)) => self.app(app).holds(codename).then(|| true.into()),
            None => Some(self.app(key.as_str()?)).filter(|app| app.holds_any()).map(Value::from_dyn_object),
        }
    }

    /// Of `perms.drivers`: an app of which nothing is held can be asked all the same.
    fn get_value_by_str(self: &Arc<Self>, app: &str) -> Option<Value> {
        Some(Value::from_dyn_object(self.app(app)))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.keys().map(Value::from).collect())
    }
}

impl AppPerms {
    fn holds(&self, codename: &str) -> bool {
        self.holds_all || self.codenames.contains(codename)
    }

    fn holds_any(&self) -> bool {
        self.holds_all || !self.codenames.is_empty()
    }
}

impl Object for AppPerms {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, codename: &Value) -> Option<Value> {
        self.holds(codename.as_str()?).then(|| true.into())
    }

    fn get_value_by_str(self: &Arc<Self>, codename: &str) -> Option<Value> {
        Some(self.holds(codename).into())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.codenames.iter().map(Value::from).collect())
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.holds_any()
    }
}
