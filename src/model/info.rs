use std::{any::TypeId, borrow::Cow, fmt, pin::Pin};

use sea_orm::{Condition, DbErr, PrimaryKeyTrait, QueryFilter, QuerySelect, Value, sea_query::IntoValueTuple};
#[cfg(feature = "cli")]
use sea_orm::{QueryTrait, sea_query::SelectStatement};

use super::{ForeignKey, Model, key_columns};
use crate::{
    Db, Error, Result,
    auth::User,
    grants::KeyColumn,
    permission::{Action, Rule},
};

/// What is known of a registered model, with its types erased.
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::{Action, model::ModelInfo};
///
/// let car = ModelInfo::of::<car::Entity>();
/// assert_eq!((car.app_label(), car.object_name(), car.model_name()), ("drivers", "Car", "car"));
/// assert_eq!(car.label(Action::Update).as_deref(), Some("drivers.change_car"));
/// assert!(car.has_owner());
/// assert_eq!(car.renamed_from(), None);
///
/// let (codename, name) = car.declared_permissions().last().unwrap();
/// assert_eq!((codename.as_str(), name.as_str()), ("publish_car", "Can publish car listing"));
/// ```
#[derive(Clone)]
pub struct ModelInfo {
    entity: TypeId,
    app_label: &'static str,
    object_name: &'static str,
    model_name: &'static str,
    verbose_name: &'static str,
    default_permissions: &'static [&'static str],
    permissions: &'static [(&'static str, &'static str)],
    renamed_from: Option<&'static str>,
    /// the app and the class name in lower case of the model that grants on its rows are on
    granted_on: (&'static str, &'static str),
    owned_by: Option<fn(&User) -> Rule>,
    key: Option<KeyColumn>,
    foreign_keys: fn() -> Vec<ForeignKey>,
    keys_where: KeysWhere,
    #[cfg(feature = "cli")]
    select: fn() -> SelectStatement,
    user_grants: Option<&'static str>,
    group_grants: Option<&'static str>,
    /// `app.codename` for each first part that a standard action asks
    labels: [String; 4],
}

const STANDARD: [&str; 4] = ["view", "add", "change", "delete"];

impl ModelInfo {
    /// What `M` declares.
    pub fn of<M: Model>() -> Self {
        Self {
            entity: TypeId::of::<M>(),
            app_label: M::APP_LABEL,
            object_name: M::OBJECT_NAME,
            model_name: M::MODEL_NAME,
            verbose_name: M::VERBOSE_NAME,
            default_permissions: M::DEFAULT_PERMISSIONS,
            permissions: M::PERMISSIONS,
            renamed_from: M::RENAMED_FROM,
            granted_on: M::PROXY_OF.unwrap_or((M::APP_LABEL, M::MODEL_NAME)),
            owned_by: M::owner().map(|_| owned_by::<M> as fn(&User) -> Rule),
            key: KeyColumn::of::<M>(),
            foreign_keys: ForeignKey::of::<M>,
            keys_where: keys_where::<M>,
            #[cfg(feature = "cli")]
            select: || M::find().into_query(),
            user_grants: M::USER_GRANTS,
            group_grants: M::GROUP_GRANTS,
            labels: STANDARD.map(|first| label(M::APP_LABEL, first, M::MODEL_NAME)),
        }
    }

    /// The label of the app.
    pub fn app_label(&self) -> &'static str {
        self.app_label
    }

    /// The class name: `Car`.
    pub fn object_name(&self) -> &'static str {
        self.object_name
    }

    /// The class name in lower case: `car`.
    pub fn model_name(&self) -> &'static str {
        self.model_name
    }

    /// The former class name in lower case.
    pub fn renamed_from(&self) -> Option<&'static str> {
        self.renamed_from
    }

    /// Does it declare an owner column?
    pub fn has_owner(&self) -> bool {
        self.owned_by.is_some()
    }

    /// The codename and name of every permission it declares, the automatic ones first (CONTRACT 2.3).
    pub fn declared_permissions(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let automatic = self
            .default_permissions
            .iter()
            .map(|first| (format!("{first}_{}", self.model_name), format!("Can {first} {}", self.verbose_name)));
        automatic.chain(self.permissions.iter().map(|(codename, name)| ((*codename).to_owned(), (*name).to_owned())))
    }

    /// The label of the permission that model permissions ask for an action; `None` asks for none.
    pub fn label(&self, action: Action) -> Option<Cow<'_, str>> {
        let first = action.codename()?;
        Some(match STANDARD.iter().position(|standard| *standard == first) {
            Some(place) => self.labels[place].as_str().into(),
            None => label(self.app_label, first, self.model_name).into(),
        })
    }

    /// The app and the class name of the model that grants on its rows are on: its own, or of a proxy its concrete model's.
    pub(crate) fn granted_on(&self) -> (&'static str, &'static str) {
        self.granted_on
    }

    /// The codename that is asked on a row for an action; `None` asks for none.
    pub(crate) fn granted_codename(&self, action: Action) -> Option<String> {
        Some(format!("{}_{}", action.codename()?, self.granted_on.1))
    }

    /// The label of the permission that is asked on a row for an action; `None` asks for none.
    pub(crate) fn granted_label(&self, action: Action) -> Option<String> {
        Some(format!("{}.{}", self.granted_on.0, self.granted_codename(action)?))
    }

    /// The key as grants name it; `None` where they cannot.
    pub(crate) fn key(&self) -> Option<&KeyColumn> {
        self.key.as_ref()
    }

    /// Is its key the other model's: this column of this table?
    pub(super) fn has_key_of(&self, other: &Self) -> bool {
        match (&self.key, &other.key) {
            (Some(own), Some(others)) => own.is_column_of(others),
            _ => false,
        }
    }

    /// The foreign keys that its relations declare, by which rows can be deleted together.
    pub(crate) fn foreign_keys(&self) -> Vec<ForeignKey> {
        (self.foreign_keys)()
    }

    /// The keys of the rows that meet a condition; until the transaction ends nobody else changes these, where asked.
    pub(crate) async fn keys_where(&self, db: Db<'_>, condition: Condition, lock: bool) -> Result<Vec<Value>> {
        Ok((self.keys_where)(db, condition, lock).await?)
    }

    /// A statement that reads every column, and no row: whether the database has them.
    #[cfg(feature = "cli")]
    pub(crate) fn no_rows(&self) -> SelectStatement {
        (self.select)().limit(0).to_owned()
    }

    /// The model's own table of users' grants, where it has one.
    pub(crate) fn user_grants(&self) -> Option<&'static str> {
        self.user_grants
    }

    /// The model's own table of groups' grants, where it has one.
    pub(crate) fn group_grants(&self) -> Option<&'static str> {
        self.group_grants
    }

    pub(crate) fn entity(&self) -> TypeId {
        self.entity
    }

    /// The rows this user owns.
    pub(crate) fn owned_by(&self, user: &User) -> Result<Rule> {
        let owned_by = self.owned_by.ok_or_else(|| Error::wiring(format!("`{self}` declares no owner")))?;
        Ok(owned_by(user))
    }
}

/// `drivers.car`, as Django's `Meta.label_lower`.
impl fmt::Display for ModelInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.app_label, self.model_name)
    }
}

impl fmt::Debug for ModelInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ModelInfo({self})")
    }
}

type KeysWhere = for<'a> fn(Db<'a>, Condition, bool) -> Keys<'a>;
type Keys<'a> = Pin<Box<dyn Future<Output = Result<Vec<Value>, DbErr>> + Send + 'a>>;

/// The values of the rows' key, of a key of several columns one after the other.
fn keys_where<M: Model>(db: Db<'_>, condition: Condition, lock: bool) -> Keys<'_> {
    Box::pin(async move {
        let columns = key_columns::<M>();
        let rows = columns.fold(M::find().select_only(), QuerySelect::column).filter(condition);
        let rows = if lock { rows.lock_exclusive() } else { rows };
        let keys = rows.into_tuple::<<M::PrimaryKey as PrimaryKeyTrait>::ValueType>().all(&db).await?;
        Ok(keys.into_iter().flat_map(|key| key.into_value_tuple()).collect())
    })
}

fn owned_by<M: Model>(user: &User) -> Rule {
    M::owner().map_or(Rule::Never, |column| user.owns(column))
}

fn label(app_label: &str, first: &str, model_name: &str) -> String {
    format!("{app_label}.{first}_{model_name}")
}
