//! Fields as the command line says them.

use std::fs;

use crate::{
    declaration::{Field, Kind, PrimaryKey, Reference},
    error::{Error, Result},
    names,
};

/// The fields of a model, its key first, and the column of its owner.
pub(super) fn read(said: &[String]) -> Result<(Vec<Field>, Option<String>)> {
    let mut fields = vec![Field {
        column: "id".to_owned(),
        kind: Kind::BigInt,
        nullable: false,
        key: Some(PrimaryKey::Counted),
        secret: false,
        unique: false,
        refers_to: None,
    }];
    let mut owner = None;
    for one in said {
        let field = if one == "owner" {
            owner = Some("owner_id".to_owned());
            // a new row is its maker's
            user("owner_id", true)
        } else {
            field(one)?
        };
        if fields.iter().any(|known| known.name() == field.name()) {
            return Err(Error::refused(format!("the field `{}` is said twice", field.column)));
        }
        fields.push(field);
    }
    if fields.len() == 1 {
        return Err(Error::refused("a model has fields: `title:text(200)`, for one"));
    }
    Ok((fields, owner))
}

fn field(said: &str) -> Result<Field> {
    let Some((name, of)) = said.split_once(':') else {
        return Err(Error::refused(format!("`{said}` is no field: write `{said}:text(200)`, or another type")));
    };
    let (of, nullable) = of.strip_suffix('?').map_or((of, false), |of| (of, true));
    let column = names::snake(name);
    if column.is_empty() || column.starts_with(|first: char| first.is_ascii_digit()) || !column.is_ascii() {
        return Err(Error::refused(format!("`{name}` cannot be a field's name")));
    }
    if of == "user" {
        return Ok(user(&format!("{}_id", column.trim_end_matches("_id")), nullable));
    }
    let (kind, refers_to) = match kind(of) {
        Some(kind) => (kind, None),
        None if of.starts_with(|first: char| first.is_ascii_uppercase()) => {
            let reference = model(of)?;
            (Kind::BigInt, Some(reference))
        }
        None => {
            let types = "text, text(N), int, bigint, bool, float, decimal(DIGITS,PLACES), date, time, moment, uuid, \
                         bytes, json, user, or a model of this program";
            return Err(Error::refused(format!("`{of}` is no type of a field: {types}")));
        }
    };
    let column = match &refers_to {
        Some(_) => format!("{}_id", column.trim_end_matches("_id")),
        None => column,
    };
    if column == "id" {
        return Err(Error::refused("the key `id` is there without being said"));
    }
    Ok(Field { column, kind, nullable, key: None, secret: false, unique: false, refers_to })
}

fn user(column: &str, nullable: bool) -> Field {
    let module = Some("refrain::entity::user".to_owned());
    Field {
        column: column.to_owned(),
        kind: Kind::Int,
        nullable,
        key: None,
        secret: false,
        unique: false,
        refers_to: Some(Reference { table: "auth_user".to_owned(), column: "id".to_owned(), module }),
    }
}

fn kind(of: &str) -> Option<Kind> {
    let (name, numbers) = match of.split_once('(') {
        Some((name, rest)) => {
            let numbers: Option<Vec<u32>> =
                rest.strip_suffix(')')?.split(',').map(|number| number.trim().parse().ok()).collect();
            (name, numbers?)
        }
        None => (of, Vec::new()),
    };
    Some(match (name, numbers.as_slice()) {
        ("text", []) => Kind::Text,
        ("text", [length @ 1..=10_000]) => Kind::Varchar(*length),
        ("int", []) => Kind::Int,
        ("bigint", []) => Kind::BigInt,
        ("bool", []) => Kind::Bool,
        ("float", []) => Kind::Double,
        ("decimal", [digits @ 1..=15, places]) if places <= digits => Kind::Decimal(*digits, *places),
        ("date", []) => Kind::Date,
        ("time", []) => Kind::Time,
        ("moment", []) => Kind::Moment,
        ("uuid", []) => Kind::Uuid,
        ("bytes", []) => Kind::Bytes,
        ("json", []) => Kind::Json,
        _ => return None,
    })
}

/// A model of this program: its file says where its table is.
fn model(class: &str) -> Result<Reference> {
    let module = names::module(class);
    let file = format!("src/{module}.rs");
    let missing = || Error::refused(format!("there is no model `{class}`: `{file}` would declare it"));
    let text = fs::read_to_string(&file).map_err(|_| missing())?;
    let table = text.split("table_name = \"").nth(1).and_then(|rest| rest.split('"').next()).ok_or_else(missing)?;
    let module = Some(format!("crate::{module}::{}", names::field(class)));
    Ok(Reference { table: table.to_owned(), column: "id".to_owned(), module })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_with_their_numbers() {
        assert_eq!(kind("text(200)"), Some(Kind::Varchar(200)));
        assert_eq!(kind("decimal(12, 2)"), Some(Kind::Decimal(12, 2)));
        for wrong in ["text(0)", "text(x)", "decimal(2,3)", "decimal(16,2)", "int(3)", "varchar", "text(1", ""] {
            assert_eq!(kind(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_no_field_is_refused_with_what_to_write() {
        let refused = |said: &str| read(&[said.to_owned()]).expect_err(said).to_string();
        assert!(refused("title").contains("`title:text(200)`"));
        assert!(refused("title:string").contains("decimal(DIGITS,PLACES)"));
        assert!(refused("2nd:int").contains("cannot be a field's name"));
        assert!(refused("id:int").contains("`id`"));
        assert!(refused("project:Project").contains("`src/projects.rs`"));
        let twice = ["a:int".to_owned(), "a:text".to_owned()];
        assert!(read(&twice).expect_err("twice").to_string().contains("said twice"));
        assert!(read(&[]).expect_err("none").to_string().contains("a model has fields"));
    }
}
