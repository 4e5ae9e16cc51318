use std::fmt;

use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr};
use sea_orm::{ColIdx, DbErr, QueryResult, TryGetError, TryGetable, Value};
use uuid::Uuid;

/// A uuid as Django keeps it where a database has no type for it, or has MariaDB's.
///
/// On SQLite and MySQL Django writes a uuid as 32 digits of text (CONTRACT 1.10), where sea-orm writes the 16 bytes of a
/// `Uuid`; on MariaDB the column is a `uuid`, which is read as text. A `UuidText` is written as those digits and read in
/// each of these forms. On PostgreSQL, whose own type both programs use, it is a plain `Uuid`.
///
/// It is no type for a key: as a key it does not compile. Object grants name keys of this form by a `String` and
/// `#[refrain(key = "uuid")]`.
///
/// ```
/// use refrain_entity::UuidText;
/// use uuid::Uuid;
///
/// let reference: UuidText = Uuid::from_u128(255).into();
/// assert_eq!(reference.to_string(), "000000000000000000000000000000ff");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UuidText(Uuid);

impl UuidText {
    /// The same as uuid's own type.
    ///
    /// ```
    /// use refrain_entity::UuidText;
    /// use uuid::Uuid;
    ///
    /// let reference = UuidText::from(Uuid::from_u128(255));
    /// assert_eq!(reference.to_uuid(), Uuid::from_u128(255));
    /// ```
    pub fn to_uuid(self) -> Uuid {
        self.0
    }
}

impl From<Uuid> for UuidText {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl From<UuidText> for Uuid {
    fn from(text: UuidText) -> Self {
        text.0
    }
}

/// The digits, as they are stored.
impl fmt::Display for UuidText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.simple())
    }
}

impl From<UuidText> for Value {
    fn from(text: UuidText) -> Self {
        text.to_string().into()
    }
}

impl TryGetable for UuidText {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let read = match String::try_get_by(row, index) {
            Ok(text) => Uuid::parse_str(&text),
            Err(null @ TryGetError::Null(_)) => return Err(null),
            // somebody's sixteen bytes, or text that the driver takes for bytes
            Err(TryGetError::DbErr(_)) => {
                let bytes = Vec::<u8>::try_get_by(row, index)?;
                Uuid::from_slice(&bytes).or_else(|_| Uuid::try_parse_ascii(&bytes))
            }
        };
        read.map(Self).map_err(|error| TryGetError::DbErr(DbErr::Type(error.to_string())))
    }
}

impl ValueType for UuidText {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        let text = <String as ValueType>::try_from(value)?;
        Uuid::parse_str(&text).map(Self).map_err(|_| ValueTypeErr)
    }

    fn type_name() -> String {
        "UuidText".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::String
    }

    fn column_type() -> ColumnType {
        ColumnType::Uuid
    }
}

impl Nullable for UuidText {
    fn null() -> Value {
        <String as Nullable>::null()
    }
}
