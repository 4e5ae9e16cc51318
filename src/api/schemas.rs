use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
};

use poem_openapi::registry::{MetaSchema, Registry};

use crate::{Error, Result};

/// The types that an API's parts have in its document, by their names there.
#[derive(Default)]
pub(super) struct Schemas(BTreeMap<String, MetaSchema>);

impl Schemas {
    /// Adds what a part registers, where no other type has one of the names: in the document one of two would be lost.
    ///
    /// A part is registered by itself and then compared. Of two types within one part the framework tells by a panic,
    /// whose words name both.
    pub(super) fn add(&mut self, register: impl FnOnce(&mut Registry)) -> Result<()> {
        let own = catch_unwind(AssertUnwindSafe(|| {
            let mut registry = Registry::new();
            register(&mut registry);
            registry.schemas
        }));
        let own = own.map_err(|panic| match panic.downcast_ref::<String>() {
            Some(words) if words.contains("have the same OpenAPI name") => Error::wiring(format!("{words}; {RENAME}")),
            _ => resume_unwind(panic),
        })?;
        for (name, schema) in own {
            match self.0.get(&name) {
                Some(known) if *known != schema => {
                    let typed = |schema: &MetaSchema| schema.rust_typename.unwrap_or("a type without a name");
                    let (known, other) = (typed(known), typed(&schema));
                    let message = format!("`{known}` and `{other}` have the same OpenAPI name `{name}`; {RENAME}");
                    return Err(Error::wiring(message));
                }
                Some(_) => {}
                None => {
                    self.0.insert(name, schema);
                }
            }
        }
        Ok(())
    }
}

const RENAME: &str = "give one another name: `#[oai(rename = \"…\")]`";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_panic_is_no_matter_of_names() {
        let add = || Schemas::default().add(|_| std::panic::panic_any("of another kind".to_owned()));
        let panic = catch_unwind(add).expect_err("it goes on");
        assert_eq!(panic.downcast_ref::<String>().map(String::as_str), Some("of another kind"));
    }
}
