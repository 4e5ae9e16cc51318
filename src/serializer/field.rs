use std::sync::OnceLock;

use poem_openapi::registry::MetaSchemaRef;
use sea_orm::{ColumnTrait, DbBackend, EntityTrait, Iterable, PrimaryKeyTrait, Value};

use super::{
    Bounds, Rules,
    codec::{Codec, Typed},
};
use crate::{
    model::{Model, key_columns},
    permission::{Permissions, PermissionsFor},
};

/// Who may do what with a field at all.
///
/// ```
/// use refrain::serializer::FieldAccess;
///
/// assert_eq!(FieldAccess::default(), FieldAccess::ReadWrite);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldAccess {
    /// Shown and written.
    #[default]
    ReadWrite,
    /// Shown; ignored in a body.
    ReadOnly,
    /// Written; never shown.
    WriteOnly,
    /// Shown, and written by what makes a row.
    CreateOnly,
}

/// A member of bodies and representations that is one column of a model.
///
/// ```
/// # use refrain::doc_example::car;
/// use std::sync::LazyLock;
///
/// use refrain::{IsAdminUser, IsOwner, serializer::{Field, FieldAccess, Rules, rules}};
///
/// static NAME: LazyLock<Rules<String>> = LazyLock::new(|| rules().length(1..=100));
/// static PUBLISHED: LazyLock<Rules<bool>> = LazyLock::new(rules);
///
/// let name = Field::<car::Entity>::new("name", "name", |car| &car.name, &NAME).doc("What it is called.");
/// assert_eq!(name.name(), "name");
/// assert!(matches!(name.column(), car::Column::Name));
///
/// let published = Field::<car::Entity>::new("published", "published", |car| &car.published, &PUBLISHED)
///     .access(FieldAccess::ReadWrite)
///     .default(|| false, &PUBLISHED)
///     .read_if(IsOwner | IsAdminUser)
///     .write_if(IsAdminUser);
/// # let _ = published.filled();
/// ```
///
/// `#[derive(Serializer)]` makes one of each field of its struct.
pub struct Field<E: EntityTrait> {
    pub(crate) name: &'static str,
    /// what the model's struct calls it
    pub(crate) of: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) column: E::Column,
    pub(crate) access: FieldAccess,
    pub(crate) default: Option<FieldDefault>,
    pub(crate) filled: bool,
    pub(crate) read_if: Option<Permissions>,
    pub(crate) write_if: Option<Permissions>,
    pub(crate) codec: Box<dyn Codec<E>>,
    /// `,"name":`, ready made
    pub(crate) member: Vec<u8>,
    /// what the document says of it, once it was asked
    said: OnceLock<String>,
    mistakes: Vec<String>,
    has_column: bool,
}

/// What a new row gets where a body says nothing.
pub(crate) struct FieldDefault {
    pub(crate) value: Box<dyn Fn() -> Value + Send + Sync>,
    pub(crate) shown: Box<dyn Fn() -> Vec<u8> + Send + Sync>,
}

/// The type of a column: any field's type that sea-orm binds.
///
/// ```
/// use refrain::serializer::ColumnType;
///
/// fn binds<T: ColumnType>() {}
///
/// binds::<Option<String>>();
/// binds::<refrain::entity::Moment>();
/// ```
pub trait ColumnType: Clone + Into<Value> + 'static {}

impl<T: Clone + Into<Value> + 'static> ColumnType for T {}

/// Does a model's field of type `Self` hold what a serializer declares as `T`?
///
/// ```
/// use refrain::serializer::Holds;
///
/// let name = "Beetle".to_owned();
/// let as_declared: &String = name.held();
/// assert_eq!(as_declared, "Beetle");
/// ```
#[diagnostic::on_unimplemented(
    message = "the model's field is `{Self}`, the serializer declares it as `{T}`",
    label = "declare it as the model does: `{Self}`"
)]
pub trait Holds<T> {
    /// The same.
    fn held(&self) -> &T;
}

impl<T> Holds<T> for T {
    fn held(&self) -> &T {
        self
    }
}

/// A model's field as the type that a serializer declares.
///
/// ```
/// use refrain::serializer::held;
///
/// let name = "Beetle".to_owned();
/// assert_eq!(held::<String, _>(&name), "Beetle");
/// ```
pub fn held<T, M: Holds<T>>(field: &M) -> &T {
    field.held()
}

impl<E: Model> Field<E> {
    /// The field called `name`, which is the model's field `of`; `get` takes it from a row.
    pub fn new<T: ColumnType>(
        name: &'static str,
        of: &'static str,
        get: fn(&E::Model) -> &T,
        rules: &'static Rules<T>,
    ) -> Self {
        let mut mistakes = rules.mistakes.clone();
        let column = E::column_of(of);
        if column.is_none() {
            mistakes.push("the model's field has no column: `#[derive(refrain::Model)]` knows of none".to_owned());
        }
        // a field without a column is refused before anybody asks for it
        let has_column = column.is_some();
        let column = column.unwrap_or_else(|| E::Column::iter().next().expect("an entity has a column"));
        let bounds = rules.bounds.within(&Bounds::of(&column.def()));
        let mut field = Self {
            name,
            of,
            doc: "",
            column,
            access: FieldAccess::ReadWrite,
            default: None,
            filled: false,
            read_if: None,
            write_if: None,
            said: OnceLock::new(),
            codec: Box::new(Typed::<E, T> { get, rules, bounds }),
            member: [b",", serde_json::to_string(name).expect("text is JSON").as_bytes(), b":"].concat(),
            mistakes,
            has_column,
        };
        if field.is_key() {
            field.codec.never_blank();
        }
        field
    }

    /// What the document says of it.
    pub fn doc(self, doc: &'static str) -> Self {
        Self { doc, ..self }
    }

    /// Who may do what with it.
    pub fn access(self, access: FieldAccess) -> Self {
        Self { access, ..self }
    }

    /// What a new row gets where a body says nothing of it.
    pub fn default<T: ColumnType>(self, value: fn() -> T, rules: &'static Rules<T>) -> Self {
        let shown = move || {
            let mut out = Vec::new();
            (rules.write)(&value(), &rules.bounds, &mut out);
            out
        };
        let default = FieldDefault { value: Box::new(move || value().into()), shown: Box::new(shown) };
        Self { default: Some(default), ..self }
    }

    /// A hook of the viewset's, or the database, fills it in a new row.
    ///
    /// ```
    /// use refrain::{Serializer, doc_example::car};
    ///
    /// #[derive(Serializer)]
    /// #[serializer(model = car)]
    /// struct Car {
    ///     name: String,
    ///     #[serializer(filled)]
    ///     published: bool,
    /// }
    /// # let _ = Car::fields();
    /// ```
    pub fn filled(self) -> Self {
        Self { filled: true, ..self }
    }

    /// For callers whom these permissions let have the row it is there, for others it is not; and it is written by the
    /// same, unless [`write_if`](Self::write_if) says otherwise.
    pub fn read_if(self, permissions: impl PermissionsFor<E>) -> Self {
        Self { read_if: Some(permissions.into_permissions()), ..self }
    }

    /// Only callers whom these permissions let have the row write it.
    pub fn write_if(self, permissions: impl PermissionsFor<E>) -> Self {
        Self { write_if: Some(permissions.into_permissions()), ..self }
    }

    /// Who is shown it; everybody where that is nothing.
    pub(crate) fn reading(&self) -> Option<&Permissions> {
        self.read_if.as_ref()
    }

    /// Who may write it.
    pub(crate) fn writing(&self) -> Option<&Permissions> {
        self.write_if.as_ref().or(self.read_if.as_ref()).filter(|_| self.is_written())
    }

    /// What the document says of it.
    pub(crate) fn description(&self) -> Option<&str> {
        let said = self.said.get_or_init(|| {
            let shown = self.reading().map(|permissions| format!("Shown where `{permissions}` holds."));
            let written = self.writing().map(|permissions| format!("Written where `{permissions}` holds."));
            let doc = (!self.doc.is_empty()).then(|| self.doc.to_owned());
            [doc, shown, written].into_iter().flatten().collect::<Vec<_>>().join(" ")
        });
        (!said.is_empty()).then_some(said)
    }

    /// Its name in bodies, representations and errors.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The schema of its text in a path or a query, which has no way to say `null`.
    pub(crate) fn text_schema(&self) -> MetaSchemaRef {
        match self.codec.schema() {
            MetaSchemaRef::Inline(mut schema) => {
                schema.nullable = false;
                match schema.all_of.pop() {
                    Some(reference) if schema.all_of.is_empty() => reference,
                    _ => MetaSchemaRef::Inline(schema),
                }
            }
            reference => reference,
        }
    }

    /// Its column.
    pub fn column(&self) -> E::Column {
        self.column
    }

    /// Is it (a part of) the key?
    pub(crate) fn is_key(&self) -> bool {
        key_columns::<E>().any(|key| same_column::<E>(&key, &self.column))
    }

    /// Is it written by what makes a row alone? A key is.
    pub(crate) fn is_fixed(&self) -> bool {
        self.access == FieldAccess::CreateOnly || (self.access != FieldAccess::ReadOnly && self.is_key())
    }

    pub(crate) fn is_shown(&self) -> bool {
        self.access != FieldAccess::WriteOnly
    }

    pub(crate) fn is_written(&self) -> bool {
        self.access != FieldAccess::ReadOnly
    }

    /// Must the body of a new row have it? Not where something else says what it is.
    pub(crate) fn is_required(&self) -> bool {
        !(self.codec.nullable() || self.default.is_some() || self.filled || fills_itself::<E>(&self.column))
    }

    /// What is wrong with it on this database.
    pub(crate) fn mistakes(&self, on: Option<DbBackend>) -> Vec<String> {
        let mut mistakes = self.mistakes.clone();
        if let (true, Some(on)) = (self.has_column, on) {
            self.codec.check(on, &mut mistakes);
            mistakes.extend(lost_digits(self.column.def().get_column_type(), on).map(str::to_owned));
        }
        mistakes
    }
}

/// Decimals that a database would round without a word.
fn lost_digits(of: &sea_orm::ColumnType, on: DbBackend) -> Option<&'static str> {
    use sea_orm::ColumnType::{Decimal, Money};
    match (of, on) {
        (Decimal(None) | Money(None), DbBackend::Sqlite | DbBackend::MySql) => Some(
            "only PostgreSQL keeps a decimal of any length: say its digits and places, \
             `#[sea_orm(column_type = \"Decimal(Some((10, 2)))\")]`",
        ),
        (Decimal(Some((16.., _))) | Money(Some((16.., _))), DbBackend::Sqlite) => {
            Some("SQLite keeps 15 digits of a decimal: give it fewer, or keep it as text")
        }
        _ => None,
    }
}

pub(crate) fn same_column<E: EntityTrait>(a: &E::Column, b: &E::Column) -> bool {
    use sea_orm::IdenStatic;
    a.as_str() == b.as_str()
}

/// Has a column a value in a new row of which nobody says anything: the owner, a key or a default that the database makes?
pub(crate) fn fills_itself<E: Model>(column: &E::Column) -> bool {
    let is = |other: E::Column| same_column::<E>(&other, column);
    column.def().get_column_default().is_some()
        || E::owner().is_some_and(is)
        || (E::PrimaryKey::auto_increment() && key_columns::<E>().any(is))
}
