//! A model to be declared: its columns, whom its rows belong to, and the files that say so.

mod kind;
mod migration;
mod model_file;
mod test_file;

pub(crate) use kind::Kind;
pub(crate) use migration::migration_file;
pub(crate) use model_file::model_file;
pub(crate) use test_file::test_file;

use crate::names;

/// What the file of a model may name.
const NAMED: [&str; 18] = [
    "Access",
    "Action",
    "Date",
    "DateTime",
    "Decimal",
    "IsOwnerOrReadOnly",
    "Json",
    "ModelPermissions",
    "Moment",
    "Option",
    "Self",
    "Serializer",
    "String",
    "Time",
    "Uuid",
    "UuidText",
    "Vec",
    "ViewSet",
];

/// A model, as far as declarations say it.
#[derive(Clone, Debug)]
pub(crate) struct Declaration {
    pub(crate) app_label: String,
    /// `BigTruck`
    pub(crate) class: String,
    /// where Django's own would be another
    pub(crate) verbose_name: Option<String>,
    pub(crate) table: String,
    /// `/trucks`
    pub(crate) path: String,
    pub(crate) fields: Vec<Field>,
    /// the column of the user whose it is
    pub(crate) owner: Option<String>,
    /// the first parts of automatic codenames, where they are not all four
    pub(crate) default_permissions: Option<Vec<String>>,
    /// codenames of its own, and their names
    pub(crate) permissions: Vec<(String, String)>,
    pub(crate) user_grants: Option<String>,
    pub(crate) group_grants: Option<String>,
    pub(crate) serves: Serves,
}

/// Which routes it gets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Serves {
    All,
    /// nobody makes or changes one here, and why
    Reads(&'static str),
    /// no viewset at all, and why
    Nothing(&'static str),
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) column: String,
    pub(crate) kind: Kind,
    pub(crate) nullable: bool,
    pub(crate) key: Option<PrimaryKey>,
    /// is it never shown?
    pub(crate) secret: bool,
    pub(crate) unique: bool,
    pub(crate) refers_to: Option<Reference>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum PrimaryKey {
    /// the database counts it
    Counted,
    /// whoever makes a row gives it
    Given,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reference {
    pub(crate) table: String,
    pub(crate) column: String,
    /// the path of its entity's module: `crate::projects::project`; none where it is not declared
    pub(crate) module: Option<String>,
}

impl Declaration {
    /// The module of its entity: `big_truck`.
    pub(crate) fn entity(&self) -> String {
        names::field(&self.class)
    }

    /// What several are called in a sentence: `big trucks`.
    pub(crate) fn rows(&self) -> String {
        names::plural(&names::spaced(&self.class))
    }

    /// The module of all that is declared of it: `big_trucks`.
    pub(crate) fn module(&self) -> String {
        names::module(&self.class)
    }

    /// Its serializer: the class's name, unless that would hide what the file names.
    pub(crate) fn serializer(&self) -> String {
        match NAMED.contains(&&*self.class) {
            true => format!("{}Fields", self.class),
            false => self.class.clone(),
        }
    }

    /// Its viewset: `BigTrucks`.
    pub(crate) fn viewset(&self) -> String {
        names::pascal(&self.module())
    }
}

impl Field {
    /// Its name in Rust.
    pub(crate) fn name(&self) -> String {
        names::field(&self.column)
    }

    pub(crate) fn rust_type(&self) -> String {
        let rust = self.kind.rust();
        if self.nullable { format!("Option<{rust}>") } else { rust.to_owned() }
    }
}
