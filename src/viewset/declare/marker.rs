use std::{
    any::TypeId,
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// A name for a type that no other type has.
///
/// poem-openapi lets an argument say nothing about its operation but names of security schemes, so a type is found
/// again by a name. What the compiler prints of a type will not do: two types in one program can be printed alike, and
/// one would then be guarded by what the other asks. The names are numbers in the order of asking, and are taken out of
/// the document before anybody reads it.
pub(crate) fn marker<T: 'static>() -> &'static str {
    static MARKERS: Mutex<Option<HashMap<TypeId, &'static str>>> = Mutex::new(None);
    let mut markers = MARKERS.lock().unwrap_or_else(PoisonError::into_inner);
    let markers = markers.get_or_insert_with(HashMap::new);
    let next = markers.len();
    markers.entry(TypeId::of::<T>()).or_insert_with(|| format!("refrain argument {next}").leak())
}

#[cfg(test)]
mod tests {
    use super::marker;

    trait Twin: 'static {
        type Type: 'static;
    }
    struct One;
    struct Other;

    const _: () = {
        struct Same;
        impl Twin for One {
            type Type = Same;
        }
    };
    const _: () = {
        struct Same;
        impl Twin for Other {
            type Type = Same;
        }
    };

    #[test]
    fn types_printed_alike_have_names_of_their_own() {
        type First = <One as Twin>::Type;
        type Second = <Other as Twin>::Type;
        assert_eq!(std::any::type_name::<First>(), std::any::type_name::<Second>());
        assert_ne!(marker::<First>(), marker::<Second>());
        assert_eq!(marker::<First>(), marker::<First>());
        assert_ne!(marker::<Vec<First>>(), marker::<Vec<Second>>());
    }
}
