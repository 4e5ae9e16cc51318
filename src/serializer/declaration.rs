use sea_orm::EntityTrait;

use super::{At, BodyOf, Fields, Filled, MemberSchema, Members, Resource, Shows};

type ModelOf<E> = <E as EntityTrait>::Model;

/// What callers see and write of a model's rows: each field declared once, and everything reads the declaration.
///
/// ```
/// use refrain::Serializer;
/// # use refrain::doc_example::car;
///
/// #[derive(Serializer)]
/// #[serializer(model = car)]
/// struct Car {
///     #[serializer(read_only)]
///     id: i64,
///     /// What it is called.
///     #[serializer(length(1..=100))]
///     name: String,
///     /// Left out of a new car, it is the caller.
///     owner_id: Option<i32>,
///     #[serializer(read_only, default = false)]
///     published: bool,
/// }
/// ```
///
/// A field names the **model's** field and has its type: the compiler checks both. `model = car` is the entity's module.
/// Of a body each field is *left out*, *null* or *a value*, and every error is told at once under its field's name.
///
/// | on a field | meaning |
/// |---|---|
/// | `read_only` | shown, and ignored in a body |
/// | `write_only` | read, and never shown |
/// | `create_only` | written by what makes a row; a key always is. Sent for a row that is there, it must be what the row has |
/// | `column = kind` | the model's field, where it is called otherwise |
/// | `rename = "type"` | its name in bodies and representations |
/// | `default = …` | what a new row gets that leaves it out; of a read-only field, what every new row gets |
/// | `filled` | a hook of the viewset's, or the database, fills it in a new row |
/// | `beside` | a member of a body that no column holds, of a type [`Sent<T>`](super::Sent): handed to the hooks |
/// | `computed` | a member of representations that no column holds |
/// | `read_if = IsOwner` | only where these permissions hold the field is shown, and written where `write_if` does not say |
/// | `write_if = IsAdminUser` | only where these permissions hold it is written |
/// | `length(1..=100)` | of text, bytes and lists |
/// | `range(0..)` | of numbers |
/// | `pattern = "[a-z]+"` | of text, all of it |
/// | `one_of("a", "b")` | of text and whole numbers |
/// | `unique_items` | of lists |
/// | `with = path` | a validator of your own, `fn(&str) -> Result<(), &'static str>` and the like |
///
/// | on the struct | meaning |
/// |---|---|
/// | `model = car` | the entity's module; without it the struct is an object inside of a value |
/// | `rename_all = "camelCase"` | the names of all fields that have no `rename` |
/// | `filled(tenant_id)` | fields of the model that are no fields here, and that a hook or the database fills |
///
/// What its columns hold, lengths, digits and places, ranges, is checked without being said.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no serializer",
    label = "not a serializer of a model's rows",
    note = "add `#[derive(refrain::Serializer)]` and `#[serializer(model = …)]`, the entity's module"
)]
pub trait Serializer: Shows {
    /// The model's entity.
    type Entity: Resource;
    /// The members of a representation that no column holds; `()` for none.
    type Computed: Send + 'static;
    /// The members of a body that no column holds, as they were sent; `()` for none.
    type Beside: Clone + Send + Sync + 'static;

    /// Its name in the document; bodies are called `CarInput` and `PatchedCarInput`.
    const NAME: &'static str;
    /// What the document says of it.
    const DOC: &'static str = "";

    /// Its fields, made once.
    ///
    /// ```
    /// use refrain::Serializer;
    /// # use refrain::doc_example::cars::Car;
    ///
    /// let names: Vec<&str> = Car::fields().iter().map(|field| field.name()).collect();
    /// assert_eq!(names, ["id", "name", "published"]);
    /// ```
    fn fields() -> &'static Fields<Self::Entity>;

    /// A row as this type.
    ///
    /// ```
    /// use refrain::Serializer;
    /// # use refrain::doc_example::{car, cars::Car};
    ///
    /// let row = car::Model { id: 7, name: "Beetle".to_owned(), owner_id: None, published: false };
    /// assert_eq!(Car::from_row(&row, ()).name, "Beetle");
    /// ```
    fn from_row(row: &ModelOf<Self::Entity>, computed: Self::Computed) -> Self;

    /// Reads what no column holds; of part of a body nothing is required.
    ///
    /// ```
    /// use refrain::{Serializer, serializer::{At, BodyOf, Json, Sent}};
    /// # use refrain::doc_example::car;
    ///
    /// #[derive(Serializer)]
    /// #[serializer(model = car, filled(published))]
    /// struct Car {
    ///     name: String,
    ///     /// Who is to be told.
    ///     #[serializer(beside)]
    ///     tell: Sent<String>,
    ///     #[serializer(computed)]
    ///     trips: i64,
    /// }
    ///
    /// let members = Json::parse(br#"{"tell": "bob"}"#).unwrap().members().unwrap();
    /// let beside = Car::read_beside(&members, BodyOf::NewRow, &mut At::default()).unwrap();
    /// assert_eq!(beside.tell, Sent::Value("bob".to_owned()));
    /// assert_eq!((Car::beside().len(), Car::computed().len()), (1, 1));
    ///
    /// let mut out = Vec::new();
    /// Car::write_computed(&CarComputed { trips: 3 }, &mut out);
    /// assert_eq!(out, br#","trips":3"#);
    /// let _published = Car::filled();
    /// ```
    fn read_beside(body: &Members<'_>, of: BodyOf, at: &mut At) -> Option<Self::Beside>;

    /// What no column holds in a body.
    fn beside() -> Vec<MemberSchema> {
        Vec::new()
    }

    /// What no column holds in a representation.
    fn computed() -> Vec<MemberSchema> {
        Vec::new()
    }

    /// Writes the computed members behind those of the row.
    fn write_computed(_computed: &Self::Computed, _out: &mut Vec<u8>) {}

    /// What is filled though no field says so.
    fn filled() -> Filled<Self::Entity> {
        Filled::default()
    }
}
