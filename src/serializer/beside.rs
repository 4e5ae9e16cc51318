use super::{
    At, BodyOf, Members, Rules,
    field_type::REQUIRED,
    read::{Found, member},
};

/// What a body held under a name that is no column's: left out, or a value, which may be `null` where it is an `Option`.
///
/// ```
/// use refrain::{Serializer, serializer::Sent};
/// # use refrain::doc_example::car;
///
/// #[derive(Serializer)]
/// #[serializer(model = car)]
/// struct Car {
///     #[serializer(read_only)]
///     id: i64,
///     name: String,
///     #[serializer(read_only, default = false)]
///     published: bool,
///     /// Who is to be told.
///     #[serializer(beside, length(1..=10))]
///     tell: Sent<Option<Vec<String>>>,
/// }
/// ```
///
/// Of a new row a value is required, where it may not be `null`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sent<T> {
    /// It was not there.
    #[default]
    LeftOut,
    /// It was there.
    Value(T),
}

impl<T> Sent<T> {
    /// The value, where it was there.
    ///
    /// ```
    /// use refrain::serializer::Sent;
    ///
    /// assert_eq!(Sent::Value(7).value(), Some(7));
    /// assert_eq!(Sent::<i64>::LeftOut.value(), None);
    /// ```
    pub fn value(self) -> Option<T> {
        match self {
            Self::LeftOut => None,
            Self::Value(value) => Some(value),
        }
    }
}

/// [`Sent`], for the type of its value.
///
/// ```
/// use refrain::serializer::{IsSent, Sent};
///
/// fn type_of_value<T: IsSent>(_: &T) -> &'static str {
///     std::any::type_name::<T::Of>()
/// }
///
/// assert_eq!(type_of_value(&Sent::Value(7_i64)), "i64");
/// ```
#[diagnostic::on_unimplemented(
    message = "a member that no column holds is `Sent<{Self}>`",
    label = "write `refrain::serializer::Sent<…>`: it may have been left out"
)]
pub trait IsSent {
    /// The type of its value.
    type Of;
}

impl<T> IsSent for Sent<T> {
    type Of = T;
}

/// Reads one member.
pub fn read_member<T>(
    body: &Members<'_>,
    name: &'static str,
    rules: &Rules<T>,
    of: BodyOf,
    at: &mut At,
) -> Option<Sent<T>> {
    let found = member(body, name, at);
    at.inside(name, |at| match found {
        Found::LeftOut if of == BodyOf::NewRow && !rules.nullable => at.refuse(REQUIRED),
        Found::LeftOut => Some(Sent::LeftOut),
        Found::Once(json) => rules.read_value(json, at).map(Sent::Value),
        Found::Twice => None,
    })
}
