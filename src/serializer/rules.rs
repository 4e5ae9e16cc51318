use std::ops::{Bound, RangeBounds};

use poem_openapi::registry::{MetaSchemaRef, Registry};
use regex::Regex;
use sea_orm::{DbBackend, prelude::Decimal};

use super::{At, Bounds, FieldType, Json, NotRead, bounds::anchored, field_type::NULL};

/// What a field's values are, and what they must keep: its type, and the validators that were said of it.
///
/// ```
/// use refrain::serializer::{At, Json, rules};
///
/// let rules = rules::<String>().length(2..=4).pattern("[a-z]+");
/// let mut at = At::default();
/// assert_eq!(rules.read(Json::parse(b"\"abc\"").unwrap(), &mut at).as_deref(), Some("abc"));
/// assert_eq!(rules.read(Json::parse(b"\"A\"").unwrap(), &mut at), None);
/// assert_eq!(at.errors().len(), 2);
/// ```
// No bound on `T` but where it is made: of a type that is none the compiler says so once.
pub struct Rules<T> {
    pub(crate) bounds: Bounds,
    checks: Vec<Check<T>>,
    pub(crate) mistakes: Vec<String>,
    pub(crate) nullable: bool,
    pub(crate) read: fn(Json<'_>, &Bounds, &mut At) -> Option<T>,
    pub(crate) from_null: fn() -> Option<T>,
    pub(crate) from_text: fn(&str, &Bounds) -> Result<T, NotRead>,
    pub(crate) check: fn(DbBackend, &mut Vec<String>),
    pub(crate) schema: fn() -> MetaSchemaRef,
    pub(crate) register: fn(&mut Registry),
    pub(crate) write: fn(&T, &Bounds, &mut Vec<u8>),
}

type Check<T> = Box<dyn Fn(&T) -> Result<(), String> + Send + Sync>;

/// The rules of a type of which nothing more is said.
///
/// ```
/// use refrain::serializer::{At, Json, rules};
///
/// let mut at = At::default();
/// assert_eq!(rules::<i64>().read(Json::parse(b"\"seven\"").unwrap(), &mut at), None);
/// assert_eq!(at.errors().next().unwrap().1, "A valid integer is required.");
/// ```
pub fn rules<T: FieldType>() -> Rules<T> {
    Rules {
        bounds: Bounds::default(),
        checks: Vec::new(),
        mistakes: Vec::new(),
        nullable: T::NULLABLE,
        read: T::read,
        from_null: T::from_null,
        from_text: T::from_text,
        check: T::check,
        schema: T::schema,
        register: T::register,
        write: T::write,
    }
}

impl<T> Rules<T> {
    /// How many characters, bytes or items.
    pub fn length(mut self, length: impl RangeBounds<usize>) -> Self
    where
        T: FieldType<Inner: HasLength>,
    {
        self.bounds.min_length = match length.start_bound() {
            Bound::Included(least) => Some(*least),
            Bound::Excluded(under) => Some(under + 1),
            Bound::Unbounded => None,
        };
        self.bounds.max_length = match length.end_bound() {
            Bound::Included(most) => Some(*most),
            Bound::Excluded(over) => Some(over.saturating_sub(1)),
            Bound::Unbounded => None,
        };
        let (least, most) = (self.bounds.min_length.unwrap_or(0), self.bounds.max_length);
        if most.is_some_and(|most| most < least) {
            self.mistakes.push(format!("`length`: nothing is at least {least} and at most {} long", most.unwrap_or(0)));
        }
        self
    }

    /// Between which numbers.
    ///
    /// ```
    /// use refrain::serializer::{At, Json, rules};
    ///
    /// fn even(number: &i64) -> Result<(), &'static str> {
    ///     if number % 2 == 0 { Ok(()) } else { Err("An even number is required.") }
    /// }
    ///
    /// let seats = rules::<i64>().range(2..=8).with(even);
    /// let mut at = At::default();
    /// assert_eq!(seats.read(Json::parse(b"4").unwrap(), &mut at), Some(4));
    /// assert_eq!(seats.read(Json::parse(b"9").unwrap(), &mut at), None);
    /// assert_eq!(at.errors().len(), 2);
    /// ```
    pub fn range(mut self, range: impl RangeBounds<<T::Inner as Ranged>::Bound>) -> Self
    where
        T: FieldType<Inner: Ranged>,
    {
        let cloned = |bound: Bound<&_>| bound.cloned();
        let (least, most) = (cloned(range.start_bound()), cloned(range.end_bound()));
        if let Bound::Included(least) | Bound::Excluded(least) = least {
            self.bounds.minimum = Some(T::Inner::number(least));
            let inclusive = matches!(range.start_bound(), Bound::Included(_));
            self = self.checked(move |value: &T::Inner| match value.compare(least) {
                Some(order) if order.is_gt() || (inclusive && order.is_eq()) => Ok(()),
                _ if inclusive => Err(format!("Ensure this value is greater than or equal to {least}.")),
                _ => Err(format!("Ensure this value is greater than {least}.")),
            });
        }
        if let Bound::Included(most) | Bound::Excluded(most) = most {
            let inclusive = matches!(range.end_bound(), Bound::Included(_));
            self.bounds.maximum = Some(T::Inner::number(most));
            self = self.checked(move |value: &T::Inner| match value.compare(most) {
                Some(order) if order.is_lt() || (inclusive && order.is_eq()) => Ok(()),
                _ if inclusive => Err(format!("Ensure this value is less than or equal to {most}.")),
                _ => Err(format!("Ensure this value is less than {most}.")),
            });
        }
        self
    }

    /// A regular expression that the whole text matches.
    pub fn pattern(mut self, pattern: &'static str) -> Self
    where
        T: FieldType<Inner: IsText>,
    {
        let compiled = Regex::new(&anchored(pattern));
        if let Err(error) = &compiled {
            self.mistakes.push(format!("`pattern` is no regular expression: {error}"));
        }
        self.bounds.pattern = Some((pattern, compiled.ok()));
        self
    }

    /// The only values there are.
    ///
    /// ```
    /// use refrain::serializer::{At, Json, rules};
    ///
    /// let gears = rules::<String>().one_of(&["manual", "automatic"]);
    /// assert!(gears.read(Json::parse(b"\"manual\"").unwrap(), &mut At::default()).is_some());
    /// assert!(gears.read(Json::parse(b"\"none\"").unwrap(), &mut At::default()).is_none());
    /// ```
    pub fn one_of(mut self, choices: &'static [<T::Inner as OneOf>::Choice]) -> Self
    where
        T: FieldType<Inner: OneOf>,
    {
        self.bounds.choices = choices.iter().map(|choice| (*choice).into()).collect();
        self.checked(move |value: &T::Inner| match choices.iter().any(|choice| value.is(*choice)) {
            true => Ok(()),
            false => Err(format!("\"{value}\" is not a valid choice.")),
        })
    }

    /// A list without repeats.
    ///
    /// ```
    /// use refrain::serializer::{At, Json, rules};
    ///
    /// let ids = rules::<Vec<i64>>().length(1..=10).unique_items();
    /// assert!(ids.read(Json::parse(b"[7, 8]").unwrap(), &mut At::default()).is_some());
    /// assert!(ids.read(Json::parse(b"[7, 7]").unwrap(), &mut At::default()).is_none());
    /// ```
    pub fn unique_items(mut self) -> Self
    where
        T: FieldType<Inner: IsList>,
    {
        self.bounds.unique_items = true;
        self
    }

    /// A validator of one's own; what it returns is told under the field.
    pub fn with<M: Into<String> + 'static>(self, validator: fn(&T::Inner) -> Result<(), M>) -> Self
    where
        T: FieldType<Inner: 'static>,
    {
        self.checked(move |value: &T::Inner| validator(value).map_err(Into::into))
    }

    fn checked(mut self, check: impl Fn(&T::Inner) -> Result<(), String> + Send + Sync + 'static) -> Self
    where
        T: FieldType,
    {
        self.checks.push(Box::new(move |value: &T| value.inner().map_or(Ok(()), &check)));
        self
    }

    /// Reads a value that is not `null`.
    pub fn read(&self, json: Json<'_>, at: &mut At) -> Option<T> {
        self.read_within(json, &self.bounds, at)
    }

    /// The same within a column's bounds.
    pub(crate) fn read_within(&self, json: Json<'_>, bounds: &Bounds, at: &mut At) -> Option<T> {
        let value = (self.read)(json, bounds, at)?;
        let before = at.count();
        for check in &self.checks {
            if let Err(sentence) = check(&value) {
                at.refuse::<()>(sentence);
            }
        }
        (at.count() == before).then_some(value)
    }

    /// Reads any value, `null` too.
    pub(crate) fn read_value(&self, json: Json<'_>, at: &mut At) -> Option<T> {
        match json.is_null() {
            true => (self.from_null)().or_else(|| at.refuse(NULL)),
            false => self.read(json, at),
        }
    }
}

/// What has a length: text, bytes and lists.
///
/// ```
/// use refrain::serializer::HasLength;
///
/// fn has_length<T: HasLength + ?Sized>() {}
///
/// has_length::<str>();
/// has_length::<[i64]>();
/// ```
#[diagnostic::on_unimplemented(message = "`{Self}` has no length", label = "`length` is for text, bytes and lists")]
pub trait HasLength {}

impl HasLength for str {}
impl<T> HasLength for [T] {}

/// Text.
///
/// ```
/// use refrain::serializer::{FieldType, IsText};
///
/// fn takes_a_pattern<T: FieldType<Inner: IsText>>() {}
///
/// takes_a_pattern::<Option<String>>();
/// ```
#[diagnostic::on_unimplemented(message = "`{Self}` is no text", label = "`pattern` is for text")]
pub trait IsText {}

impl IsText for str {}

/// A list.
///
/// ```
/// use refrain::serializer::{FieldType, IsList};
///
/// fn takes_unique_items<T: FieldType<Inner: IsList>>() {}
///
/// takes_unique_items::<Vec<i64>>();
/// ```
#[diagnostic::on_unimplemented(message = "`{Self}` is no list", label = "`unique_items` is for lists")]
pub trait IsList {}

impl<T> IsList for [T] {}

/// What can be one of a few: text and whole numbers.
///
/// ```
/// use refrain::serializer::OneOf;
///
/// assert!(OneOf::is("open", "open"));
/// assert!(!OneOf::is(&7_i64, 8));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be one of a few",
    label = "`one_of` is for text and whole numbers"
)]
pub trait OneOf: std::fmt::Display {
    /// How the few are written.
    type Choice: Copy + Into<serde_json::Value> + Send + Sync + 'static;
    /// Is it this one?
    fn is(&self, choice: Self::Choice) -> bool;
}

impl OneOf for str {
    type Choice = &'static str;

    fn is(&self, choice: &'static str) -> bool {
        self == choice
    }
}

/// What lies between two others: numbers.
///
/// ```
/// use std::cmp::Ordering;
///
/// use refrain::serializer::Ranged;
///
/// assert_eq!(7_i64.compare(5), Some(Ordering::Greater));
/// assert_eq!(i64::number(5), 5.0);
/// ```
#[diagnostic::on_unimplemented(message = "`{Self}` has no range", label = "`range` is for numbers")]
pub trait Ranged {
    /// How a bound is written.
    type Bound: Copy + std::fmt::Display + Send + Sync + 'static;
    /// How the value stands to a bound.
    fn compare(&self, bound: Self::Bound) -> Option<std::cmp::Ordering>;
    /// A bound as the document writes it.
    fn number(bound: Self::Bound) -> f64;
}

macro_rules! ranged {
    ($($type:ty),*) => {$(
        impl Ranged for $type {
            type Bound = $type;

            fn compare(&self, bound: $type) -> Option<std::cmp::Ordering> {
                self.partial_cmp(&bound)
            }

            fn number(bound: $type) -> f64 {
                bound as f64
            }
        }
    )*};
}

macro_rules! one_of {
    ($($type:ty),*) => {$(
        impl OneOf for $type {
            type Choice = $type;

            fn is(&self, choice: $type) -> bool {
                *self == choice
            }
        }
    )*};
}

ranged!(i8, i16, i32, i64, u8, u16, u32, u64, f32, f64);
one_of!(i8, i16, i32, i64, u8, u16, u32, u64);

/// Bounds are whole numbers; `with` is for others.
impl Ranged for Decimal {
    type Bound = i64;

    fn compare(&self, bound: i64) -> Option<std::cmp::Ordering> {
        self.partial_cmp(&bound.into())
    }

    fn number(bound: i64) -> f64 {
        bound as f64
    }
}
