use heck::{ToKebabCase, ToLowerCamelCase, ToPascalCase, ToShoutySnakeCase, ToSnakeCase};
use syn::{Error, LitStr, Result};

/// How the names of all fields are spelled.
#[derive(Clone, Copy)]
pub(super) struct RenameAll(fn(&str) -> String);

impl RenameAll {
    pub(super) fn read(text: &LitStr) -> Result<Self> {
        Ok(Self(match text.value().as_str() {
            "camelCase" => |name| name.to_lower_camel_case(),
            "snake_case" => |name| name.to_snake_case(),
            "PascalCase" => |name| name.to_pascal_case(),
            "kebab-case" => |name| name.to_kebab_case(),
            "SCREAMING_SNAKE_CASE" => |name| name.to_shouty_snake_case(),
            _ => {
                let known = "`camelCase`, `snake_case`, `PascalCase`, `kebab-case`, `SCREAMING_SNAKE_CASE`";
                return Err(Error::new(text.span(), format!("no such spelling; there are {known}")));
            }
        }))
    }

    pub(super) fn of(self, name: &str) -> String {
        (self.0)(name)
    }
}
